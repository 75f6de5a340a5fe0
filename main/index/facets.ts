// Counts the found conversations by every value of every facet. One pass over the hits for each column; where most
// conversations are hits, the others are counted and subtracted. Imports the columns only.
import { createDayReader } from '../metrics/local-time.ts';
import { type Bitset, countBits, hasBit, listBits } from './bitset.ts';
import type { CodeArray, ColumnStore } from './column-store.ts';
import type { Space, SpaceName } from './dimensions.ts';
import { withRoom } from './growable.ts';
import type { ListDictionary } from './list-dictionary.ts';

export type Facet = { value: string; label: string; count: number };
export const facetNames = [
  'agent',
  'queue',
  'channel',
  'status',
  'direction',
  'disposition',
  'survey',
  'intent',
  'outcome',
  'bot',
  'day',
] as const;
export type FacetName = (typeof facetNames)[number];
export type Facets = Record<FacetName, Facet[]>;

const MAX_VALUES = 50;

export type FacetCounter = {
  /** `day` holds every day with a hit, by date; the others at most 50 values, the most frequent first. */
  count(hits: Bitset, zone: string): Facets;
  /** Every value of one facet over all conversations. */
  countAll(name: Exclude<FacetName, 'day'> | 'skill' | 'handled'): Facet[];
  /** These conversations are about to change or to go: they are taken out of what was counted. */
  leave(ids: readonly number[]): void;
  /** They have changed, or have come. */
  enter(ids: readonly number[]): void;
};

/** For each code of a list column, the groups in it: those of code c begin at starts[c]. Made for the codes of a space. */
type GroupLists = { starts: Uint32Array; groups: Uint32Array; codeCount: number; space: Space };
/** The day of each conversation in one zone, as a code of `dates`. */
type Days = { zone: string; codes: Uint16Array; dates: string[]; codeOf: (atS: number) => number };
/** All conversations counted by the codes of a column. */
type Total = { counts: Uint32Array; codes: () => CodeArray };

export const createFacetCounter = (store: ColumnStore, spaceOf: (name: SpaceName) => Space): FacetCounter => {
  const groupLists = new Map<string, GroupLists>();
  const totals = new Map<string, Total>();
  let days: Days | null = null;
  let scratch = new Uint32Array(0);

  type Column = { codes: () => CodeArray; codeCount: number; spaceName: SpaceName; lists: GroupLists | null };
  const listColumn = (
    name: 'agent' | 'handled' | 'queue' | 'disposition' | 'outcome' | 'skill',
    spaceName: SpaceName,
  ): Column => {
    const { dictionary } = store.columns.lists[name];
    const lists = listsOf(groupLists.get(name) ?? null, dictionary, spaceOf(spaceName));
    groupLists.set(name, lists);
    return { codes: () => store.columns.lists[name].codes, codeCount: dictionary.size + 1, spaceName, lists };
  };
  const termColumn = (name: keyof ColumnStore['columns']['terms'], spaceName: SpaceName): Column => ({
    codes: () => store.columns.terms[name],
    codeCount: spaceOf(spaceName).groupOf.length,
    spaceName,
    lists: null,
  });
  const columns: Record<Exclude<FacetName, 'day'> | 'skill' | 'handled', () => Column> = {
    agent: () => listColumn('agent', 'agents'),
    handled: () => listColumn('handled', 'agents'),
    queue: () => listColumn('queue', 'queues'),
    channel: () => termColumn('channel', 'channel'),
    status: () => termColumn('finalStatus', 'status'),
    direction: () => termColumn('direction', 'direction'),
    disposition: () => listColumn('disposition', 'words'),
    survey: () => termColumn('survey', 'survey'),
    intent: () => termColumn('intent', 'intent'),
    outcome: () => listColumn('outcome', 'words'),
    skill: () => listColumn('skill', 'words'),
    bot: () => termColumn('bot', 'bot'),
  };

  const countCodes = (codes: CodeArray, codeCount: number, slots: Uint32Array, n: number): Uint32Array =>
    codes instanceof Uint16Array ? countNarrow(codes, codeCount, slots, n) : countWide(codes, codeCount, slots, n);
  const toGroups = (counts: Uint32Array, { spaceName, lists }: Column): Facet[] => {
    const space = spaceOf(spaceName);
    const sums = new Uint32Array(space.groups.length);
    for (let code = 1; code < counts.length; code += 1) {
      const count = counts[code] as number;
      if (count === 0) continue;
      if (lists) {
        for (let at = lists.starts[code] as number; at < (lists.starts[code + 1] as number); at += 1) {
          const group = lists.groups[at] as number;
          sums[group] = (sums[group] as number) + count;
        }
      } else {
        const group = space.groupOf[code] ?? -1;
        if (group >= 0) sums[group] = (sums[group] as number) + count;
      }
    }
    const found: Facet[] = [];
    for (let group = 0; group < sums.length; group += 1) {
      const count = sums[group] as number;
      const shown = space.groups[group];
      if (count > 0 && shown) found.push({ value: shown.value, label: shown.label, count });
    }
    return found.sort(byCount);
  };

  const codeDay = ({ codes, codeOf }: Days, id: number): void => {
    codes[id] = hasBit(store.alive, id) ? codeOf(store.columns.numbers.started[id] as number) : 0;
  };
  const daysIn = (zone: string): Days => {
    if (days?.zone === zone) return days;
    const dates = [''];
    const made = { zone, codes: new Uint16Array(store.size), dates, codeOf: createDayCoder(zone, dates) };
    for (let id = 0; id < store.size; id += 1) codeDay(made, id);
    days = made;
    totals.delete('day');
    return made;
  };

  const list = (set: Bitset): number => {
    if (scratch.length < store.size) scratch = new Uint32Array(store.size);
    return listBits(set, scratch);
  };
  const totalOf = (name: string, codes: () => CodeArray, codeCount: number): Uint32Array => {
    const known = totals.get(name);
    if (known) return known.counts;
    // In the order of the array, which is much faster than by a list; where nobody is, the code is 0, which nobody reads.
    const own = codes();
    const counts =
      own instanceof Uint16Array
        ? countAllNarrow(own, codeCount, store.size)
        : countAllWide(own, codeCount, store.size);
    totals.set(name, { counts, codes });
    return counts;
  };
  /** Adds `by` for each of these that is there. */
  const addToTotals = (ids: readonly number[], by: 1 | -1): void => {
    for (const total of totals.values()) {
      const codes = total.codes();
      for (const id of ids) {
        if (!hasBit(store.alive, id)) continue;
        const code = codes[id] as number;
        total.counts = withRoom(total.counts, code + 1);
        total.counts[code] = (total.counts[code] as number) + by;
      }
    }
  };

  return {
    count(hits, zone) {
      const isMost = countBits(hits) * 2 > store.count;
      const counted = isMost ? store.alive.slice(0, hits.length) : hits;
      if (isMost)
        for (let w = 0; w < counted.length; w += 1) counted[w] = (counted[w] as number) & ~(hits[w] as number);
      const n = list(counted);
      const countsOf = (name: string, codes: () => CodeArray, codeCount: number): Uint32Array => {
        const counts = countCodes(codes(), codeCount, scratch, n);
        if (!isMost) return counts;
        const all = totalOf(name, codes, codeCount);
        // A code that was added since, and that nobody has, has no place among the totals.
        for (let code = 0; code < codeCount; code += 1) counts[code] = (all[code] ?? 0) - (counts[code] as number);
        return counts;
      };
      const ofDay = (): Facet[] => {
        const { dates } = daysIn(zone);
        const counts = countsOf('day', () => days?.codes ?? new Uint16Array(0), dates.length);
        const found: Facet[] = [];
        for (const [code, date] of dates.entries()) {
          const count = counts[code] ?? 0;
          if (code > 0 && count > 0) found.push({ value: date, label: date, count });
        }
        return found.sort((a, b) => (a.value < b.value ? -1 : 1));
      };
      return Object.fromEntries(
        facetNames.map((name) => {
          if (name === 'day') return [name, ofDay()];
          const column = columns[name]();
          return [name, toGroups(countsOf(name, column.codes, column.codeCount), column).slice(0, MAX_VALUES)];
        }),
      ) as Facets;
    },
    countAll(name) {
      const column = columns[name]();
      return toGroups(totalOf(name, column.codes, column.codeCount), column);
    },
    leave: (ids) => addToTotals(ids, -1),
    enter(ids) {
      if (days) {
        days.codes = withRoom(days.codes, store.size);
        for (const id of ids) codeDay(days, id);
      }
      addToTotals(ids, 1);
    },
  };
};

/** The groups of every code; those that are known stay, as long as the space goes on as it was. */
const listsOf = (known: GroupLists | null, dictionary: ListDictionary, space: Space): GroupLists => {
  const codeCount = dictionary.size + 1;
  const isGoingOn = known !== null && (known.space === space || isStartOf(known.space.groupOf, space.groupOf));
  if (isGoingOn && known.codeCount === codeCount) return { ...known, space };
  const from = isGoingOn ? known.codeCount : 0;
  const starts = new Uint32Array(codeCount + 1);
  if (isGoingOn) starts.set(known.starts);
  const first = starts[from] as number;
  const added: number[] = [];
  for (let code = from; code < codeCount; code += 1) {
    const begin = added.length;
    const elements = dictionary.elementsOf(code);
    for (let at = 0; at < elements.length; at += 1) {
      const group = space.groupOf[elements[at] as number] ?? -1;
      // Once for each conversation, whatever names its agents had: those before it in the list are few.
      if (group >= 0 && added.indexOf(group, begin) === -1) added.push(group);
    }
    starts[code + 1] = first + added.length;
  }
  const groups = new Uint32Array(first + added.length);
  if (isGoingOn) groups.set(known.groups);
  groups.set(added, first);
  return { starts, groups, codeCount, space };
};

const isStartOf = (start: Int32Array, whole: Int32Array): boolean =>
  start.length <= whole.length && start.every((group, at) => group === whole[at]);

// One loop for each width of code: a loop that has met both is several times slower.
const countNarrow = (codes: Uint16Array, codeCount: number, slots: Uint32Array, n: number): Uint32Array => {
  const counts = new Uint32Array(codeCount);
  for (let at = 0; at < n; at += 1) {
    const code = codes[slots[at] as number] as number;
    counts[code] = (counts[code] as number) + 1;
  }
  return counts;
};
const countWide = (codes: Uint32Array, codeCount: number, slots: Uint32Array, n: number): Uint32Array => {
  const counts = new Uint32Array(codeCount);
  for (let at = 0; at < n; at += 1) {
    const code = codes[slots[at] as number] as number;
    counts[code] = (counts[code] as number) + 1;
  }
  return counts;
};
const countAllNarrow = (codes: Uint16Array, codeCount: number, size: number): Uint32Array => {
  const counts = new Uint32Array(codeCount);
  for (let id = 0; id < size; id += 1) {
    const code = codes[id] as number;
    counts[code] = (counts[code] as number) + 1;
  }
  return counts;
};
const countAllWide = (codes: Uint32Array, codeCount: number, size: number): Uint32Array => {
  const counts = new Uint32Array(codeCount);
  for (let id = 0; id < size; id += 1) {
    const code = codes[id] as number;
    counts[code] = (counts[code] as number) + 1;
  }
  return counts;
};

const QUARTER_S = 900;
const QUARTERS_A_DAY = 96;

/**
 * Gives each instant the number of its local date in `dates`, which it fills. Days begin at whole quarters of an hour in
 * every zone and follow each other, so that a day is found by halving and not by asking for each quarter.
 */
const createDayCoder = (zone: string, dates: string[]): ((epochS: number) => number) => {
  const read = createDayReader(zone);
  const codeOfDate = new Map<string, number>();
  const ofUtcDay = new Map<number, Uint16Array>();
  const codeAt = (quarter: number): number => {
    const date = read(quarter * QUARTER_S);
    const code = codeOfDate.get(date) ?? dates.push(date) - 1;
    codeOfDate.set(date, code);
    return code;
  };
  const fill = (codes: Uint16Array, first: number, from: number, to: number): void => {
    if (codes[from] === codes[to]) codes.fill(codes[from] as number, from, to);
    else if (to - from > 1) {
      const middle = (from + to) >>> 1;
      codes[middle] = codeAt(first + middle);
      fill(codes, first, from, middle);
      fill(codes, first, middle, to);
    }
  };
  let lastDay = Number.NaN;
  let lastCodes: Uint16Array = new Uint16Array(0);
  return (epochS) => {
    const quarter = Math.floor(epochS / QUARTER_S);
    const day = Math.floor(quarter / QUARTERS_A_DAY);
    const first = day * QUARTERS_A_DAY;
    if (day !== lastDay) {
      const codes = ofUtcDay.get(day) ?? new Uint16Array(QUARTERS_A_DAY);
      if (!ofUtcDay.has(day)) {
        ofUtcDay.set(day, codes);
        codes[0] = codeAt(first);
        codes[QUARTERS_A_DAY - 1] = codeAt(first + QUARTERS_A_DAY - 1);
        fill(codes, first, 0, QUARTERS_A_DAY - 1);
      }
      lastDay = day;
      lastCodes = codes;
    }
    return lastCodes[quarter - first] as number;
  };
};

const compareText = (a: string, b: string): number => (a === b ? 0 : a < b ? -1 : 1);
const byCount = (a: Facet, b: Facet): number =>
  b.count - a.count || compareText(a.label, b.label) || compareText(a.value, b.value);
