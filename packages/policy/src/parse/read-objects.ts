import type { RawObject } from '../kinds/raw-object.ts';
import { isPolicyKind } from '../kinds/read-policy.ts';
import { isClusterKind } from './collect.ts';
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
      told({ file, document: 0, item: null }, `a file of ${text.length} characters`, `at most ${LIMITS.fileChars}`),
    );
    return;
  }
  const json = readJson(text);
  if (json !== null && 'value' in json) {
    yield* objectsOf(json.value, { file, document: 0, item: null, inherited: null, depth: 0 }, report);
    return;
  }
  if (json !== null && (text.length > LIMITS.yamlDocumentChars || file.endsWith('.json'))) {
    report(told({ file, document: 0, item: null }, `no JSON: ${json.message}`, 'JSON'));
    return;
  }
  yield* yamlObjects({ file, text: text.startsWith('\ufeff') ? text.slice(1) : text }, report);
}

function* yamlObjects({ file, text }: ManifestFile, report: Report): Generator<RawObject> {
  let unreadable = 0;
  const count = (problem: Problem) => {
    unreadable += problem.severity === 'document' ? 1 : 0;
    report(problem);
  };
  for (const piece of splitYaml(text, LIMITS.yamlDocumentChars / 8)) {
    const place = { file, document: piece.document, item: piece.item };
    if (piece.document >= LIMITS.documents || unreadable >= LIMITS.unreadableDocuments) {
      report(
        told(place, 'the rest of the file was not read', `at most ${LIMITS.documents} documents, all of them YAML`),
      );
      return;
    }
    const isLong = piece.item !== null || piece.text.length > LIMITS.yamlDocumentChars;
    if (isLong && isPassedOver(piece.text)) continue;
    const read = readYaml(piece.text, piece.line);
    if ('value' in read) yield* objectsOf(read.value, { ...place, inherited: null, depth: 0 }, count);
    else count(told(place, read.message, read.allowed));
  }
}

/** Most of a dump, and whatever is large in one, is no policy's business: its kind is looked up in the text, to be spared the parse. */
function isPassedOver(text: string): boolean {
  const indent = /^ *(?=\S)/m.exec(text)?.[0] ?? '';
  const kind = new RegExp(`^${indent}kind: *"?(\\w+)"? *\\r?$`, 'm').exec(text)?.[1];
  return kind !== undefined && !kind.endsWith('List') && kind !== 'Tier' && !isPolicyKind(kind) && !isClusterKind(kind);
}

type Spot = Pick<Problem, 'file' | 'document' | 'item'>;

function told(
  { file, document, item }: Spot,
  message: string,
  allowed: string,
  severity: Problem['severity'] = 'document',
): Problem {
  return { file, document, item, object: null, path: '', message, allowed, severity };
}

/** JSON is read as such, for its speed; what only looks like it may be YAML (flow style). Null: it does not even look like it. */
function readJson(text: string): { value: unknown } | { message: string } | null {
  if (!/^\s*[[{]/.test(text)) return null;
  if (isDeeper(text, LIMITS.depth)) return { message: `more than ${LIMITS.depth} levels deep` };
  try {
    return { value: JSON.parse(text) };
  } catch (error) {
    return { message: error instanceof SyntaxError ? error.message : 'too large' };
  }
}

/** Characters by code: brackets and braces differ in one bit. */
const [OPEN, CLOSE, BRACE, QUOTE, BACKSLASH] = [0x5b, 0x5d, 0x20, 0x22, 0x5c];

/** Millions of brackets cost JSON.parse seconds: counted first, outside of texts. */
function isDeeper(text: string, most: number): boolean {
  let depth = 0;
  let isText = false;
  for (let place = 0; place < text.length; place++) {
    const code = text.charCodeAt(place);
    if (isText && code === BACKSLASH) place++;
    else if (code === QUOTE) isText = !isText;
    else if (isText) continue;
    else if ((code & ~BRACE) === OPEN) depth++;
    else if ((code & ~BRACE) === CLOSE) depth--;
    if (depth > most) return true;
  }
  return false;
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
    if (where.depth >= LIMITS.listDepth) report(told(where, 'Lists within Lists', `at most ${LIMITS.listDepth} deep`));
    else
      for (const [item, one] of items.values.entries()) {
        const inner = { ...where, inherited: items.inherited, item: where.item ?? item, depth: where.depth + 1 };
        yield* objectsOf(one, inner, report);
      }
    return;
  }
  if (typeof value !== 'object') {
    report(told(where, `${describe(value)} is no object`, 'a Kubernetes object'));
    return;
  }
  const body = value as Fields;
  const object = toObject(body, where);
  if (object.kind !== '') {
    yield object;
    return;
  }
  // Values of a chart, a probe file: what does not even look like a manifest was not meant to be one.
  const isMeant = ['apiVersion', 'metadata', 'spec', 'items'].some((field) => field in body);
  report(told(where, 'an object without kind', 'apiVersion, kind, metadata.name', isMeant ? 'document' : 'warning'));
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
