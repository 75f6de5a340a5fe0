// One figure, wherever it is asked for: what a report's CSV says must be what the scorecard says, of the same data, period
// and moment, value and n; also where days after the period decide it.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { zstdDecompressSync } from 'node:zlib';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ProcedureInput } from '../../preload/contract/procedures.ts';
import type { IssuedReport, ReportKindName } from '../../preload/contract/report.ts';
import { metricNames, type Scorecard, type ScorecardGroup } from '../../preload/contract/scorecard.ts';
import { type KoreRow, type KoreServer, startKoreServer } from '../kore-server/server.ts';
import { openTestApp, type TestApp } from '../support/app.ts';
import { parseCsv } from '../support/parse-csv.ts';
import {
  agentRow,
  agents,
  answeredAgent,
  botOnlyRow,
  callbackRow,
  objectIdAt,
  queueEntry,
  queueId,
} from '../support/rows.ts';

const DAY_S = 86_400;
/** The day reported on began three days ago: with repeats within a day, its contacts are decided by the day after it. */
const midnightS = Math.floor(Date.now() / 1000 / DAY_S) * DAY_S - 3 * DAY_S;
const day = new Date(midnightS * 1000).toISOString().slice(0, 10);
const conversationId = (n: number): string => `c-${String(n).padStart(7, '0')}-0000-4000-8000-000000000000`;

const staff = [agents.ada, agents.ben, agents.cy];
/** A finished call, `n` quarters of an hour after midnight; every third customer calls again. */
const call = (n: number, fields: Record<string, unknown> = {}): KoreRow => {
  const startedS = midnightS + n * 900;
  const phone = `+1202555${String(100 + (n % 7)).padStart(4, '0')}`;
  const agent = staff[n % 3] ?? agents.ada;
  return {
    v2: {
      ...agentRow({}, startedS),
      conversationId: conversationId(n),
      sessionId: objectIdAt(startedS, n),
      customerinfo: { CustomerPhone: phone, CenterPhone: '+12025550100' },
      destinations: [queueEntry(startedS + 10, { respondingAgent: answeredAgent(startedS + 10, agent) })],
      ...(n % 4 === 0 ? { surveyType: 'csat', csatScore: (n % 5) + 1 } : {}),
      ...(n % 6 === 0 ? { dispositions: [] } : {}),
      ...fields,
    },
  };
};
/** Somebody who calls once in the day, and again in the early hours after it. */
const lone = { customerinfo: { CustomerPhone: '+12025550199' } };
const lateS = midnightS + 109 * 900;
const count = (length: number): number[] => Array.from({ length }, (_, n) => n);
const rows: KoreRow[] = [
  ...count(96 + 60).map((n) => call(n)),
  call(95, { ...lone, conversationId: conversationId(800), sessionId: objectIdAt(midnightS + 95 * 900, 800) }),
  ...count(40).map((n): KoreRow => {
    const startedS = midnightS + n * 2000 + 7;
    return { v2: botOnlyRow({ sessionId: objectIdAt(startedS, 900 + n) }, startedS) };
  }),
  ...[30, 92].map((n): KoreRow => {
    const startedS = midnightS + n * 900 + 60;
    const ids = { conversationId: conversationId(700 + n), sessionId: objectIdAt(startedS, 700 + n) };
    return { v2: callbackRow(ids, startedS) };
  }),
  // A survey that no agent's figures have.
  {
    v2: botOnlyRow({ sessionId: objectIdAt(midnightS + 500, 990), surveyType: 'csat', csatScore: 1 }, midnightS + 500),
  },
];

let server: KoreServer;
let app: TestApp;
beforeAll(async () => {
  server = await startKoreServer({ rows });
  app = openTestApp({ token: server.token });
  await app.connect(server);
  await app.call('settings.set', { rules: { repeatDays: 1 }, csatPolarity: 'higher-is-better' });
  await app.sync({ from: new Date((midnightS - 4 * DAY_S) * 1000).toISOString() });
}, 60_000);
afterAll(async () => {
  await app.close();
  await server.close();
});

const makeReport = async (report: ReportKindName): Promise<{ issued: IssuedReport; csv: Record<string, string>[] }> => {
  const outDir = join(app.dataDir, 'out');
  const result = await app.runJob('report.run', { report, period: day, outDir, formats: ['csv'] });
  if (result.kind !== 'report') throw new Error('no report');
  return { issued: result.report, csv: parseCsv(readFileSync(result.files[0] ?? '', 'utf8')) };
};

const kinds: [ReportKindName, ScorecardGroup, Record<string, ScorecardGroup>][] = [
  ['agent-scorecards', 'agent', {}],
  ['team-summary', 'agent', { agent: 'agent' }],
  ['queue-service', 'queue', { queue: 'queue' }],
  ['bot-containment', 'bot', { bot: 'bot', intent: 'intent' }],
  ['dispositions', 'intent', { disposition: 'disposition', intent: 'intent' }],
  ['surveys', 'queue', { queue: 'queue', agent: 'agent' }],
  ['callbacks', 'queue', { queue: 'queue' }],
];

/** Every figure of a line that the scorecard's row has too; how many were compared, and which differ. */
const compare = (line: Record<string, string>, metrics: Scorecard['total']): { compared: number; wrong: string[] } => {
  const names = metricNames.filter((name) => line[name] !== undefined);
  const wrong = names.filter((name) => {
    const { value, n } = metrics[name];
    const sample = line[`${name}N`];
    return (
      line[name] !== (value === null ? '' : String(value)) ||
      (sample !== undefined && sample !== '' && Number(sample) !== n)
    );
  });
  return {
    compared: names.length,
    wrong: wrong.map((name) => `${line.section} ${line.key} ${name}: ${line[name]} (${line[`${name}N`]})`),
  };
};

describe('the CSV says what the scorecard says', () => {
  test.each(kinds)(
    '%s',
    async (kind, totalBy, sections) => {
      const { csv } = await makeReport(kind);
      const cards = new Map<ScorecardGroup, Scorecard>();
      for (const by of new Set([totalBy, ...Object.values(sections)]))
        cards.set(by, await app.call('scorecard.get', { by, period: day, previous: true }));
      let compared = 0;
      const wrong: string[] = [];
      for (const line of csv) {
        const by = line.section === undefined ? 'agent' : (sections[line.section] ?? totalBy);
        const card = cards.get(by);
        const metrics =
          line.section === 'total'
            ? card?.total
            : line.section === 'previous'
              ? card?.previous?.total
              : line.section === undefined || sections[line.section] !== undefined
                ? card?.rows.find(({ key }) => key === line.key)?.metrics
                : undefined;
        if (metrics === undefined) continue;
        const found = compare(line, metrics);
        compared += found.compared;
        wrong.push(...found.wrong);
      }
      expect(compared).toBeGreaterThan(12);
      expect(wrong).toEqual([]);
    },
    60_000,
  );

  test('also repeats, which only the day after tells, and callbacks of the last day', async () => {
    const { csv } = await makeReport('team-summary');
    const total = csv.find(({ section }) => section === 'total');
    expect(Number(total?.noRepeatRateN)).toBeGreaterThan(90);
    const callbacks = (await makeReport('callbacks')).csv.find(({ section }) => section === 'total');
    expect(callbacks?.callbackCompletionN).toBe('2');
  }, 60_000);

  test('the coverage of wrap-up codes stands in the report about them', async () => {
    const { csv } = await makeReport('dispositions');
    expect(Number(csv.find(({ section }) => section === 'total')?.wrapUpCoverageN)).toBeGreaterThan(90);
  }, 60_000);
});

test('a step that has not begun is in no report', async () => {
  const today = new Date().toISOString().slice(0, 10);
  const period = `${day}..${new Date(Date.now() + 5 * DAY_S * 1000).toISOString().slice(0, 10)}`;
  const outDir = join(app.dataDir, 'out');
  const result = await app.runJob('report.run', { report: 'team-summary', period, outDir, formats: ['csv'] });
  const lines = result.kind === 'report' ? parseCsv(readFileSync(result.files[0] ?? '', 'utf8')) : [];
  expect(lines.filter(({ section }) => section === 'step').at(-1)?.key).toBe(today);
  const card = await app.call('scorecard.card', { by: 'agent', key: agents.ada.agentId, period });
  expect(card.trend.map(({ label, metrics }) => [label > today, metrics === null])).toContainEqual([true, true]);
  expect(card.trend.filter(({ label, metrics }) => label > today && metrics !== null)).toEqual([]);
}, 60_000);

test('days that have passed since the issue are no change of it, a contact that came late is', async () => {
  const { issued } = await makeReport('team-summary');
  const again = async (folder: string) => {
    const result = await app.runJob('report.again', { id: issued.id, outDir: join(app.dataDir, folder) });
    if (result.kind !== 'report-again') throw new Error('no report');
    return result;
  };
  // Far behind what decides the day.
  server.addRow(call(200));
  await app.sync();
  expect(await again('later')).toMatchObject({ isIdentical: true });
  server.addRow(call(109, { ...lone, conversationId: conversationId(801), sessionId: objectIdAt(lateS, 801) }));
  await app.sync();
  expect(await again('late')).toMatchObject({
    isIdentical: false,
    message: expect.stringContaining('The figures are not those that were issued'),
  });
  const { figures, conversations } = await app.call('report.diff', { id: issued.id });
  expect(figures.map(({ figure }) => figure)).toContain('noRepeatRate');
  expect(conversations).toEqual([]);
}, 60_000);

describe('a filter', () => {
  const run = async (input: Pick<ProcedureInput<'report.run'>, 'report' | 'filters' | 'mask'>) => {
    const outDir = join(app.dataDir, 'filtered');
    const result = await app.runJob('report.run', { period: day, outDir, formats: ['csv', 'csv'], ...input });
    if (result.kind !== 'report') throw new Error('no report');
    return { ...result, text: readFileSync(result.files[0] ?? '', 'utf8') };
  };
  const contentOf = (text: string) =>
    parseCsv(text).map(({ offered, handled, serviceLevel }) => [offered, handled, serviceLevel]);

  test('names a queue or an agent by id or by name, and gives the same figures', async () => {
    const byId = await run({ report: 'queue-service', filters: { queue: queueId } });
    const byName = await run({ report: 'queue-service', filters: { queue: 'billing' } });
    expect(contentOf(byName.text)).toEqual(contentOf(byId.text));
    expect(Number(parseCsv(byName.text)[0]?.offered)).toBeGreaterThan(50);
    const agent = await run({ report: 'agent-scorecards', filters: { agent: agents.ben.email } });
    expect(parseCsv(agent.text).map(({ key }) => key)).toEqual([agents.ben.agentId]);
    // Held against everybody, not against themselves.
    const db = new Database(join(app.dataDir, 'library.db'), { readonly: true });
    const kept = db.prepare('SELECT figures FROM issued_report WHERE id = ?').pluck().get(agent.report.id) as Buffer;
    db.close();
    const figures = JSON.parse(zstdDecompressSync(kept).toString('utf8')) as {
      key: string;
      figures: Scorecard['total'];
    }[];
    const team = await app.call('scorecard.get', { by: 'agent', period: day, previous: false });
    expect(figures.find(({ key }) => key === '(total)')?.figures.ahtMean.n).toBe(team.total.ahtMean.n);
    expect(team.total.ahtMean.n).toBeGreaterThan(Number(parseCsv(agent.text)[0]?.ahtMeanN) * 2);
    // A format named twice is one file.
    expect(agent.files).toHaveLength(1);
  }, 60_000);

  test.each([
    ['queue-service', { queue: 'Nowhere' }, /no queue “Nowhere”/],
    ['agent-scorecards', { agent: 'nobody' }, /no agent “nobody”/],
    ['bot-containment', { bot: 'st-none' }, /no bot “st-none”/],
  ] as const)('of %s that names nothing is refused, not an empty report', async (report, filters, message) => {
    await expect(run({ report, filters })).rejects.toThrow(message);
    await expect(
      app.call('report.define', {
        name: 'Wrong',
        kind: report,
        period: 'last-week',
        formats: ['csv'],
        mask: false,
        filters,
      }),
    ).rejects.toThrow(message);
  });

  test('of a masked report is in no file name, and two of them are two files', async () => {
    const names = await Promise.all(
      ['phone:2025550199', 'phone:2025550100'].map(
        async (query) => (await run({ report: 'raw-rows', filters: { query }, mask: true })).files[0] ?? '',
      ),
    );
    expect(new Set(names).size).toBe(2);
    for (const name of names) expect(name).not.toMatch(/2025550|phone/);
    const { files } = await run({ report: 'agent-scorecards', filters: { agent: agents.ben.agentId }, mask: true });
    expect(files[0]).not.toContain(agents.ben.agentId);
  }, 60_000);
});
