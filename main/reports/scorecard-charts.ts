// Where the marks of a report's drawings stand: interval bars on a scale shared by all rows, and the trend beside its
// table. Pure geometry in shares of the width or height, 0-1. May import the contract, cells.ts and figures.ts.
import { AppError } from '../../preload/contract/errors.ts';
import type { MetricName, MetricValue, ScorecardRow } from '../../preload/contract/scorecard.ts';
import { type DisplayRule, toneOf } from './cells.ts';
import { formatFigure, type MetricMeta, type MetricUnit, noFigure } from './figures.ts';

/** One step of the period (a day, a week). */
export type TrendPoint = {
  label: string;
  /** Null where the step is not synced: the chart leaves a gap there. */
  handled: number | null;
  ahtMean: number | null;
  /** How many segments the mean is over; left out: all that were handled. */
  ahtN?: number;
  /** The step is not over, or only partly synced. */
  isPartial?: boolean;
};

export type Scale = { from: number; to: number };
/** A place on a scale, 0-1, and whether the true place lies outside. */
export type Position = { at: number; isOutside: boolean };

const maxTrendPoints = 36;

export const toPosition = (value: number, { from, to }: Scale): Position => {
  const at = to === from ? 0.5 : (value - from) / (to - from);
  return { at: Math.min(1, Math.max(0, at)), isOutside: at < 0 || at > 1 };
};

/**
 * One scale for a figure, the same in every row, so that bars can be compared by eye. It spans the intervals of the rows
 * with enough data to be ranked (of all shown ones when there is none) and the pooled value: one wild small sample must
 * not flatten everybody else. What lies outside is clipped and marked. Undefined when there is nothing to draw.
 */
export const findScale = (
  values: readonly MetricValue[],
  total: MetricValue,
  unit: MetricUnit,
  rule: DisplayRule,
): Scale | undefined => {
  const shown = values.filter((metric) => rule(metric.n) !== 'hide');
  const ranked = shown.filter((metric) => rule(metric.n) === 'rank');
  const ends = (ranked.length > 0 ? ranked : shown).flatMap(({ value, low, high }) => [value, low, high]);
  const known = [...ends, total.value].filter((end) => end !== null);
  if (known.length === 0) return;
  const lowest = known.reduce((a, b) => Math.min(a, b));
  const highest = known.reduce((a, b) => Math.max(a, b));
  const margin = (highest - lowest) * 0.06;
  const from = unit === 'points' ? lowest - margin : Math.max(0, lowest - margin);
  return { from, to: unit === 'fraction' ? Math.min(1, highest + margin) : highest + margin };
};

/** A scale for each metric of a scorecard but the counts. */
export const findScales = (
  rows: readonly ScorecardRow[],
  total: Record<MetricName, MetricValue>,
  metas: readonly MetricMeta[],
  rule: DisplayRule,
): Map<MetricName, Scale> => {
  const scales = new Map<MetricName, Scale>();
  for (const { name, unit } of metas) {
    if (unit === 'count') continue;
    const scale = findScale(
      rows.map((row) => row.metrics[name]),
      total[name],
      unit,
      rule,
    );
    if (scale) scales.set(name, scale);
  }
  return scales;
};

/** A figure on its scale with its interval and the pooled value; null for counts and for what is not shown. */
export const drawInterval = (
  unit: MetricUnit,
  metric: MetricValue,
  total: MetricValue,
  scale: Scale,
  rule: DisplayRule,
) => {
  const { value, low, high } = metric;
  const tone = toneOf(unit, metric, rule);
  if (unit === 'count' || value === null || tone === 'hidden') return null;
  const hasInterval = low !== null && high !== null;
  return {
    value: toPosition(value, scale),
    low: hasInterval ? toPosition(low, scale) : null,
    high: hasInterval ? toPosition(high, scale) : null,
    team: total.value === null || toneOf(unit, total, rule) === 'hidden' ? null : toPosition(total.value, scale),
  };
};

// A top for the axis that reads well and leaves little of it empty: a round count, whole minutes of a duration, a usual share
// of all. What is scored keeps to 1, 2 or 5 times a power of ten, which the ends of its scales are.
const roundUp = (value: number, steps: readonly number[]): number => {
  const power = 10 ** Math.floor(Math.log10(Math.max(1, value)));
  return steps.map((step) => step * power).find((top) => top >= value) ?? value;
};
const roundUpCount = (value: number): number => roundUp(value, [1, 2, 3, 4, 5, 6, 8, 10]);
const roundUpScore = (value: number): number => roundUp(value, [1, 2, 5, 10]);
const roundUpShare = (value: number): number => [0.1, 0.2, 0.5].find((top) => top >= value) ?? 1;
const roundUpSeconds = (value: number): number =>
  [30, 60, 120, 180, 300, 420, 600, 900, 1200, 1800, 2700, 3600].find((top) => top >= value) ??
  Math.ceil(value / 3600) * 3600;

/** A top for the axis of a figure: a round value at or above the largest. */
export const roundUpTop = (largest: number, unit: MetricUnit): number => {
  if (unit === 'fraction') return roundUpShare(largest);
  if (unit === 'seconds') return roundUpSeconds(Math.max(1, largest));
  return unit === 'count' ? roundUpCount(Math.max(1, largest)) : roundUpScore(Math.max(1, largest));
};

/** The trend chart and its table; null without steps. A mean of a sample too small to show is its n, and no mark. */
export const chartTrend = (points: readonly TrendPoint[], rule: DisplayRule) => {
  if (points.length === 0) return null;
  if (points.length > maxTrendPoints) {
    throw new AppError('invalid_input', `A trend can have at most ${maxTrendPoints} steps. Choose longer steps.`);
  }
  const meanN = ({ handled, ahtN }: TrendPoint): number => ahtN ?? handled ?? 0;
  const shownMean = (point: TrendPoint): number | null =>
    point.handled === null || rule(meanN(point)) === 'hide' ? null : point.ahtMean;
  const handledTop = roundUpCount(Math.max(1, ...points.map(({ handled }) => handled ?? 0)));
  const ahtTop = roundUpSeconds(Math.max(1, ...points.map((point) => shownMean(point) ?? 0)));
  return {
    handledTop: formatFigure(handledTop, 'count'),
    ahtTop: formatFigure(ahtTop, 'seconds'),
    points: points.map((point) => {
      const { label, handled, ahtMean, isPartial } = point;
      const mean = shownMean(point);
      const isHidden = handled !== null && handled > 0 && ahtMean !== null && mean === null;
      return {
        label,
        isPartial: isPartial ?? false,
        isMissing: handled === null,
        handled: handled === null ? 'unsynced' : formatFigure(handled, 'count'),
        barAt: handled === null ? null : handled / handledTop,
        aht: isHidden ? `n=${meanN(point)}` : mean === null ? noFigure : formatFigure(mean, 'seconds'),
        lineAt: mean === null ? null : mean / ahtTop,
        isGrey: handled !== null && rule(meanN(point)) === 'grey',
      };
    }),
  };
};
