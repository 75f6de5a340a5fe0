// The sample centre's server over real HTTP: access, limits, dates, order and paging as the API documents them.
import { SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createSampleCentre } from '../../../main/sample/generator.ts';
import { type SampleServer, startSampleServer } from '../../../main/sample/server.ts';

const toS = Date.UTC(2025, 9, 1) / 1000;
const fromS = toS - 14 * 86400;
const centre = createSampleCentre({ seed: 11, fromS, toS, conversations: 4000, nowS: toS + 4 * 86400 });
type Row = Record<string, unknown>;
type Answer = { status: number; rows: Row[]; numResults: number; errors: { msg: string; code: number }[] };

let server: SampleServer;
let token: string;
const sign = (secret: string, claims: Record<string, unknown>, alg = 'HS256'): Promise<string> =>
  new SignJWT(claims).setProtectedHeader({ alg, typ: 'JWT' }).sign(new TextEncoder().encode(secret));

beforeAll(async () => {
  server = await startSampleServer(centre);
  token = await sign(server.clientSecret, { appId: server.clientId });
});
afterAll(() => server.close());

const naive = (epochS: number): string => new Date(epochS * 1000).toISOString().slice(0, 19).replace('T', ' ');
const ask = async (
  body: Row,
  {
    query = 'offset=0&limit=100',
    path = 'v2/interactionDetails',
    auth = token,
    from = server,
    account = centre.accountId,
  } = {},
): Promise<Answer> => {
  const response = await fetch(`${from.origin}/agentassist/api/public/analytics/account/${account}/${path}?${query}`, {
    method: 'POST',
    headers: { auth, 'content-type': 'application/json;charset=UTF-8' },
    body: JSON.stringify(body),
  });
  const answer = (await response.json()) as { data?: Row[]; numResults?: number; errors?: Answer['errors'] };
  return {
    status: response.status,
    rows: answer.data ?? [],
    numResults: answer.numResults ?? -1,
    errors: answer.errors ?? [],
  };
};
const window = (beginS: number, endS: number, timeZoneOffset = 0): Row => ({
  startDate: naive(beginS - timeZoneOffset * 60),
  endDate: naive(endS - timeZoneOffset * 60),
  timeZoneOffset,
});
const idsIn = (beginS: number, endS: number): string[] =>
  [...centre.sessionsBetween(beginS, endS)].map((session) => session.sessionId).sort();
const idsOf = (rows: Row[]): string[] => rows.map((row) => String(row.sessionId)).sort();
const dayS = Date.UTC(2025, 8, 24) / 1000;

describe('paging', () => {
  test('the pages of a window hold each of its rows once: bot-only ones ascending, then agents descending', async () => {
    const rows: Row[] = [];
    for (let offset = 0; offset <= 10; offset += 1) {
      const page = await ask(window(dayS, dayS + 86399), { query: `offset=${offset}&limit=50` });
      expect(page.status).toBe(200);
      expect(page.numResults).toBe(page.rows.length);
      rows.push(...page.rows);
      if (page.rows.length < 50) break;
    }
    expect(rows.length).toBeGreaterThan(200);
    expect(idsOf(rows)).toEqual(idsIn(dayS, dayS + 86399));
    const bots = rows.filter((row) => !row.conversationId);
    expect(rows.slice(0, bots.length)).toEqual(bots);
    const starts = (list: Row[]): string[] => list.map((row) => String(row.sessionStartTime));
    expect(starts(bots)).toEqual(starts(bots).sort());
    const agents = rows.slice(bots.length);
    expect(starts(agents)).toEqual(starts(agents).sort().reverse());
  });

  test('limit is clamped at 100 and offset refused above 10', async () => {
    expect((await ask(window(fromS, fromS + 7 * 86400), { query: 'offset=0&limit=500' })).rows).toHaveLength(100);
    expect((await ask(window(fromS, fromS + 7 * 86400), { query: '' })).rows).toHaveLength(100);
    expect((await ask(window(fromS, fromS + 7 * 86400), { query: 'offset=10&limit=5' })).rows).toHaveLength(5);
    expect((await ask(window(fromS, fromS + 7 * 86400), { query: 'offset=11&limit=5' })).status).toBe(400);
  });

  test('both bounds belong to the window', async () => {
    const startS = centre.startAt(1500);
    const page = await ask(window(startS, startS));
    expect(idsOf(page.rows)).toEqual(idsIn(startS, startS));
    expect(page.rows.length).toBeGreaterThan(0);
  });

  test('filters by channel, queue and direction', async () => {
    const day = window(dayS, dayS + 86399);
    const voice = await ask({ ...day, channels: ['voice'] });
    expect(new Set(voice.rows.map((row) => row.channel))).toEqual(new Set(['Voice']));
    const outbound = await ask({ ...day, direction: 'Outbound' });
    expect(outbound.rows.length).toBeGreaterThan(0);
    expect(new Set(outbound.rows.map((row) => row.Direction))).toEqual(new Set(['Outbound']));
    const queue = centre.queues[0]?.id ?? '';
    const queued = await ask({ ...day, queues: [queue] });
    expect(queued.rows.length).toBeGreaterThan(0);
    for (const row of queued.rows) expect(JSON.stringify(row.destinations)).toContain(queue);
  });
});

describe('dates', () => {
  test('all documented forms mean the same day', async () => {
    const expected = idsOf((await ask(window(dayS, dayS + 86399))).rows);
    for (const [startDate, endDate] of [
      ['2025-09-24', '2025-09-24'],
      ['2025-09-24T00:00:00.000Z', '2025-09-24T23:59:59.999Z'],
      ['2025-09-24T00:00:00', '2025-09-24T23:59:59'],
    ]) {
      expect(idsOf((await ask({ startDate, endDate, timeZoneOffset: 0 })).rows)).toEqual(expected);
    }
  });

  test('timeZoneOffset shifts bounds and naive times, not times in Z', async () => {
    const plain = await ask(window(dayS + 36000, dayS + 50000), { query: 'limit=100' });
    const india = await ask(window(dayS + 36000, dayS + 50000, -330), { query: 'limit=100' });
    expect(idsOf(india.rows)).toEqual(idsOf(plain.rows));
    for (const [n, row] of india.rows.entries()) {
      const local = Date.parse(`${String(row.sessionStartTime)}Z`);
      expect(local - Number.parseInt(String(row.sessionId).slice(0, 8), 16) * 1000).toBe(330 * 60000);
      const optedTimes = (text: string) => text.match(/"CallbackOptedTime":"[^"]*"/g);
      expect(optedTimes(JSON.stringify(row))).toEqual(optedTimes(JSON.stringify(plain.rows[n])));
    }
    const callbacks = JSON.stringify(plain.rows).match(/CallbackOptedTime/g) ?? [];
    expect(callbacks.length).toBeGreaterThan(0);
  });

  test('more than seven days, a reversed range and a wrong date are refused', async () => {
    expect((await ask(window(fromS, fromS + 7 * 86400))).status).toBe(200);
    expect((await ask(window(fromS, fromS + 7 * 86400 + 1))).status).toBe(400);
    expect((await ask(window(fromS + 1, fromS))).status).toBe(400);
    expect((await ask({ startDate: '24/09/2025', endDate: '2025-09-24', timeZoneOffset: 0 })).status).toBe(400);
    expect((await ask({ startDate: '2025-09-24', endDate: '2025-09-24' })).status).toBe(400);
  });
});

describe('access', () => {
  test('only an HS256 token of this client passes', async () => {
    const now = Math.floor(Date.now() / 1000);
    const day = window(dayS, dayS + 60);
    const good = await sign(server.clientSecret, { sub: '1234567890', appId: server.clientId, exp: now + 60 });
    expect((await ask(day, { auth: good })).status).toBe(200);
    const refused = [
      await sign(server.clientSecret, { appId: 'cs-other' }),
      await sign(server.clientSecret, { appid: server.clientId }),
      await sign('another-secret-of-some-length-here', { appId: server.clientId }),
      await sign(server.clientSecret, { appId: server.clientId }, 'HS512'),
      await sign(server.clientSecret, { appId: server.clientId, exp: now - 60 }),
      `Bearer ${token}`,
      '',
    ];
    for (const auth of refused) {
      expect(await ask(day, { auth })).toMatchObject({
        status: 401,
        errors: [{ msg: 'Invalid SDK credentials', code: 4002 }],
      });
    }
    expect((await ask(day, { account: 'another' })).status).toBe(401);
  });

  test('paths are read whatever their case; v1 has its own rows; other paths do not exist', async () => {
    const day = window(dayS, dayS + 3600 * 12);
    const asked = { ...day, selectedFields: ['customerinfo'] };
    for (const path of ['v2/calldetails', 'v2/callDetails', 'V2/CALLDETAILS', 'v2/interactiondetails']) {
      const page = await ask(day, { path });
      expect(page.rows.at(-1)).toHaveProperty('smartStatus');
      expect(page.rows.at(-1)).not.toHaveProperty('customerinfo');
    }
    const v1 = await ask(asked, { path: 'callDetails' });
    expect(v1.rows.at(-1)).not.toHaveProperty('smartStatus');
    expect(v1.rows.at(-1)).toHaveProperty('customerinfo.Direction');
    expect((await ask(day, { path: 'v3/calldetails' })).status).toBe(404);
    expect((await ask(day, { path: 'interactionDetails' })).status).toBe(404);
  });

  test('the rate limit refuses what comes beyond it', async () => {
    const tight = await startSampleServer(centre, {
      requestsPerMinute: 2,
      clientId: server.clientId,
      clientSecret: server.clientSecret,
    });
    const day = window(dayS, dayS + 60);
    const statuses = [];
    for (let n = 0; n < 3; n += 1) statuses.push((await ask(day, { from: tight })).status);
    expect(statuses).toEqual([200, 200, 429]);
    expect(tight.requests().map((request) => request.status)).toEqual([200, 200, 429]);
    await tight.close();
  });
});

test('the present moves: what has not happened yet is not listed', async () => {
  let nowS = dayS + 43200;
  const moving = await startSampleServer(centre, {
    asOfS: () => nowS,
    clientId: server.clientId,
    clientSecret: server.clientSecret,
  });
  const day = window(dayS + 42600, dayS + 43800);
  const before = await ask(day, { from: moving });
  expect(before.rows.some((row) => row.finalStatus === 'TRANSIENT_OPEN')).toBe(true);
  for (const row of before.rows)
    expect(Number.parseInt(String(row.sessionId).slice(0, 8), 16)).toBeLessThanOrEqual(nowS);
  nowS = toS + 5 * 86400;
  const after = await ask(day, { from: moving });
  expect(after.rows.length).toBeGreaterThan(before.rows.length);
  expect(after.rows.some((row) => row.finalStatus === 'TRANSIENT_OPEN')).toBe(false);
  await moving.close();
});
