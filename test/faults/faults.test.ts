// A part of the fault matrix that is short enough for every run of the tests; `npm run faults` runs all of it.
import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { clockCases } from './clock.ts';
import { damageCases } from './damage.ts';
import { diskFullCases, findDiskWay } from './disk-full.ts';
import { killCases } from './kill.ts';
import { type FaultCase, formatTable, isGood, type Line, runCases } from './matrix.ts';
import { migrationCases } from './migration.ts';
import { networkCases } from './network.ts';
import { soak } from './soak.ts';
import { together } from './together.ts';
import { createWorld, noDifference, openByHand, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld({ rows: 400, days: 2 });
});
afterAll(() => world.close());

const expectSurvived = async (cases: readonly FaultCase[]): Promise<void> => {
  const lines = await runCases(world, cases);
  expect(lines.flatMap(({ failures }) => failures)).toEqual([]);
  expect(lines.every(isGood)).toBe(true);
};
const named = (cases: readonly FaultCase[], pattern: RegExp): FaultCase[] => {
  const found = cases.filter(({ group, name }) => pattern.test(`${group}, ${name}`));
  expect(found.length).toBeGreaterThan(0);
  return found;
};

// test/integration/sync-kill.test.ts kills syncs at every place.
test.each([
  ['export', /: export, at file-written/],
  ['export to a folder', /: export to a folder, at folder-moved/],
  ['report', /: report, at report-files-written/],
  ['forget', /: forget, at forget-(removed|committed|vacuumed)/],
  ['forget, and a sync', /: forget, and a sync, at forget-(begun|committed|recorded)/],
  ['backup', /: backup, at backup-made/],
  ['close', /: close, at/],
  ['rebuild', /: rebuild of a damaged cache, at rebuild-(log-moved|moved|page)/],
  ['restore', /: restore of library\.db, at restore-(moved|copied)/],
])('kill -9 in %s', (_name, pattern) => expectSurvived(named(killCases(0), pattern)));

test('old files of every schema are migrated, killed on the way or not; newer ones are refused', async () => {
  await expectSurvived(named(migrationCases, /^old files|at migration-applied|^a newer file, cache/));
});

test('damage in the cache is found, put aside and rebuilt; library.db is safe', async () => {
  await expectSurvived(
    named(
      damageCases(),
      /cache\.db, (16 flipped bytes|one flipped byte|a page of noise|cut off), seed 1$|cache\.db, zeroed header/,
    ),
  );
});
test('damage in a log, in the search text alone, and in library.db', async () => {
  await expectSurvived(
    named(
      damageCases(),
      /-wal.*seed [12]$|search text|library\.db, (zeroed header|and in its newest copy|and no copy)/,
    ),
  );
});

test('a full disk is said and leaves nothing half', async () => {
  await expectSurvived(
    named(
      diskFullCases(findDiskWay()),
      /: (sync|export|forget|rebuild.*), 20000 bytes|: forget, (300|900)000 bytes|read-only/,
    ),
  );
});

test('clocks that jump', () => expectSurvived(named(clockCases, /in a sync, a day (ahead|back)$|summer time/)));

test('two programs on one folder', () => expectSurvived([together(6)]));

// test/integration/network.test.ts has every proxy, certificate and half-open connection.
test('sleep in the middle of a page, and a portal', () => expectSurvived(named(networkCases, /sleep|portal from/)));

test('a compressed day: the cache is the model’s, and nothing grows', async () => {
  const figures = await soak({ seconds: 5, turns: 40, rows: 200 });
  expect(figures.syncs).toBeGreaterThan(10);
  expect(figures.difference).toEqual(noDifference);
  expect(figures.unhandled + figures.warnings).toBe(0);
  expect(figures.files.last).toBeLessThanOrEqual(figures.files.first + 10);
  expect(figures.resources.last).toBeLessThanOrEqual(figures.resources.first + 10);
  expect(figures.emitters.last).toBeLessThan(figures.emitters.first + 50);
  expect(figures.walMb.most).toBeLessThan(64);
});

test('the soak does see what is held for every sync', async () => {
  const { memoryMb, emitters, difference } = await soak({
    seconds: 5,
    turns: 60,
    rows: 60,
    isSteady: true,
    isLeaky: true,
  });
  // Warming up is far below both: some 100 MB for a thousand syncs, and a dozen.
  expect(memoryMb.alive.slopePer1000Syncs).toBeGreaterThan(500);
  expect(emitters.last).toBeGreaterThan(emitters.first + 100);
  expect(difference).toEqual(noDifference);
});

test('the matrix does find a lost row, and a case that throws', async () => {
  const lost: FaultCase = {
    group: 'planted',
    name: 'a lost row',
    run: async () => ({ isSurvived: true, difference: { lost: 1, doubled: 0, wrong: 0 } }),
  };
  const thrown: FaultCase = {
    group: 'planted',
    name: 'a fault of the harness',
    run: () => Promise.reject(new Error('x')),
  };
  const [line] = await runCases(world, [lost, thrown]);
  expect(line).toMatchObject({ injected: 2, survived: 0, difference: { lost: 1, doubled: 0, wrong: 0 } });
  expect(isGood(line as Line)).toBe(false);
  expect(formatTable([line as Line])).toMatch(/\| planted +\| +2 \| +0 \| +1 \| +0 \| +0 \|/);
});

test('the comparison finds a row that is missing, and one that is wrong', async () => {
  const dataDir = world.copy();
  const db = openByHand(world.cacheOf(dataDir));
  db.prepare('UPDATE conversation SET started_s = started_s + 1 WHERE id = 3').run();
  db.prepare('DELETE FROM conversation WHERE id = 5').run();
  db.close();
  // Or the change itself would be found, and mended.
  const health = `${world.cacheOf(dataDir)}.health`;
  writeFileSync(health, JSON.stringify({ ...(JSON.parse(readFileSync(health, 'utf8')) as object), sums: null }));
  const { lost, wrong } = await world.compare(dataDir);
  expect(lost).toBe(1);
  expect(wrong).toBeGreaterThan(0);
});
