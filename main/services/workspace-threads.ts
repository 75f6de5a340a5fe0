// The worker threads that serve an open workspace: those that write its cache and the one that reads it. Each is started when
// it is first asked for; whoever meets damage ends them, and the cache is mended before it is opened again.
import { dirname, join } from 'node:path';
import { AppError } from '../../preload/contract/errors.ts';
import type { Workspace } from '../../preload/contract/workspace.ts';
import type { Ports } from '../ports.ts';
import { cacheNeedsWriter, cachePath } from '../store/cache.ts';
import { closeHeld, handOverHeld } from '../store/held-file.ts';
import type { Library } from '../store/library.ts';
import { type BoxedThreadData, createKeyBox, fillKeyBox } from '../workers/key-box.ts';
import type { QueryHandlers } from '../workers/query-worker.ts';
import { createRightOfWay } from '../workers/right-of-way.ts';
import { connectWorker, type Handlers, type WorkerClient } from '../workers/rpc.ts';
import { connectWriter, type WriterClient } from '../workers/writer-client.ts';
import type { WriterHandlers } from '../workers/writer-worker.ts';
import { type CacheCare, createCacheCare } from './cache-care.ts';
import type { CacheKeys } from './cache-keys.ts';

/**
 * Room for what is new: V8 keeps the whole of it once it was used. With its own 48 MB the columns of a million conversations left
 * 572 MB, with these 500 to 528, and an export took the same processor time; with 16 it took a quarter more.
 */
const queryLimits = { maxYoungGenerationSizeMb: 32 };

/** What somebody sits and waits for: a sync pauses meanwhile. */
const asked: ReadonlySet<string> = new Set([
  'search',
  'complete',
  'show',
  'raw',
  'scorecard',
  'totals',
  'card',
  'figureRows',
  'comparePeers',
  'reconcile',
] satisfies (keyof QueryHandlers)[]);

export type WorkspaceThreads = {
  writer(workspace: Workspace): WriterClient;
  query(workspace: Workspace): Promise<WorkerClient<QueryHandlers>>;
  isOpen(id: string): boolean;
  close(id: string): Promise<void>;
  /** Ends the threads of a workspace and starts none until `work` has ended. */
  exclusively<T>(id: string, work: (care: CacheCare) => Promise<T>): Promise<T>;
  closeAll(): Promise<void>;
};

/** `removing`: the ids of those that are being removed. */
export const createWorkspaceThreads = (
  ports: Ports,
  library: Library,
  keys: CacheKeys,
  removing: ReadonlySet<string>,
  { onMended, onWriter }: { onMended: (message: string) => void; onWriter: (workspace: Workspace) => void },
): WorkspaceThreads => {
  const writers = new Map<string, WriterClient>();
  const queries = new Map<string, Promise<WorkerClient<QueryHandlers>>>();
  const rightOfWay = createRightOfWay();
  const onUnexpected = (stack: string): void => ports.log.error('unexpected error in a worker', { stack });

  const joinForgotten = async (workspace: Workspace, cache: WriterClient): Promise<void> => {
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
  const guard = <H extends Handlers>(
    workspace: Workspace,
    opening: Promise<Pick<WorkerClient<H>, 'call' | 'close'>>,
  ): WorkerClient<H> => {
    const call: WorkerClient<H>['call'] = (name, input, options) =>
      opening
        .then((client) => client.call(name, input, options))
        .catch((error: unknown) => {
          if (error instanceof AppError && error.details?.isFileDamaged === true) retire(workspace);
          throw error;
        });
    return { call, close: async () => (await opening.catch(() => null))?.close() };
  };

  const openWriter = async (workspace: Workspace): Promise<WriterClient> => {
    await retiring.get(workspace.id);
    await care.ready(workspace, 'writing');
    await keys.ready(workspace);
    const started = connectWriter(cachePath(ports.dataDir, workspace.id), onUnexpected, {
      cacheKey: keys.forThread(workspace),
      asking: rightOfWay.shared,
    });
    // Before anything else is asked of it: a cache filled again must not bring back what was forgotten.
    joinForgotten(workspace, started).catch((error: unknown) =>
      ports.log.warn('what was forgotten could not be joined', {
        code: error instanceof AppError ? error.code : 'internal',
      }),
    );
    return started;
  };

  /** What goes wrong there goes wrong in the next search too, which says so. */
  const tellOfChange = ({ id }: Workspace): void => {
    void queries
      .get(id)
      ?.then((query) => query.call('takeIn', undefined))
      .catch(() => undefined);
  };

  const writer: WorkspaceThreads['writer'] = (workspace) => {
    const open = writers.get(workspace.id);
    if (open) return open;
    refuseRemoved(workspace);
    const opening = openWriter(workspace);
    const guarded = guard<WriterHandlers>(workspace, opening);
    const started: WriterClient = {
      close: guarded.close,
      call(name, input, options) {
        const answer = guarded.call(name, input, options);
        // A failure is the caller's.
        if (name === 'takeLease' || name === 'commit')
          void answer.then(
            () => tellOfChange(workspace),
            () => undefined,
          );
        return answer;
      },
      decode: async (input) => (await opening).decode(input),
    };
    writers.set(workspace.id, started);
    opening.then(
      () => onWriter(workspace),
      // A failed opening is not remembered: the next call tries again.
      () => writers.delete(workspace.id),
    );
    return started;
  };

  const openQuery = async (workspace: Workspace): Promise<WorkerClient<QueryHandlers>> => {
    refuseRemoved(workspace);
    const path = cachePath(ports.dataDir, workspace.id);
    // Started at once: what it needs to read of its own takes longer than the keychain, and it opens nothing without the key.
    const keyBox = createKeyBox();
    const started = connectWorker<QueryHandlers>(
      new URL('../workers/query-worker.ts', import.meta.url),
      { cachePath: path, keyBox } satisfies BoxedThreadData,
      onUnexpected,
      { resourceLimits: queryLimits },
    );
    try {
      await retiring.get(workspace.id);
      await care.ready(workspace, 'reading');
      await keys.ready(workspace);
      if (cacheNeedsWriter(path)) await writer(workspace).call('getState', { name: 'ready' });
      fillKeyBox(keyBox, keys.forThread(workspace));
    } catch (error) {
      await started.close();
      throw error;
    }
    const guarded = guard(workspace, Promise.resolve(started));
    const call: typeof guarded.call = (name, input, options) => {
      const work = () => guarded.call(name, input, options);
      return asked.has(name) ? rightOfWay.during(work) : work();
    };
    return { call, close: guarded.close };
  };

  /** What ended threads had open past SQLite: see store/held-file.ts. */
  const held = new Map<string, number[]>();
  const holding = (id: string, files: readonly number[]): void => {
    held.set(id, [...(held.get(id) ?? []), ...files]);
  };
  /** Unless somebody opened the cache meanwhile, who would lose the locks. */
  const letGo = (id: string): void => {
    if (writers.has(id) || queries.has(id)) return;
    closeHeld([...(held.get(id) ?? []), ...handOverHeld(dirname(cachePath(ports.dataDir, id)))]);
    held.delete(id);
  };

  const end = async (
    id: string,
    thread: { call(name: 'handOverHeld', input: undefined): Promise<number[]>; close(): Promise<void> },
  ): Promise<void> => {
    holding(id, await thread.call('handOverHeld', undefined).catch(() => []));
    await thread.close();
  };

  const closeReader = async (id: string): Promise<void> => {
    const query = await queries.get(id)?.catch(() => null);
    queries.delete(id);
    await query?.call('close', undefined).catch(() => undefined);
    if (query) await end(id, query);
  };

  const closeThreads = async (id: string): Promise<void> => {
    // Taken now: one that is asked for meanwhile waits for this to end, and must not be waited for.
    const open = writers.get(id);
    await closeReader(id);
    if (writers.get(id) === open) writers.delete(id);
    await open?.call('checkpoint', { nowMs: ports.clock.nowMs() }).catch(() => undefined);
    await open?.call('close', undefined).catch(() => undefined);
    if (open) await end(id, open);
    letGo(id);
  };
  const care = createCacheCare(ports, library, keys, { closeReader, holding, onMended });

  return {
    writer,
    query(workspace) {
      const open = queries.get(workspace.id) ?? openQuery(workspace);
      queries.set(workspace.id, open);
      // A failed opening is not remembered: the next call tries again.
      open.catch(() => queries.delete(workspace.id));
      return open;
    },
    isOpen: (id) => writers.has(id) || queries.has(id),
    close: closeThreads,
    async exclusively(id, work) {
      await retiring.get(id);
      const done = closeThreads(id).then(() => work(care));
      const settled = done.then(
        () => undefined,
        () => undefined,
      );
      retiring.set(
        id,
        settled.finally(() => retiring.delete(id)),
      );
      return done;
    },
    async closeAll() {
      for (const id of new Set([...queries.keys(), ...writers.keys()])) await closeThreads(id);
      for (const id of [...held.keys()]) letGo(id);
      // Of those that were only looked at.
      closeHeld(handOverHeld(join(ports.dataDir, 'workspaces')));
    },
  };
};
