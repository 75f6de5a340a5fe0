// Many different texts, each stored once in one run of bytes: a text in, a code out, and all texts that contain a part
// found at the speed of a memory scan. For what would be too many strings: people, tags. Imports growable.ts.
import { roomFor, withRoom } from './growable.ts';

export type PackedState = { bytes: Uint8Array; ends: Uint32Array; hashes: Uint32Array };

export type PackedDictionary = {
  /** Codes run from 1; the empty text is 0. */
  readonly size: number;
  intern(text: string): number;
  /** Does a part of what the first text that is added would do; true while there is more. */
  prepare(): boolean;
  textOf(code: number): string;
  /** Calls `visit` once for each text that contains `part` at a place that `isRight` accepts. */
  forEachContaining(
    part: string,
    visit: (code: number) => void,
    isRight?: (bytes: Buffer, at: number, start: number) => boolean,
  ): void;
  state(): PackedState;
  bytesUsed(): number;
};

/** Texts put into the table at once by `prepare`: two or three milliseconds. */
const PUT_AT_ONCE = 1 << 15;

const hashBytes = (bytes: Uint8Array, from: number, to: number): number => {
  let hash = 0x811c9dc5;
  for (let at = from; at < to; at += 1) hash = Math.imul(hash ^ (bytes[at] as number), 0x01000193);
  return (hash ^ (hash >>> 15)) >>> 0;
};

export const createPackedDictionary = (saved?: PackedState): PackedDictionary => {
  // Entry c lies behind ends[c - 1], up to ends[c]; entry 0 is empty.
  let size = saved ? saved.ends.length - 1 : 0;
  let ends = saved?.ends ?? new Uint32Array(64);
  let hashes = saved?.hashes ?? new Uint32Array(64);
  let bytes = saved
    ? Buffer.from(saved.bytes.buffer, saved.bytes.byteOffset, saved.bytes.byteLength)
    : Buffer.alloc(1024);
  let table: Uint32Array | null = null;

  /** The last code that is in the table. */
  let inTable = 0;

  const putInTable = (slots: Uint32Array, upTo: number): void => {
    for (let code = inTable + 1; code <= upTo; code += 1) {
      let at = (hashes[code] as number) & (slots.length - 1);
      while (slots[at] !== 0) at = (at + 1) & (slots.length - 1);
      slots[at] = code;
    }
    inTable = upTo;
  };
  /** At most half full, a power of two. Made when it is first needed: reading does not. */
  const roomyTable = (): Uint32Array => {
    const entries = size + 1;
    if (table && table.length >= entries * 2) return table;
    table = new Uint32Array(2 ** Math.ceil(Math.log2(Math.max(64, entries * 3))));
    inTable = 0;
    return table;
  };
  const wholeTable = (): Uint32Array => {
    const slots = roomyTable();
    putInTable(slots, size);
    return slots;
  };
  const findEntry = (at: number): number => {
    let low = 1;
    let high = size;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((ends[middle] as number) > at) high = middle;
      else low = middle + 1;
    }
    return low;
  };

  return {
    get size() {
      return size;
    },
    intern(text) {
      if (text === '') return 0;
      const from = ends[size] as number;
      const needed = from + text.length * 3;
      if (bytes.length < needed) {
        const longer = Buffer.alloc(needed + (needed >>> 1));
        bytes.copy(longer, 0, 0, from);
        bytes = longer;
      }
      const to = from + bytes.write(text, from, 'utf8');
      const hash = hashBytes(bytes, from, to);
      const slots = wholeTable();
      let at = hash & (slots.length - 1);
      for (let code = slots[at] as number; code !== 0; code = slots[at] as number) {
        if (hashes[code] === hash && bytes.compare(bytes, ends[code - 1], ends[code], from, to) === 0) return code;
        at = (at + 1) & (slots.length - 1);
      }
      size += 1;
      ends = withRoom(ends, size + 1);
      hashes = withRoom(hashes, size + 1);
      ends[size] = to;
      hashes[size] = hash;
      slots[at] = size;
      inTable = size;
      return size;
    },
    prepare() {
      const used = ends[size] as number;
      if (bytes.length === used) {
        const longer = Buffer.alloc(roomFor(used));
        bytes.copy(longer);
        bytes = longer;
        return true;
      }
      ends = withRoom(ends, size + 2);
      hashes = withRoom(hashes, size + 2);
      putInTable(roomyTable(), Math.min(size, inTable + PUT_AT_ONCE));
      return inTable < size;
    },
    textOf: (code) => (code === 0 ? '' : bytes.toString('utf8', ends[code - 1], ends[code])),
    forEachContaining(part, visit, isRight) {
      const needle = Buffer.from(part, 'utf8');
      if (needle.length === 0) return;
      const used = bytes.subarray(0, ends[size]);
      for (let at = used.indexOf(needle); at >= 0; ) {
        const code = findEntry(at);
        const start = ends[code - 1] as number;
        const end = ends[code] as number;
        if (at + needle.length <= end && (!isRight || isRight(used, at, start))) {
          visit(code);
          at = used.indexOf(needle, end);
        } else at = used.indexOf(needle, at + 1);
      }
    },
    state: () => ({
      bytes: bytes.subarray(0, ends[size]),
      ends: ends.subarray(0, size + 1),
      hashes: hashes.subarray(0, size + 1),
    }),
    bytesUsed: () => bytes.length + ends.byteLength + hashes.byteLength + (table?.byteLength ?? 0),
  };
};
