// Loaded before anything else in every thread of the program that the soak watches: throws its garbage away when asked, and
// says what its heap holds then. Each thread has a heap of its own, into which no other can look.
import { EventEmitter } from 'node:events';
import { basename, join } from 'node:path';
import { getHeapSpaceStatistics, getHeapStatistics, queryObjects, writeHeapSnapshot } from 'node:v8';
import { BroadcastChannel, isMainThread, threadId } from 'node:worker_threads';

/** Bytes, after a collection of garbage. */
export type ThreadMemory = {
  threadId: number;
  /** The file that the thread runs. */
  name: string;
  heapUsed: number;
  /** Outside of the heap, held by objects in it: buffers and the like. */
  external: number;
  /** What V8 has taken from the system for the heap, full or not; of it, the part for what is new. */
  taken: number;
  young: number;
  /** What V8 needs for itself. */
  malloced: number;
  /** Objects that can be listened to: a listener that is never taken off keeps one of them. Null unless asked for. */
  emitters: number | null;
  /** Timers, sockets, ports and the like that are open, by their kind. */
  resources: Record<string, number>;
};
/**
 * `isThorough`: objects are counted too, and with `snapshots`, a folder, each heap is written there. Both make V8 give back all the
 * room that it has taken, so that what it takes by itself is not seen for a while.
 */
export type Look = { isThorough: boolean; snapshots?: string | null };
export type AskThreads = { ask: number; look: Look };
export type ThreadAnswer = { answer: number; memory: ThreadMemory };

/** Between the threads of one process. */
export const CHANNEL = 'afterword-soak';

const countByName = (names: readonly string[]): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
};

const count = (kind: typeof EventEmitter | typeof EventTarget): number =>
  queryObjects(kind as typeof EventEmitter, { format: 'count' });

export const measureThread = ({ isThorough, snapshots = null }: Look): ThreadMemory => {
  // Twice: what only a finaliser held goes with the second.
  globalThis.gc?.();
  globalThis.gc?.();
  const emitters = isThorough ? count(EventEmitter) + count(EventTarget) : null;
  const name = basename(process.argv[1] ?? '', '.ts');
  if (isThorough && snapshots !== null)
    writeHeapSnapshot(join(snapshots, `${name}-${threadId}-${Date.now()}.heapsnapshot`));
  const { heapUsed, external } = process.memoryUsage();
  const { malloced_memory: malloced, total_physical_size: taken } = getHeapStatistics();
  const spaces = getHeapSpaceStatistics().filter(({ space_name: space }) => /^new_/.test(space));
  const young = spaces.reduce((sum, { physical_space_size: size }) => sum + size, 0);
  const resources = countByName(process.getActiveResourcesInfo());
  return { threadId, name, heapUsed, external, taken, young, malloced, emitters, resources };
};

if (!isMainThread) {
  const channel = new BroadcastChannel(CHANNEL);
  channel.onmessage = (event: unknown) => {
    const { data } = event as { data: AskThreads | ThreadAnswer };
    if (!('ask' in data)) return;
    const answer: ThreadAnswer = { answer: data.ask, memory: measureThread(data.look) };
    channel.postMessage(answer);
  };
  channel.unref();
}
