// The shape of a metric's definition. Types, the sets of groups, and the times at which figures count. May import the contract and
// series.ts.
import {
  type CsatPolarity,
  type MetricName,
  type ScorecardGroup,
  scorecardGroups,
} from '../../preload/contract/scorecard.ts';
import type { SeriesName } from './series.ts';

/** Count, seconds, fraction 0-1, points -100..100, a score on the survey's own scale, a plain ratio, cases an hour. */
export type MetricUnit = 'count' | 'seconds' | 'fraction' | 'points' | 'score' | 'ratio' | 'per-hour';
/** Which way is better; 'neither' is never coloured or ranked as good or bad. */
export type MetricDirection = 'more' | 'less' | 'neither';
/** What one unit of the denominator is, and so the time it counts at: see attributionTimes. */
export type MetricGrain =
  | 'segment'
  | 'conversation'
  | 'offer'
  | 'survey'
  | 'entry'
  | 'contact'
  | 'session'
  | 'arrival'
  | 'consult'
  | 'agent-day';

/** The time at which each grain counts, to be printed with each report (metrics definitions, section 1). */
export const attributionTimes: Record<MetricGrain, string> = {
  segment: 'the end of the interaction',
  conversation: 'the end of the interaction',
  offer: 'the time the agent was asked',
  survey: 'the start of the conversation',
  entry: 'the entry into the queue',
  contact: 'the end of the conversation',
  session: 'the start of the conversation',
  arrival: 'the entry into the last queue',
  consult: 'the time the consult was answered',
  'agent-day': 'the end of the interaction',
};

/** How a value and its interval come from the sums of a series. */
export type MetricStatistic =
  | { kind: 'count'; series: SeriesName }
  | { kind: 'share'; series: SeriesName }
  /** Surely [low end] to possibly [high end]: the value is the sure share. */
  | { kind: 'bracket'; series: SeriesName; upTo: SeriesName }
  | { kind: 'mean'; series: SeriesName; minimumN: number; lowest: number; highest: number }
  | { kind: 'quantile'; series: SeriesName; p: number }
  | { kind: 'net-score'; series: SeriesName }
  | { kind: 'sum'; series: SeriesName; sample: SeriesName }
  /** Sum of one series / sum of another; `sample` gives the n. No interval: its parts are not independent. */
  | { kind: 'ratio'; series: SeriesName; over: SeriesName; sample: SeriesName }
  | { kind: 'max'; series: SeriesName; sample: SeriesName }
  /** The data cannot support it: the reason stands where a value would. */
  | { kind: 'refused'; reason: string };

export type MetricDefinition = {
  label: string;
  unit: MetricUnit;
  /** By CSAT polarity where it depends on that setting: unset must show neither good nor bad (fact 12). */
  direction: MetricDirection | Record<CsatPolarity, MetricDirection>;
  grain: MetricGrain;
  /**
   * The groupings for which it means something. Elsewhere its value is null and its n 0, in every row and in the total, so
   * that each row holds every metric.
   */
  groups: readonly ScorecardGroup[];
  /** Set where a preset of definitions changes the figure. */
  dependsOnPreset?: true;
  numerator: string;
  denominator: string;
  exclusions: string;
  formula: string;
  /** Where the definition comes from. */
  source: string;
  statistic: MetricStatistic;
};

/** Some of the registry, as each file of definitions gives it. */
export type Definitions<N extends MetricName> = Record<N, MetricDefinition>;

export const everyGroup: readonly ScorecardGroup[] = scorecardGroups;
/** Queue entries belong to no agent. */
export const entryGroups: readonly ScorecardGroup[] = ['queue', 'bot', 'channel', 'direction', 'disposition', 'intent'];
/** Bot sessions are never outbound, and those without an agent have no disposition: these groups would tell nothing. */
export const sessionGroups: readonly ScorecardGroup[] = ['bot', 'channel', 'intent'];
/** Working time is measured agent by agent. */
export const staffGroups: readonly ScorecardGroup[] = ['agent', 'team'];

/** A mean of durations: an interval from 30 values on. */
export const meanOfSeconds = (series: SeriesName): MetricStatistic => ({
  kind: 'mean',
  series,
  minimumN: 30,
  lowest: 0,
  highest: Number.POSITIVE_INFINITY,
});
