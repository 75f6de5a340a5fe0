// One page, asked for until it is there or it is certain that it will not be: waits for the budget, waits out throttling
// and passing faults, signs in anew once. Knows when to give up; never gives up quietly.
import { AppError, type ErrorCode } from '../../preload/contract/errors.ts';
import { failpoint } from '../failpoints.ts';
import type { KoreClient, PageRequest, PageResponse, TokenSource } from '../kore/types.ts';
import type { Clock, Log } from '../ports.ts';
import type { RateLimiter } from './rate-limit.ts';

/** Faults that pass: the same request may well succeed in a moment. */
const passing: ReadonlySet<ErrorCode> = new Set([
  'network_dns',
  'network_unreachable',
  'network_timeout',
  'proxy_failed',
  'server_error',
  'unexpected_response',
  'captive_portal',
]);
const MAX_ATTEMPTS = 6;
const FIRST_BACKOFF_MS = 1000;
const MAX_BACKOFF_MS = 30_000;
/** Kore names no time: its budget is per minute, so a minute is the most that can be needed at first. */
const FIRST_THROTTLE_MS = 10_000;
const MAX_THROTTLE_MS = 60_000;
const MAX_THROTTLES = 12;

export type Requester = {
  /** The page, read by `read` (which may throw unexpected_response to have it asked for again). Throws AppError. */
  fetch<T>(request: PageRequest, read: (page: PageResponse) => Promise<T>, signal: AbortSignal): Promise<T>;
};

/** Half an exponentially growing wait, and up to as much again at random, so that clients do not return together. */
const backoffMs = (firstMs: number, mostMs: number, attempt: number, random: () => number): number =>
  Math.ceil(Math.min(mostMs, firstMs * 2 ** attempt) * (0.5 + random() / 2));

export const createRequester = (options: {
  client: KoreClient;
  tokens: TokenSource;
  limiter: RateLimiter;
  clock: Clock;
  log: Log;
  random?: () => number;
}): Requester => {
  const { client, tokens, limiter, clock, log, random = Math.random } = options;
  /** A time of 0, or one that has just passed, would spend every attempt at once: the named wait only lengthens ours. */
  const readWaitMs = (error: AppError, attempt: number, firstMs: number, mostMs: number): number => {
    const namedMs = error.details?.retryAfterMs;
    if (typeof namedMs !== 'number') return backoffMs(firstMs, mostMs, attempt, random);
    return Math.max(namedMs, backoffMs(FIRST_BACKOFF_MS, MAX_BACKOFF_MS, attempt, random));
  };
  return {
    async fetch(request, read, signal) {
      let faults = 0;
      let throttles = 0;
      let hasRefreshed = false;
      for (;;) {
        const permit = await limiter.acquire(signal, request.toS);
        failpoint('before-request');
        try {
          const page = await client.fetchPage(request, signal);
          permit.answered();
          failpoint('response-arrived');
          return await read(page);
        } catch (error) {
          permit.answered();
          if (!(error instanceof AppError)) throw error;
          if (error.code === 'auth_rejected' && !hasRefreshed && tokens.refresh()) {
            hasRefreshed = true;
            continue;
          }
          if (error.code === 'throttled' && throttles < MAX_THROTTLES) {
            const waitMs = readWaitMs(error, throttles, FIRST_THROTTLE_MS, MAX_THROTTLE_MS);
            throttles += 1;
            log.warn('throttled', { waitMs, throttles });
            limiter.pause(waitMs);
            continue;
          }
          if (!passing.has(error.code) || faults + 1 >= MAX_ATTEMPTS) throw error;
          const waitMs = readWaitMs(error, faults, FIRST_BACKOFF_MS, MAX_BACKOFF_MS);
          faults += 1;
          log.warn('request failed, trying again', { code: error.code, waitMs, faults });
          await clock.sleep(waitMs, signal);
        }
      }
    },
  };
};
