// Fills a new cache from a damaged one: every raw row that proves itself is read again, as if the server had just sent it;
// what was covered is marked open, so that the next sync asks for all of it. Runs in the care worker. Imports kore and store.
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { type Endpoint, endpoints } from '../../preload/contract/conversation.ts';
import { AppError } from '../../preload/contract/errors.ts';
import { failpoint } from '../failpoints.ts';
import { findPending, putAside, settleAside } from '../store/aside.ts';
import { openCacheForWriting } from '../store/cache.ts';
import { markInUse, readHealth } from '../store/health-file.ts';
import { removeIndexFile } from '../store/index-file.ts';
import { type Db, inTransaction, openForCare, toStoreError } from '../store/open.ts';
import { createSalvage } from '../store/salvage.ts';
import { createIngest, openIngestStores } from './ingest.ts';
import { type ReadPage, readPage } from './read-page.ts';

export type Rebuilt = {
  conversations: number;
  /** Of the old file; what they held comes again with the next sync, if the server still has it. */
  lostPages: number;
  lostRows: number;
  folder: string;
};

export type RebuildOptions = { cachePath: string; keyHashes: readonly Uint8Array[]; nowMs: number };

/** A program killed here goes on when it is called again. */
export const rebuildCache = ({ cachePath, keyHashes, nowMs }: RebuildOptions): Rebuilt => {
  const folder = findPending(cachePath) ?? putAside(cachePath, nowMs, ['rebuild-log-moved', 'rebuild-moved']);
  failpoint('rebuild-marked');
  if (existsSync(dirname(cachePath))) removeIndexFile(cachePath);
  const damagedPath = join(folder, basename(cachePath));
  const { spans } = readHealth(damagedPath);
  markInUse(cachePath);
  const db = openCacheForWriting(cachePath);
  try {
    const old = openDamaged(damagedPath);
    try {
      const filled = fill(db, old, spans, keyHashes, nowMs);
      failpoint('rebuild-filled');
      db.pragma('wal_checkpoint(TRUNCATE)');
      settleAside(folder);
      return { ...filled, folder };
    } finally {
      old?.close();
    }
  } catch (error) {
    throw toStoreError(error, `The cache (${cachePath})`);
  } finally {
    db.close();
  }
};

/** Null when it cannot even be opened: then everything has to come from the server. */
const openDamaged = (path: string): Db | null => {
  let db: Db | null = null;
  try {
    db = openForCare(path);
    // A view in the place of a table may have no end.
    const views = db.prepare(`SELECT count(*) FROM sqlite_schema WHERE type = 'view'`).pluck().get();
    if (views === 0) return db;
    db.close();
    return null;
  } catch (error) {
    db?.close();
    if (error instanceof Error && 'code' in error) return null;
    throw error;
  }
};

const fill = (
  db: Db,
  old: Db | null,
  spansAtClose: readonly { endpoint: string; fromS: number; toS: number }[],
  keyHashes: readonly Uint8Array[],
  nowMs: number,
): Omit<Rebuilt, 'folder'> => {
  const stores = openIngestStores(db);
  const { coverage, sync, eraser } = stores;
  const ingest = createIngest(db, stores);
  const salvage = old === null ? null : createSalvage(old, nowMs);

  eraser.rememberForgotten([...keyHashes, ...(salvage?.forgotten() ?? [])]);
  const leaseToken = randomUUID();
  inTransaction(db, () => sync.takeLease(leaseToken, process.pid, nowMs));
  let lost = { lostPages: 0, lostRows: 0 };
  let refusedPages = 0;
  const pages = salvage?.pages();
  for (let next = pages?.next(); next; next = pages?.next()) {
    if (next.done) {
      lost = next.value;
      break;
    }
    const { endpoint, requestedMs, rows } = next.value;
    const text = `{"numResults":${rows.length},"data":[${rows.join(',')}]}`;
    const page = readWhole(endpoint, text);
    if (page === null) {
      refusedPages += 1;
      continue;
    }
    ingest.commit([{ page, meta: { leaseToken, requestedMs, window: null, passStartedMs: requestedMs, nowMs } }]);
    failpoint('rebuild-page');
  }
  eraser.keepUnfinished(salvage?.unfinishedForgettings() ?? []);
  inTransaction(db, () => {
    for (const { endpoint, fromS, toS } of [...(salvage?.spans() ?? []), ...spansAtClose]) {
      const known = endpoints.find((name) => name === endpoint);
      if (known) coverage.put({ endpoint: known, fromS, toS, state: 'open', fetchedMs: null, note: null });
    }
    for (const { name, value } of salvage?.wantedFrom() ?? []) sync.setState(name, value);
  });
  sync.dropLease(leaseToken);
  const count = db.prepare('SELECT count(*) FROM conversation').pluck().get() as number;
  return { conversations: count, lostPages: lost.lostPages + refusedPages, lostRows: lost.lostRows };
};

/** A page that today's reader refuses as a whole (a clock that is off) is given up, as a sync would. */
const readWhole = (endpoint: Endpoint, text: string): ReadPage | null => {
  try {
    return readPage(endpoint, text).page;
  } catch (error) {
    if (error instanceof AppError) return null;
    throw error;
  }
};
