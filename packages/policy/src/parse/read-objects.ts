import type { RawObject } from '../kinds/raw-object.ts';
import { LIMITS } from './limits.ts';
import { describe, type Fields } from './place.ts';
import type { Problem } from './problem.ts';
import { readYaml } from './read-yaml.ts';
import { splitYaml } from './split-yaml.ts';

/** A file of manifests: YAML documents, or JSON. */
export interface ManifestFile {
  readonly file: string;
  readonly text: string;
}

type Report = (problem: Problem) => void;

/** Every object of a file, those within Lists too. What cannot be read is a problem and hides nothing else. */
export function* readObjects({ file, text }: ManifestFile, report: Report): Generator<RawObject> {
  if (text.length > LIMITS.fileChars) {
    report(
      unreadable(
        { file, document: 0, item: null },
        `a file of ${text.length} characters`,
        `at most ${LIMITS.fileChars}`,
      ),
    );
    return;
  }
  const json = readJson(text);
  if (json !== null && 'value' in json) {
    yield* objectsOf(json.value, { file, document: 0, item: null, inherited: null, depth: 0 }, report);
    return;
  }
  if (json !== null && text.length > LIMITS.yamlDocumentChars) {
    report(unreadable({ file, document: 0, item: null }, `no JSON: ${json.message}`, 'JSON'));
    return;
  }
  for (const piece of splitYaml(text.startsWith('\ufeff') ? text.slice(1) : text, LIMITS.yamlDocumentChars / 8)) {
    const place = { file, document: piece.document, item: piece.item };
    const read = readYaml(piece.text, piece.line);
    if ('message' in read) report(unreadable(place, read.message, read.allowed));
    else yield* objectsOf(read.value, { ...place, inherited: null, depth: 0 }, report);
  }
}

type Spot = Pick<Problem, 'file' | 'document' | 'item'>;

function unreadable({ file, document, item }: Spot, message: string, allowed: string): Problem {
  return { file, document, item, object: null, path: '', message, allowed, severity: 'document' };
}

/** JSON is read as such, for its speed; what only looks like it may be YAML (flow style). Null: it does not even look like it. */
function readJson(text: string): { value: unknown } | { message: string } | null {
  if (!/^\s*[[{]/.test(text)) return null;
  try {
    return { value: JSON.parse(text) };
  } catch (error) {
    return { message: error instanceof SyntaxError ? error.message : 'too large' };
  }
}

interface Where extends Spot {
  /** Version and kind that a typed List (`PodList`) gives its items. */
  readonly inherited: { readonly apiVersion: string; readonly kind: string } | null;
  readonly depth: number;
}

function* objectsOf(value: unknown, where: Where, report: Report): Generator<RawObject> {
  if (value === null || value === undefined) return;
  const items = itemsOf(value, where);
  if (items !== null) {
    if (where.depth >= LIMITS.listDepth)
      report(unreadable(where, 'Lists within Lists', `at most ${LIMITS.listDepth} deep`));
    else
      for (const [item, one] of items.values.entries()) {
        const inner = { ...where, inherited: items.inherited, item: where.item ?? item, depth: where.depth + 1 };
        yield* objectsOf(one, inner, report);
      }
    return;
  }
  if (typeof value !== 'object') {
    report(unreadable(where, `${describe(value)} is no object`, 'a Kubernetes object'));
    return;
  }
  const object = toObject(value as Fields, where);
  if (object.kind === '') report(unreadable(where, 'an object without kind', 'apiVersion, kind, metadata.name'));
  else yield object;
}

function itemsOf(value: unknown, where: Where): { values: readonly unknown[]; inherited: Where['inherited'] } | null {
  if (Array.isArray(value)) return { values: value, inherited: where.inherited };
  const body = value as Fields;
  const kind = typeof value === 'object' ? textOf(body.kind) : '';
  if (!kind.endsWith('List') || !Array.isArray(body.items)) return null;
  const inherited = { apiVersion: textOf(body.apiVersion), kind: kind.slice(0, -'List'.length) };
  return { values: body.items, inherited: kind === 'List' ? null : inherited };
}

function toObject(body: Fields, { file, document, item, inherited }: Where): RawObject {
  const metadata = typeof body.metadata === 'object' && body.metadata !== null ? (body.metadata as Fields) : {};
  return {
    file,
    document,
    item,
    apiVersion: textOf(body.apiVersion) || (inherited?.apiVersion ?? ''),
    kind: textOf(body.kind) || (inherited?.kind ?? ''),
    namespace: textOf(metadata.namespace),
    name: textOf(metadata.name),
    uid: textOf(metadata.uid),
    metadata,
    body,
  };
}

const textOf = (value: unknown) => (typeof value === 'string' ? value : '');
