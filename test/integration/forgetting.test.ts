// Forgetting through the whole app, and the bytes afterwards: everything that can hold a customer is made to hold one first.
import { copyFileSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, expect, test } from 'vitest';
import { migrate } from '../../main/store/migrate.ts';
import { libraryMigrations } from '../../main/store/migrations/library.ts';
import { makeTempDir, openTestApp } from '../support/app.ts';
import {
  byChat,
  byMail,
  byPhone,
  closeAll,
  day,
  define,
  email,
  filesIn,
  findNeedles,
  lastName,
  makeOthers,
  manyOthers,
  open,
  phone,
  row,
  schedule,
  start,
  unreadable,
} from '../support/canary.ts';

afterEach(closeAll);

test('a customer with all that is linked to them is gone from every byte of the data folder', async () => {
  const dataDir = makeTempDir();
  const out = makeTempDir();
  open.push(() => rmSync(out, { recursive: true, force: true }));
  // A library of an older version: what it says is in the copy that is made before it becomes a new one.
  const old = new Database(join(dataDir, 'library.db'));
  migrate(old, { path: '', label: '', migrations: libraryMigrations }, 5);
  old.exec(`INSERT INTO workspace (id, name, host, account_id, app_id, endpoints, requests_per_minute, zone, mask_salt, created_ms)
      VALUES ('old', 'Old', 'https://example.com', 'a', 'st-1', '["v2-interactions"]', 60, 'UTC', 's', 1);
    INSERT INTO saved_search (workspace, name, query, sort, saved_ms) VALUES ('old', '${lastName}', '', '-started', 1);`);
  old.close();
  const { app } = await start([...makeOthers(manyOthers), byPhone, byMail, byChat, unreadable], dataDir);
  const workspace = 'Test';
  await app.call('workspaces.remove', { workspace: 'Old' });
  await app.sync(day);
  for (const [name, query] of Object.entries({
    ...{
      number: 'phone:"+44 (20) 555-0177"',
      mail: `email:${email}`,
      person: `${lastName} refund`,
      id: 'c-canaryrow-1',
    },
    ...{ kept: 'refund csat:<=2', [`about ${lastName}`]: 'refund' },
  }))
    await app.call('search.save', { name, query });
  await define(app, 'One customer', { query: `phone:${phone}` });
  await define(app, 'Everybody', { query: 'refund' });
  await schedule(app, 'One customer', out);
  await schedule(app, 'Everybody', join(out, lastName));
  await schedule(app, 'Everybody', out);
  for (const query of [`phone:${phone}`, 'refund'])
    await app.runJob('report.run', {
      ...{ report: 'raw-rows', period: '2025-09-30', formats: ['csv'], outDir: out, filters: { query } },
    });
  // The columns and the facts are made and, when the app is closed, saved.
  await app.call('search.run', { query: lastName, limit: 5 });
  await app.call('scorecard.get', { by: 'agent', period: '2025-09-30' });
  const total = (await app.call('search.run', { query: '', limit: 0 })).total - 3;
  // As many as it takes for the columns to be worth a file.
  expect(total).toBeGreaterThan(2000);
  await app.app.close();
  const cache = filesIn(dataDir).find((path) => basename(path) === 'cache.db') ?? '';
  const aside = join(dirname(cache), 'damaged', '2025-01-01T00-00-00.000Z');
  mkdirSync(aside, { recursive: true });
  copyFileSync(cache, join(aside, 'damaged.db'));
  writeFileSync(join(cache, '..', `search-index.bin.4711.tmp`), phone);
  const before = findNeedles(dataDir);
  for (const place of [
    'cache.db',
    'library.db',
    'library.db.before-v6.bak',
    'damaged.db',
    'search-index.bin',
    'hidden',
  ])
    expect(
      before.some((line) => line.startsWith(`${place}: `)),
      place,
    ).toBe(true);
  expect(filesIn(dataDir).map((path) => basename(path))).toContain('search-index.bin.facts');

  const second = openTestApp({ token: 'unused', dataDir });
  open.push(() => second.close());
  expect(await second.call('forget.count', { customer: phone })).toEqual({ conversations: 1, linked: 3 });
  expect(await second.call('forget.run', { workspace, customer: phone, linked: true })).toEqual({
    conversations: 3,
    quarantined: 1,
    searches: 5,
    definitions: 1,
    schedules: 2,
    issuedReports: 1,
    ended: null,
  });
  // With the app open, its logs and all.
  expect(findNeedles(dataDir)).toEqual([]);

  // What names nobody stays, and works.
  expect((await second.call('search.saved', {})).map(({ name }) => name)).toEqual(['kept']);
  expect((await second.call('report.definitions', {})).map(({ name }) => name)).toEqual(['Everybody']);
  expect((await second.call('schedule.list', {})).map(({ folder }) => folder)).toEqual([out]);
  expect((await second.call('report.list', {})).map(({ filters }) => filters)).toEqual([{ query: 'refund' }]);
  expect((await second.call('search.run', { query: '', limit: 0 })).total).toBe(total);
  expect(readdirSync(dataDir).filter((name) => name.endsWith('.bak'))).toEqual([]);
  const copies = readdirSync(join(dataDir, 'backups'));
  expect(copies).toHaveLength(1);
  const copy = new Database(join(dataDir, 'backups', copies[0] ?? ''), { readonly: true });
  expect(copy.pragma('integrity_check', { simple: true })).toBe('ok');
  expect(copy.prepare('SELECT name FROM saved_search').pluck().all()).toEqual(['kept']);
  copy.close();
  await second.app.close();
  expect(findNeedles(dataDir)).toEqual([]);
}, 60_000);

test('without --linked only those whose key was given go; the others are told of before', async () => {
  const { app } = await start([...makeOthers(5), byPhone, byMail, byChat]);
  await app.sync(day);
  expect(await app.call('forget.count', { customer: email })).toEqual({ conversations: 2, linked: 3 });
  expect(await app.call('forget.run', { customer: email })).toMatchObject({ conversations: 2 });
  expect((await app.call('search.run', { query: 'id:c-canaryrow-3', limit: 1 })).total).toBe(1);
  // Neither “unknown” nor an empty number links strangers.
  expect(await app.call('forget.count', { customer: 'unknown' })).toEqual({ conversations: 0, linked: 0 });
});

test('callers without a number are not one person', async () => {
  const hidden = [4, 5].map((n) => row(n, { CustomerPhone: 'anonymous', CustomerEmail: `visitor.${n}@example.com` }));
  const { app } = await start(hidden);
  await app.sync(day);
  expect(await app.call('forget.count', { customer: 'visitor.4@example.com' })).toEqual({
    conversations: 1,
    linked: 1,
  });
});
