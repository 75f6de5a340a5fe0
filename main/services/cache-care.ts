// Sees to it that a cache is sound before anything reads it: looks at it as often as needed, puts a damaged one aside and has
// it filled again from its own raw pages; the next sync fetches the rest. docs/decisions/0021 says what is looked at when.
import { existsSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { AppError } from '../../preload/contract/errors.ts';
import type { Workspace } from '../../preload/contract/workspace.ts';
import type { Ports } from '../ports.ts';
import { findPending } from '../store/aside.ts';
import { cacheNeedsWriter, cachePath } from '../store/cache.ts';
import { hasLeftovers } from '../store/encrypt.ts';
import { type Examination, examine } from '../store/examine.ts';
import { markSuspect, readHealth } from '../store/health-file.ts';
import type { Library } from '../store/library.ts';
import type { CareHandlers } from '../workers/care-worker.ts';
import { connectWorker } from '../workers/rpc.ts';
import type { CacheKeys } from './cache-keys.ts';

/** A file of this size is compared with its sums in a fraction of a second: every time, then. */
const SMALL_BYTES = 256 * 1024 * 1024;
/** Of this size, in less time than a thread takes to start. */
const TINY_BYTES = 32 * 1024 * 1024;
const DAY_MS = 86_400_000;
const COMPARE_EVERY_MS = DAY_MS;
const CHECK_EVERY_MS = 7 * DAY_MS;

export type CacheUse = 'reading' | 'writing';

export type CacheCare = {
  /** Replaces a plain cache, which nobody has open, by an encrypted one. Throws AppError. */
  encrypt(workspace: Workspace, key: Uint8Array): Promise<void>;
  /**
   * Resolves when the cache may be used. Throws AppError cache_locked or db_from_future and leaves such a file untouched, db_corrupt when
   * it is damaged and another program has it open, disk_full.
   */
  ready(workspace: Workspace, use: CacheUse): Promise<void>;
  /** Whatever reads it has met damage: the next `ready` rebuilds it. */
  suspect(workspace: Workspace): void;
};

export const createCacheCare = (
  ports: Ports,
  library: Library,
  keys: CacheKeys,
  hooks: {
    /** Ends the reading thread of this program, which would keep the file open. */
    closeReader(workspaceId: string): Promise<void>;
    /** Handed the descriptors of a thread that has ended. */
    holding(workspaceId: string, files: readonly number[]): void;
    /** Told what was damaged and what the user does now. */
    onMended(message: string): void;
  },
): CacheCare => {
  const looking = new Map<string, Promise<void>>();

  const inThread = async <T>(
    workspace: Workspace,
    work: (care: ReturnType<typeof connectWorker<CareHandlers>>) => Promise<T>,
  ): Promise<T> => {
    const care = connectWorker<CareHandlers>(
      new URL('../workers/care-worker.ts', import.meta.url),
      { cacheKey: keys.forThread(workspace) },
      (stack) => ports.log.error('unexpected error in a worker', { stack }),
    );
    try {
      return await work(care);
    } finally {
      hooks.holding(workspace.id, await care.call('handOverHeld', undefined).catch(() => []));
      await care.close();
    }
  };

  const rebuild = async (workspace: Workspace, use: CacheUse): Promise<void> => {
    // Who opens for reading has none yet, and would wait for itself.
    if (use === 'writing') await hooks.closeReader(workspace.id);
    await inThread(workspace, async (care) => {
      const path = cachePath(ports.dataDir, workspace.id);
      if (await care.call('isInUse', { cachePath: path }))
        throw new AppError(
          'db_corrupt',
          'The cache is damaged, and another program has it open. Close every other Afterword and try again: the cache is then rebuilt by itself.',
        );
      const nowMs = ports.clock.nowMs();
      const rebuilt = await care.call('rebuild', {
        cachePath: path,
        keyHashes: library.forgotten(workspace.id),
        nowMs,
      });
      const { conversations, lostPages, lostRows, folder } = rebuilt;
      const details = { conversations, lostPages, lostRows, putAside: basename(folder) };
      library.audit(nowMs, workspace.id, 'rebuild cache', details);
      ports.log.warn('a damaged cache was put aside and rebuilt', details);
      hooks.onMended(
        `The cache of “${workspace.name}” was damaged. It was put aside and rebuilt with ${conversations} conversations from its raw pages. Sync now: until then its figures are marked as incomplete.`,
      );
    });
  };

  const chooseExamination = (path: string, use: CacheUse): Examination | null => {
    const health = readHealth(path);
    if (health.sums === null) return 'quick';
    const nowMs = ports.clock.nowMs();
    // Also when the clock was set back since.
    const isDue = (lastMs: number, everyMs: number): boolean => Math.abs(nowMs - lastMs) >= everyMs;
    if (use === 'writing' && isDue(health.checkedMs, CHECK_EVERY_MS)) return 'full';
    const isSmall = statSync(path).size <= SMALL_BYTES;
    return isSmall || (use === 'writing' && isDue(health.comparedMs, COMPARE_EVERY_MS)) ? 'sums' : null;
  };

  /** Throws AppError db_from_future. */
  const isDatabase = (path: string): boolean => {
    try {
      cacheNeedsWriter(path);
      return true;
    } catch (error) {
      if (error instanceof AppError && error.code === 'db_corrupt') return false;
      throw error;
    }
  };

  const look = async (workspace: Workspace, use: CacheUse): Promise<void> => {
    await keys.ready(workspace);
    const path = cachePath(ports.dataDir, workspace.id);
    if (hasLeftovers(path)) await inThread(workspace, (care) => care.call('tidyUp', { cachePath: path }));
    if (findPending(path) !== null) return rebuild(workspace, use);
    // An empty file is one that was being made.
    if (!existsSync(path) || statSync(path).size === 0) return;
    if (!isDatabase(path) || readHealth(path).isSuspect) return rebuild(workspace, use);
    const wanted = chooseExamination(path, use);
    if (wanted === null) return;
    const nowMs = ports.clock.nowMs();
    const isTiny = wanted === 'sums' && statSync(path).size <= TINY_BYTES;
    const verdict = isTiny
      ? examine(path, wanted, nowMs)
      : await inThread(workspace, (care) => care.call('examine', { cachePath: path, wanted, nowMs }));
    if (verdict === 'mended') ports.log.warn('the search text of a cache was damaged and has been written anew');
    if (verdict === 'damaged') await rebuild(workspace, use);
  };

  return {
    encrypt: (workspace, key) =>
      inThread(workspace, (care) => care.call('encrypt', { cachePath: cachePath(ports.dataDir, workspace.id), key })),
    ready(workspace, use) {
      const key = `${workspace.id} ${use}`;
      const writing = looking.get(`${workspace.id} writing`);
      // What may be written to may be read.
      if (use === 'reading' && writing) return writing;
      // One look at a time: two would each put the file aside.
      const before = looking.get(`${workspace.id} reading`) ?? Promise.resolve();
      const started = looking.get(key) ?? before.catch(() => undefined).then(() => look(workspace, use));
      looking.set(key, started);
      started.catch(() => looking.delete(key));
      return started;
    },
    suspect(workspace) {
      markSuspect(cachePath(ports.dataDir, workspace.id));
      for (const use of ['reading', 'writing']) looking.delete(`${workspace.id} ${use}`);
    },
  };
};
