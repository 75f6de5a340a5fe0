// The planner hands out every second of its ranges exactly once, whatever is split on the way; chooseRanges against a
// model that decides hour by hour.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createDensity, type Density } from '../../../main/sync/density.ts';
import {
  type CoveredRange,
  chooseRanges,
  createPlanner,
  MAX_SPAN_S,
  type PlannedWindow,
  type Planner,
  type Range,
} from '../../../main/sync/planner.ts';
import { newPaging, type Paging, type SeenRow } from '../../../main/sync/walk.ts';

const HOUR_S = 3600;
const DAY_S = 86_400;
const baseS = 20_000 * DAY_S;

const range: fc.Arbitrary<Range[]> = fc
  .uniqueArray(fc.integer({ min: 0, max: 12 * DAY_S }), { minLength: 2, maxLength: 6 })
  .map((edges) => edges.toSorted((a, b) => a - b))
  .map((edges) =>
    edges.flatMap((fromS, index) => {
      const toS = edges[index + 1];
      return index % 2 === 1 || toS === undefined ? [] : [{ fromS: baseS + fromS, toS: baseS + toS }];
    }),
  );

const paging: fc.Arbitrary<Paging> = fc.record({
  unit: fc.constantFrom('pages', 'rows', null),
  pageSize: fc.constantFrom(100, 50),
  longestPage: fc.constant(100),
  longestSet: fc.constant(100),
  maxOffset: fc.constantFrom(null, 10, 3),
  isPerSet: fc.boolean(),
  trustsNumResults: fc.boolean(),
});

/** Knows nothing, a quiet account, or a busy one. */
const density: fc.Arbitrary<Density> = fc
  .record({
    isKnown: fc.boolean(),
    agents: fc.nat(5000),
    bots: fc.nat(5000),
    everyHours: fc.integer({ min: 1, max: 30 }),
  })
  .map(({ isKnown, agents, bots, everyHours }) => {
    const learned = createDensity();
    if (isKnown) {
      const hours = Array.from({ length: 100 }, (_, n) => ({ hour: (baseS + n * everyHours * HOUR_S) / HOUR_S, n }));
      learned.observeHours(
        hours.map(({ hour, n }) => ({ hour, agents: n % 3 === 0 ? 0 : agents, bots: n % 5 === 0 ? 0 : bots })),
      );
    }
    return learned;
  });

const merge = (windows: readonly Range[]): Range[] => {
  const merged: Range[] = [];
  for (const { fromS, toS } of windows.toSorted((a, b) => a.fromS - b.fromS)) {
    const last = merged.at(-1);
    // An overlap or an empty window stays visible: it is not joined.
    if (last?.toS === fromS && fromS < toS) last.toS = toS;
    else merged.push({ fromS, toS });
  }
  return merged;
};

const takeAll = (planner: Planner): PlannedWindow[] => {
  const windows: PlannedWindow[] = [];
  for (let window = planner.next(); window !== null; window = planner.next()) windows.push(window);
  return windows;
};

describe('createPlanner', () => {
  test('covers its ranges exactly, newest first, in windows of less than seven days', () => {
    fc.assert(
      fc.property(range, density, paging, (ranges, known, how) => {
        const planner = createPlanner(ranges, known, how);
        const windows: PlannedWindow[] = [];
        const announced: (number | null)[] = [];
        for (;;) {
          announced.push(planner.newestS());
          const window = planner.next();
          if (window === null) break;
          windows.push(window);
        }
        expect(announced).toEqual([...windows.map((window) => window.toS), null]);
        expect(windows).toEqual(windows.toSorted((x, y) => y.toS - x.toS));
        expect(Math.max(...windows.map((w) => w.toS - w.fromS))).toBeLessThanOrEqual(7 * DAY_S - 1);
        expect(merge(windows)).toEqual(ranges);
        expect(planner.outlook()).toEqual({ windows: 0, rows: 0 });
      }),
      { numRuns: 150 },
    );
  });

  test('splits cover their window, and every second is handed out once in the end', () => {
    const reasons = ['capped', 'unstable', 'range-too-long'] as const;
    const choice = fc.record({
      isSplit: fc.constantFrom(true, true, false),
      reason: fc.constantFrom(...reasons),
      /** Where in the window rows were seen, as shares of its length; some beyond its ends. */
      seen: fc.array(fc.double({ min: -0.1, max: 1.1, noNaN: true }), { maxLength: 30 }),
    });
    let cuts = 0;
    fc.assert(
      fc.property(
        range,
        density,
        paging,
        fc.array(choice, { minLength: 10, maxLength: 40 }),
        (ranges, known, how, choices) => {
          const planner = createPlanner(ranges, known, how);
          const done: PlannedWindow[] = [];
          let step = 0;
          for (let window = planner.next(); window !== null; window = planner.next()) {
            const { fromS, toS } = window;
            // A request's end is asked for as inclusive.
            const isInside = (row: SeenRow): boolean => (row.startedAtS ?? 0) >= fromS && (row.startedAtS ?? 0) <= toS;
            if (!window.seed.every(isInside)) throw new Error('a row of another window was handed on');
            const chosen = choices[step];
            step += 1;
            const rows = (chosen?.seen ?? []).map(
              (share, n): SeenRow => ({
                key: `row-${n}`,
                startedAtS: Math.floor(fromS + share * (toS - fromS)),
                isBotOnly: n % 3 === 0,
              }),
            );
            // No server calls an hour too long; if one did, the whole rest would be asked for in such hours.
            const reason = chosen?.reason === 'range-too-long' && toS - fromS < DAY_S ? 'capped' : chosen?.reason;
            if (chosen?.isSplit && reason && planner.split(window, rows.filter(isInside), reason)) cuts += 1;
            else done.push(window);
          }
          expect(merge(done)).toEqual(ranges);
        },
      ),
      { numRuns: 150 },
    );
    expect(cuts).toBeGreaterThan(500);
  });

  test('cuts down to one second, and no further', () => {
    for (const reason of ['capped', 'unstable', 'range-too-long'] as const) {
      const planner = createPlanner([{ fromS: baseS, toS: baseS + 9 }], createDensity(), newPaging());
      const seconds: PlannedWindow[] = [];
      for (let window = planner.next(); window !== null; window = planner.next())
        if (!planner.split(window, [], reason)) seconds.push(window);
      expect(seconds.map(({ fromS, toS }) => [fromS - baseS, toS - baseS])).toEqual(
        Array.from({ length: 9 }, (_, n) => [8 - n, 9 - n]),
      );
    }
  });

  test('cuts a capped window where the rows seen end, and hands them on', () => {
    const rowsAt = (offsets: readonly number[]): SeenRow[] =>
      offsets.map((s) => ({ key: `row-${s}`, startedAtS: baseS + s, isBotOnly: false }));
    const split = (offsets: readonly number[]): PlannedWindow[] => {
      const planner = createPlanner([{ fromS: baseS, toS: baseS + 1000 }], createDensity(), newPaging());
      const window = planner.next();
      if (!window) throw new Error('no window');
      expect(planner.split(window, rowsAt(offsets), 'capped')).toBe(true);
      return [planner.next(), planner.next()].flatMap((part) => part ?? []);
    };
    // Newest first: the rows stop at second 600, of which more may come.
    const [newer, older] = split([600, 600, 601, 700, 999]);
    expect(newer).toMatchObject({ fromS: baseS + 602, toS: baseS + 1000 });
    expect(newer?.seed.map((row) => row.key)).toEqual(['row-700', 'row-999']);
    expect(older).toMatchObject({ fromS: baseS, toS: baseS + 602, seed: [] });
    // Oldest first: they stop at second 400.
    const [rest, known] = split([1, 100, 399, 400]);
    expect(rest).toMatchObject({ fromS: baseS + 398, toS: baseS + 1000, seed: [] });
    expect(known?.seed.map((row) => row.key)).toEqual(['row-1', 'row-100']);
    // All over the place: nothing can be said of either half.
    expect(split([1, 500, 999]).map(({ seed }) => seed.length)).toEqual([0, 0]);
  });

  test('hands no rows on when the sets are paged apart', () => {
    const how = { ...newPaging(), isPerSet: true };
    const planner = createPlanner([{ fromS: baseS, toS: baseS + 1000 }], createDensity(), how);
    const window = planner.next();
    if (!window) throw new Error('no window');
    planner.split(window, [{ key: 'row', startedAtS: baseS + 900, isBotOnly: false }], 'capped');
    expect(takeAll(planner).map(({ seed }) => seed.length)).toEqual([0, 0]);
  });

  test('asks for a day at first, and for seven when little is to be expected', () => {
    const month = [{ fromS: baseS, toS: baseS + 30 * DAY_S }];
    expect(createPlanner(month, createDensity(), newPaging()).next()).toMatchObject({ fromS: baseS + 29 * DAY_S });
    const quiet = createDensity();
    quiet.observeHours([{ hour: baseS / HOUR_S, agents: 0, bots: 0 }]);
    const windows = takeAll(createPlanner(month, quiet, newPaging()));
    expect(windows).toHaveLength(5);
    expect(Math.max(...windows.map((w) => w.toS - w.fromS))).toBeLessThanOrEqual(MAX_SPAN_S);
  });

  test('sizes windows to what an account holds, so that they can be paged', () => {
    const steady = createDensity();
    steady.observeHours(Array.from({ length: 168 }, (_, n) => ({ hour: baseS / HOUR_S + n, agents: 100, bots: 0 })));
    const paged: Paging = { ...newPaging(), unit: 'pages' };
    const windows = takeAll(createPlanner([{ fromS: baseS, toS: baseS + 7 * DAY_S }], steady, paged));
    const rows = windows.map((w) => ((w.toS - w.fromS) / HOUR_S) * 100);
    // 16,800 rows through windows that reach 1,100: none over, and few more windows than that takes.
    expect(Math.max(...rows)).toBeLessThan(1100);
    expect(windows.length).toBeLessThanOrEqual(Math.ceil(16_800 / 1100) * 1.2);
  });

  test('keeps to shorter windows once the server has called one too long', () => {
    const quiet = createDensity();
    quiet.observeHours([{ hour: baseS / HOUR_S, agents: 0, bots: 0 }]);
    const planner = createPlanner([{ fromS: baseS, toS: baseS + 28 * DAY_S }], quiet, newPaging());
    const first = planner.next();
    if (!first) throw new Error('no window');
    planner.split(first, [], 'range-too-long');
    const half = Math.ceil((first.toS - first.fromS) / 2);
    const rest = takeAll(planner);
    expect(Math.max(...rest.map((w) => w.toS - w.fromS))).toBeLessThanOrEqual(half);
    expect(merge(rest)).toEqual([{ fromS: baseS, toS: baseS + 28 * DAY_S }]);
  });
});

describe('chooseRanges', () => {
  const nowS = baseS;
  const known = (fromDay: number, toDay: number, fetchedDay = 0, state: CoveredRange['state'] = 'complete') => ({
    fromS: nowS + fromDay * DAY_S,
    toS: nowS + toDay * DAY_S,
    state,
    fetchedMs: (nowS + fetchedDay * DAY_S) * 1000,
  });
  /** Days before now, of what is asked for. */
  const choose = (
    covered: CoveredRange[],
    options: { from?: number; to?: number; wantedFrom?: number; isDeepDue?: boolean } = {},
  ): [number, number][] =>
    chooseRanges({
      nowS,
      fromS: options.from === undefined ? null : nowS + options.from * DAY_S,
      toS: options.to === undefined ? null : nowS + options.to * DAY_S,
      wantedFromS: options.wantedFrom === undefined ? (covered[0]?.fromS ?? null) : nowS + options.wantedFrom * DAY_S,
      covered,
      isDeepDue: options.isDeepDue ?? false,
    }).map(({ fromS, toS }) => [(fromS - nowS) / DAY_S, (toS - nowS) / DAY_S]);

  test('the first time: thirty days, or what the user asks for', () => {
    expect(choose([])).toEqual([[-30, 0]]);
    expect(choose([], { from: -90 })).toEqual([[-90, 0]]);
    expect(choose([], { from: -90, to: -60 })).toEqual([[-90, -60]]);
    expect(choose([], { to: -60 })).toEqual([[-90, -60]]);
  });
  test('then what is new and the trailing 72 hours, once a day 14 days', () => {
    expect(choose([known(-30, 0)])).toEqual([[-3, 0]]);
    expect(choose([known(-30, -1, -0.5), known(-1, 0)], { isDeepDue: true })).toEqual([[-14.5, 0]]);
  });
  test('the long look back takes no part again that an interrupted run has just fetched', () => {
    expect(choose([known(-20, -12, -5), known(-12, 0, -0.1)], { isDeepDue: true })).toEqual([
      [-3.1, 0],
      [-19, -12],
    ]);
  });
  test('holes are asked for again, newest first; what failed, was capped or left open is a hole', () => {
    const covered = [
      known(-30, -25),
      known(-25, -24, 0, 'failed'),
      known(-24, -20),
      known(-19, -10),
      known(-10, -9, 0, 'capped'),
      known(-9, -8, 0, 'open'),
      known(-8, 0),
    ];
    expect(choose(covered)).toEqual([
      [-3, 0],
      [-10, -8],
      [-20, -19],
      [-25, -24],
    ]);
  });
  test('what was fresh when it was last fetched is fetched once more, however long ago', () => {
    expect(choose([known(-60, -30, -30)])).toEqual([[-33, 0]]);
    expect(choose([known(-60, -30, -30)], { isDeepDue: true })).toEqual([[-44, 0]]);
    // Settled long before: only the end of a run an hour ago is taken up.
    expect(choose([known(-60, -30, -20), known(-30, -1 / 24, -1 / 24)])).toEqual([[-3 - 1 / 24, 0]]);
  });
  test('a range with both ends far from the rest is wanted once: only what it left unfinished is asked for again', () => {
    const far = [known(-900, -890), known(-890, -889, 0, 'failed'), known(-30, 0)];
    expect(choose(far, { wantedFrom: -30 })).toEqual([
      [-3, 0],
      [-890, -889],
    ]);
  });
  test('complete without a time of fetching is not believed', () => {
    expect(choose([{ ...known(-30, 0), fetchedMs: null }])).toEqual([[-30, 0]]);
  });

  test('asks for an hour if and only if it is not complete or not yet settled', () => {
    const windows = fc.uniqueArray(fc.integer({ min: -900, max: 0 }), { minLength: 0, maxLength: 12 }).chain((edges) =>
      fc
        .array(
          fc.record({
            state: fc.constantFrom('complete', 'complete', 'complete', 'open', 'capped', 'failed'),
            fetchedAgoHours: fc.option(fc.integer({ min: 0, max: 600 }), { nil: null, freq: 10 }),
            isThere: fc.constantFrom(true, true, false),
          } as const),
          { minLength: edges.length, maxLength: edges.length },
        )
        .map((kinds) => {
          const sorted = edges.toSorted((a, b) => a - b);
          return sorted.flatMap((edge, index): CoveredRange[] => {
            const next = sorted[index + 1];
            const kind = kinds[index];
            if (next === undefined || !kind?.isThere) return [];
            return [
              {
                fromS: nowS + edge * HOUR_S,
                toS: nowS + next * HOUR_S,
                state: kind.state,
                fetchedMs: kind.fetchedAgoHours === null ? null : (nowS - kind.fetchedAgoHours * HOUR_S) * 1000,
              },
            ];
          });
        }),
    );
    const from = fc.option(fc.integer({ min: -1000, max: -500 }), { nil: null });
    const to = fc.option(fc.integer({ min: -499, max: 0 }), { nil: null });
    fc.assert(
      fc.property(windows, from, from, to, fc.boolean(), (covered, fromHour, wantedHour, toHour, isDeepDue) => {
        const fromS = fromHour === null ? null : nowS + fromHour * HOUR_S;
        const toS = toHour === null ? null : nowS + toHour * HOUR_S;
        const wantedFromS = wantedHour === null ? null : nowS + wantedHour * HOUR_S;
        const ranges = chooseRanges({ nowS, fromS, toS, wantedFromS, covered, isDeepDue });
        const endS = toS ?? nowS;
        const startS = fromS ?? wantedFromS ?? endS - 30 * DAY_S;
        const expected: number[] = [];
        for (let hourS = nowS - 1000 * HOUR_S; fromS === null && hourS < startS; hourS += HOUR_S)
          if (covered.some((w) => w.state !== 'complete' && w.fromS <= hourS && hourS < w.toS)) expected.push(hourS);
        for (let hourS = startS; hourS < endS; hourS += HOUR_S) {
          const window = covered.find((w) => w.fromS <= hourS && hourS < w.toS);
          const isFresh = window?.fetchedMs != null && nowS * 1000 - window.fetchedMs < 12 * HOUR_S * 1000;
          const settledAtS = hourS + ((isDeepDue && !isFresh ? 14 * 24 : 72) + 1) * HOUR_S;
          const isKept =
            window?.state === 'complete' &&
            window.fetchedMs !== null &&
            settledAtS <= endS &&
            settledAtS * 1000 <= window.fetchedMs;
          if (!isKept) expected.push(hourS);
        }
        const asked = ranges.flatMap((r) =>
          Array.from({ length: (r.toS - r.fromS) / HOUR_S }, (_, n) => r.fromS + n * HOUR_S),
        );
        expect(asked.toSorted((a, b) => a - b)).toEqual(expected);
        expect(ranges).toEqual(ranges.toSorted((a, b) => b.fromS - a.fromS));
      }),
      { numRuns: 150 },
    );
  });
});
