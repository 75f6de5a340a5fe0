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
      const total =
        series instanceof Int8Array
          ? addFlags(series, from, to)
          : series instanceof Int32Array
            ? addWhole(series, from, to)
            : addFractions(series, from, to);
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

/** Up to this span, or this many times the values, whole numbers are counted instead of compared. */
const COUNTED_SPAN = 16_384;

/** Values in a slot's order; whole numbers stay whole. */
export type Values = Float64Array | Int32Array;

/** Puts values in ascending order, in place. */
export const sortValues = (values: Values): Values =>
  values instanceof Int32Array ? sortWhole(values) : values.sort();

const sortWhole = (values: Int32Array): Int32Array => {
  const { length } = values;
  if (length < 2) return values;
  let least = values[0] as number;
  let most = least;
  for (let at = 1; at < length; at += 1) {
    const value = values[at] as number;
    if (value < least) least = value;
    else if (value > most) most = value;
  }
  const span = most - least + 1;
  if (span > Math.max(COUNTED_SPAN, length * 4) || length * 8 < span) return values.sort();
  const counts = new Uint32Array(span);
  for (let at = 0; at < length; at += 1) {
    const place = (values[at] as number) - least;
    counts[place] = (counts[place] as number) + 1;
  }
  let at = 0;
  for (let place = 0; place < span; place += 1)
    for (let left = counts[place] as number; left > 0; left -= 1) {
      values[at] = place + least;
      at += 1;
    }
  return values;
};

/** The values of a series by slot, each in ascending order; `n` is how many each has. */
export const gatherValues = (
  series: FactArray,
  ranges: readonly SlotRange[],
  slotOfRow: FactArray | null,
  n: Float64Array,
  passes: RowTest | null,
): Values[] => {
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
  return Array.from(n, (_, slot) => sortValues(values.subarray(starts[slot], starts[slot + 1]) as Values));
};
