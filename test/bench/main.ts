// npm run bench [-- --quick] [--size N]… [--only ingest,search,scorecard,export,start,busy]: measures the product against its peers
// on made-up data and prints one table for each size. Docs: docs/performance.md.
import { cpus, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { benchBusy } from './bench-busy.ts';
import { benchExport } from './bench-export.ts';
import { benchIngest } from './bench-ingest.ts';
import { benchScorecard } from './bench-scorecard.ts';
import { benchSearch } from './bench-search.ts';
import { benchStart } from './bench-start.ts';
import { benchDir, ensureCache, ensureRows, openQuery } from './data.ts';
import { ensureLake, openDuck } from './duck.ts';
import { versionOf } from './measure.ts';
import { formatLines, type Line } from './report.ts';

const parts = ['ingest', 'search', 'scorecard', 'export', 'start', 'busy'] as const;
const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    size: { type: 'string', multiple: true },
    only: { type: 'string', default: parts.join(',') },
  },
});
const sizes = values.size?.map(Number) ?? [values.quick ? 100_000 : 1_000_000];
const only = new Set(values.only.split(','));

const say = (text: string): void => {
  process.stderr.write(`${text}\n`);
};

const benchSize = async (conversations: number): Promise<Line[]> => {
  say(`${conversations} conversations: making the data, unless they are there from an earlier run …`);
  const rowsPath = await ensureRows(conversations);
  const { path, load } = await ensureCache(conversations);
  const lines: Line[] = [];
  const run = async (part: (typeof parts)[number], work: () => Promise<Line[]>): Promise<void> => {
    if (!only.has(part)) return;
    say(`${conversations} conversations: ${part} …`);
    const found = await work();
    say(formatLines(found));
    lines.push(...found);
  };
  await run('ingest', () => benchIngest(rowsPath, conversations, load));
  if (['search', 'scorecard', 'export'].some((part) => only.has(part))) {
    const client = openQuery(path);
    try {
      if (only.has('search') || only.has('scorecard')) {
        const duck = await openDuck(await ensureLake(conversations, client));
        await run('search', () => benchSearch(client, duck, rowsPath));
        await run('scorecard', () => benchScorecard(path, client, duck));
        duck.close();
      }
      await run('export', () => benchExport(path, client, conversations));
    } finally {
      // Saves the search index, which the start needs.
      await client.call('close', undefined);
      await client.close();
    }
  }
  await run('start', () => benchStart(path, conversations));
  await run('busy', () => benchBusy(path, conversations));
  return lines;
};

const versions = await Promise.all(
  (['sqlite3', 'sqlite-utils', 'rg'] as const).map(
    async (name) =>
      (await versionOf(name))?.replace(/^(?=\d)/, `${name} `).replace(/ \d{4}-.*$/, '') ?? `${name}: not installed`,
  ),
);
const machine = `${cpus().length} x ${cpus()[0]?.model ?? 'unknown processor'}, ${(totalmem() / 2 ** 30).toFixed(0)} GiB, Node ${process.version}, ${process.platform}`;
say(`${machine}; ${versions.join('; ')}; data in ${benchDir}`);
const tables: string[] = [];
for (const size of sizes) tables.push(`${size} conversations\n\n${formatLines(await benchSize(size))}`);
console.log(`${machine}\n${versions.join('; ')}\n\n${tables.join('\n\n')}\n`);
console.log(
  'Requests of a sync against the fewest possible: test/integration/sync-matrix.test.ts prints the table and holds it at 1.10.\nPDF against Chromium: npm run bench:pdf.',
);
