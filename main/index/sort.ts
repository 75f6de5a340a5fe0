// Puts hits in order and cuts a page out of them, without sorting more than the page. Imports the columns only.
// A sort key is a number for each conversation; unknown values stand last in either direction, and where two are equal the
// newer conversation stands first.
import type { SortColumn } from '../../preload/contract/procedures.ts';
import { type Bitset, countBits, hasBit, listBits } from './bitset.ts';
import { type ColumnStore, NO_INTEGER } from './column-store.ts';
import type { Space, SpaceName } from './dimensions.ts';

export type SortName = SortColumn;
export type Sort = { by: SortName; isDescending: boolean };

/** Where a page ended: the sort value (null: unknown), the start and the id of its last row. */
export type Position = { value: number | string | null; startedS: number; id: number };

export type Sorter = {
  /** Ids of the page after `after`, or after `offset` rows. */
  page(hits: Bitset, sort: Sort, limit: number, start: { offset: number } | { after: Position }): number[];
  positionOf(id: number, sort: Sort): Position;
  /** Oldest first, from behind `after`: for exports that go through everything in blocks. */
  walk(hits: Bitset, after: { startedS: number; id: number } | null, limit: number): number[];
};

type Key = {
  of(id: number): number;
  valueAt(id: number): number | string | null;
  ofValue(value: Position['value']): number;
};
const UNKNOWN = Number.POSITIVE_INFINITY;

export const createSorter = (store: ColumnStore, spaceOf: (name: SpaceName) => Space): Sorter => {
  /** Good for so many codes of a space: codes are only ever added, and what they stand for changes with the space. */
  type Ranked = { ranks: Float64Array; labels: string[]; codeCount: number; space: Space };
  const ranks = new Map<string, Ranked>();

  /** Codes ranked by their label; a list by the first of its labels in the order of the alphabet. */
  const rankCodes = (name: string, codeCount: number, space: Space, labelsOf: (code: number) => string[]): Ranked => {
    const known = ranks.get(name);
    if (known?.codeCount === codeCount && known.space === space) return known;
    const own = Array.from({ length: codeCount }, (_, code) => labelsOf(code).sort(compareText)[0] ?? null);
    const labels = [...new Set(own.filter((label) => label !== null))].sort(compareText);
    const rankOf = new Map(labels.map((label, rank) => [label, rank]));
    const made: Ranked = {
      codeCount,
      space,
      ranks: Float64Array.from(own, (label) => (label === null ? UNKNOWN : (rankOf.get(label) ?? UNKNOWN))),
      labels,
    };
    ranks.set(name, made);
    return made;
  };
  const codeKey = (codes: ArrayLike<number>, ranked: { ranks: Float64Array; labels: string[] }): Key => ({
    of: (id) => ranked.ranks[codes[id] as number] ?? UNKNOWN,
    valueAt: (id) => ranked.labels[ranked.ranks[codes[id] as number] as number] ?? null,
    // Between two labels when its own is gone.
    ofValue: (value) => {
      if (value === null) return UNKNOWN;
      const at = ranked.labels.findIndex((label) => compareText(label, String(value)) >= 0);
      if (at < 0) return ranked.labels.length - 0.5;
      return ranked.labels[at] === value ? at : at - 0.5;
    },
  });
  const listKey = (name: 'agent' | 'queue' | 'disposition' | 'outcome', spaceName: SpaceName): Key => {
    const { codes, dictionary } = store.columns.lists[name];
    const space = spaceOf(spaceName);
    const labelsOf = (code: number): string[] =>
      dictionary.elementsOf(code).flatMap((element) => space.groups[space.groupOf[element] ?? -1]?.label ?? []);
    return codeKey(codes, rankCodes(name, dictionary.size + 1, space, labelsOf));
  };
  const termKey = (name: keyof ColumnStore['columns']['terms'], spaceName: SpaceName): Key => {
    const space = spaceOf(spaceName);
    const labelsOf = (code: number): string[] => {
      const label = space.groups[space.groupOf[code] ?? -1]?.label;
      return label === undefined ? [] : [label];
    };
    return codeKey(store.columns.terms[name], rankCodes(name, space.groupOf.length, space, labelsOf));
  };
  const numberKey = (name: keyof ColumnStore['columns']['numbers']): Key => {
    const values = store.columns.numbers[name];
    const known = (id: number): number | null => {
      const value = values[id] as number;
      return value === NO_INTEGER || Number.isNaN(value) ? null : value;
    };
    return {
      of: (id) => known(id) ?? UNKNOWN,
      valueAt: known,
      ofValue: (value) => (value === null ? UNKNOWN : Number(value)),
    };
  };
  const keyOf = (by: SortName): Key => {
    switch (by) {
      case 'agent':
        return listKey('agent', 'agents');
      case 'queue':
        return listKey('queue', 'queues');
      case 'disposition':
      case 'outcome':
        return listKey(by, 'words');
      case 'status':
        return termKey('finalStatus', 'status');
      case 'channel':
      case 'direction':
      case 'survey':
      case 'intent':
      case 'bot':
        return termKey(by, by);
      default:
        return numberKey(by);
    }
  };

  const { numbers } = store.columns;
  const startedOf = (id: number): number => numbers.started[id] as number;

  /** Negative when a stands before b. */
  const comparePlaces = (
    sort: Sort,
    a: { key: number; startedS: number; id: number },
    b: { key: number; startedS: number; id: number },
  ): number => {
    if (sort.by === 'started') {
      const order = a.startedS - b.startedS || a.id - b.id;
      return sort.isDescending ? -order : order;
    }
    if (a.key !== b.key) {
      if (a.key === UNKNOWN) return 1;
      if (b.key === UNKNOWN) return -1;
      return sort.isDescending ? b.key - a.key : a.key - b.key;
    }
    return b.startedS - a.startedS || b.id - a.id;
  };

  /** Index in the order of starts of the first conversation behind this place. */
  const firstBehind = (order: Uint32Array, startedS: number, id: number): number => {
    let low = 0;
    let high = order.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const other = order[middle] as number;
      if (startedOf(other) < startedS || (startedOf(other) === startedS && other <= id)) low = middle + 1;
      else high = middle;
    }
    return low;
  };

  /** Walks along the order of starts and keeps the hits. */
  const pageByStart = (
    hits: Bitset,
    isDescending: boolean,
    limit: number,
    start: { offset: number } | { after: Position },
  ): number[] => {
    const order = store.startOrder();
    const step = isDescending ? -1 : 1;
    let at = isDescending ? order.length - 1 : 0;
    if ('after' in start) {
      const { startedS, id } = start.after;
      at = firstBehind(order, startedS, id);
      if (isDescending) {
        at -= 1;
        // The row itself may be gone; rows behind it in this direction come before it in the order.
        while (at >= 0 && startedOf(order[at] as number) === startedS && (order[at] as number) >= id) at -= 1;
      }
    }
    let skip = 'offset' in start ? start.offset : 0;
    const page: number[] = [];
    for (; at >= 0 && at < order.length && page.length < limit; at += step) {
      const id = order[at] as number;
      if (!hasBit(hits, id)) continue;
      if (skip > 0) skip -= 1;
      else page.push(id);
    }
    return page;
  };

  /** The first `wanted` of the hits, in order, by a heap whose root is the last of them. */
  const selectFirst = (
    hits: Bitset,
    sort: Sort,
    wanted: number,
    isBehind: ((place: { key: number; startedS: number; id: number }) => boolean) | null,
  ): number[] => {
    if (wanted <= 0) return [];
    const key = keyOf(sort.by);
    const slots = new Uint32Array(countBits(hits));
    const n = listBits(hits, slots);
    type Place = { key: number; startedS: number; id: number };
    const heap: Place[] = [];
    const compare = (a: Place, b: Place): number => comparePlaces(sort, a, b);
    const sink = (): void => {
      let at = 0;
      for (;;) {
        let last = at;
        for (const child of [2 * at + 1, 2 * at + 2])
          if (child < heap.length && compare(heap[child] as Place, heap[last] as Place) > 0) last = child;
        if (last === at) return;
        [heap[at], heap[last]] = [heap[last] as Place, heap[at] as Place];
        at = last;
      }
    };
    const rise = (): void => {
      let at = heap.length - 1;
      while (at > 0) {
        const parent = (at - 1) >>> 1;
        if (compare(heap[at] as Place, heap[parent] as Place) <= 0) return;
        [heap[at], heap[parent]] = [heap[parent] as Place, heap[at] as Place];
        at = parent;
      }
    };
    const probe: Place = { key: 0, startedS: 0, id: 0 };
    // Newer conversations have the higher ids: begun where the page is, most hits are no better than what is in the heap.
    const isFromOldest = sort.by === 'started' && !sort.isDescending;
    for (let at = 0; at < n; at += 1) {
      probe.id = slots[isFromOldest ? at : n - 1 - at] as number;
      probe.key = key.of(probe.id);
      const root = heap[0];
      // The cheap half of the comparison first: most rows end here.
      if (root && heap.length === wanted && sort.by !== 'started' && probe.key !== root.key) {
        if (probe.key === UNKNOWN) continue;
        if (root.key !== UNKNOWN && (sort.isDescending ? probe.key < root.key : probe.key > root.key)) continue;
      }
      probe.startedS = startedOf(probe.id);
      if (isBehind && !isBehind(probe)) continue;
      if (heap.length < wanted) {
        heap.push({ ...probe });
        rise();
      } else if (root && compare(probe, root) < 0) {
        heap[0] = { ...probe };
        sink();
      }
    }
    return heap.sort(compare).map(({ id }) => id);
  };

  return {
    page(hits, sort, limit, start) {
      const found = countBits(hits);
      // Few hits are sorted sooner than they are met along the order of all.
      const isSparse = found * 40 < store.count;
      if (sort.by === 'started' && !isSparse) return pageByStart(hits, sort.isDescending, limit, start);
      if ('offset' in start)
        return selectFirst(hits, sort, Math.min(found, start.offset + limit), null).slice(start.offset);
      const { after } = start;
      const key = keyOf(sort.by);
      const place = { key: key.ofValue(after.value), startedS: after.startedS, id: after.id };
      return selectFirst(hits, sort, Math.min(found, limit), (row) => comparePlaces(sort, row, place) > 0);
    },
    positionOf: (id, { by }) => ({ value: keyOf(by).valueAt(id), startedS: startedOf(id), id }),
    walk(hits, after, limit) {
      const order = store.startOrder();
      const found: number[] = [];
      for (let at = after === null ? 0 : firstBehind(order, after.startedS, after.id); at < order.length; at += 1) {
        const id = order[at] as number;
        if (!hasBit(hits, id)) continue;
        found.push(id);
        if (found.length === limit) break;
      }
      return found;
    },
  };
};

const compareText = (a: string, b: string): number => (a === b ? 0 : a < b ? -1 : 1);
