// Work that a sleeping computer would break: stopped when it falls asleep, begun again when it is awake. Only for work
// that goes on where it was cut off. Imports ports and the contract.
import { cancelledError } from '../../preload/contract/errors.ts';
import type { Clock } from '../ports.ts';

/** The network needs a moment after waking; the random part keeps a whole office from asking in the same second. */
const settleMs = 5000;
const settleSpreadMs = 5000;

export type Sleeping = {
  /** Runs `work`, again after each sleep. Rejects as `work` does, and with the signal's reason. */
  run<T>(signal: AbortSignal, work: (signal: AbortSignal) => Promise<T>): Promise<T>;
  suspend(): void;
  resume(): void;
};

export const createSleeping = (clock: Clock, random: () => number = Math.random): Sleeping => {
  let nap = new AbortController();
  let awake = Promise.withResolvers<void>();
  awake.resolve();
  return {
    async run(signal, work) {
      for (;;) {
        await Promise.race([awake.promise, rejectWhenAborted(signal)]);
        const sleeps = nap.signal;
        try {
          return await work(AbortSignal.any([signal, sleeps]));
        } catch (error) {
          if (!sleeps.aborted || signal.aborted) throw error;
        }
        await Promise.race([awake.promise, rejectWhenAborted(signal)]);
        await clock.sleep(settleMs + random() * settleSpreadMs, signal);
      }
    },
    suspend() {
      if (nap.signal.aborted) return;
      awake = Promise.withResolvers();
      nap.abort(cancelledError());
    },
    resume() {
      if (!nap.signal.aborted) return;
      nap = new AbortController();
      awake.resolve();
    },
  };
};

const rejectWhenAborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
