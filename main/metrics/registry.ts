// The metric registry: one declarative entry per metric. Scorecards, reports, CSV headers and the documentation read it,
// so a figure and its description cannot drift apart. Pure. May import the contract, definition.ts, definitions/, series.ts
// and statistics.ts.
import type { CsatPolarity, MetricName, MetricValue, ScorecardGroup } from '../../preload/contract/scorecard.ts';
import type { MetricDefinition, MetricDirection } from './definition.ts';
import { botDefinitions } from './definitions/bot.ts';
import { coreDefinitions } from './definitions/core.ts';
import { handlingDefinitions } from './definitions/handling.ts';
import { outcomeDefinitions } from './definitions/outcome.ts';
import { queueDefinitions } from './definitions/queue.ts';
import type { Accumulators, SeriesName } from './series.ts';
import {
  computeMeanInterval,
  computeNetScoreInterval,
  computeQuantile,
  computeQuantileInterval,
  computeWilsonInterval,
  type Interval,
} from './statistics.ts';

export {
  attributionTimes,
  type MetricDefinition,
  type MetricDirection,
  type MetricGrain,
  type MetricStatistic,
  type MetricUnit,
} from './definition.ts';

/** Every metric, in the contract's order. */
export const metricRegistry: Record<MetricName, MetricDefinition> = {
  ...coreDefinitions,
  ...handlingDefinitions,
  ...queueDefinitions,
  ...outcomeDefinitions,
  ...botDefinitions,
};

/** Which way is better for a metric under the workspace's CSAT polarity. */
export const findDirection = ({ direction }: MetricDefinition, polarity: CsatPolarity): MetricDirection =>
  typeof direction === 'string' ? direction : direction[polarity];

/**
 * What to show for a sample of size `n`: below 5 only the n, up to 29 the value in grey, out of every ranking, from 30 on
 * ranked (metrics definitions, section 3: a policy). Rates, means and percentiles only; a count stands for itself.
 */
export const displayRule = (n: number): 'hide' | 'grey' | 'rank' => (n < 5 ? 'hide' : n < 30 ? 'grey' : 'rank');

/** The series that a metric's figure is made of. */
export const seriesOfMetric = ({ statistic }: MetricDefinition): SeriesName[] => {
  switch (statistic.kind) {
    case 'refused':
      return [];
    case 'bracket':
      return [statistic.series, statistic.upTo];
    case 'ratio':
      return [statistic.series, statistic.over, statistic.sample];
    case 'sum':
    case 'max':
      return [statistic.series, statistic.sample];
    default:
      return [statistic.series];
  }
};

/** Puts a value, its sample size and its interval together; without a sample there is neither value nor interval. */
const toMetricValue = (value: number | null, n: number, interval: Interval): MetricValue => ({
  value,
  n,
  low: interval?.low ?? null,
  high: interval?.high ?? null,
});

const noValue: MetricValue = { value: null, n: 0, low: null, high: null };
/** The figure of a row that is not there. */
export const evaluateNothing = (): MetricValue => ({ ...noValue });

/**
 * Computes one metric from what a group has gathered. The value is given whatever n: see displayRule. `by` left out: any
 * grouping; a metric that means nothing for the grouping has no value and n 0.
 */
export const evaluateMetric = (
  { statistic, groups }: MetricDefinition,
  accumulators: Accumulators,
  by?: ScorecardGroup,
): MetricValue => {
  if (statistic.kind === 'refused') return { ...noValue, reason: statistic.reason };
  if (by !== undefined && !groups.includes(by)) return noValue;
  const gathered = accumulators.get(statistic.series);
  const n = gathered?.n ?? 0;
  const sum = gathered?.sum ?? 0;
  if (statistic.kind === 'count') return toMetricValue(n, n, null);
  if (statistic.kind === 'sum') return toMetricValue(sum, accumulators.get(statistic.sample)?.n ?? 0, null);
  if (gathered === undefined || n === 0) return noValue;
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
      const ascending = gathered.ascending ?? Float64Array.from(gathered.values ?? []).sort();
      return toMetricValue(computeQuantile(ascending, statistic.p), n, computeQuantileInterval(ascending, statistic.p));
    }
    case 'ratio': {
      const under = accumulators.get(statistic.over)?.sum ?? 0;
      return toMetricValue(under === 0 ? null : sum / under, accumulators.get(statistic.sample)?.n ?? 0, null);
    }
    case 'max': {
      const largest = (gathered.values ?? []).reduce((most, value) => Math.max(most, value), 0);
      return toMetricValue(largest, accumulators.get(statistic.sample)?.n ?? 0, null);
    }
    case 'net-score': {
      // Answers are +1, 0 and -1, so the squares count promoters and detractors together.
      const promoters = (gathered.sumSquares + sum) / 2;
      const detractors = (gathered.sumSquares - sum) / 2;
      return toMetricValue((100 * sum) / n, n, computeNetScoreInterval(promoters, detractors, n));
    }
  }
};
