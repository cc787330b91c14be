import { BadInput, type Command } from '../command.ts';
import { writeOut } from '../output/write-out.ts';

const SHELLS = ['bash', 'zsh', 'fish'] as const;

/** Made with the list of the others, which it completes. */
export function createCompletionCommand(others: readonly Command[]): Command {
  return {
    name: 'completion',
    positionals: ['SHELL'],
    summary: 'a script that completes command lines',
    details: `SHELL is bash, zsh or fish.
  bash: source <(margay completion bash)
  zsh:  source <(margay completion zsh)
  fish: margay completion fish | source`,
    options: {},
    formats: ['txt'],
    run: async ([shell = '']) => {
      const name = SHELLS.find((one) => one === shell);
      if (name === undefined) throw new BadInput(`${shell} is not among ${SHELLS.join(', ')}`);
      await writeOut([name === 'fish' ? fish(others) : bash(others, name === 'zsh')]);
      return 0;
    },
  };
}

const wordsOf = ({ options, formats }: Command) => [
  ...Object.keys(options).map((name) => `--${name}`),
  ...(formats.length > 1 ? ['--output', '-o'] : []),
  '--help',
];

const NAMES = ['completion', '--help', '--version'];

/** Options after a dash, forms after -o, else files: what most arguments are. zsh runs bash's completions. */
function bash(commands: readonly Command[], forZsh: boolean): string {
  const cases = commands.map(
    (command) => `    ${command.name}) words="${wordsOf(command).join(' ')}"; forms="${command.formats.join(' ')}" ;;`,
  );
  return `${forZsh ? 'autoload -U +X bashcompinit && bashcompinit\n' : ''}_margay() {
  local current="\${COMP_WORDS[COMP_CWORD]}" before="\${COMP_WORDS[COMP_CWORD - 1]}" words="" forms=""
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W "${[...commands.map(({ name }) => name), ...NAMES].join(' ')}" -- "$current"))
    return
  fi
  case "\${COMP_WORDS[1]}" in
${cases.join('\n')}
    completion) COMPREPLY=($(compgen -W "${SHELLS.join(' ')}" -- "$current")); return ;;
  esac
  case "$before" in
    -o|--output) COMPREPLY=($(compgen -W "$forms" -- "$current")); return ;;
  esac
  case "$current" in
    -*) COMPREPLY=($(compgen -W "$words" -- "$current")) ;;
    *) COMPREPLY=($(compgen -f -- "$current")) ;;
  esac
}
complete -o filenames -F _margay margay
`;
}

function fish(commands: readonly Command[]): string {
  const quote = (text: string) => `'${text.replace(/['\\]/g, '\\$&')}'`;
  const lines = commands.flatMap(({ name, summary, options, formats }) => [
    `complete -c margay -n __fish_use_subcommand -f -a ${name} -d ${quote(summary)}`,
    ...Object.entries(options).map(([long, { help, type }]) => {
      const value = type === 'string' ? ' -r' : '';
      return `complete -c margay -n "__fish_seen_subcommand_from ${name}" -l ${long}${value} -d ${quote(help)}`;
    }),
    `complete -c margay -n "__fish_seen_subcommand_from ${name}" -s o -l output -x -a ${quote(formats.join(' '))}`,
  ]);
  return `${lines.join('\n')}\n`;
}
