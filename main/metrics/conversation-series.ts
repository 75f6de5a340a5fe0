// What each closed conversation contributes to the figures on bots, repeat contacts, wrap-up and survey coverage. Pure.
// May import entry-facts.ts and series-context.ts.
// Source: metrics definitions, sections 2.3 (voicemail, wrap-up), 2.4 and 2.5.
import type { BotFact, ConversationFact } from './entry-facts.ts';
import { oneIf, type SeriesContext, toFlag } from './series-context.ts';

/** A new contact this soon after the last is a dropped line, not a problem that came back. */
export const reconnectS = 120;

/** What followed a conversation. */
export type RepeatJudgement = { isRepeated: boolean; isReconnected: boolean; isRepeatedAlike: boolean };

/** A conversation with what only all the others can tell. */
export type JudgedConversation = {
  fact: ConversationFact;
  /** Null unless the customer is known and the window lies before the horizon. */
  repeat: RepeatJudgement | null;
  hasContactWithin1d: boolean | null;
  hasContactWithin7d: boolean | null;
  /** Some survey came in for this channel and bot. */
  isSurveyed: boolean;
};

const ifContact = ({ fact, repeat }: JudgedConversation, judge: (repeat: RepeatJudgement) => boolean): number | null =>
  fact.hasAgent && fact.isInbound && repeat !== null ? toFlag(judge(repeat)) : null;

/** Counted at the end of the conversation; the contacts are inbound conversations that an agent handled. */
export const contactSeries = {
  repeated: (judged: JudgedConversation) => ifContact(judged, ({ isRepeated }) => isRepeated),
  notRepeated: (judged: JudgedConversation) => ifContact(judged, ({ isRepeated }) => !isRepeated),
  resolvedStrictly: (judged: JudgedConversation) =>
    ifContact(judged, ({ isRepeatedAlike }) => !isRepeatedAlike && !judged.fact.isTransferred),
  reconnected: (judged: JudgedConversation) => ifContact(judged, ({ isReconnected }) => isReconnected),
  identified: ({ fact }: JudgedConversation) =>
    fact.hasAgent && fact.isInbound ? toFlag(fact.customerKey !== null) : null,
  wrappedUp: ({ fact }: JudgedConversation) => (fact.hasAgent ? toFlag(fact.hasAgentCode) : null),
} as const satisfies Record<string, (judged: JudgedConversation, context: SeriesContext) => number | null>;

const ifBot = ({ fact }: JudgedConversation, judge: (bot: BotFact) => number | null): number | null =>
  fact.bot === null ? null : judge(fact.bot);

const judgeAdjusted = (
  judged: JudgedConversation,
  hasContact: boolean | null,
  { repairs }: SeriesContext,
): number | null =>
  ifBot(judged, ({ isContained, isMicro }) => {
    if (hasContact === null) return null;
    const isTooShort = isMicro && repairs.microSessions === 'left-out';
    return toFlag(isContained && !isTooShort && !hasContact);
  });

/** Counted at the start of the conversation. */
export const sessionSeries = {
  botSessions: (judged: JudgedConversation) => ifBot(judged, () => 1),
  contained: (judged: JudgedConversation) => ifBot(judged, ({ isContained }) => toFlag(isContained)),
  containedLessMicro: (judged: JudgedConversation) =>
    ifBot(judged, ({ isContained, isMicro }) => (isMicro ? null : toFlag(isContained))),
  containedFor1d: (judged: JudgedConversation, context: SeriesContext) =>
    judgeAdjusted(judged, judged.hasContactWithin1d, context),
  containedFor7d: (judged: JudgedConversation, context: SeriesContext) =>
    judgeAdjusted(judged, judged.hasContactWithin7d, context),
  escalated: (judged: JudgedConversation) => ifBot(judged, ({ isEscalated }) => toFlag(isEscalated)),
  served: (judged: JudgedConversation) =>
    ifBot(judged, ({ isEscalated, isServed }) => (isEscalated ? toFlag(isServed) : null)),
  botLengthS: (judged: JudgedConversation, { repairs }: SeriesContext) =>
    ifBot(judged, ({ isMicro, lengthS }) => (isMicro && repairs.microSessions === 'left-out' ? null : lengthS)),
  microSessions: (judged: JudgedConversation) => ifBot(judged, ({ isMicro }) => oneIf(isMicro)),
  preQueueAbandons: ({ fact }: JudgedConversation) => oneIf(fact.isPreQueueAbandon),
  surveyed: ({ fact, isSurveyed }: JudgedConversation) => (isSurveyed ? toFlag(fact.hasSurvey) : null),
} as const satisfies Record<string, (judged: JudgedConversation, context: SeriesContext) => number | null>;

/** Counted at the entry into the last queue; inbound conversations that entered one. */
export const arrivalSeries = {
  voicemail: ({ fact }: JudgedConversation) => toFlag(fact.isVoicemail),
} as const satisfies Record<string, (judged: JudgedConversation, context: SeriesContext) => number | null>;
