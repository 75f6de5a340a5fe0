import { rmSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, expect, test } from 'vitest';
import { openLibrary } from '../../../main/store/library.ts';
import { createReportStore, type IssuedRecord } from '../../../main/store/report-store.ts';
import { makeTempDir } from '../../support/app.ts';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

const open = (roomBytes: number) => {
  const folder = makeTempDir();
  folders.push(folder);
  openLibrary(folder).close();
  const db = new Database(join(folder, 'library.db'));
  db.exec(`INSERT INTO workspace (id, name, host, account_id, app_id, endpoints, requests_per_minute, zone, mask_salt, created_ms)
    VALUES ('w1', 'Test', 'https://example.com', 'a', 'st-1', '[]', 60, 'UTC', 'salt', 0)`);
  return { db, reports: createReportStore(db, roomBytes) };
};

const record = (bytes: number): IssuedRecord => ({
  workspaceId: 'w1',
  report: {
    definition: null,
    kind: 'agent-scorecards',
    periodExpression: 'yesterday',
    periodLabel: '2025-09-30',
    period: { from: '2025-09-30T00:00:00Z', to: '2025-10-01T00:00:00Z', zone: 'UTC' },
    filters: {},
    options: { paper: 'a4' },
    isMasked: false,
    issuedAt: '2025-10-01T06:00:00Z',
    dataAsOf: null,
    coverage: { isComplete: true, fraction: 1, holes: [] },
    rowCounts: { agents: 2 },
    definitions: 'Afterword 1',
    contentHash: 'ab12',
    files: [],
  },
  issuedMs: Date.UTC(2025, 9, 1, 6),
  request: JSON.stringify({ periodExpression: 'yesterday', filters: {}, options: { paper: 'a4' }, isMasked: false }),
  reach: { fromS: 100, toS: 200 },
  figures: Buffer.from('figures'),
  windows: Buffer.from('windows'),
  salt: Buffer.alloc(16),
  fingerprints: Buffer.alloc(bytes, 1),
});
const ignore = (): void => undefined;

test('an issued report comes back as it went in', () => {
  const { db, reports } = open(1000);
  const id = reports.issue(record(10), ignore);
  const found = reports.findIssue(id);
  expect(found.report).toEqual({ id, ...record(10).report });
  expect(found).toMatchObject({ workspaceId: 'w1', reach: { fromS: 100, toS: 200 }, forgotten: 0 });
  expect([found.figures, found.windows, found.fingerprints]).toEqual([
    Buffer.from('figures'),
    Buffer.from('windows'),
    Buffer.alloc(10, 1),
  ]);
  db.close();
});

test('beyond the room for fingerprints the oldest reports lose theirs, and nothing else', () => {
  const { db, reports } = open(1000);
  const ids = [400, 400, 300, 300].map((bytes) => reports.issue(record(bytes), ignore));
  // 300 + 300 + 400 fill the room; the first does not fit any more.
  expect(ids.map((id) => reports.fingerprints(id)?.length ?? null)).toEqual([null, 400, 300, 300]);
  expect(reports.issued(10)).toHaveLength(4);
  expect(reports.findIssue(ids[0] ?? 0).figures).toEqual(Buffer.from('figures'));
  db.close();
});

test('what is to happen with a report happens with it or not at all', () => {
  const { db, reports } = open(1000);
  const refuse = (): void => {
    throw new Error('refused');
  };
  expect(() => reports.issue(record(1), refuse)).toThrow('refused');
  expect(reports.issued(10)).toEqual([]);
  db.close();
});
