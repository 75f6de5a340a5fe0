// library.db: what the user made. Workspaces, the account's budget, the audit.
import { mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type Library, openLibrary } from '../../../main/store/library.ts';
import { libraryMigrations } from '../../../main/store/migrations/library.ts';
import { type Db, openForWriting } from '../../../main/store/open.ts';
import { defaultFigureSettings } from '../../../preload/contract/figures.ts';
import type { Workspace } from '../../../preload/contract/workspace.ts';
import { useTempDir } from '../../support/temp-dir.ts';

const workspace: Workspace = {
  id: 'w-1',
  name: 'Support',
  host: 'https://kore.example',
  accountId: 'a-1',
  appId: 'st-1',
  clientId: 'cs-1',
  endpoints: ['v2-interactions', 'v1-calls'],
  requestsPerMinute: 60,
  zone: 'Europe/Berlin',
  csatPolarity: 'higher-is-better',
  figures: defaultFigureSettings,
  channels: ['Voice'],
  queues: ['q-1', 'q-2'],
  direction: 'Inbound',
  retentionDays: null,
  sample: null,
};

const open = (dataDir: string): Library => {
  const library = openLibrary(dataDir);
  onTestFinished(() => library.close());
  return library;
};
/** The file itself, for what the library has no door to. */
const openRaw = (dataDir: string): Db => {
  const db = openForWriting({
    path: join(dataDir, 'library.db'),
    label: 'library.db',
    migrations: libraryMigrations,
    synchronous: 'full',
  });
  onTestFinished(() => void db.close());
  return db;
};

describe('workspaces', () => {
  test('are read as they were saved, in the order in which they were made, by every program', () => {
    const dataDir = useTempDir();
    const library = open(dataDir);
    expect(library.workspaces()).toEqual([]);
    const other: Workspace = {
      ...workspace,
      id: 'w-2',
      name: 'Älteste',
      clientId: null,
      direction: null,
      channels: [],
      queues: [],
      csatPolarity: 'unset',
      sample: { seed: 7, conversations: 100, fromS: 1, toS: 2 },
    };
    library.saveWorkspace(workspace);
    library.saveWorkspace(other);
    expect(new Set(library.workspaces())).toEqual(new Set([workspace, other]));
    expect(open(dataDir).workspaces()).toEqual(library.workspaces());
  });

  test('are replaced under their id, name included', () => {
    const library = open(useTempDir());
    library.saveWorkspace(workspace);
    const changed: Workspace = {
      ...workspace,
      name: 'SUPPORT',
      host: 'https://other.example',
      accountId: 'a-2',
      appId: 'st-2',
      clientId: null,
      endpoints: ['v2-calls'],
      requestsPerMinute: 30,
      zone: 'UTC',
      csatPolarity: 'lower-is-better',
      channels: [],
      queues: [],
      direction: null,
      sample: { seed: 1, conversations: 1, fromS: 1, toS: 2 },
    };
    library.saveWorkspace(changed);
    expect(library.workspaces()).toEqual([changed]);
  });

  test('of one name are refused in words, whatever the case', () => {
    const library = open(useTempDir());
    library.saveWorkspace(workspace);
    for (const name of ['Support', 'support', 'SUPPORT']) {
      const clash = { ...workspace, id: 'w-2', name };
      expect(() => library.saveWorkspace(clash)).toThrow(
        expect.objectContaining({ code: 'invalid_input', message: expect.stringContaining(`“${name}”`) }),
      );
    }
    expect(library.workspaces()).toEqual([workspace]);
  });
});

describe('the salt of masked exports', () => {
  test('is long, of its own for each workspace, and stays when the workspace changes or the program ends', () => {
    const dataDir = useTempDir();
    const library = open(dataDir);
    library.saveWorkspace(workspace);
    library.saveWorkspace({ ...workspace, id: 'w-2', name: 'Other' });
    const salt = library.maskSalt('w-1');
    expect(salt).toMatch(/^[0-9a-f]{32}$/);
    expect(library.maskSalt('w-2')).not.toBe(salt);
    library.saveWorkspace({ ...workspace, name: 'Renamed', appId: 'st-9' });
    expect(library.maskSalt('w-1')).toBe(salt);
    expect(open(dataDir).maskSalt('w-1')).toBe(salt);
  });
  test('of a workspace that is gone is refused in words', () => {
    const library = open(useTempDir());
    expect(() => library.maskSalt('w-1')).toThrow(expect.objectContaining({ code: 'not_found' }));
  });
});

describe('the audit', () => {
  test('keeps what was done, in order, and lets nothing be changed or removed', () => {
    const dataDir = useTempDir();
    const library = open(dataDir);
    library.audit(1000, 'w-1', 'export', { what: 'conversations', rows: 5, isMasked: true, customer: null });
    library.audit(2000, null, 'forget', { conversations: 1 });
    const db = openRaw(dataDir);
    const rows = db.prepare('SELECT at_ms AS atMs, workspace, action, details FROM audit ORDER BY id').all();
    expect(rows).toEqual([
      {
        atMs: 1000,
        workspace: 'w-1',
        action: 'export',
        details: '{"what":"conversations","rows":5,"isMasked":true,"customer":null}',
      },
      { atMs: 2000, workspace: null, action: 'forget', details: '{"conversations":1}' },
    ]);
    for (const sql of [
      `UPDATE audit SET action = 'nothing'`,
      'DELETE FROM audit',
      'DELETE FROM audit WHERE id = 1',
      `INSERT OR REPLACE INTO audit VALUES (1, 9, NULL, 'nothing', '{}', NULL)`,
    ])
      expect(() => db.exec(sql), sql).toThrow(/append-only/);
    expect(db.prepare('SELECT count(*) FROM audit').pluck().get()).toBe(2);
    expect(db.prepare('SELECT action FROM audit WHERE id = 1').pluck().get()).toBe('export');
  });
});

describe('the budget of an account', () => {
  const MINUTE_MS = 60_000;
  const nowMs = Date.UTC(2025, 9, 1);

  test('grants so many requests in a window, and says how long to wait for the next', () => {
    const library = open(useTempDir());
    const ids = [0, 1, 2].map((n) => library.requests.reserveRequest('a', nowMs + n, 3, MINUTE_MS).id);
    expect(ids.every((id) => id !== null)).toBe(true);
    for (const [n, id] of ids.entries()) library.requests.answeredRequest(id ?? 0, nowMs + 100 + n);
    expect(library.requests.reserveRequest('a', nowMs + 200, 3, MINUTE_MS)).toEqual({
      waitMs: MINUTE_MS - 100,
      id: null,
    });
    expect(library.requests.reserveRequest('b', nowMs + 200, 3, MINUTE_MS).id).not.toBeNull();
    expect(library.requests.reserveRequest('a', nowMs + 100 + MINUTE_MS, 3, MINUTE_MS).id).not.toBeNull();
    expect(library.requests.reserveRequest('a', nowMs + 100 + MINUTE_MS, 3, MINUTE_MS)).toEqual({
      waitMs: 1,
      id: null,
    });
  });

  test('is one, through however many doors it is spent', () => {
    const dataDir = useTempDir();
    const doors = [open(dataDir), open(dataDir)];
    const granted = Array.from(
      { length: 10 },
      (_, n) => doors[n % 2]?.requests.reserveRequest('a', nowMs, 7, MINUTE_MS).id ?? null,
    );
    expect(granted.filter((id) => id !== null)).toHaveLength(7);
  });
});

test('the file is its owner’s alone, in a folder that is made when it is missing', () => {
  const dataDir = join(useTempDir(), 'deep', 'down');
  open(dataDir);
  if (process.platform !== 'win32') {
    expect(statSync(join(dataDir, 'library.db')).mode & 0o777).toBe(0o600);
    expect(statSync(dataDir).mode & 0o777).toBe(0o700);
  }
});

test('a folder in the place of the file is told in words', () => {
  const dataDir = useTempDir();
  mkdirSync(join(dataDir, 'library.db'));
  expect(() => openLibrary(dataDir)).toThrow(expect.objectContaining({ code: 'output_failed' }));
});
