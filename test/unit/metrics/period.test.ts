import { describe, expect, test } from 'vitest';
import { parseInstant, parsePeriod, requireZone } from '../../../main/metrics/period.ts';
import { AppError } from '../../../preload/contract/errors.ts';

// Wednesday, 1 October 2025, 10:00 UTC.
const nowMs = Date.parse('2025-10-01T10:00:00Z');
const iso = (epochS: number): string => new Date(epochS * 1000).toISOString().replace('.000Z', 'Z');
const parse = (text: string, zone = 'UTC', now = nowMs): [string, string, string] => {
  const { fromS, toS, label } = parsePeriod(text, { zone, nowMs: now });
  return [iso(fromS), iso(toS), label];
};
const refuse = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    if (error instanceof AppError && error.code === 'invalid_input') return error.message;
    throw error;
  }
  throw new Error('It was accepted.');
};

describe('absolute periods, in UTC', () => {
  test.each([
    ['2025-09-30', '2025-09-30', '2025-10-01'],
    ['2025-09', '2025-09-01', '2025-10-01'],
    ['2024-02', '2024-02-01', '2024-03-01'],
    ['2025-Q3', '2025-07-01', '2025-10-01'],
    ['2025-Q4', '2025-10-01', '2026-01-01'],
    ['2025', '2025-01-01', '2026-01-01'],
    // ISO weeks: 29 September 2025 is a Monday; week 1 of 2025 began on 30 December 2024; 2026 has 53 weeks.
    ['2025-W40', '2025-09-29', '2025-10-06'],
    ['2025-W01', '2024-12-30', '2025-01-06'],
    ['2026-W53', '2026-12-28', '2027-01-04'],
    ['2025-09-01..2025-09-15', '2025-09-01', '2025-09-16'],
    ['2025-09-30..2025-09-30', '2025-09-30', '2025-10-01'],
    ['2025-09..2025-10', '2025-09-01', '2025-11-01'],
    ['2025-W40..2025-W41', '2025-09-29', '2025-10-13'],
    ['2025-09-15..2025-Q4', '2025-09-15', '2026-01-01'],
  ])('%s', (text, from, to) => {
    expect(parse(text)).toEqual([`${from}T00:00:00Z`, `${to}T00:00:00Z`, text]);
  });
});

describe('relative periods', () => {
  test.each([
    ['today', '2025-10-01', '2025-10-02', '2025-10-01'],
    ['yesterday', '2025-09-30', '2025-10-01', '2025-09-30'],
    ['this-week', '2025-09-29', '2025-10-06', '2025-W40'],
    ['last-week', '2025-09-22', '2025-09-29', '2025-W39'],
    ['this-month', '2025-10-01', '2025-11-01', '2025-10'],
    ['last-month', '2025-09-01', '2025-10-01', '2025-09'],
    ['last-7-days', '2025-09-24', '2025-10-01', '2025-09-24..2025-09-30'],
    ['last-30-days', '2025-09-01', '2025-10-01', '2025-09-01..2025-09-30'],
  ])('%s', (text, from, to, label) => {
    expect(parse(text)).toEqual([`${from}T00:00:00Z`, `${to}T00:00:00Z`, label]);
    // The label names the same period for good.
    expect(parse(label, 'UTC', 0)).toEqual(parse(text));
  });

  test('today is the zone’s day', () => {
    // 10:00 UTC is already 2 October at UTC+14, and still 30 September at UTC-11 half a day earlier.
    expect(parse('today', 'Pacific/Kiritimati')).toEqual([
      '2025-10-01T10:00:00Z',
      '2025-10-02T10:00:00Z',
      '2025-10-02',
    ]);
    expect(parse('today', 'Pacific/Niue')).toEqual(['2025-09-30T11:00:00Z', '2025-10-01T11:00:00Z', '2025-09-30']);
  });

  test('last week over New Year', () => {
    expect(parse('last-week', 'UTC', Date.parse('2027-01-05T00:00:00Z'))).toEqual([
      '2026-12-28T00:00:00Z',
      '2027-01-04T00:00:00Z',
      '2026-W53',
    ]);
  });

  test('case and outer spaces do not matter', () => {
    expect(parse(' Last-Week ')).toEqual(parse('last-week'));
    expect(parse('2025-w40')).toEqual(parse('2025-W40'));
  });
});

describe('clock changes', () => {
  test.each([
    // Europe: clocks go forward at 01:00 UTC on 30 March 2025 and back on 26 October.
    ['Europe/Berlin', '2025-03-30', 23, '2025-03-29T23:00:00Z'],
    ['Europe/Berlin', '2025-10-26', 25, '2025-10-25T22:00:00Z'],
    // United States: 9 March and 2 November 2025, at 02:00 local.
    ['America/New_York', '2025-03-09', 23, '2025-03-09T05:00:00Z'],
    ['America/New_York', '2025-11-02', 25, '2025-11-02T04:00:00Z'],
    // South of the equator: back on 6 April, forward on 5 October 2025; Lord Howe Island by half an hour.
    ['Australia/Sydney', '2025-04-06', 25, '2025-04-05T13:00:00Z'],
    ['Australia/Sydney', '2025-10-05', 23, '2025-10-04T14:00:00Z'],
    ['Australia/Lord_Howe', '2025-10-05', 23.5, '2025-10-04T13:30:00Z'],
    // Clocks skip midnight in Beirut on 30 March 2025: the day begins at 01:00 local.
    ['Asia/Beirut', '2025-03-30', 23, '2025-03-29T22:00:00Z'],
    ['Asia/Kolkata', '2025-10-26', 24, '2025-10-25T18:30:00Z'],
  ])('%s, %s has %f hours', (zone, day, hours, from) => {
    const { fromS, toS } = parsePeriod(day, { zone, nowMs });
    expect([(toS - fromS) / 3600, iso(fromS)]).toEqual([hours, from]);
  });

  test('a month and a week keep local midnights on both sides', () => {
    expect(parse('2025-10', 'Europe/Berlin').slice(0, 2)).toEqual(['2025-09-30T22:00:00Z', '2025-10-31T23:00:00Z']);
    const { fromS, toS } = parsePeriod('2025-W43', { zone: 'Europe/Berlin', nowMs });
    expect((toS - fromS) / 3600).toBe(7 * 24 + 1);
  });
});

describe('refusals', () => {
  test.each([
    '',
    'tomorrow',
    '2025-02-30',
    '2025-13',
    '2025-00',
    '2025-Q5',
    '2025-Q0',
    '2025-W53',
    '2025-W00',
    '25-09',
    '2025-9-1',
    '2025-09-30T00:00',
    '2025-09-01..',
    '..2025-09-01',
    '2025-09-01..2025-02-30',
    '2025-01..2025-02..2025-03',
    '2025-01-01..last-week',
  ])('%j is no period', (text) => {
    const message = refuse(() => parse(text));
    expect(message).toContain('2025-W40');
    expect(message).toContain('last-30-days');
  });

  test('a range that ends before it starts', () => {
    expect(refuse(() => parse('2025-10-02..2025-10-01'))).toContain('ends before it starts');
    expect(refuse(() => parse('2025-10..2025-09'))).toContain('ends before it starts');
  });

  test.each(['Europe/Atlantis', '', '+02:00', '2025-09-30T00:00Z'])('%j is no zone', (zone) => {
    expect(refuse(() => parse('today', zone))).toContain('Europe/Berlin');
    expect(refuse(() => parseInstant('2025-09-30', zone))).toContain('Europe/Berlin');
  });

  test('zones with a name are kept as written', () => {
    expect(['UTC', 'Europe/Berlin', 'America/Argentina/Buenos_Aires'].map(requireZone)).toEqual([
      'UTC',
      'Europe/Berlin',
      'America/Argentina/Buenos_Aires',
    ]);
  });
});

describe('parseInstant', () => {
  test.each([
    ['2025-09-30', 'Europe/Berlin', '2025-09-29T22:00:00Z'],
    ['2025-09-30T14:00', 'Europe/Berlin', '2025-09-30T12:00:00Z'],
    ['2025-09-30 14:00:05', 'Asia/Kolkata', '2025-09-30T08:30:05Z'],
    ['2025-09-30T14:00:00Z', 'Europe/Berlin', '2025-09-30T14:00:00Z'],
    ['2025-09-30T14:00:00.999z', 'UTC', '2025-09-30T14:00:00Z'],
    ['2025-09-30T14:00:00+05:30', 'UTC', '2025-09-30T08:30:00Z'],
    ['2025-09-30T14:00:00-0500', 'UTC', '2025-09-30T19:00:00Z'],
    // Skipped by an hour: 02:30 becomes 03:30 summer time. Twice: the first, still in summer time.
    ['2025-03-30T02:30', 'Europe/Berlin', '2025-03-30T01:30:00Z'],
    ['2025-10-26T02:30', 'Europe/Berlin', '2025-10-26T00:30:00Z'],
    ['1969-12-31T23:59:58.5Z', 'UTC', '1969-12-31T23:59:58Z'],
  ])('%s in %s', (text, zone, expected) => {
    expect(iso(parseInstant(text, zone))).toBe(expected);
  });

  test.each([
    '',
    'now',
    '2025-02-30',
    '2025-09-30T24:01',
    '2025-09-30T14:60',
    '2025-09-30T14:00:60Z',
    '20250930',
    '2025-09-30Z',
  ])('%j is no moment', (text) => {
    expect(refuse(() => parseInstant(text, 'UTC'))).toContain('2025-09-30T14:00:00Z');
  });
});

test.each([
  ['europe/berlin', 'Europe/Berlin'],
  ['asia/kolkata', 'Asia/Kolkata'],
  ['Asia/Kolkata', 'Asia/Kolkata'],
  ['utc', 'UTC'],
  ['America/Argentina/Buenos_Aires', 'America/Argentina/Buenos_Aires'],
])('a zone written %s is %s', (zone, spelled) => {
  expect(requireZone(zone)).toBe(spelled);
});
