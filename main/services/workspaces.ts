// Workspaces: finding one by name, connecting, renaming and removing one. How one signs in is workspace-sign-in.ts's, the
// threads that serve an open one are workspace-threads.ts's.
import { randomUUID } from 'node:crypto';
import { existsSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { AppError } from '../../preload/contract/errors.ts';
import { defaultFigureSettings } from '../../preload/contract/figures.ts';
import type { ParsedInput, ProcedureOutput } from '../../preload/contract/procedures.ts';
import type { Workspace } from '../../preload/contract/workspace.ts';
import { validateHost } from '../kore/host.ts';
import type { KoreClient, TokenSource } from '../kore/types.ts';
import { requireZone } from '../metrics/period.ts';
import type { Ports } from '../ports.ts';
import { encodeCredential } from '../secrets/credentials.ts';
import { cachePath } from '../store/cache.ts';
import { keyIdOf } from '../store/cache-key.ts';
import type { Library } from '../store/library.ts';
import type { QueryHandlers } from '../workers/query-worker.ts';
import type { WorkerClient } from '../workers/rpc.ts';
import type { WriterClient } from '../workers/writer-client.ts';
import { createCacheKeys } from './cache-keys.ts';
import { createEncryption, type Encryption } from './encryption.ts';
import { createSampling, sampleWorkspace } from './sampling.ts';
import { createSignIn, toCredential } from './workspace-sign-in.ts';
import { createWorkspaceThreads } from './workspace-threads.ts';

export type Workspaces = {
  list(): Workspace[];
  /** By name or id; the only one when left out. Throws AppError not_found or invalid_input. */
  find(nameOrId: string | undefined): Workspace;
  connect(input: ParsedInput<'workspaces.connect'>): Promise<Workspace>;
  /** Throws AppError not_found, invalid_input when the name is taken. */
  rename(nameOrId: string, name: string): Workspace;
  /**
   * Ends its threads and removes its cache, its sign-in, and its rows. Throws AppError not_found, sync_busy while some
   * program syncs it, output_failed when its files cannot be deleted: then it is still there and can be removed again.
   */
  remove(nameOrId: string): Promise<ProcedureOutput<'workspaces.remove'>>;
  /** Signs in: the client to ask with and its token source. Throws AppError auth_missing and what the stores throw. */
  signIn(workspace: Workspace): Promise<{ client: KoreClient; tokens: TokenSource }>;
  /** The workspace “Sample” behind a made-up contact centre; its earlier data must not be another centre's. */
  connectSample(input: ParsedInput<'sample.connect'>): Workspace;
  encryption: Encryption;
  writer(workspace: Workspace): WriterClient;
  query(workspace: Workspace): Promise<WorkerClient<QueryHandlers>>;
  close(): Promise<void>;
};

const SAMPLE_NAME = 'Sample';

/** `onMended` is told in words what was mended, `onWriter` of each cache that is opened for writing. */
export const createWorkspaces = (
  ports: Ports,
  library: Library,
  onMended: (message: string) => void,
  onWriter: (workspace: Workspace) => void,
): Workspaces => {
  const sampling = createSampling();
  const removing = new Set<string>();
  const keys = createCacheKeys(ports);
  const threads = createWorkspaceThreads(ports, library, keys, removing, { onMended, onWriter });
  const { writer, query } = threads;
  const { toSession, existingCredential, check, forget: forgetSignIn } = createSignIn(ports, library);
  const list = (): Workspace[] => library.workspaces().filter(({ id }) => !removing.has(id));

  const find: Workspaces['find'] = (nameOrId) => {
    const all = list();
    if (nameOrId === undefined) {
      const [only] = all;
      if (all.length === 1 && only) return only;
      if (all.length === 0)
        throw new AppError(
          'not_found',
          'There is no workspace yet. Connect one with “afterword connect”, or try “afterword sample”.',
        );
      throw new AppError('invalid_input', `Which workspace? Name one of: ${all.map((w) => w.name).join(', ')}.`);
    }
    const found =
      all.find((w) => w.id === nameOrId) ?? all.find((w) => w.name.toLowerCase() === nameOrId.toLowerCase());
    if (!found) {
      const names =
        all.length === 0
          ? 'There is none yet: connect one with “afterword connect”.'
          : `There are: ${all.map((w) => w.name).join(', ')}.`;
      throw new AppError('not_found', `There is no workspace called “${nameOrId}”. ${names}`);
    }
    return found;
  };

  const refuseWhileSynced = async (workspace: Workspace): Promise<void> => {
    if (!existsSync(cachePath(ports.dataDir, workspace.id))) return;
    const lease = { token: randomUUID(), pid: process.pid, nowMs: ports.clock.nowMs() };
    try {
      await writer(workspace).call('takeLease', lease);
      // Given back: were the files to stay, a sync must not wait for a removal that failed.
      await writer(workspace).call('dropLease', { token: lease.token });
    } catch (error) {
      if (!(error instanceof AppError) || error.code === 'sync_busy') throw error;
      // A cache too damaged or too new to be opened is synced by nobody, and must not keep its workspace.
      ports.log.warn('removing a workspace whose cache cannot be opened', { code: error.code });
    }
  };

  /** What lies there may be no file at all: it goes all the same. */
  const keyIdForRemoval = (path: string): string | null => {
    try {
      return keyIdOf(path);
    } catch (error) {
      if (error instanceof AppError) return null;
      throw error;
    }
  };

  /** With the key, of which nothing else is left to open. False when the keychain could not be asked. */
  const removeFiles = async (workspace: Workspace): Promise<boolean> => {
    const keyId = keyIdForRemoval(cachePath(ports.dataDir, workspace.id));
    try {
      rmSync(dirname(cachePath(ports.dataDir, workspace.id)), { recursive: true, force: true, maxRetries: 5 });
    } catch (error) {
      throw new AppError(
        'output_failed',
        `The files of “${workspace.name}” could not be deleted. Close other programs that use them and try again.`,
        { cause: error },
      );
    }
    try {
      if (keyId !== null) await keys.discard(workspace, keyId);
      return true;
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      ports.log.warn('the key of a removed cache is still in the keychain', { code: error.code });
      return false;
    }
  };

  const removeCache = (workspace: Workspace): void => {
    if (threads.isOpen(workspace.id))
      throw new AppError('invalid_input', 'The sample is open. Start Afterword again to make up another one.');
    rmSync(dirname(cachePath(ports.dataDir, workspace.id)), { recursive: true, force: true });
  };

  return {
    list,
    find,
    async connect(input) {
      const known = list().find((w) => w.name.toLowerCase() === input.name.toLowerCase());
      if (known && (known.accountId !== input.accountId || known.appId !== input.appId)) {
        throw new AppError(
          'invalid_input',
          `The workspace “${known.name}” belongs to another account or app, and their conversations must not mix. Choose another name.`,
        );
      }
      const { credential: given, store, check: isChecked, ...settings } = input;
      const workspace: Workspace = {
        clientId: null,
        endpoints: ['v2-interactions'],
        requestsPerMinute: 60,
        zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
        channels: [],
        queues: [],
        direction: null,
        retentionDays: null,
        csatPolarity: 'unset',
        figures: defaultFigureSettings,
        ...known,
        ...withoutUndefined(settings),
        id: known?.id ?? randomUUID(),
        host: validateHost(input.host),
        sample: null,
      };
      workspace.zone = requireZone(workspace.zone);
      const credential = given.kind === 'existing' ? null : toCredential(given, workspace.clientId);
      if (isChecked) await check(workspace, credential ?? (await existingCredential(workspace)));
      if (credential && store) await ports.secrets.set(workspace.id, encodeCredential(credential));
      library.saveWorkspace(workspace);
      return workspace;
    },
    async signIn(workspace) {
      if (workspace.sample === null) return toSession(workspace, await existingCredential(workspace));
      const { host, credential } = await sampling.start(workspace.sample);
      return toSession({ ...workspace, host }, credential);
    },
    connectSample({ seed, days, conversations }) {
      const known = list().find((w) => w.name === SAMPLE_NAME);
      if (known && known.sample === null)
        throw new AppError(
          'invalid_input',
          `The name “${SAMPLE_NAME}” is taken by a workspace of yours. Rename that one first.`,
        );
      const toS = Math.floor(ports.clock.nowMs() / 1000);
      const isSame =
        known?.sample &&
        known.sample.seed === seed &&
        known.sample.conversations === conversations &&
        Math.round((known.sample.toS - known.sample.fromS) / 86_400) === days;
      if (known?.sample && isSame) return known;
      const sample = { seed, conversations, fromS: toS - days * 86_400, toS };
      const made = sampleWorkspace(sample, known?.id ?? randomUUID());
      const workspace = { ...made, figures: known?.figures ?? made.figures };
      if (known) removeCache(known);
      library.saveWorkspace(workspace);
      return workspace;
    },
    writer,
    query,
    encryption: createEncryption(ports, library, { keys, threads, refuseWhileSynced, removeFiles }),
    rename(nameOrId, name) {
      const { id } = find(nameOrId);
      library.renameWorkspace(id, name);
      return find(id);
    },
    async remove(nameOrId) {
      const workspace = find(nameOrId);
      await refuseWhileSynced(workspace);
      removing.add(workspace.id);
      try {
        await threads.close(workspace.id);
        // The data first: what is left after a failure is still in the list, and can be removed again.
        const isKeyRemoved = await removeFiles(workspace);
        const isSignInRemoved = (await forgetSignIn(workspace)) && isKeyRemoved;
        return { removed: library.removal.remove(workspace.id, ports.clock.nowMs()), isSignInRemoved };
      } finally {
        removing.delete(workspace.id);
      }
    },
    async close() {
      await sampling.close();
      await threads.closeAll();
    },
  };
};

const withoutUndefined = <T extends object>(options: T): { [K in keyof T]: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>;
  };
