// Every procedure under arbitrary JSON and under almost right input, through the browser host's transport: always a coded
// envelope, never a crash, never a folder or file outside the test's own.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { errorSchema } from '../../preload/contract/errors.ts';
import { type ProcedureName, procedures } from '../../preload/contract/procedures.ts';
import { makeTempFolder } from '../support/temp-dir.ts';
import { openWindowHost, type WindowHost } from '../support/window-host.ts';

const folder = makeTempFolder();
const inside = join(folder.path, 'written');
mkdirSync(join(folder.path, 'page'));
writeFileSync(join(folder.path, 'page/index.html'), '');

const runs = Number(process.env.AFTERWORD_FUZZ_RUNS ?? 60);

/** Right inputs, from which almost right ones are made. Nothing here reaches a network, a keychain or another program. */
const rightInputs: Record<ProcedureName, Record<string, unknown>> = {
  'workspaces.list': {},
  'workspaces.connect': {
    name: 'Fuzz',
    host: 'http://127.0.0.1:9',
    accountId: 'a',
    appId: 'st-1',
    zone: 'UTC',
    endpoints: ['v1-calls'],
    requestsPerMinute: 60,
    clientId: 'cs-1',
    credential: { kind: 'existing' },
    store: false,
    check: false,
  },
  'workspaces.rename': { workspace: 'Fuzz', name: 'Fuzz' },
  'workspaces.belongings': { workspace: 'Fuzz' },
  'workspaces.remove': { workspace: 'Nothing' },
  'sample.connect': { seed: 1, days: 3, conversations: 20 },
  'sync.start': { workspace: 'Sample', from: '2025-09-01', to: '2025-09-02' },
  'coverage.get': { workspace: 'Sample' },
  'search.run': { workspace: 'Sample', query: 'refund', limit: 5, offset: 0, sort: 'started', facets: true },
  'search.complete': { workspace: 'Sample', text: 'queue:o', cursor: 7, limit: 5 },
  'search.saved': { workspace: 'Sample' },
  'search.save': { workspace: 'Sample', name: 'Fuzz', query: 'refund', sort: '-started' },
  'search.unsave': { workspace: 'Sample', name: 'Fuzz' },
  'conversation.get': { workspace: 'Sample', id: 'x' },
  'conversation.raw': { workspace: 'Sample', id: 'x' },
  'metrics.list': {},
  'scorecard.get': {
    workspace: 'Sample',
    by: 'agent',
    agent: 'x',
    period: 'last-week',
    zone: 'UTC',
    rules: { preset: 'kore' },
    previous: true,
  },
  'scorecard.figures': {
    workspace: 'Sample',
    by: 'agent',
    period: 'last-week',
    metrics: ['handled', 'ahtMean'],
    previous: true,
  },
  'scorecard.totals': {
    workspace: 'Sample',
    by: 'queue',
    period: 'last-week',
    metrics: ['offered', 'nps'],
    unit: 'day',
  },
  'scorecard.card': { workspace: 'Sample', by: 'agent', period: 'last-week', key: 'x', unit: 'day' },
  'scorecard.peers': { workspace: 'Sample', by: 'agent', period: 'last-week', metric: 'ahtMean' },
  'figure.rows': {
    workspace: 'Sample',
    by: 'agent',
    period: 'last-week',
    metric: 'ahtMean',
    key: 'x',
    limit: 5,
    offset: 0,
  },
  'reconcile.run': { workspace: 'Sample', period: 'last-week', zone: 'UTC', limit: 5, offset: 0 },
  'settings.get': { workspace: 'Sample' },
  'settings.set': { workspace: 'Sample', csatPolarity: 'unset', rules: { repeatDays: 7 } },
  'targets.list': { workspace: 'Sample' },
  'targets.set': {
    workspace: 'Sample',
    metric: 'ahtMean',
    by: 'agent',
    key: null,
    target: 300,
    from: '2025-09-01',
  },
  'targets.remove': { workspace: 'Sample', metric: 'ahtMean', by: 'agent', key: null },
  'teams.list': { workspace: 'Sample' },
  'teams.save': { workspace: 'Sample', name: 'Fuzz', members: [{ agent: 'x', from: '2025-09-01', to: null }] },
  'teams.remove': { workspace: 'Sample', name: 'Fuzz' },
  'report.run': {
    workspace: 'Sample',
    report: 'agent-scorecards',
    period: 'last-week',
    formats: ['csv'],
    outDir: inside,
    mask: true,
    zone: 'UTC',
    filters: {},
    options: {},
  },
  'report.preview': {
    workspace: 'Sample',
    report: 'queue-service',
    period: 'last-week',
    mask: false,
    zone: 'UTC',
    filters: {},
    options: {},
    firstPage: 1,
    pages: 1,
    client: 'fuzz',
  },
  'report.stop-preview': { client: 'fuzz' },
  'report.list': { limit: 5 },
  'report.again': { id: 1, outDir: inside },
  'report.diff': { id: 1 },
  'report.define': {
    workspace: 'Sample',
    name: 'Fuzz',
    kind: 'agent-scorecards',
    period: 'last-week',
    zone: null,
    filters: {},
    options: {},
    formats: ['csv'],
    mask: false,
  },
  'report.definitions': {},
  'report.undefine': { name: 'Fuzz' },
  'schedule.add': {
    definition: 'Fuzz',
    cadence: 'daily',
    time: '07:00',
    weekday: null,
    monthDay: null,
    folder: inside,
  },
  'schedule.list': {},
  'schedule.enable': { id: 1, isEnabled: true },
  'schedule.remove': { id: 1 },
  'schedule.run-due': { sync: false },
  'export.run': {
    workspace: 'Sample',
    what: 'conversations',
    query: '',
    format: 'csv',
    out: join(inside, 'x.csv'),
    mask: true,
  },
  'forget.count': { workspace: 'Sample', customer: 'x' },
  'forget.run': { workspace: 'Sample', customer: 'nobody', olderThanDays: 3000 },
  'workspaces.keep': { workspace: 'Sample', days: null },
  'encryption.get': { workspace: 'Sample' },
  'encryption.start': { workspace: 'Sample' },
  'encryption.write-key': { workspace: 'Sample', out: join(inside, 'key') },
  'encryption.reset': { workspace: 'Nothing' },
  'audit.list': { workspace: 'Sample', limit: 5 },
  'doctor.run': { workspace: 'Sample' },
  'doctor.bundle': { out: join(inside, 'bundle.json') },
  'jobs.cancel': { jobId: 'x' },
  'host.info': {},
  'host.choose-folder': { startAt: inside },
  'host.choose-file': { startAt: inside, suggestedName: 'x.csv' },
  'host.list-folders': { path: inside },
  'host.open-path': { path: join(inside, 'nothing.pdf') },
  'host.show-path': { path: join(inside, 'nothing.pdf') },
  'host.open-external': { url: 'https://example.com/' },
  'update.get': {},
  'update.check': {},
  'update.install': {},
};
/** Right words in these places write files or ask a network: only wrong types are put there. */
const untouchable = new Set(['outDir', 'out', 'folder', 'host', 'check', 'store']);

let host: WindowHost;
let session: string;
beforeAll(async () => {
  host = await openWindowHost({ page: join(folder.path, 'page') });
  await host.syncSample(3, 20);
  session = await host.openSession();
});
afterAll(async () => {
  await host.close();
  folder.remove();
});

const envelope = z.union([
  z.strictObject({ ok: z.literal(true), data: z.unknown() }),
  z.strictObject({ ok: z.literal(false), error: z.strictObject(errorSchema.shape) }),
]);

const send = async (name: ProcedureName, body: string): Promise<void> => {
  const response = await host.request(`/call/${name}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-afterword-session': session },
    body,
  });
  const text = await response.text();
  const answer = envelope.safeParse(JSON.parse(text));
  expect(answer.success, `${name} ${body}: ${text.slice(0, 300)}`).toBe(true);
  expect(response.status, `${name} ${body}`).toBe(200);
  // A failure that nobody foresaw is a fault of ours, whatever was sent.
  if (answer.data?.ok === false) expect(answer.data.error.code, `${name} ${body}: ${text}`).not.toBe('internal');
};

const wrongValues = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }),
  fc.constantFrom(
    '',
    ' ',
    '\u0000',
    '../..',
    '-1',
    '__proto__',
    'NaN',
    '🦊'.repeat(50),
    '"; DROP TABLE conversation; --',
  ),
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
);
const notText = fc.oneof(fc.integer(), fc.constant(null), fc.boolean(), fc.array(fc.string(), { maxLength: 2 }));

/** A right input with one place changed, left out or added. */
const almostRight = (right: Record<string, unknown>): fc.Arbitrary<unknown> => {
  const keys = [...Object.keys(right), 'toString', '__proto__'];
  return fc.constantFrom(...keys).chain((key) =>
    (untouchable.has(key) ? notText : fc.oneof(wrongValues, fc.constant(undefined))).map((value) => ({
      ...right,
      [key]: untouchable.has(key) && typeof value === 'boolean' && typeof right[key] === 'boolean' ? right[key] : value,
    })),
  );
};

describe.each(Object.keys(procedures) as ProcedureName[])('%s', (name) => {
  test('answers the right input', async () => {
    await send(name, JSON.stringify(rightInputs[name]));
  });

  test('answers arbitrary JSON with a coded envelope', async () => {
    await fc.assert(
      fc.asyncProperty(fc.json({ maxDepth: 4 }), (body) => send(name, body)),
      { numRuns: runs },
    );
  });

  test('answers almost right input with a coded envelope', async () => {
    await fc.assert(
      fc.asyncProperty(almostRight(rightInputs[name]), (input) => send(name, JSON.stringify(input))),
      { numRuns: runs },
    );
  });
});

test('and lives: nothing was logged that nobody foresaw, and a search still finds', async () => {
  const unforeseen = host.warnings.filter(({ level, fields }) => level === 'error' || fields.code === 'internal');
  expect(unforeseen).toEqual([]);
  const { total } = await host.call('search.run', { workspace: 'Sample', query: '', limit: 1 });
  expect(total).toBeGreaterThan(0);
});
