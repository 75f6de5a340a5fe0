// Days of the calendar as 2025-09-30 text: arithmetic on whole days, without a zone. Where a day begins is the program's
// business; the window only names days.
const dayMs = 86_400_000;
const toMs = (day: string): number => Date.parse(`${day}T00:00:00Z`);
const fromMs = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

export const isDay = (text: string): boolean =>
  /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(toMs(text)) && fromMs(toMs(text)) === text;
export const addDays = (day: string, days: number): string => fromMs(toMs(day) + days * dayMs);
/** Whole days from one to the other; negative when it is earlier. */
export const daysBetween = (from: string, to: string): number => Math.round((toMs(to) - toMs(from)) / dayMs);
/** ISO: 1 is Monday, 7 is Sunday. */
export const weekdayOf = (day: string): number => new Date(toMs(day)).getUTCDay() || 7;
export const monthOf = (day: string): string => day.slice(0, 7);
export const addMonths = (day: string, months: number): string => {
  const [year = 0, month = 1] = day.split('-').map(Number);
  return fromMs(Date.UTC(year, month - 1 + months, 1));
};

/** Both ends included. */
export type DayRange = { first: string; last: string };

export const formatRange = ({ first, last }: DayRange): string => (first === last ? first : `${first}..${last}`);

const today = (day: string): DayRange => ({ first: day, last: day });
const weekOf = (day: string): DayRange => {
  const monday = addDays(day, 1 - weekdayOf(day));
  return { first: monday, last: addDays(monday, 6) };
};
const monthRangeOf = (day: string): DayRange => {
  const first = `${monthOf(day)}-01`;
  return { first, last: addDays(addMonths(first, 1), -1) };
};
const relativeRanges: Readonly<Record<string, (day: string) => DayRange>> = {
  today,
  yesterday: (day) => today(addDays(day, -1)),
  'this-week': weekOf,
  'last-week': (day) => weekOf(addDays(day, -7)),
  'this-month': monthRangeOf,
  'last-month': (day) => monthRangeOf(addMonths(day, -1)),
  'last-7-days': (day) => ({ first: addDays(day, -7), last: addDays(day, -1) }),
  'last-30-days': (day) => ({ first: addDays(day, -30), last: addDays(day, -1) }),
};
/** The days that a relative period stands for today, as the program reads it (main/metrics/period.ts); null for any other. */
export const rangeOfRelative = (period: string, day: string): DayRange | null => relativeRanges[period]?.(day) ?? null;

/** The range of the same length before this one: as many months for whole months, else as many days. */
export const rangeBefore = ({ first, last }: DayRange): DayRange => {
  const after = addDays(last, 1);
  if (first.endsWith('-01') && after.endsWith('-01')) {
    const [fromYear = 0, fromMonth = 0] = first.split('-').map(Number);
    const [toYear = 0, toMonth = 0] = after.split('-').map(Number);
    const months = (toYear - fromYear) * 12 + toMonth - fromMonth;
    return { first: addMonths(first, -months), last: addDays(first, -1) };
  }
  return { first: addDays(first, -daysBetween(first, after)), last: addDays(first, -1) };
};

/** What a trend over a range steps by: finer, and most steps would hold too few cases to show a figure. */
export const stepUnitOf = ({ first, last }: DayRange): 'day' | 'week' | 'month' => {
  const days = daysBetween(first, last) + 1;
  if (days <= 14) return 'day';
  return days <= 84 ? 'week' : 'month';
};
