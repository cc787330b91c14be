import { writeFileSync } from 'node:fs';
import type { Reporter, TestModule } from 'vitest/node';
import { emptyTally } from './tally.ts';

/** Writes the run's tally, skips with their reasons, to the file named by MARGAY_TALLY. */
// biome-ignore lint/style/noDefaultExport: vitest loads a reporter by its default export
export default class TallyReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    const tally = emptyTally();
    tally.failed += errors.length;
    for (const module of modules) {
      // A file that does not load has no tests to fail.
      if (
        module.state() === 'failed' &&
        [...module.children.allTests()].every((test) => test.result().state !== 'failed')
      )
        tally.failed++;
      for (const test of module.children.allTests()) {
        const result = test.result();
        if (result.state === 'passed') tally.passed++;
        else if (result.state === 'failed') tally.failed++;
        else
          tally.skipped.push({
            name: `${module.relativeModuleId} › ${test.fullName}`,
            reason: ('note' in result ? result.note : undefined) ?? missingVariable(test.fullName) ?? 'no reason given',
          });
      }
    }
    const file = process.env.MARGAY_TALLY;
    if (file) writeFileSync(file, JSON.stringify(tally));
  }
}

/** A suite that needs a variable has its name in its title. */
function missingVariable(title: string): string | undefined {
  const [variable] = /\b[A-Z]{2,}_[A-Z_]+\b/.exec(title) ?? [];
  return variable && process.env[variable] === undefined ? `${variable} is not set` : undefined;
}
