// What a user can do about the encryption of a workspace's cache: ask how it stands, encrypt one that is plain, write its key
// into a file for runs without a keychain, and begin anew when the key is lost. docs/decisions/0024.
import { existsSync, statSync } from 'node:fs';
import { AppError } from '../../preload/contract/errors.ts';
import type { EncryptionState } from '../../preload/contract/privacy.ts';
import type { Workspace } from '../../preload/contract/workspace.ts';
import type { Ports } from '../ports.ts';
import { writeKeyFile } from '../secrets/cache-key-file.ts';
import { cachePath } from '../store/cache.ts';
import { keyIdOf } from '../store/cache-key.ts';
import type { Library } from '../store/library.ts';
import type { CacheKeys } from './cache-keys.ts';
import type { WorkspaceThreads } from './workspace-threads.ts';

export type Encryption = {
  state(workspace: Workspace): EncryptionState;
  /** Throws AppError invalid_input for the sample, sync_busy, disk_full, and what the key store throws. */
  encrypt(workspace: Workspace): Promise<void>;
  /** Throws AppError invalid_input when the cache is plain, cache_locked, output_failed. */
  writeKey(workspace: Workspace, path: string): Promise<void>;
  /** Removes the cache with its key; settings, forgotten customers and all else stay. Throws AppError sync_busy, output_failed. */
  reset(workspace: Workspace): Promise<{ isKeyRemoved: boolean }>;
};

export const createEncryption = (
  ports: Ports,
  library: Library,
  parts: {
    keys: CacheKeys;
    threads: WorkspaceThreads;
    refuseWhileSynced(workspace: Workspace): Promise<void>;
    removeFiles(workspace: Workspace): Promise<boolean>;
  },
): Encryption => {
  const { keys, threads, refuseWhileSynced, removeFiles } = parts;
  const pathOf = (workspace: Workspace): string => cachePath(ports.dataDir, workspace.id);

  const state: Encryption['state'] = (workspace) => {
    const path = pathOf(workspace);
    if (keyIdOf(path) !== null) return 'encrypted';
    return existsSync(path) && statSync(path).size > 0 ? 'plain' : 'absent';
  };

  return {
    state,
    async encrypt(workspace) {
      if (workspace.sample !== null)
        throw new AppError('invalid_input', 'The sample holds made-up people only; its cache is not encrypted.');
      if (state(workspace) === 'encrypted') return;
      // One that is damaged, or older than this program, is seen to first.
      await threads.writer(workspace).call('getState', { name: 'ready' });
      if (state(workspace) === 'encrypted') return;
      await refuseWhileSynced(workspace);
      const key = await keys.make(workspace);
      try {
        await threads.exclusively(workspace.id, (care) => care.encrypt(workspace, key));
      } catch (error) {
        await keys.discardUnused(workspace, key);
        throw error;
      }
      library.audit(ports.clock.nowMs(), workspace.id, 'encrypt cache', {});
    },
    async writeKey(workspace, path) {
      // A page has no business with keys.
      if (ports.desktop !== undefined)
        throw new AppError('invalid_input', 'A key is written by the command line only: afterword workspace key.');
      await keys.ready(workspace);
      const key = keys.forThread(workspace);
      if (key === null)
        throw new AppError('invalid_input', `The cache of “${workspace.name}” is not encrypted: it has no key.`);
      writeKeyFile(path, key);
      library.audit(ports.clock.nowMs(), workspace.id, 'write key', {});
    },
    async reset(workspace) {
      await refuseWhileSynced(workspace);
      const isKeyRemoved = await threads.exclusively(workspace.id, () => removeFiles(workspace));
      library.audit(ports.clock.nowMs(), workspace.id, 'reset cache', {});
      return { isKeyRemoved };
    },
  };
};
