import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  adjustForMix,
  computeComposite,
  computeFunnelLimits,
  computeMeanFunnelLimits,
  describePeers,
  estimateShrinkage,
  judgeTarget,
  rankWithTies,
  shrinkShare,
} from '../../../main/metrics/comparison.ts';

describe('ranks with ties', () => {
  const estimates = [
    { key: 'a', value: 0.9, low: 0.85, high: 0.95 },
    { key: 'b', value: 0.8, low: 0.7, high: 0.86 },
    { key: 'c', value: 0.75, low: 0.65, high: 0.84 },
    { key: 'd', value: 0.4, low: 0.3, high: 0.5 },
  ];
  test('by hand', () => {
    // a overlaps b, not c; b overlaps a and c; d is behind all.
    expect(rankWithTies(estimates, 'more').map(({ best, worst }) => [best, worst])).toEqual([
      [1, 2],
      [1, 3],
      [2, 3],
      [4, 4],
    ]);
    expect(rankWithTies(estimates, 'less').map(({ best, worst }) => [best, worst])).toEqual([
      [3, 4],
      [2, 4],
      [2, 3],
      [1, 1],
    ]);
  });
  test('equal to comparing every pair', () => {
    const estimate = fc.tuple(fc.integer({ min: 0, max: 20 }), fc.nat(5)).map(([low, width]) => ({
      key: '',
      value: low,
      low,
      high: low + width,
    }));
    fc.assert(
      fc.property(fc.array(estimate, { maxLength: 12 }), (list) => {
        const expected = list.map(({ low, high }) => ({
          key: '',
          best: 1 + list.filter((other) => other.low > high).length,
          worst: list.length - list.filter((other) => other.high < low).length,
          of: list.length,
        }));
        expect(rankWithTies(list, 'more')).toEqual(expected);
      }),
    );
  });
});

describe('funnel limits at 99.8 %', () => {
  test('solve Wilson’s equation, narrow with n and stay within 0-1', () => {
    for (const [pooled, n] of [
      [0.8, 50],
      [0.02, 10],
      [0.5, 1000],
    ] as const) {
      const limits = computeFunnelLimits(pooled, n);
      if (limits === null) throw new Error('no limits');
      for (const x of [limits.low, limits.high]) {
        expect(n * (pooled - x) ** 2).toBeCloseTo(3.090232306167813 ** 2 * x * (1 - x), 9);
      }
      expect(limits.low).toBeGreaterThanOrEqual(0);
      expect(limits.high).toBeLessThanOrEqual(1);
    }
    expect(computeFunnelLimits(0.8, 0)).toBeNull();
  });
  test('of a mean: 300 ± 3.0902 x 100 / √25', () => {
    expect(computeMeanFunnelLimits(300, 100, 25)?.low).toBeCloseTo(238.195, 3);
    expect(computeMeanFunnelLimits(300, 100, 25)?.high).toBeCloseTo(361.805, 3);
  });
});

describe('shrinkage', () => {
  test('by hand: two agents of 100 at 60 % and 80 %', () => {
    // p = 0.7, chance 0.21; spread 100 x 0.01 x 2 = 2; weight 200 - 20000 / 200 = 100
    // V = (2 - 0.21) / (100 - 1) = 0.0180808; k = 0.21 / V - 1 = 10.6145
    const prior = estimateShrinkage([
      { hits: 60, n: 100 },
      { hits: 80, n: 100 },
    ]);
    expect(prior?.mean).toBeCloseTo(0.7, 12);
    expect(prior?.k).toBeCloseTo(10.6145, 4);
    // (60 + 10.6145 x 0.7) / 110.6145
    expect(prior && shrinkShare({ hits: 60, n: 100 }, prior)).toBeCloseTo(0.609596, 6);
    // Few cases go to the team's value; none at all are the team's value.
    expect(prior && shrinkShare({ hits: 0, n: 0 }, prior)).toBeCloseTo(0.7, 12);
  });
  test('agents who differ by no more than chance are all the team', () => {
    const prior = estimateShrinkage([
      { hits: 7, n: 10 },
      { hits: 7, n: 10 },
    ]);
    expect(prior).toEqual({ mean: 0.7, k: Number.POSITIVE_INFINITY });
    expect(prior && shrinkShare({ hits: 10, n: 10 }, prior)).toBe(0.7);
    expect(estimateShrinkage([])).toBeNull();
  });
});

test('mix: the one with the hard queue is held against the hard queue', () => {
  // Easy: 100 s on average, hard: 400 s (a 30 x 380 + b 10 x 460 = 16000 of 40)
  const adjusted = adjustForMix([
    { key: 'a', cell: 'hard', sum: 30 * 380, n: 30 },
    { key: 'a', cell: 'easy', sum: 10 * 100, n: 10 },
    { key: 'b', cell: 'hard', sum: 10 * 460, n: 10 },
    { key: 'b', cell: 'easy', sum: 30 * 100, n: 30 },
  ]);
  // a: 12400 against 30 x 400 + 10 x 100 = 13000; b: 7600 against 10 x 400 + 30 x 100 = 7000. Team 20000 / 80 = 250.
  expect(adjusted.map(({ observed, expected }) => [observed, expected])).toEqual([
    [12400, 13000],
    [7600, 7000],
  ]);
  expect(adjusted[0]?.ratio).toBeCloseTo(12400 / 13000, 12);
  expect(adjusted[1]?.adjusted).toBeCloseTo((7600 / 7000) * 250, 9);
  expect(adjustForMix([{ key: 'c', cell: 'x', sum: 0, n: 5 }])[0]?.ratio).toBeNull();
});

describe('composite', () => {
  const accept = { name: 'acceptRate', value: 0.85, floor: 0.7, target: 0.9, weight: 50 };
  const repeat = { name: 'repeatRate', value: 0.1, floor: 0.3, target: 0.1, weight: 30 };
  const csat = { name: 'csatTop2', value: 0.99, floor: 0.5, target: 0.9, weight: 20 };
  test('by hand: 75, 100 and 100 points', () => {
    const { score, weightCovered, parts } = computeComposite([accept, repeat, csat]);
    expect(score).toBeCloseTo(0.5 * 75 + 30 + 20, 9);
    expect(weightCovered).toBe(1);
    expect(parts.map(({ contribution }) => contribution)).toEqual([expect.closeTo(37.5, 9), 30, 20]);
  });
  test('a missing part gives its weight to the others; at 60 % there is a score, below there is none', () => {
    const most = computeComposite([accept, { ...repeat, weight: 10 }, { ...csat, value: null, weight: 40 }]);
    expect(most.weightCovered).toBeCloseTo(0.6, 12);
    expect(most.score).toBeCloseTo((75 * 50 + 100 * 10) / 60, 9);
    const less = computeComposite([accept, { ...repeat, value: null, weight: 50 }]);
    expect(less).toEqual({
      score: null,
      weightCovered: 0.5,
      parts: [
        { name: 'acceptRate', points: expect.closeTo(75, 9), contribution: null },
        { name: 'repeatRate', points: null, contribution: null },
      ],
    });
    expect(computeComposite([]).score).toBeNull();
  });
});

test('a target is missed only when the whole interval lies on the wrong side', () => {
  const range = (low: number | null, high: number | null) => ({ value: 0.7, low, high });
  expect(judgeTarget(range(0.6, 0.79), 0.8, 'more')).toBe('missed');
  expect(judgeTarget(range(0.6, 0.8), 0.8, 'more')).toBe('not-distinguishable');
  expect(judgeTarget(range(0.8, 0.9), 0.8, 'more')).toBe('met');
  expect(judgeTarget(range(0.81, 0.9), 0.8, 'less')).toBe('missed');
  expect(judgeTarget(range(0.7, 0.8), 0.8, 'less')).toBe('met');
  expect(judgeTarget(range(null, null), 0.8, 'more')).toBe('not-distinguishable');
  expect(judgeTarget({ value: null, low: null, high: null }, 0.8, 'more')).toBe('no-value');
});

test('quartiles of the peers', () => {
  expect(describePeers([4, 1, 3, 2, 5])).toEqual({ p25: 2, p50: 3, p75: 4 });
  expect(describePeers([])).toBeNull();
});
