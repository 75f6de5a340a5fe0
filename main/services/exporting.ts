// Where an export goes: standard output, one file, or a folder of Parquet files, one for each month. The query worker makes
// the bytes, reports/ puts them on disk whole or not at all.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../../preload/contract/errors.ts';
import type { Ports } from '../ports.ts';
import { writeAtomically } from '../reports/atomic-file.ts';
import { writeFolderAtomically } from '../reports/atomic-folder.ts';
import type { ExportFormat, ExportKind } from '../reports/export.ts';
import type { QueryNode } from '../search/ast.ts';
import type { QueryHandlers } from '../workers/query-worker.ts';
import type { WorkerClient } from '../workers/rpc.ts';

export type ExportRequest = {
  what: ExportKind;
  format: ExportFormat;
  /** A path, or - for standard output. */
  out: string;
  query: QueryNode;
  maskSalt: string | null;
};
export type ExportContext = {
  writeStdout: Ports['writeStdout'];
  signal: AbortSignal;
  onProgress: (progress: { rows: number }) => void;
};

const PART_FILE = 'part-0.parquet';
const isPart = (file: string): boolean => /^month=\d{4}-\d{2}\/part-0\.parquet$/.test(file);

type Span = { fromS: number; toS: number };

/** The calendar month in UTC that this second lies in. */
const monthOf = (epochS: number): Span & { name: string } => {
  const date = new Date(epochS * 1000);
  const startOf = (month: number): number => Date.UTC(date.getUTCFullYear(), month) / 1000;
  const month = date.getUTCMonth();
  return { name: date.toISOString().slice(0, 7), fromS: startOf(month), toS: startOf(month + 1) };
};

/**
 * Writes what a query finds. Parquet goes into a folder, `month=YYYY-MM/part-0.parquet` by the month in UTC in which each
 * conversation started, unless `out` ends in .parquet or is -. Throws AppError; then nothing new is left behind.
 */
export const runExport = async (
  client: WorkerClient<QueryHandlers>,
  request: ExportRequest,
  { writeStdout, signal, onProgress }: ExportContext,
): Promise<{ rows: number }> => {
  const { what, format, out, query, maskSalt } = request;
  let rows = 0;
  const run = async (write: (bytes: Uint8Array) => Promise<void>, span: Span | null): Promise<void> => {
    const before = rows;
    const done = await client.call(
      'export',
      { query, what, format, maskSalt, span },
      {
        signal,
        onChunk: write,
        onProgress: (value) => onProgress({ rows: before + (value as { rows: number }).rows }),
      },
    );
    rows = before + done.rows;
  };

  if (out === '-') {
    if (!writeStdout) throw new AppError('invalid_input', 'There is no standard output here. Give the path of a file.');
    await run(writeStdout, null);
  } else if (format !== 'parquet' || out.toLowerCase().endsWith('.parquet')) {
    await writeAtomically(out, (write) => run(write, null), { signal });
  } else {
    await writeFolderAtomically(out, isPart, async (folder) => {
      // Asked anew after each month: a sync may have brought a month that was not there at the start.
      for (let fromS = 0; ; ) {
        const startS = await client.call('firstStart', { query, fromS }, { signal });
        if (startS === null) break;
        const month = monthOf(startS);
        const part = join(folder, `month=${month.name}`);
        await mkdir(part, { mode: 0o700 });
        await writeAtomically(join(part, PART_FILE), (write) => run(write, month), { signal });
        fromS = month.toS;
      }
    });
  }
  return { rows };
};
