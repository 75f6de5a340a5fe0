// Scorecards as screens read them: a period as days in the workspace's zone, and the period before.
import type { AppError } from '../../preload/contract/errors.ts';
import type { MetricInfo, MetricName, Period } from '../../preload/contract/scorecard.ts';
import { useCall } from '../bridge/context.tsx';
import { addDays, type DayRange, daysBetween, rangeBefore } from '../model/days.ts';
import type { Formats } from '../model/format.ts';

/** The days of a period: it begins and ends where days do. */
export const rangeOf = ({ from, to }: Period, formats: Formats): DayRange => ({
  first: formats.day(from),
  last: formats.day(new Date(Date.parse(to) - 1000).toISOString()),
});

/** As many days later (or earlier) as the range is long. */
export const stepRange = (range: DayRange, direction: -1 | 1): DayRange => {
  if (direction === -1) return rangeBefore(range);
  const length = daysBetween(range.first, range.last) + 1;
  const first = addDays(range.last, 1);
  if (range.first.endsWith('-01') && first.endsWith('-01')) {
    // Whole months stay whole: the end is where the range after it, going back, would begin.
    for (let days = 27; days <= 366; days += 1) {
      const candidate = { first, last: addDays(first, days) };
      if (addDays(candidate.last, 1).endsWith('-01') && rangeBefore(candidate).first === range.first) return candidate;
    }
  }
  return { first, last: addDays(first, length - 1) };
};

export type Metrics = {
  list: readonly MetricInfo[];
  find(name: MetricName): MetricInfo | undefined;
  error: AppError | null;
  retry(): void;
};

export const useMetrics = (): Metrics => {
  const metrics = useCall('metrics.list', {});
  const list = metrics.data ?? [];
  return {
    list,
    find: (name) => list.find((metric) => metric.name === name),
    error: metrics.error,
    retry: () => void metrics.refetch(),
  };
};
