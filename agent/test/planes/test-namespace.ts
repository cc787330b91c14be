import { execFileSync, spawnSync } from 'node:child_process';

let next = 1;

/** A network namespace of the test's own. */
export class TestNamespace {
  readonly name: string;

  constructor(word: string) {
    this.name = `planes-${process.pid}-${word}${next++}`;
    execFileSync('ip', ['netns', 'add', this.name]);
  }

  /** The command that a command is run by to run inside. */
  get enter(): readonly string[] {
    return ['nsenter', `--net=/run/netns/${this.name}`];
  }

  /** Runs a command inside and returns what it printed. */
  run(...command: string[]): string {
    const [file = '', ...args] = [...this.enter, ...command];
    return execFileSync(file, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  }

  /** `ip` with many commands at once. */
  ip(lines: readonly string[]): void {
    execFileSync('ip', ['-n', this.name, '-batch', '-'], {
      input: lines.join('\n'),
      stdio: ['pipe', 'ignore', 'pipe'],
    });
  }

  remove(): void {
    execFileSync('ip', ['netns', 'del', this.name]);
  }
}

/** Why tests in namespaces cannot run here; undefined when they can. */
export function whyNoNamespaces(): string | undefined {
  if (process.platform !== 'linux') return 'needs Linux';
  if (process.getuid?.() !== 0) return 'needs root';
  const missing = ['ip', 'nsenter', 'nft', 'conntrack'].filter((tool) => spawnSync('which', [tool]).status !== 0);
  return missing.length > 0 ? `needs ${missing.join(', ')}` : undefined;
}
