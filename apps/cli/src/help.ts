import type { Command, Option } from './command.ts';

const EXIT_CODES = `Exit codes: 0 fine, 1 a finding, 2 bad input. Every problem is named on stderr.\n`;

/** What `margay --help` prints. */
export function overview(commands: readonly Command[]): string {
  const lines = commands.map((command) => `  ${usageOf(command).padEnd(SUMMARY_AT - 2)}  ${command.summary}`);
  return `Answers questions about Kubernetes network policies from manifests, without a cluster.

${lines.join('\n')}

DIR is a folder with YAML and JSON files, one such file, or - for stdin. margay COMMAND --help says more.
${EXIT_CODES}`;
}

const SUMMARY_AT = 47;

const usageOf = ({ name, positionals, needs }: Command) =>
  [name, ...positionals, ...(needs === undefined ? [] : [needs])].join(' ');

/** What `margay COMMAND --help` prints. */
export function helpOf(command: Command, common: Readonly<Record<string, Option>>): string {
  const { summary, details, options, formats } = command;
  const all = {
    ...options,
    output: {
      type: 'string',
      short: 'o',
      value: 'FORM',
      help: `${formats.join(', ')}; ${formats[0]} if not given`,
    } satisfies Option,
    ...common,
  };
  const lines = Object.entries<Option>(all).map(([long, option]) => {
    const left = `${option.short === undefined ? '   ' : `-${option.short},`} --${long}${option.value === undefined ? '' : ` ${option.value}`}`;
    return `  ${left.padEnd(24)}${option.help}`;
  });
  return `margay ${usageOf(command)}: ${summary}

${details}

${lines.join('\n')}

${EXIT_CODES}`;
}
