// Opens workspaces/<id>/cache.db, the part of a workspace that can be fetched again.
import { join } from 'node:path';
import { cacheMigrations } from './migrations/cache.ts';
import { type Db, needsWriter, openForReading, openForWriting } from './open.ts';

const labelOf = (path: string): string => `The cache (${path})`;

export const cachePath = (dataDir: string, workspaceId: string): string =>
  join(dataDir, 'workspaces', workspaceId, 'cache.db');

export const openCacheForWriting = (path: string): Db =>
  openForWriting({ path, label: labelOf(path), migrations: cacheMigrations, synchronous: 'normal' });

/** The file must exist: a writer has created and migrated it. */
export const openCacheForReading = (path: string): Db =>
  openForReading({ path, label: labelOf(path), migrations: cacheMigrations });

/** True when the cache is missing or of an older format: a writer must open it before it can be read. */
export const cacheNeedsWriter = (path: string): boolean =>
  needsWriter({ path, label: labelOf(path), migrations: cacheMigrations });
