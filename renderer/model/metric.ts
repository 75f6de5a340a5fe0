// How a figure may be shown: the rules for small samples and for good and bad (docs/metrics.md, section on n).
import type { CsatPolarity, MetricInfo, MetricValue } from '../../preload/contract/scorecard.ts';
import { formatMetric, nothing } from './format.ts';

export type Shown = {
  text: string;
  /** 'plain' counts stand for themselves; 'hidden' shows only the n; 'grey' is out of every ranking. */
  rule: 'plain' | 'none' | 'hidden' | 'grey' | 'ranked';
};

/** Below 5 only the n, up to 29 the value in grey. A count stands for itself. */
export const showMetric = (metric: MetricValue | undefined, unit: MetricInfo['unit']): Shown => {
  if (metric === undefined || (metric.value === null && metric.n === 0)) return { text: nothing, rule: 'none' };
  if (unit === 'count')
    return { text: metric.value === null ? nothing : formatMetric(metric.value, unit), rule: 'plain' };
  if (metric.n < 5) return { text: `n = ${metric.n}`, rule: 'hidden' };
  if (metric.value === null) return { text: nothing, rule: 'none' };
  return { text: formatMetric(metric.value, unit), rule: metric.n < 30 ? 'grey' : 'ranked' };
};

export const formatInterval = (metric: MetricValue, unit: MetricInfo['unit']): string | null =>
  metric.low === null || metric.high === null || metric.n < 5
    ? null
    : `${formatMetric(metric.low, unit)} – ${formatMetric(metric.high, unit)}`;

/**
 * Whether a figure is better or worse than another: only where both are ranked and their intervals do not overlap, and
 * never while nobody said which end of the scale is the good one.
 */
export const judgeChange = (
  info: MetricInfo,
  polarity: CsatPolarity,
  now: MetricValue | undefined,
  before: MetricValue | undefined,
): 'better' | 'worse' | null => {
  const direction = info.direction[polarity];
  if (direction === undefined || direction === 'neither' || !now || !before) return null;
  if (now.n < 30 || before.n < 30) return null;
  if (now.low === null || now.high === null || before.low === null || before.high === null) return null;
  const isHigher = now.low > before.high;
  const isLower = now.high < before.low;
  if (!isHigher && !isLower) return null;
  return isHigher === (direction === 'more') ? 'better' : 'worse';
};
