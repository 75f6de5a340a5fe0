// The second hand-worked set: queues, callbacks, bots, repeat contacts and working time, one record for each edge.
import type { ConversationRecord, Destination } from '../../../main/model.ts';
import { accepted, agentSegment, at, makeOffer, makeRecord, missed, queueEntry } from './records.ts';

const chat = 'Web/Mobile Client';
const one = (entry: Destination, fields: Partial<ConversationRecord> = {}): ConversationRecord =>
  makeRecord({ destinations: [entry], ...fields });
/** Entered qu-1 at the hour, answered `waitS` later, for a minute. */
const answered = (
  hour: string,
  waitS: number,
  fields: Partial<ConversationRecord> = {},
  entry: Partial<Destination> = {},
) => {
  const enteredAtS = at(`${hour}:00:00`);
  const acceptedAtS = enteredAtS + waitS;
  return one(queueEntry('qu-1', enteredAtS, [accepted('ana', null, acceptedAtS, acceptedAtS + 60)], entry), fields);
};
const left = (hour: string, waitS: number | null, fields: Partial<ConversationRecord> = {}) => {
  const enteredAtS = at(`${hour}:00:00`);
  const endedAtS = waitS === null ? null : enteredAtS + waitS;
  return one(queueEntry('qu-1', enteredAtS), { endedAtS, disconnectingEvent: 'User Hangup', ...fields });
};

export const queueGolden = {
  // Exactly 20 s is in time on a call, 21 s is not; on a chat the limit is 60 s.
  call20: answered('01', 20, {}, { callbackOpted: false }),
  call21: answered('02', 21, {}, { callbackOpted: false }),
  chat60: answered('03', 60, { channel: chat }, { callbackOpted: false }),
  chat61: answered('04', 61, { channel: chat }),
  // Moved by a supervisor: one offer not accepted, answered after 22 s by the next destination.
  moved: makeRecord({
    destinations: [
      queueEntry('qu-1', at('05:00:00'), [missed('ana', at('05:00:10'), 'Supervisor Reassigned')]),
      agentSegment(accepted('ben', null, at('05:00:22'), at('05:01:22'))),
    ],
  }),
  // 4 s is short on a call, 5 s is not; no abandon of a chat is short; an unknown wait is never short.
  left4: left('06', 4),
  left5: left('07', 5),
  leftChat1: left('08', 1, { channel: chat }),
  leftUnknown: left('09', null),
  // Ended by the system after two ignored offers.
  terminated: one(
    queueEntry('qu-1', at('10:00:00'), [
      missed('ana', at('10:00:05'), 'Ignored'),
      missed('ben', at('10:00:20'), 'Ignored'),
    ]),
    { endedAtS: at('10:00:40'), disconnectingEvent: 'System Hangup' },
  ),
  // Called back after 27.5 s; and never called back.
  calledBack: answered(
    '11',
    30,
    {},
    {
      callbackOpted: true,
      callbackOptedAtMs: at('11:00:05') * 1000,
      callbackAcceptedAtMs: at('11:00:32') * 1000 + 500,
    },
  ),
  notCalledBack: left('12', 90),
  voicemail: left('13', 30, { isVoicemail: true }),
  // Nobody in qu-1, answered in qu-2 after 10 s.
  flowedOut: makeRecord({
    destinations: [
      queueEntry('qu-1', at('14:00:00')),
      queueEntry('qu-2', at('14:01:00'), [accepted('ben', null, at('14:01:10'), at('14:02:10'))]),
    ],
  }),
  leftWithAgent: answered('15', 5, { smartStatus: 'ABANDONED WITH AGENT', disconnectingEvent: 'User Hangup' }),
  // Answered, but nobody wrote down when: in the denominator of the service level, not in time, in no mean.
  unknownWait: one(
    queueEntry('qu-1', at('16:00:00'), [
      makeOffer({ agentId: 'u-ana', name: 'Ana Example', handled: true, endedAtS: at('16:05:00'), interactionS: 200 }),
    ]),
  ),
  // Answered after 10 s, then handed to another agent.
  passedOn: makeRecord({
    destinations: [
      queueEntry('qu-1', at('17:00:00'), [accepted('ana', null, at('17:00:10'), at('17:01:00'))]),
      agentSegment(accepted('ben', null, at('17:01:05'), at('17:02:00'))),
    ],
  }),
  // Not offered: dialled; left before any queue; not over yet.
  outbound: one(queueEntry('qu-1', null, [accepted('ana', null, at('18:00:00'), at('18:01:00'))]), {
    direction: 'Outbound',
  }),
  beforeQueue: makeRecord({ finalStatus: 'USER ABANDONED', automationBotIds: ['st-1'] }),
  open: one(queueEntry('qu-1', at('19:00:00')), { isOpen: true, finalStatus: 'TRANSIENT_OPEN' }),
};
queueGolden.notCalledBack.destinations[0] = queueEntry('qu-1', at('12:00:00'), [], {
  callbackOpted: true,
  callbackOptedAtMs: at('12:00:20') * 1000,
});

/** A conversation that Ana ends at a clock time of the day. */
const ended = (clock: string, fields: Partial<ConversationRecord>, days = 0): ConversationRecord =>
  makeRecord({
    startedAtS: at(clock, days) - 120,
    destinations: [
      queueEntry('qu-1', at(clock, days) - 100, [accepted('ana', null, at(clock, days) - 60, at(clock, days))]),
    ],
    ...fields,
  });
const inQueue2 = (record: ConversationRecord): ConversationRecord => ({
  ...record,
  destinations: record.destinations.map((stop) => ({ ...stop, queueId: 'qu-2', queueName: 'Help' })),
});

export const repeatGolden = {
  // Back after three days about the same: repeated. The number is written in two ways.
  first: ended('09:00:00', { customerPhone: '+1 (202) 555-0101', lastIntentName: 'Billing' }),
  second: ended('09:00:00', { customerPhone: '0012025550101', lastIntentName: 'Billing' }, 3),
  // Dropped: the next begins 90 s after the end. That one is handled on the day too, and nothing follows it.
  dropped: ended('10:00:00', { customerEmail: 'Casey@example.com' }),
  reconnected: ended('10:03:30', { customerEmail: 'casey@example.com' }),
  // A call with nothing but the channel's user id, new for each call: unidentified.
  unidentified: ended('11:00:00', { channelSpecificUserId: 'acc/korevg/1' }),
  // Back in another queue about something else: repeated, but not in the strict sense.
  other: ended('12:00:00', { customerPhone: '+12025550102', lastIntentName: 'Billing' }),
  otherAgain: inQueue2(ended('12:00:00', { customerPhone: '+12025550102', lastIntentName: 'Delivery' }, 2)),
  // The window ends after exactly 7 days: 604,800 s is in it, a second later is not. Starts are 120 s before the ends.
  atTheEdge: ended('13:00:00', { customerPhone: '+12025550103' }),
  onTheEdge: ended('13:02:00', { customerPhone: '+12025550103' }, 7),
  pastTheEdge: ended('14:00:00', { customerPhone: '+12025550104' }),
  overTheEdge: ended('14:02:01', { customerPhone: '+12025550104' }, 7),
};

const bot = (clock: string, lengthS: number, fields: Partial<ConversationRecord> = {}): ConversationRecord =>
  makeRecord({
    conversationId: null,
    channel: chat,
    finalStatus: 'BotResolved',
    startedAtS: at(clock),
    endedAtS: at(clock) + lengthS,
    ...fields,
  });
export const botGolden = {
  // Contained, and never seen again.
  contained: bot('09:00:00', 60, { customerEmail: 'a@example.com' }),
  // Under 10 s: contained, but resolved nothing.
  micro: bot('09:10:00', 8, { customerEmail: 'b@example.com' }),
  // Contained for 23 hours: the customer comes back to an agent the next day.
  returned: bot('09:20:00', 120, { customerEmail: 'c@example.com' }),
  comeback: ended('08:24:00', { customerEmail: 'c@example.com' }, 1),
  escalated: makeRecord({
    automationBotIds: ['st-1'],
    destinations: [queueEntry('qu-1', at('10:00:00'), [accepted('ana', null, at('10:00:09'), at('10:01:09'))])],
  }),
  notServed: left('11', 30, { automationBotIds: ['st-1'] }),
  beforeQueue: makeRecord({ finalStatus: 'USER ABANDONED', automationBotIds: ['st-1'] }),
  shadow: bot('12:00:00', 0, { channel: 'agentassist', isShadow: true }),
  // Neither is a bot session: dialled, and straight to an agent.
  dialled: makeRecord({ direction: 'Outbound', automationBotIds: ['st-1'] }),
  straight: ended('13:00:00', {}),
};

/** Ana's day: two chats that overlap by five minutes, and a call. */
export const dayGolden = {
  chatA: makeRecord({
    channel: chat,
    destinations: [
      agentSegment(
        accepted('ana', at('09:59:50'), at('10:00:00'), at('10:10:00'), { acwEndedAtS: at('10:11:00'), acwS: 60 }),
      ),
    ],
  }),
  chatB: makeRecord({
    channel: chat,
    destinations: [agentSegment(accepted('ana', null, at('10:05:00'), at('10:15:00')))],
  }),
  call: makeRecord({ destinations: [agentSegment(accepted('ana', null, at('12:00:00'), at('12:05:00')))] }),
};
