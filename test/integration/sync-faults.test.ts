// Whole syncs against a server that fails: over real HTTP, into real SQLite, on a clock whose waits are short. What
// passes leaves no trace in the cache; what does not pass costs a bounded number of requests and is said.
import { rmSync } from 'node:fs';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { createApp } from '../../main/app.ts';
import { createDispatcher } from '../../main/hosts/dispatcher.ts';
import type { Ports } from '../../main/ports.ts';
import type { Conversation } from '../../preload/contract/conversation.ts';
import { errorFromBody } from '../../preload/contract/errors.ts';
import type { JobResult } from '../../preload/contract/procedures.ts';
import { makeRows } from '../kore-server/generate.ts';
import {
  type Fault,
  type KoreRequest,
  type KoreRow,
  type KoreServer,
  type KoreServerOptions,
  startKoreServer,
} from '../kore-server/server.ts';
import { makeTempDir, openTestApp, type TestApp } from '../support/app.ts';
import { expectFromV2 } from '../support/expected.ts';
import { createFastClock } from '../support/fast-clock.ts';
import { noKeychain } from '../support/key-store.ts';

const DAY_S = 86_400;
const endS = Math.floor(Date.now() / 1000) - 3600;
const iso = (epochS: number): string => new Date(epochS * 1000).toISOString();
/** Fixed in the past, so that every run plans alike. */
const range = { from: iso(endS - 6 * DAY_S), to: iso(endS + 60) };

/** Each row has a line break inside a text, so that every page can be spoiled by a raw one. */
const rowsOf = (seed: number, count: number): KoreRow[] =>
  makeRows({ seed, count, days: 5, endS }).map(({ v2 }) => ({
    v2: { ...v2, dispositionRemarks: ['first line\nsecond line'] },
  }));

/** Tests that run side by side hand in their own `onFinished`. */
const start = async (options: KoreServerOptions, requestsPerMinute?: number, onFinished = onTestFinished) => {
  const clock = createFastClock();
  const dataDir = makeTempDir();
  const server = await startKoreServer({ nowMs: clock.nowMs, ...options });
  const app = openTestApp({ dataDir, token: server.token, clock });
  onFinished(async () => {
    await app.close();
    await server.close();
    rmSync(dataDir, { recursive: true, force: true });
  });
  await app.connect(server, ['v2-interactions'], requestsPerMinute);
  return { app, server, clock, dataDir };
};

const expectEqualRow = (cached: Map<string, Conversation>, row: Record<string, unknown>): void => {
  const expected = expectFromV2(row);
  expect(cached.get(expected.key ?? '')).toMatchObject(expected);
};

/** The cache is what the server says now: row for row, nothing missing, nothing doubled. */
const expectEqualToServer = async (app: TestApp, server: KoreServer): Promise<void> => {
  const cached = await app.exportAll();
  const rows = server.rows('v2-interactions');
  expect(cached.size).toBe(rows.length);
  for (const row of rows) expectEqualRow(cached, row);
  const { ranges } = await app.call('coverage.get', {});
  expect(ranges.map(({ from, to, state }) => ({ from, to, state }))).toEqual([
    { from: `${range.from.slice(0, 19)}Z`, to: `${range.to.slice(0, 19)}Z`, state: 'complete' },
  ]);
};

const startS = (row: Record<string, unknown>): number => Date.parse(`${String(row.sessionStartTime)}Z`) / 1000;
const boundsOf = (request: KoreRequest): { fromS: number; toS: number } => {
  const { startDate, endDate } = request.body as { startDate: string; endDate: string };
  return { fromS: Date.parse(`${startDate}Z`) / 1000, toS: Date.parse(`${endDate}Z`) / 1000 };
};
const covers = (request: KoreRequest, epochS: number): boolean =>
  boundsOf(request).fromS <= epochS && epochS <= boundsOf(request).toS;
const isBefore = (request: KoreRequest, epochS: number): boolean => boundsOf(request).fromS < epochS;
const identify = (request: KoreRequest): string => JSON.stringify([request.body, request.offset]);

const rows = rowsOf(1, 600);
/** Requests of a run without faults. */
let calmRequests = 0;
beforeAll(async () => {
  const server = await startKoreServer({ rows });
  const app = openTestApp({ token: server.token });
  await app.connect(server);
  calmRequests = (await app.sync(range)).requests;
  await app.close();
  await server.close();
  // The runs below spoil the first request and the fifth.
  expect(calmRequests).toBeGreaterThan(5);
});

describe.concurrent('a fault that passes: one request more, and a wait', () => {
  const inThirtySeconds = (): Date => new Date(Date.now() + 30_000);
  test.for<[string, () => Fault, number, number]>([
    ['429 with seconds', () => ({ kind: 'throttled', retryAfter: 7 }), 6900, 7000],
    ['429 with a date', () => ({ kind: 'throttled', retryAfter: inThirtySeconds() }), 27_000, 31_000],
    ['429 without a time', () => ({ kind: 'throttled' }), 4900, 10_000],
    ['500', () => ({ kind: 'server-error', status: 500 }), 500, 1000],
    ['502 as a web page', () => ({ kind: 'status', status: 502, body: '<html>Bad Gateway</html>' }), 500, 1000],
    ['503 with seconds', () => ({ kind: 'server-error', retryAfter: 20 }), 20_000, 20_000],
    ['504 with a date', () => ({ kind: 'server-error', status: 504, retryAfter: inThirtySeconds() }), 27_000, 31_000],
    ['truncated JSON', () => ({ kind: 'truncated-json' }), 500, 1000],
    ['invalid JSON', () => ({ kind: 'invalid-json' }), 500, 1000],
    ['an empty body', () => ({ kind: 'empty' }), 500, 1000],
    ['a web page', () => ({ kind: 'html' }), 500, 1000],
    ['a portal’s redirect', () => ({ kind: 'redirect', location: 'http://login.example.com/' }), 500, 1000],
    ['a socket that is reset', () => ({ kind: 'reset' }), 500, 1000],
    [
      'a rate limit named with status 200',
      () => ({ kind: 'status', status: 200, body: '{"data":[],"message":"You have exceeded the rate limit."}' }),
      4900,
      10_000,
    ],
  ])('%s', async ([, makeFault, leastMs, mostMs], { onTestFinished }) => {
    const spoiled = [1, 5];
    const onRequest = (n: number) => (spoiled.includes(n) ? makeFault() : undefined);
    const { app, server, clock } = await start({ rows, onRequest }, undefined, onTestFinished);
    const summary = await app.sync(range);
    await expectEqualToServer(app, server);
    expect(summary).toMatchObject({ inserted: rows.length, updated: 0, quarantined: 0, windows: { failed: 0 } });
    expect(summary.requests).toBe(server.requests.length);
    expect(server.requests.length).toBe(calmRequests + spoiled.length);
    expect(clock.sleeps).toHaveLength(spoiled.length);
    for (const ms of clock.sleeps) {
      expect(ms).toBeGreaterThanOrEqual(leastMs);
      expect(ms).toBeLessThanOrEqual(mostMs);
    }
  });

  test('raw line breaks in every page are repaired, and cost nothing', async ({ onTestFinished }) => {
    const options: KoreServerOptions = { rows, onRequest: () => ({ kind: 'raw-newlines' }) };
    const { app, server, clock } = await start(options, undefined, onTestFinished);
    await app.sync(range);
    await expectEqualToServer(app, server);
    expect(server.requests.length).toBe(calmRequests);
    expect(clock.sleeps).toEqual([]);
  });

  test('Retry-After: 0 does not spend every attempt at once', async ({ onTestFinished }) => {
    const onRequest = (n: number): Fault | undefined => (n <= 4 ? { kind: 'throttled', retryAfter: 0 } : undefined);
    const { app, server, clock } = await start({ rows, onRequest }, undefined, onTestFinished);
    await app.sync(range);
    await expectEqualToServer(app, server);
    expect(clock.sleeps).toHaveLength(4);
    expect(clock.sleeps.reduce((sum, ms) => sum + ms, 0)).toBeGreaterThan(7000);
  });
});

/** One sync by an app of its own on the folder of a test's app, which must be closed, with some ports replaced. */
const syncAs = async (dataDir: string, ports: Pick<Ports, 'clock'> & Partial<Ports>): Promise<JobResult> => {
  const quiet = (): void => undefined;
  const app = createApp({
    dataDir,
    secrets: noKeychain,
    env: {},
    http: () => createDispatcher({}),
    log: { debug: quiet, info: quiet, warn: quiet, error: quiet },
    ...ports,
  });
  try {
    return await new Promise((resolve, reject) => {
      app.subscribe('job.done', ({ result }) =>
        result.ok ? resolve(result.data) : reject(errorFromBody(result.error)),
      );
      app.call('sync.start', range).then((started) => {
        if (!started.ok) reject(errorFromBody(started.error));
      }, reject);
    });
  } finally {
    await app.close();
  }
};

describe('a connection that says nothing', () => {
  test('half-open or slow: given up at the deadline and asked again', async () => {
    const { app, server, clock, dataDir } = await start({
      rows,
      onRequest: (n) => (n === 1 ? { kind: 'half-open' } : n === 5 ? { kind: 'slow-headers', ms: 1500 } : undefined),
    });
    await app.close();
    // The product's deadlines, but short: set where every request passes.
    const http = createDispatcher({}).compose(
      (dispatch) => (options, handler) => dispatch({ ...options, headersTimeout: 400, bodyTimeout: 400 }, handler),
    );
    await syncAs(dataDir, { clock, http: () => http, env: { AFTERWORD_TOKEN: server.token } });
    const reopened = openTestApp({ dataDir, token: server.token, clock });
    await expectEqualToServer(reopened, server);
    await reopened.close();
    // A busy machine may be late once or twice more.
    expect(server.requests.length).toBeGreaterThanOrEqual(calmRequests + 2);
    expect(server.requests.length).toBeLessThanOrEqual(calmRequests + 6);
    expect(clock.sleeps.length).toBe(server.requests.length - calmRequests);
  });
});

describe('a token that ends', () => {
  const connectWithSecret = async (options: KoreServerOptions) => {
    const bench = await start({ rows, ...options });
    const { app, server } = bench;
    await app.call('workspaces.connect', {
      name: 'Test',
      host: server.origin,
      accountId: server.accountId,
      appId: server.appId,
      clientId: server.clientId,
      endpoints: ['v2-interactions'],
      requestsPerMinute: 100_000,
      zone: 'UTC',
      credential: { kind: 'existing' },
      store: false,
      check: false,
    });
    await app.close();
    return { ...bench, ports: { clock: bench.clock, env: { AFTERWORD_CLIENT_SECRET: server.clientSecret } } };
  };

  test('in the middle of a run: signs anew and goes on', async () => {
    let expire: () => void = () => undefined;
    const { server, clock, dataDir, ports } = await connectWithSecret({
      onRequest: (n) => {
        if (n === 5) expire();
        return undefined;
      },
    });
    expire = server.expireTokens;
    await syncAs(dataDir, ports);
    const reopened = openTestApp({ dataDir, token: server.token, clock });
    await expectEqualToServer(reopened, server);
    await reopened.close();
    const refused = server.requests.filter((request) => request.status === 401);
    // At most the six windows that were under way.
    expect(refused.length).toBeGreaterThanOrEqual(1);
    expect(refused.length).toBeLessThanOrEqual(6);
    expect(server.requests.length).toBe(calmRequests + refused.length);
    expect(clock.sleeps).toEqual([]);
  });

  test('for ever: one new token, then the run stops', async () => {
    const { server, dataDir, ports } = await connectWithSecret({ onRequest: () => ({ kind: 'expired-token' }) });
    await expect(syncAs(dataDir, ports)).rejects.toMatchObject({ code: 'auth_rejected' });
    expect(server.requests.map((request) => request.status)).toEqual([401, 401]);
  });
});

describe('what does not pass', () => {
  test('the server goes away: what was fetched stays, the rest is open, the next run completes it', async () => {
    const halfway = Math.ceil(calmRequests / 2);
    let leave = async (): Promise<void> => undefined;
    const { app, server } = await start({
      rows,
      onRequest: (n) => {
        if (n !== halfway) return undefined;
        void leave();
        return { kind: 'reset' };
      },
    });
    leave = server.close;
    await expect(app.sync(range)).rejects.toMatchObject({ code: 'network_unreachable' });
    expect(server.requests.length).toBeLessThanOrEqual(halfway + 6);

    const kept = await app.exportAll();
    expect(kept.size).toBeGreaterThan(0);
    expect(kept.size).toBeLessThan(rows.length);
    const { ranges } = await app.call('coverage.get', {});
    expect(new Set(ranges.map(({ state }) => state))).toEqual(new Set(['complete', 'open']));
    const isComplete = (epochS: number): boolean =>
      ranges.some(({ from, to, state }) => state === 'complete' && from <= iso(epochS) && iso(epochS) < to);
    const inComplete = rows.filter(({ v2 }) => isComplete(startS(v2)));
    expect(inComplete.length).toBeGreaterThan(0);
    for (const { v2 } of inComplete) expectEqualRow(kept, v2);

    const next = await startKoreServer({ rows });
    try {
      await app.connect(next);
      await app.sync(range);
      await expectEqualToServer(app, next);
    } finally {
      await next.close();
    }
  });

  test('one window fails for ever: it is said, the others are there, and the next run heals it', async () => {
    const brokenS = endS - 4 * DAY_S;
    let isBroken = true;
    const crowd = rowsOf(4, 1500);
    const { app, server } = await start({
      rows: crowd,
      onRequest: (_n, request) =>
        isBroken && covers(request, brokenS) ? { kind: 'server-error', status: 500 } : undefined,
    });
    const summary = await app.sync(range);
    expect(summary.windows.failed).toBe(1);
    expect(server.requests.filter((request) => request.status === 500)).toHaveLength(6);

    const { ranges } = await app.call('coverage.get', {});
    const failed = ranges.filter(({ state }) => state === 'failed');
    expect(failed).toHaveLength(1);
    const isFailed = (epochS: number): boolean =>
      failed.some(({ from, to }) => from <= iso(epochS) && iso(epochS) < to);
    expect(isFailed(brokenS)).toBe(true);
    expect(ranges.map(({ state }) => state)).toEqual(['complete', 'failed', 'complete']);
    const cached = await app.exportAll();
    const others = crowd.filter(({ v2 }) => !isFailed(startS(v2)));
    expect(others.length).toBeGreaterThan(crowd.length / 4);
    expect(others.length).toBe(cached.size);
    for (const { v2 } of others) expectEqualRow(cached, v2);

    isBroken = false;
    const healed = await app.sync(range);
    expect(healed.windows.failed).toBe(0);
    expect(healed.inserted).toBe(crowd.length - cached.size);
    expect(healed.inserted).toBeGreaterThan(100);
    await expectEqualToServer(app, server);
  });

  test('a window that fails in the daily look back is looked at again in the next run, not a day later', async () => {
    let isBroken = false;
    const editedS = endS - 4.5 * DAY_S;
    const { app, server, clock } = await start({
      rows,
      onRequest: (_n, request) =>
        isBroken && covers(request, editedS) ? { kind: 'server-error', status: 500 } : undefined,
    });
    await app.sync({ from: range.from });
    clock.skip(25 * 3600_000);
    const edited = rows.find(({ v2 }) => startS(v2) >= editedS)?.v2 ?? {};
    server.replaceRow(String(edited.sessionId), ({ v2 }) => ({ v2: { ...v2, dispositions: ['Edited later'] } }));
    isBroken = true;
    expect((await app.sync()).windows.failed).toBe(1);
    isBroken = false;
    expect(await app.sync()).toMatchObject({ updated: 1, windows: { failed: 0 } });
    const cached = await app.exportAll();
    expect(cached.get(String(edited.conversationId ?? edited.sessionId))?.dispositions).toEqual(['Edited later']);
  });

  test.each([
    ['all', 0],
    ['those that begin before the last two days', 2 * DAY_S],
  ])('%s of the windows fail: three in a row stop the run', async (_name, calmS) => {
    const { app, server } = await start({
      rows: rowsOf(2, 3000),
      onRequest: (_n, request) => (isBefore(request, endS - calmS) ? { kind: 'server-error', status: 500 } : undefined),
    });
    await expect(app.sync(range)).rejects.toMatchObject({ code: 'server_error' });
    // Six attempts for each of three windows; once six are fetched at a time, two may have gone on to another one.
    const failed = server.requests.filter((request) => request.status === 500).length;
    expect(failed).toBeGreaterThanOrEqual(18);
    expect(failed).toBeLessThanOrEqual(calmS === 0 ? 18 : 48);
    const { ranges } = await app.call('coverage.get', {});
    const complete = ranges.filter(({ state }) => state === 'complete');
    expect(ranges.map(({ state }) => state)).toContain('failed');
    expect(complete.length).toBe(calmS === 0 ? 0 : 1);
    for (const { from } of complete) expect(Date.parse(from) / 1000).toBeGreaterThanOrEqual(endS - calmS);
  });
});

const passingFaults: readonly Fault[] = [
  { kind: 'throttled' },
  { kind: 'throttled', retryAfter: 3 },
  { kind: 'server-error', status: 500 },
  { kind: 'server-error', status: 503, retryAfter: 2 },
  { kind: 'truncated-json' },
  { kind: 'invalid-json' },
  { kind: 'raw-newlines' },
  { kind: 'empty' },
  { kind: 'html' },
  { kind: 'reset' },
  { kind: 'status', status: 408 },
];

/** A fault on this share of requests, never so often on the same one that a sync may give up. */
const randomFaults = (seed: number, share: number): NonNullable<KoreServerOptions['onRequest']> => {
  // Park and Miller's minimal standard generator.
  let state = seed * 7919;
  const random = (): number => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
  const faultsOf = new Map<string, number>();
  return (_n, request) => {
    const hits = random() < share;
    const fault = passingFaults[Math.floor(random() * passingFaults.length)];
    const faults = faultsOf.get(identify(request)) ?? 0;
    if (!hits || faults >= 4) return undefined;
    faultsOf.set(identify(request), faults + 1);
    return fault;
  };
};

describe.concurrent('a random mixture of faults on 15 % of requests', () => {
  const orders = ['bot-first', 'descending', 'ascending', 'shuffled-stable'] as const;
  for (let seed = 1; seed <= 30; seed += 1)
    test(`seed ${seed}: equal at the end`, async ({ onTestFinished }) => {
      const offsetMeaning = seed % 2 === 0 ? 'rows' : 'pages';
      const options: KoreServerOptions = {
        rows: rowsOf(seed, 600),
        offsetMeaning,
        maxOffset: offsetMeaning === 'rows' ? null : 10,
        numResultsMeaning: seed % 3 === 0 ? 'total' : 'page',
        perSetLimit: seed % 5 === 0,
        order: orders[seed % 4] ?? 'bot-first',
        onRequest: randomFaults(seed, 0.15),
      };
      const { app, server } = await start(options, undefined, onTestFinished);
      const summary = await app.sync(range);
      await expectEqualToServer(app, server);
      expect(summary).toMatchObject({ inserted: 600, updated: 0, quarantined: 0, windows: { failed: 0, capped: 0 } });
      const faulty = server.requests.filter((request) => request.status !== 200 || request.rows === 0).length;
      expect(server.requests.length).toBeLessThanOrEqual(2 * calmRequests + faulty);
    });

  test('retries count in the budget: a server that counts itself never has to refuse', async ({ onTestFinished }) => {
    const options = { rows: rowsOf(3, 1200), requestsPerMinute: 8, onRequest: randomFaults(99, 0.3) };
    const { app, server } = await start(options, 8, onTestFinished);
    await app.sync(range);
    await expectEqualToServer(app, server);
    expect(server.requests.length).toBeGreaterThan(16);
    expect(server).toMatchObject({ violations: 0, busiestMinute: 8 });
  });
});

describe('rows that move while requests fail', () => {
  test.each([1, 2, 3, 4, 5])('arrivals between pages, an edited row and a late one (seed %i)', async (seed) => {
    const all = rowsOf(40 + seed, 600);
    // Newest rows first, so that each arrival shifts every page after it.
    const arrivals = all.splice(-6);
    const late = all.splice(-80, 3);
    const faults = randomFaults(seed, 0.25);
    let edit: () => void = () => undefined;
    const { app, server } = await start({
      rows: all,
      order: 'descending',
      onRequest: (n, request) => {
        if (n === 4) edit();
        return faults(n, request);
      },
    });
    const edited = all[Math.floor(all.length / 2)]?.v2 ?? {};
    edit = () =>
      server.replaceRow(String(edited.sessionId), ({ v2 }) => ({ v2: { ...v2, dispositions: ['Edited on the way'] } }));
    server.changeBetweenPages(...arrivals);
    await app.sync(range);
    const first = await app.exportAll();
    for (const { v2 } of all) expect(first.has(String(v2.conversationId ?? v2.sessionId))).toBe(true);

    for (const row of late) server.addRow(row);
    await app.sync(range);
    await expectEqualToServer(app, server);
    expect(server.rows('v2-interactions')).toHaveLength(600);
    expect((await app.exportAll()).get(String(edited.conversationId ?? edited.sessionId))?.dispositions).toEqual([
      'Edited on the way',
    ]);
  });
});
