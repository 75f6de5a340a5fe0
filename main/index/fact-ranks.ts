// The few order statistics that percentiles and their intervals read, exactly, for every row of a scorecard and for the total,
// without putting anything in order: whole seconds are counted, and the counts walked along once. May import the metrics and the
// fact files.
import { listQuantileIndices, type Ordered } from '../metrics/statistics.ts';
import { gatherValues, type RowTest, type SlotRange } from './fact-sums.ts';
import { type FactArray, noneOf } from './fact-table.ts';

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
const COUNTED = 2 ** 16;
const LARGEST = COUNTED - 1;

/** The known values of a series, one behind the other. */
type Dense = {
  values: Uint16Array | Int32Array;
  /** How many of them stand before every BLOCKth place of the series. */
  before: Uint32Array;
  /** The largest that is counted. */
  most: number;
};
const BLOCK = 32;
const denseOf = new WeakMap<FactArray, Dense>();

const findDense = (series: Int8Array | Int32Array): Dense => {
  const known = denseOf.get(series);
  if (known !== undefined) return known;
  const none = noneOf(series);
  const values = new Int32Array(series.length);
  const before = new Uint32Array(Math.floor(series.length / BLOCK) + 1);
  let [count, least, largest, most] = [0, 0, 0, 0];
  for (let at = 0; at < series.length; at += 1) {
    if (at % BLOCK === 0) before[at / BLOCK] = count;
    const value = series[at] as number;
    if (value === none) continue;
    values[count] = value;
    count += 1;
    least = Math.min(least, value);
    largest = Math.max(largest, value);
    if (value <= LARGEST) most = Math.max(most, value);
  }
  if (series.length % BLOCK === 0) before[before.length - 1] = count;
  const isNarrow = least >= 0 && largest <= LARGEST;
  const found = values.subarray(0, count);
  const made: Dense = { values: isNarrow ? Uint16Array.from(found) : found.slice(), before, most };
  denseOf.set(series, made);
  return made;
};
/** How many known values stand before a place. */
const countBefore = (series: Int8Array | Int32Array, { before }: Dense, place: number): number => {
  const block = Math.floor(place / BLOCK);
  const none = noneOf(series);
  let count = before[block] as number;
  for (let at = block * BLOCK; at < place; at += 1) if (series[at] !== none) count += 1;
  return count;
};

/** How often each number came; `most` is the largest that did. */
type Counts = { counts: Uint32Array; most: number; outside: number[] };
const createCounts = (size: number): Counts => ({ counts: new Uint32Array(size), most: -1, outside: [] });

// One loop for each width: a loop that has met both is several times slower.
const addNarrow = (into: Counts, values: Uint16Array, from: number, to: number): void => {
  const { counts } = into;
  let { most } = into;
  for (let at = from; at < to; at += 1) {
    const value = values[at] as number;
    counts[value] = (counts[value] as number) + 1;
    if (value > most) most = value;
  }
  into.most = most;
};
const addWide = (into: Counts, values: Int32Array, from: number, to: number): void => {
  const { counts, outside } = into;
  let { most } = into;
  for (let at = from; at < to; at += 1) {
    const value = values[at] as number;
    if (value >= 0 && value <= LARGEST) {
      counts[value] = (counts[value] as number) + 1;
      if (value > most) most = value;
    } else outside.push(value);
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

/** Values of a slot: from, to (excluded), from, to … */
type Runs = readonly (readonly number[])[];

/** Ranks a series for the shares of the order that its percentiles name. */
export const rankSeries = (
  { series, ranges, slotOfRow, n, passes }: RankedInput,
  bySlot: readonly SlotRange[][] | null,
  rows: RowSlots,
  quantiles: readonly number[],
): Ranked => {
  if (!(series instanceof Float64Array) && !(series instanceof Int16Array) && bySlot !== null && passes === null) {
    const dense = findDense(series);
    const runs = bySlot.map((own) =>
      own.flatMap(({ from, to }) => [countBefore(series, dense, from), countBefore(series, dense, to)]),
    );
    return countRanks(dense, runs, n, rows, quantiles);
  }
  const { values, starts } = gatherValues(series, ranges, slotOfRow, n, passes);
  if (values instanceof Int32Array) {
    const most = values.reduce((largest, value) => (value <= LARGEST && value > largest ? value : largest), 0);
    const runs = Array.from(n, (_, slot) => [starts[slot] as number, starts[slot + 1] as number]);
    return countRanks({ values, most }, runs, n, rows, quantiles);
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
  { values, most }: Pick<Dense, 'values' | 'most'>,
  runs: Runs,
  n: Float64Array,
  rows: RowSlots,
  quantiles: readonly number[],
): Ranked => {
  const all = createCounts(most + 1);
  const own = createCounts(most + 1);
  const isInTotal = new Uint8Array(n.length);
  const add = (slot: number): void => {
    const places = runs[slot] ?? [];
    for (let at = 0; at < places.length; at += 2) {
      const [from, to] = [places[at] as number, places[at + 1] as number];
      if (values instanceof Uint16Array) addNarrow(own, values, from, to);
      else addWide(own, values, from, to);
    }
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
