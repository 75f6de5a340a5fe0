// A clock that moves only when a test moves it, in whole milliseconds. Whoever sleeps wakes in the order of the times asked for, and everything
// that follows from one waking happens before the next.
import { setImmediate as settle } from 'node:timers/promises';
import type { Clock } from '../../main/ports.ts';

export type FakeClock = Clock & {
  /** Lets this much time pass, waking sleepers on the way. */
  forward(ms: number): Promise<void>;
  /** Sets the date's clock, which may go back; the monotonic one is not touched. */
  setNowMs(nowMs: number): void;
  /** How many sleep at present. */
  readonly sleepers: number;
};

type Timer = { atMs: number; order: number; wake: () => void };

export const createFakeClock = (startMs = Date.UTC(2025, 9, 1)): FakeClock => {
  const timers = new Set<Timer>();
  let elapsedMs = 0;
  let offsetMs = startMs;
  let order = 0;

  const findNext = (untilMs: number): Timer | null => {
    let next: Timer | null = null;
    for (const timer of timers)
      if (
        timer.atMs <= untilMs &&
        (!next || timer.atMs < next.atMs || (timer.atMs === next.atMs && timer.order < next.order))
      )
        next = timer;
    return next;
  };

  return {
    nowMs: () => offsetMs + elapsedMs,
    monotonicMs: () => elapsedMs,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason);
        const leave = (): void => {
          timers.delete(timer);
          reject(signal?.reason);
        };
        const timer: Timer = {
          atMs: elapsedMs + Math.max(0, Math.ceil(ms)),
          order: order++,
          wake: () => {
            signal?.removeEventListener('abort', leave);
            resolve();
          },
        };
        signal?.addEventListener('abort', leave, { once: true });
        timers.add(timer);
      }),
    async forward(ms) {
      const untilMs = elapsedMs + ms;
      await settle();
      for (let timer = findNext(untilMs); timer !== null; timer = findNext(untilMs)) {
        timers.delete(timer);
        elapsedMs = Math.max(elapsedMs, timer.atMs);
        timer.wake();
        await settle();
      }
      elapsedMs = untilMs;
    },
    setNowMs: (nowMs) => {
      offsetMs = nowMs - elapsedMs;
    },
    get sleepers() {
      return timers.size;
    },
  };
};
