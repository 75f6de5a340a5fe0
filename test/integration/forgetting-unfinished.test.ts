// Forgetting that is cut short, or done by two programs at once: it comes to its end, once, and the bytes are gone.
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, expect, test } from 'vitest';
import { openCacheForWriting } from '../../main/store/cache.ts';
import { markInUse } from '../../main/store/health-file.ts';
import { openIngestStores } from '../../main/sync/ingest.ts';
import { makeTempDir, openTestApp } from '../support/app.ts';
import {
  begun,
  byPhone,
  closeAll,
  day,
  filesIn,
  findNeedles,
  makeOthers,
  open,
  phone,
  row,
  start,
} from '../support/canary.ts';
import { failureOf } from '../support/failure.ts';

afterEach(closeAll);

test('killed between removing and rewriting, the next start takes the bytes out', async () => {
  const { app } = await start([...makeOthers(100), byPhone]);
  await app.sync(day);
  await app.app.close();
  const path = filesIn(app.dataDir).find((file) => basename(file) === 'cache.db') ?? '';
  const db = openCacheForWriting(path);
  const { eraser } = openIngestStores(db);
  expect(eraser.isScrubDue()).toBe(false);
  expect(eraser.forget({ customer: phone }, begun)).toMatchObject({ conversations: 1 });
  expect(eraser.isScrubDue()).toBe(true);
  // As a killed program leaves it: the log full of pages. (Closing would empty it.)
  const folder = makeTempDir();
  open.push(() => rmSync(folder, { recursive: true, force: true }));
  const left = join(folder, 'workspaces', basename(join(path, '..')));
  mkdirSync(left, { recursive: true });
  for (const name of ['cache.db', 'cache.db-wal']) copyFileSync(join(path, '..', name), join(left, name));
  copyFileSync(join(app.dataDir, 'library.db'), join(folder, 'library.db'));
  db.close();
  expect(findNeedles(folder).some((line) => line.startsWith('cache.db'))).toBe(true);

  const next = openTestApp({ token: 'unused', dataDir: folder });
  open.push(() => next.close());
  const told: string[] = [];
  next.app.subscribe('notice', ({ message }) => told.push(message));
  expect(await next.call('forget.count', { customer: phone })).toEqual({ conversations: 0, linked: 0 });
  await expect.poll(() => told).toEqual([expect.stringContaining('is done now (conversations: 1,')]);
  expect(findNeedles(folder)).toEqual([]);
});

test('another program that reads keeps the bytes for a while: that is said, and made good', async () => {
  const { app } = await start([...makeOthers(100), byPhone]);
  await app.sync(day);
  await app.call('search.save', { name: 'theirs', query: `phone:${phone}` });
  const reader = new Database(filesIn(app.dataDir).find((file) => basename(file) === 'cache.db') ?? '', {
    readonly: true,
  });
  reader.exec('BEGIN');
  reader.prepare('SELECT count(*) FROM conversation').get();
  expect(await failureOf(app.call('forget.run', { customer: phone }))).toMatchObject({
    code: 'sync_busy',
    message: expect.stringMatching(/are removed, but another program is reading/),
  });
  // Removed and noted all the same, and the library is clean.
  expect((await app.call('search.run', { query: 'id:c-canaryrow-1', limit: 1 })).total).toBe(0);
  expect(await app.call('audit.list', {})).toMatchObject([
    { action: 'forget', details: { conversations: 1, searches: 1 } },
  ]);
  expect(findNeedles(app.dataDir).filter((line) => !line.startsWith('cache.db'))).toEqual([]);
  expect(findNeedles(app.dataDir)).not.toEqual([]);
  reader.close();
  expect(await app.call('forget.run', { customer: phone })).toMatchObject({
    conversations: 0,
    ended: { conversations: 1, searches: 1 },
  });
  expect(findNeedles(app.dataDir)).toEqual([]);
  // Told once, and noted once.
  expect(await app.call('forget.run', { customer: phone })).toMatchObject({ conversations: 0, ended: null });
  expect((await app.call('audit.list', {})).map(({ details }) => details.conversations)).toEqual([0, 0, 1]);
});

test('cut short in library.db after the removing, the next try ends it and says so', async () => {
  const { app } = await start([...makeOthers(100), byPhone]);
  await app.sync(day);
  await app.call('search.save', { name: 'theirs', query: `phone:${phone}` });
  const library = new Database(join(app.dataDir, 'library.db'));
  open.push(() => void library.close());
  library.exec(`CREATE TRIGGER full BEFORE INSERT ON audit BEGIN SELECT RAISE(FAIL, 'no room'); END`);
  expect(await failureOf(app.call('forget.run', { customer: phone }))).toMatchObject({ code: 'internal' });
  expect((await app.call('search.run', { query: 'id:c-canaryrow-1', limit: 1 })).total).toBe(0);
  expect(await app.call('audit.list', {})).toEqual([]);
  // Still in its way: another customer cannot be forgotten either, and nothing is said of the first.
  expect(await failureOf(app.call('forget.run', { olderThanDays: 30 }))).toMatchObject({ code: 'internal' });
  library.exec('DROP TRIGGER full');
  expect(await app.call('forget.run', { customer: phone })).toMatchObject({
    conversations: 0,
    ended: { conversations: 101, searches: 1 },
  });
  expect(findNeedles(app.dataDir)).toEqual([]);
  const lines = (await app.call('audit.list', {})).map(({ details }) => `${details.scope}: ${details.conversations}`);
  expect(lines.sort()).toEqual(['older than 30 days: 100', 'one customer: 0', 'one customer: 1']);
}, 30_000);

test('a sync ends it too', async () => {
  const { app } = await start([...makeOthers(100), byPhone]);
  await app.sync(day);
  const library = new Database(join(app.dataDir, 'library.db'));
  open.push(() => void library.close());
  library.exec(`CREATE TRIGGER full BEFORE INSERT ON audit BEGIN SELECT RAISE(FAIL, 'no room'); END`);
  expect(await failureOf(app.call('forget.run', { customer: phone }))).toMatchObject({ code: 'internal' });
  library.exec('DROP TRIGGER full');
  await app.sync(day);
  expect(await app.call('audit.list', {})).toMatchObject([{ details: { scope: 'one customer', conversations: 1 } }]);
  expect(findNeedles(app.dataDir)).toEqual([]);
  expect((await app.call('search.run', { query: 'id:c-canaryrow-1', limit: 1 })).total).toBe(0);
}, 30_000);

/** The cache of a closed app, with the rows of the customer removed as a program leaves it that is killed right then. */
const removeRowsOnly = (dataDir: string): void => {
  const db = openCacheForWriting(filesIn(dataDir).find((file) => basename(file) === 'cache.db') ?? '');
  markInUse(db.name);
  const { eraser } = openIngestStores(db);
  expect(eraser.forget({ customer: phone }, begun)).toMatchObject({ conversations: 1 });
  db.close();
};

test('killed right after the removing, a sync removes what lies beside the cache, and what library.db has', async () => {
  const { app, server } = await start([...makeOthers(100), byPhone]);
  await app.sync(day);
  await app.call('search.save', { name: 'theirs', query: `phone:${phone}` });
  await app.app.close();
  removeRowsOnly(app.dataDir);
  const folder = dirname(filesIn(app.dataDir).find((file) => basename(file) === 'cache.db') ?? '');
  const aside = join(folder, 'damaged', '2025-01-01T00-00-00.000Z');
  mkdirSync(aside, { recursive: true });
  for (const path of [join(aside, 'damaged.db'), join(folder, 'search-index.bin')]) writeFileSync(path, phone);

  const next = openTestApp({ token: server.token, dataDir: app.dataDir });
  open.push(() => next.close());
  await next.sync(day);
  expect(findNeedles(app.dataDir)).toEqual([]);
  expect(await next.call('search.saved', {})).toEqual([]);
  expect(await next.call('audit.list', {})).toMatchObject([{ details: { conversations: 1, searches: 1 } }]);
});

test('a cache that is damaged in between is rebuilt with what is left to do', async () => {
  const { app, server } = await start([...makeOthers(100), byPhone]);
  await app.sync(day);
  await app.app.close();
  removeRowsOnly(app.dataDir);
  const path = filesIn(app.dataDir).find((file) => basename(file) === 'cache.db') ?? '';
  const db = new Database(path);
  const root = db.prepare(`SELECT rootpage FROM sqlite_schema WHERE name = 'conversation'`).pluck().get() as number;
  const pageSize = db.pragma('page_size', { simple: true }) as number;
  db.close();
  const bytes = readFileSync(path);
  bytes.fill(7, (root - 1) * pageSize, root * pageSize);
  writeFileSync(path, bytes);

  const next = openTestApp({ token: server.token, dataDir: app.dataDir });
  open.push(() => next.close());
  await next.sync(day);
  expect(await next.call('audit.list', { limit: 1 })).toMatchObject([
    { action: 'forget', details: { conversations: 1 } },
  ]);
  expect((await next.call('search.run', { query: '', limit: 0 })).total).toBe(100);
  expect(findNeedles(app.dataDir)).toEqual([]);
});

test('what a program left that was killed is brought to its end before the cache is taken away', async () => {
  const { app, server } = await start([...makeOthers(100), byPhone]);
  await app.sync(day);
  await app.call('search.save', { name: 'theirs', query: `phone:${phone}` });
  // Beside an app that has the cache open already.
  const db = openCacheForWriting(filesIn(app.dataDir).find((file) => basename(file) === 'cache.db') ?? '');
  openIngestStores(db).eraser.forget({ customer: phone }, begun);
  db.close();
  await app.call('encryption.reset', { workspace: 'Test' });
  expect((await app.call('audit.list', {})).map(({ action, details }) => [action, details.conversations])).toEqual([
    ['reset cache', undefined],
    ['forget', 1],
  ]);
  expect(await app.call('search.saved', {})).toEqual([]);
  await app.sync(day);
  expect((await app.call('search.run', { query: '', limit: 0 })).total).toBe(100);
  expect(server.requests.length).toBeGreaterThan(0);
  expect(findNeedles(app.dataDir)).toEqual([]);
});

test('a note is carried over as often as a rebuild is begun', () => {
  const db = openCacheForWriting(join(makeTempDir(), 'cache.db'));
  open.push(() => {
    db.close();
    rmSync(dirname(db.name), { recursive: true, force: true });
  });
  const { eraser } = openIngestStores(db);
  const note = { ...begun, conversations: 2, quarantined: 0, isOfCustomer: true, traces: { keys: [phone], names: [] } };
  for (let n = 0; n < 2; n += 1) eraser.keepUnfinished([note]);
  expect(eraser.unfinished()).toEqual([note]);
  expect(eraser.isScrubDue()).toBe(true);
  eraser.endTraces(note);
  expect(eraser.unfinished()).toEqual([{ ...note, traces: null }]);
  eraser.end(note.id);
  eraser.endTraces(note);
  expect(eraser.unfinished()).toEqual([]);
});

test('while library.db cannot be cleaned, the note keeps by what to find the customer in it', async () => {
  const { app } = await start([...makeOthers(20), byPhone]);
  await app.sync(day);
  await app.call('search.save', { name: 'theirs', query: `phone:${phone}` });
  const reader = new Database(join(app.dataDir, 'library.db'), { readonly: true });
  reader.exec('BEGIN');
  reader.prepare('SELECT count(*) FROM audit').get();
  expect(await failureOf(app.call('forget.run', { customer: phone }))).toMatchObject({ code: 'sync_busy' });
  const db = openCacheForWriting(filesIn(app.dataDir).find((file) => basename(file) === 'cache.db') ?? '');
  const { eraser } = openIngestStores(db);
  expect(eraser.unfinished()).toMatchObject([{ conversations: 1, traces: { keys: expect.arrayContaining([phone]) } }]);
  db.close();
  reader.close();
  expect(await app.call('forget.run', { customer: phone })).toMatchObject({ ended: { conversations: 1, searches: 1 } });
  expect(findNeedles(app.dataDir)).toEqual([]);
}, 30_000);

test('two programs that forget at once, the same customer and another, count each conversation once', async () => {
  const other = row(7, { CustomerPhone: '+12025550199' });
  const { app, server } = await start([...makeOthers(100), byPhone, other]);
  await app.sync(day);
  const second = openTestApp({ token: server.token, dataDir: app.dataDir });
  open.push(() => second.close());
  const customers = [phone, phone, '+12025550199'];
  const answers = await Promise.all([
    ...customers.map((customer, index) => (index % 2 === 0 ? app : second).call('forget.run', { customer })),
    second.sync(day).then(() => null),
  ]);
  const counts = answers.map((answer) => answer?.conversations ?? 0);
  expect(counts.toSorted()).toEqual([0, 0, 1, 1]);
  const lines = await app.call('audit.list', {});
  expect(lines.map(({ details }) => details.conversations).toSorted()).toEqual([0, 1, 1]);
  expect(findNeedles(app.dataDir)).toEqual([]);
  await app.sync(day);
  expect((await app.call('search.run', { query: '', limit: 0 })).total).toBe(100);
}, 30_000);

test('nothing takes the cache away while somebody is being forgotten, and closing waits for the end', async () => {
  const { app } = await start([...makeOthers(100), byPhone]);
  await app.sync(day);
  const forgetting = app.call('forget.run', { customer: phone });
  for (const taking of ['encryption.reset', 'workspaces.remove'] as const)
    expect(await failureOf(app.call(taking, { workspace: 'Test' }))).toMatchObject({
      code: 'invalid_input',
      message: expect.stringContaining('still being worked on'),
    });
  await app.app.close();
  expect(await forgetting).toMatchObject({ conversations: 1 });
  expect(findNeedles(app.dataDir)).toEqual([]);
});
