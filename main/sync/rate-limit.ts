// Keeps an account's requests under its budget: never more than `perMinute` in any 60 seconds, counted over every
// process and workspace of this data folder, because the budget is the account's. May import ports.
import { cancelledError } from '../../preload/contract/errors.ts';
import type { Clock } from '../ports.ts';

const WINDOW_MS = 60_000;

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
  /**
   * Waits for a free place in the budget, and for the end of a pause. Of those that wait, the highest priority goes
   * first: a window that is finished is kept if the run is cut short, six half-fetched ones are not.
   */
  acquire(signal: AbortSignal, priority?: number): Promise<Permit>;
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

  const countGrant = (): void => {
    const nowMs = clock.monotonicMs();
    grantedAtMs.push(nowMs);
    while ((grantedAtMs[windowStart] ?? nowMs) <= nowMs - WINDOW_MS) windowStart += 1;
    mostInAMinute = Math.max(mostInAMinute, grantedAtMs.length - windowStart);
  };

  type Waiter = { priority: number; grant: (permit: Permit) => void; fail: (error: unknown) => void };
  const waiters: Waiter[] = [];
  /** Ends the pump's sleep when nobody waits any more: a timer would keep the process alive. */
  let pump: AbortController | null = null;

  const grantNext = async (signal: AbortSignal): Promise<void> => {
    while (waiters.length > 0) {
      const pauseMs = pausedUntilMs - clock.monotonicMs();
      if (pauseMs > 0) {
        await clock.sleep(pauseMs, signal);
        continue;
      }
      const { waitMs, id } = ledger.reserveRequest(account, clock.nowMs(), perMinute, WINDOW_MS);
      if (id === null) {
        await clock.sleep(waitMs, signal);
        continue;
      }
      countGrant();
      const best = waiters.reduce((a, b) => (b.priority > a.priority ? b : a));
      waiters.splice(waiters.indexOf(best), 1);
      best.grant({ answered: () => ledger.answeredRequest(id, clock.nowMs()) });
    }
  };

  const startPump = (): void => {
    if (pump) return;
    const own = new AbortController();
    pump = own;
    grantNext(own.signal)
      .catch((error: unknown) => {
        if (!own.signal.aborted) for (const waiter of waiters.splice(0)) waiter.fail(error);
      })
      .finally(() => {
        if (pump === own) pump = null;
        if (waiters.length > 0) startPump();
      });
  };

  return {
    acquire: (signal, priority = 0) =>
      new Promise((resolve, reject) => {
        if (signal.aborted) return reject(cancelledError());
        const leave = (): void => {
          waiters.splice(waiters.indexOf(waiter), 1);
          if (waiters.length === 0) pump?.abort();
          reject(cancelledError());
        };
        const settle =
          <T>(finish: (value: T) => void) =>
          (value: T): void => {
            signal.removeEventListener('abort', leave);
            finish(value);
          };
        const waiter: Waiter = { priority, grant: settle(resolve), fail: settle(reject) };
        signal.addEventListener('abort', leave, { once: true });
        waiters.push(waiter);
        startPump();
      }),
    pause(ms) {
      pausedUntilMs = Math.max(pausedUntilMs, clock.monotonicMs() + ms);
    },
    totals: () => ({ requests: grantedAtMs.length, mostInAMinute }),
    currentRate: () =>
      grantedAtMs.length - grantedAtMs.findLastIndex((atMs) => atMs <= clock.monotonicMs() - WINDOW_MS) - 1,
  };
};
