import { parseArgs } from 'node:util';
import { BAD_INPUT, BadInput, type Command, FINE, isBadInput, type Option } from './command.ts';
import { commands } from './commands/commands.ts';
import { helpOf, overview } from './help.ts';

const COMMON: Readonly<Record<string, Option>> = {
  help: { type: 'boolean', short: 'h', help: 'this text' },
};

/** Runs one command line and answers its exit code: 0 fine, 1 a finding, 2 bad input. */
export async function runCli(args: readonly string[]): Promise<number> {
  const [name, ...rest] = args;
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    const [wanted] = name === 'help' ? rest : [];
    const asked = commands.find((one) => one.name === wanted);
    if (wanted !== undefined && asked === undefined) return complainOf(wanted);
    process.stdout.write(asked === undefined ? overview(commands) : helpOf(asked, COMMON));
    return name === undefined ? BAD_INPUT : FINE;
  }
  if (name === '--version' || name === '-V') {
    process.stdout.write(`margay ${process.env.MARGAY_VERSION}\n`);
    return FINE;
  }
  const command = commands.find((one) => one.name === name);
  if (command === undefined) return complainOf(name);
  try {
    return await runCommand(command, rest);
  } catch (error) {
    if (isBadInput(error)) return complain(error.message, `margay ${name} --help says more`);
    throw error;
  }
}

async function runCommand(command: Command, args: readonly string[]): Promise<number> {
  const { values, positionals } = readArguments(command, args);
  if (values.help === true) {
    process.stdout.write(helpOf(command, COMMON));
    return FINE;
  }
  const wanted = command.positionals;
  if (positionals.length !== wanted.length)
    throw new BadInput(`${command.name} takes ${wanted.join(' ')}, got ${positionals.length} arguments`);
  const output = values.output ?? command.formats[0] ?? '';
  if (!command.formats.includes(String(output)))
    throw new BadInput(`-o ${output} is not among ${command.formats.join(', ')}`);
  return command.run(positionals, { ...values, output: String(output) });
}

function readArguments(command: Command, args: readonly string[]) {
  const output: Option = { type: 'string', short: 'o', value: 'FORM', help: '' };
  let parsed: ReturnType<typeof parse>;
  try {
    parsed = parse(args, { ...command.options, ...COMMON, output });
  } catch (error) {
    throw new BadInput(error instanceof Error ? error.message : String(error));
  }
  const names = parsed.tokens.flatMap((token) => (token.kind === 'option' ? [token.name] : []));
  const twice = names.find((name, place) => names.indexOf(name) !== place);
  if (twice !== undefined) throw new BadInput(`--${twice} is given twice`);
  return parsed;
}

const parse = (args: readonly string[], options: Readonly<Record<string, Option>>) =>
  parseArgs({ args: [...args], options, allowPositionals: true, strict: true, tokens: true });

const complainOf = (name: string) => complain(`there is no command ${name}`, 'margay --help lists them');

function complain(message: string, hint: string): number {
  process.stderr.write(`margay: ${message}\n${hint}\n`);
  return BAD_INPUT;
}
