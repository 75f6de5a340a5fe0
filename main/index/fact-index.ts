// The facts of one cache: made of the store when first asked for, kept in step with it by the log of changes, saved and loaded
// again. As with the search index, the caller opens a read transaction around `refresh` and what follows it.
import { besideKeyOf } from '../store/cache-key.ts';
import { factsPath, removeIndexFile } from '../store/index-file.ts';
import type { ChangePoint, IndexSource } from '../store/index-source.ts';
import { isSaved, replaceFile } from '../store/replace-file.ts';
import { type ColumnScorecards, createColumnScorecards } from './column-scorecard.ts';
import type { Dimensions } from './dimensions.ts';
import { packFacts, readFacts } from './fact-persist.ts';
import { createFactStore, type FactStore } from './fact-store.ts';
import { WORTH_SAVING } from './search-index.ts';

export type FactIndex = {
  /** Scorecards of the snapshot that the connection sees. */
  refresh(): ColumnScorecards;
  /** Saves when enough has changed since to be worth it. Not inside a transaction. */
  save(): void;
  readonly unsaved: number;
};

const BLOCK = 2000;

export type FactIndexParts = { cachePath: string; source: IndexSource; readDimensions(): Dimensions };

type Loaded = { store: FactStore; scorecards: ColumnScorecards };

export const createFactIndex = ({ cachePath, source, readDimensions }: FactIndexParts): FactIndex => {
  let loaded: Loaded | null = null;
  let file: ReturnType<typeof readFacts> = null;
  let identity = '';
  let point: ChangePoint = { seq: 0, nonce: null };
  /** Names that a queue without one learned from another row of its id: facts hold them, and no change tells of them. */
  let learnedNames = '';
  let unsaved = 0;
  let canSave = true;

  const listLearnedNames = (): string => {
    const { queues } = readDimensions();
    const names = new Map(queues.filter(({ name }) => name !== null).map(({ queueId, name }) => [queueId, name]));
    return JSON.stringify(
      queues.filter(({ name }) => name === null).map(({ id, queueId }) => [id, names.get(queueId) ?? null]),
    );
  };
  const connect = (store: FactStore): Loaded => ({ store, scorecards: createColumnScorecards(store) });

  const build = (): Loaded => {
    const store = createFactStore();
    for (const rows of source.allRows()) for (const { id, record } of rows) store.put(id, record);
    unsaved = source.count();
    return connect(store);
  };

  const applyChanges = ({ store }: Loaded, ids: readonly number[]): void => {
    if (ids.length === 0) return;
    store.remove(ids);
    for (let at = 0; at < ids.length; at += BLOCK)
      for (const { id, record } of source.rowsOf(ids.slice(at, at + BLOCK))) store.put(id, record);
    unsaved += ids.length;
  };

  /** The saved facts, caught up; null when they do not fit this cache. */
  const load = (names: string): Loaded | null => {
    file = readFacts(factsPath(cachePath), identity, createFactStore(), besideKeyOf(cachePath));
    const changed = file && file.learnedNames === names ? source.changedSince(file.point) : null;
    if (!file || !changed) return null;
    const index = connect(createFactStore(file.saved));
    unsaved = 0;
    applyChanges(index, changed);
    return index.store.count() === source.count() ? index : null;
  };

  const closeFile = (): void => {
    file?.close();
    file = null;
  };

  return {
    refresh() {
      const newest = source.newestChange();
      const isSameCache = source.identity() === identity && file?.isLost() !== true;
      if (loaded && isSameCache && newest.seq === point.seq && newest.nonce === point.nonce) return loaded.scorecards;
      const names = listLearnedNames();
      const current = names === learnedNames ? loaded : null;
      const changed = current && isSameCache ? source.changedSince(point) : null;
      const isFirst = loaded === null;
      // Should anything fail on the way, the next call begins anew.
      loaded = null;
      identity = source.identity();
      let index: Loaded;
      if (current && changed) {
        applyChanges(current, changed);
        index = current;
      } else {
        closeFile();
        const read = isFirst ? load(names) : null;
        if (!read) closeFile();
        index = read ?? build();
      }
      learnedNames = names;
      point = newest;
      loaded = index;
      return index.scorecards;
    },
    save() {
      if (!loaded || !canSave || unsaved < WORTH_SAVING) return;
      const { store } = loaded;
      const state = { identity, point, learnedNames };
      // A full disk costs the next start some time and this one nothing: the facts are in memory.
      canSave = isSaved(() => replaceFile(factsPath(cachePath), packFacts(store, state, besideKeyOf(cachePath))));
      if (canSave) unsaved = 0;
      // Somebody was forgotten meanwhile: the file just written knows them still.
      if (source.identity() !== identity) removeIndexFile(cachePath);
    },
    get unsaved() {
      return unsaved;
    },
  };
};
