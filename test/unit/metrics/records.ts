// Builders of made-up conversations for the metrics tests, and the hand-worked golden set. All times are on 30 September
// 2025, UTC, unless a record says otherwise.
import type { ConversationRecord, Destination, Offer } from '../../../main/model.ts';

const midnightS = Date.UTC(2025, 8, 30) / 1000;
export const dayFromS = midnightS;
export const dayToS = midnightS + 86_400;

/** Epoch seconds of a clock time on the day; `days` moves it. */
export const at = (clock: string, days = 0): number => {
  const [hours = 0, minutes = 0, seconds = 0] = clock.split(':').map(Number);
  return midnightS + days * 86_400 + hours * 3600 + minutes * 60 + seconds;
};

export const makeOffer = (fields: Partial<Offer> = {}): Offer => ({
  agentId: null,
  name: null,
  email: null,
  handled: false,
  assignedAtS: null,
  acceptedAtS: null,
  firstResponseAtS: null,
  firstResponseS: null,
  endedAtS: null,
  interactionS: null,
  holdS: null,
  acwS: null,
  acwEndedAtS: null,
  notes: [],
  nonResponseEvent: null,
  consults: [],
  joined: [],
  ...fields,
});

const names = { ana: 'Ana Example', ben: 'Ben Example', cleo: 'Cleo Example' };
type Agent = keyof typeof names;
const who = (agent: Agent): Partial<Offer> => ({ agentId: `u-${agent}`, name: names[agent] });

/** An accepted and ended assignment. */
export const accepted = (
  agent: Agent,
  assigned: number | null,
  acceptedAt: number,
  ended: number,
  fields: Partial<Offer> = {},
): Offer =>
  makeOffer({
    ...who(agent),
    handled: true,
    assignedAtS: assigned,
    acceptedAtS: acceptedAt,
    endedAtS: ended,
    ...fields,
  });

/** An assignment that was not accepted. */
export const missed = (agent: Agent, assigned: number | null, event: string | null): Offer =>
  makeOffer({ ...who(agent), assignedAtS: assigned, nonResponseEvent: event });

const makeDestination = (type: string, offers: Offer[], fields: Partial<Destination> = {}): Destination => ({
  type,
  queueId: null,
  queueName: null,
  enteredAtS: null,
  callbackOpted: null,
  callbackOptedAtMs: null,
  callbackAcceptedAtMs: null,
  offers,
  ...fields,
});

const queueNames: Record<string, string | null> = { 'qu-1': 'Sales', 'qu-2': 'Help', 'qu-3': null };
export const queueEntry = (
  queueId: string,
  enteredAtS: number | null,
  offers: Offer[] = [],
  fields: Partial<Destination> = {},
): Destination =>
  makeDestination('QueueEntry', offers, {
    queueId,
    queueName: enteredAtS === null ? null : (queueNames[queueId] ?? null),
    enteredAtS,
    ...fields,
  });
export const agentSegment = (offer: Offer): Destination => makeDestination('AgentSegment', [offer]);

let lastKey = 0;
export const makeRecord = (fields: Partial<ConversationRecord> = {}): ConversationRecord => {
  lastKey += 1;
  return {
    key: `c-${lastKey}`,
    conversationId: `c-${lastKey}`,
    sessionId: null,
    startedAtS: at('09:00:00'),
    endedAtS: null,
    channel: 'Voice',
    direction: 'Inbound',
    finalStatus: 'CLOSED',
    smartStatus: null,
    reason: null,
    disconnectingEvent: null,
    isVoicemail: null,
    botId: 'st-1',
    automationBotIds: [],
    userId: null,
    channelSpecificUserId: null,
    customerPhone: null,
    centerPhone: null,
    customerFirstName: null,
    customerLastName: null,
    customerEmail: null,
    skills: [],
    dispositions: [],
    dispositionRemarks: [],
    lastIntentName: null,
    surveyType: null,
    csatScore: null,
    npsScore: null,
    likeDislikeScore: null,
    csatFeedback: null,
    userTags: [],
    sessionTags: [],
    campaign: null,
    destinations: [],
    isShadow: false,
    isOpen: false,
    ...fields,
  };
};

const chat = 'Web/Mobile Client';
const consult = {
  agentId: null,
  name: '+1 202 555 0143',
  email: null,
  assignedAtS: null,
  acceptedAtS: null,
  endedAtS: null,
  isMerged: null,
};

/** The golden set: one record for each trap of the data. Durations are chosen so that each figure can be worked by hand. */
export const golden = {
  // Hold lies inside the interaction: handle time 104 (not 161), talk 104 - 57 = 47. No after-call work in the data.
  holdInside: makeRecord({
    destinations: [
      queueEntry('qu-1', at('09:00:05'), [
        accepted('ana', at('09:00:10'), at('09:00:20'), at('09:02:04'), { interactionS: 104, holdS: 57 }),
      ]),
    ],
  }),
  // A consult of an outside number that never answered is still a consult.
  consulted: makeRecord({
    destinations: [
      queueEntry('qu-1', at('12:37:11'), [
        accepted('ana', at('12:37:16'), at('12:37:20'), at('12:38:09'), {
          interactionS: 49,
          acwS: 4,
          consults: [consult],
        }),
      ]),
    ],
  }),
  // Callback times are milliseconds on another clock: they enter no duration. Ring 12:05:00 - 12:04:48 = 12.
  callback: makeRecord({
    disconnectingEvent: 'Bot Hangup',
    destinations: [
      queueEntry(
        'qu-1',
        at('12:04:23'),
        [accepted('ana', at('12:04:48'), at('12:05:00'), at('12:06:10'), { interactionS: 70, acwS: 3 })],
        {
          callbackOpted: true,
          callbackOptedAtMs: at('12:04:48') * 1000 + 810,
          callbackAcceptedAtMs: at('12:05:00') * 1000 + 589,
        },
      ),
    ],
  }),
  // A supervisor moved the waiting chat from Ana to Ben. Answered after 15:30:45 - 15:30:23 = 22 s, in Ana's queue entry.
  reassigned: makeRecord({
    channel: chat,
    destinations: [
      queueEntry('qu-1', at('15:30:23'), [missed('ana', at('15:30:35'), 'Supervisor Reassigned')]),
      agentSegment(accepted('ben', at('15:30:42'), at('15:30:45'), at('15:31:00'), { interactionS: 15, acwS: 32 })),
    ],
  }),
  // The agent-assist shadow of another call; its survey must not count either.
  shadow: makeRecord({
    conversationId: null,
    channel: 'agentassist',
    finalStatus: 'BotResolved',
    isShadow: true,
    surveyType: 'csat',
    csatScore: 1,
  }),
  // Three times ignored by the same agent, who then takes it: four offers. Wait 10:01:10 - 10:00:00 = 70.
  ignoredThrice: makeRecord({
    destinations: [
      queueEntry('qu-1', at('10:00:00'), [
        missed('ben', at('10:00:05'), 'Ignored'),
        missed('ben', at('10:00:25'), 'Ignored'),
        missed('ben', at('10:00:45'), 'Ignored'),
      ]),
      agentSegment(accepted('ben', at('10:01:05'), at('10:01:10'), at('10:03:10'), { interactionS: 120, acwS: 10 })),
    ],
  }),
  // Cleo takes her own chat up again: two segments, one conversation, no transfer.
  rePicked: makeRecord({
    channel: chat,
    destinations: [
      queueEntry('qu-2', at('11:00:00'), [
        accepted('cleo', at('11:00:05'), at('11:00:10'), at('11:05:10'), {
          interactionS: 300,
          acwS: 20,
          firstResponseS: 8,
        }),
      ]),
      agentSegment(accepted('cleo', at('11:06:00'), at('11:06:00'), at('11:07:00'), { interactionS: 60, acwS: 0 })),
    ],
  }),
  // Straight to an agent, then to another one: no queue for either.
  transferred: makeRecord({
    channel: 'Jones',
    destinations: [
      agentSegment(accepted('ana', at('17:26:54'), at('17:26:54'), at('17:27:28'), { interactionS: 33 })),
      agentSegment(
        accepted('cleo', at('17:27:29'), at('17:27:33'), at('17:36:43'), { interactionS: 550, firstResponseS: 11 }),
      ),
    ],
  }),
  // Ben transfers to a queue, where the customer hangs up 10 s after Cleo's phone began to ring.
  leftWhileRinging: makeRecord({
    endedAtS: at('13:05:00'),
    disconnectingEvent: 'User Hangup',
    destinations: [
      queueEntry('qu-1', at('13:00:00'), [
        accepted('ben', at('13:00:02'), at('13:00:06'), at('13:04:06'), { interactionS: 240, holdS: 30, acwS: 60 }),
      ]),
      queueEntry('qu-2', at('13:04:07'), [missed('cleo', at('13:04:50'), null)]),
    ],
  }),
  voicemail: makeRecord({
    startedAtS: at('08:00:00'),
    endedAtS: at('08:01:00'),
    isVoicemail: true,
    destinations: [queueEntry('qu-1', at('08:00:00'))],
  }),
  // Surveys of customers no agent reached: for the queue and the bot, never for an agent.
  npsWithoutAgent: makeRecord({
    channel: chat,
    endedAtS: at('13:02:39'),
    disconnectingEvent: 'System Hangup',
    surveyType: 'nps',
    npsScore: 2,
    destinations: [queueEntry('qu-2', at('13:02:28'))],
  }),
  csatWithoutAgent: makeRecord({
    channel: chat,
    endedAtS: at('13:00:36'),
    disconnectingEvent: 'System Hangup',
    surveyType: 'csat',
    csatScore: 4,
    destinations: [queueEntry('qu-2', at('13:00:20'))],
  }),
  open: makeRecord({
    channel: chat,
    finalStatus: 'TRANSIENT_OPEN',
    isOpen: true,
    destinations: [agentSegment(missed('ana', at('17:12:11'), null))],
  }),
  // Called closed, but Ben's segment has not ended: open all the same.
  openWithoutEnd: makeRecord({
    destinations: [
      queueEntry('qu-1', at('20:00:00'), [
        makeOffer({ ...who('ben'), handled: true, assignedAtS: at('20:00:02'), acceptedAtS: at('20:00:05') }),
      ]),
    ],
  }),
  botOnly: makeRecord({
    conversationId: null,
    channel: chat,
    finalStatus: 'BotResolved',
    surveyType: 'likeDislike',
    likeDislikeScore: 1,
  }),
  leftBeforeQueue: makeRecord({ finalStatus: 'USER ABANDONED', disconnectingEvent: 'User Hangup' }),
  // Outbound: no entry time, no queue name, its offer is in no rate, first response on a call is not reported.
  outbound: makeRecord({
    startedAtS: at('02:02:10'),
    direction: 'Outbound',
    destinations: [
      queueEntry('qu-1', null, [
        accepted('ben', at('02:02:10'), at('02:02:11'), at('02:02:43'), {
          interactionS: 32,
          acwS: 18,
          firstResponseS: 8,
        }),
      ]),
    ],
  }),
  // A dialled campaign call: no assignment time. "Abandoned with agent" is an answered call.
  campaign: makeRecord({
    channel: 'campaign',
    direction: 'Outbound',
    finalStatus: 'USER ABANDONED',
    smartStatus: 'ABANDONED WITH AGENT',
    destinations: [
      queueEntry('qu-3', null, [
        accepted('cleo', null, at('13:50:32'), at('13:51:06'), { interactionS: 34, holdS: 15, acwS: 4 }),
      ]),
    ],
  }),
  rejected: makeRecord({
    channel: chat,
    surveyType: 'csat',
    csatScore: 5,
    destinations: [
      queueEntry('qu-2', at('14:00:00'), [
        accepted('cleo', at('14:00:20'), at('14:00:26'), at('14:10:26'), {
          interactionS: 600,
          acwS: 30,
          firstResponseS: 12,
        }),
        missed('ana', at('14:00:05'), 'Rejected'),
      ]),
    ],
  }),
  // No event and nobody hung up: unknown, which widens the no-answer interval. Wait 04:31:58 - 04:27:41 = 257.
  unknownEvent: makeRecord({
    endedAtS: at('04:31:58'),
    disconnectingEvent: 'Bot Hangup',
    destinations: [queueEntry('qu-1', at('04:27:41'), [missed('ben', at('04:27:41'), null)])],
  }),
  // Offered and surveyed on the day, ended on the next: the segment belongs to the next day.
  endsNextDay: makeRecord({
    startedAtS: at('23:58:00'),
    surveyType: 'nps',
    npsScore: 9,
    destinations: [
      queueEntry('qu-1', at('23:58:30'), [
        accepted('ana', at('23:58:50'), at('23:59:00'), at('00:05:00', 1), { interactionS: 360, acwS: 10 }),
      ]),
    ],
  }),
  // The other way round: only the segment is the day's.
  beganDayBefore: makeRecord({
    startedAtS: at('23:50:00', -1),
    surveyType: 'csat',
    csatScore: 2,
    destinations: [
      queueEntry('qu-1', at('23:50:05', -1), [
        accepted('ana', at('23:50:10', -1), at('23:50:15', -1), at('00:02:15'), { interactionS: 720, acwS: 15 }),
      ]),
    ],
  }),
  // No duration in the data: 16:02:30 - 16:00:00 = 150. Negative work and a ring of -1 s are left out.
  negativeWork: makeRecord({
    channel: chat,
    surveyType: 'likeDislike',
    likeDislikeScore: 0,
    destinations: [
      queueEntry('qu-2', at('15:59:50'), [
        accepted('ben', at('16:00:01'), at('16:00:00'), at('16:02:30'), { acwS: -3, firstResponseS: 20 }),
      ]),
    ],
  }),
  // More hold than interaction: talk is 0, and it is noted.
  holdTooLong: makeRecord({
    destinations: [
      queueEntry('qu-2', at('18:59:55'), [
        accepted('cleo', at('19:00:00'), at('19:00:07'), at('19:00:27'), { interactionS: 20, holdS: 25, acwS: 5 }),
      ]),
    ],
  }),
  // Work only as an end time: 21:01:48 + 40 s.
  workByEndTime: makeRecord({
    surveyType: 'nps',
    npsScore: 10,
    destinations: [
      queueEntry('qu-1', at('20:59:58'), [
        accepted('ana', at('21:00:00'), at('21:00:08'), at('21:01:48'), {
          interactionS: 100,
          holdS: 0,
          acwEndedAtS: at('21:02:28'),
        }),
      ]),
    ],
  }),
  // Nobody in the first queue, answered in the second.
  flowOut: makeRecord({
    surveyType: 'nps',
    npsScore: 7,
    destinations: [
      queueEntry('qu-1', at('18:00:00')),
      queueEntry('qu-2', at('18:02:00'), [
        accepted('ben', at('18:02:05'), at('18:02:10'), at('18:03:10'), { interactionS: 60, acwS: 5 }),
      ]),
    ],
  }),
  scoreOffScale: makeRecord({
    channel: chat,
    surveyType: 'csat',
    csatScore: 7,
    destinations: [
      queueEntry('qu-2', at('22:00:00'), [
        accepted('cleo', at('22:00:02'), at('22:00:05'), at('22:01:35'), {
          interactionS: 90,
          acwS: 10,
          firstResponseS: 30,
        }),
      ]),
    ],
  }),
  // A duration that cannot be: handled, but in no time.
  negativeInteraction: makeRecord({
    channel: chat,
    destinations: [
      queueEntry('qu-2', at('22:30:00'), [
        accepted('ana', null, at('22:30:10'), at('22:30:05'), { interactionS: -5, acwS: 2, firstResponseS: -5 }),
      ]),
    ],
  }),
};
export const goldenRecords: ConversationRecord[] = Object.values(golden);
