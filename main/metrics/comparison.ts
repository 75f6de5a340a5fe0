// Comparing agents fairly: ranks with ties, funnel limits, shrinkage, adjustment for mix, composites and verdicts on
// targets. Pure mathematics; may import statistics.ts.
// Source of the policies: metrics definitions, section 3.
import { computeQuantile } from './statistics.ts';

/** 99.9 % point of the standard normal distribution: both tails together leave 99.8 %. */
const z998 = 3.090232306167813;

export type Estimate = { key: string; value: number; low: number; high: number };
/** "3-9 of 22": the best and the worst rank that the intervals allow, 1 is best. */
export type Rank = { key: string; best: number; worst: number; of: number };

/**
 * Ranks with ties: an estimate is surely behind only those whose whole interval is better than its own. Where intervals
 * overlap (or touch), the order is open, and each has a range of ranks. Rows come back in the given order.
 *
 * Give only what may be ranked (n of 30 or more, see displayRule).
 */
export const rankWithTies = (estimates: readonly Estimate[], better: 'more' | 'less'): Rank[] => {
  const lows = estimates.map(({ low }) => low).sort((a, b) => a - b);
  const highs = estimates.map(({ high }) => high).sort((a, b) => a - b);
  /** How many of ascending values lie below `limit`. */
  const countBelow = (values: readonly number[], limit: number): number => {
    let from = 0;
    let to = values.length;
    while (from < to) {
      const middle = (from + to) >> 1;
      if ((values[middle] ?? 0) < limit) from = middle + 1;
      else to = middle;
    }
    return from;
  };
  const countAbove = (values: readonly number[], limit: number): number => {
    let from = 0;
    let to = values.length;
    while (from < to) {
      const middle = (from + to) >> 1;
      if ((values[middle] ?? 0) <= limit) from = middle + 1;
      else to = middle;
    }
    return values.length - from;
  };
  const of = estimates.length;
  return estimates.map(({ key, low, high }) => {
    const surelyAbove = countAbove(lows, high);
    const surelyBelow = countBelow(highs, low);
    const [ahead, behind] = better === 'more' ? [surelyAbove, surelyBelow] : [surelyBelow, surelyAbove];
    return { key, best: ahead + 1, worst: of - behind, of };
  });
};

/**
 * 99.8 % limits of a funnel plot for a proportion: where an agent with `n` cases may lie by chance alone when the true share
 * is the pooled one. Wilson's limits about the pooled value, so they stay within 0-1. Null when n is 0.
 *
 * Source: D. J. Spiegelhalter (2005), Funnel plots for comparing institutional performance, Statistics in Medicine 24.
 */
export const computeFunnelLimits = (pooled: number, n: number): { low: number; high: number } | null => {
  if (n === 0) return null;
  const zz = z998 * z998;
  const scale = 1 + zz / n;
  const centre = (pooled + zz / (2 * n)) / scale;
  const half = (z998 * Math.sqrt((pooled * (1 - pooled)) / n + zz / (4 * n * n))) / scale;
  return { low: Math.max(0, centre - half), high: Math.min(1, centre + half) };
};

/** The same for a mean, with the spread of single cases: pooled ± z s/√n. Null when n is 0. */
export const computeMeanFunnelLimits = (
  pooledMean: number,
  standardDeviation: number,
  n: number,
): { low: number; high: number } | null => {
  if (n === 0) return null;
  const half = (z998 * standardDeviation) / Math.sqrt(n);
  return { low: pooledMean - half, high: pooledMean + half };
};

export type Tally = { hits: number; n: number };

/**
 * How many cases the team's own share is worth against an agent's (k), from the spread between agents: beta-binomial by the
 * method of moments, k = p(1-p)/V - 1, with V the variance between agents beyond chance. Infinity when the agents differ by
 * no more than chance; null without cases.
 *
 * Source: J. C. Kleinman (1973), Proportions with extraneous variance, JASA 68:46-54, weights n.
 */
export const estimateShrinkage = (tallies: readonly Tally[]): { mean: number; k: number } | null => {
  const used = tallies.filter(({ n }) => n > 0);
  const cases = used.reduce((sum, { n }) => sum + n, 0);
  if (cases === 0) return null;
  const mean = used.reduce((sum, { hits }) => sum + hits, 0) / cases;
  const spread = used.reduce((sum, { hits, n }) => sum + n * (hits / n - mean) ** 2, 0);
  const weight = cases - used.reduce((sum, { n }) => sum + n * n, 0) / cases;
  // Expected from chance alone: mean (1 - mean) for each agent but one.
  const chance = mean * (1 - mean);
  const variance = weight > 0 ? (spread - (used.length - 1) * chance) / (weight - (used.length - 1)) : 0;
  if (!(variance > 0)) return { mean, k: Number.POSITIVE_INFINITY };
  return { mean, k: Math.max(0, chance / variance - 1) };
};

/** (x + k p) / (n + k): an agent's share drawn towards the team's, the more so the fewer the cases. For ordering alone. */
export const shrinkShare = ({ hits, n }: Tally, { mean, k }: { mean: number; k: number }): number =>
  Number.isFinite(k) && n + k > 0 ? (hits + k * mean) / (n + k) : mean;

/** One agent's cases in one cell of queue x channel x direction: the sum of their values (hits or seconds) and their number. */
export type MixCell = { key: string; cell: string; sum: number; n: number };
export type MixAdjusted = {
  key: string;
  n: number;
  observed: number;
  /** What the whole team would have had on this agent's mix. */
  expected: number;
  /** observed / expected; null when nothing is expected. */
  ratio: number | null;
  /** The ratio in the metric's own unit: ratio x the team's value. */
  adjusted: number | null;
};

/**
 * Indirect standardisation: the expected value of an agent is each cell's team value, weighted with the agent's own cases in
 * it. An agent who takes the hard queue is held against the hard queue. In order of first appearance.
 */
export const adjustForMix = (cells: readonly MixCell[]): MixAdjusted[] => {
  const team = new Map<string, { sum: number; n: number }>();
  let sumAll = 0;
  let nAll = 0;
  for (const { cell, sum, n } of cells) {
    const so = team.get(cell) ?? { sum: 0, n: 0 };
    team.set(cell, { sum: so.sum + sum, n: so.n + n });
    sumAll += sum;
    nAll += n;
  }
  const byKey = new Map<string, { n: number; observed: number; expected: number }>();
  for (const { key, cell, sum, n } of cells) {
    const so = byKey.get(key) ?? { n: 0, observed: 0, expected: 0 };
    const ofCell = team.get(cell);
    const rate = ofCell && ofCell.n > 0 ? ofCell.sum / ofCell.n : 0;
    byKey.set(key, { n: so.n + n, observed: so.observed + sum, expected: so.expected + rate * n });
  }
  return Array.from(byKey, ([key, { n, observed, expected }]) => {
    const ratio = expected === 0 ? null : observed / expected;
    return {
      key,
      n,
      observed,
      expected,
      ratio,
      adjusted: ratio === null || nAll === 0 ? null : (ratio * sumAll) / nAll,
    };
  });
};

export type CompositePart = {
  name: string;
  /** Null when the metric has no value or too small an n to be used. */
  value: number | null;
  /** Worth 0 points, and worth 100; `target` below `floor` where less is better. */
  floor: number;
  target: number;
  weight: number;
};
export type Composite = {
  /** 0-100; null when the metrics with a value carry less than 60 % of the weight. */
  score: number | null;
  /** Share of the weight that has a value, 0-1. */
  weightCovered: number;
  /** What each part adds to the score; null for a part without a value. They add up to `score`. */
  parts: { name: string; points: number | null; contribution: number | null }[];
};

/** Below this share of the weight there is no composite. */
const leastWeightCovered = 0.6;

/**
 * Weighted composite: each metric in a straight line from 0 at its floor to 100 at its target, cut off at both; missing
 * metrics give their weight to the others in proportion.
 */
export const computeComposite = (parts: readonly CompositePart[]): Composite => {
  const whole = parts.reduce((sum, { weight }) => sum + weight, 0);
  const used = parts.reduce((sum, { value, weight }) => sum + (value === null ? 0 : weight), 0);
  const weightCovered = whole === 0 ? 0 : used / whole;
  // Weights are decimal fractions: 0.1 + 0.2 + 0.3 must not fall short of 0.6.
  const isEnough = used > 0 && weightCovered >= leastWeightCovered - 1e-9;
  const judged = parts.map(({ name, value, floor, target, weight }) => {
    if (value === null) return { name, points: null, contribution: null };
    const points =
      target === floor
        ? value === target
          ? 100
          : 0
        : 100 * Math.min(1, Math.max(0, (value - floor) / (target - floor)));
    return { name, points, contribution: isEnough ? (points * weight) / used : null };
  });
  const score = isEnough ? judged.reduce((sum, { contribution }) => sum + (contribution ?? 0), 0) : null;
  return { score, weightCovered, parts: judged };
};

export type TargetVerdict = 'met' | 'missed' | 'not-distinguishable' | 'no-value';

/**
 * Whether a target is met. Missed only if the whole interval lies on the wrong side, met only if the whole of it lies on the
 * right side (the target itself is right); else the data cannot tell. Without an interval nothing is judged.
 */
export const judgeTarget = (
  { value, low, high }: { value: number | null; low: number | null; high: number | null },
  target: number,
  better: 'more' | 'less',
): TargetVerdict => {
  if (value === null) return 'no-value';
  if (low === null || high === null) return 'not-distinguishable';
  const [worst, best] = better === 'more' ? [low, high] : [high, low];
  const isRight = (side: number): boolean => (better === 'more' ? side >= target : side <= target);
  if (!isRight(best)) return 'missed';
  return isRight(worst) ? 'met' : 'not-distinguishable';
};

/** Quartiles of a peer group's values, for the distribution beside an agent's figure. Null without peers. */
export const describePeers = (values: readonly number[]): { p25: number; p50: number; p75: number } | null => {
  const ascending = Float64Array.from(values).sort();
  const [p25, p50, p75] = [0.25, 0.5, 0.75].map((p) => computeQuantile(ascending, p));
  return p25 == null || p50 == null || p75 == null ? null : { p25, p50, p75 };
};
