// The index as a file: a line of JSON that says what follows and what the index was made of, then the arrays. A file that
// is not exactly what it should be (another form, another cache, a flipped bit, a missing end) is no file. Imports node:fs,
// node:zlib and the columns.
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import type { ChangePoint } from '../store/index-source.ts';
import { wordsFor } from './bitset.ts';
import type { ColumnStore, Columns, SavedColumns } from './column-store.ts';
import { formVersion } from './columns.ts';
import { type NumberArray, roomFor } from './growable.ts';
import { createListDictionary } from './list-dictionary.ts';
import { createPackedDictionary } from './packed-dictionary.ts';

export type SavedIndex = { saved: SavedColumns; point: ChangePoint };

type ArrayType = 'u8' | 'u16' | 'u32' | 'i32' | 'f32' | 'f64';
type Section = { name: string; type: ArrayType; length: number; crc: number };
type Header = {
  form: string;
  identity: string;
  point: ChangePoint;
  size: number;
  count: number;
  words: string[];
  sections: Section[];
};

const makers = {
  u8: Uint8Array,
  u16: Uint16Array,
  u32: Uint32Array,
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

/** Every array of the index under its name. Arrays of one place for each conversation are cut to `size`. */
const listArrays = (store: ColumnStore): [string, NumberArray][] => {
  const { columns, size } = store;
  const entries = <T>(of: Record<string, T>): [string, T][] => Object.entries(of);
  return [
    ['alive', store.alive.subarray(0, wordsFor(size))],
    ['flags', columns.flags.subarray(0, size)],
    ...entries(columns.numbers).map(([name, array]): [string, NumberArray] => [
      `numbers ${name}`,
      array.subarray(0, size),
    ]),
    ...entries(columns.terms).map(([name, array]): [string, NumberArray] => [`terms ${name}`, array.subarray(0, size)]),
    ...entries(columns.ids).map(([name, array]): [string, NumberArray] => [`ids ${name}`, array.subarray(0, size)]),
    ...entries(columns.lists).flatMap(([name, { codes, dictionary }]): [string, NumberArray][] => {
      const { starts, elements } = dictionary.state();
      return [
        [`lists ${name}`, codes.subarray(0, size)],
        [`starts ${name}`, starts],
        [`elements ${name}`, elements],
      ];
    }),
    ...entries(columns.packed).flatMap(([name, { codes, dictionary }]): [string, NumberArray][] => {
      const { bytes, ends, hashes } = dictionary.state();
      return [
        [`packed ${name}`, codes.subarray(0, size)],
        [`bytes ${name}`, bytes],
        [`ends ${name}`, ends],
        [`hashes ${name}`, hashes],
      ];
    }),
  ];
};

/** The file's parts, in order. */
export const packIndex = (store: ColumnStore, identity: string, point: ChangePoint): Uint8Array[] => {
  const arrays = listArrays(store);
  const header: Header = {
    form: formVersion,
    identity,
    point,
    size: store.size,
    count: store.count,
    words: store.words,
    sections: arrays.map(([name, array]) => ({
      name,
      type: typeOf(array),
      length: array.length,
      crc: crc32(bytesOf(array)),
    })),
  };
  const line = Buffer.from(JSON.stringify(header));
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

/** The index in a file; null when there is none, or none that was made of this cache by this version. */
export const readIndex = (path: string, identity: string): SavedIndex | null => {
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
    const header = JSON.parse(line.toString('utf8')) as Header;
    if (header.form !== formVersion || header.identity !== identity) return null;
    const arrays = new Map<string, NumberArray>();
    for (const { name, type, length, crc } of header.sections) {
      if (length * makers[type].BYTES_PER_ELEMENT > sizeOfFile) return null;
      // Places for each conversation grow with the sync; the rest is copied when it grows.
      const isColumn = /^(flags|numbers|terms|ids|lists|packed)/.test(name);
      const room = isColumn ? roomFor(length) : length;
      const array = new makers[type](room);
      const bytes = new Uint8Array(array.buffer, 0, length * array.BYTES_PER_ELEMENT);
      if (!readInto(file, bytes) || crc32(bytes) !== crc) return null;
      arrays.set(name, array);
    }
    return { saved: toColumns(header, arrays), point: header.point };
  } finally {
    closeSync(file);
  }
};

const toColumns = (header: Header, arrays: ReadonlyMap<string, NumberArray>): SavedColumns => {
  const take = <T extends NumberArray>(name: string): T => arrays.get(name) as T;
  const named = <T>(kind: string, make: (name: string) => T): Record<string, T> =>
    Object.fromEntries(
      header.sections
        .map(({ name }) => name.split(' '))
        .filter(([first]) => first === kind)
        .map(([, name = '']) => [name, make(name)]),
    );
  const columns = {
    flags: take<Uint16Array>('flags'),
    numbers: named('numbers', (name) => take(`numbers ${name}`)),
    terms: named('terms', (name) => take(`terms ${name}`)),
    ids: named('ids', (name) => take(`ids ${name}`)),
    lists: named('lists', (name) => ({
      codes: take(`lists ${name}`),
      dictionary: createListDictionary({ starts: take(`starts ${name}`), elements: take(`elements ${name}`) }),
    })),
    packed: named('packed', (name) => ({
      codes: take(`packed ${name}`),
      dictionary: createPackedDictionary({
        bytes: take(`bytes ${name}`),
        ends: take(`ends ${name}`),
        hashes: take(`hashes ${name}`),
      }),
    })),
  } as unknown as Columns;
  const { words, size, count } = header;
  return { columns, words, size, count, alive: take<Uint32Array>('alive') };
};
