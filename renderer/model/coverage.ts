// Coverage as the window shows it: how far the data reach without a hole, and each day's worst state.
import type { CoverageRange } from '../../preload/contract/scorecard.ts';
import { addDays } from './days.ts';

export type Freshness = {
  /** End of the newest stretch that is synced whole; null when there is none. */
  completeTo: string | null;
  from: string | null;
  /** Stretches that are not whole, newest first. */
  troubled: readonly CoverageRange[];
  newestFetch: string | null;
  /** Time between stretches that was never asked for. */
  gaps: readonly { from: string; to: string }[];
};

export const summarizeFreshness = (ranges: readonly CoverageRange[]): Freshness => {
  const complete = ranges.filter(({ state }) => state === 'complete');
  const fetches = ranges.flatMap(({ fetchedAt }) => fetchedAt ?? []);
  return {
    completeTo: complete.at(-1)?.to ?? null,
    from: ranges[0]?.from ?? null,
    troubled: ranges.filter(({ state }) => state !== 'complete').toReversed(),
    gaps: ranges.flatMap(({ to }, index) => {
      const next = ranges[index + 1];
      return next !== undefined && to < next.from ? [{ from: to, to: next.from }] : [];
    }),
    newestFetch: fetches.reduce<string | null>((newest, one) => (newest === null || one > newest ? one : newest), null),
  };
};

export type DayState = 'complete' | 'partial' | 'open' | 'capped' | 'failed' | 'missing';
const severity: readonly CoverageRange['state'][] = ['complete', 'open', 'capped', 'failed'];

/**
 * The state of each day from `first` to `last`. `dayOf` names the day of an instant in the zone. A day that is synced
 * whole but for time that was never asked for is 'partial'; the day that is still running is judged by its past.
 */
export const stateOfDays = (
  ranges: readonly CoverageRange[],
  first: string,
  last: string,
  dayOf: (iso: string) => string,
): Map<string, DayState> => {
  const days = new Map<string, DayState>();
  for (let day = first; day <= last; day = addDays(day, 1)) days.set(day, 'missing');
  const worsen = (day: string, state: CoverageRange['state'], isWhole: boolean): void => {
    const known = days.get(day);
    if (known === undefined) return;
    if (known === 'missing') days.set(day, state === 'complete' && !isWhole ? 'partial' : state);
    else if (known === 'partial' || severity.indexOf(state) > severity.indexOf(known)) {
      if (state !== 'complete') days.set(day, state);
    }
  };
  for (const [index, range] of ranges.entries()) {
    const firstDay = dayOf(range.from);
    // The end is not part of the range.
    const lastDay = dayOf(new Date(Date.parse(range.to) - 1000).toISOString());
    const isJoinedBefore = ranges[index - 1]?.to === range.from;
    const isJoinedAfter = ranges[index + 1]?.from === range.to;
    const startsMidDay = !isJoinedBefore && dayOf(new Date(Date.parse(range.from) - 1000).toISOString()) === firstDay;
    const endsMidDay =
      !isJoinedAfter &&
      dayOf(range.to) === lastDay &&
      Date.parse(range.to) < Date.now() - 5 * 60_000 &&
      lastDay !== dayOf(new Date().toISOString());
    for (let day = firstDay < first ? first : firstDay; day <= lastDay && day <= last; day = addDays(day, 1)) {
      const isWhole = !(day === firstDay && startsMidDay) && !(day === lastDay && endsMidDay);
      worsen(day, range.state, isWhole);
    }
  }
  return days;
};
