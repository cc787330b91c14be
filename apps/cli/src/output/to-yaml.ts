import { dump } from 'js-yaml';

/** Plain YAML: no anchors, no folded lines. */
export const toYaml = (value: unknown): string => dump(value, { noRefs: true, lineWidth: -1 });
