// Tells whether a cache is sound, and seals one that is closed whole. docs/decisions/0021 says which check runs when, and
// why SQLite's own are not enough. Every check runs where no other program can write meanwhile, or sees one snapshot.
import { existsSync, statSync } from 'node:fs';
import Database from 'better-sqlite3';
import { failpoint } from '../failpoints.ts';
import { createConversationReader } from './conversation-read.ts';
import { createCoverageStore } from './coverage-store.ts';
import { isSameSums, markInUse, readHealth, sumFile, writeHealth } from './health-file.ts';
import { type Db, inTransaction, openForCare } from './open.ts';
import { toSearchText } from './search-text.ts';
import { createTermReader } from './terms.ts';

/** `sums`: every byte against the last close. `quick`, `full`: SQLite's own checks, of structure; `full` knows the search too. */
export type Examination = 'sums' | 'quick' | 'full';
/** `mended`: only the search text was damaged, and was written anew from the conversations. */
export type Verdict = 'sound' | 'damaged' | 'mended';

const HOUR_MS = 3_600_000;

const isDamage = (error: unknown): boolean =>
  error instanceof Database.SqliteError && (error.code === 'SQLITE_NOTADB' || error.code.startsWith('SQLITE_CORRUPT'));

/** Whether any other connection, of this program or another, has the file open. */
export const isInUse = (path: string): boolean => {
  if (!existsSync(path)) return false;
  const db = openForCare(path, { timeoutMs: 0 });
  try {
    // In WAL mode every connection keeps a share of the file for as long as it lives; the whole can be had by one alone.
    db.pragma('locking_mode = EXCLUSIVE');
    db.prepare('SELECT count(*) FROM sqlite_schema').get();
    return false;
  } catch (error) {
    if (error instanceof Database.SqliteError && error.code.startsWith('SQLITE_BUSY')) return true;
    if (isDamage(error)) return false;
    throw error;
  } finally {
    db.close();
  }
};

/** Throws what SQLite throws, but for damage: that is the answer. */
export const examine = (path: string, wanted: Examination, nowMs: number): Verdict => {
  try {
    const db = openForCare(path);
    try {
      return wanted === 'sums' ? compareSums(db, path, nowMs) : checkStructure(db, path, wanted, nowMs);
    } finally {
      db.close();
    }
  } catch (error) {
    if (isDamage(error)) return 'damaged';
    throw error;
  }
};

const compareSums = (db: Db, path: string, nowMs: number): Verdict =>
  inTransaction(db, () => {
    const health = readHealth(path);
    // Somebody has begun to write since: nothing can be said.
    if (health.sums === null) return 'sound';
    if (!isSameSums(health.sums, sumFile(path))) return 'damaged';
    // To the hour is enough, and spares most commands a write.
    if (Math.abs(nowMs - health.comparedMs) > HOUR_MS) writeHealth(path, { ...health, comparedMs: nowMs });
    return 'sound';
  });

const checkStructure = (db: Db, path: string, wanted: 'quick' | 'full', nowMs: number): Verdict => {
  const found = (db.pragma(wanted === 'quick' ? 'quick_check(20)' : 'integrity_check(20)') as Record<string, string>[])
    .flatMap((row) => Object.values(row))
    .filter((line) => line !== 'ok');
  const isSearchOnly = found.length > 0 && found.every((line) => /FTS5 table|fts5:/i.test(line));
  if (found.length > 0 && !isSearchOnly) return 'damaged';
  if (isSearchOnly) {
    markInUse(path);
    rewriteSearchText(db);
  }
  if (wanted === 'full') writeHealth(path, { ...readHealth(path), checkedMs: nowMs });
  return isSearchOnly ? 'mended' : 'sound';
};

const BLOCK = 500;

/** The search text of every conversation, anew: the index keeps no text that it could be rebuilt from. */
const rewriteSearchText = (db: Db): void => {
  const reader = createConversationReader(db, createTermReader(db));
  const ids = db.prepare('SELECT id FROM conversation ORDER BY id').pluck().all() as number[];
  inTransaction(db, () => {
    db.exec(`INSERT INTO conversation_text (conversation_text) VALUES ('delete-all')`);
    const insert = db.prepare(
      'INSERT INTO conversation_text (rowid, notes, remarks, feedback, customer, tags, ids) VALUES (?, ?, ?, ?, ?, ?, ?)',
    );
    for (let at = 0; at < ids.length; at += BLOCK)
      for (const conversation of reader.byIds(ids.slice(at, at + BLOCK)))
        insert.run(conversation.id, ...toSearchText(conversation));
  });
};

/** Seals a cache that nobody has open and that was found sound: a lease in it is a dead program's. */
export const sealFile = (path: string, nowMs: number): void => {
  const db = openForCare(path);
  try {
    seal(db, nowMs, true);
  } finally {
    db.close();
  }
};

/**
 * Notes the sums of a cache that is about to be closed, when all of it is in the file and nobody syncs it. Others may
 * have it open; who of them writes again says so first (markInUse), in a transaction that waits for this one.
 */
export const seal = (db: Db, nowMs: number, isAlone = false): void => {
  const path = db.name;
  const [checkpoint] = db.pragma('wal_checkpoint(TRUNCATE)') as { busy: number }[];
  if (checkpoint?.busy !== 0) return;
  inTransaction(db, () => {
    const health = readHealth(path);
    if (health.isSuspect) return;
    const isSynced = !isAlone && db.prepare('SELECT 1 FROM sync_lease').get() !== undefined;
    const log = `${path}-wal`;
    if (isSynced || (existsSync(log) && statSync(log).size > 0)) return;
    const sums = sumFile(path);
    failpoint('seal-summed');
    const spans = new Map<string, { endpoint: string; fromS: number; toS: number }>();
    for (const { endpoint, fromS, toS } of createCoverageStore(db).list()) {
      const known = spans.get(endpoint);
      spans.set(endpoint, {
        endpoint,
        fromS: Math.min(fromS, known?.fromS ?? fromS),
        toS: Math.max(toS, known?.toS ?? toS),
      });
    }
    // A file that has never been checked counts its week from its first close.
    const checkedMs = health.checkedMs || nowMs;
    writeHealth(path, { ...health, sums, spans: [...spans.values()], comparedMs: nowMs, checkedMs });
    failpoint('seal-written');
  });
};
