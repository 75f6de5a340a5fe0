// The search index of one cache: made of the store once, kept in step with it by the log of changes, saved and loaded
// again. Every answer is of one snapshot: the caller opens a read transaction around `refresh` and what follows it. Between
// answers `takeIn` may do some of the work of the next `refresh`, which then does the rest before anything is answered.
import type { QueryNode } from '../search/ast.ts';
import { besideKeyOf } from '../store/cache-key.ts';
import { indexPath, removeIndexFile } from '../store/index-file.ts';
import type { ChangePoint, IndexSource } from '../store/index-source.ts';
import { isSaved, replaceFile } from '../store/replace-file.ts';
import type { SearchStore } from '../store/search-store.ts';
import { type Bitset, countBits } from './bitset.ts';
import { type ColumnStore, createColumnStore } from './column-store.ts';
import { createSpaces, type Dimensions, type Space, type SpaceName } from './dimensions.ts';
import { createEvaluator, type Evaluator } from './evaluate.ts';
import { createFacetCounter, type FacetCounter, type Facets } from './facets.ts';
import { packIndex, readIndex, type SavedIndex } from './persist.ts';
import { createSorter, type Position, type Sort, type Sorter } from './sort.ts';

export type IndexParts = {
  cachePath: string;
  source: IndexSource;
  text: SearchStore;
  /** The same object while nothing was added. */
  readDimensions(): Dimensions;
};

export type SearchRequest = {
  query: QueryNode;
  sort: Sort;
  limit: number;
  start: { offset: number } | { after: Position };
  /** IANA zone of the facet of days. */
  zone: string;
  withFacets: boolean;
};
export type Found = { total: number; ids: number[]; facets: Facets | null; next: Position | null };

/** Everything that is made of one state of the columns. */
export type LoadedIndex = {
  store: ColumnStore;
  evaluator: Evaluator;
  facets: FacetCounter;
  sorter: Sorter;
  spaceOf(name: SpaceName): Space;
};

export type SearchIndex = {
  /** Brings the index to the snapshot that the connection sees. */
  refresh(): LoadedIndex;
  /** Does a part of what only a change needs, unless there is no index yet; true while there are more. */
  prepare(): boolean;
  /** Takes in the next few of the changes that the connection sees, unless there is no index yet; true when more are left. */
  takeIn(): boolean;
  search(request: SearchRequest): Found;
  /** Ids oldest first, from behind `after`. */
  walk(query: QueryNode, after: { startedS: number; id: number } | null, limit: number): number[];
  startedOf(id: number): number;
  /** Saves when enough has changed since to be worth it, and nothing is left to take in. Not inside a transaction. */
  save(): void;
  /** Conversations added, changed or removed since it was saved. */
  readonly unsaved: number;
};

/** Fewer changes than these are sooner read again than saved. */
export const WORTH_SAVING = 2000;
const BLOCK = 2000;
/** Changes taken in at once between two answers: whoever asks meanwhile waits for two or three milliseconds. */
const TAKEN_AT_ONCE = 60;

export const createSearchIndex = ({ cachePath, source, text, readDimensions }: IndexParts): SearchIndex => {
  let loaded: LoadedIndex | null = null;
  let file: SavedIndex | null = null;
  let spaceOf: (name: SpaceName) => Space;
  let identity = '';
  /** The index holds every change up to here, and of later ones perhaps some. */
  let point: ChangePoint = { seq: 0, nonce: null };
  /** False while `takeIn` has more to do: rows are read as they are then, which may be newer than `point`. */
  let isWhole = true;
  /** What the spaces are made of. */
  let dimensions: Dimensions | null = null;
  let unsaved = 0;
  let canSave = true;

  const connect = (store: ColumnStore): LoadedIndex => {
    const spaces = (name: SpaceName): Space => spaceOf(name);
    return {
      store,
      evaluator: createEvaluator(store, text, spaces),
      facets: createFacetCounter(store, spaces),
      sorter: createSorter(store, spaces),
      spaceOf: spaces,
    };
  };
  const readSpaces = ({ store, evaluator }: LoadedIndex): void => {
    const newest = readDimensions();
    if (newest === dimensions) return;
    dimensions = newest;
    spaceOf = createSpaces(newest, () => store.words);
    // A new name of an agent or a queue is a name of older conversations too.
    evaluator.forget();
  };

  const build = (): LoadedIndex => {
    const store = createColumnStore();
    store.reserve(source.lastId() + 1);
    for (const rows of source.allRows()) for (const row of rows) store.put(row);
    unsaved = store.count;
    return connect(store);
  };

  const applyChanges = ({ store, evaluator, facets }: LoadedIndex, ids: readonly number[]): void => {
    for (let at = 0; at < ids.length; at += BLOCK) {
      const block = ids.slice(at, at + BLOCK);
      const rows = source.rowsOf(block);
      const there = new Set(rows.map(({ id }) => id));
      facets.leave(block);
      for (const id of block) if (!there.has(id)) store.remove(id);
      for (const row of rows) store.put(row);
      facets.enter(block);
      evaluator.note(block);
    }
    unsaved += ids.length;
  };

  /** The saved index, caught up; null when it does not fit this cache. */
  const load = (): LoadedIndex | null => {
    file = readIndex(indexPath(cachePath), identity, besideKeyOf(cachePath));
    const changed = file && source.changedSince(file.point);
    if (!file || !changed) return null;
    const index = connect(createColumnStore(file.saved));
    unsaved = 0;
    applyChanges(index, changed);
    return index.store.count === source.count() ? index : null;
  };

  const closeFile = (): void => {
    file?.close();
    file = null;
  };
  const isSameAsLoaded = (): boolean => source.identity() === identity && file?.isLost() !== true;
  const refresh = (): LoadedIndex => {
    const newest = source.newestChange();
    const isSameCache = isSameAsLoaded();
    if (loaded && isSameCache && isWhole && newest.seq === point.seq && newest.nonce === point.nonce) return loaded;
    const changed = loaded && isSameCache ? source.changedSince(point) : null;
    const current = loaded;
    // Should anything fail on the way, the next call begins anew.
    loaded = null;
    identity = source.identity();
    let index: LoadedIndex;
    if (current && changed) {
      applyChanges(current, changed);
      index = current;
    } else {
      closeFile();
      const read = current ? null : load();
      if (!read) closeFile();
      index = read ?? build();
      dimensions = null;
    }
    readSpaces(index);
    point = newest;
    isWhole = true;
    loaded = index;
    return index;
  };

  const prepare = (): boolean => {
    const index = loaded;
    loaded = null;
    const isMore = index?.store.prepare() ?? false;
    loaded = index;
    return isMore;
  };
  const takeIn = (): boolean => {
    const index = loaded;
    const next = index && isSameAsLoaded() ? source.nextChanges(point, TAKEN_AT_ONCE) : null;
    if (!index || !next) return false;
    loaded = null;
    isWhole = next.ids.length === 0;
    if (isWhole) readSpaces(index);
    else applyChanges(index, next.ids);
    ({ point } = next);
    loaded = index;
    return !isWhole;
  };

  return {
    refresh,
    prepare,
    takeIn,
    search({ query, sort, limit, start, zone, withFacets }) {
      const { evaluator, facets, sorter } = refresh();
      const hits: Bitset = evaluator.evaluate(query);
      const total = countBits(hits);
      // One more than asked for tells whether there is a next page.
      const ids = sorter.page(hits, sort, limit + 1, start);
      const shown = ids.slice(0, limit);
      const last = shown.at(-1);
      return {
        total,
        ids: shown,
        facets: withFacets ? facets.count(hits, zone) : null,
        next: ids.length > limit && last !== undefined ? sorter.positionOf(last, sort) : null,
      };
    },
    walk(query, after, limit) {
      const { evaluator, sorter } = refresh();
      return sorter.walk(evaluator.evaluate(query), after, limit);
    },
    startedOf: (id) => loaded?.store.columns.numbers.started[id] ?? 0,
    save() {
      if (!loaded || !isWhole || !canSave || unsaved < WORTH_SAVING) return;
      const { store } = loaded;
      // A full disk costs the next start some time and this one nothing: the index is in memory.
      canSave = isSaved(() =>
        replaceFile(indexPath(cachePath), packIndex(store, identity, point, besideKeyOf(cachePath))),
      );
      if (canSave) unsaved = 0;
      // Somebody was forgotten meanwhile: the file just written knows them still.
      if (source.identity() !== identity) removeIndexFile(cachePath);
    },
    get unsaved() {
      return unsaved;
    },
  };
};
