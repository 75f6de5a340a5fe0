// The scorecard as scripts, reports and the window see it. Imports zod only.
import { z } from 'zod';
import { countingRulesSchema } from './counting.ts';

/** Metric names in the order a scorecard shows them; formulas are in main/metrics/registry.ts. */
export const metricNames = [
  'handled',
  'conversations',
  'ahtMean',
  'ahtMedian',
  'ahtP90',
  'talkMean',
  'holdRate',
  'holdMean',
  'acwMean',
  'ringMedian',
  'firstResponseMedian',
  'firstResponseP90',
  'acceptRate',
  'ronaRate',
  'transferRate',
  'consultRate',
  'csatTop2',
  'csatMean',
  'nps',
  'likeRate',
  // Handling, beyond the first twenty.
  'acwAboveZeroMean',
  'acwRate',
  'acwKnownRate',
  'acwRatio',
  'holdRatio',
  'holdPerCallMean',
  'noReplyRate',
  'customerFirstResponseMedian',
  'customerFirstResponseP90',
  'warmShare',
  'consultMean',
  'conferenceRate',
  'consultsGiven',
  'rejectRate',
  'busyTime',
  'concurrency',
  'concurrencyPeak',
  'workloadAht',
  'handlingDensity',
  'occupancy',
  'throughput',
  'wrapUpCoverage',
  // Queue.
  'offered',
  'answered',
  'answerRate',
  'asaMean',
  'asaMedian',
  'asaP90',
  'serviceLevel',
  'shortAbandons',
  'abandoned',
  'abandonRate',
  'lostRate',
  'abandonTimeMedian',
  'abandonTimeP90',
  'abandonedWithAgent',
  'callbackRate',
  'callbackCompletion',
  'callbackTimeMedian',
  'callbackTimeP90',
  'voicemailShare',
  'afterHoursShare',
  'queueTransferRate',
  'reOffersPerAnswered',
  // Customer outcome.
  'repeatRate',
  'noRepeatRate',
  'noRepeatStrictRate',
  'reconnectRate',
  'identifiedRate',
  'csatBottom2',
  'csatShare1',
  'csatShare2',
  'csatShare3',
  'csatShare4',
  'csatShare5',
  'npsPromoterShare',
  'npsDetractorShare',
  'surveyCoverage',
  // Bot.
  'botSessions',
  'containment',
  'containmentLessMicro',
  'adjustedContainment',
  'adjustedContainment7d',
  'escalationRate',
  'escalationServedRate',
  'botLengthMedian',
  'microSessions',
  'preQueueAbandons',
] as const;
export const metricNameSchema = z.enum(metricNames);
export type MetricName = z.infer<typeof metricNameSchema>;

/** A team is what the workspace says it is; a conversation with several dispositions is in the row of each. */
export const scorecardGroups = [
  'agent',
  'team',
  'queue',
  'bot',
  'channel',
  'direction',
  'disposition',
  'intent',
] as const;
export const scorecardGroupSchema = z.enum(scorecardGroups);
export type ScorecardGroup = z.infer<typeof scorecardGroupSchema>;

/** Which end of the 1-5 CSAT scale is the good one. Unset until the user confirms it (metrics.md, fact 12). */
export const csatPolaritySchema = z.enum(['unset', 'higher-is-better', 'lower-is-better']);
export type CsatPolarity = z.infer<typeof csatPolaritySchema>;

/** A figure with its sample size and its 95 % interval; null where the data cannot support it. */
export const metricValueSchema = z.object({
  /**
   * Count, seconds, fraction 0-1, points -100..100 (nps), or a plain ratio, as the registry says. Null, with n 0, also where
   * the registry's `groups` says that the metric means nothing for this grouping.
   */
  value: z.number().nullable(),
  n: z.number().int(),
  low: z.number().nullable(),
  high: z.number().nullable(),
  /** Why there can be no value at all, for a metric that the data cannot support (occupancy). */
  reason: z.string().optional(),
});
export type MetricValue = z.infer<typeof metricValueSchema>;

export const scorecardRowSchema = z.object({
  /** agentId, queueId, botId, or the name of the team, channel, direction, disposition or intent. */
  key: z.string(),
  name: z.string(),
  metrics: z.record(metricNameSchema, metricValueSchema),
});
export type ScorecardRow = z.infer<typeof scorecardRowSchema>;

/** What a metric is, for whoever shows it; main/metrics/registry.ts holds the definitions. */
export const metricInfoSchema = z.object({
  name: metricNameSchema,
  label: z.string(),
  unit: z.enum(['count', 'seconds', 'fraction', 'points', 'score', 'ratio', 'per-hour']),
  /** Which way is better under the workspace's CSAT polarity; 'neither' is never coloured or ranked. */
  direction: z.record(csatPolaritySchema, z.enum(['more', 'less', 'neither'])),
  /** The groupings for which it means something. */
  groups: z.array(scorecardGroupSchema),
  /** The time at which it counts, in words. */
  countedAt: z.string(),
  numerator: z.string(),
  denominator: z.string(),
  exclusions: z.string(),
  formula: z.string(),
  source: z.string(),
});
export type MetricInfo = z.infer<typeof metricInfoSchema>;

export const periodSchema = z.object({
  /** First instant of the period. */
  from: z.string(),
  /** First instant after the period. */
  to: z.string(),
  zone: z.string(),
});
export type Period = z.infer<typeof periodSchema>;

export const coverageStates = ['complete', 'open', 'capped', 'failed'] as const;
export const coverageRangeSchema = z.object({
  from: z.string(),
  to: z.string(),
  state: z.enum(coverageStates),
  rows: z.number().int(),
  fetchedAt: z.string().nullable(),
});
export type CoverageRange = z.infer<typeof coverageRangeSchema>;

/** How much of a period the cache really holds. Every figure over a hole is marked with it. */
export const periodCoverageSchema = z.object({
  isComplete: z.boolean(),
  /** Share of the period's seconds that are synced, 0-1. */
  fraction: z.number(),
  /** The parts that are not: never asked for, interrupted, capped or failed. */
  holes: z.array(
    z.object({ from: z.string(), to: z.string(), state: z.enum(['missing', 'open', 'capped', 'failed']) }),
  ),
  /** Only while the period runs: the moment up to which there can be figures. */
  notOverAt: z.string().optional(),
});
export type PeriodCoverage = z.infer<typeof periodCoverageSchema>;

/** What the reader of the figures must know beside them. */
export const scorecardNotesSchema = z.object({
  /** Conversations left out, by start within the period. */
  openConversations: z.number().int(),
  shadowConversations: z.number().int(),
  /** After-call work is known for `known` of `segments`; the rest count as 0 in the handle time. */
  acw: z.object({ known: z.number().int(), segments: z.number().int() }),
  /** Voice channels with segments in the period and no hold anywhere: their calls are in no hold or talk figure. */
  holdUnknownChannels: z.array(z.string()),
  /** By agent and team only: surveys of conversations no agent handled. They count by queue, bot and the others. */
  surveysWithoutAgent: z.number().int(),
  /** Values left out or odd, among the facts of the period. */
  qualityIssues: z.record(z.string(), z.number().int()),
  /** Bot-only sessions under 10 s, by start within the period, counted or not. */
  microSessions: z.number().int(),
  /** Entries a supervisor moved and another agent answered, by entry time within the period; 0 when not repaired. */
  reassignedEntries: z.number().int(),
});

const previousSchema = z.object({
  period: periodSchema,
  coverage: periodCoverageSchema,
  rows: z.array(scorecardRowSchema),
  total: z.record(metricNameSchema, metricValueSchema),
});

/** Add a metric and a row's key (none: the total) and `figure.rows` lists the cases behind that figure. */
export const figureQuerySchema = z.object({
  by: scorecardGroupSchema,
  /** In absolute words. */
  period: z.string(),
  zone: z.string(),
  agent: z.string().optional(),
  rules: countingRulesSchema,
});

export const scorecardSchema = z.object({
  period: periodSchema,
  /** When the newest data in the period was fetched; null when nothing was. */
  dataAsOf: z.string().nullable(),
  coverage: periodCoverageSchema,
  rows: z.array(scorecardRowSchema),
  /** Over all rows, from pooled sums; what is in several rows counts once. */
  total: z.record(metricNameSchema, metricValueSchema),
  notes: scorecardNotesSchema,
  /** What the figures are counted by. */
  rules: countingRulesSchema,
  /** While it is unset, no CSAT figure may be shown as good or bad. */
  csatPolarity: csatPolaritySchema,
  /** The weighted composite of each row, 0-100; null below 60 % of the weight. `scorecard.card` gives its parts. */
  composites: z.array(z.object({ key: z.string(), score: z.number().nullable(), weightCovered: z.number() })),
  /** Only when asked for. */
  previous: previousSchema.nullable(),
  query: figureQuerySchema,
});
export type ScorecardNotes = z.infer<typeof scorecardNotesSchema>;
export type Scorecard = z.infer<typeof scorecardSchema>;

/** A scorecard of the figures that were asked for. */
const someMetricsSchema = z.partialRecord(metricNameSchema, metricValueSchema);
const someRowSchema = scorecardRowSchema.extend({ metrics: someMetricsSchema });
export const someFiguresSchema = scorecardSchema.extend({
  rows: z.array(someRowSchema),
  total: someMetricsSchema,
  previous: previousSchema.extend({ rows: z.array(someRowSchema), total: someMetricsSchema }).nullable(),
});
export type SomeFigures = z.infer<typeof someFiguresSchema>;
