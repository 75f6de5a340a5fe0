// What a figure looks like on a page: its printed form, and how its sample size lets it be shown. Owns the rules that all
// kinds of report share. Pure. May import the contract and figures.ts.
import type { MetricValue, Period, PeriodCoverage } from '../../preload/contract/scorecard.ts';
import { formatChange, formatFigure, formatInstant, type MetricUnit, noFigure } from './figures.ts';

/** What a sample size allows: only the n, the value in grey, or the value ranked. Comes from the metric registry. */
export type DisplayRule = (n: number) => 'hide' | 'grey' | 'rank';

export type Tone = 'plain' | 'grey' | 'hidden' | 'none';
export type PrintedCell = { text: string; tone: Tone };

export const toneOf = (unit: MetricUnit, { value, n }: MetricValue, rule: DisplayRule): Tone => {
  if (value === null || (n === 0 && unit !== 'count')) return 'none';
  // A count stands for itself; a sample size only limits what is estimated from it.
  if (unit === 'count') return 'plain';
  const shown = rule(n);
  return shown === 'rank' ? 'plain' : shown === 'grey' ? 'grey' : 'hidden';
};

export const toCell = (unit: MetricUnit, value: MetricValue, rule: DisplayRule): PrintedCell => {
  const tone = toneOf(unit, value, rule);
  const text = tone === 'none' ? noFigure : tone === 'hidden' ? `n=${value.n}` : formatFigure(value.value, unit);
  return { text, tone };
};

export const isShown = ({ tone }: PrintedCell): boolean => tone === 'plain' || tone === 'grey';

/** The 95 % interval in words; empty without one, and where the value itself is not shown. */
export const formatRange = (unit: MetricUnit, value: MetricValue, rule: DisplayRule): string =>
  value.low === null || value.high === null || !isShown(toCell(unit, value, rule))
    ? ''
    : `${formatFigure(value.low, unit)} to ${formatFigure(value.high, unit)}`;

/** The n beside a figure; nothing beside a count, and where there is no data. */
export const formatN = (unit: MetricUnit, { n }: MetricValue): string =>
  unit === 'count' || n === 0 ? '' : formatFigure(n, 'count');

/** The difference from an earlier figure, where both are shown. */
export const describeChange = (unit: MetricUnit, now: MetricValue, earlier: MetricValue, rule: DisplayRule): string =>
  now.value !== null &&
  earlier.value !== null &&
  isShown(toCell(unit, now, rule)) &&
  isShown(toCell(unit, earlier, rule))
    ? formatChange(now.value - earlier.value, unit)
    : noFigure;

const shownHoles = 6;

/** How much of the period is synced, and the times that are not. */
export const describeCoverage = (coverage: PeriodCoverage, { from, zone }: Period) => {
  const hasBegun = coverage.notOverAt === undefined || coverage.notOverAt > from;
  // Rounded down: 99.96 % must not read as a whole.
  const percent = `${(Math.floor(coverage.fraction * 1000) / 10).toFixed(1)}\u202f%`;
  return {
    isComplete: coverage.isComplete,
    hasBegun,
    percent: !hasBegun ? noFigure : coverage.isComplete ? '100\u202f%' : percent,
    holes: coverage.holes
      .slice(0, shownHoles)
      .map((hole) => `${formatInstant(hole.from, zone)} to ${formatInstant(hole.to, zone)} (${hole.state})`),
    moreHoles: Math.max(0, coverage.holes.length - shownHoles),
    notOverAt: coverage.notOverAt === undefined ? null : formatInstant(coverage.notOverAt, zone),
  };
};
