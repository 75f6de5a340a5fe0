// A small course of a figure, without axes: for beside a number. Plain SVG; what is not known leaves a gap.
import type { ReactNode } from 'react';

const WIDTH = 120;
const HEIGHT = 28;
const EDGE = 3;

export const Sparkline = ({ values, label }: { values: readonly (number | null)[]; label: string }): ReactNode => {
  const known = values.filter((value): value is number => value !== null);
  const low = Math.min(...known);
  const high = Math.max(...known);
  const x = (index: number): number => EDGE + (index / Math.max(1, values.length - 1)) * (WIDTH - 2 * EDGE);
  const y = (value: number): number =>
    high === low ? HEIGHT / 2 : HEIGHT - EDGE - ((value - low) / (high - low)) * (HEIGHT - 2 * EDGE);
  let path = '';
  for (const [index, value] of values.entries())
    if (value !== null) {
      const isContinued = index > 0 && values[index - 1] !== null && values[index - 1] !== undefined;
      // A day between two unknown ones is a dot: a line of no length with a round end.
      path += `${isContinued ? 'L' : 'M'}${x(index).toFixed(1)} ${y(value).toFixed(1)}${isContinued ? '' : 'h0'}`;
    }
  const last = values.at(-1) ?? null;
  return (
    <svg className="sparkline" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={label}>
      {known.length < 2 ? null : (
        <path d={path} fill="none" stroke="currentColor" strokeWidth="1.5" strokeLinecap="round" />
      )}
      {last === null ? null : <circle cx={x(values.length - 1)} cy={y(last)} r="2.5" fill="currentColor" />}
    </svg>
  );
};
