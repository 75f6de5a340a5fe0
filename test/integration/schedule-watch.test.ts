// The app while its window is open: a schedule is made when it falls due, once, after a sync; what failed waits before it
// is tried again; a command line watches nothing.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import { systemClock } from '../../main/hosts/clock.ts';
import { DUE_EVERY_MS, DUE_SETTLE_MS } from '../../main/services/due-timer.ts';
import type { RunDueResult } from '../../preload/contract/report.ts';
import { type KoreServer, startKoreServer } from '../kore-server/server.ts';
import { openTestApp, type TestApp } from '../support/app.ts';
import { eventually } from '../support/eventually.ts';

const MINUTE_MS = 60_000;
/** What a minute of the timer takes here. */
const TICK_MS = 20;
const at = (iso: string): number => Date.parse(iso);

const open: { app: TestApp; server: KoreServer }[] = [];
afterEach(async () => {
  for (const { app, server } of open.splice(0)) {
    await app.close();
    await server.close();
  }
});

const start = async (nowIso: string) => {
  const now = { ms: at(nowIso) };
  const server = await startKoreServer({ nowMs: () => now.ms });
  const app = openTestApp({
    token: server.token,
    clock: {
      ...systemClock,
      nowMs: () => now.ms,
      sleep: (ms, signal) => systemClock.sleep(ms === DUE_EVERY_MS || ms === DUE_SETTLE_MS ? TICK_MS : ms, signal),
    },
  });
  open.push({ app, server });
  await app.connect(server);
  await app.call('report.define', {
    ...{ name: 'Team', kind: 'agent-scorecards', period: 'yesterday', formats: ['csv'], mask: false },
  });
  const folder = join(app.dataDir, 'reports');
  await app.call('schedule.add', { definition: 'Team', cadence: 'daily', time: '06:00', folder });
  const ended: RunDueResult[] = [];
  app.app.subscribe('job.done', ({ result }) => {
    if (result.ok && result.data.kind === 'schedule') ended.push(result.data);
  });
  return { app, server, now, ended, folder };
};

test('makes what is due once, after a sync, and starts nothing while nothing is', async () => {
  const { app, now, ended } = await start('2026-05-04T12:00:00Z');
  app.app.watchSchedules();
  app.app.watchSchedules();
  await wait(5 * TICK_MS);
  expect(ended).toEqual([]);
  now.ms = at('2026-05-05T06:00:30Z');
  await eventually(() => ended.length).toBe(1);
  expect(ended[0]?.runs).toMatchObject([{ dueAt: '2026-05-05T06:00:00Z', state: 'done', attempts: 1 }]);
  // The sync before it left the day covered.
  expect((await app.call('report.list', {}))[0]?.coverage.isComplete).toBe(true);
  await wait(10 * TICK_MS);
  expect(ended).toHaveLength(1);
  now.ms = at('2026-05-06T06:00:30Z');
  await eventually(() => ended.length).toBe(2);
});

test('what failed is tried again a quarter of an hour later, not every minute', async () => {
  const { app, now, ended, folder } = await start('2026-05-04T12:00:00Z');
  rmSync(folder, { recursive: true });
  writeFileSync(folder, '');
  app.app.watchSchedules();
  now.ms = at('2026-05-05T06:00:30Z');
  await eventually(() => ended.length).toBe(1);
  expect(ended[0]?.runs).toMatchObject([{ state: 'failed', attempts: 1 }]);
  now.ms += 14 * MINUTE_MS;
  await wait(10 * TICK_MS);
  expect(ended).toHaveLength(1);
  rmSync(folder);
  mkdirSync(folder);
  now.ms += 2 * MINUTE_MS;
  await eventually(() => ended.length).toBe(2);
  expect(ended[1]?.runs).toMatchObject([{ dueAt: '2026-05-05T06:00:00Z', state: 'done', attempts: 2 }]);
});

test('nothing is made unless the host asks for it', async () => {
  const { app, now, ended } = await start('2026-05-04T12:00:00Z');
  now.ms = at('2026-05-05T06:00:30Z');
  await wait(5 * TICK_MS);
  expect(ended).toEqual([]);
  expect(await app.call('schedule.list', {})).toMatchObject([{ runs: [] }]);
});
