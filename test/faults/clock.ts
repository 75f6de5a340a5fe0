// Clocks that jump while a sync runs, between two, and over the change to and from summer time.

import { join } from 'node:path';
import type { Clock } from '../../main/ports.ts';
import { makeRows } from '../kore-server/generate.ts';
import { startKoreServer } from '../kore-server/server.ts';
import { openTestApp } from '../support/app.ts';
import { createFastClock } from '../support/fast-clock.ts';
import type { FaultCase, Outcome } from './matrix.ts';
import { compareRows, iso, noDifference, readLines, type World } from './world.ts';

const HOUR_MS = 3_600_000;
const jumps: [string, number][] = [
  ['a day ahead', 24 * HOUR_MS],
  ['a day back', -24 * HOUR_MS],
  ['an hour ahead', HOUR_MS],
  ['an hour back', -HOUR_MS],
  ['ten years back', -10 * 365 * 24 * HOUR_MS],
];

/** A clock whose date jumps by `byMs` after it has been looked at `after` times, and back again after twice as often. */
const jumping = (byMs: number, after: number, isBack: boolean): Clock & { readonly jumped: boolean } => {
  const clock = createFastClock();
  let looks = 0;
  return {
    get jumped() {
      return looks > after;
    },
    monotonicMs: clock.monotonicMs,
    sleep: clock.sleep,
    nowMs: () => {
      looks += 1;
      return clock.nowMs() + (looks > after && !(isBack && looks > after * 2) ? byMs : 0);
    },
  };
};

const duringSync = (name: string, byMs: number, isBack: boolean): FaultCase => ({
  group: 'clock jumps in a sync',
  name: isBack ? `${name}, and right again` : name,
  async run(world): Promise<Outcome> {
    const dataDir = world.fresh();
    const clock = jumping(byMs, 25, isBack);
    const app = world.open(dataDir, clock);
    try {
      // By a clock that is wrong a range may lie in the future: refused in words, and nothing is lost by it.
      await app.sync(world.range).catch((error: Error & { code?: string }) => {
        if (error.code !== 'invalid_input') throw error;
      });
    } finally {
      await app.close();
    }
    if (!clock.jumped)
      return { isSurvived: false, difference: noDifference, note: 'the clock was not asked often enough' };
    return { isSurvived: true, difference: await world.heal(dataDir) };
  },
});

const betweenSyncs = (name: string, byMs: number): FaultCase => ({
  group: 'clock jumps between syncs',
  name,
  async run(world: World): Promise<Outcome> {
    const dataDir = world.copy();
    const app = world.open(dataDir, jumping(byMs, 0, false));
    try {
      await app.sync().catch((error: Error & { code?: string }) => {
        if (error.code !== 'invalid_input') throw error;
      });
    } finally {
      await app.close();
    }
    return { isSurvived: true, difference: await world.heal(dataDir) };
  },
});

/** Rows of the week of a change: each day by itself, added up, is the week, and each row is in one day. */
const summerTime = (name: string, sunday: string): FaultCase => ({
  group: 'summer time begins and ends',
  name,
  async run(world: World): Promise<Outcome> {
    const endS = Date.parse(`${sunday}T00:00:00Z`) / 1000 + 3 * 86_400;
    const rows = makeRows({ seed: 5, count: 800, days: 6, endS });
    const server = await startKoreServer({ rows });
    const app = openTestApp({ dataDir: world.folder(), token: server.token });
    try {
      await app.connect(server);
      await app.sync({ from: iso(endS - 7 * 86_400), to: iso(endS + 60) });
      const out = join(app.dataDir, 'oracle.ndjson');
      await app.runJob('export.run', { what: 'conversations', query: '', format: 'ndjson', out, mask: false });
      const difference = compareRows(readLines(out), rows, new Set());
      const zone = 'Europe/Berlin';
      const count = async (period: string): Promise<number> => {
        const { total } = await app.call('scorecard.get', { by: 'agent', period, zone });
        return total.handled?.value ?? 0;
      };
      const days = Array.from({ length: 9 }, (_, index) => iso(endS - (7 - index) * 86_400).slice(0, 10));
      let sum = 0;
      for (const day of days) sum += await count(day);
      const whole = await count(`${days[0]}..${days.at(-1)}`);
      const isRight = whole > 0 && sum === whole;
      return { isSurvived: isRight, difference: isRight ? difference : { ...difference, wrong: difference.wrong + 1 } };
    } finally {
      await app.close();
      await server.close();
    }
  },
});

export const clockCases: FaultCase[] = [
  ...jumps.flatMap(([name, byMs]) => [duringSync(name, byMs, false), duringSync(name, byMs, true)]),
  ...jumps.map(([name, byMs]) => betweenSyncs(name, byMs)),
  summerTime('ends', '2025-10-26'),
  summerTime('begins', '2026-03-29'),
];
