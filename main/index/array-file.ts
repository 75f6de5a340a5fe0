// Arrays of numbers as a file: a line of JSON that says what follows, then the arrays. A file that is not exactly what it should
// be (another form, a flipped bit, a missing end) is no file. It is looked through at once, but each array is read when it is
// first needed: most questions need few. Beside an encrypted cache it is sealed: every part by itself, with AES-256-GCM under a key of
// this one file, so that a part is decrypted when it is needed; the sums are of what lies in the file. Imports node:crypto,
// node:fs and node:zlib.
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { closeSync, fstatSync, readSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import { AppError } from '../../preload/contract/errors.ts';
import type { ChangePoint } from '../store/index-source.ts';
import { openRegular } from '../store/regular-file.ts';
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
const sealedMagic = 'afterword-sealed';
const LENGTH_DIGITS = 12;
const PREFIX_BYTES = magic.length + LENGTH_DIGITS + 9;
const PIECE_BYTES = 1 << 18;
const SALT_BYTES = 32;
const TAG_BYTES = 16;

/** What seals the parts of one file, or nothing: `tagBytes` more for each part, and `saltBytes` once. */
type Seal = {
  saltBytes: number;
  tagBytes: number;
  salt: Uint8Array;
  close(part: number, bytes: Uint8Array): Uint8Array;
  /** Decrypts in the place; false when it is not what was sealed. */
  open(part: number, bytes: Uint8Array, tag: Uint8Array): boolean;
};

const noSeal: Seal = {
  saltBytes: 0,
  tagBytes: 0,
  salt: new Uint8Array(0),
  close: (_part, bytes) => bytes,
  open: () => true,
};

/** A key of its own for every file: the number of a part is nonce enough then. */
const createSeal = (key: Uint8Array, salt: Uint8Array): Seal => {
  const fileKey = Buffer.from(hkdfSync('sha256', key, salt, 'afterword arrays', 32));
  const nonceOf = (part: number): Buffer => {
    const nonce = Buffer.alloc(12);
    nonce.writeUInt32BE(part, 8);
    return nonce;
  };
  return {
    saltBytes: SALT_BYTES,
    tagBytes: TAG_BYTES,
    salt,
    close(part, bytes) {
      const cipher = createCipheriv('aes-256-gcm', fileKey, nonceOf(part));
      return Buffer.concat([cipher.update(bytes), cipher.final(), cipher.getAuthTag()]);
    },
    open(part, bytes, tag) {
      const decipher = createDecipheriv('aes-256-gcm', fileKey, nonceOf(part), { authTagLength: TAG_BYTES });
      decipher.setAuthTag(tag);
      for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
        const piece = bytes.subarray(at, at + PIECE_BYTES);
        piece.set(decipher.update(piece));
      }
      try {
        decipher.final();
        return true;
      } catch (error) {
        if (error instanceof Error) return false;
        throw error;
      }
    },
  };
};

/** Part 0 is the line, the arrays follow. */
const HEADER_PART = 0;

/** The file's parts, in order; sealed with `key` unless that is null. To be walked through once, before the arrays change. */
export const packArrays = function* (
  header: object,
  arrays: readonly [string, NumberArray][],
  key: Uint8Array | null,
): Generator<Uint8Array> {
  const seal = key === null ? noSeal : createSeal(key, randomBytes(SALT_BYTES));
  // Sealed twice, for its sum and to be written: the same bytes both times, and never more than one part in memory.
  const closed = (array: NumberArray, index: number): Uint8Array => seal.close(HEADER_PART + 1 + index, bytesOf(array));
  const sections = arrays.map(([name, array], index) => ({
    name,
    type: typeOf(array),
    length: array.length,
    crc: crc32(closed(array, index)),
  }));
  const line = seal.close(HEADER_PART, Buffer.from(JSON.stringify({ ...header, sections })));
  const first = key === null ? magic : sealedMagic;
  const prefix = `${first}${String(line.length).padStart(LENGTH_DIGITS, '0')} ${crc32(line).toString(16).padStart(8, '0')}`;
  yield Buffer.from(prefix);
  yield seal.salt;
  yield line;
  for (const [index, [, array]] of arrays.entries()) yield closed(array, index);
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

/** `byteLength` is the array's, without what the seal adds. */
type Place = Section & { part: number; position: number; byteLength: number };

const placeSections = (sections: readonly Section[], from: number, tagBytes: number): Map<string, Place> => {
  const places = new Map<string, Place>();
  let position = from;
  for (const [index, section] of sections.entries()) {
    const byteLength = section.length * makers[section.type].BYTES_PER_ELEMENT;
    places.set(section.name, { ...section, part: HEADER_PART + 1 + index, position, byteLength });
    position += byteLength + tagBytes;
  }
  return places;
};

/** Sums the sections up in pieces: what is not taken then costs no memory. */
const isIntact = (file: number, places: Iterable<Place>, sizeOfFile: number, tagBytes: number): boolean => {
  const piece = new Uint8Array(PIECE_BYTES);
  for (const { position, byteLength, crc } of places) {
    const storedBytes = byteLength + tagBytes;
    if (position + storedBytes > sizeOfFile) return false;
    let sum = 0;
    for (let at = 0; at < storedBytes; at += PIECE_BYTES) {
      const bytes = piece.subarray(0, Math.min(PIECE_BYTES, storedBytes - at));
      if (!readInto(file, bytes, position + at)) return false;
      sum = crc32(bytes, sum);
    }
    if (sum !== crc) return false;
  }
  return true;
};

type Opened<Header> = { header: Headed<Header>; endsAt: number; seal: Seal };

const readHeader = <Header>(file: number, sizeOfFile: number, key: Uint8Array | null): Opened<Header> | null => {
  const prefix = Buffer.alloc(PREFIX_BYTES);
  // A plain file beside an encrypted cache is not ours, and the other way round.
  const first = key === null ? magic : sealedMagic;
  if (!readInto(file, prefix, 0) || prefix.toString('latin1', 0, first.length) !== first) return null;
  const lineLength = Number(prefix.toString('latin1', first.length, first.length + LENGTH_DIGITS));
  if (!Number.isSafeInteger(lineLength) || lineLength > sizeOfFile) return null;
  let seal = noSeal;
  if (key !== null) {
    const salt = new Uint8Array(SALT_BYTES);
    if (!readInto(file, salt, PREFIX_BYTES)) return null;
    seal = createSeal(key, salt);
  }
  const startsAt = PREFIX_BYTES + seal.saltBytes;
  const line = Buffer.alloc(lineLength);
  const sum = Number.parseInt(prefix.toString('latin1', -8 + PREFIX_BYTES), 16);
  if (lineLength < seal.tagBytes || !readInto(file, line, startsAt) || crc32(line) !== sum) return null;
  const text = line.subarray(0, lineLength - seal.tagBytes);
  if (!seal.open(HEADER_PART, text, line.subarray(text.length))) return null;
  return { header: JSON.parse(text.toString('utf8')) as Headed<Header>, endsAt: startsAt + lineLength, seal };
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

/**
 * The arrays of a file whose header is accepted and whose every bit is right; null when there is no such file. `key`: of the
 * files beside the cache, null when the cache is plain.
 */
export const openArrays = <Header>(
  path: string,
  accepts: (header: Header) => boolean,
  key: Uint8Array | null,
): SavedArrays<Header> | null => {
  let file: number;
  try {
    file = openRegular(path);
  } catch (error) {
    // A pipe or the like is no index.
    if (error instanceof AppError || (error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
  let isTaken = false;
  try {
    const sizeOfFile = fstatSync(file).size;
    const read = readHeader<Header>(file, sizeOfFile, key);
    if (read === null || !isSections(read.header.sections) || !accepts(read.header)) return null;
    const { seal } = read;
    const places = placeSections(read.header.sections, read.endsAt, seal.tagBytes);
    if (!isIntact(file, places.values(), sizeOfFile, seal.tagBytes)) return null;
    isTaken = true;
    return keepOpen(file, read.header, places, seal);
  } finally {
    if (!isTaken) closeSync(file);
  }
};

/** Reads a part as it lies in the file and opens its seal; false when it is not what it was. */
const readPart = (file: number, { part, position, crc }: Place, seal: Seal, bytes: Uint8Array): boolean => {
  const tag = new Uint8Array(seal.tagBytes);
  if (!readInto(file, bytes, position) || !readInto(file, tag, position + bytes.byteLength)) return false;
  return crc32(tag, crc32(bytes)) === crc && seal.open(part, bytes, tag);
};

const keepOpen = <Header>(
  file: number,
  header: Headed<Header>,
  places: ReadonlyMap<string, Place>,
  seal: Seal,
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
      const array = new makers[place.type](Math.max(place.length, room ?? 0));
      const bytes = new Uint8Array(array.buffer, 0, place.byteLength);
      if (!isOpen || !readPart(file, place, seal, bytes)) {
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
