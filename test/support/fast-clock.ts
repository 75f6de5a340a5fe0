// A clock for tests of retries: it runs like the real one, but every sleep takes a thousandth of its time, after which
// the clock stands where the sleeper was to wake. Sleeps side by side share the time, as real ones do.
import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import type { Clock } from '../../main/ports.ts';

export type FastClock = Clock & {
  /** Milliseconds of every sleep asked for, in order, also of those that were cut short. */
  readonly sleeps: number[];
  /** Lets time pass while nobody waits. */
  skip(ms: number): void;
};

export const createFastClock = (): FastClock => {
  const startedMs = Date.now() - performance.now();
  const sleeps: number[] = [];
  let aheadMs = 0;
  const monotonicMs = (): number => performance.now() + aheadMs;
  return {
    sleeps,
    monotonicMs,
    nowMs: () => Math.floor(startedMs + monotonicMs()),
    skip(ms) {
      aheadMs += ms;
    },
    async sleep(ms, signal) {
      sleeps.push(ms);
      const wakeMs = monotonicMs() + ms;
      try {
        await delay(ms / 1000, undefined, signal ? { signal } : {});
      } catch (error) {
        throw signal?.aborted ? signal.reason : error;
      }
      aheadMs += Math.max(0, wakeMs - monotonicMs());
    },
  };
};
