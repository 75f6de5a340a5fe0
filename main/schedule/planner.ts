// When a schedule is due: local times of an IANA zone turned into instants. Pure; sees no clock. May import the contract
// and temporal-polyfill.
import { Temporal } from 'temporal-polyfill';
import type { Cadence } from '../../preload/contract/report.ts';

export type ScheduleRule = {
  cadence: Cadence;
  /** Local time of day, "HH:MM". */
  time: string;
  /** Of a weekly schedule: 1 Monday to 7 Sunday. */
  weekday: number | null;
  /** Of a monthly schedule: 1 to 31; in a shorter month its last day. */
  monthDay: number | null;
  /** IANA name. */
  zone: string;
};

export type DueInstant = {
  /** UTC epoch milliseconds. */
  dueMs: number;
  /**
   * The instant that relative periods are read at: the due instant, except where clocks skip the rest of an evening and
   * the run comes after midnight. It is then still that evening's, or its “yesterday” would be the next run's too.
   */
  asOfMs: number;
};

/**
 * The first moment at or after a local time: the time itself, the earlier one where it occurs twice, and the end of the
 * gap where clocks skip it. Null when the zone skips the whole day (Samoa, 30 December 2011).
 */
const findDue = (date: Temporal.PlainDate, time: Temporal.PlainTime, zone: string): DueInstant | null => {
  const midnight = date.toZonedDateTime(zone);
  if (!midnight.toPlainDate().equals(date)) return null;
  const wanted = date.toPlainDateTime(time);
  // Of a skipped time, “earlier” is as long before the gap as the time is into it, so the gap is the next transition.
  const earlier = wanted.toZonedDateTime(zone, { disambiguation: 'earlier' });
  const isSkipped = !earlier.toPlainDateTime().equals(wanted);
  const dueMs =
    (isSkipped ? earlier.getTimeZoneTransition('next') : null)?.epochMilliseconds ?? earlier.epochMilliseconds;
  const dayEndMs = date.add({ days: 1 }).toZonedDateTime(zone).epochMilliseconds;
  return { dueMs, asOfMs: Math.min(dueMs, dayEndMs - 1) };
};

const dateAt = (epochMs: number, zone: string): Temporal.PlainDate =>
  Temporal.Instant.fromEpochMilliseconds(epochMs).toZonedDateTimeISO(zone).toPlainDate();

/** The days of a rule from the one on or before `first`, oldest first, without end. */
const daysFrom = function* (rule: ScheduleRule, first: Temporal.PlainDate): Generator<Temporal.PlainDate> {
  if (rule.cadence === 'monthly') {
    // Counted from the month, never from the day before: 31 January, 28 February, 31 March.
    for (let month = first.toPlainYearMonth(); ; month = month.add({ months: 1 }))
      yield month.toPlainDate({ day: Math.min(rule.monthDay ?? 1, month.daysInMonth) });
  }
  const isWeekly = rule.cadence === 'weekly';
  const start = isWeekly ? first.subtract({ days: (first.dayOfWeek - (rule.weekday ?? 1) + 7) % 7 }) : first;
  for (let date = start; ; date = date.add({ days: isWeekly ? 7 : 1 })) yield date;
};

const dueFrom = function* (rule: ScheduleRule, afterMs: number): Generator<DueInstant> {
  const time = Temporal.PlainTime.from(rule.time);
  // A skipped evening's run falls on the next day, so the day before may still owe one.
  for (const date of daysFrom(rule, dateAt(afterMs, rule.zone).subtract({ days: 1 }))) {
    const due = findDue(date, time, rule.zone);
    if (due !== null && due.dueMs > afterMs) yield due;
  }
};

/** The due instants with afterMs < due <= untilMs (UTC epoch milliseconds), oldest first: one for each local day of the rule. */
export const dueInstants = (rule: ScheduleRule, afterMs: number, untilMs: number): DueInstant[] => {
  const found: DueInstant[] = [];
  for (const due of dueFrom(rule, afterMs)) {
    if (due.dueMs > untilMs) break;
    found.push(due);
  }
  return found;
};

/** The first due instant after a moment, UTC epoch milliseconds. */
export const nextDue = (rule: ScheduleRule, afterMs: number): number => {
  const { value } = dueFrom(rule, afterMs).next();
  if (!value) throw new RangeError('a schedule has no end');
  return value.dueMs;
};
