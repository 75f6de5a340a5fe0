// Puts a damaged database aside: its files go into a folder `damaged` beside it, step by step, so that a program killed at
// any step goes on there. Never deletes what it was asked to put aside. Owns that folder and its marks; knows no SQL.
import { copyFileSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { type Failpoint, failpoint } from '../failpoints.ts';
import { markPath } from './cache-key.ts';

/** `moving`: some files may still be in the old place. `pending`: all are here, and what replaces them is not whole yet. */
type Mark = 'moving' | 'pending';

const folderOf = (path: string): string => join(dirname(path), 'damaged');
const isFolder = (path: string): boolean => existsSync(path) && statSync(path).isDirectory();

const findMarked = (path: string, mark: Mark): string | null => {
  const parent = folderOf(path);
  if (!isFolder(parent)) return null;
  const name = readdirSync(parent).find((entry) => existsSync(join(parent, entry, mark)));
  return name === undefined ? null : join(parent, name);
};

const finishMoving = (folder: string, path: string, names: readonly Failpoint[]): void => {
  const [logMoved, allMoved] = names;
  // The log first: beside a new file of the same name it would be taken for that one's.
  for (const ending of ['-wal', '-shm', '.health', '']) {
    const here = join(folder, `${basename(path)}${ending}`);
    if (existsSync(`${path}${ending}`) && !existsSync(here)) renameSync(`${path}${ending}`, here);
    if (ending === '-wal' && logMoved) failpoint(logMoved);
  }
  if (allMoved) failpoint(allMoved);
  // What replaces it is made with the same key.
  if (existsSync(markPath(path))) copyFileSync(markPath(path), join(folder, basename(markPath(path))));
  renameSync(join(folder, 'moving'), join(folder, 'pending'));
};

/** Moves the database with its log aside and gives the folder, which is pending until `settleAside`. */
export const putAside = (path: string, nowMs: number, names: readonly Failpoint[]): string => {
  const folder = join(folderOf(path), new Date(nowMs).toISOString().replaceAll(':', '-'));
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  writeFileSync(join(folder, 'moving'), '', { mode: 0o600 });
  finishMoving(folder, path, names);
  return folder;
};

/** The folder whose replacement was begun and not finished; null when there is none. */
export const findPending = (path: string): string | null => {
  const moving = findMarked(path, 'moving');
  if (moving !== null) finishMoving(moving, path, []);
  return findMarked(path, 'pending');
};

/** The replacement is whole. Of everything put aside so far, the latest is kept. */
export const settleAside = (folder: string): void => {
  rmSync(join(folder, 'pending'));
  for (const name of readdirSync(dirname(folder)))
    if (name !== basename(folder)) rmSync(join(dirname(folder), name), { recursive: true, force: true });
};

/** Deletes everything put aside: it holds what the user wants forgotten. */
export const removeAside = (path: string): void => rmSync(folderOf(path), { recursive: true, force: true });
