const LABELS_MAX = 128;

/** At most as many labels as a peer may have, always the same ones: an object with more is still named rather than left out. */
export function boundLabels(labels: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const entries = Object.entries(labels);
  return entries.length <= LABELS_MAX ? labels : Object.fromEntries(entries.sort().slice(0, LABELS_MAX));
}
