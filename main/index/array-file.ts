// Arrays of numbers as a file: a line of JSON that says what follows, then the arrays. A file that is not exactly what it should
// be (another form, a flipped bit, a missing end) is no file. Imports node:fs and node:zlib.
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { crc32 } from 'node:zlib';
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

const readInto = (file: number, target: Uint8Array): boolean => {
  let at = 0;
  while (at < target.byteLength) {
    const read = readSync(file, target, at, target.byteLength - at, null);
    if (read === 0) return false;
    at += read;
  }
  return true;
};

/** The arrays of a file whose header is accepted, each with the room that `roomOf` gives it; null when there is no such file. */
export const readArrays = <Header>(
  path: string,
  accepts: (header: Header) => boolean,
  roomOf: (name: string, length: number) => number = (_, length) => length,
): { header: Headed<Header>; arrays: Map<string, NumberArray> } | null => {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
  try {
    const prefix = Buffer.alloc(PREFIX_BYTES);
    if (!readInto(file, prefix) || prefix.toString('latin1', 0, magic.length) !== magic) return null;
    const lineLength = Number(prefix.toString('latin1', magic.length, magic.length + LENGTH_DIGITS));
    const sizeOfFile = fstatSync(file).size;
    if (!Number.isSafeInteger(lineLength) || lineLength > sizeOfFile) return null;
    const line = Buffer.alloc(lineLength);
    if (!readInto(file, line) || crc32(line) !== Number.parseInt(prefix.toString('latin1', -8 + PREFIX_BYTES), 16))
      return null;
    const header = JSON.parse(line.toString('utf8')) as Headed<Header>;
    if (!accepts(header)) return null;
    const arrays = new Map<string, NumberArray>();
    for (const { name, type, length, crc } of header.sections) {
      if (length * makers[type].BYTES_PER_ELEMENT > sizeOfFile) return null;
      const array = new makers[type](roomOf(name, length));
      const bytes = new Uint8Array(array.buffer, 0, length * array.BYTES_PER_ELEMENT);
      if (!readInto(file, bytes) || crc32(bytes) !== crc) return null;
      arrays.set(name, array);
    }
    return { header, arrays };
  } finally {
    closeSync(file);
  }
};
