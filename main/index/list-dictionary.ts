// Lists that repeat over many conversations (the agents of one, its queues, its dispositions), each stored once, so that a
// column with several values is a column of codes like any other. Imports nothing.

export type ListDictionary = {
  /** Codes run from 1; the empty list is 0. */
  readonly size: number;
  intern(elements: readonly number[]): number;
  /** What the first list that is added would do. */
  prepare(): void;
  elementsOf(code: number): readonly number[];
  state(): { starts: Uint32Array; elements: Uint32Array };
};

export const createListDictionary = (saved?: { starts: Uint32Array; elements: Uint32Array }): ListDictionary => {
  const savedCount = saved === undefined ? 1 : Math.max(1, saved.starts.length - 1);
  // A saved list is unpacked when it is first asked for, and all are put by their elements when the first is added: the
  // start of the program needs neither.
  const lists: (readonly number[] | undefined)[] = [[]];
  lists.length = savedCount;
  let codes: Map<string, number> | null = null;
  const elementsOf = (code: number): readonly number[] => {
    const known = lists[code];
    if (known !== undefined) return known;
    if (saved === undefined || code >= savedCount) return [];
    const unpacked = [...saved.elements.subarray(saved.starts[code], saved.starts[code + 1])];
    lists[code] = unpacked;
    return unpacked;
  };
  const makeCodes = (): Map<string, number> => {
    const made = new Map<string, number>();
    for (let code = 1; code < lists.length; code += 1) made.set(elementsOf(code).join(), code);
    return made;
  };
  return {
    get size() {
      return lists.length - 1;
    },
    intern(elements) {
      if (elements.length === 0) return 0;
      const distinct = [...new Set(elements)];
      const key = distinct.join();
      codes ??= makeCodes();
      const known = codes.get(key);
      if (known !== undefined) return known;
      lists.push(distinct);
      codes.set(key, lists.length - 1);
      return lists.length - 1;
    },
    prepare() {
      codes ??= makeCodes();
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
