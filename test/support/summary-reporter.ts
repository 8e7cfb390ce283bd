// Ends every run with one line that a script can read: `N passed, N failed, N skipped`.
import { writeSync } from 'node:fs';
import type { Reporter, TestModule } from 'vitest/node';

export class SummaryReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    const counts = { passed: 0, failed: unhandledErrors.length, skipped: 0 };
    for (const module of modules) {
      let failedTests = 0;
      for (const test of module.children.allTests()) {
        const state = test.result().state;
        if (state === 'failed') failedTests++;
        if (state === 'passed') counts.passed++;
        if (state === 'skipped' || state === 'pending') counts.skipped++;
      }
      // A file that cannot even be loaded has no tests, and failed all the same.
      counts.failed += failedTests === 0 && module.state() === 'failed' ? 1 : failedTests;
    }
    if (counts.passed + counts.failed === 0) process.exitCode = 1;
    process.once('exit', () => {
      writeSync(1, `${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped\n`);
    });
  }
}
