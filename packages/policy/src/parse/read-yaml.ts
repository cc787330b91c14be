import { CORE_SCHEMA, load, mergeTag, YAMLException } from 'js-yaml';
import { LIMITS } from './limits.ts';

export type ReadResult = { readonly value: unknown } | { readonly message: string; readonly allowed: string };

/** YAML 1.2 core, with `<<` as kubectl has it: nothing but texts, numbers, booleans, null, lists and maps comes out of it. */
const SCHEMA = CORE_SCHEMA.withTags(mergeTag);

/** Reads one YAML document; `line` is where its text begins in the file. Never throws. */
export function readYaml(text: string, line: number): ReadResult {
  if (text.length > LIMITS.yamlDocumentChars)
    return {
      message: `a YAML document of ${text.length} characters`,
      allowed: `at most ${LIMITS.yamlDocumentChars}; write a List as kubectl does, or JSON`,
    };
  try {
    const value = load(text, { schema: SCHEMA, maxDepth: LIMITS.depth, maxAliases: LIMITS.aliases });
    if (/[&*]/.test(text) && countValues(value, LIMITS.aliasedValues) > LIMITS.aliasedValues)
      return { message: 'its aliases multiply it', allowed: `at most ${LIMITS.aliasedValues} values` };
    return { value };
  } catch (error) {
    if (!(error instanceof YAMLException)) return { message: 'no YAML: too deep or too large', allowed: 'YAML' };
    const place = error.mark === undefined ? '' : ` (line ${line + error.mark.line}, column ${error.mark.column + 1})`;
    return { message: `no YAML: ${error.reason}${place}`, allowed: 'YAML 1.2' };
  }
}

/** Counts values as a reader meets them, an aliased one each time; stops above `most`. */
function countValues(root: unknown, most: number): number {
  const pending = [root];
  let count = 0;
  while (pending.length > 0 && count <= most) {
    const value = pending.pop();
    count++;
    if (typeof value !== 'object' || value === null) continue;
    for (const part of Array.isArray(value) ? value : Object.values(value)) {
      if (pending.length > most) return most + 1;
      pending.push(part);
    }
  }
  return count;
}
