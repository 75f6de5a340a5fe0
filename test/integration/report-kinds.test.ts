// Every kind of report through the whole app: issued, made again byte for byte, compared, refused with a sentence; and
// masked, with canaries in every field that a person's data can be in. The CSVs are also opened in LibreOffice.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ProcedureInput } from '../../preload/contract/procedures.ts';
import { type IssuedReport, type ReportKindName, reportKinds } from '../../preload/contract/report.ts';
import { type KoreRow, type KoreServer, startKoreServer } from '../kore-server/server.ts';
import { openTestApp, type TestApp } from '../support/app.ts';
import { findProgram } from '../support/ensure-system.ts';
import { parseCells, parseCsv } from '../support/parse-csv.ts';
import {
  agentRow,
  answeredAgent,
  botOnlyRow,
  callbackRow,
  naive,
  objectIdAt,
  queueEntry,
  zulu,
} from '../support/rows.ts';

const DAY_S = 86_400;
const noonS = Math.floor(Date.now() / 1000 / DAY_S) * DAY_S - 2 * DAY_S + 12 * 3600;
const day = new Date(noonS * 1000).toISOString().slice(0, 10);
const hasPdftotext = findProgram('pdftotext') !== null;
const soffice = findProgram('soffice');
if (soffice === null)
  process.stderr.write('CSVs are not opened in LibreOffice: soffice (libreoffice-calc) is not installed.\n');

const person = {
  CustomerPhone: '+12025550177',
  CenterPhone: '+12025550166',
  CustomerFirstName: 'Zanzibarcanary',
  CustomerLastName: 'Quillcanary',
  CustomerEmail: 'zanzibar.canary@example.com',
};
const agent = {
  agentId: 'u-canaryagent-1111-5222-8333-444455556666',
  name: 'Pepperine Millcanary',
  email: 'pepperine@canary.example.com',
};
/** Free text, in which everybody is named. */
const said = `Zanzibarcanary Quillcanary wants a call at +1 (202) 555-0177 or 202 555 0177, zanzibar.canary@example.com, from Pepperine Millcanary; card 4111 1111 1111 1111`;
/** Names that somebody set up, with what has no place in them. */
const label = (name: string): string => `${name} of Pepperine Millcanary, +1 202-555-0177, zanzibar.canary@example.com`;
const canaries = ['canary', 'pepperine', 'zanzibar', 'quill'];
const canaryDigits = ['2025550177', '2025550166', '4111111111111111'];
const findCanaries = (text: string): string[] => {
  const plain = text.replaceAll('\u200b', '').toLowerCase();
  const joined = plain.replaceAll(/[\s\u00ad-]+/gu, '');
  const digits = plain.replaceAll(/[^0-9]/gu, '');
  return [
    ...canaries.filter((word) => joined.includes(word)),
    ...canaryDigits.filter((number) => digits.includes(number)),
  ];
};

const hostile = [
  "=cmd|' /C calc'!A0",
  '+1+1',
  '@SUM(1)',
  '-2+3',
  '#panic("x")',
  '<script>alert(1)</script>',
  '\t=1',
  'a,"b"\nc',
];
const queue = { queueId: 'qu-aaaaa00-1111-4222-8333-444455556666', queueName: label('Line') };

const personal = (n: number, fields: Record<string, unknown> = {}): KoreRow => {
  const startedS = noonS + n * 60;
  const entry = queueEntry(startedS + 10, {
    ...queue,
    respondingAgent: answeredAgent(startedS + 10, agent, {
      agentNotes: [said],
      ConsultingAgents: [{ name: agent.name, email: agent.email, agentId: agent.agentId }],
    }),
  });
  const row = agentRow(
    {
      conversationId: `c-${String(n).padStart(7, '0')}-0000-4000-8000-000000000000`,
      sessionId: objectIdAt(startedS, n + 1),
      customerinfo: person,
      metaInfo: {
        caller: person.CustomerPhone,
        callee: person.CenterPhone,
        userId: 'u-canaryuser',
        firstName: 'Zanzibarcanary',
        agentTransferConfig: { automationBotId: 'st-1', lastIntentName: label('Pay') },
      },
      userId: 'u-canaryuser',
      channelSpecificUserId: 'zanzibar.canary@example.com',
      dispositions: [label('Resolved')],
      dispositionRemarks: [said],
      surveyType: 'csat',
      csatScore: (n % 5) + 1,
      csatFeedback: said,
      sessionleveltags: [{ name: 'callerNumber', value: person.CustomerPhone }],
      skills: [{ id: 's-1', name: label('Skill') }],
      destinations: [entry],
      ...fields,
    },
    startedS,
  );
  return { v2: row };
};

const callback = (n: number): KoreRow => {
  const startedS = noonS + n * 60;
  const entered = startedS + 10;
  return personal(n, {
    destinations: [
      queueEntry(entered, {
        ...queue,
        respondingAgent: answeredAgent(entered, agent),
        CallbackOpted: true,
        CallbackOptedTime: zulu(entered + 25.81),
        userCallbackAcceptTime: zulu(entered + 37.589),
      }),
    ],
  });
};
const contained = (n: number): KoreRow => {
  const startedS = noonS + n * 60;
  return {
    v2: botOnlyRow(
      { sessionId: objectIdAt(startedS, n + 1), channelSpecificUserId: 'zanzibar.canary@example.com' },
      startedS,
    ),
  };
};
const odd = (n: number, text: string): KoreRow =>
  personal(n, {
    dispositions: [text],
    csatFeedback: text,
    sessionleveltags: [{ name: 'plan', value: text }],
    reason: text,
  });

const rows: KoreRow[] = [
  ...Array.from({ length: 20 }, (_, n) => personal(n)),
  ...Array.from({ length: 6 }, (_, n) => callback(30 + n)),
  ...Array.from({ length: 5 }, (_, n) => contained(40 + n)),
  ...hostile.map((text, n) => odd(50 + n, text)),
  {
    v2: callbackRow(
      { conversationId: 'c-7777777-0000-4000-8000-000000000000', sessionId: objectIdAt(noonS + 9000, 7) },
      noonS + 9000,
    ),
  },
];

let server: KoreServer;
let app: TestApp;
beforeAll(async () => {
  server = await startKoreServer({ rows });
  app = openTestApp({ token: server.token });
  await app.connect(server);
  await app.sync({ from: naive(noonS - 3 * DAY_S).slice(0, 10) });
});
afterAll(async () => {
  await app.close();
  await server.close();
});

const make = async (
  report: ReportKindName,
  more: Partial<ProcedureInput<'report.run'>> = {},
): Promise<IssuedReport> => {
  const outDir = join(app.dataDir, more.mask ? 'masked' : 'plain');
  const result = await app.runJob('report.run', { report, period: day, outDir, ...more });
  if (result.kind !== 'report') throw new Error('no report');
  return result.report;
};
const fileOf = (report: IssuedReport, format: 'pdf' | 'csv'): string =>
  report.files.find((file) => file.format === format)?.path ?? '';
const pdfText = (path: string): string => execFileSync('pdftotext', ['-raw', path, '-'], { encoding: 'utf8' });

/** LibreOffice keeps 15 digits of a number. */
const isSameNumber = (left: string, right: string): boolean =>
  left !== '' && right !== '' && Math.abs(Number(left) - Number(right)) <= Math.abs(Number(right)) * 1e-14;

describe.each(reportKinds)('%s', (kind) => {
  test('is issued, made again byte for byte, and shows no difference while there is none', async () => {
    const report = await make(kind);
    expect(report.files.map((file) => file.format)).toEqual(['pdf', 'csv']);
    expect(Object.values(report.rowCounts).some((count) => count > 0)).toBe(true);
    // To the second: what is made again a second later must not show it.
    await new Promise((resolve) => setTimeout(resolve, 1100));
    const made = await app.runJob('report.again', { id: report.id, outDir: join(app.dataDir, `again-${report.id}`) });
    expect(made).toMatchObject({ isIdentical: true });
    expect(await app.call('report.diff', { id: report.id })).toMatchObject({ conversations: [], figures: [] });
  }, 60_000);

  test('masked, holds no canary from any field: not in the PDF’s bytes and text, not in the CSV, not in what is kept', async () => {
    const report = await make(kind, { mask: true });
    expect(findCanaries(readFileSync(fileOf(report, 'csv'), 'utf8'))).toEqual([]);
    expect(findCanaries(readFileSync(fileOf(report, 'pdf')).toString('latin1').replaceAll(/[0-9]/gu, ''))).toEqual([]);
    if (hasPdftotext) expect(findCanaries(pdfText(fileOf(report, 'pdf')))).toEqual([]);
    expect(findCanaries(JSON.stringify(await app.call('report.diff', { id: report.id })))).toEqual([]);
    // The same person has the same pseudonym again.
    const again = await make(kind, { mask: true, outDir: join(app.dataDir, 'masked-again') });
    expect(again.contentHash).toBe(report.contentHash);
  }, 60_000);

  test('refuses settings it does not have', async () => {
    await expect(make(kind, { options: { paper: 'a5' } })).rejects.toThrow(/paper=a4 or us-letter/);
    await expect(make(kind, { filters: { nonsense: 'x' } })).rejects.toMatchObject({ code: 'invalid_input' });
  });
});

test('unmasked, the canaries are there to be found: the test above could fail', async () => {
  for (const kind of ['agent-scorecards', 'queue-service', 'dispositions', 'surveys', 'callbacks', 'raw-rows'] as const)
    expect(
      findCanaries(readFileSync(fileOf(await make(kind, { formats: ['csv'] }), 'csv'), 'utf8')).length,
      kind,
    ).toBeGreaterThan(0);
});

describe('figures', () => {
  const linesOf = async (kind: ReportKindName, more = {}): Promise<Record<string, string>[]> =>
    parseCsv(readFileSync(fileOf(await make(kind, { formats: ['csv'], ...more }), 'csv'), 'utf8'));
  const find = (lines: Record<string, string>[], section: string, key?: string) =>
    lines.find((line) => line.section === section && (key === undefined || line.key === key));

  test('queue-service counts each entry in one outcome, and agrees with the scorecard', async () => {
    const lines = await linesOf('queue-service');
    const scorecard = await app.call('scorecard.get', { by: 'queue', period: day });
    const total = find(lines, 'total');
    expect(Number(total?.offered)).toBe(scorecard.total.offered.value);
    expect(Number(total?.offered)).toBe(20 + 6 + hostile.length + 1);
    const outcomes = lines.filter((line) => line.section === 'outcome');
    const names = Object.keys(outcomes[0] ?? {}).filter((name) => /^outcome(?!Sum)/.test(name));
    const sum = outcomes.flatMap((line) => names.map((name) => Number(line[name]))).reduce((a, b) => a + b, 0);
    expect(sum).toBe(Number(total?.offered));
    expect(outcomes.reduce((all, line) => all + Number(line.outcomeCallback), 0)).toBe(7);
    const afterword = find(lines, 'preset', 'afterword');
    expect(Number(afterword?.serviceLevel)).toBe(scorecard.total.serviceLevel.value);
    const kore = await linesOf('queue-service', { options: { preset: 'kore' } });
    expect(find(kore, 'total')?.definitionPreset).toBe('Kore 1');
    expect(find(kore, 'total')?.serviceLevel).toBe(find(lines, 'preset', 'kore')?.serviceLevel);
  });

  test('a queue filter narrows rows, totals and lists to that queue', async () => {
    const lines = await linesOf('callbacks', { filters: { queue: queue.queueId } });
    expect(Number(find(lines, 'total')?.offered)).toBe(20 + 6 + hostile.length);
    expect(lines.filter((line) => line.section === 'queue').map((line) => line.key)).toEqual([queue.queueId]);
    expect(lines.filter((line) => line.section === 'callback')).toHaveLength(6);
    expect(Number(find(lines, 'callback')?.callbackSeconds)).toBeCloseTo(11.779, 3);
  });

  test('raw-rows has every conversation of the period, and those of a search', async () => {
    expect(await linesOf('raw-rows')).toHaveLength(rows.length);
    expect(await linesOf('raw-rows', { filters: { query: 'has:callback' } })).toHaveLength(7);
    await expect(linesOf('raw-rows', { filters: { query: 'nosuchfield:x' } })).rejects.toMatchObject({
      code: 'invalid_input',
    });
  });

  test('team-summary has a line for each team, masked under a code', async () => {
    await app.call('teams.save', {
      name: 'North',
      members: [{ agent: agent.agentId, from: null, to: null }],
    });
    const lines = await linesOf('team-summary');
    const team = find(lines, 'team', 'North');
    const own = find(lines, 'agent', agent.agentId);
    expect(Number(team?.handled)).toBeGreaterThan(20);
    expect(team?.handled).toBe(own?.handled);
    expect(team?.ahtMean).toBe(own?.ahtMean);
    const masked = await linesOf('team-summary', { mask: true });
    expect(masked.filter((line) => line.section === 'team').map((line) => line.key)).toContainEqual(
      expect.stringMatching(/^label-[0-9A-F]{10}$/),
    );
  });

  test('surveys has every comment, dispositions every code with its share', async () => {
    expect((await linesOf('surveys')).filter((line) => line.section === 'comment')).toHaveLength(
      20 + 6 + hostile.length,
    );
    const lines = await linesOf('dispositions');
    const resolved = find(lines, 'disposition', label('Resolved'));
    expect(Number(resolved?.dispositionShare)).toBeCloseTo(26 / (26 + hostile.length + 1), 10);
  });
});

test('diff shows a figure that moved, in every kind that counts it', async () => {
  const issued: IssuedReport[] = [];
  for (const kind of ['queue-service', 'surveys', 'raw-rows', 'team-summary'] as const)
    issued.push(await make(kind, { formats: ['csv'] }));
  server.addRow(personal(100));
  await app.sync();
  for (const report of issued) {
    const diff = await app.call('report.diff', { id: report.id });
    expect(diff.counts.appeared, report.kind).toBe(1);
    expect(
      diff.figures.some((change) => change.key === '(total)'),
      report.kind,
    ).toBe(true);
  }
}, 60_000);

// Text that would be a formula, numbers as numbers: read by a real spreadsheet with its formula evaluation on.
describe.skipIf(soffice === null)('in LibreOffice', () => {
  test('no CSV has a formula; numbers are numbers; every cell comes back as it was', async () => {
    const folder = join(app.dataDir, 'calc');
    mkdirSync(folder, { recursive: true });
    const paths: string[] = [];
    for (const kind of reportKinds) {
      const path = join(folder, `${kind}.csv`);
      writeFileSync(path, readFileSync(fileOf(await make(kind, { formats: ['csv'] }), 'csv')));
      paths.push(path);
    }
    // What the guard is there against: without it, this spreadsheet would run what the text says.
    const control = join(folder, 'unguarded.csv');
    writeFileSync(control, '"=1+1"\r\n');
    const convert = (to: string, filter: string, out: string): void => {
      execFileSync(
        soffice as string,
        [
          '--headless',
          `-env:UserInstallation=file://${join(folder, 'profile')}`,
          `--infilter=CSV:${filter}`,
          '--convert-to',
          to,
          '--outdir',
          out,
          ...paths,
          control,
        ],
        { stdio: 'ignore', timeout: 150_000 },
      );
    };
    // Comma, quote, UTF-8, from line 1, quoted is text: no; special numbers: no; formulas evaluated.
    convert('fods', '44,34,76,1,,1033,false,false,false,false,false,-1,true', join(folder, 'sheets'));
    expect(readFileSync(join(folder, 'sheets', 'unguarded.fods'), 'utf8')).toContain('table:formula');
    for (const path of paths) {
      const sheet = readFileSync(join(folder, 'sheets', basename(path).replace('.csv', '.fods')), 'utf8');
      expect(sheet, path).not.toContain('table:formula');
      expect(sheet, path).not.toMatch(/office:value-type="(?:currency|percentage)"/);
      const cells = parseCells(readFileSync(path, 'utf8'));
      const bare = readFileSync(path, 'utf8').match(/(?<=^|,)-?\d[\d.e+-]*(?=,|\r)/gmu)?.length ?? 0;
      const floats = sheet.match(/office:value-type="float"/gu)?.length ?? 0;
      expect(cells.length, path).toBeGreaterThan(1);
      expect(floats, path).toBeGreaterThanOrEqual(Math.min(1, bare));
    }
    convert(
      'csv:Text - txt - csv (StarCalc):44,34,76,1,,1033,false,false,false',
      '44,34,76,1,,1033,true,false,false,false,false,-1,true',
      join(folder, 'back'),
    );
    for (const path of paths) {
      const before = parseCells(readFileSync(path, 'utf8'));
      const after = parseCells(readFileSync(join(folder, 'back', basename(path)), 'utf8'));
      expect(after.length, path).toBe(before.length);
      for (const [line, cells] of before.entries())
        for (const [at, cell] of cells.entries()) {
          const back = after[line]?.[at] ?? '';
          const isSame = back === cell || isSameNumber(back, cell) || back.toLowerCase() === cell;
          if (!isSame) expect(back, `${basename(path)} line ${line + 1}, ${before[0]?.[at]}`).toBe(cell);
        }
    }
  }, 180_000);
});
