import { type KubeObject, valueAt } from '../kube/objects.ts';
import { ApiError, badRequest } from './api-error.ts';
import type { Resource } from './resources.ts';

export type Matcher = (object: KubeObject) => boolean;

const KEY = '[A-Za-z0-9](?:[-A-Za-z0-9_./]*[A-Za-z0-9])?';
const SET = new RegExp(`^(${KEY})\\s+(in|notin)\\s*\\(([^)]*)\\)$`);
const EQUALITY = new RegExp(`^(${KEY})\\s*(==|=|!=)\\s*([-A-Za-z0-9_.]*)$`);
const EXISTS = new RegExp(`^(!?)\\s*(${KEY})$`);

/** A label selector of a query (`app=x,tier in (a, b),!old`). @throws ApiError 400 */
export function parseLabelSelector(text: string): Matcher {
  const terms = splitOutsideParentheses(text).map(parseTerm);
  return (object) => terms.every((term) => term(object.metadata.labels ?? {}));
}

function parseTerm(term: string): (labels: Record<string, string>) => boolean {
  const set = SET.exec(term);
  if (set) {
    const [, key = '', operator, list = ''] = set;
    const values = list.split(',').map((value) => value.trim());
    return operator === 'in'
      ? (labels) => labels[key] !== undefined && values.includes(labels[key])
      : (labels) => labels[key] === undefined || !values.includes(labels[key]);
  }
  const equality = EQUALITY.exec(term);
  if (equality) {
    const [, key = '', operator, value] = equality;
    return operator === '!=' ? (labels) => labels[key] !== value : (labels) => labels[key] === value;
  }
  const exists = EXISTS.exec(term);
  if (!exists) throw badRequest(`unable to parse requirement: ${term}`);
  const [, not, key = ''] = exists;
  return not ? (labels) => labels[key] === undefined : (labels) => labels[key] !== undefined;
}

function splitOutsideParentheses(text: string): string[] {
  return text
    .split(/,(?![^(]*\))/)
    .map((term) => term.trim())
    .filter((term) => term !== '');
}

/** A field selector (`status.phase=Running,spec.nodeName!=x`) over the fields that the kind can be selected by. @throws ApiError 400 */
export function parseFieldSelector(text: string, resource: Resource): Matcher {
  const known = new Set([
    'metadata.name',
    ...(resource.namespaced ? ['metadata.namespace'] : []),
    ...resource.selectableFields,
  ]);
  const terms = text
    .split(',')
    .filter((term) => term !== '')
    .map((term) => {
      const match = /^([^=!]+)(==|=|!=)(.*)$/.exec(term);
      if (!match) throw badRequest(`invalid selector: '${text}'; can't understand '${term}'`);
      const [, field = '', operator, value = ''] = match;
      if (!known.has(field)) throw new ApiError(400, 'BadRequest', `field label not supported: ${field}`);
      return (object: KubeObject) => (String(valueAt(object, field) ?? '') === value) === (operator !== '!=');
    });
  return (object) => terms.every((term) => term(object));
}

/** Both selectors of a list or watch; without any, everything matches. */
export function matcherOf(query: URLSearchParams, resource: Resource): Matcher {
  const labels = query.get('labelSelector');
  const fields = query.get('fieldSelector');
  const byLabels = labels ? parseLabelSelector(labels) : () => true;
  const byFields = fields ? parseFieldSelector(fields, resource) : () => true;
  return (object) => byLabels(object) && byFields(object);
}
