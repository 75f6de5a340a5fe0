// The simulator of the API: each option and each fault must show over real HTTP, and its account of requests be exact.
import { request as httpRequest } from 'node:http';
import { afterEach, describe, expect, test } from 'vitest';
import { makeRows } from '../kore-server/generate.ts';
import {
  type Fault,
  type KoreRow,
  type KoreServer,
  type KoreServerOptions,
  type RawRow,
  startKoreServer,
} from '../kore-server/server.ts';

const endS = Date.UTC(2025, 9, 1) / 1000;
const allRows = makeRows({ seed: 5, count: 700, days: 7, endS });
const startOf = (row: KoreRow): number => Number.parseInt(String(row.v2.sessionId).slice(0, 8), 16);
const isBot = (row: RawRow): boolean => row.conversationId === undefined;
const idOf = (row: RawRow): string => String(row.sessionId);

let open: KoreServer[] = [];
afterEach(async () => {
  const closing = open.map((server) => server.close());
  open = [];
  await Promise.all(closing);
});
const start = async (options: KoreServerOptions = {}): Promise<KoreServer> => {
  const server = await startKoreServer({ rows: allRows, ...options });
  open.push(server);
  return server;
};

const naive = (epochS: number): string => new Date(epochS * 1000).toISOString().slice(0, 19).replace('T', ' ');
const week = { startDate: naive(endS - 7 * 86400), endDate: naive(endS), timeZoneOffset: 0 };
type AskOptions = {
  offset?: number;
  limit?: number;
  body?: Record<string, unknown>;
  path?: string;
  token?: string;
  signal?: AbortSignal;
};
const send = (
  server: KoreServer,
  { offset = 0, limit = 100, body = week, path = 'v2/interactionDetails', token, signal }: AskOptions = {},
) =>
  fetch(
    `${server.origin}/agentassist/api/public/analytics/account/${server.accountId}/${path}?offset=${offset}&limit=${limit}`,
    {
      method: 'POST',
      headers: { auth: token ?? server.token, 'content-type': 'application/json' },
      body: JSON.stringify(body),
      redirect: 'manual',
      signal: signal ?? null,
    },
  );
const page = async (server: KoreServer, options: AskOptions = {}): Promise<{ numResults: number; data: RawRow[] }> => {
  const response = await send(server, options);
  expect(response.status).toBe(200);
  return (await response.json()) as { numResults: number; data: RawRow[] };
};
const withFault = (fault: Fault, ...faulty: number[]) =>
  start({ onRequest: (n) => (faulty.length === 0 || faulty.includes(n) ? fault : undefined) });

describe('paging', () => {
  test('offset counts pages or rows', async () => {
    const byPage = await start({ order: 'ascending' });
    const byRow = await start({ order: 'ascending', offsetMeaning: 'rows' });
    const ids = byPage.rows('v2-calls').map(idOf);
    expect(ids).toHaveLength(700);
    expect((await page(byPage, { offset: 2, limit: 20 })).data.map(idOf)).toEqual(ids.slice(40, 60));
    expect((await page(byRow, { offset: 2, limit: 20 })).data.map(idOf)).toEqual(ids.slice(2, 22));
  });

  test('an offset above the maximum is refused, clamped or served', async () => {
    expect((await send(await start(), { offset: 11, limit: 10 })).status).toBe(400);
    const clamped = await start({ beyondMaxOffset: 'clamp', order: 'ascending' });
    expect((await page(clamped, { offset: 40, limit: 10 })).data).toEqual(
      (await page(clamped, { offset: 10, limit: 10 })).data,
    );
    const free = await start({ maxOffset: null, order: 'ascending' });
    expect((await page(free, { offset: 69, limit: 10 })).data.map(idOf)).toEqual(
      free.rows('v2-calls').map(idOf).slice(690),
    );
    expect((await page(free, { offset: 70, limit: 10 })).data).toEqual([]);
  });

  test('numResults is the page or the whole window', async () => {
    expect((await page(await start(), { limit: 30 })).numResults).toBe(30);
    expect((await page(await start({ numResultsMeaning: 'total' }), { limit: 30 })).numResults).toBe(700);
  });

  test('limit is clamped', async () => {
    expect((await page(await start(), { limit: 400 })).data).toHaveLength(100);
    expect((await page(await start({ limitMax: 25 }), { limit: 400 })).data).toHaveLength(25);
  });

  test('with a limit for each set a page holds one page of both', async () => {
    const server = await start({ perSetLimit: true });
    const first = await page(server, { limit: 50 });
    expect(first.data).toHaveLength(100);
    expect(first.data.filter(isBot)).toHaveLength(50);
    const seen = new Set<string>();
    for (let offset = 0; offset <= 10; offset += 1) {
      for (const row of (await page(server, { offset })).data) seen.add(idOf(row));
    }
    expect(seen.size).toBe(700);
  });

  test('the end of the window belongs to it or not; the start always does', async () => {
    const edge = allRows[300] as KoreRow;
    const edgeS = startOf(edge);
    const atEnd = { ...week, endDate: naive(edgeS), startDate: naive(edgeS - 60) };
    const atStart = { ...week, startDate: naive(edgeS), endDate: naive(edgeS + 60) };
    for (const endInclusive of [true, false]) {
      const server = await start({ endInclusive });
      expect((await page(server, { body: atEnd })).data.map(idOf).includes(idOf(edge.v2))).toBe(endInclusive);
      expect((await page(server, { body: atStart })).data.map(idOf)).toContain(idOf(edge.v2));
    }
  });

  test.each(['bot-first', 'descending', 'ascending', 'shuffled-stable'] as const)('order %s', async (order) => {
    const server = await start({ order, maxOffset: null });
    const rows: RawRow[] = [];
    for (let offset = 0; offset < 7; offset += 1) rows.push(...(await page(server, { offset })).data);
    expect(rows.map(idOf).sort()).toEqual(server.rows('v2-calls').map(idOf).sort());
    const starts = rows.map((row) => String(row.sessionStartTime));
    const bots = rows.filter(isBot).length;
    if (order === 'ascending') expect(starts).toEqual(starts.toSorted());
    else if (order === 'descending') expect(starts).toEqual(starts.toSorted().reverse());
    else if (order === 'bot-first') {
      expect(rows.slice(0, bots).every(isBot)).toBe(true);
      expect(starts.slice(0, bots)).toEqual(starts.slice(0, bots).sort());
      expect(starts.slice(bots)).toEqual(starts.slice(bots).sort().reverse());
    } else {
      expect(starts).not.toEqual(starts.toSorted());
      expect(starts).not.toEqual(starts.toSorted().reverse());
      expect((await page(server, { offset: 3 })).data).toEqual(rows.slice(300, 400));
    }
  });
});

describe('rows', () => {
  test('each endpoint gives its own version, groups only when asked for', async () => {
    const [first, second] = allRows as [KoreRow, KoreRow];
    const server = await start({ rows: [first, { v2: second.v2 }] });
    expect(server.rows('v1-calls')).toEqual([first.v1]);
    expect((await page(server, { path: 'calldetails' })).data).toHaveLength(1);
    expect((await page(server)).data).toHaveLength(2);
    expect((await page(server)).data[0]).not.toHaveProperty('skills');
    const asked = await page(server, { path: 'callDetails', body: { ...week, selectedFields: ['skills'] } });
    expect(asked.data[0]).toHaveProperty('skills');
    expect(asked.data[0]).not.toHaveProperty('customerinfo');
  });

  test('rows can be added and replaced while the server runs', async () => {
    const [first, second] = allRows as [KoreRow, KoreRow];
    const server = await start({ rows: [first] });
    server.addRow(second);
    expect((await page(server)).data).toHaveLength(2);
    server.replaceRow(idOf(second.v2), (row) => ({ v2: { ...row.v2, finalStatus: 'CHANGED' } }));
    expect((await page(server)).data.map((row) => row.finalStatus)).toContain('CHANGED');
    expect(() => server.addRow(second)).toThrow(RangeError);
    expect(() => server.replaceRow('missing', second)).toThrow(RangeError);
  });

  test('a row that arrives between two pages shifts the second', async () => {
    const server = await start({ order: 'descending', rows: allRows.slice(0, 200) });
    const before = (await page(server, { offset: 1, limit: 50 })).data.map(idOf);
    server.changeBetweenPages(allRows[600] as KoreRow);
    await page(server, { offset: 0, limit: 50 });
    const after = (await page(server, { offset: 1, limit: 50 })).data.map(idOf);
    expect(after.slice(1)).toEqual(before.slice(0, 49));
    expect(server.rows('v2-calls')).toHaveLength(201);
  });
});

describe('account of requests', () => {
  test('beyond the budget in any 60 seconds requests are refused and counted', async () => {
    let nowMs = 1_000_000;
    const server = await start({ requestsPerMinute: 3, retryAfter: 7, nowMs: () => nowMs });
    const at = async (ms: number): Promise<number> => {
      nowMs = ms;
      return (await send(server)).status;
    };
    expect([await at(1_000_000), await at(1_020_000), await at(1_059_999)]).toEqual([200, 200, 200]);
    expect(server.violations).toBe(0);
    expect(await at(1_059_999)).toBe(429);
    expect(server.violations).toBe(1);
    // One minute after the first, it has left the window, but three newer ones are still in it.
    expect(await at(1_060_000)).toBe(429);
    expect(await at(1_120_001)).toBe(200);
    expect(server).toMatchObject({ violations: 2, busiestMinute: 4 });
    expect(server.requests.map((request) => request.atMs - 1_000_000)).toEqual([0, 20000, 59999, 59999, 60000, 120001]);
    nowMs = 2_000_000;
    for (let n = 0; n < 3; n += 1) await send(server);
    expect((await send(server)).headers.get('retry-after')).toBe('7');
  });

  test('exactly the budget, one window after the other, is no violation', async () => {
    let nowMs = 0;
    const server = await start({ requestsPerMinute: 2, nowMs: () => nowMs });
    for (const ms of [0, 0, 60000, 60000, 120000]) {
      nowMs = ms;
      expect((await send(server)).status).toBe(200);
    }
    expect(server).toMatchObject({ violations: 0, busiestMinute: 2 });
  });

  test('requests are recorded without the token', async () => {
    const server = await start();
    await send(server, { offset: 3, limit: 20, path: 'calldetails' });
    expect(server.requests[0]).toMatchObject({
      n: 1,
      endpoint: 'v1-calls',
      offset: 3,
      limit: 20,
      body: week,
      status: 200,
      rows: 20,
    });
    expect(server.requests[0]?.headers.auth).toBe('(token)');
    expect(JSON.stringify(server.requests)).not.toContain(server.token);
  });
});

describe('access', () => {
  test('wrong token, missing scope, given tokens and expiry', async () => {
    const server = await start({ acceptedTokens: ['pasted'] });
    expect((await send(server, { token: 'pasted' })).status).toBe(200);
    const wrong = await send(server, { token: 'guessed' });
    expect([wrong.status, await wrong.json()]).toEqual([
      401,
      { errors: [{ msg: 'Invalid SDK credentials', code: 4002 }] },
    ]);
    server.expireTokens();
    expect((await send(server, { token: 'pasted' })).status).toBe(401);
    expect((await send(server)).status).toBe(200);
    expect((await send(await start({ hasScope: false }))).status).toBe(403);
  });
});

describe('faults', () => {
  test.each([
    [{ kind: 'throttled' }, 429, /rate limit/],
    [{ kind: 'server-error', status: 502 }, 502, /Internal/],
    [{ kind: 'expired-token' }, 401, /expired/],
    [{ kind: 'wrong-credential', status: 400 }, 400, /4002/],
    [{ kind: 'missing-scope' }, 403, /scope/],
    [{ kind: 'html' }, 200, /^<!doctype html>/],
    [{ kind: 'encrypted' }, 200, /"encryptedKey"/],
    [{ kind: 'empty' }, 200, /^$/],
    [{ kind: 'status', status: 418, body: 'short and stout' }, 418, /stout/],
  ] as [Fault, number, RegExp][])('%o', async (fault, status, text) => {
    const response = await send(await withFault(fault));
    expect(response.status).toBe(status);
    expect(await response.text()).toMatch(text);
  });

  test('Retry-After comes in both forms or not at all', async () => {
    const until = new Date(Date.UTC(2030, 0, 1));
    const forms: [Fault, string | null][] = [
      [{ kind: 'throttled' }, null],
      [{ kind: 'throttled', retryAfter: 30 }, '30'],
      [{ kind: 'server-error', retryAfter: until }, 'Tue, 01 Jan 2030 00:00:00 GMT'],
    ];
    for (const [fault, header] of forms)
      expect((await send(await withFault(fault))).headers.get('retry-after')).toBe(header);
  });

  test('a fault on one request leaves the next alone', async () => {
    const server = await withFault({ kind: 'expired-token' }, 1);
    expect([(await send(server)).status, (await send(server)).status]).toEqual([401, 200]);
  });

  test('a redirect', async () => {
    const response = await send(await withFault({ kind: 'redirect', location: 'http://127.0.0.1/login' }));
    expect([response.status, response.headers.get('location')]).toEqual([302, 'http://127.0.0.1/login']);
  });

  test('JSON that is cut off, wrong, or has raw line breaks', async () => {
    for (const kind of ['truncated-json', 'invalid-json'] as const) {
      const text = await (await send(await withFault({ kind }))).text();
      expect(() => JSON.parse(text)).toThrow(SyntaxError);
      expect(text.length).toBeGreaterThan(1000);
    }
    const agents = allRows.filter((row) => !isBot(row.v2)).slice(0, 100);
    const clean = await (await send(await start({ rows: agents }))).text();
    const raw = await start({ rows: agents, onRequest: () => ({ kind: 'raw-newlines' }) });
    const text = await (await send(raw)).text();
    expect(() => JSON.parse(text)).toThrow(/control character/);
    expect(clean).toContain('\\n');
    expect(text.replaceAll('\n', '\\n')).toBe(clean);
  });

  test('a record that cannot be read stands among the good ones', async () => {
    const { data } = await page(await withFault({ kind: 'bad-record' }), { limit: 10 });
    expect(data).toHaveLength(11);
    expect(data[5]).toMatchObject({ sessionStartTime: 'yesterday' });
  });

  test('slow headers arrive late', async () => {
    const startedMs = performance.now();
    await page(await withFault({ kind: 'slow-headers', ms: 150 }));
    expect(performance.now() - startedMs).toBeGreaterThanOrEqual(145);
  });

  test('a half-open answer has headers and never a body', async () => {
    const server = await withFault({ kind: 'half-open' });
    const response = await send(server, { signal: AbortSignal.timeout(200) });
    expect(response.status).toBe(200);
    await expect(response.text()).rejects.toThrow(/aborted/);
  });

  test('a reset connection is a reset', async () => {
    const server = await withFault({ kind: 'reset' });
    const failure = new Promise((resolve) => {
      const request = httpRequest(`${server.origin}/x`, { method: 'POST' }, () => resolve('answered'));
      request.on('error', (error: NodeJS.ErrnoException) => resolve(error.code));
      request.end('{}');
    });
    expect(await failure).toBe('ECONNRESET');
  });
});
