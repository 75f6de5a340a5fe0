// The few order statistics that percentiles and their intervals read, exactly, for every row of a scorecard and for the total,
// without putting anything in order: whole seconds are counted, and the counts walked along once. May import the metrics and the
// fact files.
import { listQuantileIndices, type Ordered } from '../metrics/statistics.ts';
import { gatherValues, type RowTest, type SlotRange } from './fact-sums.ts';
import type { FactArray } from './fact-table.ts';

/** Slots of each row of a scorecard; the total is over every slot. */
export type RowSlots = readonly (readonly number[])[];
export type Ranked = { rows: Ordered[]; total: Ordered };

/** A series and where its values are: by slot in `ranges`, or told by each place itself. */
export type RankedInput = {
  series: FactArray;
  ranges: readonly SlotRange[];
  slotOfRow: FactArray | null;
  /** How many values each slot has. */
  n: Float64Array;
  passes: RowTest | null;
};

/** Numbers from 0 up to here are counted; those outside, of which there are few, are put in order. */
const COUNTED = 16_384;
const NONE = -2147483648;

/** How often each number came; `most` is the largest that did. */
type Counts = { counts: Uint32Array; most: number; outside: number[] };
const createCounts = (): Counts => ({ counts: new Uint32Array(COUNTED), most: -1, outside: [] });

const addValues = (into: Counts, values: Int32Array, from: number, to: number): void => {
  const { counts, outside } = into;
  let { most } = into;
  for (let at = from; at < to; at += 1) {
    const value = values[at] as number;
    if (value >= 0 && value < COUNTED) {
      counts[value] = (counts[value] as number) + 1;
      if (value > most) most = value;
    } else if (value !== NONE) outside.push(value);
  }
  into.most = most;
};
/** Adds all of one to another and forgets it. */
const moveInto = (into: Counts | null, from: Counts): void => {
  const { counts, most } = from;
  if (into !== null) {
    const sums = into.counts;
    for (let value = 0; value <= most; value += 1) sums[value] = (sums[value] as number) + (counts[value] as number);
    into.most = Math.max(into.most, most);
    for (const value of from.outside) into.outside.push(value);
  }
  counts.fill(0, 0, most + 1);
  from.most = -1;
  from.outside = [];
};

const ascending = (left: number, right: number): number => left - right;

/** The numbers at these ascending places of the order. */
const pick = ({ counts, most, outside }: Counts, indices: readonly number[]): number[] => {
  outside.sort(ascending);
  let below = 0;
  while (below < outside.length && (outside[below] as number) < 0) below += 1;
  const found: number[] = [];
  const last = indices.length;
  while (found.length < last && (indices[found.length] as number) < below)
    found.push(outside[indices[found.length] as number] as number);
  let passed = below;
  for (let value = 0; value <= most && found.length < last; value += 1) {
    passed += counts[value] as number;
    while (found.length < last && (indices[found.length] as number) < passed) found.push(value);
  }
  while (found.length < last) found.push(outside[below + (indices[found.length] as number) - passed] as number);
  return found;
};

/** Knows the numbers at some places of an order of so many. */
const createOrdered = (length: number, indices: readonly number[], values: readonly number[]): Ordered => ({
  length,
  at(index) {
    const value = values[indices.indexOf(index)];
    if (value === undefined) throw new Error(`place ${index} of an order was not asked for`);
    return value;
  },
});

const sumOf = (n: Float64Array, slots: readonly number[]): number =>
  slots.reduce((sum, slot) => sum + (n[slot] as number), 0);

/** Ranges by slot, made once for all series of a view. */
export const listBySlot = (ranges: readonly SlotRange[], slotCount: number): SlotRange[][] => {
  const lists: SlotRange[][] = Array.from({ length: slotCount }, () => []);
  for (const range of ranges) lists[range.slot]?.push(range);
  return lists;
};

/** Ranks a series for the shares of the order that its percentiles name. */
export const rankSeries = (
  input: RankedInput,
  bySlot: readonly SlotRange[][] | null,
  rows: RowSlots,
  quantiles: readonly number[],
): Ranked => {
  const { series, n, passes } = input;
  if (series instanceof Int32Array && bySlot !== null && passes === null)
    return countRanks(series, bySlot, n, rows, quantiles);
  const { values, starts } = gatherValues(series, input.ranges, input.slotOfRow, n, passes);
  if (values instanceof Int32Array) {
    const own = Array.from(n, (_, slot) => [
      { slot, agent: 0, from: starts[slot] as number, to: starts[slot + 1] as number },
    ]);
    return countRanks(values, own, n, rows, quantiles);
  }
  const pool = (slots: readonly number[]): Float64Array => {
    const joined = new Float64Array(sumOf(n, slots));
    let at = 0;
    for (const slot of slots) {
      joined.set(values.subarray(starts[slot], starts[slot + 1]), at);
      at += n[slot] as number;
    }
    return joined.sort();
  };
  return { rows: rows.map(pool), total: values.sort() };
};

const countRanks = (
  values: Int32Array,
  bySlot: readonly (readonly SlotRange[])[],
  n: Float64Array,
  rows: RowSlots,
  quantiles: readonly number[],
): Ranked => {
  const all = createCounts();
  const own = createCounts();
  const isInTotal = new Uint8Array(n.length);
  const add = (slot: number): void => {
    for (const { from, to } of bySlot[slot] ?? []) addValues(own, values, from, to);
  };
  const rank = (counts: Counts, length: number): Ordered => {
    const indices = listQuantileIndices(length, quantiles);
    return createOrdered(length, indices, pick(counts, indices));
  };
  const ranked = rows.map((slots) => {
    for (const slot of slots) add(slot);
    const ordered = rank(own, sumOf(n, slots));
    // A slot that is in several rows counts once in the total.
    const isNew = slots.every((slot) => isInTotal[slot] === 0);
    if (isNew) for (const slot of slots) isInTotal[slot] = 1;
    moveInto(isNew ? all : null, own);
    return ordered;
  });
  for (let slot = 0; slot < n.length; slot += 1) {
    if (isInTotal[slot] === 1 || n[slot] === 0) continue;
    add(slot);
    moveInto(all, own);
  }
  return {
    rows: ranked,
    total: rank(
      all,
      n.reduce((sum, count) => sum + count, 0),
    ),
  };
};
