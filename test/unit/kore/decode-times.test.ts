import { describe, expect, test } from 'vitest';
import { startFromId } from '../../../main/kore/decode.ts';
import { decoded, failureOf, offersOf, recordOf, withAgent } from '../../support/decoded.ts';
import {
  agentRow,
  agents,
  answeredAgent,
  baseS,
  botOnlyRow,
  callbackRow,
  campaignRow,
  ignoringAgent,
  objectIdAt,
  queueEntry,
} from '../../support/rows.ts';

describe('times', () => {
  // 2025-09-03T04:05:06Z, worked out by hand: 20,334 days after the epoch, 4 h 5 min 6 s.
  const epochS = 20_334 * 86_400 + 4 * 3600 + 5 * 60 + 6;

  test.each([
    '2025-09-03T04:05:06',
    '2025-09-03 04:05:06',
    '2025-09-03 4:05:06',
    '2025/09/03 04:05:06',
    '2025-09-03T04:05:06Z',
    '2025-09-03T04:05:06.789Z',
    '2025-09-03T04:05:06.789',
    '2025-09-03T04:05:06,789123',
    '2025-09-03T09:35:06+05:30',
    '2025-09-03T09:35:06+0530',
    '2025-09-02T23:05:06-05:00',
    ' 2025-09-03T04:05:06 ',
  ])('%s is read as UTC', (sent) => {
    const record = recordOf(agentRow({ sessionStartTime: sent, sessionEndTime: sent }));
    expect([record.startedAtS, record.endedAtS]).toEqual([epochS, epochS]);
  });

  test('a leap day is a day, and the last second of a year is not the next one', () => {
    expect(recordOf(agentRow({ sessionEndTime: '2024-02-29T00:00:00' })).endedAtS).toBe(Date.UTC(2024, 1, 29) / 1000);
    expect(recordOf(agentRow({ sessionEndTime: '2025-12-31T23:59:59.999' })).endedAtS).toBe(
      Date.UTC(2026, 0, 1) / 1000 - 1,
    );
  });

  const unreadable = [
    'yesterday',
    'Invalid date',
    '2025-09-30',
    '2025-02-30T00:00:00',
    '2025-02-29T00:00:00',
    '2025-13-01T00:00:00',
    '2025-00-01T00:00:00',
    '2025-09-00T00:00:00',
    '2025-09-30T24:00:00',
    '2025-09-30T12:60:00',
    '2025-09-30T12:00:60',
    '2025-09-30T12:00',
    '2025-09-30T12:00:00+99:00',
    '1970-01-01T00:00:00',
    '0001-01-01T00:00:00',
    1_759_233_600,
    true,
    {},
    [],
  ];

  test.each(unreadable)('%j is not a time: the row is put aside', (sent) => {
    expect(failureOf(agentRow({ sessionEndTime: sent }))).toMatchObject({
      path: 'sessionEndTime',
      reason: 'not a readable time',
      conversationId: 'c-0000001-1111-4222-8333-444455556666',
      sessionId: objectIdAt(baseS, 2),
    });
  });

  test.each([undefined, null, '', '  ', '-'])('%j is no time at all', (sent) => {
    expect(recordOf(agentRow({ sessionEndTime: sent })).endedAtS).toBeNull();
  });

  test('callback and campaign times are UTC with milliseconds', () => {
    expect(recordOf(callbackRow()).destinations[0]).toMatchObject({
      callbackOpted: true,
      callbackOptedAtMs: (baseS + 35) * 1000 + 810,
      callbackAcceptedAtMs: (baseS + 47) * 1000 + 589,
    });
    expect(recordOf(campaignRow()).campaign?.runAtMs).toBe((baseS - 3600) * 1000 - 500);
  });

  test('every time field of every object puts the row aside when unreadable, with its path', () => {
    const bad = 'soon';
    const agentTimes = [
      'assignedAt',
      'acceptedTime',
      'firstResponseTime',
      'interactionEndTime',
      'afterCallWorkEndTime',
    ];
    for (const name of agentTimes) {
      expect(failureOf(withAgent({ [name]: bad })).path).toBe(`destinations[0].respondingAgent.${name}`);
      expect(failureOf(agentRow({ destinations: [answeredAgent(baseS, agents.ada, { [name]: bad })] })).path).toBe(
        `destinations[0].${name}`,
      );
    }
    for (const name of ['EnterTime', 'CallbackOptedTime', 'userCallbackAcceptTime']) {
      const destinations = [queueEntry(baseS), queueEntry(baseS, { [name]: bad })];
      expect(failureOf(agentRow({ destinations })).path).toBe(`destinations[1].${name}`);
    }
    for (const name of ['assignedAt', 'acceptedTime', 'consultingEndTime']) {
      expect(failureOf(withAgent({ ConsultingAgents: [{}, { [name]: bad }] })).path).toBe(
        `destinations[0].respondingAgent.ConsultingAgents[1].${name}`,
      );
    }
    for (const name of ['joinedAt', 'end']) {
      expect(failureOf(withAgent({ JoinedUsers: [{ [name]: bad }] })).path).toBe(
        `destinations[0].respondingAgent.JoinedUsers[0].${name}`,
      );
    }
    const destinations = [queueEntry(baseS, { nonRespondingAgents: [ignoringAgent(baseS), { assignedAt: bad }] })];
    expect(failureOf(agentRow({ destinations })).path).toBe('destinations[0].nonRespondingAgents[1].assignedAt');
    expect(failureOf(campaignRow({ campaigninfo: { campaignId: 'cd-1', campaignRunDate: bad } })).path).toBe(
      'campaigninfo.campaignRunDate',
    );
  });
});

describe('sessionStartTime', () => {
  test.each([undefined, null, '', '-', 'Invalid date', '1970-01-01T00:00:00', 17])(
    '%j is recovered from the sessionId, with a warning',
    (sent) => {
      expect(decoded(agentRow({ sessionStartTime: sent }))).toMatchObject({
        record: { startedAtS: baseS },
        warnings: [startFromId],
      });
    },
  );

  test.each(['session-1', '68db745779cb8cebd651xxxx', '0'.repeat(24), 'f'.repeat(24), undefined])(
    'with sessionId %j, which tells no second, the row is put aside',
    (sessionId) => {
      expect(failureOf(agentRow({ sessionId, sessionStartTime: 'soon' }))).toMatchObject({
        path: 'sessionStartTime',
        reason: 'not a readable time',
      });
      expect(failureOf(agentRow({ sessionId, sessionStartTime: '' })).reason).toBe('missing');
    },
  );

  test('the first eight digits are the second of creation', () => {
    // 0x68db7457 = 1,759,212,631 = 2025-09-30T06:10:31Z
    expect(recordOf(botOnlyRow({ sessionId: '68DB7457000000000000aaaa', sessionStartTime: null })).startedAtS).toBe(
      1_759_212_631,
    );
  });
});

describe('durations', () => {
  const fields = [
    ['firstResponseDuration', 'firstResponseS'],
    ['interactionDuration', 'interactionS'],
    ['holdDuration', 'holdS'],
    ['afterCallWorkDuration', 'acwS'],
  ] as const;

  test.each(fields)('%s reads numbers and numeric texts', (wire, field) => {
    for (const [sent, seconds] of [
      [57, 57],
      ['57', 57],
      [' 57 ', 57],
      [57.4, 57],
      ['57.6', 58],
      [0, 0],
      [-0, 0],
      ['0', 0],
      ['', null],
      ['-', null],
      [null, null],
      [undefined, null],
    ]) {
      expect(offersOf(withAgent({ [wire]: sent }))[0]?.[field]).toBe(seconds);
    }
  });

  test.each(fields)('%s puts the row aside when negative or not a number', (wire) => {
    const path = `destinations[0].respondingAgent.${wire}`;
    for (const sent of [-1, '-1', -0.1]) {
      expect(failureOf(withAgent({ [wire]: sent }))).toMatchObject({ path, reason: 'a negative number of seconds' });
    }
    for (const sent of ['00:01:10', 'long', true, {}, [], [5], Number.POSITIVE_INFINITY, 2 ** 60, '1e3', '0x10']) {
      expect(failureOf(withAgent({ [wire]: sent }))).toMatchObject({ path, reason: 'not a number of seconds' });
    }
  });

  test('absent hold and after-call work are null, not zero', () => {
    const row = withAgent({ afterCallWorkDuration: undefined, afterCallWorkEndTime: undefined });
    expect(offersOf(row)[0]).toMatchObject({ holdS: null, acwS: null, acwEndedAtS: null });
  });
});
