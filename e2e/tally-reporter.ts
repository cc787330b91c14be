import { writeFileSync } from 'node:fs';
import type { Reporter, TestCase, TestResult } from '@playwright/test/reporter';

/** Writes what passed, failed and was skipped (with its reason) to the file named by MARGAY_TALLY. */
// biome-ignore lint/style/noDefaultExport: Playwright loads a reporter by its default export
export default class TallyReporter implements Reporter {
  private readonly tally = { passed: 0, failed: 0, skipped: [] as { name: string; reason: string }[] };

  onTestEnd(test: TestCase, result: TestResult): void {
    if (result.status === 'skipped')
      this.tally.skipped.push({
        name: test.titlePath().filter(Boolean).join(' › '),
        reason: test.annotations.find((note) => note.type === 'skip')?.description ?? 'no reason given',
      });
    else if (test.outcome() === 'expected') this.tally.passed++;
    else this.tally.failed++;
  }

  onError(): void {
    this.tally.failed++;
  }

  onEnd(): void {
    const file = process.env.MARGAY_TALLY;
    if (file) writeFileSync(file, JSON.stringify(this.tally));
  }
}
