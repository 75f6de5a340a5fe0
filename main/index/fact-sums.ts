// Sums of series over rows of a view, by slot: the loops that a scorecard spends its time in. Nothing here knows what a series
// means. May import fact-table.ts.
import { type FactArray, noneOf } from './fact-table.ts';

/** Rows from, to (excluded). `slot`: where they count; -1 where each row has its own. */
export type SlotRange = { slot: number; agent: number; from: number; to: number };
export type Sums = { n: Float64Array; sum: Float64Array; sumSquares: Float64Array };
export type RowTest = (at: number) => boolean;

export const createSums = (slots: number): Sums => ({
  n: new Float64Array(slots),
  sum: new Float64Array(slots),
  sumSquares: new Float64Array(slots),
});

type Total = { n: number; sum: number; sumSquares: number };

// One loop for each width: a loop that has met several kinds of array is several times slower.
const addFlags = (series: Int8Array, from: number, to: number): Total => {
  let n = 0;
  let sum = 0;
  let sumSquares = 0;
  for (let at = from; at < to; at += 1) {
    const value = series[at] as number;
    if (value === -128) continue;
    n += 1;
    sum += value;
    sumSquares += value * value;
  }
  return { n, sum, sumSquares };
};
const addWhole = (series: Int32Array, from: number, to: number): Total => {
  let n = 0;
  let sum = 0;
  let sumSquares = 0;
  for (let at = from; at < to; at += 1) {
    const value = series[at] as number;
    if (value === -2147483648) continue;
    n += 1;
    sum += value;
    sumSquares += value * value;
  }
  return { n, sum, sumSquares };
};
const addFractions = (series: ArrayLike<number>, from: number, to: number): Total => {
  let n = 0;
  let sum = 0;
  let sumSquares = 0;
  for (let at = from; at < to; at += 1) {
    const value = series[at] as number;
    if (Number.isNaN(value)) continue;
    n += 1;
    sum += value;
    sumSquares += value * value;
  }
  return { n, sum, sumSquares };
};

const addRows = (series: FactArray, from: number, to: number): Total =>
  series instanceof Int8Array
    ? addFlags(series, from, to)
    : series instanceof Int32Array
      ? addWhole(series, from, to)
      : addFractions(series, from, to);

/**
 * What a series of whole numbers adds up to before every BLOCKth place, so that a long range is a difference and its two ends.
 * Differences are exact as long as the whole sums are; where they are not, there are none.
 */
type Blocks = Float64Array;
const BLOCK = 32;
/** Side by side, as they are read together: n, sum, sum of squares. */
const PARTS = 3;
const blocksOf = new WeakMap<FactArray, Blocks | null>();

const makeBlocks = (series: FactArray): Blocks | null => {
  // Fractions are added one after the other: the last bit of their sum depends on the order.
  if (series instanceof Float64Array) return null;
  const count = Math.floor(series.length / BLOCK) + 1;
  const blocks = new Float64Array(count * PARTS);
  let [n, sum, sumSquares] = [0, 0, 0];
  let greatest = 0;
  for (let block = 1; block < count; block += 1) {
    const total = addRows(series, (block - 1) * BLOCK, block * BLOCK);
    n += total.n;
    sum += total.sum;
    sumSquares += total.sumSquares;
    greatest = Math.max(greatest, Math.abs(sum));
    blocks[block * PARTS] = n;
    blocks[block * PARTS + 1] = sum;
    blocks[block * PARTS + 2] = sumSquares;
  }
  return Math.max(greatest, sumSquares) <= Number.MAX_SAFE_INTEGER ? blocks : null;
};
const findBlocks = (series: FactArray): Blocks | null => {
  let blocks = blocksOf.get(series);
  if (blocks === undefined) {
    blocks = makeBlocks(series);
    blocksOf.set(series, blocks);
  }
  return blocks;
};

const addRange = (series: FactArray, blocks: Blocks | null, from: number, to: number): Total => {
  const first = Math.ceil(from / BLOCK);
  const end = Math.floor(to / BLOCK);
  if (end - first < 2 || blocks === null) return addRows(series, from, to);
  const before = addRows(series, from, first * BLOCK);
  const after = addRows(series, end * BLOCK, to);
  const between = (part: number): number =>
    (blocks[end * PARTS + part] as number) - (blocks[first * PARTS + part] as number);
  return {
    n: before.n + between(0) + after.n,
    sum: before.sum + between(1) + after.sum,
    sumSquares: before.sumSquares + between(2) + after.sumSquares,
  };
};

/** Adds a series up. `slotOfRow` is read where a range has no slot of its own. */
export const addUp = (
  series: FactArray,
  ranges: readonly SlotRange[],
  slotOfRow: FactArray | null,
  slots: number,
  passes: RowTest | null,
): Sums => {
  const sums = createSums(slots);
  const { n, sum, sumSquares } = sums;
  const blocks = slotOfRow === null && passes === null ? findBlocks(series) : null;
  for (const { slot, from, to } of ranges) {
    if (slotOfRow === null && passes === null) {
      const total = addRange(series, blocks, from, to);
      n[slot] = (n[slot] as number) + total.n;
      sum[slot] = (sum[slot] as number) + total.sum;
      sumSquares[slot] = (sumSquares[slot] as number) + total.sumSquares;
      continue;
    }
    const none = noneOf(series);
    for (let at = from; at < to; at += 1) {
      const value = series[at] as number;
      if (value === none || Number.isNaN(value) || (passes !== null && !passes(at))) continue;
      const into = slotOfRow === null ? slot : (slotOfRow[at] as number);
      n[into] = (n[into] as number) + 1;
      sum[into] = (sum[into] as number) + value;
      sumSquares[into] = (sumSquares[into] as number) + value * value;
    }
  }
  return sums;
};

/** What a series adds up to over ranges, whatever their slots. */
export const sumOver = (series: FactArray, ranges: readonly { from: number; to: number }[]): number => {
  const blocks = findBlocks(series);
  return ranges.reduce((sum, { from, to }) => sum + addRange(series, blocks, from, to).sum, 0);
};

/** Whole numbers stay whole. */
export type Values = Float64Array | Int32Array;

/** The values of a series by slot, those of slot s from starts[s] on; `n` is how many each has. */
export const gatherValues = (
  series: FactArray,
  ranges: readonly SlotRange[],
  slotOfRow: FactArray | null,
  n: Float64Array,
  passes: RowTest | null,
): { values: Values; starts: Uint32Array } => {
  const starts = new Uint32Array(n.length + 1);
  for (let slot = 0; slot < n.length; slot += 1) starts[slot + 1] = (starts[slot] as number) + (n[slot] as number);
  const count = starts[n.length] as number;
  const values = series instanceof Float64Array ? new Float64Array(count) : new Int32Array(count);
  const next = starts.slice();
  const none = noneOf(series);
  for (const { slot, from, to } of ranges) {
    for (let at = from; at < to; at += 1) {
      const value = series[at] as number;
      if (value === none || Number.isNaN(value) || (passes !== null && !passes(at))) continue;
      const into = slotOfRow === null ? slot : (slotOfRow[at] as number);
      const place = next[into] as number;
      values[place] = value;
      next[into] = place + 1;
    }
  }
  return { values, starts };
};
