// Coverage against a model that knows the state of every single second.
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isoFromS } from '../../../main/model-json.ts';
import { openCacheForWriting } from '../../../main/store/cache.ts';
import { type CoverageWindow, createCoverageStore, type WindowState } from '../../../main/store/coverage-store.ts';
import { type CoverageSpan, coverPeriod, dataAsOf, summarizeCoverage } from '../../../main/sync/coverage.ts';
import { type Endpoint, endpoints } from '../../../preload/contract/conversation.ts';
import { useTempDir } from '../../support/temp-dir.ts';

const baseS = 1_760_000_000;
const LENGTH = 60;
const seconds = Array.from({ length: LENGTH }, (_, n) => n);

type Second = { state: WindowState; fetchedMs: number | null; note: string | null } | null;
/** What is known of each second, for each endpoint. */
type Model = Record<Endpoint, Second[]>;
const emptyModel = (): Model => ({
  'v2-interactions': Array.from({ length: LENGTH }, () => null),
  'v2-calls': Array.from({ length: LENGTH }, () => null),
  'v1-calls': Array.from({ length: LENGTH }, () => null),
});

const record = (model: Model, window: CoverageWindow): void => {
  const lane = model[window.endpoint];
  for (let second = window.fromS - baseS; second < window.toS - baseS; second += 1) {
    const isKept = lane[second]?.state === 'complete' && (window.state === 'open' || window.state === 'failed');
    if (!isKept) lane[second] = { state: window.state, fetchedMs: window.fetchedMs, note: window.note };
  }
};

const arbitraryWindow: fc.Arbitrary<CoverageWindow> = fc
  .record({
    endpoint: fc.constantFrom(...endpoints),
    from: fc.nat(LENGTH - 1),
    length: fc.integer({ min: 1, max: LENGTH }),
    state: fc.constantFrom('complete', 'complete', 'open', 'capped', 'failed'),
    fetchedMs: fc.option(fc.integer({ min: 1, max: 9 }), { nil: null }),
    note: fc.constantFrom(null, 'a note'),
  } as const)
  .map(({ from, length, ...rest }) => ({ ...rest, fromS: baseS + from, toS: baseS + Math.min(LENGTH, from + length) }));
const windows = fc.array(arbitraryWindow, { maxLength: 25 });

/** The windows that a store would hold after these were put, made from the model second by second. */
const toWindows = (model: Model): CoverageWindow[] =>
  endpoints.flatMap((endpoint) =>
    seconds.flatMap((second) => {
      const known = model[endpoint][second];
      return known ? [{ endpoint, fromS: baseS + second, toS: baseS + second + 1, ...known }] : [];
    }),
  );
const modelOf = (puts: readonly CoverageWindow[]): Model => {
  const model = emptyModel();
  for (const window of puts) record(model, window);
  return model;
};

const worstFirst: WindowState[] = ['failed', 'capped', 'open', 'complete'];

/** State of a second over all endpoints asked for; null when none ever asked for it. */
const stateAt = (model: Model, asked: readonly Endpoint[], second: number): WindowState | null => {
  const known = asked.map((endpoint) => model[endpoint][second]?.state ?? null);
  if (known.every((state) => state === null)) return null;
  return worstFirst.find((state) => known.some((k) => (k ?? 'open') === state)) ?? null;
};

describe('createCoverageStore', () => {
  test('holds for every second what was put there last, but keeps what is complete', () => {
    const db = openCacheForWriting(join(useTempDir(), 'cache.db'));
    const store = createCoverageStore(db);
    try {
      fc.assert(
        fc.property(windows, (puts) => {
          db.exec('DELETE FROM sync_window');
          for (const window of puts) store.put(window);
          const held = emptyModel();
          const list = store.list();
          for (const { endpoint, fromS, toS, state, fetchedMs, note } of list) {
            expect(fromS).toBeLessThan(toS);
            for (let second = fromS - baseS; second < toS - baseS; second += 1) {
              expect(held[endpoint][second]).toBeNull();
              held[endpoint][second] = { state, fetchedMs, note };
            }
          }
          expect(held).toEqual(modelOf(puts));
          for (const endpoint of endpoints) {
            const lane = list.filter((w) => w.endpoint === endpoint).map((w) => w.fromS);
            expect(lane).toEqual(lane.toSorted((a, b) => a - b));
          }
        }),
        { numRuns: 250 },
      );
    } finally {
      db.close();
    }
  });
});

describe('summarizeCoverage', () => {
  test('a second is as good as its worst endpoint, and complete only when all are', () => {
    fc.assert(
      fc.property(windows, fc.subarray([...endpoints], { minLength: 1 }), (puts, asked) => {
        const model = modelOf(puts);
        const spans = summarizeCoverage(toWindows(model), asked);
        const summed: (WindowState | null)[] = seconds.map(() => null);
        let lastToS = Number.NEGATIVE_INFINITY;
        let lastState: WindowState | null = null;
        for (const { fromS, toS, state, fetchedMs } of spans) {
          expect(fromS).toBeLessThan(toS);
          expect(fromS).toBeGreaterThanOrEqual(lastToS);
          // Neighbours of one state are one span.
          if (fromS === lastToS) expect(state).not.toBe(lastState);
          [lastToS, lastState] = [toS, state];
          const inside = seconds.slice(fromS - baseS, toS - baseS);
          for (const second of inside) summed[second] = state;
          const fetched = inside.flatMap((second) => asked.map((e) => model[e][second]?.fetchedMs ?? null));
          const oldest = fetched.reduce((a, b) => (a === null || b === null ? null : Math.min(a, b)));
          expect(fetchedMs).toBe(oldest);
        }
        expect(summed).toEqual(seconds.map((second) => stateAt(model, asked, second)));
      }),
      { numRuns: 300 },
    );
  });

  test('does not depend on how the windows are cut or ordered', () => {
    const spans = summarizeCoverage(
      [
        { endpoint: 'v1-calls', fromS: 50, toS: 100, state: 'complete', fetchedMs: 7, note: null },
        { endpoint: 'v2-calls', fromS: 0, toS: 100, state: 'complete', fetchedMs: 9, note: null },
        { endpoint: 'v1-calls', fromS: 0, toS: 50, state: 'complete', fetchedMs: 8, note: null },
      ],
      ['v2-calls', 'v1-calls'],
    );
    expect(spans).toEqual([{ fromS: 0, toS: 100, state: 'complete', fetchedMs: 7 }]);
  });
});

describe('coverPeriod', () => {
  const second = (fromS: string): number => Date.parse(fromS) / 1000 - baseS;

  test('names every second of the period that is not synced, and none of the future', () => {
    const edge = fc.integer({ min: -10, max: LENGTH + 10 });
    fc.assert(
      fc.property(
        windows,
        fc.subarray([...endpoints], { minLength: 1 }),
        edge,
        edge,
        edge,
        (puts, asked, a, b, now) => {
          const [from, to] = [Math.min(a, b), Math.max(a, b)];
          const model = modelOf(puts);
          const spans = summarizeCoverage(toWindows(model), asked);
          const cover = coverPeriod(spans, baseS + from, baseS + to, baseS + now);
          const inPeriod = Array.from({ length: to - from }, (_, n) => from + n).filter((s) => s < now);
          const expected = inPeriod.map((s) => {
            const state = s >= 0 && s < LENGTH ? stateAt(model, asked, s) : null;
            return state ?? 'missing';
          });
          const named = inPeriod.map((s) => {
            const found = cover.holes.filter((hole) => second(hole.from) <= s && s < second(hole.to));
            expect(found.length).toBeLessThanOrEqual(1);
            return found[0]?.state ?? 'complete';
          });
          expect(named).toEqual(expected);
          const complete = expected.filter((state) => state === 'complete').length;
          expect(cover.fraction).toBeCloseTo(inPeriod.length === 0 ? 1 : complete / inPeriod.length, 12);
          expect(cover.isComplete).toBe(complete === inPeriod.length);
          for (const hole of cover.holes) expect(second(hole.from)).toBeLessThan(second(hole.to));
        },
      ),
      { numRuns: 300 },
    );
  });

  test('a period that is all there has no hole; one second less makes one', () => {
    const spans: CoverageSpan[] = [{ fromS: baseS, toS: baseS + 100, state: 'complete', fetchedMs: 1 }];
    expect(coverPeriod(spans, baseS, baseS + 100, baseS + 500)).toEqual({ isComplete: true, fraction: 1, holes: [] });
    expect(coverPeriod(spans, baseS, baseS + 101, baseS + 500)).toEqual({
      isComplete: false,
      fraction: 100 / 101,
      holes: [{ from: isoFromS(baseS + 100), to: isoFromS(baseS + 101), state: 'missing' }],
    });
  });
});

test('data is as of the newest fetch that touches the period', () => {
  const window = (fromS: number, toS: number, fetchedMs: number | null): CoverageWindow => ({
    endpoint: 'v2-calls',
    fromS,
    toS,
    state: 'complete',
    fetchedMs,
    note: null,
  });
  const held = [window(0, 10, 100), window(10, 20, 300), window(20, 30, 200), window(30, 40, null)];
  expect(dataAsOf(held, 0, 40)).toBe(300);
  expect(dataAsOf(held, 20, 40)).toBe(200);
  expect(dataAsOf(held, 19, 20)).toBe(300);
  expect(dataAsOf(held, 30, 40)).toBeNull();
  expect(dataAsOf([], 0, 40)).toBeNull();
});
