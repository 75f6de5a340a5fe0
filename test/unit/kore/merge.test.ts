import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonicalJson, mergeRecords, type RecordPart } from '../../../main/kore/merge.ts';
import type { ConversationRecord } from '../../../main/model.ts';
import { type Endpoint, endpoints } from '../../../preload/contract/conversation.ts';
import { recordOf } from '../../support/decoded.ts';
import {
  agentRow,
  agents,
  answeredAgent,
  baseS,
  botOnlyRow,
  callbackRow,
  campaignRow,
  ignoringAgent,
  naive,
  openRow,
  outboundRow,
  queueEntry,
  queueId,
  type RawRow,
  reassignedRow,
  shadowRow,
  v1AgentRow,
} from '../../support/rows.ts';

const part = (endpoint: Endpoint, row: RawRow): RecordPart => ({ endpoint, record: recordOf(row) });
const v2 = (row: RawRow) => part('v2-interactions', row);
const v1 = (row: RawRow) => part('v1-calls', row);

/** A record with every field and every nested object in it. */
const fullRecord = recordOf(
  campaignRow({
    surveyType: 'csat',
    csatScore: 4,
    csatFeedback: 'fine',
    userleveltags: [{ name: 'accountnum', value: '9' }],
    destinations: [
      queueEntry(baseS, {
        respondingAgent: answeredAgent(baseS, agents.ada, {
          ConsultingAgents: [{ ...agents.cy, assignedAt: naive(baseS) }],
          JoinedUsers: [{ ...agents.ben, joinedAt: naive(baseS) }],
        }),
        nonRespondingAgents: [ignoringAgent(baseS), ignoringAgent(baseS + 5)],
      }),
      answeredAgent(baseS + 60, agents.ben),
    ],
  }),
);

describe('union of the endpoints', () => {
  test("v1's survey and v2's smartStatus, reason, voicemail and consults stand on one record", () => {
    const consulted = answeredAgent(baseS + 10, agents.ada, {
      ConsultingAgents: [{ name: '+12025550177' }],
      holdDuration: 9,
    });
    const merged = mergeRecords([
      v1(v1AgentRow({ csatScore: 4 })),
      v2(agentRow({ destinations: [queueEntry(baseS + 10, { respondingAgent: consulted })] })),
    ]);
    expect(merged).toMatchObject({
      smartStatus: 'CLOSED',
      reason: 'Resolved',
      isVoicemail: false,
      surveyType: 'csat',
      csatScore: 4,
      csatFeedback: 'Friendly and quick',
      destinations: [{ offers: [{ holdS: 9, acwS: 10, consults: [{ name: '+12025550177', agentId: null }] }] }],
    });
  });

  test('where both say something the order of the contract decides', () => {
    const parts = endpoints.map((endpoint) => part(endpoint, agentRow({ reason: `said by ${endpoint}` })));
    expect(mergeRecords(parts).reason).toBe('said by v2-interactions');
    expect(mergeRecords(parts.slice(1)).reason).toBe('said by v2-calls');
    expect(mergeRecords(parts.slice(2)).reason).toBe('said by v1-calls');
  });

  test('null, an empty list and false are told apart', () => {
    const silent = agentRow({ dispositions: [], isVoicemail: undefined, csatScore: undefined });
    const merged = mergeRecords([
      v2(silent),
      v1(agentRow({ dispositions: ['ESCALATED'], isVoicemail: 'YES', csatScore: 0 })),
    ]);
    expect(merged).toMatchObject({ dispositions: ['ESCALATED'], isVoicemail: true, csatScore: 0 });
    expect(mergeRecords([v2(agentRow({ isVoicemail: 'NO' })), v1(agentRow({ isVoicemail: 'YES' }))]).isVoicemail).toBe(
      false,
    );
  });

  test('a closed part outranks an open one of a better endpoint, whose facts only fill gaps', () => {
    const merged = mergeRecords([
      v2(openRow({ reason: 'from the open one' })),
      v1(v1AgentRow({ destinations: [answeredAgent(baseS, agents.ada)] })),
    ]);
    expect(merged).toMatchObject({
      finalStatus: 'CLOSED',
      isOpen: false,
      endedAtS: baseS + 80,
      reason: 'from the open one',
      isVoicemail: false,
      destinations: [{ offers: [{ handled: true, interactionS: 60 }] }],
    });
  });

  test('all parts open: open', () => {
    expect(mergeRecords([v2(openRow()), v1(openRow({ finalStatus: undefined }))])).toMatchObject({
      isOpen: true,
      finalStatus: 'TRANSIENT_OPEN',
    });
  });

  test('a shadow that another endpoint knows to be a conversation is none', () => {
    const record = recordOf(shadowRow());
    const known: ConversationRecord = { ...record, conversationId: record.key, isShadow: false };
    expect(mergeRecords([{ endpoint: 'v2-calls', record }]).isShadow).toBe(true);
    expect(
      mergeRecords([
        { endpoint: 'v2-calls', record },
        { endpoint: 'v1-calls', record: known },
      ]).isShadow,
    ).toBe(false);
  });

  test('campaigns fill each other only when they are the same one', () => {
    const info = (fields: RawRow) => campaignRow({ campaigninfo: { campaignId: 'cd-1', ...fields } });
    expect(mergeRecords([v2(info({})), v1(info({ attempt: 3 }))]).campaign).toMatchObject({ attempt: 3 });
    expect(mergeRecords([v2(info({})), v1(info({ campaignId: 'cd-2', attempt: 3 }))]).campaign).toMatchObject({
      campaignId: 'cd-1',
      attempt: null,
    });
    expect(mergeRecords([v2(agentRow()), v1(info({}))]).campaign).toMatchObject({ campaignId: 'cd-1' });
  });

  test('nothing to merge is an internal error', () => {
    expect(() => mergeRecords([])).toThrowError(expect.objectContaining({ code: 'internal' }));
  });
});

describe('destinations', () => {
  const queue = (fields: RawRow) => agentRow({ destinations: [queueEntry(baseS, fields)] });

  test('of the same shape fill each other field by field', () => {
    const merged = mergeRecords([
      v2(queue({ queueName: undefined, EnterTime: undefined, CallbackOpted: undefined })),
      v1(queue({ queueId: undefined, CallbackOpted: true })),
    ]);
    expect(merged.destinations).toMatchObject([
      { queueId, queueName: 'Billing', enteredAtS: baseS, callbackOpted: true, offers: [{ name: 'Ada Sample' }] },
    ]);
    expect(merged.destinations[0]?.offers).toHaveLength(1);
  });

  test('of different queues are not mixed: the higher-ranked list', () => {
    const merged = mergeRecords([v2(queue({ queueId: 'qu-a', queueName: undefined })), v1(queue({ queueId: 'qu-b' }))]);
    expect(merged.destinations).toMatchObject([{ queueId: 'qu-a', queueName: null }]);
  });

  test('a queue id learnt from a second list keeps a third one out', () => {
    const merged = mergeRecords([
      v2(queue({ queueId: undefined, queueName: undefined })),
      part('v2-calls', queue({ queueId: 'qu-b', queueName: undefined })),
      v1(queue({ queueId: 'qu-c', queueName: 'C' })),
    ]);
    expect(merged.destinations).toMatchObject([{ queueId: 'qu-b', queueName: null }]);
  });

  test('of different types are not mixed', () => {
    const merged = mergeRecords([
      v2(agentRow({ destinations: [answeredAgent(baseS, agents.ada, { holdDuration: undefined })] })),
      v1(queue({ respondingAgent: answeredAgent(baseS, agents.ada, { holdDuration: 7 }) })),
    ]);
    expect(merged.destinations).toMatchObject([{ type: 'AgentSegment', queueId: null, offers: [{ holdS: null }] }]);
  });

  test('the longer list wins, whole', () => {
    const merged = mergeRecords([v2(queue({ queueName: 'Other' })), v1(reassignedRow())]);
    expect(merged.destinations).toEqual(recordOf(reassignedRow()).destinations);
    expect(mergeRecords([v2(agentRow({ destinations: [] })), v1(queue({}))]).destinations).toHaveLength(1);
  });

  test('offers are matched by agent and how often the agent came before', () => {
    const asked = (event: string | undefined, seconds: number[]) =>
      queue({
        respondingAgent: undefined,
        nonRespondingAgents: seconds.map((second) =>
          ignoringAgent(baseS + second, agents.ben, { nonResponseEvent: event }),
        ),
      });
    const merged = mergeRecords([v2(asked('Ignored', [1, 2, 3])), v1(asked(undefined, [1, 2, 3]))]);
    expect(merged.destinations[0]?.offers.map((offer) => [offer.assignedAtS, offer.nonResponseEvent])).toEqual([
      [baseS + 1, 'Ignored'],
      [baseS + 2, 'Ignored'],
      [baseS + 3, 'Ignored'],
    ]);
    const reversed = mergeRecords([v2(asked(undefined, [1, 2, 3])), v1(asked('Ignored', [1, 2, 3]))]);
    expect(reversed.destinations).toEqual(merged.destinations);
  });

  test('never more offers in a stop than one endpoint counted', () => {
    const merged = mergeRecords([
      v2(queue({ respondingAgent: answeredAgent(baseS, agents.ada, { holdDuration: 3 }) })),
      v1(queue({ nonRespondingAgents: [ignoringAgent(baseS, agents.ben)] })),
    ]);
    expect(merged.destinations[0]?.offers).toMatchObject([
      { name: 'Ada Sample', handled: true, holdS: 3 },
      { name: 'Ben Sample', handled: false },
    ]);
    const other = mergeRecords([v2(queue({})), v1(queue({ respondingAgent: answeredAgent(baseS, agents.cy) }))]);
    expect(other.destinations[0]?.offers.map((offer) => offer.name)).toEqual(['Ada Sample']);
  });

  test('accepted according to any part is handled, with the accept time', () => {
    const waiting = answeredAgent(baseS, agents.ada, { acceptedTime: undefined, status: undefined });
    const merged = mergeRecords([v2(queue({ respondingAgent: waiting })), v1(queue({}))]);
    expect(merged.destinations[0]?.offers).toMatchObject([{ handled: true, acceptedAtS: baseS + 15 }]);
  });
});

describe('properties', () => {
  const makers = [
    agentRow,
    v1AgentRow,
    openRow,
    outboundRow,
    reassignedRow,
    callbackRow,
    campaignRow,
    botOnlyRow,
    shadowRow,
  ];
  const fields = [
    'reason',
    'smartStatus',
    'csatScore',
    'destinations',
    'customerinfo',
    'finalStatus',
    'sessionleveltags',
  ];
  const partArb: fc.Arbitrary<RecordPart> = fc
    .record({
      endpoint: fc.constantFrom(...endpoints),
      maker: fc.constantFrom(...makers),
      dropped: fc.subarray(fields),
      startedS: fc.integer({ min: baseS, max: baseS + 2 }),
      finalStatus: fc.constantFrom('CLOSED', 'TRANSIENT_OPEN', 'Dropped', undefined),
    })
    .map(({ endpoint, maker, dropped, startedS, finalStatus }) => {
      const overrides = Object.fromEntries(dropped.map((name) => [name, undefined]));
      const row = maker({ conversationId: 'c-1', finalStatus, ...overrides }, startedS);
      return part(endpoint, row);
    });

  test('the order of the parts does not matter', () => {
    fc.assert(
      fc.property(
        fc
          .array(partArb, { minLength: 2, maxLength: 5 })
          .chain((parts) =>
            fc.tuple(
              fc.constant(parts),
              fc.shuffledSubarray(parts, { minLength: parts.length, maxLength: parts.length }),
            ),
          ),
        ([parts, shuffled]) => {
          expect(canonicalJson(mergeRecords(shuffled))).toBe(canonicalJson(mergeRecords(parts)));
        },
      ),
      { numRuns: 1000 },
    );
  });

  test('merging one record, alone or several times over, changes nothing', () => {
    fc.assert(
      fc.property(partArb, fc.subarray([...endpoints], { minLength: 1 }), ({ record }, chosen) => {
        expect(mergeRecords(chosen.map((endpoint) => ({ endpoint, record })))).toEqual(record);
        expect(mergeRecords([...chosen, ...chosen].map((endpoint) => ({ endpoint, record })))).toEqual(record);
      }),
      { numRuns: 300 },
    );
  });

  test('the result, merged again with what it came from, stays', () => {
    fc.assert(
      fc.property(fc.array(partArb, { minLength: 1, maxLength: 4 }), (parts) => {
        const merged = mergeRecords(parts);
        const again = mergeRecords([
          { endpoint: 'v2-interactions', record: merged },
          { endpoint: 'v2-interactions', record: merged },
        ]);
        expect(again).toEqual(merged);
      }),
      { numRuns: 300 },
    );
  });

  test('inputs are not changed', () => {
    const parts = [v2(agentRow()), v1(v1AgentRow()), part('v2-calls', reassignedRow())];
    const before = structuredClone(parts);
    const merged = mergeRecords(parts);
    merged.destinations[0]?.offers.pop();
    merged.dispositions.push('changed');
    expect(parts).toEqual(before);
  });
});

describe('canonicalJson', () => {
  const reversed = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(reversed);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value)
        .reverse()
        .map(([name, item]) => [name, reversed(item)]),
    );
  };

  test('holds every field of the record', () => {
    expect(JSON.parse(canonicalJson(fullRecord))).toEqual(fullRecord);
  });

  test('is the order in which decode builds, so the plain text is the same', () => {
    for (const row of [agentRow(), campaignRow(), reassignedRow(), botOnlyRow(), callbackRow()]) {
      expect(canonicalJson(recordOf(row))).toBe(JSON.stringify(recordOf(row)));
    }
    expect(canonicalJson(fullRecord)).toBe(JSON.stringify(fullRecord));
  });

  test('does not depend on the order of fields, nor on fields of the store', () => {
    const shuffled = { ...(reversed(fullRecord) as ConversationRecord), id: 7, sources: ['v1-calls'] };
    expect(JSON.stringify(shuffled)).not.toBe(JSON.stringify(fullRecord));
    expect(canonicalJson(shuffled)).toBe(canonicalJson(fullRecord));
  });

  test('differs when anything differs', () => {
    const texts = [agentRow(), agentRow({ csatScore: 1 }), v1AgentRow(), reassignedRow()].map((row) =>
      canonicalJson(recordOf(row)),
    );
    expect(new Set(texts).size).toBe(4);
  });
});
