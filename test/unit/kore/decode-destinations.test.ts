import { describe, expect, test } from 'vitest';
import { decoded, offersOf, recordOf, withAgent } from '../../support/decoded.ts';
import {
  agentRow,
  agents,
  answeredAgent,
  baseS,
  ignoringAgent,
  naive,
  outboundRow,
  queueEntry,
  queueId,
  reassignedRow,
  v1AgentRow,
} from '../../support/rows.ts';

describe('destinations', () => {
  test('absent, null and empty are all no destinations', () => {
    for (const destinations of [undefined, null, []]) {
      expect(recordOf(agentRow({ destinations })).destinations).toEqual([]);
    }
  });

  test('abandoned before any queue: destinations empty', () => {
    const record = recordOf(agentRow({ destinations: [], finalStatus: 'USER ABANDONED' }));
    expect(record).toMatchObject({ destinations: [], isOpen: false });
  });

  test('queue entry that no agent was asked in', () => {
    const record = recordOf(agentRow({ destinations: [queueEntry(baseS, { respondingAgent: undefined })] }));
    expect(record.destinations).toMatchObject([{ type: 'QueueEntry', queueId, offers: [] }]);
  });

  test('an empty respondingAgent is none', () => {
    expect(offersOf(agentRow({ destinations: [queueEntry(baseS, { respondingAgent: {} })] }))).toEqual([]);
  });

  test('queue entry with only non-responding agents', () => {
    const destinations = [
      queueEntry(baseS, { respondingAgent: undefined, nonRespondingAgents: [ignoringAgent(baseS + 1)] }),
    ];
    expect(offersOf(agentRow({ destinations }))).toMatchObject([
      { ...agents.ben, handled: false, nonResponseEvent: 'Ignored', assignedAtS: baseS + 1, notes: [] },
    ]);
  });

  test('v1 non-responding agents without nonResponseEvent and destinationType', () => {
    const agent = ignoringAgent(baseS, agents.ben, { nonResponseEvent: undefined, destinationType: undefined });
    const destinations = [queueEntry(baseS, { respondingAgent: undefined, nonRespondingAgents: [agent] })];
    expect(decoded(v1AgentRow({ destinations }))).toMatchObject({
      warnings: [],
      record: { destinations: [{ offers: [{ handled: false, nonResponseEvent: null }] }] },
    });
  });

  test('the responding agent comes first, then the others in order, one agent several times', () => {
    const nonRespondingAgents = [1, 2, 3].map((second) => ignoringAgent(baseS + second, agents.ben));
    const destinations = [queueEntry(baseS, { respondingAgent: undefined, nonRespondingAgents })];
    const before = { ...queueEntry(baseS, { nonRespondingAgents }) };
    expect(offersOf(agentRow({ destinations })).map((offer) => offer.assignedAtS)).toEqual([
      baseS + 1,
      baseS + 2,
      baseS + 3,
    ]);
    expect(offersOf(agentRow({ destinations: [before] })).map((offer) => offer.name)).toEqual([
      'Ada Sample',
      'Ben Sample',
      'Ben Sample',
      'Ben Sample',
    ]);
  });

  test('AgentSegment: one offer of its own fields and no queue', () => {
    const record = recordOf(
      agentRow({ destinations: [answeredAgent(baseS, agents.ada), answeredAgent(baseS + 60, agents.ben)] }),
    );
    expect(record.destinations).toHaveLength(2);
    expect(record.destinations[1]).toMatchObject({
      type: 'AgentSegment',
      queueId: null,
      queueName: null,
      enteredAtS: null,
      callbackOpted: null,
      offers: [{ agentId: agents.ben.agentId, handled: true, acceptedAtS: baseS + 75 }],
    });
    expect(record.destinations[1]?.offers).toHaveLength(1);
  });

  test('QueueEntry then AgentSegment (reassigned) keeps the order', () => {
    expect(recordOf(reassignedRow()).destinations).toMatchObject([
      { type: 'QueueEntry', offers: [{ handled: false, nonResponseEvent: 'Supervisor Reassigned' }] },
      { type: 'AgentSegment', offers: [{ handled: true }] },
    ]);
  });

  test('outbound queue entry: only a queueId, no name, no EnterTime, no CallbackOpted', () => {
    expect(recordOf(outboundRow()).destinations[0]).toMatchObject({
      queueId,
      queueName: null,
      enteredAtS: null,
      callbackOpted: null,
    });
  });

  test('assignedAt missing', () => {
    expect(offersOf(withAgent({ assignedAt: undefined }))[0]).toMatchObject({ assignedAtS: null, handled: true });
  });

  test('acceptedTime and status missing: not accepted yet', () => {
    expect(offersOf(withAgent({ acceptedTime: undefined, status: undefined }))[0]?.handled).toBe(false);
  });

  test.each([
    [{ acceptedTime: undefined, status: 'Answered' }, true],
    [{ acceptedTime: undefined, status: 'ANSWERED' }, true],
    [{ status: undefined }, true],
    [{ acceptedTime: undefined, status: 'Ringing' }, false],
  ])('handled with %j: %s', (fields, handled) => {
    expect(offersOf(withAgent(fields))[0]?.handled).toBe(handled);
  });

  test('firstResponse missing when the agent never wrote', () => {
    const row = withAgent({ firstResponseTime: undefined, firstResponseDuration: undefined });
    expect(offersOf(row)[0]).toMatchObject({ firstResponseAtS: null, firstResponseS: null });
  });

  test('holdDuration is read when held', () => {
    expect(offersOf(withAgent({ holdDuration: 57 }))[0]?.holdS).toBe(57);
  });

  test('a missing destinationType is told from the fields, with a warning', () => {
    const destinations = [
      queueEntry(baseS, { destinationType: undefined }),
      answeredAgent(baseS, agents.ben, { destinationType: undefined }),
    ];
    const { record, warnings } = decoded(agentRow({ destinations }));
    expect(record.destinations.map((stop) => [stop.type, stop.offers.length])).toEqual([
      ['QueueEntry', 1],
      ['AgentSegment', 1],
    ]);
    expect(warnings).toEqual([
      'destinations[0].destinationType: missing, told from the other fields',
      'destinations[1].destinationType: missing, told from the other fields',
    ]);
  });

  test('an unknown destinationType is kept as written, and its agents too', () => {
    const destinations = [
      queueEntry(baseS, { destinationType: 'SkillEntry' }),
      answeredAgent(baseS, agents.ben, { destinationType: 'GroupSegment' }),
    ];
    expect(recordOf(agentRow({ destinations })).destinations).toMatchObject([
      { type: 'SkillEntry', queueId, offers: [{ name: 'Ada Sample' }] },
      { type: 'GroupSegment', queueId: null, offers: [{ name: 'Ben Sample' }] },
    ]);
  });

  test('agentNotes: a list, one text, blanks dropped, two versions kept', () => {
    expect(offersOf(withAgent({ agentNotes: 'one' }))[0]?.notes).toEqual(['one']);
    expect(offersOf(withAgent({ agentNotes: ['Hello', '', ' Hola ', null] }))[0]?.notes).toEqual(['Hello', 'Hola']);
  });
});

describe('consults and joined users', () => {
  test('an internal agent', () => {
    const ConsultingAgents = [
      {
        ...agents.cy,
        assignedAt: naive(baseS + 30),
        acceptedTime: naive(baseS + 40),
        consultingEndTime: naive(baseS + 50),
        isMerged: 'true',
      },
    ];
    expect(offersOf(withAgent({ ConsultingAgents }))[0]?.consults).toEqual([
      { ...agents.cy, assignedAtS: baseS + 30, acceptedAtS: baseS + 40, endedAtS: baseS + 50, isMerged: true },
    ]);
  });

  test('an external number has no agentId and no email', () => {
    const ConsultingAgents = [{ name: '+12025550177', acceptedTime: naive(baseS + 40), assignedAt: naive(baseS + 30) }];
    expect(offersOf(withAgent({ ConsultingAgents }))[0]?.consults).toEqual([
      {
        agentId: null,
        name: '+12025550177',
        email: null,
        assignedAtS: baseS + 30,
        acceptedAtS: baseS + 40,
        endedAtS: null,
        isMerged: null,
      },
    ]);
  });

  test('JoinedUsers', () => {
    const JoinedUsers = [{ ...agents.cy, joinedAt: naive(baseS + 40), end: naive(baseS + 50) }, 'Dee Sample'];
    expect(offersOf(withAgent({ JoinedUsers }))[0]?.joined).toEqual([
      { ...agents.cy, joinedAtS: baseS + 40, endedAtS: baseS + 50 },
      { agentId: null, name: 'Dee Sample', email: null, joinedAtS: null, endedAtS: null },
    ]);
  });

  test('both are absent in v1', () => {
    expect(offersOf(v1AgentRow())[0]).toMatchObject({ consults: [], joined: [] });
  });
});
