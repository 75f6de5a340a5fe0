// Loaded before anything else in every thread of the program that the soak watches: throws its garbage away when asked, and
// says what its heap holds then. Each thread has a heap of its own, into which no other can look.
import { basename, join } from 'node:path';
import { getHeapStatistics, writeHeapSnapshot } from 'node:v8';
import { BroadcastChannel, isMainThread, threadId } from 'node:worker_threads';

/** Bytes, after a collection of garbage. */
export type ThreadMemory = {
  threadId: number;
  /** The file that the thread runs. */
  name: string;
  heapUsed: number;
  /** Outside of the heap, held by objects in it: buffers and the like. */
  external: number;
  /** What V8 needs for itself. */
  malloced: number;
  /** Timers, sockets, ports and the like that are open, by their kind. */
  resources: Record<string, number>;
};
/** `snapshots`: a folder for a snapshot of each heap. */
export type AskThreads = { ask: number; snapshots: string | null };
export type ThreadAnswer = { answer: number; memory: ThreadMemory };

/** Between the threads of one process. */
export const CHANNEL = 'afterword-soak';

const countByName = (names: readonly string[]): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
};

export const measureThread = (snapshots: string | null): ThreadMemory => {
  // Twice: what only a finaliser held goes with the second.
  globalThis.gc?.();
  globalThis.gc?.();
  const name = basename(process.argv[1] ?? '', '.ts');
  if (snapshots !== null) writeHeapSnapshot(join(snapshots, `${name}-${threadId}-${Date.now()}.heapsnapshot`));
  const { heapUsed, external } = process.memoryUsage();
  const { malloced_memory: malloced } = getHeapStatistics();
  return { threadId, name, heapUsed, external, malloced, resources: countByName(process.getActiveResourcesInfo()) };
};

if (!isMainThread) {
  const channel = new BroadcastChannel(CHANNEL);
  channel.onmessage = (event: unknown) => {
    const { data } = event as { data: AskThreads | ThreadAnswer };
    if (!('ask' in data)) return;
    const answer: ThreadAnswer = { answer: data.ask, memory: measureThread(data.snapshots) };
    channel.postMessage(answer);
  };
  channel.unref();
}
