// Replaces a plain cache by an encrypted copy of itself. Whoever is killed in between leaves one whole cache under its name: the
// plain one up to the rename, the encrypted one from there on. Runs in the care worker, with the file to itself.
import { createHash } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fstatSync,
  fsyncSync,
  linkSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import Database from 'better-sqlite3';
import { AppError } from '../../preload/contract/errors.ts';
import { failpoint } from '../failpoints.ts';
import { removeAside } from './aside.ts';
import { flushFolder, idOfKey, keyIdOf, markPath, removeMark, writeMark } from './cache-key.ts';
import { isInUse } from './examine.ts';
import { markInUse } from './health-file.ts';
import { removeIndexFile } from './index-file.ts';
import { type Db, openForCare, openKeyed } from './open.ts';

const copyPath = (path: string): string => `${path}.encrypting`;
const holderPath = (path: string): string => `${path}.encrypting-holder`;
/** A second name of the plain file, so that its bytes can be overwritten once its first is the encrypted one's. */
const oldPath = (path: string): string => `${path}.plain`;

const removeCopies = (path: string): void => {
  for (const base of [copyPath(path), holderPath(path)])
    for (const ending of ['', '-journal', '-wal', '-shm']) rmSync(`${base}${ending}`, { force: true });
};

const ZEROS = Buffer.alloc(1 << 20);

/** Overwrites what is in a file, then removes it. A flash disk may keep the old bytes somewhere all the same. */
const shred = (path: string): void => {
  const file = openSync(path, 'r+');
  try {
    const { size } = fstatSync(file);
    for (let at = 0; at < size; ) at += writeSync(file, ZEROS, 0, Math.min(ZEROS.length, size - at), at);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  // Two programs may be at it.
  rmSync(path, { force: true });
};

export const hasLeftovers = (path: string): boolean =>
  [oldPath(path), copyPath(path), holderPath(path)].some((one) => existsSync(one));

/** What a program that was killed left. To be called before anything moves the cache. */
export const tidyUp = (path: string): void => {
  removeCopies(path);
  const old = oldPath(path);
  if (!existsSync(old)) return;
  // Before the rename it is a second name of the cache itself.
  if (statSync(old).nlink > 1) unlinkSync(old);
  else if (keyIdOf(path) !== null) shred(old);
};

const inUseError = (): AppError =>
  new AppError('sync_busy', 'Another program has the cache open. Close every other Afterword and try again.');

/** Every row of every table, in the order in which it lies there. */
const fingerprint = (db: Db, schema: string): string => {
  const all = createHash('sha256');
  const tables = db
    .prepare(
      `SELECT name FROM pragma_table_list WHERE schema = ? AND type IN ('table', 'shadow')
         AND (name NOT LIKE 'sqlite\\_%' ESCAPE '\\' OR name = 'sqlite_sequence') ORDER BY name`,
    )
    .pluck()
    .all(schema) as string[];
  for (const name of tables) {
    all.update(`\n${name}`);
    const rows = db.prepare(`SELECT * FROM ${schema}."${name}" NOT INDEXED`).raw().safeIntegers().iterate();
    for (const row of rows as IterableIterator<unknown[]>)
      for (const value of row) {
        const bytes = Buffer.isBuffer(value) ? value : String(value);
        all.update(`|${value === null ? 'null' : typeof value} ${bytes.length} `).update(bytes);
      }
  }
  return all.digest('hex');
};

const refuseDamaged = (): never => {
  throw new AppError(
    'db_corrupt',
    'The encrypted copy is not what the cache is. Nothing was changed. Close Afterword, start it again, and try once more.',
  );
};

/** The plain cache, held so that nobody else can open it, and beside it an empty file with the key, which a copy takes on. */
const holdPlain = (path: string, key: Uint8Array): Db => {
  const db = openKeyed(holderPath(path), key);
  try {
    db.pragma('temp_store = MEMORY');
    db.prepare(`ATTACH ? AS old KEY ''`).run(path);
    db.pragma('old.locking_mode = EXCLUSIVE');
    // Has the log in the file and gone: closing this connection later must touch nothing of the new cache's.
    if (db.pragma('old.journal_mode = DELETE', { simple: true }) !== 'delete') throw inUseError();
    // In this mode the lock stays until the connection is closed.
    db.exec('BEGIN EXCLUSIVE; COMMIT');
    return db;
  } catch (error) {
    db.close();
    if (error instanceof Database.SqliteError && error.code.startsWith('SQLITE_BUSY')) throw inUseError();
    throw error;
  }
};

const copyWhole = (db: Db, path: string, keyId: string): void => {
  const copy = copyPath(path);
  // Made here, so that only the owner can read it.
  closeSync(openSync(copy, 'wx', 0o600));
  db.prepare('VACUUM old INTO ?').run(copy);
  // By its own first bytes it is a file of this key, or everybody would take it for a damaged one.
  if (keyIdOf(copy) !== keyId) refuseDamaged();
  const copied = openForCare(copy);
  try {
    if (copied.pragma('integrity_check(1)', { simple: true }) !== 'ok') refuseDamaged();
    const version = (of: Db, schema: string): unknown => of.pragma(`${schema}.user_version`, { simple: true });
    if (version(copied, 'main') !== version(db, 'old')) refuseDamaged();
    if (fingerprint(copied, 'main') !== fingerprint(db, 'old')) refuseDamaged();
    copied.pragma('journal_mode = WAL');
  } finally {
    copied.close();
  }
  const file = openSync(copy, 'r+');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
};

/** As it was found; whoever opens it next for writing would do that too. */
const release = (db: Db): void => {
  if (!db.open) return;
  try {
    db.pragma('old.journal_mode = WAL');
  } catch (error) {
    if (!(error instanceof Database.SqliteError)) throw error;
  } finally {
    db.close();
  }
};

/** A second name where the file system has such a thing: else the old bytes are freed and not overwritten. */
const keepOldName = (path: string): void => {
  try {
    linkSync(path, oldPath(path));
  } catch (error) {
    if (!(error instanceof Error && 'syscall' in error)) throw error;
  }
};

/**
 * The keys of threads and of the keychain are the caller's matter: `key` is kept safe before this is called. Throws AppError
 * sync_busy while another program has the cache open, disk_full, db_corrupt; then the plain cache stands as it was.
 */
export const encryptCache = (path: string, key: Uint8Array): void => {
  if (keyIdOf(path) !== null) return;
  // Also what is left over may be another program's that is at it now.
  if (isInUse(path)) throw inUseError();
  tidyUp(path);
  const keyId = idOfKey(key);
  const db = holdPlain(path, key);
  let isMarked = false;
  let isReplaced = false;
  try {
    copyWhole(db, path, keyId);
    failpoint('encrypt-copied');
    // Sums of the plain bytes would accuse the new ones; what lies beside would stay readable.
    markInUse(path);
    removeIndexFile(path);
    removeAside(path);
    if (existsSync(markPath(path))) removeMark(path);
    isMarked = writeMark(path, keyId);
    // Of another key it would keep the new file from being opened.
    if (!isMarked) throw inUseError();
    failpoint('encrypt-marked');
    keepOldName(path);
    failpoint('encrypt-linked');
    // Windows replaces no file that is open.
    if (process.platform === 'win32') db.close();
    renameSync(copyPath(path), path);
    isReplaced = true;
    flushFolder(path);
    failpoint('encrypt-renamed');
  } catch (error) {
    // The log of that name is the new file's from the rename on.
    if (isReplaced) db.close();
    else release(db);
    if (isMarked && !isReplaced) removeMark(path);
    tidyUp(path);
    throw error;
  }
  if (db.open) db.close();
  tidyUp(path);
  failpoint('encrypt-shredded');
};
