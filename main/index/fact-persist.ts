// The facts as a file of arrays, by the rules of array-file.ts. May import the fact files and array-file.ts.
import { qualityIssues } from '../metrics/facts.ts';
import type { ChangePoint } from '../store/index-source.ts';
import { isPoint, openArrays, packArrays } from './array-file.ts';
import {
  conversationFlags,
  entryFlags,
  type FactStore,
  listFactColumns,
  type SavedFacts,
  segmentFlags,
} from './fact-store.ts';
import type { FactArray } from './fact-table.ts';
import type { NumberArray } from './growable.ts';

type State = { identity: string; point: ChangePoint; learnedNames: string };
type Header = State & {
  form: string;
  size: number;
  words: string[];
  lengths: Record<string, { length: number; struckOut: number }>;
};

/** What saved facts must have been made with. The number goes up when a definition changes and its name does not. */
const formOf = (store: FactStore): string =>
  JSON.stringify([
    1,
    listFactColumns(store).map(({ name }) => name),
    segmentFlags,
    entryFlags,
    conversationFlags,
    qualityIssues,
  ]);

export const packFacts = (store: FactStore, state: State, key: Uint8Array | null): Iterable<Uint8Array> => {
  const header: Header = {
    ...state,
    form: formOf(store),
    size: store.size,
    words: store.words.values,
    lengths: Object.fromEntries(
      Object.entries(store.tables).map(([name, { length, struckOut }]) => [name, { length, struckOut }]),
    ),
  };
  const arrays = listFactColumns(store).map(({ name, column, length }): [string, NumberArray] => [
    name,
    column.array.subarray(0, length),
  ]);
  return packArrays(header, arrays, key);
};

/** Columns are read from the file when they are first asked for. */
type ReadFacts = State & { saved: SavedFacts; isLost(): boolean; close(): void };

/** The facts in a file; null when there is none, or none that was made of this cache by this version. */
export const readFacts = (
  path: string,
  identity: string,
  empty: FactStore,
  key: Uint8Array | null,
): ReadFacts | null => {
  const form = formOf(empty);
  const isOurs = (header: Header): boolean => header.form === form && header.identity === identity;
  const arrays = openArrays<Header>(path, isOurs, key);
  if (arrays === null) return null;
  const { size, words, lengths, point, learnedNames } = arrays.header;
  if (!Array.isArray(words) || !isPoint(point)) {
    arrays.close();
    return null;
  }
  const take = (name: string): FactArray => arrays.take(name) as FactArray;
  const { isLost, close } = arrays;
  return { identity, point, learnedNames, saved: { size, words, lengths, take }, isLost, close };
};
