// Copies of library.db, one a day for a week, and putting the newest sound one in the place of a damaged file: what the user
// made cannot be fetched again. Owns the folder `backups` beside it.
import {
  chmodSync,
  closeSync,
  copyFileSync,
  existsSync,
  fsyncSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import Database from 'better-sqlite3';
import { AppError } from '../../preload/contract/errors.ts';
import { failpoint } from '../failpoints.ts';
import { findPending, putAside, removeAside, settleAside } from './aside.ts';
import { isInUse } from './examine.ts';
import { type Db, makeFolder, openForCare } from './open.ts';

const KEPT_DAYS = 7;
const namePattern = /^library-\d{4}-\d{2}-\d{2}\.db$/;

const folderOf = (path: string): string => join(dirname(path), 'backups');

/** Newest first. */
export const listBackups = (path: string): string[] => {
  const folder = folderOf(path);
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => namePattern.test(name))
    .sort()
    .reverse()
    .map((name) => join(folder, name))
    .filter((path) => statSync(path, { throwIfNoEntry: false })?.isFile());
};

const backupOf = (path: string, nowMs: number): string =>
  join(folderOf(path), `library-${new Date(nowMs).toISOString().slice(0, 10)}.db`);

export const hasBackupOfToday = (path: string, nowMs: number): boolean => existsSync(backupOf(path, nowMs));

const flush = (path: string): void => {
  const file = openSync(path, 'r+');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
};

/** Makes today's copy, or replaces it. Throws what SQLite and the file system throw; then the earlier copies stand. */
export const keepBackup = (db: Db, nowMs: number): void => {
  const target = backupOf(db.name, nowMs);
  makeFolder(dirname(target), 0o700);
  const temporary = `${target}.${process.pid}.part`;
  rmSync(temporary, { force: true });
  try {
    // Made here, so that only the owner can read it; VACUUM INTO takes an empty file.
    closeSync(openSync(temporary, 'wx', 0o600));
    db.prepare('VACUUM INTO ?').run(temporary);
    flush(temporary);
    failpoint('backup-made');
    renameSync(temporary, target);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
  failpoint('backup-kept');
  for (const old of listBackups(db.name).slice(KEPT_DAYS)) rmSync(old, { force: true });
  // What a killed program left half made.
  for (const name of readdirSync(dirname(target)))
    if (name.endsWith('.part')) rmSync(join(dirname(target), name), { force: true });
};

/** Deletes every earlier copy and whatever was put aside, and makes a new one: what was forgotten is in none of them. */
export const renewBackups = (db: Db, nowMs: number): void => {
  rmSync(folderOf(db.name), { recursive: true, force: true });
  removeAside(db.name);
  const folder = dirname(db.name);
  for (const name of readdirSync(folder))
    if (/^library\.db\.before-v\d+\.bak$/.test(name)) rmSync(join(folder, name), { force: true });
  keepBackup(db, nowMs);
};

const isSound = (path: string): boolean => {
  try {
    const db = openForCare(path, { readonly: true });
    try {
      return db.pragma('quick_check(1)', { simple: true }) === 'ok';
    } finally {
      db.close();
    }
  } catch (error) {
    if (error instanceof Database.SqliteError && /^SQLITE_(NOTADB|CORRUPT)/.test(error.code)) return false;
    throw error;
  }
};

/** A file of no bytes is one that was being made; copies are never empty. */
const isThere = (path: string): boolean => existsSync(path) && statSync(path).size > 0;

const putBack = (path: string, backup: string, folder: string): string => {
  const temporary = `${path}.restoring`;
  rmSync(temporary, { force: true });
  copyFileSync(backup, temporary);
  if (process.platform !== 'win32') chmodSync(temporary, 0o600);
  flush(temporary);
  failpoint('restore-copied');
  renameSync(temporary, path);
  settleAside(folder);
  return basename(backup);
};

/**
 * Puts a damaged file aside and the newest sound copy in its place. Gives the copy's name, null when nothing was wrong.
 * Throws AppError db_corrupt when there is no sound copy, or another program has the file open: then nothing is touched.
 */
export const restoreWhenDamaged = (path: string, nowMs: number): string | null => {
  const pending = findPending(path);
  const isDamaged = isThere(path) && !isSound(path);
  if (!isDamaged && (pending === null || isThere(path))) {
    if (pending !== null) settleAside(pending);
    return null;
  }
  const backup = listBackups(path).find(isSound);
  if (backup === undefined)
    throw new AppError(
      'db_corrupt',
      'library.db is damaged and there is no sound copy of it in the folder “backups” beside it. Put an older copy of your own in its place, or move it away to begin anew: workspaces, targets, teams and definitions are then set up again; conversations are kept.',
    );
  if (isDamaged && isInUse(path))
    throw new AppError(
      'db_corrupt',
      'library.db is damaged, and another program has it open. Close every other Afterword and start again: its last copy is then put in its place.',
    );
  return putBack(
    path,
    backup,
    isDamaged ? putAside(path, nowMs, ['restore-log-moved', 'restore-moved']) : (pending ?? ''),
  );
};
