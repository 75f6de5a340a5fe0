// Exports through the whole app: Parquet as a file, as a folder by month, to standard output; cancelled; refused.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { zstdDecompressSync } from 'node:zlib';
import { parquetReadObjects } from 'hyparquet';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTestApp, type TestApp } from '../support/app.ts';

const compressors = { ZSTD: (input: Uint8Array) => new Uint8Array(zstdDecompressSync(input)) };
const readRows = (path: string): Promise<Record<string, unknown>[]> =>
  parquetReadObjects({ file: new Uint8Array(readFileSync(path)).buffer, compressors });

let app: TestApp;
const exportTo = (out: string) =>
  app.runJob('export.run', { what: 'conversations', query: '', format: 'parquet', out, mask: false });

beforeAll(async () => {
  app = openTestApp({ token: 'none' });
  await app.call('sample.connect', { seed: 3, days: 70, conversations: 900 });
  await app.runJob('sync.start', { from: new Date(Date.now() - 69 * 86_400_000).toISOString().slice(0, 10) });
});
afterAll(() => app.close());

test('a folder holds a file for each month, and all of them every conversation once', async () => {
  const folder = join(app.dataDir, 'lake');
  const result = await exportTo(folder);
  const months = readdirSync(folder);
  expect(months.length).toBeGreaterThanOrEqual(3);
  const keys: unknown[] = [];
  for (const month of months) {
    expect(readdirSync(join(folder, month))).toEqual(['part-0.parquet']);
    for (const row of await readRows(join(folder, month, 'part-0.parquet'))) {
      expect(`month=${(row.startedAt as Date).toISOString().slice(0, 7)}`).toBe(month);
      keys.push(row.key);
    }
  }
  const all = await app.exportAll();
  expect(keys.sort()).toEqual([...all.keys()].sort());
  expect(result).toMatchObject({ kind: 'export', rows: all.size });

  // Again into the same folder: replaced, not added to.
  await exportTo(folder);
  expect(readdirSync(folder)).toEqual(months);
  const file = join(app.dataDir, 'all.parquet');
  await exportTo(file);
  expect((await readRows(file)).map((row) => row.key).sort()).toEqual(keys);
});

test('a cancelled export leaves the old folder and nothing else', async () => {
  const folder = join(app.dataDir, 'cancelled-lake');
  await exportTo(folder);
  const before = readdirSync(app.dataDir).sort();
  const started = await app.call('export.run', {
    what: 'conversations',
    query: '',
    format: 'parquet',
    out: folder,
    mask: true,
  });
  const ended = new Promise((resolve) => {
    const end = app.app.subscribe('job.done', (event) => {
      if (event.jobId !== started.jobId) return;
      end();
      resolve(event.result);
    });
  });
  await app.call('jobs.cancel', { jobId: started.jobId });
  expect(await ended).toMatchObject({ ok: false, error: { code: 'cancelled' } });
  expect(readdirSync(app.dataDir).sort()).toEqual(before);
  expect(readdirSync(folder).length).toBeGreaterThanOrEqual(3);
});

test('a folder with other files in it is left alone', async () => {
  const folder = join(app.dataDir, 'workspaces');
  await expect(exportTo(folder)).rejects.toMatchObject({ code: 'output_failed' });
  const file = join(app.dataDir, 'a-file');
  writeFileSync(file, 'kept');
  await expect(exportTo(file)).rejects.toMatchObject({ code: 'output_failed' });
  expect(readFileSync(file, 'utf8')).toBe('kept');
});
