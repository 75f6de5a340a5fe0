import { defineConfig } from 'vitest/config';
import { countReporter } from './test/support/count-reporter.ts';

const windowTests = 'test/e2e/window*.test.ts';

export default defineConfig({
  test: {
    // Generous: a busy machine is slow, and what must be quick is measured where it matters.
    // Two cores are the smallest machine we support: more workers than that only make timings worse.
    maxWorkers: 2,
    testTimeout: 180_000,
    hookTimeout: 300_000,
    reporters: ['default', countReporter],
    projects: [
      { extends: true, test: { name: 'product', include: ['test/**/*.test.ts'], exclude: [windowTests] } },
      // A real browser, its frames and its timers: one more try, and whatever needed it is named at the end of the run.
      { extends: true, test: { name: 'window', include: [windowTests], retry: 1 } },
    ],
  },
});
