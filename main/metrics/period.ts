// Turns what a user writes for a period or a moment into UTC epoch seconds, in an IANA time zone. Pure: the caller gives
// the present time. May import the contract's errors and temporal-polyfill.
import { Temporal } from 'temporal-polyfill';
import { AppError } from '../../preload/contract/errors.ts';

export type ParsedPeriod = {
  /** First instant of the period, UTC epoch seconds. */
  fromS: number;
  /** First instant after the period. */
  toS: number;
  /** The period in absolute words, such as 2025-W40 for last-week; parsing it again gives the same period. */
  label: string;
};

/** Whole days: the first day, the first day after, and the absolute name. */
type DaySpan = { first: Temporal.PlainDate; after: Temporal.PlainDate; label: string };

/** Periods named by where they lie from today. */
export const relativeWords = [
  'today',
  'yesterday',
  'this-week',
  'last-week',
  'this-month',
  'last-month',
  'last-7-days',
  'last-30-days',
] as const;
type RelativeWord = (typeof relativeWords)[number];
const isRelativeWord = (text: string): text is RelativeWord => relativeWords.some((word) => word === text);

const acceptedPeriods =
  `a day (2025-09-30), week (2025-W40), month (2025-09), quarter (2025-Q3) or year (2025), a range of those ` +
  `(2025-09-01..2025-09-15, both ends included), or one of ${relativeWords.join(', ')}`;

const refusePeriod = (text: string, reason: string): AppError =>
  new AppError('invalid_input', `"${text}" is not a period: ${reason}. Write ${acceptedPeriods}.`);

/**
 * Checks an IANA time zone name such as Europe/Berlin or UTC and returns it in its usual capitals: it is printed on reports
 * and in file names, and compared with the workspace's.
 * @throws AppError invalid_input for anything else; fixed offsets are refused because they cannot follow summer time.
 */
export const requireZone = (zone: string): string => {
  const refusal = new AppError(
    'invalid_input',
    `"${zone}" is not a known time zone. Write an IANA name such as Europe/Berlin, America/New_York or UTC.`,
  );
  if (!/^[A-Za-z]/.test(zone)) throw refusal;
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
  } catch (error) {
    if (error instanceof RangeError) throw refusal;
    throw error;
  }
  return spellZone(zone);
};

let listedZones: Map<string, string> | undefined;

/** Names of today's list in its own spelling; older ones, which it lacks (Asia/Kolkata), a capital for each word. */
const spellZone = (zone: string): string => {
  const lower = zone.toLowerCase();
  listedZones ??= new Map(Intl.supportedValuesOf('timeZone').map((name) => [name.toLowerCase(), name]));
  const listed = listedZones.get(lower);
  if (listed !== undefined) return listed;
  if (zone !== lower) return zone;
  return lower.includes('/')
    ? lower.replaceAll(/(^|[/_-])[a-z]/g, (start) => start.toUpperCase())
    : lower.toUpperCase();
};

/** The date, or null when there is no such day in the calendar. */
const findDate = (year: number, month: number, day: number): Temporal.PlainDate | null => {
  try {
    return Temporal.PlainDate.from({ year, month, day }, { overflow: 'reject' });
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
};

/** Monday of an ISO week; null when the year has no such week. Week 1 is the one with 4 January in it (ISO 8601). */
const findWeekStart = (year: number, week: number): Temporal.PlainDate | null => {
  const january4 = findDate(year, 1, 4);
  if (january4 === null || week < 1) return null;
  const monday = january4.subtract({ days: january4.dayOfWeek - 1 }).add({ weeks: week - 1 });
  return monday.yearOfWeek === year ? monday : null;
};

const spanFrom = (first: Temporal.PlainDate | null, length: Temporal.DurationLike, label: string): DaySpan | null =>
  first === null ? null : { first, after: first.add(length), label };

/** A day, week, month, quarter or year; null when the text is none, or names one that does not exist. */
const findCalendarSpan = (text: string): DaySpan | null => {
  const match = /^(?<year>\d{4})(?:-(?:W(?<week>\d{2})|Q(?<quarter>\d)|(?<month>\d{2})(?:-(?<day>\d{2}))?))?$/.exec(
    text,
  );
  if (!match?.groups) return null;
  const { week, quarter, month, day } = match.groups;
  const year = Number(match.groups.year);
  if (week !== undefined) return spanFrom(findWeekStart(year, Number(week)), { weeks: 1 }, text);
  if (quarter !== undefined) {
    const firstMonth = Number(quarter) * 3 - 2;
    return spanFrom(findDate(year, firstMonth, 1), { months: 3 }, text);
  }
  if (day !== undefined) return spanFrom(findDate(year, Number(month), Number(day)), { days: 1 }, text);
  if (month !== undefined) return spanFrom(findDate(year, Number(month), 1), { months: 1 }, text);
  return spanFrom(findDate(year, 1, 1), { years: 1 }, text);
};

const formatMonth = (date: Temporal.PlainDate): string => date.toPlainYearMonth().toString();
const formatWeek = (monday: Temporal.PlainDate): string =>
  `${String(monday.yearOfWeek).padStart(4, '0')}-W${String(monday.weekOfYear).padStart(2, '0')}`;

const resolveRelative = (word: RelativeWord, today: Temporal.PlainDate): DaySpan => {
  const monday = today.subtract({ days: today.dayOfWeek - 1 });
  const monthStart = today.with({ day: 1 });
  const day = (first: Temporal.PlainDate): DaySpan => ({
    first,
    after: first.add({ days: 1 }),
    label: first.toString(),
  });
  const week = (first: Temporal.PlainDate): DaySpan => ({
    first,
    after: first.add({ weeks: 1 }),
    label: formatWeek(first),
  });
  const month = (first: Temporal.PlainDate): DaySpan => ({
    first,
    after: first.add({ months: 1 }),
    label: formatMonth(first),
  });
  const daysBeforeToday = (days: number): DaySpan => {
    const first = today.subtract({ days });
    return { first, after: today, label: `${first}..${today.subtract({ days: 1 })}` };
  };
  switch (word) {
    case 'today':
      return day(today);
    case 'yesterday':
      return day(today.subtract({ days: 1 }));
    case 'this-week':
      return week(monday);
    case 'last-week':
      return week(monday.subtract({ weeks: 1 }));
    case 'this-month':
      return month(monthStart);
    case 'last-month':
      return month(monthStart.subtract({ months: 1 }));
    case 'last-7-days':
      return daysBeforeToday(7);
    case 'last-30-days':
      return daysBeforeToday(30);
  }
};

/**
 * First instant of a day in a zone: midnight, or the first moment after it where summer time skips midnight. `plusDays`
 * later, when given. A date as text is ISO, such as 2025-09-30; throws RangeError for one that is none.
 */
export const startOfDayS = (date: Temporal.PlainDate | string, zone: string, plusDays = 0): number =>
  Temporal.PlainDate.from(date).add({ days: plusDays }).toZonedDateTime({ timeZone: zone }).epochMilliseconds / 1000;

/**
 * Reads a period in a time zone. Weeks are ISO weeks (Monday first); `today`, `this-week` and `this-month` reach to their
 * calendar end, so part of them may lie in the future; `last-7-days` and `last-30-days` are whole days and end with
 * yesterday. A day has 23 or 25 hours where clocks change.
 *
 * @throws AppError invalid_input, naming what is accepted, for an unknown form, a date that does not exist, a range that
 * ends before it starts, or an unknown zone.
 */
export const parsePeriod = (text: string, { zone, nowMs }: { zone: string; nowMs: number }): ParsedPeriod => {
  requireZone(zone);
  const trimmed = text.trim();
  const normalised = trimmed.toUpperCase();
  const today = Temporal.Instant.fromEpochMilliseconds(nowMs).toZonedDateTimeISO(zone).toPlainDate();

  const findSpan = (): DaySpan => {
    const word = trimmed.toLowerCase();
    if (isRelativeWord(word)) return resolveRelative(word, today);
    const parts = normalised.split('..');
    const [from, to] = parts.map((part) => findCalendarSpan(part.trim()));
    if (parts.length > 2 || !from || to === null) {
      throw refusePeriod(trimmed, 'it names no day, week, month, quarter or year of the calendar');
    }
    if (to === undefined) return from;
    if (Temporal.PlainDate.compare(from.first, to.after) >= 0) throw refusePeriod(trimmed, 'it ends before it starts');
    return { first: from.first, after: to.after, label: `${from.label}..${to.label}` };
  };
  const { first, after, label } = findSpan();
  return { fromS: startOfDayS(first, zone), toS: startOfDayS(after, zone), label };
};

/**
 * Reads one moment: an ISO date (its first instant in the zone) or a date-time, with Z or an offset, or local in the
 * zone. A local time that clocks skip moves forward by the gap; one that occurs twice is the first (RFC 5545). Fractions
 * of a second are dropped.
 *
 * @returns UTC epoch seconds.
 * @throws AppError invalid_input for anything else.
 */
export const parseInstant = (text: string, zone: string): number => {
  requireZone(zone);
  const trimmed = text.trim();
  const refusal = new AppError(
    'invalid_input',
    `"${trimmed}" is not a date or time. Write 2025-09-30, 2025-09-30T14:00 (in ${zone}) or 2025-09-30T14:00:00Z.`,
  );
  const match =
    /^(?<date>\d{4}-\d{2}-\d{2})(?:[T ](?<time>\d{2}:\d{2}(?::[0-5]\d(?:\.\d{1,9})?)?)(?<offset>Z|[+-]\d{2}:?\d{2})?)?$/i.exec(
      trimmed,
    );
  if (!match?.groups) throw refusal;
  const { date, time, offset } = match.groups;
  try {
    if (date !== undefined && time === undefined) return startOfDayS(Temporal.PlainDate.from(date), zone);
    const milliseconds =
      offset === undefined
        ? Temporal.PlainDateTime.from(`${date}T${time}`).toZonedDateTime(zone).epochMilliseconds
        : Temporal.Instant.from(`${date}T${time}${offset}`).epochMilliseconds;
    return Math.floor(milliseconds / 1000);
  } catch (error) {
    if (error instanceof RangeError) throw refusal;
    throw error;
  }
};

const dateAt = (epochS: number, zone: string): Temporal.PlainDate =>
  Temporal.Instant.fromEpochMilliseconds(epochS * 1000)
    .toZonedDateTimeISO(zone)
    .toPlainDate();

/** The period of the same length that ends where this one begins: as many months for whole months, else as many days. */
export const precedingPeriod = ({ fromS, toS }: ParsedPeriod, zone: string): ParsedPeriod => {
  const first = dateAt(fromS, zone);
  const after = dateAt(toS, zone);
  const isWholeMonths = first.day === 1 && after.day === 1;
  const length = first.until(after, { largestUnit: isWholeMonths ? 'month' : 'day' });
  const before = first.subtract(length);
  return { fromS: startOfDayS(before, zone), toS: fromS, label: `${before}..${first.subtract({ days: 1 })}` };
};

export type StepUnit = 'day' | 'week' | 'month' | 'year';
/** A part of a period. Not whole: the period begins or ends within it. */
export type TrendStep = ParsedPeriod & { isWhole: boolean };
const mostSteps = 400;

/** The steps that have begun: one that has not has no figures, and zeros would be read as some. */
export const begunSteps = (period: ParsedPeriod, zone: string, nowMs: number): TrendStep[] =>
  splitPeriod(period, zone).filter(({ fromS }) => fromS * 1000 <= nowMs);

/** The unit that gives a period at most 36 steps. */
export const chooseStepUnit = ({ fromS, toS }: ParsedPeriod, zone: string): StepUnit => {
  const days = dateAt(fromS, zone).until(dateAt(toS, zone), { largestUnit: 'day' }).days;
  return days <= 31 ? 'day' : days <= 245 ? 'week' : days <= 35 * 30 ? 'month' : 'year';
};

/**
 * The steps of a period for a trend, oldest first: days, weeks (Monday first), months or years; left out: as chooseStepUnit
 * says. Throws AppError invalid_input for more than 400.
 */
export const splitPeriod = (
  period: ParsedPeriod,
  zone: string,
  unit: StepUnit = chooseStepUnit(period, zone),
): TrendStep[] => {
  const { fromS, toS } = period;
  const first = dateAt(fromS, zone);
  const after = dateAt(toS, zone);
  const startOf = (date: Temporal.PlainDate): Temporal.PlainDate => {
    if (unit === 'week') return date.subtract({ days: date.dayOfWeek - 1 });
    if (unit === 'month') return date.with({ day: 1 });
    return unit === 'year' ? date.with({ month: 1, day: 1 }) : date;
  };
  const nextStep = (date: Temporal.PlainDate): Temporal.PlainDate => {
    if (unit === 'day') return date.add({ days: 1 });
    if (unit === 'week') return date.add({ days: 8 - date.dayOfWeek });
    if (unit === 'month') return date.with({ day: 1 }).add({ months: 1 });
    return date.with({ month: 1, day: 1 }).add({ years: 1 });
  };
  const steps: TrendStep[] = [];
  for (let date = first; Temporal.PlainDate.compare(date, after) < 0; ) {
    const next = nextStep(date);
    const end = Temporal.PlainDate.compare(next, after) < 0 ? next : after;
    const label = unit === 'month' ? `${date.toPlainYearMonth()}` : unit === 'year' ? `${date.year}` : `${date}`;
    const isWhole = date.equals(startOf(date)) && end.equals(next);
    steps.push({ fromS: startOfDayS(date, zone), toS: startOfDayS(end, zone), label, isWhole });
    if (steps.length > mostSteps)
      throw new AppError(
        'invalid_input',
        `That trend would have more than ${mostSteps} steps. Choose a longer step or a shorter period.`,
      );
    date = end;
  }
  return steps;
};

/** The local date of the last instant of a period, such as 2025-09-30. */
export const lastDayOf = ({ toS }: ParsedPeriod, zone: string): string => `${dateAt(toS - 1, zone)}`;
/** The local date of an instant. */
export const dayOf = (epochS: number, zone: string): string => `${dateAt(epochS, zone)}`;
