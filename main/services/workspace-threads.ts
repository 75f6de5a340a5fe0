// The two worker threads that serve an open workspace: one that writes its cache, one that reads it. Each is started when
// it is first asked for.
import { AppError } from '../../preload/contract/errors.ts';
import type { Workspace } from '../../preload/contract/workspace.ts';
import type { Ports } from '../ports.ts';
import { cacheNeedsWriter, cachePath } from '../store/cache.ts';
import type { Library } from '../store/library.ts';
import type { QueryHandlers } from '../workers/query-worker.ts';
import { connectWorker, type WorkerClient } from '../workers/rpc.ts';
import type { WriterHandlers } from '../workers/writer-worker.ts';

export type WorkspaceThreads = {
  writer(workspace: Workspace): WorkerClient<WriterHandlers>;
  query(workspace: Workspace): Promise<WorkerClient<QueryHandlers>>;
  isOpen(id: string): boolean;
  close(id: string): Promise<void>;
  closeAll(): Promise<void>;
};

/** `removing`: the ids of those that are being removed. */
export const createWorkspaceThreads = (
  ports: Ports,
  library: Library,
  removing: ReadonlySet<string>,
): WorkspaceThreads => {
  const writers = new Map<string, WorkerClient<WriterHandlers>>();
  const queries = new Map<string, Promise<WorkerClient<QueryHandlers>>>();
  const onUnexpected = (stack: string): void => ports.log.error('unexpected error in a worker', { stack });

  const joinForgotten = async (workspace: Workspace, cache: WorkerClient<WriterHandlers>): Promise<void> => {
    const keyHashes = library.forgotten(workspace.id);
    const all = await cache.call('joinForgotten', { keyHashes });
    if (all.length > keyHashes.length) library.rememberForgotten(workspace.id, all);
  };

  /** Who still holds a workspace that is being removed must not fill its folder again. */
  const refuseRemoved = ({ id, name }: Workspace): void => {
    if (removing.has(id)) throw new AppError('not_found', `The workspace “${name}” is being removed.`);
  };

  const writer: WorkspaceThreads['writer'] = (workspace) => {
    const open = writers.get(workspace.id);
    if (open) return open;
    refuseRemoved(workspace);
    const data = { cachePath: cachePath(ports.dataDir, workspace.id) };
    const started = connectWorker<WriterHandlers>(
      new URL('../workers/writer-worker.ts', import.meta.url),
      data,
      onUnexpected,
    );
    writers.set(workspace.id, started);
    // Before anything else is asked of it: a cache filled again must not bring back what was forgotten.
    joinForgotten(workspace, started).catch((error: unknown) =>
      ports.log.warn('what was forgotten could not be joined', {
        code: error instanceof AppError ? error.code : 'internal',
      }),
    );
    return started;
  };

  const openQuery = async (workspace: Workspace): Promise<WorkerClient<QueryHandlers>> => {
    refuseRemoved(workspace);
    const path = cachePath(ports.dataDir, workspace.id);
    if (cacheNeedsWriter(path)) await writer(workspace).call('getState', { name: 'ready' });
    return connectWorker<QueryHandlers>(
      new URL('../workers/query-worker.ts', import.meta.url),
      { cachePath: path },
      onUnexpected,
    );
  };

  const closeThreads = async (id: string): Promise<void> => {
    const query = await queries.get(id)?.catch(() => null);
    await query?.call('close', undefined);
    await query?.close();
    queries.delete(id);
    const open = writers.get(id);
    await open?.call('checkpoint', undefined).catch(() => undefined);
    await open?.call('close', undefined).catch(() => undefined);
    await open?.close();
    writers.delete(id);
  };

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
    async closeAll() {
      for (const id of new Set([...queries.keys(), ...writers.keys()])) await closeThreads(id);
    },
  };
};
