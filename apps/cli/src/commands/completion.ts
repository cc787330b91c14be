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
      const words = others.map((command) => [command.name, wordsOf(command)] as const);
      await writeOut([name === 'fish' ? fish(others) : bash(words, name === 'zsh')]);
      return 0;
    },
  };
}

const wordsOf = ({ options, formats }: Command) => [
  ...Object.keys(options).map((name) => `--${name}`),
  ...(formats.length > 1 ? ['--output', '-o'] : []),
  '--help',
];

/** Options after a dash, else files: what most arguments are. zsh runs bash's completions. */
function bash(words: readonly (readonly [string, readonly string[]])[], forZsh: boolean): string {
  const cases = words.map(([name, options]) => `    ${name}) words="${options.join(' ')}" ;;`);
  return `${forZsh ? 'autoload -U +X bashcompinit && bashcompinit\n' : ''}_margay() {
  local current="\${COMP_WORDS[COMP_CWORD]}" words=""
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W "${words.map(([name]) => name).join(' ')} --help" -- "$current"))
    return
  fi
  case "\${COMP_WORDS[1]}" in
${cases.join('\n')}
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
  const lines = commands.flatMap(({ name, summary, options }) => [
    `complete -c margay -n __fish_use_subcommand -f -a ${name} -d ${quote(summary)}`,
    ...Object.entries(options).map(
      ([long, { help }]) => `complete -c margay -n "__fish_seen_subcommand_from ${name}" -l ${long} -d ${quote(help)}`,
    ),
  ]);
  return `${lines.join('\n')}\n`;
}
