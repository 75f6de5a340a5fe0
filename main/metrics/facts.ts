// Turns one conversation into the facts that metrics count: handled segments, offers to agents and the survey, each with
// its group keys and the time it belongs to. Queue entries and whole conversations are entry-facts.ts's. Pure. May import the
// model, outcomes.ts, channels.ts, entry-facts.ts and repairs.ts.
// Source of the rules: metrics definitions, sections 0 (facts about the data), 1 (grains) and 2 (edge cases).
import type { ConversationRecord, Destination, Offer, SurveyType } from '../model.ts';
import { isVoiceChannel } from './channels.ts';
import {
  type ConversationFact,
  describeConversation,
  describeEntries,
  describeTraits,
  type EntryFact,
} from './entry-facts.ts';
import { classifyEntry, type EntryOutcome, findAnsweringOffer, findOwningEntries, isUnfinished } from './outcomes.ts';
import { defaultRepairs, type Repairs } from './repairs.ts';

export { isVoiceChannel };

/** What is wrong with a value that was left out, or odd about one that was kept. */
export const qualityIssues = [
  'interaction-missing',
  'interaction-negative',
  'hold-negative',
  'hold-exceeds-interaction',
  'acw-negative',
  'ring-negative',
  'first-response-negative',
  'score-out-of-scale',
] as const;
export type QualityIssue = (typeof qualityIssues)[number];

/** What all facts of one conversation share. */
export type ConversationTraits = {
  /** The conversation's. */
  key: string;
  channel: string | null;
  /** Rows without a direction are inbound if the customer entered a queue (section 1, `inbound`). */
  direction: string | null;
  /** The last intent; the API names one only where the bot handed the conversation on. */
  intent: string | null;
  /** Each code once; systemDisposition in the place of a code that the system set. */
  dispositions: readonly string[];
};

/** The agent, queue and bot a fact counts for, and its conversation. A null id means the API named none. */
export type FactOwner = {
  traits: ConversationTraits;
  agentId: string | null;
  agentName: string | null;
  queueId: string | null;
  queueName: string | null;
  botId: string | null;
};

/** One accepted assignment of one agent that has ended (SEG in section 1). Durations are null when unknown or unusable. */
export type SegmentFact = FactOwner & {
  /** Interaction end: the time the segment counts at. UTC epoch seconds. */
  endedAtS: number;
  channel: string | null;
  isVoice: boolean;
  direction: string | null;
  /** I: wall clock from accept to end, hold inside (fact 2). */
  interactionS: number | null;
  /** H: null when the API sent no hold. Whether that means 0 depends on the channel (fact 3). */
  holdS: number | null;
  /** The API sent a hold that cannot be right: the segment is in no hold figure and in no talk time. */
  isHoldUnusable: boolean;
  /** A: after-call work. */
  acwS: number | null;
  /** Accepted - assigned. 0 with automatic answer. */
  ringS: number | null;
  /** The agent's first reply after accepting. Missing is not 0. */
  firstResponseS: number | null;
  isTransferredOut: boolean;
  /** Transferred to an agent who had been consulted, or by a merged call. */
  isWarm: boolean;
  hasConsult: boolean;
  /** Length of the consults that were answered, summed; null when none was, or their times are unusable. */
  consultS: number | null;
  /** Somebody joined, or a consult was merged into the call. */
  hasConference: boolean;
  /** The agent wrote at all. */
  hasReply: boolean;
  /** First reply - queue entry (else start), on the conversation's first segment alone. */
  customerFirstResponseS: number | null;
  acceptedAtS: number | null;
  assignedAtS: number | null;
  /** End of after-call work, or of the interaction where there is none. */
  workEndedAtS: number;
  issues: readonly QualityIssue[];
};

export type OfferResult = 'accepted' | 'reassigned' | 'rona' | 'rejected' | 'customer-left' | 'unknown';

/** One assignment of one agent, accepted or not. The same agent asked twice is two offers. */
export type OfferFact = FactOwner & {
  /** The time the offer counts at. UTC epoch seconds; null on campaign rows, which then count nowhere. */
  assignedAtS: number | null;
  /** A time for ordering names when assignedAtS is null. */
  seenAtS: number;
  result: OfferResult;
  /** Inbound with a known assignment time. Exclusions by result are the metric's business. */
  isRateEligible: boolean;
};

/** The survey of a conversation. Without a handled segment it counts for a queue and a bot, never for an agent. */
export type SurveyFact = FactOwner & {
  /** Conversation start: the time the survey counts at. UTC epoch seconds. */
  startedAtS: number;
  hasAgent: boolean;
  surveyType: SurveyType;
  /** Null when the score is outside its scale. */
  score: number | null;
  issues: readonly QualityIssue[];
};

/** An answered consult, for the agent who was asked. In no handle time. */
export type ConsultFact = FactOwner & { acceptedAtS: number };

export type ConversationFacts = {
  /** Shadows count nowhere; open conversations are counted as open and are in no rate. Both have no facts. */
  state: 'closed' | 'open' | 'shadow';
  segments: SegmentFact[];
  offers: OfferFact[];
  survey: SurveyFact | null;
  entries: EntryFact[];
  consultsGiven: ConsultFact[];
  /** Null unless closed. */
  conversation: ConversationFact | null;
};

/**
 * How long an agent's desktop rings before the offer moves on, when the tenant's own setting is not known. Only used for
 * "the customer left while it was ringing", where the API gives no event.
 */
export const assumedRingTimeoutS = 30;

const noIssues: readonly QualityIssue[] = [];

/** The same person: by id when both have one, else by name (newer rows leave ids out). */
const isSameAgent = (left: Offer, right: Offer): boolean => {
  if (left.agentId !== null && right.agentId !== null) return left.agentId === right.agentId;
  return left.name !== null && left.name === right.name;
};

/**
 * A segment is transferred out when the next destination is another agent or a queue. The same agent coming next took the
 * conversation back, which is no transfer; neither is a supervisor moving it before anybody accepted (section 2.1).
 */
const isTransferredOut = (destinations: readonly Destination[], index: number, segment: Offer): boolean => {
  const next = destinations[index + 1];
  if (next === undefined) return false;
  const nextOffer = next.type === 'QueueEntry' ? findAnsweringOffer(destinations, index + 1) : (next.offers[0] ?? null);
  return nextOffer === null || !isSameAgent(segment, nextOffer);
};

/** A warm transfer: the next agent was consulted first (by id, else by name), or the call was merged (section 2.1). */
const isWarmTransfer = (destinations: readonly Destination[], index: number, segment: Offer): boolean => {
  if (segment.consults.some((consult) => consult.isMerged === true)) return true;
  const next = destinations[index + 1];
  const receiver =
    next?.type === 'QueueEntry' ? findAnsweringOffer(destinations, index + 1) : (next?.offers[0] ?? null);
  if (receiver === null) return false;
  return segment.consults.some((consult) =>
    consult.agentId !== null && receiver.agentId !== null
      ? consult.agentId === receiver.agentId
      : consult.name !== null && consult.name === receiver.name,
  );
};

/** Seconds of the answered consults; those with an end before their start, or without one, are left out. */
const sumConsults = ({ consults }: Offer): number | null => {
  const lengths = consults.flatMap(({ acceptedAtS, endedAtS }) =>
    acceptedAtS === null || endedAtS === null || endedAtS < acceptedAtS ? [] : endedAtS - acceptedAtS,
  );
  return lengths.length === 0 ? null : lengths.reduce((sum, length) => sum + length, 0);
};

type SegmentPlace = {
  owner: FactOwner;
  endedAtS: number;
  direction: string | null;
  isTransferredOut: boolean;
  isWarm: boolean;
  /** When the customer began to wait for this segment's conversation; null unless it is the first segment. */
  waitedFromS: number | null;
};

const describeSegment = (
  record: ConversationRecord,
  offer: Offer,
  { owner, endedAtS, direction, isTransferredOut: transferredOut, isWarm, waitedFromS }: SegmentPlace,
): SegmentFact => {
  const issues: QualityIssue[] = [];
  const keepUnlessNegative = (seconds: number | null, issue: QualityIssue): number | null => {
    if (seconds === null || seconds >= 0) return seconds;
    issues.push(issue);
    return null;
  };
  const subtract = (later: number | null, earlier: number | null): number | null =>
    later === null || earlier === null ? null : later - earlier;

  const rawInteractionS = offer.interactionS ?? subtract(endedAtS, offer.acceptedAtS);
  if (rawInteractionS === null) issues.push('interaction-missing');
  const interactionS = keepUnlessNegative(rawInteractionS, 'interaction-negative');
  const holdS = keepUnlessNegative(offer.holdS, 'hold-negative');
  if (holdS !== null && interactionS !== null && holdS > interactionS) issues.push('hold-exceeds-interaction');
  const acwS = keepUnlessNegative(offer.acwS ?? subtract(offer.acwEndedAtS, endedAtS), 'acw-negative');
  const ringS = keepUnlessNegative(subtract(offer.acceptedAtS, offer.assignedAtS), 'ring-negative');
  const firstResponseS = keepUnlessNegative(offer.firstResponseS, 'first-response-negative');
  const untilReplyS = subtract(offer.firstResponseAtS, waitedFromS);
  const workEndedAtS = offer.acwEndedAtS ?? endedAtS + (acwS ?? 0);
  return {
    ...owner,
    endedAtS,
    channel: record.channel,
    isVoice: isVoiceChannel(record.channel),
    direction,
    interactionS,
    holdS,
    isHoldUnusable: offer.holdS !== null && holdS === null,
    acwS,
    ringS,
    firstResponseS,
    isTransferredOut: transferredOut,
    isWarm,
    hasConsult: offer.consults.length > 0,
    consultS: sumConsults(offer),
    hasConference: offer.joined.length > 0 || offer.consults.some((consult) => consult.isMerged === true),
    hasReply: offer.firstResponseAtS !== null || offer.firstResponseS !== null,
    customerFirstResponseS: untilReplyS !== null && untilReplyS >= 0 ? untilReplyS : null,
    acceptedAtS: offer.acceptedAtS,
    assignedAtS: offer.assignedAtS,
    workEndedAtS: Math.max(endedAtS, workEndedAtS),
    issues: issues.length === 0 ? noIssues : issues,
  };
};

/**
 * Why an offer was or was not accepted (section 2.2). Without an event, an offer still ringing when an abandoned entry
 * ended is the customer's doing; everything else unnamed stays unknown and widens the interval instead of the figure.
 */
const judgeOffer = (offer: Offer, wasCustomerLeaving: boolean): OfferResult => {
  if (offer.handled) return 'accepted';
  const event = offer.nonResponseEvent?.trim() ?? '';
  if (/reassign/i.test(event)) return 'reassigned';
  if (/reject|declin/i.test(event)) return 'rejected';
  if (/ignor|time\s*-?out|timed\s*out|no.?answer|missed/i.test(event)) return 'rona';
  return event === '' && wasCustomerLeaving ? 'customer-left' : 'unknown';
};

const scales = {
  csat: { field: 'csatScore', lowest: 1, highest: 5 },
  nps: { field: 'npsScore', lowest: 0, highest: 10 },
  likeDislike: { field: 'likeDislikeScore', lowest: 0, highest: 1 },
} as const satisfies Record<SurveyType, unknown>;
const isSurveyType = (type: string | null): type is SurveyType => type !== null && Object.hasOwn(scales, type);

/** Only a named survey type with its own score is a survey (section 1, SURVEY): one type never stands in for another. */
const describeSurvey = (
  record: ConversationRecord,
  traits: ConversationTraits,
  lastSegment: SegmentFact | undefined,
): SurveyFact | null => {
  if (!isSurveyType(record.surveyType)) return null;
  const { field, lowest, highest } = scales[record.surveyType];
  const score = record[field];
  if (score === null) return null;
  const isOnScale = Number.isInteger(score) && score >= lowest && score <= highest;
  const lastEntry = record.destinations.findLast((destination) => destination.type === 'QueueEntry');
  const queue = lastSegment?.queueId != null ? lastSegment : lastEntry;
  return {
    traits,
    agentId: lastSegment?.agentId ?? null,
    agentName: lastSegment?.agentName ?? null,
    queueId: queue?.queueId ?? null,
    queueName: queue?.queueName ?? null,
    botId: record.botId,
    startedAtS: record.startedAtS,
    hasAgent: lastSegment !== undefined,
    surveyType: record.surveyType,
    score: isOnScale ? score : null,
    issues: isOnScale ? noIssues : ['score-out-of-scale'],
  };
};

/**
 * Derives everything the metrics count from one conversation. Never throws on odd data: a negative duration or a score
 * outside its scale is left out and listed in `issues`; nothing is moved into range.
 *
 * A fact carries the queue of the entry it belongs to; agents reached by a direct transfer have no queue. The survey goes
 * to the last agent who handled the conversation, in the API's order (section 2.4).
 */
export const deriveFacts = (record: ConversationRecord, repairs: Repairs = defaultRepairs): ConversationFacts => {
  const nothing = { segments: [], offers: [], survey: null, entries: [], consultsGiven: [], conversation: null };
  if (record.isShadow && repairs.shadows === 'left-out') return { state: 'shadow', ...nothing };
  if (isUnfinished(record)) return { state: 'open', ...nothing };

  const { destinations } = record;
  const traits = describeTraits(record);
  const owningEntries = findOwningEntries(destinations);
  const outcomes: (EntryOutcome | null)[] = destinations.map((destination, index) =>
    destination.type === 'QueueEntry' ? classifyEntry(record, index).outcome : null,
  );
  // The offer that rang last in each entry: only that one can have been cut short by the customer leaving.
  const lastAssignedAtS = new Map<number, number>();
  destinations.forEach((destination, index) => {
    const owner = owningEntries[index] ?? null;
    if (owner === null) return;
    for (const { assignedAtS } of destination.offers) {
      const latest = lastAssignedAtS.get(owner);
      if (assignedAtS !== null && (latest === undefined || assignedAtS > latest)) {
        lastAssignedAtS.set(owner, assignedAtS);
      }
    }
  });
  const isRingingAtEnd = (offer: Offer, entryIndex: number): boolean =>
    offer.assignedAtS !== null &&
    record.endedAtS !== null &&
    lastAssignedAtS.get(entryIndex) === offer.assignedAtS &&
    record.endedAtS >= offer.assignedAtS &&
    record.endedAtS - offer.assignedAtS <= assumedRingTimeoutS;

  const segments: SegmentFact[] = [];
  const offers: OfferFact[] = [];
  const consultsGiven: ConsultFact[] = [];
  const movedOn = new Set<Offer>();
  destinations.forEach((destination, index) => {
    const entryIndex = owningEntries[index] ?? null;
    const entry = entryIndex === null ? undefined : destinations[entryIndex];
    // Rows without a direction are inbound only if the customer entered a queue (section 1, `inbound`).
    const direction = record.direction ?? (entry?.enteredAtS != null ? 'Inbound' : null);
    const isInbound = direction?.toLowerCase() === 'inbound';
    for (const offer of destination.offers) {
      const owner: FactOwner = {
        traits,
        agentId: offer.agentId,
        agentName: offer.name,
        queueId: destination.queueId ?? entry?.queueId ?? null,
        queueName: destination.queueName ?? entry?.queueName ?? null,
        botId: record.botId,
      };
      if (offer.handled && offer.endedAtS !== null) {
        const transferredOut = isTransferredOut(destinations, index, offer);
        if (transferredOut) movedOn.add(offer);
        segments.push(
          describeSegment(record, offer, {
            owner,
            endedAtS: offer.endedAtS,
            direction,
            isTransferredOut: transferredOut,
            isWarm: transferredOut && isWarmTransfer(destinations, index, offer),
            waitedFromS: segments.length === 0 ? (entry?.enteredAtS ?? record.startedAtS) : null,
          }),
        );
        for (const { agentId, name, acceptedAtS } of offer.consults) {
          // An outside number is no agent.
          if (agentId === null || acceptedAtS === null) continue;
          consultsGiven.push({ ...owner, agentId, agentName: name, acceptedAtS });
        }
      }
      const wasCustomerLeaving =
        entryIndex !== null && outcomes[entryIndex] === 'abandoned' && isRingingAtEnd(offer, entryIndex);
      offers.push({
        ...owner,
        assignedAtS: offer.assignedAtS,
        seenAtS: offer.assignedAtS ?? offer.acceptedAtS ?? record.startedAtS,
        result: judgeOffer(offer, wasCustomerLeaving),
        isRateEligible: isInbound && offer.assignedAtS !== null,
      });
    }
  });
  const survey = describeSurvey(record, traits, segments.at(-1));
  return {
    state: 'closed',
    segments,
    offers,
    survey,
    entries: describeEntries(record, traits, owningEntries, repairs, (offer) => movedOn.has(offer)),
    consultsGiven,
    conversation: describeConversation(record, traits, segments, survey !== null && survey.score !== null),
  };
};
