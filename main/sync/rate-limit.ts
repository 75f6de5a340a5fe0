// Keeps an account's requests under its budget: never more than `perMinute` in any 60 seconds, counted over every
// process and workspace of this data folder, because the budget is the account's. May import ports.
import { cancelledError } from '../../preload/contract/errors.ts';
import type { Clock } from '../ports.ts';

export const WINDOW_MS = 60_000;

/** Where spent requests are written down: library.db. */
export type RequestLedger = {
  reserveRequest(
    account: string,
    nowMs: number,
    limit: number,
    windowMs: number,
  ): { waitMs: number; id: number | null };
  answeredRequest(id: number, nowMs: number): void;
};

export type Permit = {
  /** The server has seen the request; its minute counts from now. */
  answered(): void;
};

export type RateLimiter = {
  /** Waits for a free place in the budget, and for the end of a pause. */
  acquire(signal: AbortSignal): Promise<Permit>;
  /** The server asked for quiet: nobody asks before this many milliseconds have passed. */
  pause(ms: number): void;
  /** Requests granted so far, and the most that fell into any 60 seconds. */
  totals(): { requests: number; mostInAMinute: number };
  /** Requests granted in the last 60 seconds. */
  currentRate(): number;
};

export const createRateLimiter = (options: {
  account: string;
  perMinute: number;
  ledger: RequestLedger;
  clock: Clock;
}): RateLimiter => {
  const { account, perMinute, ledger, clock } = options;
  const grantedAtMs: number[] = [];
  let windowStart = 0;
  let mostInAMinute = 0;
  let pausedUntilMs = 0;

  const grant = (): void => {
    const nowMs = clock.monotonicMs();
    grantedAtMs.push(nowMs);
    while ((grantedAtMs[windowStart] ?? nowMs) <= nowMs - WINDOW_MS) windowStart += 1;
    mostInAMinute = Math.max(mostInAMinute, grantedAtMs.length - windowStart);
  };

  return {
    async acquire(signal) {
      for (;;) {
        if (signal.aborted) throw cancelledError();
        const pauseMs = pausedUntilMs - clock.monotonicMs();
        if (pauseMs > 0) {
          await clock.sleep(pauseMs, signal);
          continue;
        }
        const { waitMs, id } = ledger.reserveRequest(account, clock.nowMs(), perMinute, WINDOW_MS);
        if (id !== null) {
          grant();
          return { answered: () => ledger.answeredRequest(id, clock.nowMs()) };
        }
        await clock.sleep(waitMs, signal);
      }
    },
    pause(ms) {
      pausedUntilMs = Math.max(pausedUntilMs, clock.monotonicMs() + ms);
    },
    totals: () => ({ requests: grantedAtMs.length, mostInAMinute }),
    currentRate: () =>
      grantedAtMs.length - grantedAtMs.findLastIndex((atMs) => atMs <= clock.monotonicMs() - WINDOW_MS) - 1,
  };
};
