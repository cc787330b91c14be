import type { Log } from '../src/log.ts';

/** A log that keeps its lines for the test to look at. */
export function quietLog(): Log & { readonly lines: string[] } {
  const lines: string[] = [];
  const write =
    (level: string) =>
    (...args: unknown[]) => {
      const text = args.map((arg) =>
        arg instanceof Error
          ? String(arg)
          : typeof arg === 'string'
            ? arg
            : JSON.stringify(arg, (_, value) => (value instanceof Error ? String(value) : value)),
      );
      lines.push(`${level} ${text.join(' ')}`);
    };
  return {
    debug: write('debug'),
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
    lines,
  } as unknown as Log & {
    lines: string[];
  };
}
