// Random conversations for the property tests: every combination of shapes, sensible or not.
import fc from 'fast-check';
import type { ConversationRecord } from '../../../main/model.ts';
import { agentSegment, at, makeOffer, makeRecord, queueEntry } from './records.ts';

const dayS = 86_400;
const instant = fc.integer({ min: at('00:00:00') - dayS, max: at('00:00:00') + 2 * dayS });
const maybe = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(arbitrary, { nil: null });
const duration = maybe(fc.integer({ min: -5, max: 900 }));

const offer = fc
  .record({
    agentId: maybe(fc.constantFrom('u-ana', 'u-ben', 'u-cleo')),
    name: maybe(fc.constantFrom('Ana', 'Ben', 'Cleo', 'Ana (new)')),
    handled: fc.boolean(),
    assignedAtS: maybe(instant),
    acceptedAtS: maybe(instant),
    // An end is nearly always there, or most records would be open.
    endedAtS: fc.option(instant, { nil: null, freq: 20 }),
    firstResponseS: duration,
    interactionS: duration,
    holdS: duration,
    acwS: duration,
    acwEndedAtS: maybe(instant),
    firstResponseAtS: maybe(instant),
    consults: fc.array(
      fc.record({
        agentId: maybe(fc.constantFrom('u-ana', 'u-ben')),
        name: maybe(fc.constantFrom('Ana', 'Ben')),
        email: fc.constant(null),
        assignedAtS: fc.constant(null),
        acceptedAtS: maybe(instant),
        endedAtS: maybe(instant),
        isMerged: maybe(fc.boolean()),
      }),
      { maxLength: 2 },
    ),
    nonResponseEvent: maybe(fc.constantFrom('Ignored', 'Supervisor Reassigned', 'Rejected', 'Something new')),
  })
  .map(makeOffer);

const codeLists: string[][] = [[], ['DROP-OFF'], ['Solved'], ['DROP-OFF', 'Solved']];
const remarkLists: string[][] = [[], ['-'], ['called back']];
const botLists: string[][] = [[], ['st-9']];

const destination = fc.oneof(
  fc
    .record({
      queueId: fc.constantFrom('qu-1', 'qu-2', 'qu-3'),
      enteredAtS: maybe(instant),
      offers: fc.array(offer, { maxLength: 3 }),
      callbackOpted: maybe(fc.boolean()),
      callbackOptedAtMs: maybe(instant.map((seconds) => seconds * 1000)),
      callbackAcceptedAtMs: maybe(instant.map((seconds) => seconds * 1000)),
    })
    .map(({ queueId, enteredAtS, offers, ...callback }) => queueEntry(queueId, enteredAtS, offers, callback)),
  offer.map(agentSegment),
  offer.map((only) => ({ ...agentSegment(only), type: 'SomethingNew' })),
);

export const arbitraryRecord: fc.Arbitrary<ConversationRecord> = fc
  .record({
    startedAtS: instant,
    endedAtS: maybe(instant),
    channel: fc.constantFrom('Voice', 'korevg', 'Web/Mobile Client', null),
    direction: fc.constantFrom('Inbound', 'Outbound', null),
    finalStatus: fc.constantFrom('CLOSED', 'USER ABANDONED', 'BotResolved', null),
    smartStatus: fc.constantFrom('ABANDONED', 'ABANDONED WITH AGENT', null, null),
    automationBotIds: fc.constantFrom(...botLists),
    customerPhone: fc.constantFrom('+1 202 555 0101', '0012025550101', '2025550101', null),
    customerEmail: fc.constantFrom('casey@example.com', ' Casey@Example.com', 'none', null),
    channelSpecificUserId: fc.constantFrom('cs-1', null),
    lastIntentName: fc.constantFrom('Billing', 'Delivery', null),
    dispositions: fc.constantFrom(...codeLists),
    dispositionRemarks: fc.constantFrom(...remarkLists),
    disconnectingEvent: fc.constantFrom('User Hangup', 'Agent Hangup', null),
    isVoicemail: maybe(fc.boolean()),
    botId: fc.constantFrom('st-1', 'st-2', null),
    surveyType: fc.constantFrom('csat', 'nps', 'likeDislike', 'other', null),
    csatScore: maybe(fc.integer({ min: 0, max: 6 })),
    npsScore: maybe(fc.integer({ min: -1, max: 11 })),
    likeDislikeScore: maybe(fc.integer({ min: 0, max: 2 })),
    destinations: fc.array(destination, { maxLength: 4 }),
    isShadow: fc.constantFrom(false, false, false, false, true),
    isOpen: fc.constantFrom(false, false, false, false, true),
    isBotOnly: fc.constantFrom(false, false, true),
    lengthS: fc.integer({ min: -1, max: 30 }),
  })
  .map(({ isBotOnly, lengthS, ...fields }) =>
    // Short bot sessions are common, and a random end would nearly never make one.
    isBotOnly
      ? makeRecord({ ...fields, conversationId: null, destinations: [], endedAtS: fields.startedAtS + lengthS })
      : makeRecord(fields),
  );
