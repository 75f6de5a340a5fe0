// Asks about once a minute whether something is due, and soon after the computer woke up. Owns the waiting alone; what is
// asked, and what comes of it, is the caller's. Imports ports.
import type { Clock } from '../ports.ts';

export const DUE_EVERY_MS = 60_000;
/** After a start and after waking: the window and the network come first. */
export const DUE_SETTLE_MS = 10_000;

export type DueTimer = {
  /** The computer was asleep: asks soon, not when the minute is over. */
  wake(): void;
  close(): Promise<void>;
};

/** `check` must not throw. */
export const startDueTimer = (clock: Clock, check: () => void): DueTimer => {
  const ended = new AbortController();
  let nap = new AbortController();

  const run = async (): Promise<void> => {
    let waitMs = DUE_SETTLE_MS;
    while (!ended.signal.aborted) {
      const { signal } = nap;
      try {
        await clock.sleep(waitMs, AbortSignal.any([ended.signal, signal]));
        waitMs = DUE_EVERY_MS;
        check();
      } catch (error) {
        if (!ended.signal.aborted && !signal.aborted) throw error;
        waitMs = DUE_SETTLE_MS;
      }
    }
  };
  const running = run();

  return {
    wake() {
      const asleep = nap;
      nap = new AbortController();
      asleep.abort();
    },
    close() {
      ended.abort();
      return running;
    },
  };
};
