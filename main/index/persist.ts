// The search index as a file of arrays, by the rules of array-file.ts. Imports the columns and array-file.ts.
import type { ChangePoint } from '../store/index-source.ts';
import { isPoint, lazily, openArrays, packArrays, type SavedArrays } from './array-file.ts';
import { wordsFor } from './bitset.ts';
import type { ColumnStore, Columns, SavedColumns } from './column-store.ts';
import { formVersion } from './columns.ts';
import { type NumberArray, roomFor } from './growable.ts';
import { createListDictionary } from './list-dictionary.ts';
import { createPackedDictionary } from './packed-dictionary.ts';

export type SavedIndex = {
  /** Its columns are read from the file when they are first asked for. */
  saved: SavedColumns;
  point: ChangePoint;
  isLost(): boolean;
  close(): void;
};

type Header = {
  form: string;
  identity: string;
  point: ChangePoint;
  size: number;
  count: number;
  words: string[];
};

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
export const packIndex = (
  store: ColumnStore,
  identity: string,
  point: ChangePoint,
  key: Uint8Array | null,
): Iterable<Uint8Array> => {
  const { size, count, words } = store;
  const header: Header = { form: formVersion, identity, point, size, count, words };
  return packArrays(header, listArrays(store), key);
};

/** The index in a file; null when there is none, or none that was made of this cache by this version. */
export const readIndex = (path: string, identity: string, key: Uint8Array | null): SavedIndex | null => {
  const isOurs = (header: Header): boolean => header.form === formVersion && header.identity === identity;
  const arrays = openArrays<Header>(path, isOurs, key);
  if (arrays === null) return null;
  const { point, size, count, words } = arrays.header;
  if (size !== arrays.lengthOf('flags') || !(count <= size) || !Array.isArray(words) || !isPoint(point)) {
    arrays.close();
    return null;
  }
  return { saved: toColumns(arrays), point, isLost: arrays.isLost, close: arrays.close };
};

const toColumns = ({ header, take, lengthOf }: SavedArrays<Header>): SavedColumns => {
  const array = <T extends NumberArray>(name: string): T => take(name) as T;
  // Places for each conversation, and long runs of text, grow with the sync; the rest is copied when it grows.
  const places = <T extends NumberArray>(name: string): T => take(name, roomFor(lengthOf(name))) as T;
  const named = <T>(kind: string, make: (name: string) => T): Record<string, T> => {
    const columns: Record<string, T> = {};
    for (const { name } of header.sections) {
      const [first, column = ''] = name.split(' ');
      if (first === kind) lazily(columns, column, () => make(column));
    }
    return columns;
  };
  const columns = {
    numbers: named('numbers', (name) => places(`numbers ${name}`)),
    terms: named('terms', (name) => places(`terms ${name}`)),
    ids: named('ids', (name) => places(`ids ${name}`)),
    lists: named('lists', (name) => ({
      codes: places(`lists ${name}`),
      dictionary: createListDictionary({ starts: array(`starts ${name}`), elements: array(`elements ${name}`) }),
    })),
    packed: named('packed', (name) => ({
      codes: places(`packed ${name}`),
      dictionary: createPackedDictionary({
        bytes: places(`bytes ${name}`),
        ends: array(`ends ${name}`),
        hashes: array(`hashes ${name}`),
      }),
    })),
  } as unknown as Columns;
  lazily(columns, 'flags', () => places('flags'));
  const { words, size, count } = header;
  return { columns, words, size, count, alive: array<Uint32Array>('alive') };
};
