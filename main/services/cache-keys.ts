// The keys of the workspaces' caches: finding the one that a cache needs, making one for a cache that is about to be made, and
// handing it to the threads that open it. docs/decisions/0024 says where keys are kept. A key is asked for once in a program.
import { randomBytes } from 'node:crypto';
import { dirname } from 'node:path';
import { AppError } from '../../preload/contract/errors.ts';
import type { Workspace } from '../../preload/contract/workspace.ts';
import type { Ports } from '../ports.ts';
import { decodeKey, encodeKey, findKeyInFiles } from '../secrets/cache-key-file.ts';
import { headlessWays, isKeychainAbsent } from '../secrets/keychain-failure.ts';
import { cachePath } from '../store/cache.ts';
import {
  idOfKey,
  isPlainFile,
  KEY_BYTES,
  keyIdOf,
  knownKey,
  learnKey,
  lockedError,
  removeMark,
  unlearnKey,
  writeMark,
} from '../store/cache-key.ts';
import { madePlainError, makeFolder } from '../store/open.ts';

export type CacheKeys = {
  /**
   * Resolves when this thread can open the workspace's cache; one that does not exist yet gets a key, where one can be kept. Throws
   * AppError cache_locked.
   */
  ready(workspace: Workspace): Promise<void>;
  /**
   * After `ready`: the key for another thread, null when the cache is plain. Throws AppError sync_busy when another program made it plain
   * after this one had made a key for it.
   */
  forThread(workspace: Workspace): Uint8Array | null;
  /** A key of the cache's own, kept. Throws what the key store throws, when there is none. */
  make(workspace: Workspace): Promise<Uint8Array>;
  /** Takes a key that is of no use any more out of memory and out of the keychain. Throws what the keychain throws. */
  discard(workspace: Workspace, keyId: string): Promise<void>;
  /** The same for a key that was made for nothing; one that the cache has after all is kept. */
  discardUnused(workspace: Workspace, key: Uint8Array): Promise<void>;
};

/** An entry of its own for each key: two programs that make one at the same moment replace nothing of each other's. */
const accountOf = (workspace: Workspace, keyId: string): string => `cache-key:${workspace.id}:${keyId}`;

const labelOf = ({ name }: Workspace): string => `The cache of “${name}”`;

const refuseToBegin = (workspace: Workspace, cause: AppError): AppError =>
  new AppError(
    cause.code,
    `${labelOf(workspace)} is not made, because its key cannot be kept now and customers' data would lie open. ${withoutWays(cause)} Or put a key into a file and set AFTERWORD_CACHE_KEY_FILE (see: docs/cli.md, Key of a cache). With AFTERWORD_PLAIN_CACHE=1 it is made without encryption.`,
    { cause, details: cause.details },
  );
/** Those are ways to sign in, not to keep a key. */
const withoutWays = ({ message }: AppError): string => message.replace(headlessWays, '').trim();

export const createCacheKeys = (ports: Ports): CacheKeys => {
  const pending = new Map<string, Promise<void>>();
  /** Keys that this program made for caches which nobody had made yet. */
  const begun = new Map<string, string>();
  const pathOf = (workspace: Workspace): string => cachePath(ports.dataDir, workspace.id);
  const fromFiles = ({ name }: Workspace): Promise<Uint8Array | null> =>
    findKeyInFiles({ env: ports.env, workspaceName: name });

  const find = async (workspace: Workspace, keyId: string): Promise<Uint8Array> => {
    const refuse = (why: string): AppError =>
      lockedError(
        labelOf(workspace),
        `${why} With a key file, set AFTERWORD_CACHE_KEY_FILE. If the key is lost for good, “afterword workspace reset” removes the cache, and a sync fetches it again.`,
        keyId,
      );
    const inFile = await fromFiles(workspace);
    if (inFile !== null && idOfKey(inFile) === keyId) return inFile;
    let stored: string | null;
    try {
      stored = await ports.secrets.get(accountOf(workspace, keyId));
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      throw refuse(`its key cannot be read. ${withoutWays(error)}`);
    }
    const key = stored === null ? null : decodeKey(stored);
    if (key !== null && idOfKey(key) === keyId) return key;
    throw refuse(
      inFile === null
        ? 'its key is not in the keychain of this account.'
        : 'the key file holds the key of another cache.',
    );
  };

  /** A new key that the keychain was seen to keep. */
  const makeInKeychain = async (workspace: Workspace): Promise<Uint8Array> => {
    const key = randomBytes(KEY_BYTES);
    const account = accountOf(workspace, idOfKey(key));
    await ports.secrets.set(account, encodeKey(key));
    if ((await ports.secrets.get(account)) === encodeKey(key)) return key;
    throw new AppError('secret_store_unavailable', 'The system keychain does not keep what is put into it.');
  };

  const make: CacheKeys['make'] = async (workspace) => {
    const key = (await fromFiles(workspace)) ?? (await makeInKeychain(workspace));
    learnKey(key);
    return key;
  };

  const discard: CacheKeys['discard'] = async (workspace, keyId) => {
    unlearnKey(keyId);
    await ports.secrets.delete(accountOf(workspace, keyId));
  };

  /** An entry that stays opens nothing. */
  const discardQuietly = (workspace: Workspace, keyId: string): Promise<void> =>
    discard(workspace, keyId).catch((error: unknown) =>
      ports.log.warn('a key that nothing needs is still in the keychain', {
        code: error instanceof AppError ? error.code : 'internal',
      }),
    );

  /**
   * Null where there is no place for a key: then a cache is made plain, as it always was, and `doctor` says so. A keychain that is
   * there and does not take the key now is another matter: what is written meanwhile could be read by anybody for good.
   */
  const makeWherePossible = async (workspace: Workspace): Promise<Uint8Array | null> => {
    if (ports.env.AFTERWORD_PLAIN_CACHE === '1' && (await fromFiles(workspace)) === null) {
      ports.log.warn('a cache is made without encryption: AFTERWORD_PLAIN_CACHE is set');
      return null;
    }
    try {
      return await make(workspace);
    } catch (error) {
      if (!(error instanceof AppError) || !error.code.startsWith('secret_store_')) throw error;
      if (!isKeychainAbsent(error)) throw refuseToBegin(workspace, error);
      ports.log.warn('a cache is made without encryption: no key can be kept', { code: error.code });
      return null;
    }
  };

  /** For a cache that is not there yet. */
  const begin = async (workspace: Workspace): Promise<void> => {
    const key = await makeWherePossible(workspace);
    if (key === null) return;
    const path = pathOf(workspace);
    makeFolder(dirname(path), 0o700);
    const keyId = idOfKey(key);
    // A mark that makes no sense goes. Of two that do, the first counts: another program was quicker.
    while (!writeMark(path, keyId) && keyIdOf(path) === null && !isPlainFile(path)) removeMark(path);
    const theirs = keyIdOf(path);
    if (theirs === keyId) {
      begun.set(workspace.id, keyId);
      return;
    }
    await discardQuietly(workspace, keyId);
    if (theirs === null) throw madePlainError(labelOf(workspace));
    learnKey(await find(workspace, theirs));
  };

  const prepare = async (workspace: Workspace): Promise<void> => {
    const path = pathOf(workspace);
    const keyId = keyIdOf(path);
    if (keyId !== null) {
      if (knownKey(keyId) === null) learnKey(await find(workspace, keyId));
    }
    // What is there and is no plain cache is damaged, and is made anew: nobody can say that it was not encrypted. The sample's people
    // are made up, and it has to run where there is no keychain.
    else if (!isPlainFile(path) && workspace.sample === null) await begin(workspace);
  };

  return {
    ready(workspace) {
      // Looked at each time, which costs one short read: another program may have replaced the file by an encrypted one.
      const started = pending.get(workspace.id) ?? prepare(workspace).finally(() => pending.delete(workspace.id));
      pending.set(workspace.id, started);
      return started;
    },
    forThread(workspace) {
      const keyId = keyIdOf(pathOf(workspace));
      if (keyId !== null) return knownKey(keyId);
      const unused = begun.get(workspace.id);
      if (unused === undefined) return null;
      // Said once; from then on it is a plain cache as any other.
      begun.delete(workspace.id);
      void discardQuietly(workspace, unused);
      throw madePlainError(labelOf(workspace));
    },
    make,
    discard,
    async discardUnused(workspace, key) {
      const keyId = idOfKey(key);
      if (keyIdOf(pathOf(workspace)) === keyId) return;
      await discardQuietly(workspace, keyId);
    },
  };
};
