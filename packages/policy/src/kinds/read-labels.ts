import type { LabelMap } from '../cluster/flat-labels.ts';
import { type Fields, isAbsent } from '../parse/place.ts';
import type { RawObject } from './raw-object.ts';

export type Warn = (path: string, message: string, allowed: string) => void;

/** Labels of a map; what is no text is told and passed over. */
export function readLabels(value: unknown, path: string, warn: Warn): LabelMap {
  const labels = new Map<string, string>();
  if (isAbsent(value)) return labels;
  if (typeof value !== 'object' || Array.isArray(value)) {
    warn(path, 'not a map of labels', 'key: "value"');
    return labels;
  }
  for (const [key, text] of Object.entries(value as Fields)) {
    if (typeof text === 'string') labels.set(key, text);
    else if (!isAbsent(text))
      warn(`${path}.${key}`, 'the value of a label is no text', `"${typeof text === 'object' ? '…' : String(text)}"`);
  }
  return labels;
}

/** Labels of a Calico object. In crd.projectcalico.org the datastore keeps them in an annotation, as JSON. */
export function readCalicoLabels({ metadata }: RawObject, warn: Warn): LabelMap {
  const labels = new Map(readLabels(metadata.labels, 'metadata.labels', warn));
  const annotations = metadata.annotations;
  const kept = typeof annotations === 'object' && annotations !== null ? (annotations as Fields) : {};
  const text = kept['projectcalico.org/metadata'];
  if (typeof text !== 'string') return labels;
  const path = 'metadata.annotations.projectcalico.org/metadata';
  try {
    const stored = JSON.parse(text) as Fields | null;
    for (const [key, value] of readLabels(stored?.labels, path, warn)) labels.set(key, value);
  } catch {
    warn(path, 'not JSON', '{"labels": {…}}');
  }
  return labels;
}
