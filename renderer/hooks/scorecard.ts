// Scorecards as screens read them: a period as days in the workspace's zone, the period before, and the steps of a trend.
import { useQueries } from '@tanstack/react-query';
import type { MetricInfo, MetricName, Period, Scorecard, ScorecardGroup } from '../../preload/contract/scorecard.ts';
import { callKey, useBridge, useCall } from '../bridge/context.tsx';
import { addDays, type DayRange, daysBetween, formatRange, rangeBefore, stepsOf } from '../model/days.ts';
import type { Formats } from '../model/format.ts';
import { useWorkspace } from './workspace.tsx';

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

export const useMetrics = (): { list: readonly MetricInfo[]; find(name: MetricName): MetricInfo | undefined } => {
  const metrics = useCall('metrics.list', {});
  const list = metrics.data ?? [];
  return { list, find: (name) => list.find((metric) => metric.name === name) };
};

export type TrendPoint = { range: DayRange; scorecard: Scorecard | undefined };

/** The same scorecard over each step of a range, oldest first; what is not there yet is undefined. */
export const useTrend = (
  by: ScorecardGroup,
  range: DayRange | null,
  metrics: readonly MetricName[],
): { points: TrendPoint[]; isPending: boolean } => {
  const bridge = useBridge();
  const { workspace } = useWorkspace();
  const steps = range === null ? [] : stepsOf(range);
  const answers = useQueries({
    queries: steps.map((step) => {
      const input = { workspace: workspace.id, by, period: formatRange(step), metrics: [...metrics] };
      return {
        queryKey: callKey('scorecard.figures', input),
        queryFn: () => bridge.call('scorecard.figures', input),
        staleTime: Number.POSITIVE_INFINITY,
      };
    }),
  });
  return {
    points: steps.map((step, index) => ({ range: step, scorecard: answers[index]?.data as Scorecard | undefined })),
    isPending: answers.some(({ isPending }) => isPending),
  };
};
