// Exports: conversations as CSV against the sqlite3 command line and csv-stringify, both over one SELECT with the same
// columns; and Parquet.
import { closeSync, createWriteStream, mkdtempSync, openSync, readSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { stringify } from 'csv-stringify';
import { csvHeader } from '../../main/reports/csv.ts';
import { conversationColumns } from '../../main/reports/flatten.ts';
import { runExport } from '../../main/services/exporting.ts';
import { openCacheForReading } from '../../main/store/cache.ts';
import type { QueryHandlers } from '../../main/workers/query-worker.ts';
import type { WorkerClient } from '../../main/workers/rpc.ts';
import { conversationsSql, preparationSql } from './csv-sql.ts';
import { benchDir, cpuS } from './data.ts';
import { interleave, median, requireEqual, runProgram, versionOf } from './measure.ts';
import { formatMs, formatRate, type Line, lineOfLimit, lineOfRatio } from './report.ts';

const HEAD_BYTES = 4 << 20;
const HEAD_ROWS = 1000;

/** The first records of a CSV file as cells; an absent cell and an empty text are the same here, for the peers do not tell them apart. */
const readHead = (path: string): string[][] => {
  const bytes = Buffer.alloc(HEAD_BYTES);
  const file = openSync(path, 'r');
  const size = readSync(file, bytes, 0, HEAD_BYTES, 0);
  closeSync(file);
  const text = bytes.toString('utf8', 0, size).replace(/^\uFEFF/, '');
  const records: string[][] = [];
  let cells: string[] = [];
  for (const [, quoted, plain, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n|\n|$)/g)) {
    cells.push(quoted === undefined ? (plain ?? '') : quoted.replaceAll('""', '"'));
    if (end === ',') continue;
    records.push(cells);
    cells = [];
    if (records.length > HEAD_ROWS) break;
  }
  return records;
};

export const benchExport = async (
  path: string,
  client: WorkerClient<QueryHandlers>,
  conversations: number,
): Promise<Line[]> => {
  const folder = mkdtempSync(join(benchDir, 'export-'));
  const files = {
    ours: join(folder, 'ours.csv'),
    cli: join(folder, 'cli.csv'),
    stringify: join(folder, 'stringify.csv'),
  };
  const context = { writeStdout: undefined, signal: new AbortController().signal, onProgress: () => undefined };
  const request = { what: 'conversations', query: { kind: 'all' }, maskSalt: null } as const;
  let exported = 0;
  const cpu = { ours: [] as number[], stringify: [] as number[] };
  const header = csvHeader(conversationColumns);

  const cliVersion = await versionOf('sqlite3');
  const times = await interleave(conversations > 100_000 ? 1 : 3, {
    ours: async () => {
      const startedS = cpuS();
      exported = (await runExport(client, { ...request, format: 'csv', out: files.ours }, context)).rows;
      cpu.ours.push((cpuS() - startedS) * 1000);
    },
    cli:
      cliVersion === null
        ? null
        : async () => {
            const input = `.mode csv\n${preparationSql}\n.output ${files.cli}\n${conversationsSql};\n.output\n`;
            await runProgram('sqlite3', ['-readonly', '-bail', path], input);
          },
    stringify: async () => {
      const startedS = cpuS();
      const db = openCacheForReading(path);
      db.exec(preparationSql);
      const rows = db.prepare(conversationsSql).raw().iterate();
      await pipeline(Readable.from(rows), stringify({ quoted_string: true }), createWriteStream(files.stringify));
      db.close();
      cpu.stringify.push((cpuS() - startedS) * 1000);
    },
  });
  requireEqual('rows exported', exported, conversations);
  const [names, ...mine] = readHead(files.ours);
  requireEqual('columns', `\uFEFF${(names ?? []).map((name) => `"${name}"`).join(',')}\r\n`, header);
  for (const file of [...(cliVersion === null ? [] : [files.cli]), files.stringify]) {
    const theirs = readHead(file);
    for (const [at, record] of mine.entries()) requireEqual(`${file}, record ${at + 1}`, record, theirs[at]);
  }
  const bytes = statSync(files.ours).size;

  const lake = join(folder, 'lake');
  const parquetTimes = await interleave(1, {
    parquet: () => runExport(client, { ...request, format: 'parquet', out: lake }, context),
  });
  rmSync(folder, { recursive: true, force: true });

  const oursMs = times.ours?.medianMs ?? Number.NaN;
  const ours = { text: formatRate(conversations, oursMs), ms: oursMs };
  const peer = (name: string, timing: { medianMs: number } | null) =>
    timing && { name, text: formatRate(conversations, timing.medianMs), ms: timing.medianMs };
  const work = `CSV, ${conversationColumns.length} columns, ${(bytes / 1e6).toFixed(0)} MB`;
  const parquetMs = parquetTimes.parquet?.medianMs ?? Number.NaN;
  return [
    lineOfRatio(work, ours, peer('sqlite3 CLI', times.cli), 1, 'sqlite3 is not installed'),
    lineOfRatio(work, ours, peer('csv-stringify', times.stringify), 2.5),
    // Both sides run in this process, so the time of the processor can be told as well: other work does not blur it.
    lineOfRatio(
      `${work}, processor time`,
      { text: formatMs(median(cpu.ours)), ms: median(cpu.ours) },
      { name: 'csv-stringify', text: formatMs(median(cpu.stringify)), ms: median(cpu.stringify) },
      null,
    ),
    lineOfLimit(
      'Parquet, conversations by month',
      (conversations / parquetMs) * 1000,
      (r) => `${r.toFixed(0)} rows/s`,
      null,
    ),
  ];
};
