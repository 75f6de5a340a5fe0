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

/** Sums of every BLOCK places of a series of whole numbers, so that a long range adds up few numbers and its two ends. */
type Blocks = { n: Uint8Array; sum: Float64Array; sumSquares: Float64Array };
const BLOCK = 64;
const blocksOf = new WeakMap<FactArray, Blocks>();

const makeBlocks = (series: FactArray): Blocks => {
  const count = Math.floor(series.length / BLOCK);
  const blocks = { n: new Uint8Array(count), sum: new Float64Array(count), sumSquares: new Float64Array(count) };
  for (let block = 0; block < count; block += 1) {
    const total = addRows(series, block * BLOCK, (block + 1) * BLOCK);
    blocks.n[block] = total.n;
    blocks.sum[block] = total.sum;
    blocks.sumSquares[block] = total.sumSquares;
  }
  blocksOf.set(series, blocks);
  return blocks;
};

const addRange = (series: FactArray, from: number, to: number): Total => {
  const first = Math.ceil(from / BLOCK);
  const end = Math.floor(to / BLOCK);
  // Fractions are added one after the other: the last bit of their sum depends on the order.
  if (end - first < 2 || series instanceof Float64Array) return addRows(series, from, to);
  const { n, sum, sumSquares } = blocksOf.get(series) ?? makeBlocks(series);
  const total = addRows(series, from, first * BLOCK);
  for (let block = first; block < end; block += 1) {
    total.n += n[block] as number;
    total.sum += sum[block] as number;
    total.sumSquares += sumSquares[block] as number;
  }
  const rest = addRows(series, end * BLOCK, to);
  total.n += rest.n;
  total.sum += rest.sum;
  total.sumSquares += rest.sumSquares;
  return total;
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
  for (const { slot, from, to } of ranges) {
    if (slotOfRow === null && passes === null) {
      const total = addRange(series, from, to);
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
export const sumOver = (series: FactArray, ranges: readonly { from: number; to: number }[]): number =>
  ranges.reduce((sum, { from, to }) => sum + addRange(series, from, to).sum, 0);

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
