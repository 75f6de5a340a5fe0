// The order of starts: ids by start, then by id, kept in step with the columns. Putting a million of them in order anew after
// each page of a sync took 150 ms. Imports the bits and growable.ts.
import { type Bitset, createBitset, hasBit, setBit } from './bitset.ts';
import { withRoom } from './growable.ts';

export type StartOrder = {
  /** This conversation is there now, is no more (`wasThere`), or has another start (`wasThere`). */
  touch(id: number, wasThere: boolean): void;
  /** Good until the next change. */
  list(alive: Bitset, size: number, startedOf: ArrayLike<number>): Uint32Array;
};

export const createStartOrder = (): StartOrder => {
  let order: Uint32Array | null = null;
  let length = 0;
  const touched = new Set<number>();
  /** Some of those touched stand in the order at places that are no longer theirs. */
  let isAnyMisplaced = false;

  const makeOrder = (alive: Bitset, size: number, started: ArrayLike<number>): Uint32Array => {
    let ids = new Uint32Array(size);
    length = 0;
    let isSorted = true;
    for (let id = 0; id < size; id += 1) {
      if (!hasBit(alive, id)) continue;
      if (length > 0 && (started[ids[length - 1] as number] as number) > (started[id] as number)) isSorted = false;
      ids[length] = id;
      length += 1;
    }
    ids = ids.subarray(0, length);
    if (!isSorted) ids.sort((a, b) => (started[a] as number) - (started[b] as number) || a - b);
    return ids;
  };

  const takeOut = (ids: Uint32Array, out: Bitset): void => {
    let kept = 0;
    for (let at = 0; at < length; at += 1) {
      const id = ids[at] as number;
      if (hasBit(out, id)) continue;
      ids[kept] = id;
      kept += 1;
    }
    length = kept;
  };

  /** Merged from the end: what is new mostly belongs there, and then little moves. */
  const putIn = (ids: Uint32Array, added: readonly number[], started: ArrayLike<number>): Uint32Array => {
    const merged = withRoom(ids, length + added.length);
    const isBehind = (a: number, b: number): boolean => {
      const difference = (started[a] as number) - (started[b] as number);
      return difference > 0 || (difference === 0 && a > b);
    };
    let last = length - 1;
    for (let at = added.length - 1, to = length + at; at >= 0; to -= 1) {
      const id = added[at] as number;
      if (last >= 0 && isBehind(merged[last] as number, id)) {
        merged[to] = merged[last] as number;
        last -= 1;
      } else {
        merged[to] = id;
        at -= 1;
      }
    }
    length += added.length;
    return merged;
  };

  return {
    touch(id, wasThere) {
      if (order === null) return;
      touched.add(id);
      isAnyMisplaced ||= wasThere;
    },
    list(alive, size, started) {
      // From half of all on, putting everything in order is as quick.
      if (order === null || touched.size * 2 > length) order = makeOrder(alive, size, started);
      else if (touched.size > 0) {
        if (isAnyMisplaced) {
          const out = createBitset(size);
          for (const id of touched) setBit(out, id);
          takeOut(order, out);
        }
        const added = [...touched].filter((id) => hasBit(alive, id));
        added.sort((a, b) => (started[a] as number) - (started[b] as number) || a - b);
        order = putIn(order, added, started);
      }
      touched.clear();
      isAnyMisplaced = false;
      return order.subarray(0, length);
    },
  };
};
