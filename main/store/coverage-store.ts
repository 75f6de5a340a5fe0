// Coverage in the cache: which time ranges each endpoint was asked for, and what became of it.
import type { Endpoint } from '../../preload/contract/conversation.ts';
import type { Db } from './open.ts';
import { soundTimeMs, soundTimeS } from './sound-values.ts';

export type WindowState = 'complete' | 'open' | 'capped' | 'failed';
/** A half-open range [fromS, toS) of one endpoint. */
export type CoverageWindow = {
  endpoint: Endpoint;
  fromS: number;
  toS: number;
  state: WindowState;
  fetchedMs: number | null;
  note: string | null;
};

export type CoverageStore = {
  /**
   * Records what became of a range, replacing what was known of it. Intention and failure (`open`, `failed`) do not
   * replace `complete`: those rows are in the cache, as of their older fetch.
   */
  put(window: CoverageWindow): void;
  /** Throws AppError db_corrupt. */
  list(): CoverageWindow[];
};

const columns = 'endpoint, from_s AS fromS, to_s AS toS, state, fetched_ms AS fetchedMs, note';

export const createCoverageStore = (db: Db): CoverageStore => {
  const overlapping = db.prepare(
    `SELECT ${columns} FROM sync_window WHERE endpoint = ? AND from_s < ? AND to_s > ? ORDER BY from_s`,
  );
  const insert = db.prepare(
    'INSERT INTO sync_window (endpoint, from_s, to_s, state, fetched_ms, note) VALUES (?, ?, ?, ?, ?, ?)',
  );
  const remove = db.prepare('DELETE FROM sync_window WHERE endpoint = ? AND from_s = ?');
  const all = db.prepare(`SELECT ${columns} FROM sync_window ORDER BY endpoint, from_s`);

  const add = (window: CoverageWindow, fromS: number, toS: number): void => {
    if (fromS < toS) insert.run(window.endpoint, fromS, toS, window.state, window.fetchedMs, window.note);
  };

  return {
    put(window) {
      const keepsComplete = window.state === 'open' || window.state === 'failed';
      let fromS = window.fromS;
      for (const old of overlapping.all(window.endpoint, window.toS, window.fromS) as CoverageWindow[]) {
        if (keepsComplete && old.state === 'complete') {
          add(window, fromS, old.fromS);
          fromS = Math.max(fromS, old.toS);
          continue;
        }
        remove.run(old.endpoint, old.fromS);
        add(old, old.fromS, Math.min(old.toS, window.fromS));
        add(old, Math.max(old.fromS, window.toS), old.toS);
      }
      add(window, fromS, window.toS);
    },
    list: () => {
      const windows = all.all() as CoverageWindow[];
      for (const { fromS, toS, fetchedMs } of windows) {
        soundTimeS(fromS);
        soundTimeS(toS);
        soundTimeMs(fetchedMs);
      }
      return windows;
    },
  };
};
