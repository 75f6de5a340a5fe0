// The metric registry: one declarative entry per metric. Scorecards, reports, CSV headers and the documentation read it,
// so a figure and its description cannot drift apart. Pure. May import the contract, series.ts and statistics.ts.
import type { CsatPolarity, MetricName, MetricValue } from '../../preload/contract/scorecard.ts';
import type { Accumulators, SeriesName } from './series.ts';
import {
  computeMeanInterval,
  computeNetScoreInterval,
  computeQuantile,
  computeQuantileInterval,
  computeWilsonInterval,
  type Interval,
} from './statistics.ts';

/** Count, seconds, fraction 0-1, points -100..100, or a score on the survey's own scale. */
export type MetricUnit = 'count' | 'seconds' | 'fraction' | 'points' | 'score';
/** Which way is better; 'neither' is never coloured or ranked as good or bad. */
export type MetricDirection = 'more' | 'less' | 'neither';
/** What one unit of the denominator is, and so the time it counts at: see attributionTimes. */
export type MetricGrain = 'segment' | 'conversation' | 'offer' | 'survey';

/** The time at which each grain counts, to be printed with each report (metrics definitions, section 1). */
export const attributionTimes: Record<MetricGrain, string> = {
  segment: 'the end of the interaction',
  conversation: 'the end of the interaction',
  offer: 'the time the agent was asked',
  survey: 'the start of the conversation',
};

/** How a value and its interval come from the sums of a series. */
export type MetricStatistic =
  | { kind: 'count'; series: SeriesName }
  | { kind: 'share'; series: SeriesName }
  /** Surely [low end] to possibly [high end]: the value is the sure share. */
  | { kind: 'bracket'; series: SeriesName; upTo: SeriesName }
  | { kind: 'mean'; series: SeriesName; minimumN: number; lowest: number; highest: number }
  | { kind: 'quantile'; series: SeriesName; p: number }
  | { kind: 'net-score'; series: SeriesName };

export type MetricDefinition = {
  label: string;
  unit: MetricUnit;
  /** By CSAT polarity where it depends on that setting: unset must show neither good nor bad (fact 12). */
  direction: MetricDirection | Record<CsatPolarity, MetricDirection>;
  grain: MetricGrain;
  numerator: string;
  denominator: string;
  exclusions: string;
  formula: string;
  /** Where the definition comes from. */
  source: string;
  statistic: MetricStatistic;
};

const meanOfSeconds = (series: SeriesName): MetricStatistic => ({
  kind: 'mean',
  series,
  minimumN: 30,
  lowest: 0,
  highest: Number.POSITIVE_INFINITY,
});
const openAndShadow = 'Open conversations and agent-assist shadows.';
const noUsableTime = 'Segments whose interaction time is missing or negative.';
const holdUnknown =
  'Calls on channels for which the API has never sent a hold (there, no hold and unknown hold look the same); ' +
  'negative holds.';
const offerExclusions =
  'Outbound; offers without an assignment time; offers a supervisor moved away; offers still ringing when the customer ' +
  'left (no event, entry abandoned, at most 30 s after the last assignment); open conversations and shadows.';

export const metricRegistry: Record<MetricName, MetricDefinition> = {
  handled: {
    label: 'Handled',
    unit: 'count',
    direction: 'neither',
    grain: 'segment',
    numerator: 'Closed segments: an agent accepted and the interaction has ended',
    denominator: 'None',
    exclusions: `${openAndShadow} Consulted and joined users.`,
    formula: 'Number of closed segments. An agent with two segments of one conversation has handled two.',
    source: 'Kore "Sessions": conversations accepted; Talkdesk contact versus interaction',
    statistic: { kind: 'count', series: 'handled' },
  },
  conversations: {
    label: 'Conversations',
    unit: 'count',
    direction: 'neither',
    grain: 'conversation',
    numerator: 'Different conversations with at least one closed segment in the period',
    denominator: 'None',
    exclusions: openAndShadow,
    formula: 'Number of conversations, each once for each row and once in the total; rows can add up to more.',
    source: 'Talkdesk contact versus interaction',
    statistic: { kind: 'count', series: 'conversations' },
  },
  ahtMean: {
    label: 'Handle time, mean',
    unit: 'seconds',
    direction: 'neither',
    grain: 'segment',
    numerator: 'Interaction time + after-call work',
    denominator: 'Closed segments',
    exclusions: `${noUsableTime} Hold is inside the interaction and is not added again.`,
    formula: 'Sum of (interaction + after-call work) / segments. Unknown after-call work counts as 0.',
    source: 'Genesys Average Handle; Kore "Talk, Hold and ACW"; Amazon Connect contact handle time',
    statistic: meanOfSeconds('handlingS'),
  },
  ahtMedian: {
    label: 'Handle time, median',
    unit: 'seconds',
    direction: 'neither',
    grain: 'segment',
    numerator: 'Interaction time + after-call work',
    denominator: 'Closed segments',
    exclusions: noUsableTime,
    formula: 'Median (type 7) of interaction + after-call work.',
    source: 'As the mean; durations are skewed, so the median leads',
    statistic: { kind: 'quantile', series: 'handlingS', p: 0.5 },
  },
  ahtP90: {
    label: 'Handle time, 90th percentile',
    unit: 'seconds',
    direction: 'neither',
    grain: 'segment',
    numerator: 'Interaction time + after-call work',
    denominator: 'Closed segments',
    exclusions: noUsableTime,
    formula: '90th percentile (type 7) of interaction + after-call work.',
    source: 'As the mean',
    statistic: { kind: 'quantile', series: 'handlingS', p: 0.9 },
  },
  talkMean: {
    label: 'Talk time, mean',
    unit: 'seconds',
    direction: 'neither',
    grain: 'segment',
    numerator: 'Interaction time - hold, at least 0',
    denominator: 'Closed segments whose hold is known (written channels have none)',
    exclusions: `${noUsableTime} ${holdUnknown}`,
    formula: 'Sum of max(0, interaction - hold) / segments. On written channels it includes the customer’s silence.',
    source: 'Kore: engagement - hold; Genesys Avg Talk',
    statistic: meanOfSeconds('talkS'),
  },
  holdRate: {
    label: 'Hold rate',
    unit: 'fraction',
    direction: 'less',
    grain: 'segment',
    numerator: 'Voice segments with hold above 0',
    denominator: 'Closed voice segments',
    exclusions: holdUnknown,
    formula: 'Segments held / voice segments.',
    source: 'Genesys Hold %',
    statistic: { kind: 'share', series: 'held' },
  },
  holdMean: {
    label: 'Hold time per held call, mean',
    unit: 'seconds',
    direction: 'less',
    grain: 'segment',
    numerator: 'Hold time',
    denominator: 'Closed voice segments with hold above 0',
    exclusions: holdUnknown,
    formula: 'Sum of hold / segments held. How often a call was held is not in the data.',
    source: 'Genesys Avg Hold (per held interaction)',
    statistic: meanOfSeconds('heldS'),
  },
  acwMean: {
    label: 'After-call work, mean',
    unit: 'seconds',
    direction: 'neither',
    grain: 'segment',
    numerator: 'After-call work',
    denominator: 'Closed segments whose after-call work is known, 0 included',
    exclusions: 'Segments without after-call work in the data; negative values.',
    formula: 'Sum of after-call work / segments where it is known.',
    source: 'Kore daily agent report (per session); Genesys Avg ACW',
    statistic: meanOfSeconds('acwS'),
  },
  ringMedian: {
    label: 'Ring time, median',
    unit: 'seconds',
    direction: 'less',
    grain: 'segment',
    numerator: 'Accepted - assigned',
    denominator: 'Closed segments with both times',
    exclusions: 'Segments without an assignment time (campaigns); negative values. Automatic answer counts as 0.',
    formula: 'Median (type 7) of accepted - assigned.',
    source: 'Kore "Average Pick-up Time"',
    statistic: { kind: 'quantile', series: 'ringS', p: 0.5 },
  },
  firstResponseMedian: {
    label: 'First response, median',
    unit: 'seconds',
    direction: 'less',
    grain: 'segment',
    numerator: 'First reply - accepted',
    denominator: 'Closed segments of written channels in which the agent replied',
    exclusions: 'Voice (the field is 0 or missing there); segments without a reply: missing is not 0.',
    formula: 'Median (type 7) of the first response duration.',
    source: 'Kore first response time, over replies instead of all answered',
    statistic: { kind: 'quantile', series: 'firstResponseS', p: 0.5 },
  },
  firstResponseP90: {
    label: 'First response, 90th percentile',
    unit: 'seconds',
    direction: 'less',
    grain: 'segment',
    numerator: 'First reply - accepted',
    denominator: 'Closed segments of written channels in which the agent replied',
    exclusions: 'Voice; segments without a reply.',
    formula: '90th percentile (type 7) of the first response duration.',
    source: 'As the median',
    statistic: { kind: 'quantile', series: 'firstResponseS', p: 0.9 },
  },
  acceptRate: {
    label: 'Accept rate',
    unit: 'fraction',
    direction: 'more',
    grain: 'offer',
    numerator: 'Offers accepted',
    denominator: 'Inbound offers of closed conversations, less those excluded',
    exclusions: offerExclusions,
    formula: 'Accepted / (offers - excluded). The same agent asked twice is two offers.',
    source: 'Amazon Connect agent answer rate; Kore leaves moved-away offers out of Unanswered',
    statistic: { kind: 'share', series: 'accepted' },
  },
  ronaRate: {
    label: 'No-answer rate (RONA)',
    unit: 'fraction',
    direction: 'less',
    grain: 'offer',
    numerator: 'Offers ignored or timed out',
    denominator: 'Inbound offers of closed conversations, less those excluded',
    exclusions: `${offerExclusions} Rejected offers are in the denominator only.`,
    formula:
      'Ignored / (offers - excluded). The interval runs from the low end for those sure to the high end for those sure ' +
      'and those whose event is missing or unknown.',
    source: 'Amazon Connect agent non-response without customer abandons; 8x8 rejected versus rejected by timeout',
    statistic: { kind: 'bracket', series: 'unanswered', upTo: 'possiblyUnanswered' },
  },
  transferRate: {
    label: 'Transfer-out rate',
    unit: 'fraction',
    direction: 'less',
    grain: 'segment',
    numerator: 'Closed segments followed by another agent or a queue',
    denominator: 'Closed segments',
    exclusions:
      'The same agent coming next; moves before anybody accepted; transfers to outside numbers cannot be seen.',
    formula: 'Segments transferred out / segments.',
    source: 'Kore Transfers / Sessions',
    statistic: { kind: 'share', series: 'transferredOut' },
  },
  consultRate: {
    label: 'Consult rate',
    unit: 'fraction',
    direction: 'neither',
    grain: 'segment',
    numerator: 'Voice segments with at least one consult, answered or not',
    denominator: 'Closed voice segments',
    exclusions: 'Written channels. The v1 endpoint never sends consults.',
    formula: 'Segments with a consult / voice segments.',
    source: 'Amazon Connect contacts consulted',
    statistic: { kind: 'share', series: 'consulted' },
  },
  csatTop2: {
    label: 'CSAT, top two',
    unit: 'fraction',
    direction: { unset: 'neither', 'higher-is-better': 'more', 'lower-is-better': 'more' },
    grain: 'survey',
    numerator: 'CSAT scores 4 and 5 (1 and 2 where the workspace says lower is better)',
    denominator: 'CSAT surveys with a score of 1-5',
    exclusions: 'Other survey types. For an agent: conversations no agent handled.',
    formula: 'Top two scores / scores. Belongs to the last agent who handled the conversation.',
    source: 'COPC practice; polarity: Kore feedback survey template',
    statistic: { kind: 'share', series: 'csatTopBox' },
  },
  csatMean: {
    label: 'CSAT, mean',
    unit: 'score',
    direction: { unset: 'neither', 'higher-is-better': 'more', 'lower-is-better': 'less' },
    grain: 'survey',
    numerator: 'CSAT scores',
    denominator: 'CSAT surveys with a score of 1-5',
    exclusions: 'Other survey types. For an agent: conversations no agent handled.',
    formula: 'Sum of scores / scores, on the survey’s own scale. The scale is ordinal: prefer the top-two share.',
    source: 'Kore Average CSAT',
    statistic: { kind: 'mean', series: 'csatScore', minimumN: 10, lowest: 1, highest: 5 },
  },
  nps: {
    label: 'NPS',
    unit: 'points',
    direction: 'more',
    grain: 'survey',
    numerator: 'Promoters (9-10) - detractors (0-6)',
    denominator: 'NPS surveys with a score of 0-10',
    exclusions: 'Other survey types. For an agent: conversations no agent handled.',
    formula: '100 x (promoters - detractors) / scores, standard bands.',
    source: 'Reichheld (2003), The one number you need to grow',
    statistic: { kind: 'net-score', series: 'npsBand' },
  },
  likeRate: {
    label: 'Like rate',
    unit: 'fraction',
    direction: 'more',
    grain: 'survey',
    numerator: 'Likes',
    denominator: 'Likes + dislikes',
    exclusions: 'Other survey types, CSAT above all. For an agent: conversations no agent handled.',
    formula: 'Likes / (likes + dislikes).',
    source: 'Kore likeDislike survey: 1 like, 0 dislike',
    statistic: { kind: 'share', series: 'liked' },
  },
};

/** Which way is better for a metric under the workspace's CSAT polarity. */
export const findDirection = ({ direction }: MetricDefinition, polarity: CsatPolarity): MetricDirection =>
  typeof direction === 'string' ? direction : direction[polarity];

/** Series of which a group must keep every value, because a quantile reads them. */
export const quantileSeries: ReadonlySet<SeriesName> = new Set(
  Object.values(metricRegistry).flatMap(({ statistic }) => (statistic.kind === 'quantile' ? [statistic.series] : [])),
);

/**
 * What to show for a sample of size `n`: below 5 only the n, up to 29 the value in grey, out of every ranking, from 30 on
 * ranked (metrics definitions, section 3: a policy). Rates, means and percentiles only; a count stands for itself.
 */
export const displayRule = (n: number): 'hide' | 'grey' | 'rank' => (n < 5 ? 'hide' : n < 30 ? 'grey' : 'rank');

/** Puts a value, its sample size and its interval together; without a sample there is neither value nor interval. */
const toMetricValue = (value: number | null, n: number, interval: Interval): MetricValue => ({
  value,
  n,
  low: interval?.low ?? null,
  high: interval?.high ?? null,
});

/** Computes one metric from what a group has gathered. The value is given whatever n: see displayRule. */
export const evaluateMetric = ({ statistic }: MetricDefinition, accumulators: Accumulators): MetricValue => {
  const gathered = accumulators.get(statistic.series);
  const n = gathered?.n ?? 0;
  const sum = gathered?.sum ?? 0;
  if (statistic.kind === 'count') return toMetricValue(n, n, null);
  if (gathered === undefined || n === 0) return toMetricValue(null, 0, null);
  switch (statistic.kind) {
    case 'share':
      return toMetricValue(sum / n, n, computeWilsonInterval(sum, n));
    case 'bracket': {
      const sure = computeWilsonInterval(sum, n);
      const possible = computeWilsonInterval(accumulators.get(statistic.upTo)?.sum ?? sum, n);
      return toMetricValue(sum / n, n, sure && possible && { low: sure.low, high: possible.high });
    }
    case 'mean':
      return toMetricValue(sum / n, n, computeMeanInterval(gathered, statistic));
    case 'quantile': {
      const ascending = Float64Array.from(gathered.values ?? []).sort();
      return toMetricValue(computeQuantile(ascending, statistic.p), n, computeQuantileInterval(ascending, statistic.p));
    }
    case 'net-score': {
      // Answers are +1, 0 and -1, so the squares count promoters and detractors together.
      const promoters = (gathered.sumSquares + sum) / 2;
      const detractors = (gathered.sumSquares - sum) / 2;
      return toMetricValue((100 * sum) / n, n, computeNetScoreInterval(promoters, detractors, n));
    }
  }
};
