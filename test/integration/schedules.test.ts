// Schedules against a clock of the test's own: what is due is made once, for the period it was due for; what was slept
// over is caught up with or shown as missed; what failed is tried again.
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../main/hosts/clock.ts';
import { openLibrary } from '../../main/store/library.ts';
import type { ProcedureInput } from '../../preload/contract/procedures.ts';
import type { RunDueResult } from '../../preload/contract/report.ts';
import { type KoreServer, type KoreServerOptions, startKoreServer } from '../kore-server/server.ts';
import { openTestApp, type TestApp } from '../support/app.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const at = (iso: string): number => Date.parse(iso);

type Scene = { app: TestApp; server: KoreServer; clock: { nowMs: number }; folder: string };
const open: Scene[] = [];
afterEach(async () => {
  for (const { app, server } of open.splice(0)) {
    await app.close();
    await server.close();
  }
});

const start = async (nowIso: string, options: KoreServerOptions = {}): Promise<Scene> => {
  const clock = { nowMs: at(nowIso) };
  const server = await startKoreServer({ ...options, nowMs: () => clock.nowMs });
  const app = openTestApp({ token: server.token, clock: { ...systemClock, nowMs: () => clock.nowMs } });
  const scene = { app, server, clock, folder: join(app.dataDir, 'reports') };
  open.push(scene);
  await app.connect(server);
  await app.call('report.define', {
    name: 'Team',
    kind: 'agent-scorecards',
    period: 'yesterday',
    formats: ['csv'],
    mask: false,
  });
  return scene;
};
const add = ({ app, folder }: Scene, more: Partial<ProcedureInput<'schedule.add'>> = {}) =>
  app.call('schedule.add', { definition: 'Team', cadence: 'daily', time: '06:00', folder, ...more });
const runDue = async ({ app }: Scene, sync = false): Promise<RunDueResult> => {
  const result = await app.runJob('schedule.run-due', { sync });
  if (result.kind !== 'schedule') throw new Error('no schedules');
  return result;
};
const periodsOf = async ({ app }: Scene): Promise<string[]> =>
  (await app.call('report.list', {})).map((report) => report.periodLabel).reverse();
const statesOf = async ({ app }: Scene): Promise<string[]> =>
  ((await app.call('schedule.list', {}))[0]?.runs ?? []).map((run) => `${run.dueAt} ${run.state} ${run.attempts}`);

describe('what is due', () => {
  test('is made once, at its time and not before, for the period of its due instant', async () => {
    const scene = await start('2026-05-04T12:00:00Z');
    expect(await add(scene)).toMatchObject({ nextDueAt: '2026-05-05T06:00:00Z', zone: 'UTC', runs: [] });
    scene.clock.nowMs = at('2026-05-05T05:59:59Z');
    expect(await runDue(scene)).toMatchObject({ runs: [], missed: 0 });
    // Late: a day after it was due, “yesterday” is still the one of then.
    scene.clock.nowMs = at('2026-05-06T05:00:00Z');
    const { runs } = await runDue(scene);
    expect(runs).toMatchObject([{ dueAt: '2026-05-05T06:00:00Z', state: 'done', attempts: 1, issuedId: 1 }]);
    expect(await runDue(scene)).toMatchObject({ runs: [] });
    expect(await periodsOf(scene)).toEqual(['2026-05-04']);
    expect(readdirSync(scene.folder)).toEqual(['agent-scorecards Test 2026-05-04.csv']);
    expect(await scene.app.call('schedule.list', {})).toMatchObject([{ nextDueAt: '2026-05-06T06:00:00Z' }]);
  });

  test('weekly and monthly, named after their pattern', async () => {
    const scene = await start('2026-01-28T12:00:00Z');
    const weekly = { cadence: 'weekly', weekday: 1, period: 'last-week', namePattern: 'w {date} {period}' } as const;
    const monthly = {
      cadence: 'monthly',
      monthDay: 31,
      period: 'this-month',
      namePattern: 'm/{kind} {period}',
    } as const;
    await add(scene, weekly);
    await add(scene, monthly);
    scene.clock.nowMs = at('2026-03-01T00:00:00Z');
    expect((await runDue(scene)).runs.map((run) => `${run.schedule} ${run.dueAt.slice(0, 10)}`)).toEqual([
      '2 2026-01-31',
      '1 2026-02-02',
      '1 2026-02-09',
      '1 2026-02-16',
      '1 2026-02-23',
      '2 2026-02-28',
    ]);
    expect(readdirSync(scene.folder).sort()).toEqual([
      'm-agent-scorecards 2026-01.csv',
      'm-agent-scorecards 2026-02.csv',
      'w 2026-02-02 2026-W05.csv',
      'w 2026-02-09 2026-W06.csv',
      'w 2026-02-16 2026-W07.csv',
      'w 2026-02-23 2026-W08.csv',
    ]);
  });

  test.each([
    ['forward', '2026-03-27T12:00:00Z', ['2026-03-28T01:30:00Z', '2026-03-29T01:00:00Z', '2026-03-30T00:30:00Z']],
    ['back', '2026-10-23T12:00:00Z', ['2026-10-24T00:30:00Z', '2026-10-25T00:30:00Z', '2026-10-26T01:30:00Z']],
  ])(
    'clocks go %s: asked every quarter of an hour, it runs once a local day',
    async (_, from, expected) => {
      const scene = await start(from);
      await add(scene, { time: '02:30', zone: 'Europe/Berlin' });
      const ran: string[] = [];
      for (let step = 0; step < 3 * 96; step += 1) {
        scene.clock.nowMs += 15 * MINUTE_MS;
        for (const run of (await runDue(scene)).runs) {
          expect(at(run.dueAt)).toBe(scene.clock.nowMs);
          ran.push(run.dueAt);
        }
      }
      expect(ran).toEqual(expected);
    },
    60_000,
  );

  test('after a long sleep: the last ten are made, oldest first, the others are shown as missed', async () => {
    const scene = await start('2026-05-01T12:00:00Z');
    await add(scene);
    scene.clock.nowMs = at('2026-05-15T07:00:00Z');
    const { runs, missed } = await runDue(scene);
    expect(missed).toBe(4);
    expect(runs.map((run) => run.dueAt.slice(8, 10))).toEqual([
      '06',
      '07',
      '08',
      '09',
      '10',
      '11',
      '12',
      '13',
      '14',
      '15',
    ]);
    expect(runs.every((run) => run.state === 'done')).toBe(true);
    expect(await periodsOf(scene)).toEqual(
      runs.map((run) => new Date(at(run.dueAt) - DAY_MS).toISOString().slice(0, 10)),
    );
    const states = await statesOf(scene);
    expect(states).toHaveLength(14);
    expect(states.slice(-4)).toEqual([
      '2026-05-05T06:00:00Z missed 0',
      '2026-05-04T06:00:00Z missed 0',
      '2026-05-03T06:00:00Z missed 0',
      '2026-05-02T06:00:00Z missed 0',
    ]);
    expect(await runDue(scene)).toMatchObject({ runs: [], missed: 0 });
  });

  test('a clock set back runs nothing twice', async () => {
    const scene = await start('2026-05-01T12:00:00Z');
    await add(scene);
    scene.clock.nowMs = at('2026-05-03T07:00:00Z');
    expect((await runDue(scene)).runs).toHaveLength(2);
    scene.clock.nowMs = at('2026-05-02T05:00:00Z');
    expect((await runDue(scene)).runs).toEqual([]);
    scene.clock.nowMs = at('2026-05-04T07:00:00Z');
    expect((await runDue(scene)).runs).toMatchObject([{ dueAt: '2026-05-04T06:00:00Z' }]);
  });

  test('while paused nothing is owed, and nothing afterwards for that time', async () => {
    const scene = await start('2026-05-01T12:00:00Z');
    const { id } = await add(scene);
    expect(await scene.app.call('schedule.enable', { id, isEnabled: false })).toMatchObject({ nextDueAt: null });
    scene.clock.nowMs = at('2026-05-04T07:00:00Z');
    expect((await runDue(scene)).runs).toEqual([]);
    const resumed = await scene.app.call('schedule.enable', { id, isEnabled: true });
    expect(resumed.nextDueAt).toBe('2026-05-05T06:00:00Z');
    scene.clock.nowMs = at('2026-05-05T07:00:00Z');
    expect((await runDue(scene)).runs).toMatchObject([{ dueAt: '2026-05-05T06:00:00Z' }]);
  });
});

describe('what fails', () => {
  const spoil = ({ folder }: Scene): void => {
    rmSync(folder, { recursive: true });
    writeFileSync(folder, 'in the way');
  };
  const repair = ({ folder }: Scene): void => {
    rmSync(folder);
    mkdirSync(folder);
  };

  test('is recorded with its sentence, tried again the next time, and done then for its own period', async () => {
    const scene = await start('2026-05-01T12:00:00Z');
    await add(scene);
    spoil(scene);
    scene.clock.nowMs = at('2026-05-02T06:00:00Z');
    const [failed] = (await runDue(scene)).runs;
    expect(failed).toMatchObject({ state: 'failed', attempts: 1, issuedId: null });
    expect(failed?.message).toMatch(/is not a folder/);
    repair(scene);
    scene.clock.nowMs = at('2026-05-03T07:00:00Z');
    expect((await runDue(scene)).runs).toMatchObject([
      { dueAt: '2026-05-02T06:00:00Z', state: 'done', attempts: 2, message: expect.not.stringMatching(/folder/) },
      { dueAt: '2026-05-03T06:00:00Z', state: 'done', attempts: 1 },
    ]);
    expect(await periodsOf(scene)).toEqual(['2026-05-01', '2026-05-02']);
  });

  test('is tried three times more and no oftener, and does not hold up what comes after it', async () => {
    const scene = await start('2026-05-01T12:00:00Z');
    await add(scene);
    spoil(scene);
    scene.clock.nowMs = at('2026-05-02T06:00:00Z');
    for (let asked = 1; asked <= 6; asked += 1) {
      const { runs } = await runDue(scene);
      expect(runs.map((run) => run.attempts)).toEqual(asked <= 4 ? [asked] : []);
      scene.clock.nowMs += 15 * MINUTE_MS;
    }
    expect(await statesOf(scene)).toEqual(['2026-05-02T06:00:00Z failed 4']);
    repair(scene);
    scene.clock.nowMs = at('2026-05-03T06:00:00Z');
    expect((await runDue(scene)).runs).toMatchObject([{ dueAt: '2026-05-03T06:00:00Z', state: 'done' }]);
  });

  test('a process that ended in the middle: its run is taken over when it gave no sign of life, and its end is refused', async () => {
    const scene = await start('2026-05-01T12:00:00Z');
    await add(scene);
    scene.clock.nowMs = at('2026-05-02T06:00:00Z');
    const other = openLibrary(scene.app.dataDir);
    const { claim } = other.schedules.claim({
      nowMs: scene.clock.nowMs,
      begunMs: scene.clock.nowMs,
      token: 'of-another-process',
      plan: () => ({
        dues: [{ dueMs: scene.clock.nowMs, asOfMs: scene.clock.nowMs }],
        nextDueMs: at('2026-05-03T06:00:00Z'),
      }),
      runsBack: 10,
      attemptsMax: 4,
      staleMs: 120_000,
    });
    if (claim === null) throw new Error('nothing was due');
    scene.clock.nowMs += MINUTE_MS;
    expect((await runDue(scene)).runs).toEqual([]);
    expect(other.schedules.beat(claim, scene.clock.nowMs)).toBe(true);
    scene.clock.nowMs += 90_000;
    expect((await runDue(scene)).runs).toEqual([]);
    scene.clock.nowMs += MINUTE_MS;
    expect((await runDue(scene)).runs).toMatchObject([{ dueAt: '2026-05-02T06:00:00Z', state: 'done', attempts: 2 }]);
    expect(other.schedules.beat(claim, scene.clock.nowMs)).toBe(false);
    expect(() => other.schedules.finish(claim, scene.clock.nowMs, 'failed', 'late', null)).toThrow(
      /taken this run over/,
    );
    expect(await statesOf(scene)).toEqual(['2026-05-02T06:00:00Z done 2']);
    other.close();
  });
});

describe('with a sync first', () => {
  test('the workspace is fetched when something is due, and only then', async () => {
    const scene = await start('2026-05-01T12:00:00Z');
    await add(scene);
    await runDue(scene, true);
    expect(scene.server.requests).toHaveLength(0);
    scene.clock.nowMs = at('2026-05-03T06:00:00Z');
    expect((await runDue(scene, true)).runs).toHaveLength(2);
    expect(scene.server.requests.length).toBeGreaterThan(0);
    const [report] = await scene.app.call('report.list', {});
    expect(report).toMatchObject({ periodLabel: '2026-05-02', coverage: { isComplete: true } });
  });

  test('without one a report over nothing synced says so', async () => {
    const scene = await start('2026-05-01T12:00:00Z');
    await add(scene);
    scene.clock.nowMs = at('2026-05-02T06:00:00Z');
    const [run] = (await runDue(scene)).runs;
    expect(run).toMatchObject({ state: 'done', message: expect.stringContaining('0 % of the period') });
  });

  test('a sync that fails makes no report; the next time makes it', async () => {
    let isDown = true;
    const scene = await start('2026-05-01T12:00:00Z', {
      hasScope: true,
      onRequest: () => (isDown ? { kind: 'missing-scope' } : undefined),
    });
    await add(scene);
    scene.clock.nowMs = at('2026-05-02T06:00:00Z');
    const [failed] = (await runDue(scene, true)).runs;
    expect(failed).toMatchObject({ state: 'failed' });
    expect(failed?.message).toMatch(/scope/i);
    expect(await scene.app.call('report.list', {})).toEqual([]);
    isDown = false;
    scene.clock.nowMs += 15 * MINUTE_MS;
    expect((await runDue(scene, true)).runs).toMatchObject([{ state: 'done', attempts: 2 }]);
  }, 60_000);
});

describe('what cannot be a schedule', () => {
  test.each<[Partial<ProcedureInput<'schedule.add'>>, RegExp]>([
    [{ definition: 'Nobody’s' }, /no report definition.*There are: Team/],
    [{ period: '2026-04' }, /always the same days/],
    [{ period: 'sometime' }, /is not a period/],
    [{ time: '24:00' }, /time of day/],
    [{ cadence: 'weekly' }, /day of the week/],
    [{ weekday: 2 }, /weekly schedule/],
    [{ cadence: 'monthly' }, /day of the month/],
    [{ cadence: 'monthly', monthDay: 32 }, /Month day must be at most 31/],
    [{ zone: 'Berlin' }, /time zone/],
    [{ folder: 'reports' }, /not a whole path/],
    [{ namePattern: '{agent}' }, /\{period\}/],
  ])('%j', async (fields, sentence) => {
    const scene = await start('2026-05-01T12:00:00Z');
    await expect(add(scene, fields)).rejects.toThrow(sentence);
    expect(await scene.app.call('schedule.list', {})).toEqual([]);
  });

  test('a definition in use cannot be removed; a removed schedule is gone with its log, its reports stay', async () => {
    const scene = await start('2026-05-01T12:00:00Z');
    const { id } = await add(scene);
    scene.clock.nowMs = at('2026-05-02T07:00:00Z');
    await runDue(scene);
    await expect(scene.app.call('report.undefine', { name: 'Team' })).rejects.toThrow(/used by a schedule/);
    await scene.app.call('schedule.remove', { id });
    await expect(scene.app.call('schedule.remove', { id })).rejects.toThrow(/no schedule/);
    await scene.app.call('report.undefine', { name: 'Team' });
    expect(await periodsOf(scene)).toEqual(['2026-05-01']);
  });
});
