// What an account is expected to hold, learned from what was seen.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createDensity } from '../../../main/sync/density.ts';

const HOUR_S = 3600;
const baseHour = 168 * 2900;
const baseS = baseHour * HOUR_S;

const row = (startedAtS: number | null, isBotOnly = false) => ({ startedAtS, isBotOnly });

describe('createDensity', () => {
  test('knows nothing at first, and says so', () => {
    const density = createDensity();
    expect(density.predict(baseS, baseS + HOUR_S, false)).toBeNull();
    expect(density.spanStart(baseS, baseS + HOUR_S, 10, false)).toBeNull();
  });

  test('expects again what an hour held: of both sets, or of the larger one', () => {
    const density = createDensity();
    density.observe(baseS, baseS + HOUR_S, [row(baseS), row(baseS + 1), row(baseS + 2, true), row(baseS + 3599)]);
    expect(density.predict(baseS, baseS + HOUR_S, false)).toBeCloseTo(4, 10);
    expect(density.predict(baseS, baseS + HOUR_S, true)).toBeCloseTo(3, 10);
    expect(density.predict(baseS, baseS + HOUR_S / 2, false)).toBeCloseTo(2, 10);
  });

  test('leaves out rows beyond the stretch that was seen whole, and rows without a time', () => {
    const density = createDensity();
    density.observe(baseS, baseS + HOUR_S, [row(baseS - 1), row(baseS + HOUR_S), row(null), row(baseS + 5)]);
    expect(density.predict(baseS, baseS + HOUR_S, false)).toBeCloseTo(1, 10);
  });

  test('expects of the same hour of another week what this one held', () => {
    const density = createDensity();
    density.observeHours([
      { hour: baseHour, agents: 50, bots: 0 },
      { hour: baseHour + 1, agents: 10, bots: 0 },
    ]);
    const weekLaterS = baseS + 168 * HOUR_S;
    expect(density.predict(weekLaterS, weekLaterS + 2 * HOUR_S, false)).toBeCloseTo(60, 10);
  });

  test('expects more than it has seen of an hour of the week it has not', () => {
    const density = createDensity();
    density.observeHours([
      { hour: baseHour, agents: 50, bots: 0 },
      { hour: baseHour + 1, agents: 10, bots: 0 },
    ]);
    const nextDayS = baseS + 24 * HOUR_S;
    // The same hour of the day is known; of 05:00 only the average of all is.
    expect(density.predict(nextDayS, nextDayS + HOUR_S, false)).toBeGreaterThan(50);
    expect(density.predict(baseS + 5 * HOUR_S, baseS + 6 * HOUR_S, false)).toBeGreaterThan(30);
  });

  test('the span it gives holds the load asked for, and would not with a second more', () => {
    const hours = fc.array(fc.record({ agents: fc.nat(3000), bots: fc.nat(3000) }), { minLength: 1, maxLength: 200 });
    const length = fc.integer({ min: 1, max: 20 * 86_400 });
    fc.assert(
      fc.property(hours, length, fc.integer({ min: 1, max: 5000 }), fc.boolean(), (seen, spanS, load, isPerSet) => {
        const density = createDensity();
        density.observeHours(seen.map((counts, n) => ({ hour: baseHour + n, ...counts })));
        const toS = baseS + 10 * 86_400;
        const fromS = toS - spanS;
        const startS = density.spanStart(fromS, toS, load, isPerSet);
        if (startS === null) throw new Error('something is known');
        expect(Number.isInteger(startS)).toBe(true);
        expect(startS).toBeGreaterThanOrEqual(fromS);
        // At least a second, or a planner would not get on.
        expect(startS).toBeLessThan(toS);
        const predict = (atS: number): number => density.predict(atS, toS, isPerSet) ?? Number.NaN;
        if (startS < toS - 1) expect(predict(startS)).toBeLessThanOrEqual(load * (1 + 1e-9));
        if (startS > fromS) expect(predict(startS - 1)).toBeGreaterThan(load * (1 - 1e-9));
      }),
      {
        numRuns: 300,
        // The load is used up within a second of an hour that is not the last.
        examples: [
          [[2150, 1606, 2152, 1603, 2427, 2076, 2912, 1082].map((agents) => ({ agents, bots: 0 })), 3601, 2602, false],
        ],
      },
    );
  });

  test('a stretch is expected to hold what its parts are', () => {
    const cut = fc.integer({ min: 0, max: 3 * 86_400 });
    fc.assert(
      fc.property(fc.array(fc.nat(500), { minLength: 1, maxLength: 80 }), cut, cut, cut, (seen, ...cuts) => {
        const density = createDensity();
        density.observeHours(seen.map((agents, n) => ({ hour: baseHour + n, agents, bots: 0 })));
        const [a = 0, b = 0, c = 0] = cuts.toSorted((x, y) => x - y).map((s) => baseS + s);
        const whole = density.predict(a, c, false) ?? Number.NaN;
        const parts = (density.predict(a, b, false) ?? Number.NaN) + (density.predict(b, c, false) ?? Number.NaN);
        expect(parts).toBeCloseTo(whole, 6);
      }),
      { numRuns: 200 },
    );
  });
});
