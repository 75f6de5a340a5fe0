// Workspaces: finding one by name, connecting one, and the two worker threads that serve an open one.
import { randomUUID } from 'node:crypto';
import { existsSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { AppError } from '../../preload/contract/errors.ts';
import { defaultFigureSettings } from '../../preload/contract/figures.ts';
import type { ParsedInput, ProcedureOutput } from '../../preload/contract/procedures.ts';
import type { Workspace } from '../../preload/contract/workspace.ts';
import { createTokenSource } from '../kore/auth.ts';
import { createKoreClient } from '../kore/client.ts';
import { validateHost } from '../kore/host.ts';
import { parsePage } from '../kore/page.ts';
import type { KoreClient, TokenSource } from '../kore/types.ts';
import { requireZone } from '../metrics/period.ts';
import type { Credential, Ports } from '../ports.ts';
import { encodeCredential, findCredential } from '../secrets/credentials.ts';
import { cacheNeedsWriter, cachePath } from '../store/cache.ts';
import type { Library } from '../store/library.ts';
import { createRateLimiter } from '../sync/rate-limit.ts';
import type { QueryHandlers } from '../workers/query-worker.ts';
import { connectWorker, type Handlers, type WorkerClient } from '../workers/rpc.ts';
import type { WriterHandlers } from '../workers/writer-worker.ts';
import { createCacheCare } from './cache-care.ts';
import { createSampling, sampleWorkspace } from './sampling.ts';

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
  writer(workspace: Workspace): WorkerClient<WriterHandlers>;
  query(workspace: Workspace): Promise<WorkerClient<QueryHandlers>>;
  close(): Promise<void>;
};

const SAMPLE_NAME = 'Sample';

/** The budget belongs to the account: every workspace of it shares this name in the ledger. */
export const accountOf = (workspace: Workspace): string => `${new URL(workspace.host).host}/${workspace.accountId}`;

export const createWorkspaces = (ports: Ports, library: Library, onMended: (message: string) => void): Workspaces => {
  const sampling = createSampling();
  const writers = new Map<string, WorkerClient<WriterHandlers>>();
  const queries = new Map<string, Promise<WorkerClient<QueryHandlers>>>();
  const onUnexpected = (stack: string): void => ports.log.error('unexpected error in a worker', { stack });
  const removing = new Set<string>();
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

  const toSession = (workspace: Workspace, credential: Credential): { client: KoreClient; tokens: TokenSource } => {
    const tokens = createTokenSource(credential, ports.clock);
    const { host, accountId, appId, channels, queues, direction } = workspace;
    const account = { host, accountId, appId };
    const filters = { channels, queues, direction };
    return {
      tokens,
      client: createKoreClient({ account, filters, tokens, http: ports.http, clock: ports.clock, log: ports.log }),
    };
  };

  const existingCredential = async (workspace: Workspace): Promise<Credential> => {
    const { credential } = await findCredential({
      env: ports.env,
      workspaceId: workspace.id,
      workspaceName: workspace.name,
      clientId: workspace.clientId,
      secrets: ports.secrets,
    });
    return credential;
  };

  /** One small request for a recent hour: proves host, sign-in, scope and app id at once. */
  const check = async (workspace: Workspace, credential: Credential): Promise<void> => {
    const { client } = toSession(workspace, credential);
    const nowS = Math.floor(ports.clock.nowMs() / 1000);
    const limiter = createRateLimiter({
      account: accountOf(workspace),
      perMinute: workspace.requestsPerMinute,
      ledger: library,
      clock: ports.clock,
    });
    for (const endpoint of workspace.endpoints) {
      const permit = await limiter.acquire(AbortSignal.timeout(120_000));
      try {
        const page = await client.fetchPage({ endpoint, fromS: nowS - 3600, toS: nowS, offset: 0, limit: 1 });
        parsePage(page.text);
      } finally {
        permit.answered();
      }
    }
  };

  const joinForgotten = async (workspace: Workspace, cache: WorkerClient<WriterHandlers>): Promise<void> => {
    const keyHashes = library.forgotten(workspace.id);
    const all = await cache.call('joinForgotten', { keyHashes });
    if (all.length > keyHashes.length) library.rememberForgotten(workspace.id, all);
  };

  /** Who still holds a workspace that is being removed must not fill its folder again. */
  const refuseRemoved = ({ id, name }: Workspace): void => {
    if (removing.has(id)) throw new AppError('not_found', `The workspace “${name}” is being removed.`);
  };

  /** Threads that are ending because their cache is damaged: nobody may open it before they have. */
  const retiring = new Map<string, Promise<void>>();
  const retire = (workspace: Workspace): void => {
    if (retiring.has(workspace.id)) return;
    ports.log.warn('a cache is damaged: it is rebuilt when it is opened next');
    care.suspect(workspace);
    const ended = closeThreads(workspace.id).finally(() => retiring.delete(workspace.id));
    retiring.set(workspace.id, ended);
  };

  /** Calls to a thread that is still being opened, which retire it when they meet damage. */
  const guard = <H extends Handlers>(workspace: Workspace, opening: Promise<WorkerClient<H>>): WorkerClient<H> => {
    const call: WorkerClient<H>['call'] = (name, input, options) =>
      opening
        .then((client) => client.call(name, input, options))
        .catch((error: unknown) => {
          if (error instanceof AppError && error.details?.isFileDamaged === true) retire(workspace);
          throw error;
        });
    return { call, close: async () => (await opening.catch(() => null))?.close() };
  };

  const openWriter = async (workspace: Workspace): Promise<WorkerClient<WriterHandlers>> => {
    await retiring.get(workspace.id);
    await care.ready(workspace, 'writing');
    const started = connectWorker<WriterHandlers>(
      new URL('../workers/writer-worker.ts', import.meta.url),
      { cachePath: cachePath(ports.dataDir, workspace.id) },
      onUnexpected,
    );
    // Before anything else is asked of it: a cache filled again must not bring back what was forgotten.
    joinForgotten(workspace, started).catch((error: unknown) =>
      ports.log.warn('what was forgotten could not be joined', {
        code: error instanceof AppError ? error.code : 'internal',
      }),
    );
    return started;
  };

  const writer: Workspaces['writer'] = (workspace) => {
    const open = writers.get(workspace.id);
    if (open) return open;
    refuseRemoved(workspace);
    const opening = openWriter(workspace);
    const started = guard(workspace, opening);
    writers.set(workspace.id, started);
    // A failed opening is not remembered: the next call tries again.
    opening.catch(() => writers.delete(workspace.id));
    return started;
  };

  const openQuery = async (workspace: Workspace): Promise<WorkerClient<QueryHandlers>> => {
    refuseRemoved(workspace);
    await retiring.get(workspace.id);
    await care.ready(workspace, 'reading');
    const path = cachePath(ports.dataDir, workspace.id);
    if (cacheNeedsWriter(path)) await writer(workspace).call('getState', { name: 'ready' });
    const started = connectWorker<QueryHandlers>(
      new URL('../workers/query-worker.ts', import.meta.url),
      { cachePath: path },
      onUnexpected,
    );
    return guard(workspace, Promise.resolve(started));
  };

  const closeReader = async (id: string): Promise<void> => {
    const query = await queries.get(id)?.catch(() => null);
    queries.delete(id);
    await query?.call('close', undefined).catch(() => undefined);
    await query?.close();
  };

  const closeThreads = async (id: string): Promise<void> => {
    await closeReader(id);
    const open = writers.get(id);
    writers.delete(id);
    await open?.call('checkpoint', { nowMs: ports.clock.nowMs() }).catch(() => undefined);
    await open?.call('close', undefined).catch(() => undefined);
    await open?.close();
  };
  const care = createCacheCare(ports, library, { closeReader, onMended });

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

  const removeFiles = (workspace: Workspace): void => {
    try {
      rmSync(dirname(cachePath(ports.dataDir, workspace.id)), { recursive: true, force: true, maxRetries: 5 });
    } catch (error) {
      throw new AppError(
        'output_failed',
        `The files of “${workspace.name}” could not be deleted. Close other programs that use them and try again.`,
        { cause: error },
      );
    }
  };

  /** False when the keychain cannot be asked: on a machine without one, nothing else would ever be removed. */
  const forgetSignIn = async (workspace: Workspace): Promise<boolean> => {
    if (workspace.sample !== null) return true;
    try {
      await ports.secrets.delete(workspace.id);
      return true;
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      ports.log.warn('a sign-in could not be removed', { code: error.code });
      return false;
    }
  };

  const removeCache = (workspace: Workspace): void => {
    if (writers.has(workspace.id) || queries.has(workspace.id))
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
        csatPolarity: 'unset',
        figures: defaultFigureSettings,
        ...known,
        ...withoutUndefined(settings),
        id: known?.id ?? randomUUID(),
        host: validateHost(input.host),
        sample: null,
      };
      requireZone(workspace.zone);
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
    query(workspace) {
      const open = queries.get(workspace.id) ?? openQuery(workspace);
      queries.set(workspace.id, open);
      // A failed opening is not remembered: the next call tries again.
      open.catch(() => queries.delete(workspace.id));
      return open;
    },
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
        await closeThreads(workspace.id);
        // The data first: what is left after a failure is still in the list, and can be removed again.
        removeFiles(workspace);
        const isSignInRemoved = await forgetSignIn(workspace);
        return { removed: library.removal.remove(workspace.id, ports.clock.nowMs()), isSignInRemoved };
      } finally {
        removing.delete(workspace.id);
      }
    },
    async close() {
      await sampling.close();
      for (const id of new Set([...queries.keys(), ...writers.keys()])) await closeThreads(id);
    },
  };
};

const withoutUndefined = <T extends object>(options: T): { [K in keyof T]: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>;
  };

const toCredential = (
  given: Exclude<ParsedInput<'workspaces.connect'>['credential'], { kind: 'existing' }>,
  clientId: string | null,
): Credential => {
  if (given.kind === 'token') return given;
  if (clientId === null)
    throw new AppError(
      'invalid_input',
      'A client secret goes with a client id (it begins with “cs-”): add --client-id, or give a token instead.',
    );
  return { kind: 'client-secret', clientId, secret: given.secret };
};
