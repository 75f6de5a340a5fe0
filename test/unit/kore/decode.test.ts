import { describe, expect, test } from 'vitest';
import { decodeRow } from '../../../main/kore/decode.ts';
import { decoded, recordOf, withAgent } from '../../support/decoded.ts';
import {
  agentRow,
  agents,
  automationBotId,
  baseS,
  botId,
  botOnlyRow,
  callbackRow,
  campaignRow,
  centerPhone,
  customerPhone,
  objectIdAt,
  openRow,
  outboundRow,
  queueId,
  reassignedRow,
  v1AgentRow,
} from '../../support/rows.ts';

test('a whole agent row, every field', () => {
  expect(decodeRow(agentRow())).toEqual({
    ok: true,
    warnings: [],
    record: {
      key: 'c-0000001-1111-4222-8333-444455556666',
      conversationId: 'c-0000001-1111-4222-8333-444455556666',
      sessionId: objectIdAt(baseS, 2),
      startedAtS: baseS,
      endedAtS: baseS + 80,
      channel: 'Voice',
      direction: 'Inbound',
      finalStatus: 'CLOSED',
      smartStatus: 'CLOSED',
      reason: 'Resolved',
      disconnectingEvent: 'Agent Hangup',
      isVoicemail: false,
      botId,
      automationBotIds: [automationBotId],
      userId: 'u-00000002-1111-5222-8333-444455556666',
      channelSpecificUserId: '68000000000000000000aaaa/korevg/caller-1',
      customerPhone,
      centerPhone,
      customerFirstName: 'Casey',
      customerLastName: 'Caller',
      customerEmail: 'casey.caller@example.com',
      skills: [{ id: '68000000000000000000bbbb', name: 'Platinum' }],
      dispositions: ['Resolved'],
      dispositionRemarks: ['The bill was explained.'],
      lastIntentName: 'Pay Bill',
      surveyType: null,
      csatScore: null,
      npsScore: null,
      likeDislikeScore: null,
      csatFeedback: null,
      userTags: [],
      sessionTags: [
        { name: 'audioCodesCallDisconnect', value: '1' },
        { name: 'callerNumber', value: customerPhone },
      ],
      campaign: null,
      destinations: [
        {
          type: 'QueueEntry',
          queueId,
          queueName: 'Billing',
          enteredAtS: baseS + 10,
          callbackOpted: false,
          callbackOptedAtMs: null,
          callbackAcceptedAtMs: null,
          offers: [
            {
              ...agents.ada,
              handled: true,
              assignedAtS: baseS + 22,
              acceptedAtS: baseS + 25,
              firstResponseAtS: baseS + 29,
              firstResponseS: 4,
              endedAtS: baseS + 85,
              interactionS: 60,
              holdS: null,
              acwS: 10,
              acwEndedAtS: baseS + 95,
              notes: ['The customer asked about a bill.'],
              nonResponseEvent: null,
              consults: [],
              joined: [],
            },
          ],
        },
      ],
      isShadow: false,
      isOpen: false,
    },
  });
});

describe('key', () => {
  test('bot-only row: no conversationId, so the key is the sessionId', () => {
    const record = recordOf(botOnlyRow());
    expect(record).toMatchObject({
      key: objectIdAt(baseS),
      conversationId: null,
      destinations: [],
      dispositions: [],
      direction: null,
      isVoicemail: null,
      smartStatus: 'CLOSED AT BOT',
      reason: null,
      isShadow: false,
      isOpen: false,
    });
  });

  test('conversationId wins over sessionId, and 7-hex first groups are no reason to refuse it', () => {
    expect(recordOf(agentRow({ conversationId: ' c-b48e690-7d7c-4e72-9855-a669d688aaaa ' })).key).toBe(
      'c-b48e690-7d7c-4e72-9855-a669d688aaaa',
    );
  });

  test('an id that came as a number is kept as text', () => {
    expect(recordOf(botOnlyRow({ sessionId: 9007199254740991 })).key).toBe('9007199254740991');
  });

  test('channelSpecificUserId may be null and automationBotIDs empty', () => {
    const record = recordOf(botOnlyRow({ channelSpecificUserId: null, automationBotIDs: [] }));
    expect(record).toMatchObject({ channelSpecificUserId: null, automationBotIds: [] });
  });
});

describe('channel', () => {
  test.each([
    ['rtm', 'Web/Mobile Client'],
    ['Web/Mobile Client', 'Web/Mobile Client'],
    ['Web / Mobile Client', 'Web/Mobile Client'],
    ['web/mobile client ', 'Web/Mobile Client'],
    ['voice', 'Voice'],
    ['Voice', 'Voice'],
    ['korevg', 'Voice'],
    ['KoreVG', 'Voice'],
    ['audiocodes', 'Voice'],
    ['AudioCodes', 'Voice'],
    ['telegram', 'telegram'],
    ['agentassist', 'agentassist'],
    ['campaign', 'campaign'],
    ['System Mail', 'System Mail'],
  ])('%s is %s', (sent, channel) => {
    expect(recordOf(agentRow({ channel: sent })).channel).toBe(channel);
  });

  test('custom name with a trailing space is trimmed', () => {
    expect(recordOf(agentRow({ channel: 'Jones ' })).channel).toBe('Jones');
  });
});

describe('status words', () => {
  test.each([
    ['CLOSED', false],
    ['BotResolved', false],
    ['USER ABANDONED', false],
    ['Dropped', false],
    ['TERMINATED', false],
    ['INACTIVE', false],
    ['TRANSIENT_OPEN', true],
    ['open', true],
    ['Active', true],
    ['REOPENED', true],
  ])('finalStatus %s: open %s', (finalStatus, isOpen) => {
    expect(recordOf(agentRow({ finalStatus }))).toMatchObject({ finalStatus, isOpen });
  });

  test.each([[undefined], [null], ['']])('finalStatus %j is open', (finalStatus) => {
    expect(recordOf(agentRow({ finalStatus }))).toMatchObject({ finalStatus: null, isOpen: true });
  });

  test('an accepted agent without an end does not open a row with a final word', () => {
    expect(recordOf(withAgent({ interactionEndTime: undefined, interactionDuration: undefined })).isOpen).toBe(false);
  });

  test('TRANSIENT_OPEN row: end equals start, empty words are null, the agent has not accepted', () => {
    expect(recordOf(openRow())).toMatchObject({
      isOpen: true,
      smartStatus: null,
      disconnectingEvent: null,
      startedAtS: baseS,
      endedAtS: baseS,
      destinations: [{ type: 'AgentSegment', offers: [{ handled: false, acceptedAtS: null, assignedAtS: baseS }] }],
    });
  });

  test.each(['CLOSED', 'CLOSED AT BOT', 'TERMINATED', 'ABANDONED WITH AGENT', 'A WORD NOT SEEN YET'])(
    'smartStatus %s is kept',
    (smartStatus) => {
      expect(recordOf(agentRow({ smartStatus })).smartStatus).toBe(smartStatus);
    },
  );

  test.each(['Agent Hangup', 'Agent Closed', 'Bot Hangup', 'User Hangup', 'System Hangup'])(
    'disconnectingEvent %s is kept',
    (disconnectingEvent) => {
      expect(recordOf(agentRow({ disconnectingEvent })).disconnectingEvent).toBe(disconnectingEvent);
    },
  );
});

describe('names in any case', () => {
  test.each(['Reason', 'reason', 'REASON'])('%s is the reason', (name) => {
    expect(recordOf(agentRow({ reason: undefined, [name]: 'NO AGENTS AVAILABLE' })).reason).toBe('NO AGENTS AVAILABLE');
  });

  test('Reason and reason in one row: the one that says something', () => {
    expect(recordOf(agentRow({ reason: '', Reason: 'DROP-OFF' })).reason).toBe('DROP-OFF');
    expect(recordOf(agentRow({ reason: 'said first', Reason: 'said second' })).reason).toBe('said first');
    expect(recordOf(agentRow({ reason: undefined, Reason: ' ', REASON: 'DROP-OFF' })).reason).toBe('DROP-OFF');
  });

  test('every name upper-cased or lower-cased at every level gives the same record', () => {
    const rows = [agentRow(), v1AgentRow(), outboundRow(), callbackRow(), campaignRow(), reassignedRow(), botOnlyRow()];
    const recase = (value: unknown, change: (name: string) => string): unknown => {
      if (Array.isArray(value)) return value.map((item) => recase(item, change));
      if (typeof value !== 'object' || value === null) return value;
      return Object.fromEntries(Object.entries(value).map(([name, item]) => [change(name), recase(item, change)]));
    };
    for (const row of rows) {
      expect(recordOf(recase(row, (name) => name.toUpperCase()))).toEqual(recordOf(row));
      expect(recordOf(recase(row, (name) => name.toLowerCase()))).toEqual(recordOf(row));
    }
  });

  test('the bot may be called appId, as the oldest table has it', () => {
    expect(recordOf(agentRow({ botId: undefined, appId: 'st-old' })).botId).toBe('st-old');
    expect(recordOf(agentRow({ appId: 'st-old' })).botId).toBe(botId);
  });
});

describe('direction', () => {
  test.each([
    ['Inbound', 'Inbound'],
    ['OUTBOUND', 'Outbound'],
    ['outbound', 'Outbound'],
    ['Internal', 'Internal'],
    ['', null],
  ])('%j is %j', (sent, direction) => {
    expect(recordOf(agentRow({ Direction: sent, metaInfo: undefined })).direction).toBe(direction);
  });

  test('v1 has it inside customerinfo', () => {
    expect(recordOf(v1AgentRow()).direction).toBe('Inbound');
    expect(recordOf(v1AgentRow({ customerinfo: { Direction: 'Outbound' } })).direction).toBe('Outbound');
  });
});

describe('isVoicemail', () => {
  test.each([
    ['NO', false],
    ['YES', true],
    ['no', false],
    ['Yes', true],
    ['true', true],
    ['false', false],
    [false, false],
    [true, true],
    ['', null],
    [null, null],
    [undefined, null],
  ])('%j is %j', (sent, isVoicemail) => {
    expect(decoded(agentRow({ isVoicemail: sent }))).toMatchObject({ record: { isVoicemail }, warnings: [] });
  });

  test('another word is left out with a warning that does not repeat it', () => {
    expect(decoded(agentRow({ isVoicemail: 'perhaps' }))).toMatchObject({
      record: { isVoicemail: null },
      warnings: ['isVoicemail: neither yes nor no, left out'],
    });
  });
});
