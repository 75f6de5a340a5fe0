// What happens to a page that does not come: how long is waited, how often it is asked for again, when it is given up.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { textOfBody } from '../../../main/kore/page.ts';
import type { KoreClient, PageRequest, PageResponse } from '../../../main/kore/types.ts';
import type { Log } from '../../../main/ports.ts';
import { createRateLimiter } from '../../../main/sync/rate-limit.ts';
import { createRequester } from '../../../main/sync/request.ts';
import { AppError, cancelledError, type ErrorCode } from '../../../preload/contract/errors.ts';
import { createFakeClock } from '../../support/fake-clock.ts';

const request: PageRequest = { endpoint: 'v2-calls', fromS: 100, toS: 200, offset: 0, limit: 100 };
const silent: Log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const HOUR_MS = 3_600_000;

type Answer = 'page' | { code: ErrorCode; retryAfterMs?: number };

/** Asks once for a page from a client that answers as told, the last answer for ever. Time runs by itself. */
const ask = async (
  answers: readonly Answer[],
  options: {
    random?: () => number;
    refreshes?: boolean;
    signal?: AbortSignal;
    read?: (page: PageResponse) => Promise<string>;
    afterMs?: number;
  } = {},
) => {
  const clock = createFakeClock();
  const askedAtMs: number[] = [];
  let refreshed = 0;
  let id = 0;
  const answered: number[] = [];
  const limiter = createRateLimiter({
    account: 'a',
    perMinute: 60,
    clock,
    ledger: {
      reserveRequest: () => ({ waitMs: 0, id: ++id }),
      answeredRequest: (answeredId) => {
        answered.push(answeredId);
      },
    },
  });
  const client: KoreClient = {
    async fetchPage(asked) {
      expect(asked).toBe(request);
      const answer = answers[Math.min(askedAtMs.length, answers.length - 1)];
      askedAtMs.push(clock.monotonicMs());
      if (answer === undefined || answer === 'page')
        return {
          body: Buffer.from('the page'),
          requestedAtMs: clock.nowMs(),
          answeredAtMonotonicMs: clock.monotonicMs(),
        };
      const details = answer.retryAfterMs === undefined ? undefined : { retryAfterMs: answer.retryAfterMs };
      throw new AppError(answer.code, `simulated ${answer.code}`, details ? { details } : {});
    },
  };
  const tokens = {
    token: async () => 'token',
    refresh: () => {
      refreshed += 1;
      return options.refreshes ?? true;
    },
  };
  const requester = createRequester({
    client,
    tokens,
    limiter,
    clock,
    log: silent,
    random: options.random ?? (() => 0.5),
  });
  const outcome = requester
    .fetch(
      request,
      options.read ?? (async (page) => textOfBody(page.body)),
      options.signal ?? new AbortController().signal,
    )
    .then(
      (value) => ({ value, error: null }),
      (error: unknown) => ({ value: null, error: error as { code?: string; message?: string } }),
    );
  await clock.forward(options.afterMs ?? HOUR_MS);
  const waitsMs = askedAtMs.slice(1).map((atMs, index) => atMs - (askedAtMs[index] ?? 0));
  return {
    clock,
    outcome,
    askedAtMs,
    waitsMs,
    answered,
    get refreshed() {
      return refreshed;
    },
  };
};

const passing: ErrorCode[] = [
  'network_dns',
  'network_unreachable',
  'network_timeout',
  'proxy_failed',
  'server_error',
  'unexpected_response',
  'captive_portal',
];
const final: ErrorCode[] = [
  'auth_scope',
  'auth_missing',
  'wrong_host',
  'network_tls',
  'proxy_auth',
  'payload_encrypted',
  'range_too_long',
  'bad_request',
  'internal',
  'cancelled',
];

describe('a fault that may pass', () => {
  test.each(passing)('%s is given up after six requests, with the error of the last', async (code) => {
    const { outcome, askedAtMs } = await ask([{ code }]);
    expect((await outcome).error).toMatchObject({ code, message: `simulated ${code}` });
    expect(askedAtMs).toHaveLength(6);
  });

  test.each(final)('%s is not asked again', async (code) => {
    const { outcome, askedAtMs } = await ask([{ code }]);
    expect((await outcome).error).toMatchObject({ code });
    expect(askedAtMs).toHaveLength(1);
  });

  test('waits longer each time, by chance between half of 1, 2, 4 … seconds and all of it', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.double({ min: 0, max: 0.999, noNaN: true }), { minLength: 5, maxLength: 5 }),
        async (chances) => {
          const left = [...chances];
          const { waitsMs } = await ask([{ code: 'server_error' }], { random: () => left.shift() ?? 0 });
          expect(waitsMs).toHaveLength(5);
          for (const [index, waitMs] of waitsMs.entries()) {
            const mostMs = 1000 * 2 ** index;
            expect(waitMs).toBeGreaterThanOrEqual(mostMs / 2);
            expect(waitMs).toBeLessThanOrEqual(mostMs);
          }
        },
      ),
      { numRuns: 50 },
    );
    const [low, high] = [
      await ask([{ code: 'server_error' }], { random: () => 0 }),
      await ask([{ code: 'server_error' }], { random: () => 0.999 }),
    ];
    expect(low.waitsMs).toEqual([500, 1000, 2000, 4000, 8000]);
    expect(high.waitsMs.every((waitMs, index) => waitMs > 990 * 2 ** index)).toBe(true);
  });

  test('gives the page when it comes at last', async () => {
    const fault: Answer = { code: 'network_timeout' };
    const { outcome, askedAtMs } = await ask([fault, fault, fault, fault, fault, 'page']);
    expect(await outcome).toEqual({ value: 'the page', error: null });
    expect(askedAtMs).toHaveLength(6);
  });

  test('waits as long as the server says', async () => {
    const { outcome, waitsMs } = await ask([{ code: 'server_error', retryAfterMs: 47_000 }, 'page']);
    expect((await outcome).value).toBe('the page');
    expect(waitsMs).toEqual([47_000]);
  });

  test('waits all the same when the server names a time that has passed', async () => {
    const { waitsMs } = await ask([{ code: 'server_error', retryAfterMs: 0 }], { random: () => 0 });
    expect(waitsMs).toEqual([500, 1000, 2000, 4000, 8000]);
  });

  test('is a page that cannot be read, too', async () => {
    let reads = 0;
    const { outcome, askedAtMs } = await ask(['page'], {
      read: async (page) => {
        reads += 1;
        if (reads < 3) throw new AppError('unexpected_response', 'cut off in the middle');
        return textOfBody(page.body);
      },
    });
    expect((await outcome).value).toBe('the page');
    expect(askedAtMs).toHaveLength(3);
  });

  test('is not an error that nobody expected', async () => {
    const { outcome, askedAtMs } = await ask(['page'], {
      read: () => Promise.reject(new TypeError('a mistake of ours')),
    });
    expect((await outcome).error).toBeInstanceOf(TypeError);
    expect(askedAtMs).toHaveLength(1);
  });
});

describe('throttling', () => {
  test('is waited out as long as the server says, by everybody', async () => {
    const { outcome, waitsMs } = await ask([{ code: 'throttled', retryAfterMs: 23_000 }, 'page']);
    expect((await outcome).value).toBe('the page');
    expect(waitsMs).toEqual([23_000]);
  });

  test('without a time is waited out from ten seconds to a minute, and never eats up the attempts', async () => {
    const low = await ask([{ code: 'throttled' }], { random: () => 0 });
    const high = await ask([{ code: 'throttled' }], { random: () => 0.999_999 });
    expect(low.waitsMs).toEqual([5000, 10_000, 20_000, ...Array.from({ length: 9 }, () => 30_000)]);
    expect(high.waitsMs).toEqual([10_000, 20_000, 40_000, ...Array.from({ length: 9 }, () => 60_000)]);
    expect((await low.outcome).error).toMatchObject({ code: 'throttled' });
    const mixed = Array.from({ length: 10 }, (_, n): Answer => ({ code: n % 2 === 0 ? 'throttled' : 'server_error' }));
    expect((await (await ask([...mixed, 'page'])).outcome).value).toBe('the page');
  });
});

describe('a refused token', () => {
  test('is renewed once, at once', async () => {
    const result = await ask([{ code: 'auth_rejected' }, 'page']);
    expect((await result.outcome).value).toBe('the page');
    expect([result.refreshed, result.waitsMs]).toEqual([1, [0]]);
  });
  test('fails when the new one is refused as well', async () => {
    const result = await ask([{ code: 'auth_rejected' }]);
    expect((await result.outcome).error).toMatchObject({ code: 'auth_rejected' });
    expect([result.refreshed, result.askedAtMs.length]).toEqual([1, 2]);
  });
  test('fails at once when there is no other: it was pasted', async () => {
    const result = await ask([{ code: 'auth_rejected' }], { refreshes: false });
    expect((await result.outcome).error).toMatchObject({ code: 'auth_rejected' });
    expect([result.refreshed, result.askedAtMs.length]).toEqual([1, 1]);
  });
  test('is renewed even after other faults', async () => {
    const result = await ask([{ code: 'server_error' }, { code: 'auth_rejected' }, { code: 'server_error' }, 'page']);
    expect((await result.outcome).value).toBe('the page');
    expect(result.refreshed).toBe(1);
  });
});

describe('cancelling', () => {
  test.each([
    ['a backoff', { code: 'server_error', retryAfterMs: 40_000 } as const],
    ['a pause of the budget', { code: 'throttled', retryAfterMs: 40_000 } as const],
  ])('during %s ends the wait at once', async (_, answer) => {
    const stop = new AbortController();
    const { clock, outcome, askedAtMs } = await ask([answer], { signal: stop.signal, afterMs: 10_000 });
    expect(askedAtMs).toHaveLength(1);
    stop.abort(cancelledError());
    expect((await outcome).error).toMatchObject({ code: 'cancelled' });
    await clock.forward(HOUR_MS);
    expect(askedAtMs).toHaveLength(1);
    expect(clock.sleepers).toBe(0);
  });
  test('before it began asks nothing', async () => {
    const { outcome, askedAtMs } = await ask(['page'], { signal: AbortSignal.abort(cancelledError()) });
    expect((await outcome).error).toMatchObject({ code: 'cancelled' });
    expect(askedAtMs).toEqual([]);
  });
});

test('every request is written down as answered, whatever became of it', async () => {
  const { answered } = await ask([{ code: 'server_error' }, { code: 'throttled' }, { code: 'auth_rejected' }, 'page']);
  expect([...new Set(answered)]).toEqual([1, 2, 3, 4]);
});
