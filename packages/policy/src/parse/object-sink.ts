import { nameObject, type RawObject } from '../kinds/raw-object.ts';
import { describe, isAbsent } from './place.ts';
import type { Problem } from './problem.ts';

/** Takes the problems of one object. */
export interface ObjectSink {
  readonly report: (path: string, message: string, allowed?: string) => void;
  /** Something was reported. */
  readonly isRefused: () => boolean;
}

/** Of one object; what is wrong a hundred times is told a hundred times. */
const PROBLEMS_MAX = 100;

export function createSink(
  object: RawObject,
  report: (problem: Problem) => void,
  severity: Problem['severity'],
): ObjectSink {
  const { file, document, item } = object;
  let count = 0;
  return {
    report: (path, message, allowed = '') => {
      count++;
      if (count > PROBLEMS_MAX) return;
      report({ file, document, item, object: nameObject(object), path, message, allowed, severity });
    },
    isRefused: () => count > 0,
  };
}

/** Objects by group, kind and name, to tell a second one of a name. */
export type Seen = Map<string, RawObject>;

/** Whether the object has a name, and nobody else has it; else it is told. */
export function checkNamed(object: RawObject, sink: ObjectSink, seen: Seen): boolean {
  const { apiVersion, kind, namespace, name, metadata } = object;
  for (const field of ['name', 'namespace']) {
    const value = metadata[field];
    if (isAbsent(value) || typeof value === 'string') continue;
    sink.report(`metadata.${field}`, `${describe(value)} is no text`, 'a name, in quotes where it looks like a number');
    return false;
  }
  if (name === '') {
    sink.report('metadata.name', 'missing', 'a name');
    return false;
  }
  const group = apiVersion.replace(/\/[^/]*$/, '').replace('crd.projectcalico.org', 'projectcalico.org');
  const key = JSON.stringify([group, kind, namespace || 'default', name]);
  const first = seen.get(key);
  if (first !== undefined) {
    const where = `${first.file}, document ${first.document + 1}`;
    sink.report('metadata.name', `a second ${nameObject(object)}; the first is in ${where}`, 'one object of a name');
    return false;
  }
  seen.set(key, object);
  return true;
}
