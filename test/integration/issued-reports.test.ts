// Issued reports: made again byte for byte while the data are the same; said to have changed when they have, with exactly
// what has; nothing left of a conversation that was forgotten.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { zstdDecompressSync } from 'node:zlib';
import Database from 'better-sqlite3';
import { afterEach, describe, expect, test } from 'vitest';
import { hashKey } from '../../main/reports/fingerprints.ts';
import type { ProcedureInput } from '../../preload/contract/procedures.ts';
import type { AgainResult, IssuedReport } from '../../preload/contract/report.ts';
import { type KoreRow, type KoreServer, startKoreServer } from '../kore-server/server.ts';
import { openTestApp, type TestApp } from '../support/app.ts';
import { agentRow, agents, naive, objectIdAt, queueEntry } from '../support/rows.ts';

const HOUR_S = 3600;
const DAY_S = 86_400;
// Noon two days ago, so that the day reported on is over and within the 72 hours that a sync asks for again.
const noonS = Math.floor(Date.now() / 1000 / DAY_S) * DAY_S - 2 * DAY_S + 12 * HOUR_S;
const day = new Date(noonS * 1000).toISOString().slice(0, 10);
const conversationId = (n: number): string => `c-${String(n).padStart(7, '0')}-0000-4000-8000-000000000000`;

/** A finished call that one agent handled, `n` quarters of an hour after midnight of the day. */
const call = (n: number, fields: Record<string, unknown> = {}): KoreRow => {
  const startedS = noonS - 12 * HOUR_S + n * 900;
  const row = agentRow({}, startedS);
  return {
    v2: { ...row, conversationId: conversationId(n), sessionId: objectIdAt(startedS, n), ...fields },
  };
};
const sessionId = (n: number): string => objectIdAt(noonS - 12 * HOUR_S + n * 900, n);

const open: { app: TestApp; server: KoreServer }[] = [];
afterEach(async () => {
  for (const { app, server } of open.splice(0)) {
    await app.close();
    await server.close();
  }
});

const start = async (rows: KoreRow[]) => {
  const server = await startKoreServer({ rows });
  const app = openTestApp({ token: server.token });
  open.push({ app, server });
  await app.connect(server);
  await app.sync({ from: new Date((noonS - 6 * DAY_S) * 1000).toISOString() });
  return { app, server };
};

const makeReport = async (
  app: TestApp,
  more: { mask?: boolean; formats?: ('pdf' | 'csv')[] } = {},
): Promise<IssuedReport> => {
  // Both would have the same names.
  const outDir = join(app.dataDir, more.mask ? 'out-masked' : 'out');
  const result = await app.runJob('report.run', { report: 'agent-scorecards', period: day, outDir, ...more });
  if (result.kind !== 'report') throw new Error('no report');
  return result.report;
};
const again = async (app: TestApp, id: number, folder: string): Promise<AgainResult> => {
  const result = await app.runJob('report.again', { id, outDir: join(app.dataDir, folder) });
  if (result.kind !== 'report-again') throw new Error('no report');
  return result;
};
const sha256 = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex');
const rows = (count: number): KoreRow[] => Array.from({ length: count }, (_, n) => call(n));

describe('made again', () => {
  test('an issued report has the same bytes, also after a sync that brought nothing, and masked', async () => {
    const { app } = await start(rows(40));
    const plain = await makeReport(app);
    const masked = await makeReport(app, { mask: true, formats: ['csv'] });
    // To the second: what is made again a second later must not show it.
    await new Promise((resolve) => setTimeout(resolve, 1100));
    await app.sync();
    for (const report of [plain, masked]) {
      const made = await again(app, report.id, `again-${report.id}`);
      expect(made).toMatchObject({ isIdentical: true, message: expect.stringContaining('Byte for byte') });
      for (const [index, file] of made.files.entries()) {
        const first = report.files[index];
        expect(file.name).toBe(first?.name);
        expect(sha256(file.path)).toBe(first?.sha256);
        expect(readFileSync(file.path).equals(readFileSync(first?.path ?? ''))).toBe(true);
      }
    }
    const diff = await app.call('report.diff', { id: plain.id });
    expect(diff).toMatchObject({ gone: 0, forgotten: 0, conversations: [], figures: [] });
  }, 60_000);

  test('what is kept of a masked report holds no agent’s name', async () => {
    const { app } = await start(rows(10));
    await makeReport(app, { mask: true, formats: ['csv'] });
    const { figures } = await app.call('report.diff', { id: 1 });
    expect(figures).toEqual([]);
    const db = new Database(join(app.dataDir, 'library.db'), { readonly: true });
    const stored = db.prepare('SELECT figures FROM issued_report').pluck().get() as Buffer;
    db.close();
    const text = zstdDecompressSync(stored).toString('utf8');
    expect(text).toContain('Agent ');
    expect(text).not.toContain(agents.ada.name);
    expect(text).not.toContain(agents.ada.agentId);
  });

  test('with other data it says so, under another name, and counts what has changed', async () => {
    const { app, server } = await start(rows(40));
    const report = await makeReport(app, { formats: ['csv'] });
    server.replaceRow(sessionId(5), (row) => ({ v2: { ...row.v2, dispositions: ['Escalated'] } }));
    server.addRow(call(60));
    await app.sync();
    const made = await again(app, report.id, 'again');
    expect(made.isIdentical).toBe(false);
    expect(made.message).toMatch(/2 conversations have changed and 0 were forgotten.*report diff 1/);
    expect(readdirSync(join(app.dataDir, 'again'))).toEqual([`agent-scorecards Test ${day} - changed since.csv`]);
    // Issued as it was, and still there.
    expect(sha256(report.files[0]?.path ?? '')).toBe(report.files[0]?.sha256);
  });
});

test('diff shows exactly what was planted: a late survey, an edited disposition, a closed conversation, a late row', async () => {
  const openCall = call(50, {
    finalStatus: 'TRANSIENT_OPEN',
    smartStatus: '',
    dispositions: [],
    dispositionRemarks: [],
    sessionEndTime: naive(noonS + HOUR_S / 2),
    destinations: [],
  });
  const { app, server } = await start([...rows(40), openCall]);
  const report = await makeReport(app, { formats: ['csv'] });

  server.replaceRow(sessionId(3), (row) => ({
    v2: { ...row.v2, surveyType: 'csat', csatScore: 5, csatFeedback: 'Thanks.' },
  }));
  server.replaceRow(sessionId(4), (row) => ({ v2: { ...row.v2, dispositions: ['Escalated'] } }));
  server.replaceRow(sessionId(50), call(50));
  const lateS = noonS - 12 * HOUR_S + 70 * 900;
  server.addRow(call(70, { destinations: [queueEntry(lateS + 10)] }));
  // The day before, which the report compares with.
  server.addRow(call(-20));
  await app.sync();

  const diff = await app.call('report.diff', { id: report.id });
  expect(diff.conversations.map(({ key, changes, isInPeriod }) => [key, changes, isInPeriod])).toEqual([
    [conversationId(-20), ['appeared'], false],
    [conversationId(3), ['survey'], true],
    [conversationId(4), ['disposition'], true],
    [conversationId(50), ['closed'], true],
    [conversationId(70), ['appeared'], true],
  ]);
  expect(diff.counts).toEqual({ appeared: 2, closed: 1, survey: 1, disposition: 1, other: 0 });
  expect(diff).toMatchObject({ gone: 0, forgotten: 0, isComparable: true });

  const moved = (key: string, figure: string) =>
    diff.figures.find((change) => change.key === key && change.figure === figure);
  // 40 calls were finished and one was open; it has closed, and one came late.
  expect(moved(agents.ada.agentId, 'handled')).toMatchObject({ before: { value: 40 }, after: { value: 42 } });
  expect(moved('(total)', 'handled')).toMatchObject({ before: { value: 40 }, after: { value: 42 } });
  expect(moved(agents.ada.agentId, 'csatMean')).toMatchObject({
    before: { value: null, n: 0 },
    after: { value: 5, n: 1 },
  });
  // Every call took as long as any other.
  expect(moved(agents.ada.agentId, 'ahtMean')?.after?.value).toBe(moved(agents.ada.agentId, 'ahtMean')?.before?.value);
  expect(diff.figures.every(({ key }) => key === agents.ada.agentId || key === '(total)')).toBe(true);
}, 60_000);

describe('forgetting', () => {
  test('a customer leaves their name in no report’s filters, no definition, no file name on record', async () => {
    const { app } = await start(rows(10));
    const query = 'phone:2025550142';
    const outDir = join(app.dataDir, 'out');
    await app.runJob('report.run', { report: 'raw-rows', period: day, outDir, formats: ['csv'], filters: { query } });
    await makeReport(app, { formats: ['csv'] });
    const common = { kind: 'raw-rows' as const, period: 'yesterday', formats: ['csv' as const], mask: false };
    await app.call('report.define', { ...common, name: 'One customer', filters: { query } });
    await app.call('report.define', { ...common, name: 'Refunds', filters: { query: 'refund' } });
    for (const definition of ['One customer', 'Refunds'])
      await app.call('schedule.add', { definition, cadence: 'daily', time: '06:00', folder: outDir });
    const stored = () =>
      readdirSync(app.dataDir)
        .filter((name) => name.startsWith('library.db'))
        .map((name) => readFileSync(join(app.dataDir, name)).toString('latin1'))
        .join('');
    expect(stored()).toContain('2025550142');
    await app.call('forget.run', { customer: '+1 (202) 555-0142' });
    expect(stored()).not.toContain('2025550142');
    expect((await app.call('report.definitions', {})).map(({ name }) => name)).toEqual(['Refunds']);
    expect((await app.call('schedule.list', {})).map(({ definition }) => definition)).toEqual(['Refunds']);
    expect((await app.call('report.list', {})).map(({ filters }) => filters)).toEqual([{}]);
    await expect(again(app, 1, 'again')).rejects.toThrow(/no issued report|There is no/i);
    expect((await again(app, 2, 'again')).files).toHaveLength(1);
  }, 60_000);

  test('a customer leaves no hash in what issued reports remember, and the reports say how many went', async () => {
    const customer = '+12025550177';
    const theirs = [8, 9].map((n) => {
      const row = call(n);
      const info = { ...(row.v2.customerinfo as object), CustomerPhone: customer };
      return { v2: { ...row.v2, customerinfo: info } };
    });
    const { app } = await start([...rows(8), ...theirs, call(12)]);
    const report = await makeReport(app, { formats: ['csv'] });
    const readStored = (): { salt: Buffer; fingerprints: Buffer } => {
      const db = new Database(join(app.dataDir, 'library.db'), { readonly: true });
      const stored = db.prepare('SELECT salt, fingerprints FROM issued_report WHERE id = ?').get(report.id);
      db.close();
      return stored as { salt: Buffer; fingerprints: Buffer };
    };
    const { salt, fingerprints } = readStored();
    const hashes = [8, 9].map((n) => Buffer.from(hashKey(salt, conversationId(n)), 'hex'));
    for (const hash of hashes) expect(zstdDecompressSync(fingerprints).includes(hash)).toBe(true);

    expect(await app.call('forget.run', { customer })).toMatchObject({ conversations: 2 });
    for (const hash of hashes) expect(zstdDecompressSync(readStored().fingerprints).includes(hash)).toBe(false);
    const kept = Buffer.from(hashKey(salt, conversationId(12)), 'hex');
    expect(zstdDecompressSync(readStored().fingerprints).includes(kept)).toBe(true);
    const diff = await app.call('report.diff', { id: report.id });
    expect(diff).toMatchObject({ forgotten: 2, gone: 0, conversations: [] });
    expect(diff.figures.find(({ figure }) => figure === 'handled')).toMatchObject({
      before: { value: 11 },
      after: { value: 9 },
    });
    expect((await again(app, report.id, 'again')).message).toMatch(/0 conversations have changed and 2 were forgotten/);
  });

  test('everything older takes the fingerprints of older reports with it whole', async () => {
    const old = {
      ...call(1).v2,
      sessionStartTime: naive(noonS - 5 * DAY_S),
      sessionEndTime: naive(noonS - 5 * DAY_S + 80),
    };
    const { app } = await start([{ v2: old }, call(2)]);
    const outDir = join(app.dataDir, 'out');
    const oldDay = new Date((noonS - 5 * DAY_S) * 1000).toISOString().slice(0, 10);
    await app.runJob('report.run', { report: 'agent-scorecards', period: oldDay, outDir, formats: ['csv'] });
    await makeReport(app, { formats: ['csv'] });
    await app.call('forget.run', { olderThanDays: 4 });
    expect(await app.call('report.diff', { id: 1 })).toMatchObject({ isComparable: false, conversations: [] });
    expect(await app.call('report.diff', { id: 2 })).toMatchObject({ isComparable: true });
  });
});

describe('definitions', () => {
  const define: ProcedureInput<'report.define'> = {
    name: 'Daily',
    kind: 'agent-scorecards',
    period: 'yesterday',
    formats: ['csv'],
    mask: true,
  };

  test('are saved, used, overridden by what the call says, and replaced under their name', async () => {
    const { app } = await start(rows(5));
    await app.call('report.define', { ...define, options: { paper: 'us-letter' } });
    await app.call('report.define', { ...define, name: 'DAILY', mask: false });
    expect(await app.call('report.definitions', {})).toMatchObject([{ name: 'DAILY', mask: false, workspace: 'Test' }]);
    const result = await app.runJob('report.run', {
      report: 'daily',
      period: day,
      outDir: join(app.dataDir, 'out'),
      mask: true,
    });
    if (result.kind !== 'report') throw new Error('no report');
    expect(result.report).toMatchObject({
      definition: 'DAILY',
      periodExpression: day,
      periodLabel: day,
      isMasked: true,
      options: { paper: 'a4' },
      rowCounts: { agents: 1, conversations: 5 },
    });
    expect(result.report.files.map((file) => file.format)).toEqual(['csv']);
    expect(await app.call('report.list', {})).toEqual([result.report]);
    await app.call('report.undefine', { name: 'daily' });
    expect(await app.call('report.definitions', {})).toEqual([]);
    // What was issued stays, and can still be made again.
    expect((await again(app, 1, 'again')).isIdentical).toBe(true);
  });

  test.each<[Partial<ProcedureInput<'report.define'>>, RegExp]>([
    [{ name: 'agent-scorecards' }, /cannot be called/],
    [{ name: 'List' }, /cannot be called/],
    [{ period: 'sometime' }, /is not a period/],
    [{ zone: 'Nowhere/Land' }, /not a known time zone/],
    [{ options: { paper: 'a5' } }, /paper=a4 or us-letter/],
    [{ filters: { queue: 'x' } }, /has the filter agent=ID/],
  ])('%j is refused', async (fields, sentence) => {
    const { app } = await start([]);
    await expect(app.call('report.define', { ...define, ...fields })).rejects.toThrow(sentence);
  });
});
