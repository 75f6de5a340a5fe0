// Real processes that ask for due runs at the same moment: each due instant is run by one of them, once.
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../main/hosts/clock.ts';
import type { RunDueResult } from '../../preload/contract/report.ts';
import { type KoreServer, startKoreServer } from '../kore-server/server.ts';
import { makeTempDir, openTestApp } from '../support/app.ts';
import { connectCli, credentialOf, runCli, runJson, runWell, startCli } from '../support/cli.ts';
import { agentRow } from '../support/rows.ts';

const DAY_MS = 86_400_000;
const DAYS = 8;
const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

const times = ['00:01', '00:02', '00:03'];

/** A data folder in which three daily schedules were added eight days ago and never run. */
const prepare = async (): Promise<{ dataDir: string; server: KoreServer }> => {
  const startedS = Math.floor(Date.now() / 1000) - 3 * 86_400;
  const server = await startKoreServer({ rows: [{ v2: agentRow({}, startedS) }] });
  const dataDir = makeTempDir();
  ends.push(
    () => rmSync(dataDir, { recursive: true, force: true }),
    () => server.close(),
  );
  const thenMs = Math.floor(Date.now() / DAY_MS) * DAY_MS - DAYS * DAY_MS + 3600_000;
  const app = openTestApp({ dataDir, token: server.token, clock: { ...systemClock, nowMs: () => thenMs } });
  await app.connect(server);
  await app.call('report.define', {
    name: 'Team',
    kind: 'agent-scorecards',
    period: 'yesterday',
    formats: ['csv'],
    mask: true,
  });
  // Minutes after midnight: on every day up to today's, unless that is still to come.
  for (const [n, time] of times.entries()) {
    const folder = join(dataDir, 'reports');
    await app.call('schedule.add', {
      definition: 'Team',
      cadence: 'daily',
      time,
      folder,
      namePattern: `${n} {period}`,
    });
  }
  await app.close();
  return { dataDir, server };
};

/** Every minute of `times` on the eight days up to today, unless it is still to come, with its schedule's number. */
const expectedRuns = (): string[] =>
  times
    .flatMap((time, index) =>
      Array.from({ length: DAYS }, (_, n) => {
        const day = new Date((Math.floor(Date.now() / DAY_MS) - DAYS + 1 + n) * DAY_MS).toISOString().slice(0, 10);
        return `${index + 1} ${day}T${time}:00Z`;
      }),
    )
    .filter((run) => Date.parse(run.slice(2)) <= Date.now())
    .sort();

describe('several processes at once', () => {
  test.each([2, 3])(
    '%i of them make every due report once, between them',
    async (count) => {
      const { dataDir } = await prepare();
      const children = Array.from({ length: count }, () => startCli(['schedule', 'run-due', '--json'], { dataDir }));
      const results = (await Promise.all(children.map((child) => child.done))).map((run) => {
        expect(run).toMatchObject({ code: 0 });
        return JSON.parse(run.stdout) as RunDueResult;
      });
      // Whoever finds a run of the schedule under way leaves; so one more call, for what nobody took, must find nothing new
      // or only what was never claimed.
      results.push((await runJson(['schedule', 'run-due'], { dataDir })) as RunDueResult);
      const runs = results.flatMap((result) => result.runs);
      expect(runs.map((run) => `${run.schedule} ${run.dueAt}`).sort()).toEqual(expectedRuns());
      expect(runs.every((run) => run.state === 'done' && run.attempts === 1)).toBe(true);
      const db = new Database(join(dataDir, 'library.db'), { readonly: true });
      expect(db.prepare('SELECT count(*) FROM issued_report').pluck().get()).toBe(runs.length);
      expect(db.prepare(`SELECT count(*) FROM audit WHERE action = 'report'`).pluck().get()).toBe(runs.length);
      expect(db.prepare(`SELECT count(*) FROM schedule_run WHERE state = 'done'`).pluck().get()).toBe(runs.length);
      db.close();
      expect(readdirSync(join(dataDir, 'reports'))).toHaveLength(runs.length);
    },
    60_000,
  );
});

describe('the command line', () => {
  test('defines, schedules, runs with a sync first, lists, makes again and compares', async () => {
    const server = await startKoreServer({ rows: [{ v2: agentRow({}, Math.floor(Date.now() / 1000) - 86_400) }] });
    const dataDir = makeTempDir();
    ends.push(
      () => rmSync(dataDir, { recursive: true, force: true }),
      () => server.close(),
    );
    const cli = { dataDir, env: credentialOf(server) };
    await connectCli(server, cli);
    await runWell(['sync'], cli);
    await runWell(
      ['report', 'define', 'Team', 'agent-scorecards', '--period', 'last-7-days', '--format', 'csv', '--mask'],
      cli,
    );
    const issued = (await runJson(['report', 'Team', '--out', join(dataDir, 'out')], cli)) as {
      id: number;
      files: string[];
    };
    expect(issued).toMatchObject({ id: 1, rows: 1, coverage: { isComplete: true } });
    const again = await runJson(['report', 'again', '1', '--out', join(dataDir, 'again')], cli);
    expect(again).toMatchObject({ isIdentical: true });
    expect(await runWell(['report', 'diff', '1'], cli)).toMatch(/0 appeared.*\nNo figure has moved/);
    expect(await runWell(['report', 'list'], cli)).toMatch(/1 .*Team.*Test.*yes/);
    const words = [
      'schedule',
      'add',
      'Team',
      '--every',
      'weekly',
      '--on',
      'Monday',
      '--at',
      '07:30',
      '--zone',
      'Europe/Berlin',
    ];
    await runWell([...words, '--folder', join(dataDir, 'weekly'), '--name', '{date} {kind}'], cli);
    expect(await runJson(['schedule', 'run-due', '--sync'], cli)).toEqual({ runs: [], missed: 0 });
    expect(await runWell(['schedule', 'list'], cli)).toMatch(/weekly on Monday at 07:30 Europe\/Berlin/);
    expect(await runWell(['schedule', 'pause', '1'], cli)).toMatch(/paused/);
    await runWell(['schedule', 'remove', '1'], cli);
    expect(await runWell(['schedule', 'list'], cli)).toMatch(/no schedule yet/);
    for (const [refused, sentence] of [
      [['report', 'again', '99', '--out', '.'], /no issued report 99/],
      [['report', 'diff', 'x'], /not a number/],
      [['report', 'agent-scorecards', '--out', '.'], /which period/],
      [
        ['schedule', 'add', 'Team', '--every', 'daily', '--on', 'monday', '--at', '07:30', '--folder', '.'],
        /leave --on out/,
      ],
    ] as const) {
      const run = await runCli(refused, cli);
      expect(run).toMatchObject({ code: 2, stdout: '' });
      expect(run.stderr).toMatch(sentence);
    }
  }, 60_000);

  test('a failed run ends with 73 and its sentence on standard error', async () => {
    const { dataDir } = await prepare();
    rmSync(join(dataDir, 'reports'), { recursive: true });
    writeFileSync(join(dataDir, 'reports'), 'in the way');
    const run = await runCli(['schedule', 'run-due'], { dataDir });
    expect(run.code).toBe(73);
    expect(run.stderr).toMatch(/Schedule 1, due .*: .*folder/);
  }, 60_000);
});
