import {
  at,
  type Fields,
  isAbsent,
  type Place,
  readEach,
  readList,
  readObject,
  readOneOf,
  readText,
  refuse,
} from '../parse/place.ts';
import type { SelectorNode } from '../selector/selector.ts';
import { allOf } from '../selector/selector-pool.ts';

const EXPRESSIONS_MAX = 1_000;
const VALUES_MAX = 10_000;
/** Source: Kubernetes documentation, labels (syntax and character set). */
const NAME = /^[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?$/;
const PREFIX = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/;

/** A Kubernetes label selector in the terms of Calico's; null where any part is wrong, as a selector read in part selects too much. The empty one is all(). */
export function readLabelSelector(value: unknown, place: Place): SelectorNode | null {
  const fields = readObject(value, place, ['matchLabels', 'matchExpressions']);
  if (fields === null) return null;
  const equal = readMatchLabels(fields.matchLabels, at(place, 'matchLabels'));
  const expressionsAt = at(place, 'matchExpressions');
  const list = readList(fields.matchExpressions, expressionsAt, EXPRESSIONS_MAX);
  const expressions = list === null ? null : readEach(list, expressionsAt, readRequirement);
  return equal === null || expressions === null ? null : allOf(...equal, ...expressions);
}

function readMatchLabels(value: unknown, place: Place): SelectorNode[] | null {
  if (isAbsent(value)) return [];
  if (typeof value !== 'object' || Array.isArray(value)) return refuse(place, 'not a map of labels', 'key: "value"');
  const nodes: SelectorNode[] = [];
  let complete = true;
  for (const key of Object.keys(value).sort()) {
    const spot = at(place, key);
    const label = readLabelKey(key, spot);
    const text = readLabelValue((value as Fields)[key], spot);
    if (label === null || text === null) complete = false;
    else nodes.push({ op: '==', label, value: text });
  }
  return complete ? nodes : null;
}

function readRequirement(value: unknown, place: Place): SelectorNode | null {
  const fields = readObject(value, place, ['key', 'operator', 'values']);
  if (fields === null) return null;
  const label = readLabelKey(fields.key, at(place, 'key'));
  const operator = readOneOf(fields.operator, at(place, 'operator'), ['In', 'NotIn', 'Exists', 'DoesNotExist']);
  const valuesAt = at(place, 'values');
  const list = readList(fields.values, valuesAt, VALUES_MAX);
  const values = list === null ? null : readEach(list, valuesAt, readLabelValue);
  if (label === null || operator === null || values === null) return null;
  const takesValues = operator === 'In' || operator === 'NotIn';
  if (takesValues && values.length === 0) return refuse(valuesAt, `${operator} without values`, 'at least one value');
  if (!takesValues && values.length > 0) return refuse(valuesAt, `values beside ${operator}`, 'no values');
  if (operator === 'Exists') return { op: 'has', label };
  if (operator === 'DoesNotExist') return { op: 'not', operand: { op: 'has', label } };
  return { op: operator === 'In' ? 'in' : 'not in', label, values };
}

function readLabelKey(value: unknown, place: Place): string | null {
  const key = readText(value, place, 'a label key');
  if (key === null) return null;
  const slash = key.indexOf('/');
  const prefix = slash === -1 ? null : key.slice(0, slash);
  const isKey = NAME.test(key.slice(slash + 1)) && (prefix === null || (prefix.length <= 253 && PREFIX.test(prefix)));
  return isKey ? key : refuse(place, 'not a label key', '[dns.prefix/]name of letters, digits, - _ . (at most 63)');
}

function readLabelValue(value: unknown, place: Place): string | null {
  const text = readText(value, place, 'a quoted text');
  if (text === null) return null;
  return text === '' || NAME.test(text)
    ? text
    : refuse(place, 'not a label value', 'letters, digits, - _ . (at most 63), or empty');
}
