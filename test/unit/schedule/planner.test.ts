import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { dueInstants, nextDue, type ScheduleRule } from '../../../main/schedule/planner.ts';

const at = (iso: string): number => Date.parse(iso);
const iso = (epochMs: number): string => new Date(epochMs).toISOString();
const daily = (time: string, zone: string): ScheduleRule => ({
  cadence: 'daily',
  time,
  zone,
  weekday: null,
  monthDay: null,
});
const dues = (rule: ScheduleRule, after: string, until: string): string[] =>
  dueInstants(rule, at(after), at(until)).map(({ dueMs }) => iso(dueMs));

describe('where clocks go forward, a skipped time is due when the gap ends', () => {
  test.each([
    // Berlin, 29 March 2026: 02:00 becomes 03:00 at 01:00Z.
    ['Europe/Berlin', '02:30', '2026-03-28T12:00Z', '2026-03-29T12:00Z', '2026-03-29T01:00:00.000Z'],
    ['Europe/Berlin', '02:00', '2026-03-28T12:00Z', '2026-03-29T12:00Z', '2026-03-29T01:00:00.000Z'],
    ['Europe/Berlin', '03:00', '2026-03-28T12:00Z', '2026-03-29T12:00Z', '2026-03-29T01:00:00.000Z'],
    ['Europe/Berlin', '01:59', '2026-03-28T12:00Z', '2026-03-29T12:00Z', '2026-03-29T00:59:00.000Z'],
    // New York, 8 March 2026: 02:00 becomes 03:00 at 07:00Z.
    ['America/New_York', '02:15', '2026-03-07T12:00Z', '2026-03-08T12:00Z', '2026-03-08T07:00:00.000Z'],
    // Lord Howe, 4 October 2026: 02:00 becomes 02:30 at 15:30Z the day before.
    ['Australia/Lord_Howe', '02:10', '2026-10-03T12:00Z', '2026-10-04T12:00Z', '2026-10-03T15:30:00.000Z'],
  ])('%s %s', (zone, time, after, until, expected) => {
    expect(dues(daily(time, zone), after, until)).toEqual([expected]);
  });
});

describe('where clocks go back, a time that comes twice is due once, the first time', () => {
  test.each([
    // Berlin, 25 October 2026: 03:00 becomes 02:00 at 01:00Z; 02:30 is 00:30Z and 01:30Z.
    ['Europe/Berlin', '02:30', '2026-10-24T12:00Z', '2026-10-25T12:00Z', '2026-10-25T00:30:00.000Z'],
    // New York, 1 November 2026: 02:00 becomes 01:00 at 06:00Z; 01:30 is 05:30Z and 06:30Z.
    ['America/New_York', '01:30', '2026-10-31T12:00Z', '2026-11-01T12:00Z', '2026-11-01T05:30:00.000Z'],
    // Lord Howe, 5 April 2026: 02:00 becomes 01:30 at 15:00Z the day before; 01:45 is 14:45Z and 15:15Z.
    ['Australia/Lord_Howe', '01:45', '2026-04-04T03:00Z', '2026-04-05T03:00Z', '2026-04-04T14:45:00.000Z'],
  ])('%s %s', (zone, time, after, until, expected) => {
    expect(dues(daily(time, zone), after, until)).toEqual([expected]);
  });
});

test('an evening that clocks skip runs at midnight, and still speaks of that evening', () => {
  // Nuuk, 28 March 2026: 23:00 becomes 00:00 of the 29th at 01:00Z.
  const found = dueInstants(daily('23:30', 'America/Nuuk'), at('2026-03-28T12:00Z'), at('2026-03-31T12:00Z'));
  expect(found.map(({ dueMs }) => iso(dueMs))).toEqual([
    '2026-03-29T01:00:00.000Z',
    '2026-03-30T00:30:00.000Z',
    '2026-03-31T00:30:00.000Z',
  ]);
  expect(found.map(({ dueMs, asOfMs }) => dueMs - asOfMs)).toEqual([1, 0, 0]);
});

test('a day that a zone leaves out has no run', () => {
  // Samoa went from 29 to 31 December 2011 (UTC-10 to UTC+14, summer time included).
  expect(dues(daily('09:00', 'Pacific/Apia'), '2011-12-29T12:00Z', '2012-01-01T00:00Z')).toEqual([
    '2011-12-29T19:00:00.000Z',
    '2011-12-30T19:00:00.000Z',
    '2011-12-31T19:00:00.000Z',
  ]);
});

test('monthly on the 31st is the last day of each month, leap year included', () => {
  const rule: ScheduleRule = { cadence: 'monthly', time: '06:00', zone: 'UTC', weekday: null, monthDay: 31 };
  expect(dues(rule, '2028-01-01T00:00Z', '2028-06-30T23:00Z').map((text) => text.slice(0, 10))).toEqual([
    '2028-01-31',
    '2028-02-29',
    '2028-03-31',
    '2028-04-30',
    '2028-05-31',
    '2028-06-30',
  ]);
});

test('bounds: the first is out, the last is in', () => {
  const rule = daily('06:00', 'UTC');
  expect(dues(rule, '2026-01-01T06:00Z', '2026-01-02T06:00Z')).toEqual(['2026-01-02T06:00:00.000Z']);
  expect(dues(rule, '2026-01-01T06:00Z', '2026-01-01T06:00Z')).toEqual([]);
  expect(dues(rule, '2026-01-05T06:00Z', '2026-01-01T06:00Z')).toEqual([]);
});

// A second way to find them, without Temporal: walk the instants in quarters of an hour and read the wall clock off
// Intl. For each local day that exists, the first instant whose wall clock has reached the wanted time.
const QUARTER_MS = 900_000;
const walk = (rule: ScheduleRule, afterMs: number, untilMs: number): number[] => {
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone: rule.zone, dateStyle: 'short', timeStyle: 'short' });
  const marginMs = 50 * 3600_000;
  const steps: { ms: number; wall: string }[] = [];
  for (let ms = afterMs - marginMs; ms <= untilMs + marginMs; ms += QUARTER_MS)
    steps.push({ ms, wall: format.format(ms).replace(' ', 'T') });
  const days = [...new Set(steps.map(({ wall }) => wall.slice(0, 10)))].slice(1);
  const isOn = (day: string): boolean => {
    const utc = new Date(`${day}T00:00Z`);
    if (rule.cadence === 'weekly') return (utc.getUTCDay() || 7) === rule.weekday;
    if (rule.cadence === 'daily') return true;
    const last = new Date(Date.UTC(utc.getUTCFullYear(), utc.getUTCMonth() + 1, 0)).getUTCDate();
    return utc.getUTCDate() === Math.min(rule.monthDay ?? 0, last);
  };
  return days
    .filter(isOn)
    .map((day) => steps.find(({ wall }) => wall >= `${day}T${rule.time}`)?.ms ?? Number.POSITIVE_INFINITY)
    .filter((ms) => ms > afterMs && ms <= untilMs);
};

// Days on which these zones change their clocks, by one hour, half an hour, at midnight, or by a whole day.
const changes: [string, string][] = [
  ['Europe/Berlin', '2026-03-29'],
  ['Europe/Berlin', '2026-10-25'],
  ['America/New_York', '2026-03-08'],
  ['America/New_York', '2026-11-01'],
  ['Australia/Lord_Howe', '2026-04-04'],
  ['Australia/Lord_Howe', '2026-10-03'],
  ['America/Nuuk', '2026-03-28'],
  ['America/Nuuk', '2026-10-24'],
  ['America/Sao_Paulo', '2018-11-04'],
  ['America/Sao_Paulo', '2018-02-17'],
  ['Pacific/Apia', '2011-12-30'],
  ['Asia/Kolkata', '2026-01-31'],
  ['UTC', '2028-02-28'],
];
const rules = fc
  .record({
    change: fc.constantFrom(...changes),
    cadence: fc.constantFrom('daily', 'weekly', 'monthly') as fc.Arbitrary<ScheduleRule['cadence']>,
    quarter: fc.integer({ min: 0, max: 95 }),
    weekday: fc.integer({ min: 1, max: 7 }),
    monthDay: fc.integer({ min: 1, max: 31 }),
    before: fc.integer({ min: 0, max: 400 }),
    length: fc.integer({ min: 0, max: 900 }),
  })
  .map(({ change: [zone, day], cadence, quarter, weekday, monthDay, before, length }) => {
    const minutes = quarter * 15;
    const time = `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
    const rule: ScheduleRule = {
      cadence,
      time,
      zone,
      weekday: cadence === 'weekly' ? weekday : null,
      monthDay: cadence === 'monthly' ? monthDay : null,
    };
    const afterMs = at(`${day}T12:00Z`) - before * QUARTER_MS;
    return { rule, afterMs, untilMs: afterMs + length * QUARTER_MS };
  });

describe('for any rule around a change of clocks', () => {
  test('there is exactly one due instant for each local day of the rule: the first that has reached its time', () => {
    fc.assert(
      fc.property(rules, ({ rule, afterMs, untilMs }) => {
        const found = dueInstants(rule, afterMs, untilMs).map(({ dueMs }) => dueMs);
        expect(found.map(iso)).toEqual(walk(rule, afterMs, untilMs).map(iso));
      }),
      { numRuns: 250 },
    );
  }, 60_000);

  test('cutting a range in two neither loses nor doubles one, and the next due is the first of what follows', () => {
    fc.assert(
      fc.property(rules, fc.double({ min: 0, max: 1, noNaN: true }), ({ rule, afterMs, untilMs }, share) => {
        const middleMs = Math.floor(afterMs + (untilMs - afterMs) * share);
        const whole = dueInstants(rule, afterMs, untilMs);
        const [first] = dueInstants(rule, middleMs, middleMs + 70 * 86_400_000);
        expect([...dueInstants(rule, afterMs, middleMs), ...dueInstants(rule, middleMs, untilMs)]).toEqual(whole);
        expect(nextDue(rule, middleMs)).toBe(first?.dueMs);
      }),
      { numRuns: 150 },
    );
  });
});
