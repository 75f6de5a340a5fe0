// Lists that repeat over many conversations (the agents of one, its queues, its dispositions), each stored once, so that a
// column with several values is a column of codes like any other. Imports nothing.

export type ListDictionary = {
  /** Codes run from 1; the empty list is 0. */
  readonly size: number;
  intern(elements: readonly number[]): number;
  elementsOf(code: number): readonly number[];
  state(): { starts: Uint32Array; elements: Uint32Array };
};

export const createListDictionary = (saved?: { starts: Uint32Array; elements: Uint32Array }): ListDictionary => {
  const lists: (readonly number[])[] = [[]];
  const codes = new Map<string, number>();
  const add = (elements: readonly number[]): number => {
    lists.push(elements);
    codes.set(elements.join(), lists.length - 1);
    return lists.length - 1;
  };
  if (saved)
    for (let code = 1; code < saved.starts.length - 1; code += 1)
      add([...saved.elements.subarray(saved.starts[code], saved.starts[code + 1])]);
  return {
    get size() {
      return lists.length - 1;
    },
    intern(elements) {
      if (elements.length === 0) return 0;
      const distinct = [...new Set(elements)];
      return codes.get(distinct.join()) ?? add(distinct);
    },
    elementsOf: (code) => lists[code] ?? [],
    state() {
      const starts = new Uint32Array(lists.length + 1);
      for (const [code, elements] of lists.entries()) starts[code + 1] = (starts[code] as number) + elements.length;
      return { starts, elements: Uint32Array.from(lists.flat()) };
    },
  };
};
