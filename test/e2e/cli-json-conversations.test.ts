// What scripts may rely on: conversations as they are shown and exported, key by key and value by value, and the bytes of the
// files.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type Conversation, conversationSchema } from '../../preload/contract/conversation.ts';
import { runCli, runJson, runWell } from '../support/cli.ts';
import { expectKeys, expectTimes } from '../support/promised-json.ts';
import { agents, objectIdAt } from '../support/rows.ts';
import { answeredCall, minuteS } from '../support/six-conversations.ts';
import { useSyncedCli } from '../support/synced-cli.ts';

const { root, options } = useSyncedCli();

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
});
