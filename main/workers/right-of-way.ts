// Who asks goes first: while somebody waits for an answer, the threads that write a sync pause, so that the answer has a
// processor to itself. One number that the threads share; a pause is bounded, so that a sync goes on whatever is asked.
// Imports node:os.
import { constants, setPriority } from 'node:os';

/** Threads that pause for whoever asks share this with the host thread. */
export type SharedAsking = SharedArrayBuffer;

export type RightOfWay = {
  shared: SharedAsking;
  /** Does the work while the others pause. */
  during<T>(work: () => Promise<T>): Promise<T>;
};

export const createRightOfWay = (): RightOfWay => {
  const shared = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);
  const asking = new Int32Array(shared);
  return {
    shared,
    async during(work) {
      Atomics.add(asking, 0, 1);
      try {
        return await work();
      } finally {
        // After the answer has gone its way: threads that wake take the processor from the one that woke them.
        setImmediate(() => {
          if (Atomics.sub(asking, 0, 1) === 1) Atomics.notify(asking, 0);
        });
      }
    },
  };
};

/**
 * The most that a thread pauses for one page. Ten pages a second get through while somebody asks without end, which is ten
 * times what the API gives.
 */
export const MOST_PAUSE_MS = 100;

export type GivingWay = {
  /** Another page begins, for which it may pause anew. */
  beginPage(): void;
  /** Pauses while somebody asks, unless it has paused long enough for this page. */
  pause(): void;
};

/** For a thread without anything else to do: it stands still meanwhile. */
export const createGivingWay = (shared: SharedAsking): GivingWay => {
  const asking = new Int32Array(shared);
  let leftMs = MOST_PAUSE_MS;
  return {
    beginPage() {
      leftMs = MOST_PAUSE_MS;
    },
    pause() {
      for (let asked = Atomics.load(asking, 0); asked > 0 && leftMs > 0; asked = Atomics.load(asking, 0)) {
        const startedMs = performance.now();
        Atomics.wait(asking, 0, asked, leftMs);
        leftMs -= performance.now() - startedMs;
      }
    },
  };
};

/**
 * Lets every other thread of the program, and other programs, have the processor before this thread. Only Linux has a
 * priority for each thread: elsewhere this would be the whole program's.
 */
export const standBehind = (): void => {
  if (process.platform !== 'linux') return;
  try {
    setPriority(0, constants.priority.PRIORITY_BELOW_NORMAL);
  } catch {
    // Whoever asks goes first all the same: the thread pauses.
  }
};
