// Opens a SQLite file with every setting stated, brings its schema up to date and refuses what it must not touch.
// May import better-sqlite3 (this room only), the keys and the contract.
import { chmodSync, closeSync, existsSync, mkdirSync, openSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';
import { AppError } from '../../preload/contract/errors.ts';
import { cipherKey, keyIdOf, keyOf } from './cache-key.ts';
import { type Migration, migrate, newestVersion, refuseNewer } from './migrate.ts';
import { refuseIrregular } from './regular-file.ts';

export type Db = Database.Database;

export type OpenOptions = {
  path: string;
  /** How the file is called in messages. */
  label: string;
  migrations: readonly Migration[];
  /** `full` for what the user made and cannot be fetched again; `normal` for the cache (safe against kill, and a power
   * cut loses page and window together, so that they are fetched again). */
  synchronous: 'normal' | 'full';
  /** Copy the file aside before the first pending migration. */
  backupBeforeMigration?: boolean;
  /** Who opens it has a key for it: a plain file, which another program may have made meanwhile, is not written to. */
  isKeyed?: boolean;
};

/**
 * The one place where a database is opened: an encrypted one with its key. Throws AppError cache_locked, before the file is
 * touched, when this thread does not know the key, and output_failed when something else than a file has one of its names.
 */
const openDatabase = (path: string, options: Database.Options): Db => {
  for (const ending of ['', '-wal', '-shm', '-journal']) refuseIrregular(`${path}${ending}`);
  const key = keyOf(path);
  const db = new Database(path, options);
  if (key !== null) unlock(db, key);
  return db;
};

/** A file that is still to be made, with this key. */
export const openKeyed = (path: string, key: Uint8Array): Db => {
  const db = new Database(path);
  unlock(db, Buffer.from(key));
  return db;
};

/** What the driver adds to the API whose types we have. */
type KeyedDb = Db & { key(key: Buffer): number };

const unlock = (db: Db, key: Buffer): void => {
  const secret = cipherKey(key);
  try {
    db.pragma(`cipher = 'aegis'`);
    (db as KeyedDb).key(secret);
  } catch (error) {
    db.close();
    throw error;
  } finally {
    secret.fill(0);
  }
};

const commonPragmas = (db: Db): void => {
  db.pragma('foreign_keys = ON');
  db.pragma('trusted_schema = OFF');
  db.pragma('temp_store = MEMORY');
  // Or INSERT OR REPLACE would remove rows past the triggers that keep the audit whole.
  db.pragma('recursive_triggers = ON');
};

/**
 * Triggers and views are the only parts of a file that act by themselves. Ours stand in the migrations word for word, whatever their blanks; any other
 * is somebody else's, who would change what is written or read. Throws AppError db_corrupt: a cache is then rebuilt.
 */
const refuseForeign = (db: Db, { label, migrations }: Pick<OpenOptions, 'label' | 'migrations'>): void => {
  const found = db.prepare(`SELECT sql FROM sqlite_schema WHERE type IN ('trigger', 'view')`).pluck().all() as string[];
  const words = (sql: string): string => sql.replace(/\s+/g, ' ');
  if (found.some((sql) => !migrations.some((migration) => words(migration.sql).includes(words(sql)))))
    throw damagedError(null, label);
};

/** Opens for reading and writing; creates the file (owner-only) when it is missing. Throws AppError. */
export const openForWriting = (options: OpenOptions): Db =>
  guardOpening(options.label, () => {
    const isNew = makeFile(options.path);
    return openOnceMade(options.path, () => {
      // Before it is opened for writing: a change of journal mode, and the end of the last connection, write to the file.
      if (!isNew) readVersion(options);
      return openWriter(options);
    });
  });

const openWriter = (options: OpenOptions): Db => {
  const isEmpty = isEmptyFile(options.path);
  const db = openDatabase(options.path, { timeout: 5000 });
  try {
    if (isEmpty) db.pragma('page_size = 8192');
    db.pragma('journal_mode = WAL');
    db.pragma(`synchronous = ${options.synchronous}`);
    db.pragma('fullfsync = ON');
    // What is deleted must be gone from the file as well: the data is customers'.
    db.pragma('secure_delete = ON');
    db.pragma('cache_size = -65536');
    db.pragma('wal_autocheckpoint = 4000');
    db.pragma('journal_size_limit = 67108864');
    commonPragmas(db);
    if (options.isKeyed && keyIdOf(options.path) === null) throw madePlainError(options.label);
    refuseForeign(db, options);
    migrate(db, options);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
};

/** For who has a key and finds that another program has just made the file without one. */
export const madePlainError = (label: string): AppError =>
  new AppError(
    'sync_busy',
    `${label} has just been made by another program, which had no place for a key: it is not encrypted. Nothing was written to it. Try again to use it as it is; “afterword workspace encrypt” encrypts it.`,
  );

const isEmptyFile = (path: string): boolean => statSync(path).size === 0;

/**
 * Again, when another program made the file while it was being opened here: a connection with a key settles on the size of its
 * pages when the file is opened, and cannot read a file that was empty then and has another size now.
 */
const openOnceMade = <T>(path: string, open: () => T): T => {
  const wasEmpty = isEmptyFile(path);
  try {
    return open();
  } catch (error) {
    const cause = error instanceof AppError ? error.cause : error;
    const isUnreadable = cause instanceof Database.SqliteError && cause.code === 'SQLITE_NOTADB';
    if (wasEmpty && isUnreadable && !isEmptyFile(path)) return openOnceMade(path, open);
    throw error;
  }
};

/** Makes the file and its folder for their owner alone; true when it was not there. */
const makeFile = (path: string): boolean => {
  makeFolder(dirname(path), 0o700);
  const isNew = !existsSync(path);
  if (isNew) closeSync(openSync(path, 'a', 0o600));
  else if (process.platform !== 'win32') chmodSync(path, 0o600);
  return isNew;
};

/** Makes a folder and those above it. Node's own way of doing this never ends where the system refuses new folders. */
export const makeFolder = (path: string, mode = 0o777): void => {
  if (existsSync(path)) return;
  const above = dirname(path);
  if (above !== path) makeFolder(above, mode);
  try {
    mkdirSync(path, { mode });
  } catch (error) {
    // Another program was quicker.
    if (!existsSync(path)) throw error;
  }
};

/** True when the file is missing or older than this program: a writer must open it before a reader can. */
export const needsWriter = (options: FileToRead): boolean =>
  !existsSync(options.path) || readVersion(options) < newestVersion(options.migrations);

type FileToRead = Pick<OpenOptions, 'path' | 'label' | 'migrations'>;

/** The file's version. Throws AppError db_from_future when this program does not know it. */
const readVersion = (options: FileToRead): number =>
  guardOpening(options.label, () =>
    openOnceMade(options.path, () => {
      const db = openDatabase(options.path, { readonly: true, fileMustExist: true, timeout: 5000 });
      try {
        return refuseNewer(db, options);
      } finally {
        db.close();
      }
    }),
  );

/** Throws AppError db_from_future, before anything touches the file; whether it is damaged is another's question. */
export const refuseFuture = (options: FileToRead): void => {
  if (!existsSync(options.path)) return;
  try {
    readVersion(options);
  } catch (error) {
    if (!(error instanceof AppError && error.code === 'db_corrupt')) throw error;
  }
};

/** Opens an existing, already migrated file read-only. Throws AppError. */
export const openForReading = (options: FileToRead): Db =>
  guardOpening(options.label, () => {
    const db = openDatabase(options.path, { readonly: true, fileMustExist: true, timeout: 5000 });
    try {
      // Mapped pages are the system's to take back, but they count as the program's memory: an eighth of a gigabyte is
      // as fast as a whole one.
      db.pragma('cache_size = -16384');
      // Encrypted ones are of no use where they lie.
      if (keyOf(options.path) === null) db.pragma('mmap_size = 134217728');
      commonPragmas(db);
      refuseForeign(db, options);
      return db;
    } catch (error) {
      db.close();
      throw error;
    }
  });

/**
 * A connection to look at a file or to mend it, without settings and without migrations: what stands in it is not believed
 * yet. Throws what SQLite throws.
 */
export const openForCare = (path: string, options: { readonly?: boolean; timeoutMs?: number } = {}): Db =>
  openDatabase(path, {
    fileMustExist: true,
    readonly: options.readonly ?? false,
    timeout: options.timeoutMs ?? 5000,
  });

/** Throws what `open` throws as a coded error. */
export const guardOpening = <T>(label: string, open: () => T): T => {
  try {
    return open();
  } catch (error) {
    throw toStoreError(error, label);
  }
};

const fullError = (cause: unknown, label: string): AppError =>
  new AppError(
    'disk_full',
    `The disk is full: ${label} could not be written. Nothing was lost; free some space and try again.`,
    { cause },
  );

/** For a file whose bytes or contents are not what we wrote. */
export const damagedError = (cause: unknown, label: string): AppError =>
  new AppError(
    'db_corrupt',
    `${label} is damaged. Start Afterword again: a damaged cache is put aside and rebuilt, a damaged library.db is replaced by its newest copy.`,
    { cause, details: { isFileDamaged: true } },
  );

/** Turns what SQLite throws into a coded error; passes on what is none of SQLite's. */
export const toStoreError = (error: unknown, label: string): unknown => {
  if (error instanceof Error && 'code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT'))
    return fullError(error, label);
  if (error instanceof Error && 'syscall' in error)
    return new AppError(
      'output_failed',
      `${label} cannot be opened for writing. Check that the data folder exists and belongs to you.`,
      { cause: error },
    );
  // A raw page that cannot be unpacked.
  if (error instanceof Error && 'code' in error && /^Z(STD|_)/.test(String(error.code)))
    return damagedError(error, label);
  if (!(error instanceof Database.SqliteError)) return error;
  // SHMSIZE: no room for the file that the connections share.
  if (['SQLITE_FULL', 'SQLITE_IOERR_WRITE', 'SQLITE_IOERR_SHMSIZE'].includes(error.code))
    return fullError(error, label);
  if (error.code === 'SQLITE_NOTADB' || error.code.startsWith('SQLITE_CORRUPT')) return damagedError(error, label);
  // Its version says that it has other tables than it has.
  if (error.code === 'SQLITE_ERROR' && /^(no such table|table \S+ already exists)/.test(error.message))
    return damagedError(error, label);
  if (error.code === 'SQLITE_BUSY' || error.code === 'SQLITE_BUSY_SNAPSHOT')
    return new AppError(
      'internal',
      `${label} is being written by another process for too long. Try again in a moment.`,
      { cause: error },
    );
  if (/^SQLITE_(CANTOPEN|READONLY|PERM)/.test(error.code))
    return new AppError(
      'output_failed',
      `${label} cannot be opened for writing. Check that the data folder exists and belongs to you.`,
      { cause: error },
    );
  if (error.code.startsWith('SQLITE_IOERR'))
    return new AppError(
      'output_failed',
      `${label} could not be read or written: the disk reports a fault. Check the disk, and that nothing else lies in the place of the file.`,
      { cause: error },
    );
  return error;
};

/** The same for a thread that does other things than SQLite as well: only what SQLite throws is its. */
export const explainStoreError = (error: unknown, label: string): unknown =>
  error instanceof Database.SqliteError ? toStoreError(error, label) : error;

/** Runs `work` in one IMMEDIATE transaction: a deferred one that turns from reading to writing may fail at once. */
export const inTransaction = <T>(db: Db, work: () => T): T => db.transaction(work).immediate();
