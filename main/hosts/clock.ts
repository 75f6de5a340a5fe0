// The real clock. Imports Node only.
import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import type { Clock } from '../ports.ts';

/** Node fires a longer timer at once, so that a longer sleep is taken in steps (24.8 days each). */
const longestTimerMs = 2 ** 31 - 1;

export const systemClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  async sleep(ms, signal) {
    try {
      for (let leftMs = ms; leftMs > 0 || leftMs === ms; leftMs -= longestTimerMs) {
        await delay(Math.min(Math.max(leftMs, 0), longestTimerMs), undefined, signal ? { signal } : {});
      }
    } catch (error) {
      // Node wraps the reason in an AbortError of its own; the port promises the reason itself.
      throw signal?.aborted ? signal.reason : error;
    }
  },
};
