// What happens after the first sync: nothing, cheaply, when nothing changed; late knowledge arrives; several endpoints
// make one record; a window that cannot be paged is said to be so; a cancelled run goes on later.
import { afterEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../main/hosts/clock.ts';
import { makeRows } from '../kore-server/generate.ts';
import { type KoreRow, type KoreServer, type KoreServerOptions, startKoreServer } from '../kore-server/server.ts';
import { openTestApp, type TestApp } from '../support/app.ts';

const HOUR_S = 3600;
const DAY_S = 86_400;
const nowS = Math.floor(Date.now() / 1000);
const iso = (epochS: number): string => new Date(epochS * 1000).toISOString();
const naive = (epochS: number): string => iso(epochS).slice(0, 19);

const open: { app: TestApp; server: KoreServer }[] = [];
afterEach(async () => {
  for (const { app, server } of open.splice(0)) {
    await app.close();
    await server.close();
  }
});

const start = async (
  options: KoreServerOptions,
  endpoints: Parameters<TestApp['connect']>[1] = ['v2-interactions'],
) => {
  const server = await startKoreServer(options);
  const app = openTestApp({ token: server.token });
  open.push({ app, server });
  await app.connect(server, endpoints);
  return { app, server };
};

const sessionIdAt = (epochS: number, n: number): string =>
  epochS.toString(16).padStart(8, '0') + n.toString(16).padStart(16, '0');
const agentRow = (startedS: number, n: number, fields: Record<string, unknown> = {}): KoreRow => {
  const sessionStartTime = naive(startedS);
  const base = {
    conversationId: `c-${String(n).padStart(7, '0')}-0000-4000-8000-000000000000`,
    sessionId: sessionIdAt(startedS, n),
    channel: 'Voice',
    sessionStartTime,
    sessionEndTime: naive(startedS + 60),
    finalStatus: 'CLOSED',
    disconnectingEvent: 'User Hangup',
    dispositions: ['Resolved'],
    destinations: [],
  };
  return { v2: { ...base, smartStatus: 'CLOSED', ...fields }, v1: { ...base, ...fields } };
};

describe('a second sync', () => {
  test('changes nothing and costs only the trailing 72 hours', async () => {
    const rows = makeRows({ seed: 11, count: 6000, days: 29, endS: nowS - HOUR_S });
    const { app, server } = await start({ rows });
    const first = await app.sync();
    expect(first.inserted).toBe(6000);
    const hash = await app.contentHash();
    const before = server.requests.length;
    const second = await app.sync();
    expect(second).toMatchObject({ inserted: 0, updated: 0 });
    expect(await app.contentHash()).toBe(hash);
    const asked = server.requests.slice(before).map((request) => (request.body as { startDate: string }).startDate);
    const trailingFrom = naive(nowS - 72 * HOUR_S - 60).replace('T', ' ');
    expect(asked.filter((startDate) => startDate < trailingFrom)).toEqual([]);
    const trailingRows = rows.filter(
      (row) => Date.parse(`${row.v2.sessionStartTime}Z`) / 1000 >= nowS - 72 * HOUR_S,
    ).length;
    expect(second.requests).toBeLessThanOrEqual(Math.ceil(trailingRows / 100) + 3);
  }, 180_000);

  test('brings a late survey, an edited disposition, an open conversation that closed, and a late row', async () => {
    const openRow = agentRow(nowS - 5 * HOUR_S, 1, {
      finalStatus: 'TRANSIENT_OPEN',
      smartStatus: '',
      dispositions: [],
      sessionEndTime: naive(nowS - 5 * HOUR_S),
    });
    const quiet = Array.from({ length: 250 }, (_, n) => agentRow(nowS - 20 * DAY_S + n * 6 * HOUR_S, 100 + n));
    const { app, server } = await start({
      rows: [...quiet.filter((row) => String(row.v2.sessionStartTime) < naive(nowS)), openRow],
    });
    await app.sync();
    const before = await app.exportAll();
    expect(before.get(openRow.v2.conversationId as string)).toMatchObject({
      isOpen: true,
      finalStatus: 'TRANSIENT_OPEN',
    });

    const surveyed = agentRow(nowS - 20 * DAY_S + 71 * 6 * HOUR_S, 171);
    expect(before.has(surveyed.v2.conversationId as string)).toBe(true);
    server.replaceRow(openRow.v2.sessionId as string, agentRow(nowS - 5 * HOUR_S, 1));
    server.replaceRow(surveyed.v2.sessionId as string, (row) => ({
      ...row,
      v2: { ...row.v2, surveyType: 'csat', csatScore: 4, csatFeedback: 'Quick.', dispositions: ['ESCALATED'] },
    }));
    const late = agentRow(nowS - 30 * HOUR_S, 2);
    server.addRow(late);
    const second = await app.sync();
    expect(second).toMatchObject({ inserted: 1, updated: 2 });
    const after = await app.exportAll();
    expect(after.size).toBe(before.size + 1);
    expect(after.get(openRow.v2.conversationId as string)).toMatchObject({ isOpen: false, finalStatus: 'CLOSED' });
    expect(after.get(surveyed.v2.conversationId as string)).toMatchObject({
      csatScore: 4,
      csatFeedback: 'Quick.',
      dispositions: ['ESCALATED'],
    });
    expect(after.has(late.v2.conversationId as string)).toBe(true);
  }, 180_000);

  test('a bot session that became a conversation is there once, under its conversation id', async () => {
    const bot = {
      sessionId: sessionIdAt(nowS - HOUR_S, 9),
      channel: 'Voice',
      sessionStartTime: naive(nowS - HOUR_S),
      sessionEndTime: naive(nowS - HOUR_S + 5),
      finalStatus: 'BotResolved',
    };
    const { app, server } = await start({ rows: [{ v2: bot }] });
    await app.sync();
    expect([...(await app.exportAll()).keys()]).toEqual([bot.sessionId]);
    server.replaceRow(bot.sessionId, agentRow(nowS - HOUR_S, 9));
    await app.sync();
    expect([...(await app.exportAll()).keys()]).toEqual([agentRow(nowS - HOUR_S, 9).v2.conversationId]);
  });
});

describe('a conversation that stayed open for weeks', () => {
  const openRow = agentRow(nowS - 20 * DAY_S, 1, { finalStatus: 'TRANSIENT_OPEN', smartStatus: '', dispositions: [] });
  const around = [1, 2, 3].map((n) => agentRow(nowS - 20 * DAY_S + n * HOUR_S, 100 + n));

  test('is asked for by name once a day, and arrives closed', async () => {
    let ahead = 0;
    const server = await startKoreServer({ rows: [openRow, ...around] });
    const clock = { ...systemClock, nowMs: () => Date.now() + ahead };
    const app = openTestApp({ token: server.token, clock });
    open.push({ app, server });
    await app.connect(server);
    await app.sync();
    server.replaceRow(openRow.v2.sessionId as string, agentRow(nowS - 20 * DAY_S, 1));
    expect(await app.sync()).toMatchObject({ updated: 0 });
    ahead = 25 * HOUR_S * 1000;
    expect(await app.sync()).toMatchObject({ updated: 1 });
    const found = await app.exportAll();
    expect(found.get(openRow.v2.conversationId as string)).toMatchObject({ isOpen: false });
    expect(found.size).toBe(4);
  }, 180_000);
});

describe('a clock that was set back', () => {
  test('does not keep what was fetched in its future from being corrected', async () => {
    let ahead = 40 * DAY_S * 1000;
    const row = agentRow(nowS - HOUR_S, 1);
    const server = await startKoreServer({ rows: [row] });
    const app = openTestApp({ token: server.token, clock: { ...systemClock, nowMs: () => Date.now() + ahead } });
    open.push({ app, server });
    await app.connect(server);
    await app.sync({ from: iso(nowS - DAY_S) });
    ahead = 0;
    server.replaceRow(row.v2.sessionId as string, agentRow(nowS - HOUR_S, 1, { dispositions: ['ESCALATED'] }));
    expect(await app.sync({ from: iso(nowS - DAY_S) })).toMatchObject({ updated: 1 });
  }, 180_000);
});

describe('several endpoints', () => {
  test('make one record with v1’s survey and v2’s smart status', async () => {
    const row = agentRow(nowS - 2 * DAY_S, 5);
    const v2 = { ...row.v2, smartStatus: 'TERMINATED', reason: 'NO AGENTS AVAILABLE' };
    const { smartStatus: _unknownToV1, ...v1Base } = row.v2;
    const v1 = { ...v1Base, surveyType: 'nps', npsScore: 9, csatFeedback: 'Thanks' };
    const { app } = await start({ rows: [{ v1, v2 }] }, ['v2-interactions', 'v2-calls', 'v1-calls']);
    await app.sync();
    const [found] = (await app.exportAll()).values();
    expect(found).toMatchObject({
      smartStatus: 'TERMINATED',
      reason: 'NO AGENTS AVAILABLE',
      surveyType: 'nps',
      npsScore: 9,
      csatFeedback: 'Thanks',
      sources: ['v2-interactions', 'v2-calls', 'v1-calls'],
    });
    expect((await app.exportAll()).size).toBe(1);
  });

  test('of 3,000 sample rows give the union of fields, one record a conversation, and a second sync changes nothing', async () => {
    const rows = makeRows({ seed: 5, count: 3000, days: 20, endS: nowS - HOUR_S });
    const { app } = await start({ rows }, ['v2-interactions', 'v2-calls', 'v1-calls']);
    await app.sync();
    const cached = await app.exportAll();
    expect(cached.size).toBe(3000);
    let surveys = 0;
    for (const { v1, v2 } of rows) {
      const found = cached.get(String(v2.conversationId ?? v2.sessionId));
      expect(found?.smartStatus ?? '').toBe(v2.smartStatus ?? '');
      expect(found?.csatScore ?? null).toBe(v1?.csatScore ?? null);
      expect(found?.npsScore ?? null).toBe(v1?.npsScore ?? null);
      expect(found?.likeDislikeScore ?? null).toBe(v1?.likeDislikeScore ?? null);
      if (v1?.surveyType !== undefined) surveys += 1;
    }
    expect(surveys).toBeGreaterThan(50);
    const hash = await app.contentHash();
    expect(await app.sync()).toMatchObject({ inserted: 0, updated: 0 });
    expect(await app.contentHash()).toBe(hash);
  }, 180_000);
});

describe('what cannot be paged', () => {
  test('one second with 1,500 rows is said to be capped; everything else is there', async () => {
    const crowdS = nowS - 3 * DAY_S;
    const crowd = Array.from({ length: 1500 }, (_, n) => agentRow(crowdS, n));
    const others = Array.from({ length: 400 }, (_, n) => agentRow(nowS - 6 * DAY_S + 7 + n * 1200, 5000 + n));
    const { app } = await start({ rows: [...crowd, ...others] });
    const summary = await app.sync({ from: iso(nowS - 7 * DAY_S) });
    expect(summary.windows.capped).toBeGreaterThanOrEqual(1);
    const cached = await app.exportAll();
    for (const row of others) expect(cached.has(row.v2.conversationId as string)).toBe(true);
    const { ranges } = await app.call('coverage.get', {});
    const capped = ranges.filter((range) => range.state === 'capped');
    const seconds = capped.reduce((sum, range) => sum + (Date.parse(range.to) - Date.parse(range.from)) / 1000, 0);
    expect(capped.some((range) => range.from <= iso(crowdS) && iso(crowdS) < range.to)).toBe(true);
    // The API's end is inclusive, so the second before asks for the crowded one as well.
    expect(seconds).toBeLessThanOrEqual(2);
    expect(ranges.filter((range) => range.state !== 'complete' && range.state !== 'capped')).toEqual([]);
  }, 180_000);

  test('a row that arrives between two pages costs another look, and nothing is missed', async () => {
    const rows = Array.from({ length: 450 }, (_, n) => agentRow(nowS - 5 * HOUR_S - n * 30, n));
    const { app, server } = await start({ rows, order: 'descending' });
    server.changeBetweenPages(agentRow(nowS - HOUR_S, 9001), agentRow(nowS - HOUR_S - 5, 9002));
    await app.sync({ from: iso(nowS - 2 * DAY_S) });
    const cached = await app.exportAll();
    for (const row of rows) expect(cached.has(row.v2.conversationId as string)).toBe(true);
  });
});

describe('a run that is cut short', () => {
  test('by the user keeps what it has, shows the rest as open, and goes on', async () => {
    const rows = makeRows({ seed: 2, count: 12_000, days: 29, endS: nowS - HOUR_S });
    // Slow once most is there, so that the cancellation comes in the middle whatever the machine's speed.
    let isCancelled = false;
    const { app, server } = await start({
      rows,
      onRequest: (n) => (n > 90 && !isCancelled ? { kind: 'slow-headers', ms: 500 } : undefined),
    });
    const run = app.sync(
      {},
      {
        onProgress: (progress, cancel) => {
          if (progress.rows <= 8000) return;
          isCancelled = true;
          cancel();
        },
      },
    );
    await expect(run).rejects.toMatchObject({ code: 'cancelled' });
    const { ranges } = await app.call('coverage.get', {});
    expect(ranges.map((range) => range.state)).toContain('open');
    const trailingFromMs = (nowS - 73 * HOUR_S) * 1000;
    const settled = ranges
      .filter((range) => range.state === 'complete')
      .map((range) => ({ from: Date.parse(range.from), to: Math.min(Date.parse(range.to), trailingFromMs) }))
      .filter(({ from, to }) => from < to);
    expect(settled.length).toBeGreaterThan(0);
    const kept = (await app.exportAll()).size;
    expect(kept).toBeGreaterThan(8000);
    const before = server.requests.length;
    await app.sync();
    expect((await app.exportAll()).size).toBe(12_000);
    const askedMs = server.requests.slice(before).map(({ body }) => {
      const { startDate, endDate } = body as { startDate: string; endDate: string };
      return { from: Date.parse(`${startDate}Z`), to: Date.parse(`${endDate}Z`) };
    });
    // The API's end is inclusive, so a window may touch its neighbour's first second.
    const again = askedMs.filter((asked) =>
      settled.some(({ from, to }) => asked.from < to - 1000 && asked.to > from + 1000),
    );
    expect(again).toEqual([]);
    expect((await app.call('coverage.get', {})).ranges.map((range) => range.state)).toEqual(['complete']);
  }, 180_000);

  test('by more than 1 % unreadable records keeps the readable ones; up to 1 % is only counted', async () => {
    const rows = Array.from({ length: 300 }, (_, n) => agentRow(nowS - DAY_S + n * 60, n));
    const range = { from: iso(nowS - 2 * DAY_S) };
    const spoiled = (most: number) => (n: number) => (n <= most ? ({ kind: 'bad-record' } as const) : undefined);
    const few = await start({ rows, onRequest: spoiled(2) });
    expect(await few.app.sync(range)).toMatchObject({ quarantined: 2 });
    expect((await few.app.exportAll()).size).toBe(300);
    const many = await start({ rows, onRequest: spoiled(100) });
    await expect(many.app.sync(range)).rejects.toMatchObject({ code: 'bad_data_limit' });
    expect((await many.app.exportAll()).size).toBe(300);
  });
});
