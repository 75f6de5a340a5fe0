// Lists that repeat over many conversations (the agents of one, its queues, its dispositions), each stored once, so that a
// column with several values is a column of codes like any other. Imports nothing.

export type ListDictionary = {
  /** Codes run from 1; the empty list is 0. */
  readonly size: number;
  intern(elements: readonly number[]): number;
  /** Does a part of what the first list that is added would do; true while there is more. */
  prepare(): boolean;
  elementsOf(code: number): readonly number[];
  state(): { starts: Uint32Array; elements: Uint32Array };
};

/** Lists put by their elements at once by `prepare`: two or three milliseconds. */
const PUT_AT_ONCE = 1 << 13;

export const createListDictionary = (saved?: { starts: Uint32Array; elements: Uint32Array }): ListDictionary => {
  const savedCount = saved === undefined ? 1 : Math.max(1, saved.starts.length - 1);
  // A saved list is unpacked when it is first asked for, and all are put by their elements when the first is added: the
  // start of the program needs neither.
  const lists: (readonly number[] | undefined)[] = [[]];
  lists.length = savedCount;
  const codes = new Map<string, number>();
  const elementsOf = (code: number): readonly number[] => {
    const known = lists[code];
    if (known !== undefined) return known;
    if (saved === undefined || code >= savedCount) return [];
    const unpacked = [...saved.elements.subarray(saved.starts[code], saved.starts[code + 1])];
    lists[code] = unpacked;
    return unpacked;
  };
  /** The first list that is not among the codes yet. */
  let nextPut = 1;
  const putCodes = (end: number): void => {
    for (; nextPut < end; nextPut += 1) codes.set(elementsOf(nextPut).join(), nextPut);
  };
  return {
    get size() {
      return lists.length - 1;
    },
    intern(elements) {
      if (elements.length === 0) return 0;
      const distinct = [...new Set(elements)];
      const key = distinct.join();
      putCodes(lists.length);
      const known = codes.get(key);
      if (known !== undefined) return known;
      lists.push(distinct);
      putCodes(lists.length);
      return lists.length - 1;
    },
    prepare() {
      putCodes(Math.min(lists.length, nextPut + PUT_AT_ONCE));
      return nextPut < lists.length;
    },
    elementsOf,
    state() {
      const starts = new Uint32Array(lists.length + 1);
      for (let code = 0; code < lists.length; code += 1)
        starts[code + 1] = (starts[code] as number) + elementsOf(code).length;
      return { starts, elements: Uint32Array.from(Array.from(lists, (_, code) => elementsOf(code)).flat()) };
    },
  };
};
