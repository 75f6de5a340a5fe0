// Forgetting by age, by hand and because a workspace keeps conversations for so long only; and what syncs ask for afterwards.
import { basename } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { openCacheForWriting } from '../../main/store/cache.ts';
import { makeRows } from '../kore-server/generate.ts';
import { type KoreRow, startKoreServer } from '../kore-server/server.ts';
import { openTestApp } from '../support/app.ts';
import { closeAll, day, filesIn, makeOthers, open, start } from '../support/canary.ts';
import { failureOf } from '../support/failure.ts';

afterEach(closeAll);

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
