// Of which series a figure is made, and the facts it becomes. Pure. May import the contract, facts.ts, registry.ts and series.ts.
import type { MetricName } from '../../preload/contract/scorecard.ts';
import type { FactOwner } from './facts.ts';
import { metricRegistry } from './registry.ts';
import type { SeriesName } from './series.ts';

export type Parts = { n: SeriesName; value: SeriesName; over: SeriesName | null };
/** The series that a metric counts, sums and divides by; null when it is not computed. */
export const partsOf = (metric: MetricName): Parts | null => {
  const { statistic } = metricRegistry[metric];
  if (statistic.kind === 'refused') return null;
  if (statistic.kind === 'ratio') return { n: statistic.sample, value: statistic.series, over: statistic.over };
  if (statistic.kind === 'sum' || statistic.kind === 'max')
    return { n: statistic.sample, value: statistic.series, over: null };
  return { n: statistic.series, value: statistic.series, over: null };
};

export type FigureFact = {
  owner: FactOwner;
  atS: number;
  /** It is one of the figure's n. A ratio may sum facts beyond those. */
  isCounted: boolean;
  /** What it adds to the numerator: 1 or 0 for shares, else its value. Null: nothing, or only with others (busy time). */
  value: number | null;
  /** What it adds to the denominator of a ratio; null elsewhere. */
  over: number | null;
};
