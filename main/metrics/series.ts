// What each segment, offer and survey contributes to each figure: one small function per series, and the sums a group
// keeps. Queue entries are entry-series.ts's, whole conversations conversation-series.ts's. Pure. May import the contract,
// facts.ts, statistics.ts and the other series.
//
// A series maps a fact to a number, or to null when the fact is not in the denominator. Shares map to 1 and 0. Several
// metrics may read one series (mean, median and p90 of the handling time).
import type { CsatPolarity } from '../../preload/contract/scorecard.ts';
import type { arrivalSeries, contactSeries, sessionSeries } from './conversation-series.ts';
import type { entrySeries } from './entry-series.ts';
import type { OfferFact, OfferResult, SegmentFact, SurveyFact } from './facts.ts';
import { type SeriesContext, toFlag } from './series-context.ts';
import type { Moments, Ordered } from './statistics.ts';

export type { SeriesContext };

const isAboveZero = (seconds: number | null): seconds is number => seconds !== null && seconds > 0;

/** Per handled segment (SEG): counted at interaction end. */
export const segmentSeries = {
  handled: () => 1,
  // After-call work that is missing counts as 0 here; the scorecard's notes say for how many it is known (section 2.1).
  handlingS: ({ interactionS, acwS }: SegmentFact) => (interactionS === null ? null : interactionS + (acwS ?? 0)),
  talkS: ({ interactionS, holdS, isHoldUnusable }: SegmentFact) =>
    interactionS === null || isHoldUnusable ? null : Math.max(0, interactionS - (holdS ?? 0)),
  held: ({ isVoice, holdS, isHoldUnusable }: SegmentFact) =>
    isVoice && !isHoldUnusable ? toFlag((holdS ?? 0) > 0) : null,
  heldS: ({ isVoice, holdS }: SegmentFact) => (isVoice && holdS !== null && holdS > 0 ? holdS : null),
  // Vendors differ on which segments the mean is over: see presets.ts.
  acwS: ({ acwS }: SegmentFact, { preset }: SeriesContext) => {
    if (preset.acwOver === 'handled') return acwS ?? 0;
    return preset.acwOver === 'above-zero' && acwS === 0 ? null : acwS;
  },
  acwAboveZeroS: ({ acwS }: SegmentFact) => (isAboveZero(acwS) ? acwS : null),
  hasAcw: ({ acwS }: SegmentFact) => (acwS === null ? null : toFlag(acwS > 0)),
  acwKnown: ({ acwS }: SegmentFact) => toFlag(acwS !== null),
  // The two parts of the handling time, over the segments that have one, for ratios of sums.
  acwPartS: ({ interactionS, acwS }: SegmentFact) => (interactionS === null ? null : (acwS ?? 0)),
  holdPartS: ({ interactionS, holdS, isHoldUnusable }: SegmentFact) =>
    interactionS === null || isHoldUnusable ? null : (holdS ?? 0),
  holdWholeS: ({ interactionS, acwS, isHoldUnusable }: SegmentFact) =>
    interactionS === null || isHoldUnusable ? null : interactionS + (acwS ?? 0),
  callHoldS: ({ isVoice, holdS, isHoldUnusable }: SegmentFact) => (isVoice && !isHoldUnusable ? (holdS ?? 0) : null),
  ringS: ({ ringS }: SegmentFact) => ringS,
  // On calls the field is 0 or missing: it means something only where agents write (fact 4).
  firstResponseS: ({ isVoice, firstResponseS }: SegmentFact) => (isVoice ? null : firstResponseS),
  noReply: ({ isVoice, hasReply }: SegmentFact) => (isVoice ? null : toFlag(!hasReply)),
  customerFirstResponseS: ({ isVoice, customerFirstResponseS }: SegmentFact) =>
    isVoice ? null : customerFirstResponseS,
  transferredOut: (segment: SegmentFact) => toFlag(segment.isTransferredOut),
  warmTransfer: ({ isTransferredOut, isWarm }: SegmentFact) => (isTransferredOut ? toFlag(isWarm) : null),
  consulted: ({ isVoice, hasConsult }: SegmentFact) => (isVoice ? toFlag(hasConsult) : null),
  consultS: ({ isVoice, consultS }: SegmentFact) => (isVoice ? consultS : null),
  conferenced: ({ isVoice, hasConference }: SegmentFact) => (isVoice ? toFlag(hasConference) : null),
} as const satisfies Record<string, (fact: SegmentFact, context: SeriesContext) => number | null>;

/** Offers that the agent could not have answered are in no offer rate. */
const excludedResults: ReadonlySet<OfferResult> = new Set(['reassigned', 'customer-left']);
const judge = ({ isRateEligible, result }: OfferFact, hits: readonly OfferResult[]): number | null =>
  isRateEligible && !excludedResults.has(result) ? toFlag(hits.includes(result)) : null;

/** Per offer to an agent: counted at assignment. */
export const offerSeries = {
  accepted: (offer: OfferFact) => judge(offer, ['accepted']),
  unanswered: (offer: OfferFact) => judge(offer, ['rona']),
  possiblyUnanswered: (offer: OfferFact) => judge(offer, ['rona', 'unknown']),
  rejected: (offer: OfferFact) => judge(offer, ['rejected']),
} as const satisfies Record<string, (fact: OfferFact) => number | null>;

const isTopBox = (score: number, polarity: CsatPolarity): boolean =>
  polarity === 'lower-is-better' ? score <= 2 : score >= 4;
const isBottomBox = (score: number, polarity: CsatPolarity): boolean =>
  polarity === 'lower-is-better' ? score >= 4 : score <= 2;
const isCsatScore =
  (wanted: number) =>
  ({ surveyType, score }: SurveyFact): number | null =>
    surveyType === 'csat' && score !== null ? toFlag(score === wanted) : null;
const judgeNps =
  (judge: (score: number, bands: { promotersFrom: number; detractorsTo: number }) => number) =>
  ({ surveyType, score }: SurveyFact, { preset }: SeriesContext): number | null =>
    surveyType === 'nps' && score !== null ? judge(score, preset.nps) : null;

/** Per survey: counted at conversation start. */
export const surveySeries = {
  csatTopBox: ({ surveyType, score }: SurveyFact, { csatPolarity }: SeriesContext) =>
    surveyType === 'csat' && score !== null ? toFlag(isTopBox(score, csatPolarity)) : null,
  csatScore: ({ surveyType, score }: SurveyFact) => (surveyType === 'csat' ? score : null),
  csatBottomBox: ({ surveyType, score }: SurveyFact, { csatPolarity }: SeriesContext) =>
    surveyType === 'csat' && score !== null ? toFlag(isBottomBox(score, csatPolarity)) : null,
  csatIs1: isCsatScore(1),
  csatIs2: isCsatScore(2),
  csatIs3: isCsatScore(3),
  csatIs4: isCsatScore(4),
  csatIs5: isCsatScore(5),
  // Standard bands (Reichheld): 9-10 promote, 0-6 detract. Kore's template has others: see presets.ts.
  npsBand: judgeNps((score, bands) => toFlag(score >= bands.promotersFrom) - toFlag(score <= bands.detractorsTo)),
  npsPromoter: judgeNps((score, { promotersFrom }) => toFlag(score >= promotersFrom)),
  npsDetractor: judgeNps((score, { detractorsTo }) => toFlag(score <= detractorsTo)),
  liked: ({ surveyType, score }: SurveyFact) => (surveyType === 'likeDislike' ? score : null),
} as const satisfies Record<string, (fact: SurveyFact, context: SeriesContext) => number | null>;

/** Counted once for each conversation with a handled segment in the group. */
export const conversationSeries = ['conversations'] as const;

/** Counted once for each answered consult, for the agent who was asked. */
export const consultSeries = ['consultsGiven'] as const;

/** Sums over the agents' days, from busy-time.ts: one value for each agent. */
export const daySeries = [
  'busyS',
  'busySegments',
  'spanS',
  'writtenS',
  'writtenUnionS',
  'peakWritten',
  'activeHours',
] as const;

export type SegmentSeriesName = keyof typeof segmentSeries;
export type SeriesName =
  | SegmentSeriesName
  | keyof typeof offerSeries
  | keyof typeof surveySeries
  | keyof typeof entrySeries
  | keyof typeof contactSeries
  | keyof typeof sessionSeries
  | keyof typeof arrivalSeries
  | (typeof conversationSeries)[number]
  | (typeof consultSeries)[number]
  | (typeof daySeries)[number];

/**
 * Series that need to know the hold of a call. Where the API never sends hold for a channel, a call without it may or may
 * not have been held, so its calls are left out of these (fact 3). Written channels have no hold.
 */
export const holdSeries: ReadonlySet<SegmentSeriesName> = new Set([
  'talkS',
  'held',
  'heldS',
  'holdPartS',
  'holdWholeS',
  'callHoldS',
]);

/** The sums of one series, and its values where a quantile needs them. */
export type Accumulator = Moments & {
  values: number[] | null;
  /** The values already in order, where they were gathered so; `values` is then not read. */
  ascending?: Ordered;
};
/** What a group has gathered; a series without a value has no entry. */
export type Accumulators = Map<SeriesName, Accumulator>;

/** Adds one value to a series. `keepsValues` must be the same for each call on one series. */
export const addValue = (into: Accumulators, name: SeriesName, value: number, keepsValues: boolean): void => {
  let accumulator = into.get(name);
  if (accumulator === undefined) {
    accumulator = { n: 0, sum: 0, sumSquares: 0, values: keepsValues ? [] : null };
    into.set(name, accumulator);
  }
  accumulator.n += 1;
  accumulator.sum += value;
  accumulator.sumSquares += value * value;
  accumulator.values?.push(value);
};
