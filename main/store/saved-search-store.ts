// The searches a user saved, in library.db. A query can name a customer: see naming-store.ts.
import type { Db } from './open.ts';

export type StoredSearch = { name: string; query: string; sort: string; savedMs: number };

export type SavedSearchStore = {
  list(workspaceId: string): StoredSearch[];
  /** Adds the search, or replaces the one of that name. */
  save(workspaceId: string, search: StoredSearch): void;
  /** True when there was one of that name. */
  remove(workspaceId: string, name: string): boolean;
};

export const createSavedSearchStore = (db: Db): SavedSearchStore => {
  const select = db.prepare(
    'SELECT name, query, sort, saved_ms AS savedMs FROM saved_search WHERE workspace = ? ORDER BY name',
  );
  const put = db.prepare(
    `INSERT INTO saved_search (workspace, name, query, sort, saved_ms) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (workspace, name) DO UPDATE SET name = excluded.name, query = excluded.query, sort = excluded.sort,
       saved_ms = excluded.saved_ms`,
  );
  const remove = db.prepare('DELETE FROM saved_search WHERE workspace = ? AND name = ?');
  return {
    list: (workspaceId) => select.all(workspaceId) as StoredSearch[],
    save: (workspaceId, { name, query, sort, savedMs }) => {
      put.run(workspaceId, name, query, sort, savedMs);
    },
    remove: (workspaceId, name) => remove.run(workspaceId, name).changes > 0,
  };
};
