// When a cache is looked at, and what an open window does when damage turns up under it.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readHealth, writeHealth } from '../../main/store/health-file.ts';
import { createWorld, type World } from '../faults/world.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld({ rows: 400, days: 2 });
});
afterAll(() => world.close());

const search = { query: 'refund', limit: 5 };
/** Zeroes pages behind the first ones, as a failing disk would: the file stays as long as it is. */
const zeroPages = (path: string): void => {
  const bytes = readFileSync(path);
  bytes.fill(0, 8192 * 12, bytes.length - 8192);
  writeFileSync(path, bytes, { flag: 'r+' });
};

test('is looked at as often as it needs', async () => {
  const dataDir = world.copy();
  const path = world.cacheOf(dataDir);
  const closed = readHealth(path);
  expect(closed.sums).not.toBeNull();
  expect(closed.spans).toMatchObject([{ endpoint: 'v2-interactions' }]);

  // Reading leaves it sealed; the sums were compared.
  writeHealth(path, { ...closed, comparedMs: 1 });
  const reading = world.open(dataDir);
  await reading.call('search.run', search);
  expect(readHealth(path).comparedMs).toBeGreaterThan(1);
  await reading.close();
  expect(readHealth(path).sums).toEqual(closed.sums);

  // Not closed whole: checked, and sealed again by whoever only reads.
  writeHealth(path, { ...closed, sums: null });
  const after = world.open(dataDir);
  await after.call('search.run', search);
  expect(readHealth(path).sums).toEqual(closed.sums);
  await after.close();

  // Its week is over: checked in full before a sync, which unseals it until the end.
  writeHealth(path, { ...closed, checkedMs: 1 });
  const syncing = world.open(dataDir);
  const seen: unknown[] = [];
  await syncing.sync(world.range, {
    onProgress: () => {
      seen.push(readHealth(path).sums);
    },
  });
  expect(seen.length).toBeGreaterThan(0);
  expect(seen.every((sums) => sums === null)).toBe(true);
  expect(readHealth(path).checkedMs).toBeGreaterThan(closed.comparedMs);
  await syncing.close();
  expect(readHealth(path).sums).not.toBeNull();
  expect(await world.compare(dataDir)).toEqual({ lost: 0, doubled: 0, wrong: 0 });
});

test('damage that turns up under an open window is said, and mended by the next call', async () => {
  const dataDir = world.copy();
  const path = world.cacheOf(dataDir);
  const app = world.open(dataDir);
  const notices: string[] = [];
  app.app.subscribe('notice', ({ message }) => notices.push(message));
  await app.call('search.run', search);
  zeroPages(path);
  await expect(app.exportAll()).rejects.toMatchObject({ code: 'db_corrupt' });
  expect(readHealth(path).isSuspect).toBe(true);
  await app.call('search.run', search);
  expect(notices).toEqual([expect.stringMatching(/^The cache of “Test” was damaged\. .* Sync now/)]);
  const { ranges } = await app.call('coverage.get', {});
  expect(ranges.map(({ state }) => state)).toEqual(['open']);
  await app.close();
  expect(await world.heal(dataDir)).toEqual({ lost: 0, doubled: 0, wrong: 0 });
  const library = new Database(join(dataDir, 'library.db'), { readonly: true });
  const audited = library.prepare(`SELECT details FROM audit WHERE action = 'rebuild cache'`).pluck().all();
  library.close();
  expect(audited).toHaveLength(1);
  expect(String(audited[0])).not.toMatch(/@|\+1/);
});

test('while another program has the damaged file open nothing is moved, and it is said', async () => {
  const dataDir = world.copy();
  const path = world.cacheOf(dataDir);
  writeHealth(path, { ...readHealth(path), sums: null, isSuspect: true });
  const other = new Database(path);
  other.prepare('SELECT count(*) FROM conversation').get();
  const app = world.open(dataDir);
  await expect(app.call('search.run', search)).rejects.toMatchObject({
    code: 'db_corrupt',
    message: expect.stringMatching(/Close every other Afterword/),
  });
  other.close();
  await app.call('search.run', search);
  await app.close();
  expect(await world.heal(dataDir)).toEqual({ lost: 0, doubled: 0, wrong: 0 });
});

test('what was forgotten stays forgotten in a rebuilt cache, and goes from the damaged one', async () => {
  const dataDir = world.copy();
  const path = world.cacheOf(dataDir);
  const forgetting = world.open(dataDir);
  await forgetting.call('forget.run', { customer: world.customer.email });
  await forgetting.close();
  writeHealth(path, { ...readHealth(path), sums: null, isSuspect: true });
  const difference = await world.heal(dataDir, { withoutKeys: world.customer.keys });
  expect(difference).toEqual({ lost: 0, doubled: 0, wrong: 0 });
});
