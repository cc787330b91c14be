export interface RuleRef {
  readonly direction: 'ingress' | 'egress';
  readonly index: number;
}

/** 1-based numbers of the YAML lines that a rule stands on: the item of that index in `spec.ingress` or `spec.egress`. Empty where it is not found. */
export function ruleLines(yaml: string, { direction, index }: RuleRef): ReadonlySet<number> {
  const lines = yaml.split('\n');
  const found = new Set<number>();
  let itemIndent = -1;
  let inSection = false;
  let item = -1;
  lines.forEach((line, at) => {
    if (line.trim() === '') return;
    const indent = line.search(/\S/);
    if (!inSection) {
      inSection = line === `  ${direction}:`;
      return;
    }
    // A key of `spec` or of the document ends the list.
    if (indent <= 2 && !line.trimStart().startsWith('- ')) {
      inSection = false;
      itemIndent = -1;
      return;
    }
    if (itemIndent < 0) itemIndent = indent;
    if (indent === itemIndent && line.trimStart().startsWith('-')) item++;
    if (item === index) found.add(at + 1);
  });
  return found;
}
