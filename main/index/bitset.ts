// Sets of conversations as bits of 32-bit words: conversation n is bit n. Pure arithmetic; imports nothing.

export type Bitset = Uint32Array;

export const wordsFor = (size: number): number => (size + 31) >>> 5;
export const createBitset = (size: number): Bitset => new Uint32Array(wordsFor(size));

export const hasBit = (set: Bitset, at: number): boolean => (((set[at >>> 5] ?? 0) >>> (at & 31)) & 1) === 1;
export const setBit = (set: Bitset, at: number): void => {
  const word = at >>> 5;
  if (word < set.length) set[word] = ((set[word] as number) | (1 << (at & 31))) >>> 0;
};
export const clearBit = (set: Bitset, at: number): void => {
  const word = at >>> 5;
  if (word < set.length) set[word] = ((set[word] as number) & ~(1 << (at & 31))) >>> 0;
};

export const andInto = (target: Bitset, other: Bitset): void => {
  for (let w = 0; w < target.length; w += 1) target[w] = (target[w] as number) & (other[w] ?? 0);
};
export const orInto = (target: Bitset, other: Bitset): void => {
  for (let w = 0; w < target.length; w += 1) target[w] = (target[w] as number) | (other[w] ?? 0);
};
export const andNotInto = (target: Bitset, other: Bitset): void => {
  for (let w = 0; w < target.length; w += 1) target[w] = (target[w] as number) & ~(other[w] ?? 0);
};

export const countBits = (set: Bitset): number => {
  let count = 0;
  for (let w = 0; w < set.length; w += 1) {
    let bits = set[w] as number;
    bits -= (bits >>> 1) & 0x55555555;
    bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333);
    count += Math.imul((bits + (bits >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
  }
  return count;
};

/** Writes the members into `slots` in order and gives how many there were; `slots` must be long enough. */
export const listBits = (set: Bitset, slots: Uint32Array): number => {
  let count = 0;
  for (let w = 0; w < set.length; w += 1) {
    let bits = set[w] as number;
    const base = w << 5;
    while (bits !== 0) {
      slots[count] = base + 31 - Math.clz32(bits & -bits);
      count += 1;
      bits &= bits - 1;
    }
  }
  return count;
};
