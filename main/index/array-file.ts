// Arrays of numbers as a file: a line of JSON that says what follows, then the arrays. A file that is not exactly what it should
// be (another form, a flipped bit, a missing end) is no file. It is looked through at once, but each array is read when it is
// first needed: most questions need few. Imports node:fs and node:zlib.
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import type { ChangePoint } from '../store/index-source.ts';
import type { NumberArray } from './growable.ts';

type ArrayType = keyof typeof makers;
type Section = { name: string; type: ArrayType; length: number; crc: number };
/** What is written down of a file, besides its arrays. */
type Headed<Header> = Header & { sections: Section[] };

const makers = {
  u8: Uint8Array,
  u16: Uint16Array,
  u32: Uint32Array,
  i8: Int8Array,
  i16: Int16Array,
  i32: Int32Array,
  f32: Float32Array,
  f64: Float64Array,
} as const;
const typeOf = (array: NumberArray): ArrayType =>
  (Object.keys(makers) as ArrayType[]).find((type) => array.constructor === makers[type]) ?? 'u8';
const bytesOf = (array: NumberArray): Uint8Array => new Uint8Array(array.buffer, array.byteOffset, array.byteLength);

const magic = 'afterword-index ';
const LENGTH_DIGITS = 12;
const PREFIX_BYTES = magic.length + LENGTH_DIGITS + 9;
const PIECE_BYTES = 1 << 18;

/** The file's parts, in order. */
export const packArrays = (header: object, arrays: readonly [string, NumberArray][]): Uint8Array[] => {
  const sections = arrays.map(([name, array]) => ({
    name,
    type: typeOf(array),
    length: array.length,
    crc: crc32(bytesOf(array)),
  }));
  const line = Buffer.from(JSON.stringify({ ...header, sections }));
  const prefix = `${magic}${String(line.length).padStart(LENGTH_DIGITS, '0')} ${crc32(line).toString(16).padStart(8, '0')}`;
  return [Buffer.from(prefix), line, ...arrays.map(([, array]) => bytesOf(array))];
};

const readInto = (file: number, target: Uint8Array, position: number): boolean => {
  let at = 0;
  while (at < target.byteLength) {
    const read = readSync(file, target, at, target.byteLength - at, position + at);
    if (read === 0) return false;
    at += read;
  }
  return true;
};

/** An open file whose arrays have been looked through, each read when it is taken. */
export type SavedArrays<Header> = {
  header: Headed<Header>;
  /** The array with room for `room` elements; each can be taken once. Throws when the file is no longer what it was. */
  take(name: string, room?: number): NumberArray;
  lengthOf(name: string): number;
  /** True once an array could not be read any more: whoever holds these must make its own anew. */
  isLost(): boolean;
  /** Arrays not taken are lost. The file closes by itself with the last one taken. */
  close(): void;
};

type Place = Section & { position: number; byteLength: number };

const placeSections = (sections: readonly Section[], from: number): Map<string, Place> => {
  const places = new Map<string, Place>();
  let position = from;
  for (const section of sections) {
    const byteLength = section.length * makers[section.type].BYTES_PER_ELEMENT;
    places.set(section.name, { ...section, position, byteLength });
    position += byteLength;
  }
  return places;
};

/** Sums the sections up in pieces: what is not taken then costs no memory. */
const isIntact = (file: number, places: Iterable<Place>, sizeOfFile: number): boolean => {
  const piece = new Uint8Array(PIECE_BYTES);
  for (const { position, byteLength, crc } of places) {
    if (position + byteLength > sizeOfFile) return false;
    let sum = 0;
    for (let at = 0; at < byteLength; at += PIECE_BYTES) {
      const bytes = piece.subarray(0, Math.min(PIECE_BYTES, byteLength - at));
      if (!readInto(file, bytes, position + at)) return false;
      sum = crc32(bytes, sum);
    }
    if (sum !== crc) return false;
  }
  return true;
};

const readHeader = <Header>(file: number, sizeOfFile: number): { header: Headed<Header>; endsAt: number } | null => {
  const prefix = Buffer.alloc(PREFIX_BYTES);
  if (!readInto(file, prefix, 0) || prefix.toString('latin1', 0, magic.length) !== magic) return null;
  const lineLength = Number(prefix.toString('latin1', magic.length, magic.length + LENGTH_DIGITS));
  if (!Number.isSafeInteger(lineLength) || lineLength > sizeOfFile) return null;
  const line = Buffer.alloc(lineLength);
  const sum = Number.parseInt(prefix.toString('latin1', -8 + PREFIX_BYTES), 16);
  if (!readInto(file, line, PREFIX_BYTES) || crc32(line) !== sum) return null;
  return { header: JSON.parse(line.toString('utf8')) as Headed<Header>, endsAt: PREFIX_BYTES + lineLength };
};

/** Right sums say that nothing was damaged, not that what stands there makes sense. */
const isSections = (sections: unknown): sections is Section[] =>
  Array.isArray(sections) &&
  sections.every(
    (section: Partial<Section> | null) =>
      typeof section?.name === 'string' &&
      Object.hasOwn(makers, section.type ?? '') &&
      Number.isSafeInteger(section.length) &&
      (section.length ?? -1) >= 0,
  );

export const isPoint = (point: Partial<ChangePoint> | null): boolean =>
  Number.isSafeInteger(point?.seq) && (point?.nonce === null || Number.isSafeInteger(point?.nonce));

/** The arrays of a file whose header is accepted and whose every bit is right; null when there is no such file. */
export const openArrays = <Header>(path: string, accepts: (header: Header) => boolean): SavedArrays<Header> | null => {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
  let isTaken = false;
  try {
    const sizeOfFile = fstatSync(file).size;
    const read = readHeader<Header>(file, sizeOfFile);
    if (read === null || !isSections(read.header.sections) || !accepts(read.header)) return null;
    const places = placeSections(read.header.sections, read.endsAt);
    if (!isIntact(file, places.values(), sizeOfFile)) return null;
    isTaken = true;
    return keepOpen(file, read.header, places);
  } finally {
    if (!isTaken) closeSync(file);
  }
};

const keepOpen = <Header>(
  file: number,
  header: Headed<Header>,
  places: ReadonlyMap<string, Place>,
): SavedArrays<Header> => {
  const left = new Set(places.keys());
  let isOpen = true;
  let isLost = false;
  const close = (): void => {
    if (isOpen) closeSync(file);
    isOpen = false;
  };
  return {
    header,
    lengthOf: (name) => places.get(name)?.length ?? 0,
    isLost: () => isLost,
    take(name, room) {
      const place = places.get(name);
      if (place === undefined || !left.has(name)) throw new Error(`no array called ${name}`);
      const { type, length, position, byteLength, crc } = place;
      const array = new makers[type](Math.max(length, room ?? 0));
      const bytes = new Uint8Array(array.buffer, 0, byteLength);
      if (!isOpen || !readInto(file, bytes, position) || crc32(bytes) !== crc) {
        isLost = true;
        throw new Error('a saved index was changed while it was in use');
      }
      left.delete(name);
      if (left.size === 0) close();
      return array;
    },
    close,
  };
};

/** A property that is made when it is first read, and is an ordinary one from then on. */
export const lazily = <T extends object, K extends keyof T>(target: T, name: K, make: () => T[K]): void => {
  const settle = (value: T[K]): void => {
    Object.defineProperty(target, name, { value, writable: true, enumerable: true, configurable: true });
  };
  Object.defineProperty(target, name, {
    get() {
      const value = make();
      settle(value);
      return value;
    },
    set: settle,
    enumerable: true,
    configurable: true,
  });
};
