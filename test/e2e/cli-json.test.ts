// What scripts may rely on: the keys, types, order and forms of everything the command line prints for machines, written
// out here as the project promises them, and the figures of a handful of conversations worked out by hand.
import { existsSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { type Conversation, conversationSchema } from '../../preload/contract/conversation.ts';
import { auditEntrySchema } from '../../preload/contract/privacy.ts';
import { procedures, searchResultSchema } from '../../preload/contract/procedures.ts';
import { scorecardSchema } from '../../preload/contract/scorecard.ts';
import { syncSummarySchema } from '../../preload/contract/sync.ts';
import { workspaceSchema } from '../../preload/contract/workspace.ts';
import { type KoreServer, startKoreServer } from '../kore-server/server.ts';
import { makeTempDir } from '../support/app.ts';
import { connectWords, credentialOf, runCli, runJson, runWell, startCli } from '../support/cli.ts';
import { expectKeys, expectTimes } from '../support/promised-json.ts';
import { agents, objectIdAt } from '../support/rows.ts';
import { answeredCall, minuteS, sixConversations } from '../support/six-conversations.ts';

const root = makeTempDir();
const options = { dataDir: join(root, 'data') };
const theDay = ['--from', '2025-09-30', '--to', '2025-09-30'];
let server: KoreServer;
let connected: unknown;
let firstSync: unknown;
let requestsOfFirstSync = 0;
beforeAll(async () => {
  server = await startKoreServer({ rows: sixConversations });
  const words = connectWords(server, ['--endpoint', 'v2-interactions', '--endpoint', 'v1-calls', '--unchecked']);
  connected = await runJson(words, options);
  firstSync = await runJson(['sync', ...theDay], { ...options, env: credentialOf(server) });
  requestsOfFirstSync = server.requests.length;
});
afterAll(async () => {
  await server.close();
  rmSync(root, { recursive: true, force: true });
});

const exportNdjson = async (query = ''): Promise<Conversation[]> => {
  const stdout = await runWell(
    ['export', 'conversations', '--format', 'ndjson', '--out', '-', '--query', query],
    options,
  );
  expect(stdout.endsWith('\n')).toBe(true);
  return stdout
    .slice(0, -1)
    .split('\n')
    .map((line) => JSON.parse(line) as Conversation);
};

describe('connect, sync, coverage', () => {
  test('connect --json is the workspace', () => {
    const workspace = workspaceSchema.parse(connected);
    expect(workspace).toMatchObject({ name: 'Test', zone: 'UTC', endpoints: ['v2-interactions', 'v1-calls'] });
  });

  test('sync --json', async () => {
    expectKeys(firstSync, 'sync');
    const summary = syncSummarySchema.parse(firstSync);
    expectKeys(summary.windows, 'windows');
    expect(summary).toMatchObject({
      workspace: 'Test',
      requests: requestsOfFirstSync,
      // Six of v2, and one of v1 that adds to a conversation.
      rows: 7,
      inserted: 6,
      updated: 1,
      unchanged: 0,
      quarantined: 0,
      windows: { split: 0, capped: 0, failed: 0 },
      rateMax: requestsOfFirstSync,
    });
    const again = await runJson(['sync', ...theDay], { ...options, env: credentialOf(server) });
    expect(again).toMatchObject({ rows: 7, inserted: 0, updated: 0, unchanged: 7 });
  });

  test('sync for people', async () => {
    const stdout = await runWell(['sync', ...theDay], { ...options, env: credentialOf(server) });
    expect(stdout).toMatch(
      /^Synced “Test” in [\d.]+ s: 7 rows in \d+ requests \(at most \d+ in a minute\)\.\n0 new, 0 changed, 7 unchanged; \d+ windows? complete\.\n$/,
    );
  });

  test('coverage --json and for people', async () => {
    const coverage = await runJson(['coverage'], options);
    expect(Object.keys(coverage as object)).toEqual(['workspace', 'ranges']);
    const { workspace, ranges } = procedures['coverage.get'].output.parse(coverage);
    expect(workspace).toBe('Test');
    for (const range of ranges) expectKeys(range, 'range');
    expect(ranges.map(({ fetchedAt, ...rest }) => rest)).toEqual([
      { from: '2025-09-30T00:00:00Z', to: '2025-10-01T00:00:00Z', state: 'complete', rows: 6 },
    ]);
    expect(expectTimes(coverage)).toBe(3);
    expect(Math.abs(Date.parse(ranges[0]?.fetchedAt ?? '') - Date.now())).toBeLessThan(120_000);
    const lines = (await runWell(['coverage'], options)).trimEnd().split('\n');
    expect(lines[0]).toMatch(/^from +to +state +rows +fetched$/);
    expect(lines[1]).toMatch(/^2025-09-30 00:00:00 +2025-10-01 00:00:00 +complete +6 +\d{4}-/);
    expect(lines.slice(2)).toEqual(['', 'Times are those of UTC.']);
  });
});

describe('conversations', () => {
  test('export conversations --format ndjson: keys, order and times', async () => {
    const conversations = await exportNdjson();
    expect(conversations).toHaveLength(6);
    let times = 0;
    for (const conversation of conversations) {
      expectKeys(conversation, 'conversation');
      expectKeys(conversation.customer, 'customer');
      for (const destination of conversation.destinations) {
        expectKeys(destination, 'destination');
        for (const offer of destination.offers) expectKeys(offer, 'offer');
      }
      expect(conversationSchema.parse(conversation)).toEqual(conversation);
      times += expectTimes(conversation);
    }
    expect(times).toBeGreaterThan(40);
  });

  test('one conversation, value by value', async () => {
    const [conversation] = await exportNdjson('id:c-0000001');
    const person = { agentId: agents.ada.agentId, name: 'Ada Sample', email: 'ada.sample@example.com' };
    const cy = { agentId: agents.cy.agentId, name: 'Cy Sample', email: 'cy.sample@example.com' };
    expect(conversation).toMatchObject({
      conversationId: 'c-0000001',
      sessionId: objectIdAt(minuteS(0), 1),
      key: 'c-0000001',
      startedAt: '2025-09-30T12:00:00Z',
      endedAt: '2025-09-30T12:01:20Z',
      channel: 'Voice',
      direction: 'Inbound',
      // v2 alone says so,
      smartStatus: 'CLOSED',
      reason: 'Resolved',
      isVoicemail: false,
      // v1 alone says so.
      surveyType: 'csat',
      csatScore: 4,
      csatFeedback: 'Friendly and quick',
      npsScore: null,
      campaign: null,
      lastIntentName: 'Pay Bill',
      isShadow: false,
      isOpen: false,
      sources: ['v2-interactions', 'v1-calls'],
      customer: {
        phone: '+12025550142',
        centerPhone: '+12025550100',
        firstName: 'Casey',
        lastName: 'Caller',
        email: 'casey.caller@example.com',
      },
      destinations: [
        {
          type: 'QueueEntry',
          queueName: 'Billing',
          enteredAt: '2025-09-30T12:00:10Z',
          callbackOpted: false,
          offers: [
            {
              ...person,
              handled: true,
              assignedAt: '2025-09-30T12:00:22Z',
              acceptedAt: '2025-09-30T12:00:25Z',
              firstResponseAt: '2025-09-30T12:00:29Z',
              firstResponseSeconds: 4,
              endedAt: '2025-09-30T12:01:25Z',
              interactionSeconds: 60,
              holdSeconds: 20,
              acwSeconds: 10,
              acwEndedAt: '2025-09-30T12:01:35Z',
              nonResponseEvent: null,
              consults: [
                {
                  ...cy,
                  assignedAt: '2025-09-30T12:00:40Z',
                  acceptedAt: '2025-09-30T12:00:45Z',
                  endedAt: '2025-09-30T12:01:00Z',
                  isMerged: false,
                },
              ],
              joined: [{ ...cy, joinedAt: '2025-09-30T12:01:01Z', endedAt: '2025-09-30T12:01:10Z' }],
            },
            { agentId: agents.ben.agentId, handled: false, nonResponseEvent: 'Ignored', consults: [], joined: [] },
          ],
        },
      ],
    });
    expect(conversation?.destinations[0]?.offers[0]?.notes[0]).toContain('said "yes", twice');
  });

  test('callback and campaign times lose their fractions; the bot-only key is the session id', async () => {
    const byKey = new Map((await exportNdjson()).map((conversation) => [conversation.key, conversation]));
    expect(byKey.get('c-0000004')?.destinations[0]).toMatchObject({
      callbackOpted: true,
      callbackOptedAt: '2025-09-30T12:30:35Z',
      callbackAcceptedAt: '2025-09-30T12:30:47Z',
    });
    expect(byKey.get('c-0000005')?.campaign).toEqual({
      campaignName: 'Autumn renewals',
      campaignId: 'cd-1',
      campaignInstanceId: 'cid-2',
      campaignDialingListId: 'cdl-3',
      attempt: 2,
      contactStatus: 'no-answer',
      campaignRunDate: '2025-09-30T11:39:59Z',
      contactListName: ['Renewals A'],
    });
    const sessionId = objectIdAt(minuteS(10), 2);
    expect(byKey.get(sessionId)).toMatchObject({ conversationId: null, sessionId, destinations: [] });
    expect(byKey.get('c-0000003')?.destinations.map((stop) => stop.type)).toEqual(['QueueEntry', 'AgentSegment']);
    expect(byKey.get('c-0000006')?.isOpen).toBe(true);
  });

  test('show --json is the exported conversation; by conversation id and by session id', async () => {
    const [exported] = await exportNdjson('id:c-0000001');
    expect(await runJson(['show', 'c-0000001'], options)).toEqual(exported);
    expect(await runJson(['show', objectIdAt(minuteS(0), 1)], options)).toEqual(exported);
  });

  test('show --raw is what each endpoint said', async () => {
    const raw = JSON.parse(await runWell(['show', 'c-0000001', '--raw'], options)) as Record<string, unknown>[];
    for (const source of raw) expect(Object.keys(source)).toEqual(['endpoint', 'fetchedAt', 'row']);
    const byEndpoint = new Map(raw.map((source) => [source.endpoint, source.row]));
    expect(byEndpoint).toEqual(
      new Map([
        ['v2-interactions', answeredCall.v2],
        ['v1-calls', answeredCall.v1],
      ]),
    );
    expect(expectTimes(raw.map(({ fetchedAt }) => ({ fetchedAt })))).toBe(2);
  });

  test('show for people names who did what', async () => {
    const stdout = await runWell(['show', 'c-0000001'], options);
    expect(stdout).toMatch(/Ada Sample handled from 2025-09-30 12:00:25 for 60 s \(hold 20 s, after-call work 10 s\)/);
    expect(stdout).toMatch(/Ben Sample did not answer \(Ignored\)/);
    expect(stdout).toContain('Billing entered 2025-09-30 12:00:10');
    // A line break inside a note must not forge a line of its own.
    expect(stdout.split('\n').some((line) => line.startsWith('said'))).toBe(false);
  });
});

describe('search', () => {
  test('--json: keys, facets with counts, newest first', async () => {
    const found = await runJson(['search'], options);
    expectKeys(found, 'search');
    const { total, rows: hits, facets } = searchResultSchema.parse(found);
    expect(total).toBe(6);
    expect(hits.map((hit) => hit.startedAt)).toEqual(
      [50, 40, 30, 20, 10, 0].map((minutes) => new Date(minuteS(minutes) * 1000).toISOString().replace('.000', '')),
    );
    for (const hit of hits) expectKeys(hit, 'conversation');
    for (const values of Object.values(facets)) for (const value of values) expectKeys(value, 'facet');
    // As the field agent: finds them: everybody a conversation was offered to.
    expect(facets.agent).toEqual([
      { value: agents.ada.agentId, label: 'Ada Sample', count: 4 },
      { value: agents.ben.agentId, label: 'Ben Sample', count: 2 },
    ]);
    expect(facets.channel).toEqual([
      { value: 'Voice', label: 'Voice', count: 3 },
      { value: 'Web/Mobile Client', label: 'Web/Mobile Client', count: 2 },
      { value: 'campaign', label: 'campaign', count: 1 },
    ]);
    expect(facets.survey).toEqual([{ value: 'csat', label: 'csat', count: 1 }]);
    expect(expectTimes(found)).toBeGreaterThan(40);
  });

  test.each<[string[], number[]]>([
    [['"quick and friendly"'], []],
    [['custom*', '-agent:ben'], [4]],
    [
      ['bill', '-customer'],
      [6, 1],
    ],
    [['agent:"Ben Sample"', 'has:consult'], [1]],
    [['queue:billing', 'has:callback'], [4]],
    [['is:open', 'agent:ada'], [6]],
    [['direction:outbound', 'channel:campaign'], [5]],
    [
      ['status:closed', 'phone:555-0142', '-is:botonly', '-has:survey'],
      [5, 4, 3],
    ],
    [
      ['disposition:resolved', 'after:2025-09-30', 'before:2025-10-01'],
      [4, 3, 1],
    ],
  ])('%j finds conversations %j', async (words, expected) => {
    const found = searchResultSchema.parse(await runJson(['search', ...words], options));
    expect(found.rows.map((hit) => hit.key)).toEqual(expected.map((n) => `c-000000${n}`));
    expect(found.total).toBe(expected.length);
  });

  test('--limit, --offset and --sort', async () => {
    const found = await runJson(['search', '--limit', '2', '--offset', '1', '--sort', 'started'], options);
    const { total, rows: hits } = searchResultSchema.parse(found);
    expect({ total, keys: hits.map((hit) => hit.key) }).toEqual({
      total: 6,
      keys: [objectIdAt(minuteS(10), 2), 'c-0000003'],
    });
  });

  test('highlights, the next page, and any order', async () => {
    const first = await runJson(['search', 'bill', '--limit', '1', '--sort', '-aht'], options);
    const { highlights, next, total, rows: hits } = searchResultSchema.parse(first);
    expect(highlights).toHaveLength(1);
    for (const mark of highlights.flat()) expectKeys(mark, 'highlight');
    expect(
      highlights.flat().map(({ field, text, marks }) => [field, marks.map(([a, b]) => text.slice(a, b))]),
    ).toContainEqual(['notes', ['bill']]);
    expect(next).not.toBeNull();
    const second = searchResultSchema.parse(
      await runJson(['search', 'bill', '--limit', '1000', '--sort', '-aht', '--after', next ?? ''], options),
    );
    expect(second.rows).toHaveLength(total - 1);
    expect(second.rows.map(({ key }) => key)).not.toContain(hits[0]?.key);
    expect(second.next).toBeNull();
  });

  test('--save, --saved and saved', async () => {
    await runWell(['search', 'queue:billing', '--sort', 'started', '--save', 'Bills'], options);
    const saved = await runJson(['saved'], options);
    expect(saved).toMatchObject([{ name: 'Bills', query: 'queue:billing', sort: 'started' }]);
    expectKeys((saved as object[])[0], 'savedSearch');
    expect(expectTimes(saved)).toBe(1);
    const plain = searchResultSchema.parse(await runJson(['search', 'queue:billing', '--sort', 'started'], options));
    const again = searchResultSchema.parse(await runJson(['search', '--saved', 'bills'], options));
    expect(again.rows).toEqual(plain.rows);
    const narrowed = searchResultSchema.parse(await runJson(['search', '--saved', 'bills', 'has:callback'], options));
    expect(narrowed.total).toBe(1);
    expect(await runWell(['saved'], options)).toMatch(
      /^name +query +sort +saved\nBills +queue:billing +started +\d{4}-\d\d-\d\d [\d:]{8}\n\nTimes are those of UTC\.\n$/,
    );
    expect(await runWell(['saved', '--remove', 'Bills'], options)).toMatch(/No search is saved yet/);
  });

  test('for people, with --facets', async () => {
    const stdout = await runWell(['search', 'queue:billing', '--facets'], options);
    expect(stdout).toMatch(/^started +channel +status +agent +text +id\n/);
    expect(stdout).toMatch(/agent: Ada Sample \(3\)/);
    expect(stdout).toMatch(/\n3 conversations found in [\d.]+ ms\. Times are those of UTC\.\n$/);
  });
});

describe('scorecard', () => {
  const period = ['--period', '2025-09-30'];

  test('--json: keys, metric names in order, types', async () => {
    for (const by of ['agent', 'queue', 'bot']) {
      const found = await runJson(['scorecard', '--by', by, ...period], options);
      expectKeys(found, 'scorecard');
      const scorecard = scorecardSchema.parse(found);
      expectKeys(scorecard.period, 'period');
      expect(scorecard.period).toEqual({ from: '2025-09-30T00:00:00Z', to: '2025-10-01T00:00:00Z', zone: 'UTC' });
      expect(scorecard.coverage).toEqual({ isComplete: true, fraction: 1, holes: [] });
      expect(scorecard.rows.length).toBeGreaterThan(0);
      for (const row of scorecard.rows) {
        expectKeys(row, 'scorecardRow');
        expectKeys(row.metrics, 'metrics');
        for (const [name, metric] of Object.entries(row.metrics)) {
          // What the data cannot support says why.
          expectKeys(metric, name === 'occupancy' ? 'refusedMetric' : 'metric');
          if (/Rate$|Top2$/.test(name) && metric.value !== null) {
            expect(metric.value, name).toBeGreaterThanOrEqual(0);
            expect(metric.value, name).toBeLessThanOrEqual(1);
          }
        }
      }
      expect(expectTimes(found)).toBe(3);
    }
  });

  test('figures worked out by hand; the key is the agentId', async () => {
    const { rows: cards } = scorecardSchema.parse(await runJson(['scorecard', ...period], options));
    const ada = cards.find((card) => card.key === agents.ada.agentId);
    expect(ada?.name).toBe('Ada Sample');
    // Three segments of 60 s and 10 s of after-call work each; one of them with 20 s of hold.
    expect(ada?.metrics).toMatchObject({
      handled: { value: 3 },
      conversations: { value: 3 },
      ahtMean: { value: 70, n: 3 },
      ahtMedian: { value: 70, n: 3 },
      acwMean: { value: 10, n: 3 },
      // The two calls do not count: on the phone nobody types a first reply.
      firstResponseMedian: { value: 4, n: 1 },
      ringMedian: { value: 3, n: 3 },
    });
    const only = scorecardSchema.parse(await runJson(['scorecard', ...period, '--agent', agents.ada.agentId], options));
    expect(only.rows).toEqual([ada]);
  });

  test('a period is days of the zone; what was not synced is a hole', async () => {
    const words = ['scorecard', '--period', '2025-09-29..2025-09-30', '--zone', 'Europe/Berlin'];
    const scorecard = scorecardSchema.parse(await runJson(words, options));
    expect(scorecard.period).toEqual({
      from: '2025-09-28T22:00:00Z',
      to: '2025-09-30T22:00:00Z',
      zone: 'Europe/Berlin',
    });
    expect(scorecard.coverage).toEqual({
      isComplete: false,
      // 22 of 48 hours.
      fraction: expect.closeTo(22 / 48, 6),
      holes: [{ from: '2025-09-28T22:00:00Z', to: '2025-09-30T00:00:00Z', state: 'missing' }],
    });
    expect(await runWell(words, options)).toMatch(
      /only 45\.8 % synced; not synced: 2025-09-29 00:00 to 2025-09-30 02:00 \(/,
    );
  });
});

describe('files', () => {
  const conversationHeader =
    'conversationId sessionId key startedAt endedAt channel direction finalStatus smartStatus reason disconnectingEvent isVoicemail botId automationBotIds userId channelSpecificUserId customerPhone customerCenterPhone customerFirstName customerLastName customerEmail';

  test('CSV: byte order mark, CRLF, quoted text, guarded formulas, bare numbers', async () => {
    const file = join(root, 'rows.csv');
    const run = await runCli(['export', 'conversations', '--format', 'csv', '--out', file], options);
    expect(run).toMatchObject({ code: 0, stdout: '', stderr: `6 rows written to ${file}\n` });
    const bytes = readFileSync(file);
    expect([...bytes.subarray(0, 3)]).toEqual([0xef, 0xbb, 0xbf]);
    const text = bytes.subarray(3).toString('utf8');
    expect(text.endsWith('\r\n')).toBe(true);
    const [header = ''] = text.split('\r\n', 1);
    const names = header.split(',');
    expect(names.slice(0, 21)).toEqual(conversationHeader.split(' ').map((name) => `"${name}"`));
    // Every name of the JSON is there, flattened.
    for (const name of ['csatScore', 'csatFeedback', 'campaignName', 'dispositionRemarks', 'isShadow', 'sources'])
      expect(names).toContain(`"${name}"`);
    expect(text).toContain('"\'=HYPERLINK(""http://example.com"")');
    expect(text).toContain('said ""yes"", twice"');
    // A phone number begins with a plus sign, which a spreadsheet would run.
    expect(text).toContain(`,"'+12025550142",`);
    expect(text).toContain(',"csat",4,,,"Friendly and quick",');
    expect(text).toContain(',"Inbound","CLOSED","CLOSED","Resolved","Agent Hangup",false,');
    const outside = text.replace(/"(?:[^"]|"")*"/g, '');
    // Without its quoted cells the file is commas, numbers, truth values and line ends.
    expect(outside).toMatch(/^(?:(?:-?\d+(?:\.\d+)?|true|false)?(?:,|\r\n))+$/);
    expect(outside.split('\r\n')).toHaveLength(8);
  });

  test.each([
    ['conversations', 'csv', 6],
    ['segments', 'csv', 6],
    ['queue-entries', 'ndjson', 3],
  ])('export %s as %s: --out - gives the bytes of the file and nothing else', async (what, format, count) => {
    const file = join(root, `${what}.${format}`);
    const words = ['export', what, '--format', format, '--out'];
    await runWell([...words, file], options);
    const piped = await runCli([...words, '-'], options);
    expect(piped).toMatchObject({ code: 0, stderr: '' });
    expect(Buffer.from(piped.stdout).equals(readFileSync(file))).toBe(true);
    const quoted = piped.stdout.replace(/"(?:[^"]|"")*"/g, '');
    const lines = format === 'csv' ? quoted.split('\r\n').length - 2 : piped.stdout.split('\n').length - 1;
    expect(lines).toBe(count);
  });

  test('report --json lists the files it wrote', async () => {
    const out = join(root, 'reports');
    const words = ['report', 'agent-scorecards', '--period', '2025-09', '--format', 'pdf,csv', '--out', out];
    const report = (await runJson(words, options)) as { files: string[]; rows: number };
    expect(Object.keys(report)).toEqual(['files', 'rows', 'id', 'contentHash', 'coverage']);
    expect(report.files.map((file) => file.slice(-4))).toEqual(['.pdf', '.csv']);
    for (const file of report.files) expect(existsSync(file)).toBe(true);
    expect(
      readFileSync(report.files[0] ?? '')
        .subarray(0, 5)
        .toString(),
    ).toBe('%PDF-');
    const csv = readFileSync(report.files[1] ?? '', 'utf8');
    expect(csv.startsWith('\uFEFF"')).toBe(true);
    expect(csv).toContain('"Ada Sample"');
    expect((await runWell(words, options)).trimEnd().split('\n')).toEqual(report.files);
  });
});

describe('the rest', () => {
  test('doctor --json', async () => {
    const found = await runJson(['doctor'], { ...options, env: credentialOf(server) });
    const { checks, contentHash } = procedures['doctor.run'].output.parse(found);
    expect(Object.keys(found as object)).toEqual(['checks', 'contentHash']);
    for (const check of checks) expect(Object.keys(check)).toEqual(['name', 'state', 'message']);
    // On this machine it may be known or not.
    const [disk] = checks.splice(1, 1);
    expect(disk).toMatchObject({ name: 'disk encryption', state: expect.stringMatching(/^(ok|skipped|warning)$/) });
    // These runs have no keychain.
    const [encryption] = checks.splice(11, 1);
    expect(encryption).toMatchObject({ name: 'cache encryption', state: 'warning' });
    expect(checks.map((check) => `${check.name}: ${check.state}`)).toEqual(
      [
        ...['data folder', 'library', 'credential', 'proxy', 'name', 'connection', 'certificate', 'answer', 'sign-in'],
        ...['scope', 'rate', 'cache', 'records', 'last sync'],
      ].map((name) => `${name}: ok`),
    );
    expect(contentHash).toMatch(/^[0-9a-f]{64}$/);
  });

  test('sample --json is a sync summary, a second run changes nothing, and a pipe that closes early is no failure', async () => {
    const sample = { dataDir: join(root, 'sample') };
    const words = ['sample', '--days', '5', '--conversations', '1500'];
    const summary = await runJson(words, sample);
    expectKeys(summary, 'sync');
    const { inserted, workspace } = syncSummarySchema.parse(summary);
    expect(workspace).toBe('Sample');
    // Some sessions begin just before the present moment and are not listed yet.
    expect(inserted).toBeGreaterThan(1300);
    expect(searchResultSchema.parse(await runJson(['search'], sample)).total).toBe(inserted);
    expect(await runWell(words, sample)).toMatch(/^Synced “Sample” in [\d.]+ s: .*\n0 new, 0 changed/);
    const piped = startCli(['export', 'conversations', '--format', 'ndjson', '--out', '-'], sample);
    piped.child.stdout?.once('data', () => piped.child.stdout?.destroy());
    // What was read so far is of no interest, and cut off.
    const ended = piped.done.catch(() => null);
    expect(await new Promise((resolve) => piped.child.once('exit', resolve))).toBe(0);
    await ended;
  });

  test('forget --json, by customer and by age', async () => {
    const own = { dataDir: join(root, 'forget') };
    await runWell(connectWords(server, ['--unchecked']), own);
    await runWell(['sync', ...theDay], { ...own, env: credentialOf(server) });
    const mistyped = await runCli(['forget', '--customer', 'VISITOR.ONE@example.com', '--yes', '--json'], own);
    expect(mistyped).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining('no conversation has that key'),
    });
    const nothing = { quarantined: 0, searches: 0, definitions: 0, schedules: 0, issuedReports: 0 };
    const exact = await runJson(['forget', '--customer', 'visitor.one@example.com', '--yes'], own);
    expect(exact).toEqual({ conversations: 1, ...nothing, ended: null });
    expect(searchResultSchema.parse(await runJson(['search'], own)).total).toBe(5);
    expect(await runWell(['forget', '--older-than', '1d', '--yes'], own)).toBe(
      'Forgot 5 conversations and 0 unreadable records.\n',
    );
    expect(searchResultSchema.parse(await runJson(['search'], own)).total).toBe(0);
    const entries = z.array(auditEntrySchema).parse(await runJson(['audit'], own));
    expect(
      entries.map(({ action, workspace, details }) => [action, workspace, details.scope, details.conversations]),
    ).toEqual([
      ['forget', 'Test', 'older than 1 days', 5],
      ['forget', 'Test', 'one customer', 1],
      ['forget', 'Test', 'one customer', 0],
    ]);
    expect(await runJson(['audit', '--limit', '1'], own)).toHaveLength(1);
    expect(await runWell(['audit', '--workspace', 'Test', '--limit', '1'], own)).toMatch(
      /^\d{4}-\d\d-\d\dT[\d:]+Z {2}Test {2}forget {2}scope=older than 1 days conversations=5 /,
    );
  });

  test('workspace keep --json, and what it says', async () => {
    const own = { dataDir: join(root, 'keep') };
    await runWell(connectWords(server, ['--unchecked']), own);
    expect(await runWell(['workspace', 'keep', 'Test', '400d', '--yes'], own)).toBe(
      '“Test” keeps conversations for 400 days; older ones are forgotten after each sync.\n',
    );
    const kept = workspaceSchema.parse(await runJson(['workspace', 'keep', 'Test', 'forever'], own));
    expect(kept.retentionDays).toBeNull();
    expect(await runCli(['workspace', 'keep', 'Test', 'long', '--yes'], own)).toMatchObject({ code: 2, stdout: '' });
  });

  test('doctor --bundle --json', async () => {
    const out = join(root, 'bundle.json');
    expect(await runJson(['doctor', '--bundle', out], options)).toEqual({ path: out, bytes: statSync(out).size });
  });
});
