import type { LabelSelector, LabelSelectorRequirement } from '../kubernetes.ts';
import { asList, asRecord } from './record.ts';

const OPERATORS: readonly string[] = ['In', 'NotIn', 'Exists', 'DoesNotExist'];

/** Reads a label selector; null where any part of it cannot be understood, because a selector read in part selects too much. */
export function parseSelector(value: unknown): LabelSelector | null {
  const record = asRecord(value);
  if (record === null) return null;
  const matchLabels = parseMatchLabels(record.matchLabels);
  const list = asList(record.matchExpressions);
  if (matchLabels === null || list === null) return null;
  const matchExpressions: LabelSelectorRequirement[] = [];
  for (const item of list) {
    const requirement = parseRequirement(item);
    if (requirement === null) return null;
    matchExpressions.push(requirement);
  }
  return { matchLabels, matchExpressions };
}

function parseMatchLabels(value: unknown): Record<string, string> | null {
  if (value === undefined || value === null) return {};
  const record = asRecord(value);
  if (record === null || Object.values(record).some((label) => typeof label !== 'string')) return null;
  return record as Record<string, string>;
}

function parseRequirement(value: unknown): LabelSelectorRequirement | null {
  const record = asRecord(value);
  const list = asList(record?.values);
  if (record === null || list === null || typeof record.key !== 'string') return null;
  if (typeof record.operator !== 'string' || !OPERATORS.includes(record.operator)) return null;
  if (list.some((item) => typeof item !== 'string')) return null;
  const operator = record.operator as LabelSelectorRequirement['operator'];
  const needsValues = operator === 'In' || operator === 'NotIn';
  if (needsValues !== list.length > 0) return null;
  return { key: record.key, operator, values: list as string[] };
}
