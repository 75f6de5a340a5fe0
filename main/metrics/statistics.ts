// Quantiles and 95 % intervals that hold up on small samples. Pure mathematics: no imports.
//
// The percentile method, for every figure in the program: type 7 of Hyndman and Fan (1996), "Sample quantiles in
// statistical packages": linear interpolation at position (n - 1) p + 1 of the sorted values, as spreadsheets do.

/** Lower and upper end of a 95 % interval; null where the data cannot support one. */
export type Interval = { low: number; high: number } | null;

/** 97.5 % point of the standard normal distribution. */
const z95 = 1.959963984540054;

/**
 * Wilson score interval for `hits` successes out of `n`, 95 %, as fractions 0-1; null when n is 0.
 *
 * With p = hits/n: centre = (p + z²/2n) / (1 + z²/n), half = z √(p(1-p)/n + z²/4n²) / (1 + z²/n).
 * Source: E. B. Wilson (1927), JASA 22:209-212. Unlike the Wald interval it stays in [0,1] and has a width at 0 and 100 %.
 */
export const computeWilsonInterval = (hits: number, n: number): Interval => {
  if (n === 0) return null;
  const p = hits / n;
  const zz = z95 * z95;
  const scale = 1 + zz / n;
  const centre = (p + zz / (2 * n)) / scale;
  const half = (z95 * Math.sqrt((p * (1 - p)) / n + zz / (4 * n * n))) / scale;
  // At the two ends the exact bound is 0 or 1; rounding would leave a trace beside it.
  return { low: hits === 0 ? 0 : Math.max(0, centre - half), high: hits === n ? 1 : Math.min(1, centre + half) };
};

/** Values in ascending order, of which only some may be known: `at` is asked for the places of listQuantileIndices. */
export type Ordered = { readonly length: number; at(index: number): number | undefined };

/** The places, ascending and counted from 0, that the quantiles of `length` values and their intervals read. */
export const listQuantileIndices = (length: number, quantiles: readonly number[]): number[] => {
  if (length === 0) return [];
  const found = new Set<number>();
  for (const p of quantiles) {
    const below = Math.floor((length - 1) * p);
    found.add(below).add(Math.min(below + 1, length - 1));
    const ranks = findQuantileRanks(length, p);
    if (ranks) found.add(ranks.lower - 1).add(ranks.upper - 1);
  }
  return [...found].sort((left, right) => left - right);
};

/** Type-7 quantile of ascending values, `p` in 0-1: see the head of this file. Null without values. */
export const computeQuantile = (ascending: Ordered, p: number): number | null => {
  if (ascending.length === 0) return null;
  const position = (ascending.length - 1) * p;
  const below = Math.floor(position);
  const low = ascending.at(below) ?? 0;
  const high = ascending.at(Math.min(below + 1, ascending.length - 1)) ?? low;
  return low + (position - below) * (high - low);
};

/**
 * Ranks (1-based) of the order statistics that enclose the p-quantile with at least 95 % confidence, whatever the
 * distribution: the largest l with P(B < l) <= 2.5 % and the smallest u with P(B >= u) <= 2.5 %, where B ~ Binomial(n, p).
 * Null while no such pair exists: below n = 6 for the median, 36 for p90, 72 for p95.
 *
 * Source: David and Nagaraja, Order Statistics (3rd ed.), section 7.1. The binomial weights are summed outwards from the
 * mode by their ratio P(k+1)/P(k) = (n-k)/(k+1) · p/(1-p), so nothing overflows; about √n steps.
 */
export const findQuantileRanks = (n: number, p: number): QuantileRanks => {
  let known = knownRanks.get(p);
  if (known === undefined || known.size >= MOST_KNOWN_RANKS) {
    known = new Map();
    knownRanks.set(p, known);
  }
  let ranks = known.get(n);
  if (ranks === undefined) {
    ranks = computeQuantileRanks(n, p);
    known.set(n, ranks);
  }
  return ranks;
};

type QuantileRanks = { lower: number; upper: number } | null;
/** They depend on nothing but the number of values, and a scorecard asks for the same again and again. */
const knownRanks = new Map<number, Map<number, QuantileRanks>>();
const MOST_KNOWN_RANKS = 20_000;

const computeQuantileRanks = (n: number, p: number): QuantileRanks => {
  if (n < 1) return null;
  const odds = p / (1 - p);
  const mode = Math.min(n, Math.floor((n + 1) * p));
  const negligible = 1e-18;
  // Weights relative to the mode, which has weight 1.
  const below: number[] = [];
  for (let k = mode, weight = 1; k > 0; k -= 1) {
    weight *= k / ((n - k + 1) * odds);
    if (weight < negligible) break;
    below.push(weight);
  }
  const above: number[] = [];
  for (let k = mode, weight = 1; k < n; k += 1) {
    weight *= ((n - k) / (k + 1)) * odds;
    if (weight < negligible) break;
    above.push(weight);
  }
  const total = 1 + below.reduce((sum, weight) => sum + weight, 0) + above.reduce((sum, weight) => sum + weight, 0);
  const tail = 0.025 * total;

  // lower: add the weights of B = 0, 1, ... while P(B < lower) stays within the tail.
  let lower = mode - below.length;
  for (let sum = 0, index = below.length - 1; index >= 0; index -= 1, lower += 1) {
    sum += below[index] ?? 0;
    if (sum > tail) break;
  }
  // upper: add the weights of B = n, n-1, ... while P(B >= upper) stays within the tail.
  let upper = mode + above.length + 1;
  for (let sum = 0, index = above.length - 1; index >= 0; index -= 1, upper -= 1) {
    sum += above[index] ?? 0;
    if (sum > tail) break;
  }
  return lower < 1 || upper > n ? null : { lower, upper };
};

/** Distribution-free 95 % interval of the p-quantile of ascending values: see findQuantileRanks. */
export const computeQuantileInterval = (ascending: Ordered, p: number): Interval => {
  const ranks = findQuantileRanks(ascending.length, p);
  const low = ranks ? ascending.at(ranks.lower - 1) : undefined;
  const high = ranks ? ascending.at(ranks.upper - 1) : undefined;
  return low === undefined || high === undefined ? null : { low, high };
};

/** Count, sum and sum of squares: all that a mean and its spread need. Exact for whole numbers, so order never matters. */
export type Moments = { n: number; sum: number; sumSquares: number };

/**
 * 97.5 % point of Student's t. Source: Abramowitz and Stegun, Handbook of Mathematical Functions, 26.7.5 (expansion in
 * 1/df); within 0.0002 from 9 degrees of freedom upwards, the smallest the program asks for.
 */
export const computeStudentT = (degreesOfFreedom: number): number => {
  const z = z95;
  const df = degreesOfFreedom;
  return (
    z +
    (z ** 3 + z) / (4 * df) +
    (5 * z ** 5 + 16 * z ** 3 + 3 * z) / (96 * df ** 2) +
    (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / (384 * df ** 3) +
    (79 * z ** 9 + 776 * z ** 7 + 1482 * z ** 5 - 1920 * z ** 3 - 945 * z) / (92160 * df ** 4)
  );
};

/**
 * Student's t interval of a mean, 95 %: mean ± t · s/√n with s² = Σ(x - mean)²/(n - 1). Durations are skewed, so it is
 * given only from `minimumN` values on (30 for durations, 10 for scores: metrics definitions, section 3), and not at all
 * when every value is the same, because then nothing is known about the spread. Clipped to the range a value can have.
 */
export const computeMeanInterval = (
  { n, sum, sumSquares }: Moments,
  { minimumN, lowest, highest }: { minimumN: number; lowest: number; highest: number },
): Interval => {
  if (n < Math.max(2, minimumN)) return null;
  const mean = sum / n;
  const variance = (sumSquares - (sum * sum) / n) / (n - 1);
  if (variance <= 0) return null;
  const half = computeStudentT(n - 1) * Math.sqrt(variance / n);
  return { low: Math.max(lowest, mean - half), high: Math.min(highest, mean + half) };
};

/**
 * Standard error of a net promoter score, in points: 100 √((p + d - (p - d)²) / n), with p and d the shares of promoters
 * and detractors. It is the standard error of the mean of answers scored +1, 0 and -1. Null without answers.
 */
export const computeNetScoreError = (promoters: number, detractors: number, n: number): number | null => {
  if (n === 0) return null;
  const p = promoters / n;
  const d = detractors / n;
  return 100 * Math.sqrt(Math.max(0, p + d - (p - d) ** 2) / n);
};

/**
 * 95 % interval of a net promoter score, in points, clipped to [-100, 100]. Null when all answers fall in one band: the
 * standard error is then 0, which would claim certainty.
 */
export const computeNetScoreInterval = (promoters: number, detractors: number, n: number): Interval => {
  const error = computeNetScoreError(promoters, detractors, n);
  if (error === null || promoters === n || detractors === n || promoters + detractors === 0) return null;
  const score = (100 * (promoters - detractors)) / n;
  return { low: Math.max(-100, score - z95 * error), high: Math.min(100, score + z95 * error) };
};
