// Names of periods.
import { isDay } from './days.ts';
import { formatDays } from './format.ts';

export const relativePeriods: readonly [value: string, label: string][] = [
  ['today', 'Today'],
  ['yesterday', 'Yesterday'],
  ['this-week', 'This week'],
  ['last-week', 'Last week'],
  ['this-month', 'This month'],
  ['last-month', 'Last month'],
  ['last-7-days', 'Last 7 days'],
  ['last-30-days', 'Last 30 days'],
];
/** Last week, 2025-W40; days as dates: 9 Nov 2026 – 15 Nov 2026. */
export const labelOfPeriod = (period: string): string => {
  const [first = '', last = first] = period.split('..');
  if (isDay(first) && isDay(last)) return formatDays({ first, last });
  return relativePeriods.find(([value]) => value === period)?.[1] ?? period;
};
