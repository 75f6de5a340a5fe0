// What metrics count of a queue entry and of a whole conversation: offered or not, how it ended, how long it took, who the
// customer was. Pure. May import the model, outcomes.ts and channels.ts.
// Source of the rules: metrics definitions, sections 1 (ENTRY, CONV) and 2.3 to 2.5.
import type { ConversationRecord, Destination, Offer } from '../model.ts';
import { isVoiceChannel } from './channels.ts';
import type { ConversationTraits, FactOwner } from './facts.ts';
import { classifyEntry, type EntryOutcome, findAnsweringOffer } from './outcomes.ts';
import { microSessionS, type Repairs } from './repairs.ts';

export type EntryFact = FactOwner & {
  /** The time the entry counts at. UTC epoch seconds; null on outbound rows, which are not offered. */
  enteredAtS: number | null;
  /** Inbound, with an entry time, not open. */
  isOffered: boolean;
  isVoice: boolean;
  outcome: EntryOutcome;
  waitS: number | null;
  /** The customer hung up while an agent had the conversation: answered, never an abandon of ours. */
  isAbandonedWithAgent: boolean;
  /** Answered, and then moved on to another agent or queue. */
  isTransferred: boolean;
  /** Offers to agents for this entry, those after a reassignment too, and how many of them were accepted. */
  offers: number;
  acceptedOffers: number;
  /** Null where the API does not say, which is not false. */
  callbackOpted: boolean | null;
  callbackOptedAtMs: number | null;
  callbackAcceptedAtMs: number | null;
};

export type ConversationFact = FactOwner & {
  key: string;
  startedAtS: number;
  /** End of the last segment, else the session's end, else its start. */
  endedAtS: number;
  isInbound: boolean;
  hasAgent: boolean;
  isTransferred: boolean;
  /** When the last queue of an inbound conversation was entered; null when it entered none. */
  enteredAtS: number | null;
  isVoicemail: boolean;
  hasSurvey: boolean;
  /** Channel and bot: where surveys run is told by where any came in. */
  place: string;
  customerKey: string | null;
  intent: string | null;
  queueIds: readonly string[];
  /** A disposition that an agent chose; a DROP-OFF with the remark "-" is the system's. */
  hasAgentCode: boolean;
  isPreQueueAbandon: boolean;
  bot: BotFact | null;
};

export type BotFact = {
  /** No agent, no queue. Not the same as resolved. */
  isContained: boolean;
  isMicro: boolean;
  isEscalated: boolean;
  /** Escalated, and an agent accepted. */
  isServed: boolean;
  /** Only of contained sessions; null when unknown or negative. */
  lengthS: number | null;
};

/** Rows without a direction are inbound only if the customer entered a queue (section 1, `inbound`). */
const isInboundEntry = (record: ConversationRecord, entry: Destination): boolean =>
  record.direction === null ? entry.enteredAtS !== null : record.direction.toLowerCase() === 'inbound';

/** No conversation, no destination: nobody but the bot. */
export const isBotOnly = (record: ConversationRecord): boolean =>
  record.conversationId === null && record.destinations.length === 0;

/** A bot-only session too short to have resolved anything (fact 7). Unknown length is not short. */
export const isMicroSession = (record: ConversationRecord): boolean =>
  isBotOnly(record) &&
  record.endedAtS !== null &&
  record.endedAtS >= record.startedAtS &&
  record.endedAtS - record.startedAtS < microSessionS;

/** A telephone number in E.164 form, or null: without a country code the same digits can be two people. */
const toE164 = (phone: string | null): string | null => {
  const digits = (phone ?? '').replace(/[\s().\-/]/g, '').replace(/^00/, '+');
  return /^\+[1-9]\d{6,14}$/.test(digits) ? digits : null;
};

/**
 * Who the customer is, for repeat contacts: E.164 number, else e-mail, else the channel's user id; null when unidentified.
 * On calls the channel's user id is new for each call (as userId is), so it identifies nobody there.
 */
export const findCustomerKey = (record: ConversationRecord): string | null => {
  const phone = toE164(record.customerPhone);
  if (phone !== null) return `tel:${phone}`;
  const email = record.customerEmail?.trim().toLowerCase();
  if (email?.includes('@')) return `mailto:${email}`;
  const userId = record.channelSpecificUserId?.trim();
  return userId && !isVoiceChannel(record.channel) ? `user:${userId}` : null;
};

/** Stands for the DROP-OFF with the remark "-", which no agent chose. */
export const systemDisposition = '(system)';

const normalDirection = (direction: string): string =>
  ['Inbound', 'Outbound'].find((known) => known.toLowerCase() === direction.toLowerCase()) ?? direction;

export const describeTraits = (record: ConversationRecord): ConversationTraits => {
  const { direction, destinations, dispositions, dispositionRemarks } = record;
  const codes = dispositions.map((code, index) =>
    /^drop-off$/i.test(code.trim()) && dispositionRemarks[index]?.trim() === '-' ? systemDisposition : code.trim(),
  );
  const hasEntered = destinations.some(({ type, enteredAtS }) => type === 'QueueEntry' && enteredAtS !== null);
  return {
    key: record.key,
    channel: record.channel?.trim() || null,
    direction: direction === null ? (hasEntered ? 'Inbound' : null) : normalDirection(direction.trim()),
    intent: record.lastIntentName?.trim() || null,
    dispositions: [...new Set(codes.filter((code) => code !== ''))],
  };
};

const noStaff = { agentId: null, agentName: null, queueId: null, queueName: null, botId: null };

/** The facts of every queue entry, offered or not, in order. `isMovedOn` says whether a segment was transferred out. */
export const describeEntries = (
  record: ConversationRecord,
  traits: ConversationTraits,
  owningEntries: readonly (number | null)[],
  repairs: Repairs,
  isMovedOn: (offer: Offer) => boolean,
): EntryFact[] => {
  const { destinations } = record;
  const lastEntry = destinations.findLastIndex(({ type }) => type === 'QueueEntry');
  return destinations.flatMap((entry, index): EntryFact[] => {
    if (entry.type !== 'QueueEntry') return [];
    const isRepaired = repairs.reassignments === 'repaired';
    const { outcome, waitS } = classifyEntry(record, index, isRepaired);
    const isAnswered = outcome === 'answered' || outcome === 'reassigned-answered';
    const answer = isAnswered ? findAnsweringOffer(destinations, index) : null;
    const offers = destinations.filter((_, at) => owningEntries[at] === index).flatMap((stop) => stop.offers);
    return [
      {
        traits,
        ...noStaff,
        queueId: entry.queueId,
        queueName: entry.queueName,
        botId: record.botId,
        enteredAtS: entry.enteredAtS,
        isOffered: isInboundEntry(record, entry) && entry.enteredAtS !== null && outcome !== 'open',
        isVoice: isVoiceChannel(record.channel),
        outcome,
        waitS,
        isAbandonedWithAgent:
          isAnswered && index === lastEntry && /abandoned with agent/i.test(record.smartStatus ?? ''),
        isTransferred: answer !== null && isMovedOn(answer),
        offers: offers.length,
        acceptedOffers: offers.filter((offer) => offer.handled).length,
        callbackOpted: entry.callbackOpted,
        callbackOptedAtMs: entry.callbackOptedAtMs,
        callbackAcceptedAtMs: entry.callbackAcceptedAtMs,
      },
    ];
  });
};

/** Bot sessions are bot-only, or were handed on by an automation bot; outbound and direct-to-agent are none. */
const describeBot = (record: ConversationRecord, hasAgent: boolean): BotFact | null => {
  const isContained = isBotOnly(record);
  if (record.direction?.toLowerCase() === 'outbound') return null;
  if (!isContained && record.automationBotIds.length === 0) return null;
  const lengthS = isContained && record.endedAtS !== null ? record.endedAtS - record.startedAtS : null;
  return {
    isContained,
    isMicro: isMicroSession(record),
    isEscalated: record.conversationId !== null,
    isServed: record.conversationId !== null && hasAgent,
    lengthS: lengthS !== null && lengthS >= 0 ? lengthS : null,
  };
};

/** The facts of a closed conversation as a whole. `segments` are its handled segments, in the API's order. */
export const describeConversation = (
  record: ConversationRecord,
  traits: ConversationTraits,
  segments: readonly (FactOwner & { endedAtS: number; isTransferredOut: boolean })[],
  hasSurvey: boolean,
): ConversationFact => {
  const last = segments.at(-1);
  const entries = record.destinations.filter(({ type }) => type === 'QueueEntry');
  const lastEntry = entries.at(-1);
  const queue = last?.queueId != null ? last : lastEntry;
  const isInbound =
    record.direction === null
      ? entries.some((entry) => entry.enteredAtS !== null)
      : record.direction.toLowerCase() === 'inbound';
  const hasAgent = last !== undefined;
  const lastEndS = segments.reduce<number | null>((end, { endedAtS }) => Math.max(end ?? endedAtS, endedAtS), null);
  return {
    traits,
    agentId: last?.agentId ?? null,
    agentName: last?.agentName ?? null,
    queueId: queue?.queueId ?? null,
    queueName: queue?.queueName ?? null,
    botId: record.botId,
    key: record.key,
    startedAtS: record.startedAtS,
    endedAtS: lastEndS ?? record.endedAtS ?? record.startedAtS,
    isInbound,
    hasAgent,
    isTransferred: segments.some((segment) => segment.isTransferredOut),
    enteredAtS: isInbound ? (entries.findLast((entry) => entry.enteredAtS !== null)?.enteredAtS ?? null) : null,
    isVoicemail: record.isVoicemail === true,
    hasSurvey,
    place: JSON.stringify([record.channel, record.botId]),
    customerKey: findCustomerKey(record),
    intent: record.lastIntentName,
    queueIds: entries.flatMap((entry) => entry.queueId ?? []),
    hasAgentCode: traits.dispositions.some((code) => code !== systemDisposition),
    isPreQueueAbandon:
      record.conversationId !== null &&
      record.destinations.length === 0 &&
      /^user abandoned$/i.test(record.finalStatus ?? ''),
    bot: describeBot(record, hasAgent),
  };
};
