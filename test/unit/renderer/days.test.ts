import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parsePeriod } from '../../../main/metrics/period.ts';
import { stepRange } from '../../../renderer/hooks/scorecard.ts';
import { addDays, addMonths, isDay, rangeBefore, rangeOfRelative, weekdayOf } from '../../../renderer/model/days.ts';

const days = fc.integer({ min: 0, max: 20_000 }).map((offset) => addDays('1990-01-01', offset));
const ranges = fc
  .tuple(days, fc.integer({ min: 0, max: 500 }))
  .map(([first, more]) => ({ first, last: addDays(first, more) }));

test('a day of the calendar is told from other text', () => {
  expect(['2024-02-29', '2025-12-31'].every(isDay)).toBe(true);
  expect(['2025-02-29', '2025-2-1', 'today', ''].some(isDay)).toBe(false);
});

test('weekdays are ISO: 2026-11-21 is a Saturday', () => {
  expect(weekdayOf('2026-11-21')).toBe(6);
  expect(weekdayOf('2026-11-22')).toBe(7);
  expect(addMonths('2026-11-30', 3)).toBe('2027-02-01');
});

describe('the range before', () => {
  test.each([
    ['2025-09-08', '2025-09-14', '2025-09-01', '2025-09-07'],
    ['2025-03-01', '2025-03-31', '2025-02-01', '2025-02-28'],
    ['2025-01-01', '2025-03-31', '2024-10-01', '2024-12-31'],
    ['2025-03-05', '2025-03-05', '2025-03-04', '2025-03-04'],
  ])('%s..%s is after %s..%s', (first, last, beforeFirst, beforeLast) => {
    expect(rangeBefore({ first, last })).toEqual({ first: beforeFirst, last: beforeLast });
    expect(stepRange({ first: beforeFirst, last: beforeLast }, 1)).toEqual({ first, last });
  });

  test('ends the day before, always', () => {
    fc.assert(fc.property(ranges, (range) => addDays(rangeBefore(range).last, 1) === range.first));
  });
});

test('relative periods are the days that the program counts', () => {
  const words = 'today yesterday this-week last-week this-month last-month last-7-days last-30-days'.split(' ');
  const zone = 'Europe/Berlin';
  const format = new Intl.DateTimeFormat('en-CA', { timeZone: zone });
  const dayOf = (s: number): string => format.format(new Date(s * 1000));
  // Every day of two years: ends of months and years, both changes of the clock, a leap day.
  for (let nowMs = Date.UTC(2027, 11, 1, 11); nowMs < Date.UTC(2029, 11, 1); nowMs += 86_400_000)
    for (const word of words) {
      const { fromS, toS } = parsePeriod(word, { zone, nowMs });
      expect(rangeOfRelative(word, dayOf(nowMs / 1000)), `${word} on ${dayOf(nowMs / 1000)}`).toEqual({
        first: dayOf(fromS),
        last: dayOf(toS - 1),
      });
    }
  expect(rangeOfRelative('2025-W40', '2025-10-01')).toBeNull();
});
