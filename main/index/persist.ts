// The search index as a file of arrays, by the rules of array-file.ts. Imports the columns and array-file.ts.
import type { ChangePoint } from '../store/index-source.ts';
import { packArrays, readArrays } from './array-file.ts';
import { wordsFor } from './bitset.ts';
import type { ColumnStore, Columns, SavedColumns } from './column-store.ts';
import { formVersion } from './columns.ts';
import { type NumberArray, roomFor } from './growable.ts';
import { createListDictionary } from './list-dictionary.ts';
import { createPackedDictionary } from './packed-dictionary.ts';

export type SavedIndex = { saved: SavedColumns; point: ChangePoint };

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
export const packIndex = (store: ColumnStore, identity: string, point: ChangePoint): Uint8Array[] => {
  const { size, count, words } = store;
  const header: Header = { form: formVersion, identity, point, size, count, words };
  return packArrays(header, listArrays(store));
};

/** The index in a file; null when there is none, or none that was made of this cache by this version. */
export const readIndex = (path: string, identity: string): SavedIndex | null => {
  const read = readArrays<Header>(
    path,
    (header) => header.form === formVersion && header.identity === identity,
    // Places for each conversation grow with the sync; the rest is copied when it grows.
    (name, length) => (/^(flags|numbers|terms|ids|lists|packed)/.test(name) ? roomFor(length) : length),
  );
  return read && { saved: toColumns(read.header, read.arrays), point: read.header.point };
};

const toColumns = (
  header: Header & { sections: { name: string }[] },
  arrays: ReadonlyMap<string, NumberArray>,
): SavedColumns => {
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
