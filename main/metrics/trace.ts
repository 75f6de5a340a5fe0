// Which facts a figure is made of: what a scorecard notes while it counts, and the rows it becomes. Pure. May import the
// contract, facts.ts, registry.ts and series.ts.
import type { MetricName, MetricValue } from '../../preload/contract/scorecard.ts';
import type { FactOwner } from './facts.ts';
import { totalKey } from './grouping.ts';
import { metricRegistry } from './registry.ts';
import type { SeriesName } from './series.ts';

/** What one fact gave to the series that are traced. */
export type TracedFact = {
  owner: FactOwner;
  /** When it counts. UTC epoch seconds. */
  atS: number;
  /** The rows it counts in. */
  keys: readonly string[];
  values: Partial<Record<SeriesName, number>>;
  /** Hold and talk of a call, which count only once its channel is known to carry hold. */
  holdValues: Partial<Record<SeriesName, number>>;
};

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

export const tracedSeries = (metric: MetricName): ReadonlySet<SeriesName> => {
  const parts = partsOf(metric);
  return new Set(parts === null ? [] : [parts.n, parts.value, ...(parts.over === null ? [] : [parts.over])]);
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

/**
 * The facts behind one figure, in order of time: none behind a figure of n 0. `key` null: the total. The counted ones are as
 * many as the figure's n.
 */
export const listFigureFacts = (
  traced: readonly TracedFact[],
  metric: MetricName,
  key: string | null,
  figure: MetricValue,
): FigureFact[] => {
  const parts = partsOf(metric);
  if (parts === null || figure.n === 0) return [];
  const isMulti = traced.some(({ keys }) => keys.includes(totalKey));
  const wanted = key ?? (isMulti ? totalKey : null);
  const facts = traced.flatMap(({ owner, atS, keys, values }): FigureFact[] => {
    const isTouched = [parts.n, parts.value, parts.over].some((name) => name !== null && values[name] !== undefined);
    if (!isTouched || (wanted !== null && !keys.includes(wanted))) return [];
    return [
      {
        owner,
        atS,
        isCounted: values[parts.n] !== undefined,
        value: values[parts.value] ?? null,
        over: parts.over === null ? null : (values[parts.over] ?? null),
      },
    ];
  });
  return facts.sort((left, right) => left.atS - right.atS || (left.owner.traits.key < right.owner.traits.key ? -1 : 1));
};
