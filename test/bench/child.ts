// A process of its own that does what a start does: opens the query worker on a cache and asks for the first page. Says how
// much memory it then holds, and, when asked to, how much an export of everything takes at most. Prints one JSON object.
import { readFileSync } from 'node:fs';
import { setTimeout as sleepMs } from 'node:timers/promises';
import type { QueryHandlers } from '../../main/workers/query-worker.ts';
import { connectWorker } from '../../main/workers/rpc.ts';

/** What the process holds of its own. Pages of the mapped database file are left out: the system takes them back at will. */
const heldBytes = (): number => {
  if (process.platform !== 'linux') return process.memoryUsage().rss;
  const kilobytes = /^RssAnon:\s+(\d+) kB/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
  return Number(kilobytes) * 1024;
};

const [path = '', mode = ''] = process.argv.slice(2);
// Not by way of data.ts, which loads the maker of the made-up data: the program's start does not.
const client = connectWorker<QueryHandlers>(
  new URL('../../main/workers/query-worker.ts', import.meta.url),
  { cachePath: path, cacheKey: null },
  (stack) => process.stderr.write(`${stack}\n`),
);
const { total, rows } = await client.call('search', {
  query: { kind: 'all' },
  sort: { by: 'started', isDescending: true },
  limit: 50,
  start: { offset: 0 },
  zone: 'UTC',
  withFacets: true,
});
const readyMs = performance.now();
// What the start threw away is collected before the memory is read.
await sleepMs(3000);
const restBytes = heldBytes();
let peakBytes = restBytes;
const looking = setInterval(() => {
  peakBytes = Math.max(peakBytes, heldBytes());
}, 20);
if (mode === 'export') {
  await client.call(
    'export',
    { query: { kind: 'all' }, what: 'conversations', format: 'csv', maskSalt: null, span: null },
    { onChunk: async () => undefined },
  );
}
clearInterval(looking);
console.log(JSON.stringify({ total, shown: rows.length, readyMs, restBytes, peakBytes }));
await client.call('close', undefined);
await client.close();
