// Brings a database file from its schema version to ours, migration by migration, in one transaction.
// A file written by a newer program is refused untouched. May import node:crypto, node:fs, better-sqlite3 and the contract.
import { createHash } from 'node:crypto';
import { closeSync, openSync, rmSync } from 'node:fs';
import Database from 'better-sqlite3';
import { AppError } from '../../preload/contract/errors.ts';
import { failpoint } from '../failpoints.ts';

export type Migration = {
  /** 1, 2, 3 …: becomes the file's user_version. Never changed once released. */
  version: number;
  name: string;
  sql: string;
};

export type MigrateOptions = {
  path: string;
  label: string;
  migrations: readonly Migration[];
  backupBeforeMigration?: boolean;
};

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

export const newestVersion = (migrations: readonly Migration[]): number => migrations.at(-1)?.version ?? 0;

/** The file's version. Throws AppError db_from_future when this program does not know it. */
export const refuseNewer = (db: Database.Database, options: Pick<MigrateOptions, 'label' | 'migrations'>): number => {
  const newest = newestVersion(options.migrations);
  const current = db.pragma('user_version', { simple: true }) as number;
  if (current <= newest) return current;
  throw new AppError(
    'db_from_future',
    `${options.label} was written by a newer Afterword (its format is ${current}, this one knows ${newest}). Install the newer version; nothing was changed.`,
    { details: { fileVersion: current, knownVersion: newest } },
  );
};

/**
 * Applies what is pending, all in one transaction; `upTo` stops at a version (for tests). Throws AppError db_from_future
 * or db_corrupt.
 */
export const migrate = (db: Database.Database, options: MigrateOptions, upTo = Number.POSITIVE_INFINITY): void => {
  const findPending = (): Migration[] => {
    const current = refuseNewer(db, options);
    return options.migrations.filter((m) => m.version > current && m.version <= upTo);
  };
  if (findPending().length === 0) return;
  db.transaction(() => {
    // Asked again, now that nobody else can write: another program may have opened the file at the same moment.
    const pending = findPending();
    const next = pending[0]?.version ?? 0;
    if (options.backupBeforeMigration && next > 1) backup(options.path, `${options.path}.before-v${next}.bak`);
    failpoint('migration-copied');
    for (const migration of pending) apply(db, migration);
    failpoint('migration-applied');
  }).immediate();
  failpoint('migration-committed');
};

const apply = (db: Database.Database, migration: Migration): void => {
  if (migration.version === 1)
    db.exec(
      'CREATE TABLE migration (version INTEGER PRIMARY KEY, name TEXT NOT NULL, sha256 TEXT NOT NULL, applied_at_ms INTEGER NOT NULL) STRICT',
    );
  db.exec(migration.sql);
  db.prepare('INSERT INTO migration VALUES (?, ?, ?, ?)').run(
    migration.version,
    migration.name,
    sha256(migration.sql),
    Date.now(),
  );
  db.pragma(`user_version = ${migration.version}`);
};

// VACUUM INTO, because copying a live file without its -wal loses what is not yet checkpointed; over a connection of its
// own, because the first one holds the write lock. It takes an empty file as its target, made here so that only the
// owner can read it. A backup half written by a killed program is replaced.
const backup = (path: string, target: string): void => {
  rmSync(target, { force: true });
  closeSync(openSync(target, 'wx', 0o600));
  const reader = new Database(path, { readonly: true, fileMustExist: true, timeout: 5000 });
  try {
    reader.prepare('VACUUM INTO ?').run(target);
  } finally {
    reader.close();
  }
};

/** Migrations whose text differs from what the file says was applied: a released migration must never change. */
export const findChangedMigrations = (db: Database.Database, migrations: readonly Migration[]): number[] => {
  const applied = db.prepare('SELECT version, sha256 FROM migration').all() as { version: number; sha256: string }[];
  return applied
    .filter((row) => migrations.some((m) => m.version === row.version && sha256(m.sql) !== row.sha256))
    .map((row) => row.version);
};
