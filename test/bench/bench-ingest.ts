// Ingest: pages of the API to rows, raw pages and full text, by the product's writer worker; against sqlite-utils with full
// text over the same rows.
import { createReadStream, createWriteStream, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { finished } from 'node:stream/promises';
import { benchDir, type IngestRun, ingestPages, openQuery, cpuS as ownCpuS, readPages, vocabulary } from './data.ts';
import { cpuOfProgramS, interleave, median, requireEqual, runProgram, versionOf } from './measure.ts';
import { formatRate, type Line, lineOfLimit, lineOfRatio } from './report.ts';

const ROUNDS = 3;
const textColumns = [
  'destinations',
  'dispositionRemarks',
  'customerinfo',
  'sessionleveltags',
  'csatFeedback',
  'metaInfo',
];

const copyHead = async (from: string, to: string, rows: number): Promise<void> => {
  const out = createWriteStream(to, { mode: 0o600 });
  let count = 0;
  for await (const line of createInterface({ input: createReadStream(from) })) {
    out.write(`${line}\n`);
    count += 1;
    if (count === rows) break;
  }
  out.end();
  await finished(out);
};

export const benchIngest = async (rowsPath: string, total: number, load: IngestRun): Promise<Line[]> => {
  const rows = Math.min(20_000, total);
  const folder = mkdtempSync(join(benchDir, 'ingest-'));
  const head = join(folder, 'head.ndjson');
  await copyHead(rowsPath, head, rows);
  const pages = [...readPages(head)];

  const version = await versionOf('sqlite-utils');
  let round = 0;
  const paths = { ours: '', theirs: '' };
  const cpuS = { ours: [] as number[], theirs: [] as number[] };
  const times = await interleave(ROUNDS, {
    ours: async () => {
      round += 1;
      paths.ours = join(folder, `ours-${round}`, 'cache.db');
      // Threads started and ended included, as the peer's start is.
      const startedCpuS = ownCpuS();
      await ingestPages(paths.ours, pages, rows);
      cpuS.ours.push(ownCpuS() - startedCpuS);
    },
    theirs:
      version === null
        ? null
        : async () => {
            paths.theirs = join(folder, `theirs-${round}.db`);
            const insert = ['insert', paths.theirs, 'rows', head, '--nl', '--batch-size', '5000', '--alter'];
            const index = ['enable-fts', paths.theirs, 'rows', ...textColumns, '--fts5'];
            cpuS.theirs.push(
              (await cpuOfProgramS('sqlite-utils', insert)) + (await cpuOfProgramS('sqlite-utils', index)),
            );
          },
  });

  if (version !== null) {
    const query = openQuery(paths.ours);
    for (const word of [vocabulary[40], vocabulary[3000]].filter((word) => word !== undefined)) {
      const found = await query.call('search', {
        query: { kind: 'text', words: [word], isPrefix: false },
        sort: { by: 'started', isDescending: true },
        limit: 0,
        start: { offset: 0 },
        zone: 'UTC',
        withFacets: false,
      });
      const sql = `SELECT count(*) AS n FROM rows_fts WHERE rows_fts MATCH '${word}'`;
      const [theirs] = JSON.parse(await runProgram('sqlite-utils', ['query', paths.theirs, sql])) as { n: number }[];
      requireEqual(`conversations with “${word}” after the ingest`, found.total, theirs?.n);
    }
    await query.call('close', undefined);
    await query.close();
  }
  rmSync(folder, { recursive: true, force: true });

  const oursMs = times.ours?.medianMs ?? Number.NaN;
  const [oursCpuMs, theirsCpuMs] = [median(cpuS.ours) * 1000, median(cpuS.theirs) * 1000];
  const first = median(load.cpuTenths.slice(0, 2));
  const last = median(load.cpuTenths.slice(-2));
  const perSecond = (rate: number): string => `${rate.toFixed(0)} rows/s`;
  return [
    lineOfRatio(
      `ingest, ${rows} rows, parse to full text`,
      { text: formatRate(rows, oursMs), ms: oursMs },
      times.theirs && {
        name: 'sqlite-utils',
        text: formatRate(rows, times.theirs.medianMs),
        ms: times.theirs.medianMs,
      },
      2.5,
      'sqlite-utils is not installed',
    ),
    lineOfLimit('ingest, rows a second', (rows / oursMs) * 1000, perSecond, 20_000, false),
    lineOfRatio(
      'ingest, the same in processor time',
      { text: formatRate(rows, oursCpuMs), ms: oursCpuMs },
      version === null ? null : { name: 'sqlite-utils', text: formatRate(rows, theirsCpuMs), ms: theirsCpuMs },
      null,
      'sqlite-utils is not installed',
    ),
    lineOfLimit(`ingest, whole load of ${load.rows}`, load.rows / load.seconds, perSecond, null, false),
    lineOfLimit(
      'ingest, first fifth against last fifth (processor time)',
      first / last,
      (r) => `${r.toFixed(2)}x`,
      1.3,
    ),
  ];
};
