// Which facts a figure is made of, from what a reference scorecard notes while it counts: what index/fact-trace.ts is held to.
import type { FactOwner } from '../../main/metrics/facts.ts';
import { totalKey } from '../../main/metrics/grouping.ts';
import type { SeriesName } from '../../main/metrics/series.ts';
import { type FigureFact, partsOf } from '../../main/metrics/trace.ts';
import type { MetricName, MetricValue } from '../../preload/contract/scorecard.ts';

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

export const tracedSeries = (metric: MetricName): ReadonlySet<SeriesName> => {
  const parts = partsOf(metric);
  return new Set(parts === null ? [] : [parts.n, parts.value, ...(parts.over === null ? [] : [parts.over])]);
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
