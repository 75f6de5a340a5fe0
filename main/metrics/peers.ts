// One metric over all rows of a scorecard: ranks with ties, funnel limits, shrunk order, adjustment for mix. Pure. May
// import the contract, comparison.ts, registry.ts and trace.ts. Source of the policies: metrics definitions, section 3.
import type { PeerComparison, PeerRow } from '../../preload/contract/comparison.ts';
import type { CsatPolarity, MetricName, MetricValue } from '../../preload/contract/scorecard.ts';
import {
  adjustForMix,
  computeFunnelLimits,
  computeMeanFunnelLimits,
  describePeers,
  estimateShrinkage,
  type MixAdjusted,
  type MixCell,
  rankWithTies,
  shrinkShare,
} from './comparison.ts';
import { displayRule, findDirection, metricRegistry } from './registry.ts';

export type ComparedRow = { key: string; name: string; metrics: Record<MetricName, MetricValue> };

/** Sums of single cases, for what pooled figures cannot give: the spread of a mean, and each row's mix of work. */
export type CaseSums = {
  /** Standard deviation of all values; null below two. */
  spread: number | null;
  /** By row and kind of work (queue, channel, direction). */
  cells: readonly MixCell[];
};

export const measureSpread = (values: readonly number[]): number | null => {
  if (values.length < 2) return null;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1));
};

const adjust = ({ cells }: CaseSums): Map<string, MixAdjusted> =>
  new Map(adjustForMix(cells).map((row) => [row.key, row]));

/**
 * Compares the rows by one metric. Only rows of n 30 and more with an interval are ranked; n under 5 is in nothing. Funnel
 * limits are given for shares, and with `cases` for means; `pooled` is the total. Without `cases` nothing is adjusted.
 */
export const comparePeers = (
  metric: MetricName,
  rows: readonly ComparedRow[],
  pooled: MetricValue,
  polarity: CsatPolarity,
  cases: CaseSums | null = null,
): PeerComparison => {
  const definition = metricRegistry[metric];
  const { kind } = definition.statistic;
  const isShare = kind === 'share' || kind === 'bracket';
  const isMean = kind === 'mean';
  const direction = findDirection(definition, polarity);
  const figures = rows.flatMap(({ key, name, metrics }) => {
    const figure = metrics[metric];
    return figure.value === null ? [] : [{ key, name, ...figure, value: figure.value }];
  });
  const isCount = kind === 'count' || kind === 'sum' || kind === 'max';
  const shown = figures.filter(({ n }) => isCount || displayRule(n) !== 'hide');
  const ranked = figures.flatMap(({ key, value, n, low, high }) =>
    displayRule(n) === 'rank' && low !== null && high !== null ? [{ key, value, low, high }] : [],
  );
  const ranks = new Map(
    direction === 'neither' ? [] : rankWithTies(ranked, direction).map(({ key, ...rank }) => [key, rank]),
  );
  const tallies = new Map(figures.map(({ key, value, n }) => [key, { hits: value * n, n }]));
  const shrinkage = isShare ? estimateShrinkage([...tallies.values()]) : null;
  const spread = isMean && cases !== null ? cases.spread : null;
  const mix = cases !== null && (isShare || isMean) ? adjust(cases) : null;

  const limitsOf = (n: number): { low: number; high: number } | null => {
    if (pooled.value === null) return null;
    if (isShare) return computeFunnelLimits(pooled.value, n);
    return spread === null ? null : computeMeanFunnelLimits(pooled.value, spread, n);
  };
  return {
    metric,
    direction,
    pooled,
    peers: describePeers(shown.map(({ value }) => value)),
    peerCount: shown.length,
    shrinkageK: shrinkage !== null && Number.isFinite(shrinkage.k) ? shrinkage.k : null,
    rows: figures.map((figure): PeerRow => {
      const { key, name, value, n, low, high } = figure;
      const funnel = displayRule(n) === 'hide' ? null : limitsOf(n);
      const tally = tallies.get(key);
      const adjusted = mix?.get(key);
      return {
        key,
        name,
        value,
        n,
        low,
        high,
        display: isCount ? 'rank' : displayRule(n),
        rank: ranks.get(key) ?? null,
        funnel,
        isOutsideFunnel: funnel === null ? null : value < funnel.low || value > funnel.high,
        shrunk: shrinkage === null || tally === undefined ? null : shrinkShare(tally, shrinkage),
        mix:
          adjusted === undefined
            ? null
            : {
                observed: adjusted.observed,
                expected: adjusted.expected,
                ratio: adjusted.ratio,
                adjusted: adjusted.adjusted,
              },
      };
    }),
  };
};
