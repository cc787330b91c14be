/** One measured number. `ratio` is `value` to `reference`, both of this run. */
export interface BenchResult {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly reference: number;
  readonly ratio: number;
}

export type Bench = (options: {
  readonly rounds: number;
  readonly say: (line: string) => void;
}) => Promise<readonly BenchResult[]>;

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const [a = 0, b = 0] = [sorted[middle], sorted[sorted.length % 2 === 0 ? middle - 1 : middle]];
  return (a + b) / 2;
}

export function formatTable(results: readonly BenchResult[]): string {
  const number = (value: number) =>
    value.toLocaleString('en-US', { maximumFractionDigits: value < 100 ? 3 : 0 }).padStart(14);
  const lines = results.map(
    ({ name, value, unit, reference, ratio }) =>
      `${name.padEnd(16)}${number(value)}${number(reference)}${ratio.toFixed(2).padStart(8)}  ${unit}`,
  );
  return [
    `${'name'.padEnd(16)}${'value'.padStart(14)}${'reference'.padStart(14)}${'ratio'.padStart(8)}  unit`,
    ...lines,
  ].join('\n');
}
