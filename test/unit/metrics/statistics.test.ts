import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  computeMeanInterval,
  computeNetScoreError,
  computeNetScoreInterval,
  computeQuantile,
  computeQuantileInterval,
  computeStudentT,
  computeWilsonInterval,
  findQuantileRanks,
  type Interval,
} from '../../../main/metrics/statistics.ts';

const inPercent = (interval: Interval): number[] | null =>
  interval && [Math.round(100 * interval.low), Math.round(100 * interval.high)];

describe('Wilson interval', () => {
  // Printed values of the metric definitions, section 3.
  test.each([
    [4, 5, 38, 96],
    [8, 10, 49, 94],
    [16, 20, 58, 92],
    [24, 30, 63, 90],
    [40, 50, 67, 89],
    [80, 100, 71, 87],
    [0, 30, 0, 11],
  ])('%i of %i: %i to %i %%', (hits, n, low, high) => {
    expect(inPercent(computeWilsonInterval(hits, n))).toEqual([low, high]);
  });

  test('ends exactly at 0 and 1, and needs a sample', () => {
    expect(computeWilsonInterval(0, 7)?.low).toBe(0);
    expect(computeWilsonInterval(7, 7)?.high).toBe(1);
    expect(computeWilsonInterval(0, 0)).toBeNull();
  });

  // The definition, solved by halving: the shares whose score test does not reject the sample at 5 %.
  const solveByHalving = (hits: number, n: number, from: number, to: number): number => {
    const p = hits / n;
    let inside = from;
    let outside = to;
    for (let step = 0; step < 200; step += 1) {
      const middle = (inside + outside) / 2;
      const isInside = (p - middle) ** 2 * n <= 1.959963984540054 ** 2 * middle * (1 - middle);
      if (isInside) inside = middle;
      else outside = middle;
    }
    return inside;
  };
  test('is the set of shares the score test accepts', () => {
    const sample = fc
      .integer({ min: 1, max: 5000 })
      .chain((n) => fc.tuple(fc.integer({ min: 0, max: n }), fc.constant(n)));
    fc.assert(
      fc.property(sample, ([hits, n]) => {
        const interval = computeWilsonInterval(hits, n);
        expect(interval?.low).toBeCloseTo(solveByHalving(hits, n, hits / n, 0), 9);
        expect(interval?.high).toBeCloseTo(solveByHalving(hits, n, hits / n, 1), 9);
      }),
      { numRuns: 200 },
    );
  });
});

describe('type-7 quantile', () => {
  test('worked by hand', () => {
    // Position 5 x 0.5 = 2.5: halfway between 73 and 104. Position 5 x 0.9 = 4.5: halfway between 140 and 735.
    expect(computeQuantile([33, 53, 73, 104, 140, 735], 0.5)).toBe(88.5);
    expect(computeQuantile([33, 53, 73, 104, 140, 735], 0.9)).toBe(437.5);
    expect(computeQuantile([7], 0.9)).toBe(7);
    expect(computeQuantile([], 0.5)).toBeNull();
  });

  // Hyndman and Fan: the broken line through the points ((k - 1) / (n - 1), x_k).
  const readOffLine = (ascending: number[], p: number): number => {
    for (let k = 1; k < ascending.length; k += 1) {
      const [left, right] = [(k - 1) / (ascending.length - 1), k / (ascending.length - 1)];
      if (p < left || p > right) continue;
      const [low = 0, high = 0] = [ascending[k - 1], ascending[k]];
      return low + ((p - left) / (right - left)) * (high - low);
    }
    return ascending[0] ?? Number.NaN;
  };
  test('lies on the line through the sample', () => {
    const values = fc.array(fc.integer({ min: 0, max: 3600 }), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(values, fc.constantFrom(0, 0.25, 0.5, 0.9, 0.95, 1), (unsorted, p) => {
        const ascending = unsorted.toSorted((left, right) => left - right);
        expect(computeQuantile(ascending, p)).toBeCloseTo(readOffLine(ascending, p), 6);
      }),
    );
  });
});

describe('order-statistic interval', () => {
  test('starts at n = 6 for the median, 36 for p90, 72 for p95', () => {
    const smallestN = (p: number): number => {
      let n = 1;
      while (findQuantileRanks(n, p) === null) n += 1;
      return n;
    };
    expect([0.5, 0.9, 0.95].map(smallestN)).toEqual([6, 36, 72]);
    expect(findQuantileRanks(0, 0.5)).toBeNull();
  });

  test('median of 25: the 8th and the 18th value, with 2.2 % on each side', () => {
    // Binomial(25, 1/2): P(B <= 7) = 0.0216, P(B <= 8) = 0.0539; so the largest l with P(B < l) <= 0.025 is 8.
    expect(findQuantileRanks(25, 0.5)).toEqual({ lower: 8, upper: 18 });
  });

  // Exact binomial tails in whole numbers: p = successes / parts.
  const findRanksExactly = (n: number, successes: bigint, parts: bigint): { lower: number; upper: number } | null => {
    const weights: bigint[] = [];
    let choose = 1n;
    for (let k = 0; k <= n; k += 1) {
      weights.push(choose * successes ** BigInt(k) * (parts - successes) ** BigInt(n - k));
      choose = (choose * BigInt(n - k)) / BigInt(k + 1);
    }
    const total = parts ** BigInt(n);
    const isWithinTail = (from: number, to: number): boolean =>
      weights.slice(from, to).reduce((sum, weight) => sum + weight, 0n) * 40n <= total;
    let lower = 0;
    while (lower <= n && isWithinTail(0, lower + 1)) lower += 1;
    let upper = n + 1;
    while (upper > 0 && isWithinTail(upper - 1, n + 1)) upper -= 1;
    return lower < 1 || upper > n ? null : { lower, upper };
  };
  test('equals exact arithmetic', () => {
    for (let n = 1; n <= 150; n += 1) {
      expect(findQuantileRanks(n, 0.5), `median of ${n}`).toEqual(findRanksExactly(n, 1n, 2n));
      expect(findQuantileRanks(n, 0.9), `p90 of ${n}`).toEqual(findRanksExactly(n, 9n, 10n));
    }
  });

  test('a million values: the normal approximation n p ± 1.96 √(n p q), within a rank or two', () => {
    const ranks = findQuantileRanks(1_000_000, 0.9);
    // √(1e6 x 0.9 x 0.1) = 300; 1.96 x 300 = 588.
    expect(Math.abs((ranks?.lower ?? 0) - (900_000 - 588))).toBeLessThanOrEqual(2);
    expect(Math.abs((ranks?.upper ?? 0) - (900_000 + 588))).toBeLessThanOrEqual(2);
  });

  test('gives values of the sample', () => {
    // Six values: all of them, with 1 - 2 / 2^6 = 96.9 % confidence.
    expect(computeQuantileInterval([33, 53, 73, 104, 140, 735], 0.5)).toEqual({ low: 33, high: 735 });
    expect(computeQuantileInterval([33, 53, 73, 104, 140], 0.5)).toBeNull();
  });
});

describe('interval of a mean', () => {
  test('Student t, against printed tables', () => {
    const table: [number, number][] = [
      [9, 2.26216],
      [19, 2.09302],
      [29, 2.04523],
      [60, 2.0003],
      [120, 1.97993],
      [1000, 1.96234],
    ];
    for (const [degreesOfFreedom, t] of table) {
      expect(Math.abs(computeStudentT(degreesOfFreedom) - t), `df ${degreesOfFreedom}`).toBeLessThan(2e-4);
    }
  });

  const momentsOf = (values: number[]): { n: number; sum: number; sumSquares: number } => ({
    n: values.length,
    sum: values.reduce((sum, value) => sum + value, 0),
    sumSquares: values.reduce((sum, value) => sum + value * value, 0),
  });
  const seconds = { minimumN: 30, lowest: 0, highest: Number.POSITIVE_INFINITY };

  test('worked by hand: 1 to 30', () => {
    // Mean 15.5, s² = 30 x 31 / 12 = 77.5, half width 2.04523 x √(77.5 / 30) = 3.2873.
    const interval = computeMeanInterval(momentsOf(Array.from({ length: 30 }, (_, index) => index + 1)), seconds);
    expect(interval?.low).toBeCloseTo(12.2127, 3);
    expect(interval?.high).toBeCloseTo(18.7873, 3);
  });

  test('is withheld below the minimum and without spread, and stays in range', () => {
    expect(computeMeanInterval(momentsOf(Array.from({ length: 29 }, (_, index) => index)), seconds)).toBeNull();
    expect(computeMeanInterval(momentsOf(Array(40).fill(12)), seconds)).toBeNull();
    expect(computeMeanInterval(momentsOf([...Array(29).fill(0), 1000]), seconds)?.low).toBe(0);
    const scores = { minimumN: 10, lowest: 1, highest: 5 };
    expect(computeMeanInterval(momentsOf([...Array(9).fill(5), 4]), scores)?.high).toBe(5);
  });
});

describe('net promoter score', () => {
  const halfWidth = (promoters: number, detractors: number, n: number): number => {
    const interval = computeNetScoreInterval(promoters, detractors, n);
    return Math.round(((interval?.high ?? Number.NaN) - (interval?.low ?? Number.NaN)) / 2);
  };

  test('5, 3 and 2 of 10: 30 ± 48; ten times as many: 30 ± 15', () => {
    expect(halfWidth(5, 2, 10)).toBe(48);
    expect(halfWidth(50, 20, 100)).toBe(15);
    expect(computeNetScoreInterval(50, 20, 100)?.low).toBeCloseTo(30 - 15.3, 1);
  });

  test('the error is that of the mean of answers scored +1, 0, -1', () => {
    const bands = fc.tuple(fc.nat(40), fc.nat(40), fc.nat(40)).filter(([p, q, d]) => p + q + d > 0);
    fc.assert(
      fc.property(bands, ([promoters, passives, detractors]) => {
        const answers = [
          ...Array<number>(promoters).fill(1),
          ...Array<number>(passives).fill(0),
          ...Array<number>(detractors).fill(-1),
        ];
        const n = answers.length;
        const mean = answers.reduce((sum, answer) => sum + answer, 0) / n;
        const variance = answers.reduce((sum, answer) => sum + (answer - mean) ** 2, 0) / n;
        expect(computeNetScoreError(promoters, detractors, n)).toBeCloseTo(100 * Math.sqrt(variance / n), 6);
      }),
    );
  });

  test('is clipped, and withheld when all answers agree', () => {
    expect(computeNetScoreInterval(9, 0, 10)?.high).toBe(100);
    expect(computeNetScoreInterval(0, 9, 10)?.low).toBe(-100);
    expect(computeNetScoreInterval(10, 0, 10)).toBeNull();
    expect(computeNetScoreInterval(0, 0, 10)).toBeNull();
    expect(computeNetScoreInterval(0, 10, 10)).toBeNull();
    expect(computeNetScoreInterval(0, 0, 0)).toBeNull();
    expect(computeNetScoreError(0, 0, 0)).toBeNull();
  });
});
