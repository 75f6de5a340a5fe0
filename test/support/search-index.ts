// The search index over a cache of a test's own, put together as the query worker does it, without the thread.
import { createSearchIndex, type Found, type SearchIndex, type SearchRequest } from '../../main/index/search-index.ts';
import { parsePeriod } from '../../main/metrics/period.ts';
import { parseQuery } from '../../main/search/query.ts';
import type { DayContext } from '../../main/search/values.ts';
import { openCacheForReading } from '../../main/store/cache.ts';
import { createIndexSource } from '../../main/store/index-source.ts';
import type { Db } from '../../main/store/open.ts';
import { createSearchStore, type SearchStore } from '../../main/store/search-store.ts';
import { createDimensionReader, createTermReader } from '../../main/store/terms.ts';

export type TestIndex = {
  db: Db;
  index: SearchIndex;
  text: SearchStore;
  /** One answer from one snapshot. */
  search(query: string, options?: Partial<Omit<SearchRequest, 'query'>>): Found;
  snapshot<T>(work: () => T): T;
};

export const daysIn = (zone: string, nowMs: number): DayContext => ({
  zone,
  nowMs,
  parseDay: (text) => parsePeriod(text, { zone, nowMs }),
});

export const openTestIndex = (cachePath: string, days: DayContext): TestIndex => {
  const db = openCacheForReading(cachePath);
  const terms = createTermReader(db);
  const text = createSearchStore(db);
  const source = createIndexSource(db, terms);
  const index = createSearchIndex({ cachePath, source, text, readDimensions: createDimensionReader(db) });
  const snapshot = <T>(work: () => T): T =>
    db
      .transaction(() => {
        terms.reload();
        return work();
      })
      .deferred();
  return {
    db,
    index,
    text,
    snapshot,
    search: (query, options = {}) =>
      snapshot(() =>
        index.search({
          query: parseQuery(query, days),
          sort: { by: 'started', isDescending: false },
          limit: 1_000_000,
          start: { offset: 0 },
          zone: days.zone,
          withFacets: false,
          ...options,
        }),
      ),
  };
};
