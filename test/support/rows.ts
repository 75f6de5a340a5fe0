// Raw rows of the Call Details API as each version writes them, with made-up people. Owns builders only: each returns a
// fresh object that the caller may change; `overrides` replace top-level fields, and a field set to undefined is removed.

export type RawRow = Record<string, unknown>;

/** 2025-09-30T12:00:00Z, the start of every row that is not given another. */
export const baseS = Date.UTC(2025, 8, 30, 12) / 1000;

/** A time as the API writes it: naive, to the second. */
export const naive = (epochS: number): string => new Date(epochS * 1000).toISOString().slice(0, 19);

/** A time with milliseconds and Z, as callbacks and campaign runs have. */
export const zulu = (epochS: number): string => new Date(epochS * 1000).toISOString();

/** A MongoDB ObjectId made at that second. */
export const objectIdAt = (epochS: number, ordinal = 1): string =>
  epochS.toString(16).padStart(8, '0') + ordinal.toString(16).padStart(16, 'a');

const conversationIdOf = (ordinal: number): string =>
  `c-${ordinal.toString(16).padStart(7, '0')}-1111-4222-8333-444455556666`;
export const botId = 'st-11111111-2222-5333-8444-555566667777';
export const automationBotId = 'st-99999999-2222-5333-8444-555566667777';
export const queueId = 'qu-1234567-1111-4222-8333-444455556666';
export const agents = {
  ada: { agentId: 'u-ada00000-1111-5222-8333-444455556666', name: 'Ada Sample', email: 'ada.sample@example.com' },
  ben: { agentId: 'u-ben00000-1111-5222-8333-444455556666', name: 'Ben Sample', email: 'ben.sample@example.com' },
  cy: { agentId: 'u-cy000000-1111-5222-8333-444455556666', name: 'Cy Sample', email: 'cy.sample@example.com' },
} as const;
export const customerPhone = '+12025550142';
export const centerPhone = '+12025550100';

function withOverrides(row: RawRow, overrides: RawRow): RawRow {
  const merged = { ...row, ...overrides };
  for (const [name, value] of Object.entries(merged)) if (value === undefined) delete merged[name];
  return merged;
}

type Agent = { agentId: string; name: string; email: string };

/** An accepted agent: assigned 12 s, accepted 15 s, ended 75 s and wrapped up 85 s after `enteredS`. */
export function answeredAgent(enteredS: number, agent: Agent = agents.ada, overrides: RawRow = {}): RawRow {
  return withOverrides(
    {
      agentId: agent.agentId,
      agentNotes: ['The customer asked about a bill.'],
      destinationType: 'AgentSegment',
      status: 'Answered',
      firstResponseTime: naive(enteredS + 19),
      firstResponseDuration: 4,
      interactionEndTime: naive(enteredS + 75),
      interactionDuration: 60,
      afterCallWorkDuration: 10,
      afterCallWorkEndTime: naive(enteredS + 85),
      ConsultingAgents: [],
      JoinedUsers: [],
      email: agent.email,
      name: agent.name,
      acceptedTime: naive(enteredS + 15),
      assignedAt: naive(enteredS + 12),
    },
    overrides,
  );
}

/** An agent who was asked and did not accept. */
export function ignoringAgent(assignedS: number, agent: Agent = agents.ben, overrides: RawRow = {}): RawRow {
  return withOverrides(
    {
      agentId: agent.agentId,
      agentNotes: [],
      destinationType: 'AgentSegment',
      email: agent.email,
      name: agent.name,
      assignedAt: naive(assignedS),
      nonResponseEvent: 'Ignored',
    },
    overrides,
  );
}

export function queueEntry(enteredS: number, overrides: RawRow = {}): RawRow {
  return withOverrides(
    {
      destinationType: 'QueueEntry',
      queueId,
      queueName: 'Billing',
      CallbackOpted: false,
      EnterTime: naive(enteredS),
      respondingAgent: answeredAgent(enteredS),
    },
    overrides,
  );
}

/** v2: a session that never left the bot. */
export function botOnlyRow(overrides: RawRow = {}, startedS = baseS): RawRow {
  return withOverrides(
    {
      sessionId: objectIdAt(startedS),
      channel: 'Web/Mobile Client',
      sessionStartTime: naive(startedS),
      sessionEndTime: naive(startedS + 11),
      botId,
      userId: 'u-00000001-1111-5222-8333-444455556666',
      channelSpecificUserId: 'visitor.one@example.com',
      orgId: 'o-00000001-1111-5222-8333-444455556666',
      smartStatus: 'CLOSED AT BOT',
      reason: '',
      disconnectingEvent: '',
      errorDetails: '',
      finalStatus: 'BotResolved',
      automationBotIDs: [automationBotId],
    },
    overrides,
  );
}

/** v2 of 2024: the bot-only shadow of an agent's conversation. */
export const shadowRow = (overrides: RawRow = {}, startedS = baseS): RawRow =>
  botOnlyRow(
    {
      channel: 'agentassist',
      channelSpecificUserId: `68000000000000000000aaaa/agentassist/${conversationIdOf(1)}`,
      automationBotIDs: undefined,
      ...overrides,
    },
    startedS,
  );

/** v2 of 2025: a call that one agent answered out of a queue. */
export function agentRow(overrides: RawRow = {}, startedS = baseS): RawRow {
  return withOverrides(
    {
      conversationId: conversationIdOf(1),
      sessionId: objectIdAt(startedS, 2),
      channel: 'Voice',
      isVoicemail: 'NO',
      Direction: 'Inbound',
      skills: [{ id: '68000000000000000000bbbb', name: 'Platinum' }],
      finalStatus: 'CLOSED',
      smartStatus: 'CLOSED',
      reason: 'Resolved',
      disconnectingEvent: 'Agent Hangup',
      errorDetails: '',
      botId,
      dispositions: ['Resolved'],
      dispositionRemarks: ['The bill was explained.'],
      metaInfo: {
        caller: customerPhone,
        callee: centerPhone,
        callerHost: '192.0.2.10',
        userId: 'u-00000002-1111-5222-8333-444455556666',
        dialedNumber: centerPhone,
        agentTransferConfig: {
          skillsIds: ['68000000000000000000bbbb'],
          overrideAgents: false,
          overrideValues: [],
          assistEvents: { startEvent: { isEnabled: false } },
          automationBotId,
          lastIntentName: 'Pay Bill',
          lastIntentuserInput: 'I want to pay my bill',
          dialog_tone: [],
        },
        workinghours: { workdays: 'mon,tue,wed,thu,fri', workstart: '8:00 AM', workend: '5:00 PM' },
        firstName: 'Profile',
        lastName: 'Person',
        identities: [{ val: 'cs-0/visitor', type: 'mapped' }],
        transcribeConfig: { transcribe: true },
      },
      customerinfo: {
        CustomerPhone: customerPhone,
        CenterPhone: centerPhone,
        CustomerFirstName: 'Casey',
        CustomerLastName: 'Caller',
        CustomerEmail: 'casey.caller@example.com',
      },
      sessionStartTime: naive(startedS),
      sessionEndTime: naive(startedS + 80),
      channelSpecificUserId: '68000000000000000000aaaa/korevg/caller-1',
      userId: 'u-00000002-1111-5222-8333-444455556666',
      destinations: [queueEntry(startedS + 10)],
      userleveltags: [],
      sessionleveltags: [
        { name: 'audioCodesCallDisconnect', value: '1' },
        { name: 'callerNumber', value: customerPhone },
      ],
    },
    overrides,
  );
}

/** v1: the same call as agentRow. Direction stands in customerinfo; no smartStatus, reason, consults or voicemail. */
export function v1AgentRow(overrides: RawRow = {}, startedS = baseS): RawRow {
  const row = agentRow({}, startedS);
  const responding = answeredAgent(startedS + 10, agents.ada, { ConsultingAgents: undefined, JoinedUsers: undefined });
  return withOverrides(row, {
    isVoicemail: undefined,
    Direction: undefined,
    smartStatus: undefined,
    reason: undefined,
    errorDetails: undefined,
    customerinfo: { ...(row.customerinfo as RawRow), Direction: 'Inbound' },
    destinations: [queueEntry(startedS + 10, { respondingAgent: responding })],
    csatScore: 4,
    surveyType: 'csat',
    csatFeedback: 'Friendly and quick',
    ...overrides,
  });
}

/** v2 of 2024: an outbound call; no queue name, no EnterTime, the two numbers swapped, `Reason` in upper case. */
export function outboundRow(overrides: RawRow = {}, startedS = baseS): RawRow {
  const row = agentRow(
    {
      Direction: 'Outbound',
      Reason: '',
      reason: undefined,
      errorDetails: undefined,
      metaInfo: {
        userId: 'u-00000003-1111-5222-8333-444455556666',
        caller: centerPhone,
        callee: customerPhone,
        countryCode: '1',
        dialedNumber: centerPhone,
        endUserNumber: customerPhone,
        agentTransferConfig: { overrideAgents: false },
      },
      customerinfo: {
        CustomerPhone: centerPhone,
        CenterPhone: customerPhone,
        CustomerFirstName: '',
        CustomerLastName: '',
        CustomerEmail: '',
      },
      channelSpecificUserId: undefined,
      destinations: [queueEntry(startedS, { queueName: undefined, EnterTime: undefined, CallbackOpted: undefined })],
    },
    startedS,
  );
  return withOverrides(row, overrides);
}

/** v2 of 2026: a campaign call that nobody answered. */
export const campaignRow = (overrides: RawRow = {}, startedS = baseS): RawRow =>
  outboundRow(
    {
      channel: 'campaign',
      dispositions: [],
      dispositionRemarks: [],
      destinations: [],
      campaigninfo: {
        campaignName: 'Autumn renewals',
        campaignId: 'cd-1',
        campaignInstanceId: 'cid-2',
        campaignDialingListId: 'cdl-3',
        attempt: 2,
        contactStatus: 'no-answer',
        campaignRunDate: zulu(startedS - 3600.5),
        contactListName: ['Renewals A'],
      },
      ...overrides,
    },
    startedS,
  );

/** v2: taken out of the queue by a supervisor and answered as the next destination. */
export const reassignedRow = (overrides: RawRow = {}, startedS = baseS): RawRow =>
  agentRow(
    {
      channel: 'Web/Mobile Client',
      destinations: [
        queueEntry(startedS + 10, {
          respondingAgent: undefined,
          nonRespondingAgents: [
            ignoringAgent(startedS + 12, agents.ben, { nonResponseEvent: 'Supervisor Reassigned' }),
          ],
        }),
        answeredAgent(startedS + 20, agents.ada),
      ],
      ...overrides,
    },
    startedS,
  );

/** v2: the customer took the offer of a callback, 25 s after entering, and it came 12 s later. */
export const callbackRow = (overrides: RawRow = {}, startedS = baseS): RawRow =>
  agentRow(
    {
      destinations: [
        queueEntry(startedS + 10, {
          CallbackOpted: true,
          CallbackOptedTime: zulu(startedS + 35.81),
          userCallbackAcceptTime: zulu(startedS + 47.589),
        }),
      ],
      ...overrides,
    },
    startedS,
  );

/** v2: offered to an agent who has not accepted yet. */
export const openRow = (overrides: RawRow = {}, startedS = baseS): RawRow =>
  agentRow(
    {
      finalStatus: 'TRANSIENT_OPEN',
      smartStatus: '',
      reason: '',
      disconnectingEvent: '',
      dispositions: [],
      dispositionRemarks: [],
      sessionEndTime: naive(startedS),
      destinations: [ignoringAgent(startedS, agents.ada, { nonResponseEvent: undefined })],
      ...overrides,
    },
    startedS,
  );

/** An answer of the API around rows. */
export const pageText = (rows: unknown[], numResults = rows.length): string =>
  JSON.stringify({ numResults, data: rows }, null, 4);
