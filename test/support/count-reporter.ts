// Ends a test run with one plain line of counts, for machines that read logs, after the names of the tests that passed
// only when they were tried again.
import type { Reporter, TestModule } from 'vitest/node';

export const countReporter: Reporter = {
  onTestRunEnd(modules: readonly TestModule[]) {
    const counts = { passed: 0, failed: 0, skipped: 0, pending: 0 };
    for (const module of modules) {
      for (const test of module.children.allTests()) {
        counts[test.result().state] += 1;
        if (test.diagnostic()?.flaky) console.log(`passed at the second try only: ${test.fullName}`);
      }
      // A file that could not even be loaded has no tests to fail.
      if (module.state() === 'failed' && [...module.children.allTests()].length === 0) counts.failed += 1;
    }
    console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
  },
};
