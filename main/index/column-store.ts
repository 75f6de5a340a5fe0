// The columns themselves: one place for each conversation, at its id. Owns putting a row in, taking it out, and the order
// of starts. Knows no SQL, no query and no file.
import { flags } from '../search/ast.ts';
import type { IndexRow } from '../store/conversation-columns.ts';
import { type Bitset, clearBit, hasBit, setBit, wordsFor } from './bitset.ts';
import {
  type ColumnInput,
  hashId,
  type IdColumnName,
  idColumns,
  type ListColumnName,
  listColumns,
  type NumberColumnName,
  numberColumns,
  type PackedColumnName,
  packedColumns,
  readFlags,
  type TermColumnName,
  termColumns,
  toColumnInput,
} from './columns.ts';
import { type NumberArray, roomFor, withRoom } from './growable.ts';
import { createListDictionary, type ListDictionary } from './list-dictionary.ts';
import { createPackedDictionary, type PackedDictionary } from './packed-dictionary.ts';
import { createStartOrder } from './start-order.ts';

/** Stands for an unknown number in an Int32Array; NaN does in the others. */
export const NO_INTEGER = -2147483648;
const LARGEST = 2147483647;

export type CodeArray = Uint16Array | Uint32Array;
export type Columns = {
  numbers: Record<NumberColumnName, Float64Array | Int32Array | Float32Array>;
  terms: Record<TermColumnName, CodeArray>;
  lists: Record<ListColumnName, { codes: CodeArray; dictionary: ListDictionary }>;
  packed: Record<PackedColumnName, { codes: Uint32Array; dictionary: PackedDictionary }>;
  ids: Record<IdColumnName, Uint32Array>;
  flags: Uint16Array;
};

export type ColumnStore = {
  readonly columns: Columns;
  /** Words of dispositions, skills and outcomes; code c is words[c], 0 is none. */
  readonly words: string[];
  /** One more than the highest id. */
  readonly size: number;
  /** The conversations that are there, `size` bits. */
  readonly alive: Bitset;
  readonly count: number;
  /** Makes room for ids below `size`, so that filling it copies nothing. */
  reserve(size: number): void;
  /**
   * Does the next part of what only a change needs (a column that was still in the file, a table of texts); true while there
   * are more. All of it together takes 0.2 s at a million conversations, once, and the first change does what is left.
   */
  prepare(): boolean;
  put(row: IndexRow): void;
  remove(id: number): void;
  /** Ids by start, then by id. Good until the next change. */
  startOrder(): Uint32Array;
};

type NamesOf<T> = (keyof T & string)[];
const mapOf = <K extends string, V>(names: readonly K[], make: (name: K) => V): Record<K, V> =>
  Object.fromEntries(names.map((name) => [name, make(name)])) as Record<K, V>;

const arrayTypes = { f64: Float64Array, i32: Int32Array, f32: Float32Array } as const;

export type SavedColumns = { columns: Columns; words: string[]; size: number; alive: Bitset; count: number };

const emptyColumns = (): SavedColumns => ({
  words: [''],
  size: 1,
  count: 0,
  alive: new Uint32Array(2),
  columns: {
    numbers: mapOf(Object.keys(numberColumns) as NumberColumnName[], (n) => new arrayTypes[numberColumns[n].type](64)),
    terms: mapOf(Object.keys(termColumns) as TermColumnName[], () => new Uint16Array(64)),
    lists: mapOf(Object.keys(listColumns) as ListColumnName[], () => ({
      codes: new Uint16Array(64),
      dictionary: createListDictionary(),
    })),
    packed: mapOf(Object.keys(packedColumns) as PackedColumnName[], () => ({
      codes: new Uint32Array(64),
      dictionary: createPackedDictionary(),
    })),
    ids: mapOf(Object.keys(idColumns) as IdColumnName[], () => new Uint32Array(64)),
    flags: new Uint16Array(64),
  },
});

export const createColumnStore = (saved: SavedColumns = emptyColumns()): ColumnStore => {
  const { columns, words } = saved;
  let { size, alive, count } = saved;
  const codeOfWord = new Map(words.map((word, code) => [word, code]));
  const order = createStartOrder();

  const numberNames = Object.keys(columns.numbers) as NamesOf<Columns['numbers']>;
  const termNames = Object.keys(columns.terms) as NamesOf<Columns['terms']>;
  const listNames = Object.keys(columns.lists) as NamesOf<Columns['lists']>;
  const packedNames = Object.keys(columns.packed) as NamesOf<Columns['packed']>;
  const idNames = Object.keys(columns.ids) as NamesOf<Columns['ids']>;

  const wordCode = (word: string): number => {
    const known = codeOfWord.get(word);
    if (known !== undefined) return known;
    words.push(word);
    codeOfWord.set(word, words.length - 1);
    return words.length - 1;
  };

  const reserve = (wanted: number): void => {
    if (columns.flags.length >= wanted) return;
    const room = roomFor(wanted);
    const grown = <T extends NumberArray>(array: T): T => withRoom(array, room);
    for (const name of numberNames) columns.numbers[name] = grown(columns.numbers[name]);
    for (const name of termNames) columns.terms[name] = grown(columns.terms[name]);
    for (const name of listNames) columns.lists[name].codes = grown(columns.lists[name].codes);
    for (const name of packedNames) columns.packed[name].codes = grown(columns.packed[name].codes);
    for (const name of idNames) columns.ids[name] = grown(columns.ids[name]);
    columns.flags = grown(columns.flags);
  };

  /** Two bytes are enough for most columns; the first code beyond them makes it four. */
  const fitting = (codes: CodeArray, code: number): CodeArray =>
    code <= 0xffff || codes instanceof Uint32Array ? codes : Uint32Array.from(codes);

  const putNumbers = (id: number, input: ColumnInput): void => {
    for (const name of numberNames) {
      const { type, read } = numberColumns[name];
      const value = read(input);
      const array = columns.numbers[name];
      if (type !== 'i32') array[id] = value ?? Number.NaN;
      // Nobody waits for 68 years: what is beyond stays beyond every comparison.
      else array[id] = value === null ? NO_INTEGER : Math.max(-LARGEST, Math.min(LARGEST, Math.round(value)));
    }
  };

  const remove = (id: number): void => {
    if (id >= size || !hasBit(alive, id)) return;
    order.touch(id, true);
    count -= 1;
    clearBit(alive, id);
    for (const name of numberNames) {
      const array = columns.numbers[name];
      array[id] = array instanceof Int32Array ? NO_INTEGER : Number.NaN;
    }
    for (const name of termNames) columns.terms[name][id] = 0;
    for (const name of listNames) columns.lists[name].codes[id] = 0;
    for (const name of packedNames) columns.packed[name].codes[id] = 0;
    for (const name of idNames) columns.ids[name][id] = 0;
    columns.flags[id] = 0;
  };

  /** Each is one step, or says that it has more to do. */
  const steps: (() => unknown)[] = [
    ...numberNames.map((name) => () => void columns.numbers[name]),
    ...termNames.map((name) => () => void columns.terms[name]),
    ...idNames.map((name) => () => void columns.ids[name]),
    ...listNames.flatMap((name) => [() => void columns.lists[name], () => columns.lists[name].dictionary.prepare()]),
    ...packedNames.flatMap((name) => [
      () => void columns.packed[name],
      () => columns.packed[name].dictionary.prepare(),
    ]),
    () => void columns.flags,
  ];
  let prepared = 0;

  return {
    columns,
    words,
    reserve,
    prepare() {
      if (steps[prepared]?.() !== true) prepared += 1;
      return prepared < steps.length;
    },
    get size() {
      return size;
    },
    get alive() {
      return alive;
    },
    get count() {
      return count;
    },
    put(row) {
      const { id } = row;
      const input = toColumnInput(row);
      if (id >= size) {
        size = id + 1;
        reserve(size);
      }
      if (alive.length < wordsFor(size)) alive = withRoom(alive, wordsFor(size));
      const wasThere = hasBit(alive, id);
      if (!wasThere || columns.numbers.started[id] !== row.record.startedAtS) order.touch(id, wasThere);
      if (!wasThere) count += 1;
      setBit(alive, id);
      putNumbers(id, input);
      for (const name of termNames) {
        const code = termColumns[name](row);
        const codes = fitting(columns.terms[name], code);
        codes[id] = code;
        columns.terms[name] = codes;
      }
      for (const name of listNames) {
        const list = columns.lists[name];
        const values: readonly (number | string)[] = listColumns[name].read(input);
        const code = list.dictionary.intern(
          values.map((value) => (typeof value === 'string' ? wordCode(value) : value)),
        );
        list.codes = fitting(list.codes, code);
        list.codes[id] = code;
      }
      for (const name of packedNames) {
        const packed = columns.packed[name];
        packed.codes[id] = packed.dictionary.intern(packedColumns[name](row));
      }
      for (const name of idNames) columns.ids[name][id] = hashId(idColumns[name](row));
      columns.flags[id] = readFlags(input);
    },
    remove,
    startOrder: () => order.list(alive, size, columns.numbers.started),
  };
};

if (flags.length > 16) throw new Error('more flags than bits of a flag column');
