// What the search index is built from: the conversations, the log of changes, and the marks by which a saved index proves that
// it belongs to this file. Reads only. What we never wrote is damage (sound-values.ts).
import { type IndexRow, prepareColumns, toIndexRow } from './conversation-columns.ts';
import type { Db } from './open.ts';
import { damagedContent } from './sound-values.ts';
import type { TermReader } from './terms.ts';

/** Where in the log of changes an index stands. */
export type ChangePoint = { seq: number; nonce: number | null };

export type IndexSource = {
  /** Differs for every cache file, and after every forgetting. */
  identity(): string;
  newestChange(): ChangePoint;
  /** Conversations changed since; null when the log does not reach back there or is another's. */
  changedSince(point: ChangePoint): number[] | null;
  /** The first so many of those changes, and the place behind them. */
  nextChanges(point: ChangePoint, limit: number): { ids: number[]; point: ChangePoint } | null;
  /** All conversations in the order of their ids, in blocks. */
  allRows(): Generator<IndexRow[]>;
  /** Those of these that (still) exist. */
  rowsOf(ids: readonly number[]): IndexRow[];
  count(): number;
  /** 0 when there is none. */
  lastId(): number;
};

/** Few enough that a block is gone again before the collector of garbage takes it for something that lasts. */
const BLOCK = 250;

/** A thousand times the largest cache that was measured. */
const LARGEST_ID = 1_000_000_000;

export const createIndexSource = (db: Db, terms: TermReader): IndexSource => {
  const readRange = prepareColumns(db, 'BETWEEN ? AND ?', 'marks');
  const readIds = prepareColumns(db, 'IN (SELECT value FROM json_each(?))', 'marks');
  const selectIdentity = db.prepare(`SELECT cache_id || ' ' || forgets FROM index_identity`).pluck();
  const selectNewest = db.prepare('SELECT seq, nonce FROM conversation_change ORDER BY seq DESC LIMIT 1');
  const selectNonce = db.prepare('SELECT nonce FROM conversation_change WHERE seq = ?').pluck();
  const selectOldest = db.prepare('SELECT min(seq) FROM conversation_change').pluck();
  const selectChanged = db.prepare('SELECT DISTINCT conversation FROM conversation_change WHERE seq > ?').pluck();
  const selectNext = db.prepare(
    'SELECT seq, nonce, conversation FROM conversation_change WHERE seq > ? ORDER BY seq LIMIT ?',
  );
  const selectLastId = db.prepare('SELECT max(id) FROM conversation').pluck();
  const selectNextId = db.prepare('SELECT min(id) FROM conversation WHERE id > ?').pluck();
  const selectFirstId = db.prepare<[], number | null>('SELECT min(id) FROM conversation').pluck();
  const selectCount = db.prepare('SELECT count(*) FROM conversation').pluck();

  /** Before the first change there is nothing to compare; everything since must be in the log. */
  const isKnown = ({ seq, nonce }: ChangePoint): boolean => {
    if (seq !== 0) return selectNonce.get(seq) === nonce;
    const oldest = selectOldest.get() as number | null;
    return oldest === null || oldest === 1;
  };
  /** Every place up to it takes room in the index. Ids are given one after the other. */
  const lastId = (): number => {
    const last = (selectLastId.get() as number | null) ?? 0;
    if (last > LARGEST_ID || (selectFirstId.get() ?? 1) < 1) throw damagedContent();
    return last;
  };

  return {
    identity: () => selectIdentity.get() as string,
    newestChange: () => (selectNewest.get() as ChangePoint | undefined) ?? { seq: 0, nonce: null },
    changedSince: (point) => (isKnown(point) ? (selectChanged.all(point.seq) as number[]) : null),
    nextChanges(point, limit) {
      if (!isKnown(point)) return null;
      const changes = selectNext.all(point.seq, limit) as (ChangePoint & { conversation: number })[];
      const { seq, nonce } = changes.at(-1) ?? point;
      return { ids: [...new Set(changes.map(({ conversation }) => conversation))], point: { seq, nonce } };
    },
    *allRows() {
      const last = lastId();
      // After a hole of any size the next id is looked up.
      for (let from = selectNextId.get(0) as number | null; from !== null && from <= last; ) {
        yield readRange(from, from + BLOCK - 1).map((columns) => toIndexRow(columns, terms));
        from = selectNextId.get(from + BLOCK - 1) as number | null;
      }
    },
    rowsOf: (ids) => readIds(JSON.stringify(ids)).map((columns) => toIndexRow(columns, terms)),
    count: () => selectCount.get() as number,
    lastId,
  };
};

/** So many of the last changes are kept; an index that is further behind is built anew, which takes no longer. */
const KEPT_CHANGES = 500_000;

export const pruneChanges = (db: Db): void => {
  db.prepare('DELETE FROM conversation_change WHERE seq <= (SELECT max(seq) FROM conversation_change) - ?').run(
    KEPT_CHANGES,
  );
};
