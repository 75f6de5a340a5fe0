// Opens workspaces/<id>/cache.db, the part of a workspace that can be fetched again.
import { join } from 'node:path';
import { AppError } from '../../preload/contract/errors.ts';
import { cacheMigrations } from './migrations/cache.ts';
import { type Db, needsWriter, openForReading, openForWriting } from './open.ts';

const labelOf = (path: string): string => `The cache (${path})`;

/**
 * Every path of a workspace comes from here, also that of the folder which goes with it: an id that somebody wrote into
 * library.db must not lead to another place. Throws AppError db_corrupt.
 */
export const cachePath = (dataDir: string, workspaceId: string): string => {
  if (!/^[\w-]+$/.test(workspaceId))
    throw new AppError(
      'db_corrupt',
      'The id of a workspace in library.db is none that Afterword gives: another program has changed the file. Put an older copy of it in its place.',
    );
  return join(dataDir, 'workspaces', workspaceId, 'cache.db');
};

/** `isKeyed`: a plain file is refused. Throws AppError sync_busy then. */
export const openCacheForWriting = (path: string, isKeyed = false): Db =>
  openForWriting({ path, label: labelOf(path), migrations: cacheMigrations, synchronous: 'normal', isKeyed });

/** The file must exist: a writer has created and migrated it. */
export const openCacheForReading = (path: string): Db =>
  openForReading({ path, label: labelOf(path), migrations: cacheMigrations });

/** True when the cache is missing or of an older format: a writer must open it before it can be read. */
export const cacheNeedsWriter = (path: string): boolean =>
  needsWriter({ path, label: labelOf(path), migrations: cacheMigrations });
