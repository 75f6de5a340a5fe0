// What a thread keeps for what is new it keeps until it ends, and left to itself that is several times what it holds: every
// thread of the program has a bound of its own. How far memory grows in days: test/faults/soak.ts.
import type { Worker } from 'node:worker_threads';
import { expect, onTestFinished, test } from 'vitest';
import { makeRows } from '../kore-server/generate.ts';
import { startKoreServer } from '../kore-server/server.ts';
import { openTestApp } from '../support/app.ts';

test('every thread that stays open has a bound for what is new', async () => {
  const workers: Worker[] = [];
  const note = (worker: Worker): void => void workers.push(worker);
  process.on('worker', note);
  onTestFinished(() => void process.off('worker', note));
  const server = await startKoreServer({
    rows: makeRows({ seed: 3, count: 20, days: 1, endS: Math.floor(Date.now() / 1000) - 3600 }),
  });
  onTestFinished(() => server.close());
  const app = openTestApp({ token: server.token });
  onTestFinished(() => app.close());
  await app.connect(server);
  await app.sync({ from: new Date(Date.now() - 2 * 86_400_000).toISOString() });
  await app.call('search.run', { query: '', limit: 5 });
  const open = workers.filter(({ threadId }) => threadId !== -1);
  // The writer, the reader and the query thread.
  expect(open.length).toBe(3);
  for (const { resourceLimits } of open) expect(resourceLimits?.maxYoungGenerationSizeMb).toBeLessThanOrEqual(32);
});
