// Pseudo-random numbers for the sample contact centre: the same seed gives the same numbers on every machine. Not for
// secrets. Imports nothing.

/** Mixes up to three integers into an unsigned 32-bit hash (multiply-xorshift rounds, constants of MurmurHash3). */
export const hash32 = (a: number, b: number, c = 0): number => {
  let h = Math.imul(a ^ 0x9e3779b9, 0x85ebca6b);
  h = Math.imul((h ^ (h >>> 15)) + (b | 0), 0xc2b2ae35);
  h = Math.imul((h ^ (h >>> 13)) + (c | 0), 0x27d4eb2f);
  h ^= h >>> 16;
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
};

/** A hash as a fraction in [0, 1). */
export const toFraction = (hash: number): number => hash / 4294967296;

const toHex8 = (value: number): string => (value >>> 0).toString(16).padStart(8, '0');

/** A stream of numbers (sfc32) that starts at a pair of integers, so that any session can be made on its own. */
export class Random {
  #a: number;
  #b: number;
  #c: number;
  #counter: number;

  constructor(seed: number, stream: number, salt = 0) {
    this.#a = hash32(seed, stream, salt);
    this.#b = hash32(stream, salt, seed);
    this.#c = (stream ^ Math.imul(seed, 0x9e3779b1)) | 0;
    this.#counter = 1;
    for (let round = 0; round < 6; round += 1) this.next();
  }

  /** Unsigned 32-bit integer. */
  next(): number {
    const sum = (this.#a + this.#b + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = ((this.#c << 21) | (this.#c >>> 11)) + sum;
    this.#c |= 0;
    return sum >>> 0;
  }

  /** In [0, 1). */
  fraction(): number {
    return toFraction(this.next());
  }

  chance(probability: number): boolean {
    return this.fraction() < probability;
  }

  /** Whole number from `low` to `high`, both included. */
  int(low: number, high: number): number {
    return low + Math.floor(this.fraction() * (high - low + 1));
  }

  pick<T>(list: readonly T[]): T {
    const item = list[Math.floor(this.fraction() * list.length)];
    if (item === undefined) throw new RangeError('Cannot pick from an empty list.');
    return item;
  }

  /** `length` lower-case hex digits. */
  hex(length: number): string {
    let text = '';
    while (text.length < length) text += toHex8(this.next());
    return text.length === length ? text : text.slice(0, length);
  }

  /** Whole seconds with the given median: handling times are skewed to the right. Box-Muller for the normal part. */
  skewedSeconds(medianS: number, sigma: number, lowS: number, highS: number): number {
    const normal = Math.sqrt(-2 * Math.log(1 - this.fraction())) * Math.cos(2 * Math.PI * this.fraction());
    return Math.min(highS, Math.max(lowS, Math.round(medianS * Math.exp(sigma * normal))));
  }

  /** In the shape of the API's ids: 8-4-4-4-12 hex digits, or 7 in the first group as in its conversation ids. */
  guid(firstGroup: 7 | 8 = 8): string {
    const digits = this.hex(32);
    const first = digits.slice(0, firstGroup);
    return `${first}-${digits.slice(8, 12)}-${digits.slice(12, 16)}-${digits.slice(16, 20)}-${digits.slice(20)}`;
  }
}
