// library.db of version 1, with data, becomes the newest: everything is kept, a copy of the old file stands beside it.
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, expect, test } from 'vitest';
import { openLibrary } from '../../../main/store/library.ts';
import { migrate } from '../../../main/store/migrate.ts';
import { libraryMigrations } from '../../../main/store/migrations/library.ts';
import { makeTempDir } from '../../support/app.ts';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

const makeVersion1 = (): string => {
  const folder = makeTempDir();
  folders.push(folder);
  const path = join(folder, 'library.db');
  const db = new Database(path);
  migrate(db, { path, label: 'library.db', migrations: libraryMigrations }, 1);
  db.exec(`
    INSERT INTO workspace (id, name, host, account_id, app_id, client_id, endpoints, requests_per_minute, zone, mask_salt, created_ms)
    VALUES ('w1', 'Öst Centre', 'https://example.com', 'a1', 'st-1', NULL, '["v2-interactions"]', 60, 'Europe/Berlin', 'salt-of-w1', 1700000000000);
    INSERT INTO audit (at_ms, workspace, action, details) VALUES (1700000000001, 'w1', 'export', '{"rows":3}');
    INSERT INTO request_log (account, at_ms) VALUES ('example.com/a1', 1700000000002);
  `);
  db.close();
  return folder;
};

test('version 1 with data becomes the newest and loses nothing', () => {
  const folder = makeVersion1();
  const library = openLibrary(folder);
  expect(library.workspaces()).toMatchObject([{ id: 'w1', name: 'Öst Centre', zone: 'Europe/Berlin' }]);
  expect(library.maskSalt('w1')).toBe('salt-of-w1');
  library.reports.saveDefinition(
    {
      name: 'Weekly',
      workspaceId: 'w1',
      kind: 'agent-scorecards',
      period: 'last-week',
      zone: null,
      filters: {},
      options: {},
      formats: ['pdf'],
      mask: true,
    },
    1_700_000_000_000,
  );
  expect(library.reports.findDefinition('weekly')).toMatchObject({ name: 'Weekly', workspaceId: 'w1', mask: true });
  expect(library.reports.issued(5)).toEqual([]);
  expect(library.schedules.list()).toEqual([]);
  library.close();

  const db = new Database(join(folder, 'library.db'), { readonly: true });
  expect(db.pragma('user_version', { simple: true })).toBe(libraryMigrations.length);
  expect(db.prepare('SELECT action, details FROM audit').all()).toEqual([{ action: 'export', details: '{"rows":3}' }]);
  expect(db.prepare('SELECT account FROM request_log').pluck().all()).toEqual(['example.com/a1']);
  expect(db.pragma('integrity_check', { simple: true })).toBe('ok');
  expect(db.pragma('foreign_key_check')).toEqual([]);
  db.close();
});

test('the file as it was is kept beside it, and can be opened', () => {
  const folder = makeVersion1();
  openLibrary(folder).close();
  const kept = join(folder, 'library.db.before-v2.bak');
  expect(existsSync(kept)).toBe(true);
  const db = new Database(kept, { readonly: true });
  expect(db.pragma('user_version', { simple: true })).toBe(1);
  expect(db.prepare('SELECT name FROM workspace').pluck().all()).toEqual(['Öst Centre']);
  db.close();
});
