// The budget of an account, kept in a real library.db and measured where it counts: at the server, where a request may
// arrive at any moment between its start and its answer.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Library, openLibrary } from '../../../main/store/library.ts';
import { createRateLimiter, type RateLimiter } from '../../../main/sync/rate-limit.ts';
import { createFakeClock, type FakeClock } from '../../support/fake-clock.ts';

const MINUTE_MS = 60_000;
const never = new AbortController().signal;

let dataDir = '';
let open: Library[] = [];
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'afterword-test-'));
  open = [];
});
afterEach(() => {
  for (const library of open) library.close();
  rmSync(dataDir, { recursive: true, force: true });
});

const makeLimiter = (clock: FakeClock, perMinute: number, account = 'kore.example/a1'): RateLimiter => {
  const ledger = openLibrary(dataDir);
  open.push(ledger);
  return createRateLimiter({ account, perMinute, ledger: ledger.requests, clock });
};

/** The same numbers for the same seed. */
const makeRandom = (seed: number): (() => number) => {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
};

type Load = {
  limiters: RateLimiter[];
  askers: number;
  minutes: number;
  latencyMs: () => number;
  idleMs?: () => number;
};

/** When the server saw each request: `askers` ask for as long as the minutes last, each as soon as it has its answer. */
const run = async (clock: FakeClock, load: Load, random: () => number): Promise<number[]> => {
  const arrivedAtMs: number[] = [];
  const stop = new AbortController();
  const ask = async (limiter: RateLimiter): Promise<void> => {
    while (!stop.signal.aborted) {
      const permit = await limiter.acquire(stop.signal);
      const latencyMs = Math.round(load.latencyMs());
      arrivedAtMs.push(clock.monotonicMs() + random() * latencyMs);
      await clock.sleep(latencyMs, stop.signal);
      permit.answered();
      const idleMs = Math.round(load.idleMs?.() ?? 0);
      if (idleMs > 0) await clock.sleep(idleMs, stop.signal);
    }
  };
  const asking = Array.from({ length: load.askers }, (_, n) => {
    const limiter = load.limiters[n % load.limiters.length];
    return limiter ? ask(limiter).catch((error: unknown) => void (stop.signal.aborted || Promise.reject(error))) : null;
  });
  await clock.forward(load.minutes * MINUTE_MS);
  stop.abort(new Error('the time is over'));
  await Promise.all(asking);
  return arrivedAtMs.sort((a, b) => a - b);
};

/** The most arrivals that any 60 seconds hold. */
const busiestMinute = (arrivedAtMs: readonly number[]): number => {
  let most = 0;
  let first = 0;
  for (const [index, atMs] of arrivedAtMs.entries()) {
    while ((arrivedAtMs[first] ?? atMs) <= atMs - MINUTE_MS) first += 1;
    most = Math.max(most, index - first + 1);
  }
  return most;
};

describe('the budget of 60 requests a minute', () => {
  test('is never exceeded at the server: six askers, two programs, answers of 0.1 to 8 seconds, pauses', async () => {
    for (const seed of [1, 2]) {
      const random = makeRandom(seed);
      const clock = createFakeClock();
      const limiters = [makeLimiter(clock, 60, `account-${seed}`), makeLimiter(clock, 60, `account-${seed}`)];
      const load: Load = {
        limiters,
        askers: 6,
        minutes: 6,
        latencyMs: () => 100 + random() * random() * 7900,
        idleMs: () => {
          if (random() < 0.02) limiters[random() < 0.5 ? 0 : 1]?.pause(Math.round(random() * 20_000));
          return random() < 0.1 ? random() * 15_000 : 0;
        },
      };
      const arrivedAtMs = await run(clock, load, random);
      expect(busiestMinute(arrivedAtMs)).toBeLessThanOrEqual(60);
      // Otherwise the budget was never put to the test.
      expect(arrivedAtMs.length).toBeGreaterThan(200);
    }
  });

  test('is never exceeded by a burst after a rest, nor by a small budget', async () => {
    for (const perMinute of [1, 3, 7]) {
      const random = makeRandom(perMinute);
      const clock = createFakeClock();
      const limiters = [makeLimiter(clock, perMinute, `small-${perMinute}`)];
      const arrivedAtMs = await run(
        clock,
        {
          limiters,
          askers: 6,
          minutes: 20,
          latencyMs: () => 100 + random() * 7900,
          idleMs: () => (random() < 0.1 ? 90_000 : 0),
        },
        random,
      );
      expect(busiestMinute(arrivedAtMs)).toBeLessThanOrEqual(perMinute);
      expect(arrivedAtMs.length).toBeGreaterThan(perMinute * 8);
    }
  });

  test('is used to 95 % while answers take three seconds or less, and never less than is safe', async () => {
    const table: string[] = [];
    for (const [latencyS, least] of [
      [0.3, 0.95],
      [1, 0.95],
      [3, 0.95],
      // A minute begins when the request is known to have arrived, with its answer: 60 / (60 + 6).
      [6, 0.9],
    ] as const) {
      const clock = createFakeClock();
      const limiters = [makeLimiter(clock, 60, `latency-${latencyS}`)];
      const load: Load = { limiters, askers: 6, minutes: 6, latencyMs: () => latencyS * 1000 };
      const arrivedAtMs = await run(clock, load, () => 0.5);
      // From the end of the first budget, which was full, to the end of the last: whole turns of the budget only.
      const turns = Math.floor(arrivedAtMs.length / 60) - 1;
      const elapsedMs = (arrivedAtMs[turns * 60 + 59] ?? 0) - (arrivedAtMs[59] ?? 0);
      const share = (turns * MINUTE_MS) / elapsedMs;
      table.push(`answers after ${latencyS} s: ${(share * 100).toFixed(1)} %`);
      expect(busiestMinute(arrivedAtMs)).toBeLessThanOrEqual(60);
      expect(share).toBeGreaterThanOrEqual(least);
    }
    console.log(['share of the budget used by six askers', ...table].join('\n'));
  });

  test('belongs to the account: another account has its own', async () => {
    const clock = createFakeClock();
    const one = makeLimiter(clock, 5, 'one');
    const other = makeLimiter(clock, 5, 'other');
    for (let n = 0; n < 5; n += 1) await one.acquire(never);
    for (let n = 0; n < 5; n += 1) await other.acquire(never);
    expect(one.totals().requests + other.totals().requests).toBe(10);
  });

  test('survives the program: what it spent still counts for the next', async () => {
    const clock = createFakeClock();
    const before = makeLimiter(clock, 2);
    (await before.acquire(never)).answered();
    (await before.acquire(never)).answered();
    for (const library of open.splice(0)) library.close();
    const after = makeLimiter(clock, 2);
    let grantedAtMs: number | null = null;
    const waiting = after.acquire(never).then(() => {
      grantedAtMs = clock.monotonicMs();
    });
    await clock.forward(MINUTE_MS - 1);
    expect(grantedAtMs).toBeNull();
    await clock.forward(1);
    await waiting;
    expect(grantedAtMs).toBe(MINUTE_MS);
  });

  test('a request that never got an answer counts for longer, but not for ever', async () => {
    const clock = createFakeClock();
    const limiter = makeLimiter(clock, 1);
    await limiter.acquire(never);
    let isGranted = false;
    const waiting = limiter.acquire(never).then(() => {
      isGranted = true;
    });
    await clock.forward(MINUTE_MS);
    expect(isGranted).toBe(false);
    await clock.forward(MINUTE_MS);
    await waiting;
    expect(isGranted).toBe(true);
  });

  test('a clock set back by a day stops nobody for a day', async () => {
    const clock = createFakeClock();
    const limiter = makeLimiter(clock, 1);
    (await limiter.acquire(never)).answered();
    clock.setNowMs(clock.nowMs() - 86_400_000);
    const waiting = limiter.acquire(never);
    await clock.forward(MINUTE_MS);
    await waiting;
    expect(limiter.totals().requests).toBe(2);
  });
});

describe('waiting', () => {
  test('ends for everybody when a pause is over, and not before', async () => {
    const clock = createFakeClock();
    const limiter = makeLimiter(clock, 60);
    limiter.pause(10_000);
    limiter.pause(4_000);
    const grantedAtMs: number[] = [];
    const waiting = [1, 2, 3].map(() => limiter.acquire(never).then(() => grantedAtMs.push(clock.monotonicMs())));
    await clock.forward(9_999);
    expect(grantedAtMs).toEqual([]);
    await clock.forward(1);
    await Promise.all(waiting);
    expect(grantedAtMs).toEqual([10_000, 10_000, 10_000]);
  });

  test('goes by priority, then by arrival', async () => {
    const clock = createFakeClock();
    const limiter = makeLimiter(clock, 60);
    limiter.pause(1000);
    const order: string[] = [];
    const waiting = [
      ['low', 1],
      ['high', 9],
      ['middle', 5],
      ['high again', 9],
    ].map(([name, priority]) => limiter.acquire(never, Number(priority)).then(() => order.push(String(name))));
    await clock.forward(1000);
    await Promise.all(waiting);
    expect(order).toEqual(['high', 'high again', 'middle', 'low']);
  });

  test('ends with `cancelled` when its signal aborts, and leaves no timer behind', async () => {
    const clock = createFakeClock();
    const limiter = makeLimiter(clock, 60);
    limiter.pause(60_000);
    const stop = new AbortController();
    const cancelled = limiter.acquire(stop.signal);
    const other = limiter.acquire(never);
    await clock.forward(10);
    stop.abort();
    await expect(cancelled).rejects.toMatchObject({ code: 'cancelled' });
    expect(clock.sleepers).toBe(1);
    await clock.forward(60_000);
    await other;
    expect(limiter.totals().requests).toBe(1);
    limiter.pause(60_000);
    const last = new AbortController();
    const alone = limiter.acquire(last.signal);
    await clock.forward(10);
    last.abort();
    await expect(alone).rejects.toMatchObject({ code: 'cancelled' });
    await clock.forward(0);
    expect(clock.sleepers).toBe(0);
    await expect(limiter.acquire(AbortSignal.abort())).rejects.toMatchObject({ code: 'cancelled' });
  });

  test('a waiter that comes right after the last one left is served', async () => {
    const clock = createFakeClock();
    const limiter = makeLimiter(clock, 60);
    limiter.pause(5_000);
    const stop = new AbortController();
    const left = limiter.acquire(stop.signal);
    await clock.forward(10);
    stop.abort();
    const stayed = limiter.acquire(never);
    await expect(left).rejects.toMatchObject({ code: 'cancelled' });
    await clock.forward(5_000);
    await stayed;
    expect(limiter.totals().requests).toBe(1);
  });

  test('a ledger that cannot be written fails whoever waits', async () => {
    const clock = createFakeClock();
    const broken = {
      reserveRequest: () => {
        throw new Error('no space left');
      },
      answeredRequest: () => undefined,
    };
    const limiter = createRateLimiter({ account: 'a', perMinute: 60, ledger: broken, clock });
    await expect(limiter.acquire(never)).rejects.toThrow('no space left');
  });

  test('tells how many were granted, in all, in the last minute and in the fullest one', async () => {
    const clock = createFakeClock();
    const limiter = makeLimiter(clock, 60);
    for (let n = 0; n < 3; n += 1) (await limiter.acquire(never)).answered();
    await clock.forward(45_000);
    (await limiter.acquire(never)).answered();
    expect(limiter.currentRate()).toBe(4);
    await clock.forward(30_000);
    expect(limiter.currentRate()).toBe(1);
    expect(limiter.totals()).toEqual({ requests: 4, mostInAMinute: 4 });
    await clock.forward(30_000);
    expect(limiter.currentRate()).toBe(0);
  });
});
