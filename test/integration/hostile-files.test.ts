// A data folder that somebody else had in their hands: what stands in its files leads to no other place.
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AppError } from '../../preload/contract/errors.ts';
import { openTestApp } from '../support/app.ts';
import { makeTempFolder, useTempDir } from '../support/temp-dir.ts';

const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'done',
    (error: unknown) => (error instanceof AppError ? error.code : 'unforeseen'),
  );

const connect = (app: ReturnType<typeof openTestApp>) =>
  app.call('workspaces.connect', {
    ...{ name: 'Test', host: 'http://127.0.0.1:9', accountId: 'a', appId: 'st-1', zone: 'UTC' },
    ...{ credential: { kind: 'existing' }, store: false, check: false },
  });

test.each(['../../precious', '..', '.', '', 'a/../../../precious', '..\\..\\precious'])(
  'a workspace whose id leads elsewhere (%s) neither writes nor deletes there',
  async (id) => {
    const folder = useTempDir();
    const dataDir = join(folder, 'data');
    const before = openTestApp({ dataDir, token: 'made-up' });
    await connect(before);
    await before.close();
    const precious = join(folder, 'precious/thesis.txt');
    mkdirSync(join(folder, 'precious'));
    writeFileSync(precious, 'years of work');
    const db = new Database(join(dataDir, 'library.db'));
    db.prepare('UPDATE workspace SET id = ?').run(id);
    db.close();

    const app = openTestApp({ dataDir, token: 'made-up' });
    expect(await codeOf(app.call('search.run', { workspace: 'Test', query: '', limit: 1 }))).toBe('db_corrupt');
    expect(await codeOf(app.call('sync.start', { workspace: 'Test' }).then(() => app.sync()))).toBe('db_corrupt');
    expect(await codeOf(app.call('workspaces.remove', { workspace: 'Test' }))).toBe('db_corrupt');
    await app.close();
    expect(existsSync(precious)).toBe(true);
    expect(existsSync(join(folder, 'precious/cache.db'))).toBe(false);
    expect(existsSync(join(dataDir, 'library.db'))).toBe(true);
  },
);

describe('a cache with parts that nobody of ours put there', () => {
  let made: string;
  let folder: ReturnType<typeof makeTempFolder>;
  beforeAll(async () => {
    folder = makeTempFolder();
    made = join(folder.path, 'made');
    const app = openTestApp({ dataDir: made, token: 'made-up' });
    await app.call('sample.connect', { seed: 1, days: 3, conversations: 60 });
    await app.runJob('sync.start', { workspace: 'Sample' });
    await app.close();
  });
  afterAll(() => folder.remove());

  const endless = `WITH RECURSIVE r (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r) SELECT n AS id, 'channel' AS kind, 'x' AS value FROM r`;
  test.each<[string, string, number]>([
    [
      'a trigger that changes handle times',
      'CREATE TRIGGER evil AFTER INSERT ON sync_run BEGIN UPDATE offer SET interaction_s = 1; END',
      60,
    ],
    ['a missing table', 'DROP TABLE offer', 60],
    ['another version than it has', 'PRAGMA user_version = -5', 60],
    // Nothing in such a file is read, for any table may be one without an end: all of it comes with the next sync.
    ['a view without an end in the place of a table', `DROP TABLE term; CREATE VIEW term AS ${endless}`, 0],
  ])('%s is put aside and rebuilt, and figures are as before', async (_what, sql, rebuilt) => {
    const dataDir = join(useTempDir(), 'data');
    cpSync(made, dataDir, { recursive: true });
    const [id = ''] = readdirSync(join(dataDir, 'workspaces'));
    const cache = join(dataDir, 'workspaces', id, 'cache.db');
    // Without this the sums would tell.
    rmSync(`${cache}.health`);
    const db = new Database(cache);
    db.pragma('foreign_keys = OFF');
    db.exec(sql);
    db.close();

    const app = openTestApp({ dataDir, token: 'made-up' });
    const search = () => app.call('search.run', { workspace: 'Sample', query: '', limit: 0 });
    expect(await codeOf(search())).toBe('db_corrupt');
    expect((await search()).total).toBe(rebuilt);
    await app.runJob('sync.start', { workspace: 'Sample' });
    expect((await search()).total).toBe(60);
    const handleTimes = new Set(
      [...(await app.exportAll()).values()].flatMap((one) =>
        one.destinations.flatMap(({ offers }) => offers.map((offer) => offer.interactionSeconds)),
      ),
    );
    expect(handleTimes.size).toBeGreaterThan(10);
    await app.close();
  });

  const large = '9223372036854775807';
  test.each([
    `UPDATE conversation SET started_s = ${large} WHERE id = 7`,
    'UPDATE conversation SET ended_s = -9007199254740994 WHERE id = 7',
    'UPDATE conversation SET id = 9007199254740993 WHERE id = 7',
    'UPDATE conversation SET id = -7 WHERE id = 7',
    `UPDATE conversation SET channel = ${large} WHERE id = 7`,
    'UPDATE offer SET hold_s = 9007199254740993',
    'UPDATE offer SET interaction_s = -1',
    `UPDATE offer SET agent = ${large}`,
    'UPDATE offer SET agent = 4999',
    `UPDATE offer SET consults = '[{"assignedAtS":1e300}]'`,
    `UPDATE offer SET joined = '{'`,
    `UPDATE destination SET entered_s = ${large}`,
    `UPDATE destination SET callback_opted_ms = ${large}`,
    `UPDATE sync_window SET to_s = ${large}`,
    `UPDATE sync_window SET fetched_ms = ${large}`,
    `UPDATE sync_run SET started_ms = ${large}`,
    `UPDATE source_row SET requested_ms = ${large}`,
    `UPDATE source_row SET raw_page = ${large}`,
  ])('a value that is none of ours is damage, not a fault of ours: %s', { timeout: 60_000 }, async (sql) => {
    const asked = async (app: ReturnType<typeof openTestApp>): Promise<string[]> => {
      const { rows } = await app.call('search.run', { query: '', limit: 60 }).catch(() => ({ rows: [] }));
      const keys = rows.map(({ key }) => key);
      const works = [
        () => app.call('search.run', { query: '', limit: 60, facets: true }),
        () => app.call('scorecard.get', { by: 'agent', period: 'last-week' }),
        () => app.call('coverage.get', {}),
        () => app.exportAll(),
        ...keys.map((id) => () => app.call('conversation.raw', { id })),
      ];
      const codes: string[] = [];
      for (const work of works) codes.push(await codeOf(work()));
      const { checks } = await app.call('doctor.run', {});
      return [...codes, ...checks.filter(({ message }) => /unexpected error/.test(message)).map(({ name }) => name)];
    };
    const dataDir = join(useTempDir(), 'data');
    cpSync(made, dataDir, { recursive: true });
    const [id = ''] = readdirSync(join(dataDir, 'workspaces'));
    const folder = join(dataDir, 'workspaces', id);
    const whole = openTestApp({ dataDir, token: 'made-up' });
    const before = await whole.exportAll();
    await whole.close();
    for (const name of readdirSync(folder)) if (/health|search-index/.test(name)) rmSync(join(folder, name));
    const db = new Database(join(folder, 'cache.db'));
    db.pragma('foreign_keys = OFF');
    db.exec(sql);
    db.close();

    const app = openTestApp({ dataDir, token: 'made-up' });
    const codes = new Set(await asked(app));
    // `not_found`: what its raw pages do not give is away until the next sync.
    expect([...codes].filter((code) => !['done', 'db_corrupt', 'not_found'].includes(code))).toEqual([]);
    expect(new Set(await asked(app))).toEqual(new Set(['done']));
    expect(existsSync(join(folder, 'damaged'))).toBe(true);
    await app.runJob('sync.start', { workspace: 'Sample' });
    expect(await app.exportAll()).toEqual(before);
    await app.close();
  });

  test.each([
    `UPDATE workspace SET endpoints = '["evil"]'`,
    `UPDATE workspace SET figures = '{'`,
    'UPDATE workspace SET requests_per_minute = 9223372036854775807',
  ])('settings that make no sense are said in words: %s', async (sql) => {
    const dataDir = join(useTempDir(), 'data');
    cpSync(made, dataDir, { recursive: true });
    const db = new Database(join(dataDir, 'library.db'));
    db.exec(sql);
    db.close();
    const app = openTestApp({ dataDir, token: 'made-up' });
    expect(await codeOf(app.call('workspaces.list', {}))).toBe('db_corrupt');
    await app.close();
  });

  test.skipIf(process.platform === 'win32')(
    'a report does not go through a link of its name into our own files',
    async () => {
      const dataDir = join(useTempDir(), 'data');
      cpSync(made, dataDir, { recursive: true });
      const outDir = useTempDir();
      const app = openTestApp({ dataDir, token: 'made-up' });
      const run = () =>
        app.runJob('report.run', { report: 'queue-service', period: 'yesterday', formats: ['csv'], outDir });
      await run();
      const [name = ''] = readdirSync(outDir);
      rmSync(join(outDir, name));
      symlinkSync(join(dataDir, 'library.db'), join(outDir, name));
      expect(await codeOf(run())).toBe('output_failed');
      expect(readFileSync(join(dataDir, 'library.db')).toString('latin1', 0, 15)).toBe('SQLite format 3');
      await app.close();
    },
  );
});
