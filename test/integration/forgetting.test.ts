// Forgetting through the whole app, and the bytes afterwards: everything that can hold a customer is made to hold one first.
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { zstdDecompressSync } from 'node:zlib';
import Database from 'better-sqlite3';
import { afterEach, describe, expect, test } from 'vitest';
import { openCacheForWriting } from '../../main/store/cache.ts';
import { createConversationWriter } from '../../main/store/conversation-write.ts';
import { createEraser } from '../../main/store/erase.ts';
import { markInUse } from '../../main/store/health-file.ts';
import { migrate } from '../../main/store/migrate.ts';
import { libraryMigrations } from '../../main/store/migrations/library.ts';
import { createTermWriter } from '../../main/store/terms.ts';
import { makeRows } from '../kore-server/generate.ts';
import { type KoreRow, type KoreServer, startKoreServer } from '../kore-server/server.ts';
import { makeTempDir, openTestApp, type TestApp } from '../support/app.ts';
import { failureOf } from '../support/failure.ts';
import { agentRow, answeredAgent, baseS, objectIdAt, queueEntry } from '../support/rows.ts';

const open: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

/** Of no country that the made-up rows call from. */
const phone = '+44205550177';
const email = 'zanzibar.canary@example.com';
const chatId = 'chatcanary-5f1d';
const userId = 'u-canary00-1111-5222-8333-444455556666';
const [firstName, lastName] = ['Zanzibarcanary', 'Quillcanary'];
/** Lower case, as the index keeps words. */
const needles = [
  '44205550177',
  '(20) 555-0177',
  'zanzibar.canary',
  'zanzibarcanary',
  'quillcanary',
  'u-canary00',
  'chatcanary',
  'c-canaryrow',
];

const info = { CustomerPhone: phone, CustomerFirstName: firstName, CustomerLastName: lastName, CustomerEmail: email };
const row = (ordinal: number, customerinfo: object, more: object = {}): KoreRow => {
  const startedS = baseS + ordinal * 60;
  const note = `Call ${firstName} ${lastName} back at (20) 555-0177.`;
  const entry = queueEntry(startedS + 10, {
    respondingAgent: answeredAgent(startedS + 10, undefined, { agentNotes: [note] }),
  });
  return {
    v2: agentRow(
      {
        conversationId: `c-canaryrow-${ordinal}`,
        sessionId: objectIdAt(startedS, 500 + ordinal),
        customerinfo,
        userId: `u-${ordinal}`,
        channelSpecificUserId: `channel-${ordinal}`,
        sessionleveltags: [{ name: 'callerNumber', value: phone }],
        destinations: [entry],
        ...more,
      },
      startedS,
    ),
  };
};
const byPhone = row(1, info, { userId });
/** The same person without a phone: found through the e-mail of the first. */
const byMail = row(2, { CustomerEmail: email.toUpperCase() }, { channelSpecificUserId: chatId });
/** And without either: found through the id of the second. */
const byChat = row(3, { CustomerLastName: lastName }, { channelSpecificUserId: chatId });
const unreadable: KoreRow = {
  v2: {
    ...agentRow({ customerinfo: info }, baseS + 240),
    destinations: [{ destinationType: email, respondingAgent: `${firstName} ${email}` }],
  },
};
const manyOthers = 2100;
const makeOthers = (count: number): KoreRow[] => makeRows({ seed: 7, count, days: 1, endS: baseS + 43_200 });
const day = { from: '2025-09-30', to: '2025-09-30' };

const filesIn = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));

/** What lies compressed or cut into words within the databases. */
const hiddenTexts = (dataDir: string): string[] =>
  filesIn(dataDir)
    .filter((path) => /^(cache|library).*\.(db|bak)$/.test(basename(path)) && !path.includes('damaged'))
    .flatMap((path) => {
      const db = new Database(path, { readonly: true });
      const texts: string[] = [];
      const tables = db.prepare(`SELECT name FROM sqlite_schema WHERE type = 'table'`).pluck().all() as string[];
      const add = (sql: string): void => {
        for (const blob of db.prepare(sql).pluck().all() as (Buffer | null)[])
          if (blob !== null) texts.push(zstdDecompressSync(blob).toString('latin1'));
      };
      if (tables.includes('raw_page')) add('SELECT body FROM raw_page UNION ALL SELECT body FROM quarantine');
      if (tables.includes('issued_report'))
        add('SELECT figures FROM issued_report UNION ALL SELECT windows FROM issued_report');
      if (tables.includes('conversation_text')) {
        db.exec(`CREATE VIRTUAL TABLE temp.word USING fts5vocab('main', 'conversation_text', 'row')`);
        texts.push((db.prepare('SELECT term FROM temp.word').pluck().all() as string[]).join('\n'));
      }
      db.close();
      return texts;
    });

/** Which of the needles stand in which file, or hidden in a database. */
const findNeedles = (dataDir: string): string[] => {
  const found = (name: string, text: string): string[] =>
    needles.filter((needle) => text.toLowerCase().includes(needle)).map((needle) => `${name}: ${needle}`);
  return [
    ...filesIn(dataDir).flatMap((path) => [
      ...found(basename(path), readFileSync(path, 'latin1')),
      ...found(`${basename(path)} (utf-16)`, readFileSync(path, 'utf16le')),
    ]),
    ...hiddenTexts(dataDir).flatMap((text) => found('hidden', text)),
  ];
};

/** As the program notes one. */
const begun = { id: 'f-1', atMs: 1, scope: 'one customer' };

const start = async (rows: KoreRow[], dataDir = makeTempDir()): Promise<{ app: TestApp; server: KoreServer }> => {
  const server = await startKoreServer({ rows });
  open.push(() => server.close());
  const app = openTestApp({ token: server.token, dataDir });
  open.push(async () => {
    await app.close();
    rmSync(dataDir, { recursive: true, force: true });
  });
  await app.connect(server);
  return { app, server };
};

const define = (app: TestApp, name: string, filters: Record<string, string>) =>
  app.call('report.define', {
    ...{ name, kind: 'raw-rows', period: 'yesterday', zone: null, filters, options: {}, formats: ['csv'], mask: false },
  });
const schedule = (app: TestApp, definition: string, folder: string) =>
  app.call('schedule.add', { definition, cadence: 'daily', time: '07:00', weekday: null, monthDay: null, folder });

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

test('killed between removing and rewriting, the next start takes the bytes out', async () => {
  const { app } = await start([...makeOthers(100), byPhone]);
  await app.sync(day);
  await app.app.close();
  const path = filesIn(app.dataDir).find((file) => basename(file) === 'cache.db') ?? '';
  const db = openCacheForWriting(path);
  const eraser = createEraser(db, createConversationWriter(db, createTermWriter(db)));
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
  const eraser = createEraser(db, createConversationWriter(db, createTermWriter(db)));
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
  createEraser(db, createConversationWriter(db, createTermWriter(db))).forget({ customer: phone }, begun);
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
  const eraser = createEraser(db, createConversationWriter(db, createTermWriter(db)));
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
  const eraser = createEraser(db, createConversationWriter(db, createTermWriter(db)));
  expect(eraser.unfinished()).toMatchObject([{ conversations: 1, traces: { keys: expect.arrayContaining([phone]) } }]);
  db.close();
  reader.close();
  expect(await app.call('forget.run', { customer: phone })).toMatchObject({ ended: { conversations: 1, searches: 1 } });
  expect(findNeedles(app.dataDir)).toEqual([]);
}, 30_000);

test('nothing is forgotten by age while a sync runs', async () => {
  const { app } = await start(makeOthers(20));
  await app.sync(day);
  const db = openCacheForWriting(filesIn(app.dataDir).find((file) => basename(file) === 'cache.db') ?? '');
  open.push(() => void db.close());
  db.prepare('INSERT INTO sync_lease VALUES (1, ?, ?, ?)').run('another', process.ppid, Date.now());
  expect(await failureOf(app.call('forget.run', { olderThanDays: 1 }))).toMatchObject({ code: 'sync_busy' });
  db.prepare('DELETE FROM sync_lease').run();
  expect(await app.call('forget.run', { olderThanDays: 1 })).toMatchObject({ conversations: 20 });
}, 30_000);

test('a time that is still to come leaves nothing out', async () => {
  const { app } = await start(makeOthers(20));
  await app.sync(day);
  const db = openCacheForWriting(filesIn(app.dataDir).find((file) => basename(file) === 'cache.db') ?? '');
  const nowS = Math.floor(Date.now() / 1000);
  for (const name of ['wanted_from_s:v2-interactions', 'forgotten_before_s'])
    db.prepare('INSERT OR REPLACE INTO sync_state VALUES (?, ?)').run(name, String(nowS + 86_400));
  db.close();
  await app.sync();
  const { ranges } = await app.call('coverage.get', {});
  expect(Math.max(...ranges.map(({ to }) => Date.parse(to) / 1000))).toBeGreaterThan(nowS - 3600);
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

test('what was forgotten by age is not asked for by a sync that names no time', async () => {
  const nowS = Math.floor(Date.now() / 1000);
  const rows = makeRows({ seed: 5, count: 60, days: 10, endS: nowS - 3600 });
  const { app } = await start(rows);
  await app.sync({ from: new Date((nowS - 11 * 86_400) * 1000).toISOString() });
  expect((await app.call('search.run', { query: '', limit: 0 })).total).toBe(60);
  await app.call('forget.run', { olderThanDays: 4 });
  const { total } = await app.call('search.run', { query: '', limit: 0 });
  expect(total).toBeLessThan(40);
  for (let n = 0; n < 3; n += 1) await app.sync();
  expect((await app.call('search.run', { query: '', limit: 0 })).total).toBe(total);
  const day = (ago: number): string => new Date((nowS - ago * 86_400) * 1000).toISOString();
  await app.sync({ from: day(9), to: day(8) });
  const { total: withOneDay } = await app.call('search.run', { query: '', limit: 0 });
  expect(withOneDay).toBeGreaterThan(total);
  await app.sync();
  expect((await app.call('search.run', { query: '', limit: 0 })).total).toBe(withOneDay);
  await app.sync({ from: day(11) });
  expect((await app.call('search.run', { query: '', limit: 0 })).total).toBe(60);
  await app.call('forget.run', { olderThanDays: 9 });
  await app.sync({ from: day(10) });
  const { total: fromTen } = await app.call('search.run', { query: '', limit: 0 });
  await app.sync();
  expect((await app.call('search.run', { query: '', limit: 0 })).total).toBe(fromTen);
}, 30_000);

test('a run from a day of its own does not make later ones begin earlier', async () => {
  const nowS = Math.floor(Date.now() / 1000);
  const { app } = await start(makeRows({ seed: 5, count: 60, days: 10, endS: nowS - 3600 }));
  await app.sync({ from: new Date((nowS - 3 * 86_400) * 1000).toISOString() });
  const { total } = await app.call('search.run', { query: '', limit: 0 });
  expect(total).toBeLessThan(30);
  for (let n = 0; n < 3; n += 1) await app.sync();
  expect((await app.call('search.run', { query: '', limit: 0 })).total).toBe(total);
}, 30_000);

describe('kept for so many days', () => {
  const nowS = Math.floor(Date.now() / 1000);
  const recent = makeRows({ seed: 3, count: 60, days: 20, endS: nowS - 3600 });
  const startS = (one: KoreRow): number => Date.parse(`${String(one.v2?.sessionStartTime)}Z`) / 1000;
  const dayStart = (days: number): number => Math.floor(nowS / 86_400 - days) * 86_400;

  test('older conversations go after the next sync, and are not asked for again', async () => {
    const { app, server } = await start(recent);
    await app.sync({ from: new Date((nowS - 20 * 86_400) * 1000).toISOString() });
    const kept = await app.call('workspaces.keep', { days: 10 });
    expect(kept).toMatchObject({ retentionDays: 10 });
    expect((await app.call('search.run', { query: '', limit: 0 })).total).toBe(60);

    await app.sync();
    const newer = recent.filter((one) => startS(one) >= dayStart(10));
    expect(newer.length).toBeGreaterThan(10);
    expect(newer.length).toBeLessThan(50);
    expect((await app.call('search.run', { query: '', limit: 0 })).total).toBe(newer.length);
    expect((await app.call('scorecard.get', { by: 'agent', period: 'last-week' })).rows.length).toBeGreaterThan(0);
    const { ranges } = await app.call('coverage.get', {});
    expect(Math.min(...ranges.map(({ from }) => Date.parse(from) / 1000))).toBe(dayStart(10));

    // The first run had asked for twenty days: that is not wanted any more.
    const asked = server.requests.length;
    const again = await app.sync();
    expect(again).toMatchObject({ inserted: 0 });
    expect(server.requests.length).toBeGreaterThan(asked);
    for (const { body } of server.requests.slice(asked))
      expect(
        Date.parse(`${String((body as { startDate: string }).startDate).replace(/Z$/, '')}Z`) / 1000,
      ).toBeGreaterThanOrEqual(dayStart(10));
    const entries = await app.call('audit.list', {});
    expect(entries.map(({ action, details }) => [action, details.scope ?? details.days])).toEqual([
      ['forget', 'kept for 10 days'],
      ['keep', 10],
    ]);
  }, 30_000);

  test('a range that is older as a whole is refused, a part of it is left out', async () => {
    const { app } = await start(recent);
    await app.call('workspaces.keep', { days: 10 });
    const at = (days: number): string => new Date((nowS - days * 86_400) * 1000).toISOString().slice(0, 10);
    expect(await failureOf(app.sync({ from: at(19), to: at(15) }))).toMatchObject({ code: 'invalid_input' });
    await app.sync({ from: at(19) });
    const newer = recent.filter((one) => startS(one) >= dayStart(10));
    expect((await app.call('search.run', { query: '', limit: 0 })).total).toBe(newer.length);
  }, 30_000);

  test('a sync that fails applies it as well, and fails as before', async () => {
    const { app } = await start(recent);
    await app.sync({ from: new Date((nowS - 20 * 86_400) * 1000).toISOString() });
    await app.call('workspaces.keep', { days: 10 });
    await app.app.close();
    const refused = openTestApp({ token: 'not-a-good-one', dataDir: app.dataDir });
    open.push(() => refused.close());
    expect(await failureOf(refused.sync())).toMatchObject({ code: 'auth_rejected' });
    expect((await refused.call('search.run', { query: '', limit: 0 })).total).toBeLessThan(60);
  }, 30_000);

  test('for ever is the default, and can be set again', async () => {
    const { app } = await start([]);
    expect(await app.call('workspaces.list', {})).toMatchObject([{ retentionDays: null }]);
    await app.call('workspaces.keep', { days: 400 });
    // Connected again with another rate: what was set stays.
    const other = await startKoreServer({ rows: [] });
    open.push(() => other.close());
    await app.connect(other, ['v1-calls']);
    expect(await app.call('workspaces.list', {})).toMatchObject([{ retentionDays: 400 }]);
    expect(await app.call('workspaces.keep', { days: null })).toMatchObject({ retentionDays: null });
    for (const days of [0, -1, 1.5, 40_000])
      expect(await failureOf(app.call('workspaces.keep', { days }))).toMatchObject({ code: 'invalid_input' });
  });
});
