// Figures set against something: peers, the previous period, a trend, targets, other houses' definitions; and the rows behind
// a figure. Imports zod only.
import { z } from 'zod';
import { countingRulesSchema, presetNameSchema } from './counting.ts';
import { targetSchema } from './figures.ts';
import {
  csatPolaritySchema,
  metricNameSchema,
  metricValueSchema,
  periodCoverageSchema,
  periodSchema,
  scorecardGroupSchema,
  scorecardNotesSchema,
  scorecardRowSchema,
} from './scorecard.ts';

const metricsSchema = z.record(metricNameSchema, metricValueSchema);
const rangeSchema = z.object({ low: z.number(), high: z.number() });

export const peerRowSchema = z.object({
  key: z.string(),
  name: z.string(),
  value: z.number(),
  n: z.number().int(),
  low: z.number().nullable(),
  high: z.number().nullable(),
  /** n under 5: 'hide', only the n is shown; 5-29: 'grey', in no ranking; else 'rank'. */
  display: z.enum(['hide', 'grey', 'rank']),
  /** “3-9 of 22”: the ranks that the intervals allow, 1 is best. Null where nothing may be ranked. */
  rank: z.object({ best: z.number().int(), worst: z.number().int(), of: z.number().int() }).nullable(),
  /** 99.8 % limits about the pooled value for this n. Null where the statistic has none. */
  funnel: rangeSchema.nullable(),
  isOutsideFunnel: z.boolean().nullable(),
  /** A share drawn towards the pooled one, the more so the fewer the cases: for ordering alone. */
  shrunk: z.number().nullable(),
  /** Against what the whole group would have had on this row’s mix of queue, channel and direction. */
  mix: z
    .object({
      observed: z.number(),
      expected: z.number(),
      ratio: z.number().nullable(),
      adjusted: z.number().nullable(),
    })
    .nullable(),
});
export type PeerRow = z.infer<typeof peerRowSchema>;
export const peerComparisonSchema = z.object({
  metric: metricNameSchema,
  /** Which way is better; 'neither' is not ranked. */
  direction: z.enum(['more', 'less', 'neither']),
  pooled: metricValueSchema,
  /** Quartiles of the rows' values of n 5 and more. */
  peers: z.object({ p25: z.number(), p50: z.number(), p75: z.number() }).nullable(),
  peerCount: z.number().int(),
  /** How many cases the pooled share is worth against a row's; null: the rows differ by no more than chance, or no share. */
  shrinkageK: z.number().nullable(),
  /** Rows with a value, in the scorecard's order. */
  rows: z.array(peerRowSchema),
});
export type PeerComparison = z.infer<typeof peerComparisonSchema>;

export const compositeSchema = z.object({
  /** 0-100; null when the parts with a value carry less than 60 % of the weight. */
  score: z.number().nullable(),
  weightCovered: z.number(),
  /** Parts need n 30 and more. `points` and `contribution` are null without. */
  parts: z.array(
    z.object({
      metric: metricNameSchema,
      weight: z.number(),
      floor: z.number(),
      target: z.number(),
      points: z.number().nullable(),
      contribution: z.number().nullable(),
    }),
  ),
});
export type CompositeScore = z.infer<typeof compositeSchema>;

export const targetVerdictSchema = z.object({
  ...targetSchema.shape,
  /** 'not-judged': neither more nor less is better, or the CSAT scale is not confirmed. */
  verdict: z.enum(['met', 'missed', 'not-distinguishable', 'no-value', 'not-judged']),
});
export type TargetVerdictRow = z.infer<typeof targetVerdictSchema>;

export const trendUnits = ['day', 'week', 'month'] as const;
export const trendUnitSchema = z.enum(trendUnits);
export type TrendUnit = z.infer<typeof trendUnitSchema>;

const frame = {
  period: periodSchema,
  dataAsOf: z.string().nullable(),
  coverage: periodCoverageSchema,
  rules: countingRulesSchema,
  csatPolarity: csatPolaritySchema,
};

export const cardSchema = z.object({
  ...frame,
  by: scorecardGroupSchema,
  row: scorecardRowSchema,
  total: metricsSchema,
  notes: scorecardNotesSchema,
  previous: z.object({ period: periodSchema, coverage: periodCoverageSchema, metrics: metricsSchema.nullable() }),
  trendUnit: z.enum(['day', 'week', 'month', 'year']),
  /** Oldest first. A step is partial when it is not over, not whole or not fully synced. */
  trend: z.array(
    z.object({
      label: z.string(),
      from: z.string(),
      to: z.string(),
      isPartial: z.boolean(),
      /** Null where the row has nothing in the step, or nothing of it is synced. */
      metrics: metricsSchema.nullable(),
    }),
  ),
  /** By metric, where the row has a value. */
  peers: z.partialRecord(
    metricNameSchema,
    z.object({
      pooled: metricValueSchema,
      peers: peerComparisonSchema.shape.peers,
      peerCount: z.number().int(),
      ...peerRowSchema.pick({ display: true, rank: true, funnel: true, isOutsideFunnel: true, shrunk: true }).shape,
    }),
  ),
  /** In force on the last day of the period. */
  targets: z.array(targetVerdictSchema),
  composite: compositeSchema,
});
export type Card = z.infer<typeof cardSchema>;

const someMetricsSchema = z.partialRecord(metricNameSchema, metricValueSchema);
/** A few figures of all, over a period, the one before, and each of its steps. */
export const totalsSchema = z.object({
  period: periodSchema,
  coverage: periodCoverageSchema,
  total: someMetricsSchema,
  previous: z.object({ period: periodSchema, coverage: periodCoverageSchema, total: someMetricsSchema }),
  trendUnit: cardSchema.shape.trendUnit,
  /** Oldest first; null where nothing of the step is synced. */
  trend: z.array(z.object({ label: z.string(), isPartial: z.boolean(), total: someMetricsSchema.nullable() })),
});
export type Totals = z.infer<typeof totalsSchema>;

export const figureRowSchema = z.object({
  /** Key of the conversation. One with several cases has several rows. */
  conversation: z.string(),
  /** When the case counts. */
  at: z.string(),
  agent: z.string().nullable(),
  agentName: z.string().nullable(),
  queue: z.string().nullable(),
  queueName: z.string().nullable(),
  /** One of the figure's n. Ratios of sums may draw on more cases than those. */
  isCounted: z.boolean(),
  /** Its part of the numerator: 1 or 0 for shares, else seconds, points or score. Null: none of its own. */
  value: z.number().nullable(),
  /** Its part of a ratio's denominator; null elsewhere. */
  over: z.number().nullable(),
});
export const figureRowsSchema = z.object({
  ...frame,
  figure: metricValueSchema,
  label: z.string(),
  formula: z.string(),
  /** Rows in all, and how many of them are counted: as many as the figure's n. */
  total: z.number().int(),
  counted: z.number().int(),
  conversations: z.number().int(),
  rows: z.array(figureRowSchema),
});
export type FigureRows = z.infer<typeof figureRowsSchema>;

export const entryColumns = [
  'answered',
  'reassigned-answered',
  'callback',
  'voicemail',
  'flow-out',
  'abandoned',
  'abandoned-short',
  'terminated',
] as const;
export const verdictSchema = z.enum(['hit', 'miss', 'left-out']);
const entryColumnSchema = z.enum(entryColumns);
export type EntryColumn = z.infer<typeof entryColumnSchema>;
const verdictCountsSchema = z.object({ hit: z.number().int(), miss: z.number().int(), leftOut: z.number().int() });
const reconciledRateSchema = z.object({
  value: z.number().nullable(),
  n: z.number().int(),
  hits: z.number().int(),
  low: z.number().nullable(),
  high: z.number().nullable(),
  /** n + leftOut = offered. */
  leftOut: z.number().int(),
  byOutcome: z.record(entryColumnSchema, verdictCountsSchema),
});
export const reconciliationSchema = z.object({
  ...frame,
  offered: z.number().int(),
  /** Every offered entry in exactly one: they add up to `offered`. */
  outcomes: z.record(entryColumnSchema, z.number().int()),
  presets: z.array(
    z.object({
      name: presetNameSchema,
      label: z.string(),
      serviceLevel: reconciledRateSchema,
      abandonRate: reconciledRateSchema,
      serviceLevelRule: z.string(),
      abandonRateRule: z.string(),
      /** The other figures that presets count differently. */
      acwMean: metricValueSchema,
      nps: metricValueSchema,
      queueTransferRate: metricValueSchema,
    }),
  ),
  /** How each entry was counted, a page of them by time of entry. */
  entries: z.array(
    z.object({
      conversation: z.string(),
      enteredAt: z.string(),
      queue: z.string().nullable(),
      queueName: z.string().nullable(),
      outcome: entryColumnSchema,
      waitSeconds: z.number().nullable(),
      verdicts: z.record(presetNameSchema, z.object({ serviceLevel: verdictSchema, abandonRate: verdictSchema })),
    }),
  ),
});
export type ReconciliationTable = z.infer<typeof reconciliationSchema>;
