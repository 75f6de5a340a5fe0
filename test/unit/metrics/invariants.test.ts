// What must hold of any data: outcomes add up, order and copies change nothing, days have 23 or 25 hours.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { deriveFacts } from '../../../main/metrics/facts.ts';
import { createAfterHoursTest, createDayReader } from '../../../main/metrics/local-time.ts';
import { parsePeriod, splitPeriod } from '../../../main/metrics/period.ts';
import { entryColumns, presetNames } from '../../../main/metrics/presets.ts';
import { reconcile } from '../../../main/metrics/reconcile.ts';
import { metricRegistry } from '../../../main/metrics/registry.ts';
import { resolveTeams } from '../../../main/metrics/teams.ts';
import type { ConversationRecord } from '../../../main/model.ts';
import { metricNames, type ScorecardGroup, scorecardGroups } from '../../../preload/contract/scorecard.ts';
import { createScorecard, findTeam, type ScorecardBuilder } from '../../support/reference-scorecard.ts';
import { arbitraryRecord } from './arbitrary.ts';
import { dayFromS, dayToS, makeRecord, queueEntry } from './records.ts';

const records = fc.array(arbitraryRecord, { maxLength: 25 });
const groups = fc.constantFrom(...scorecardGroups);
const presets = fc.constantFrom(...presetNames);
type Group = ScorecardGroup;
type Preset = (typeof presetNames)[number];

const start = (by: Group, preset: Preset): ScorecardBuilder =>
  createScorecard({ by, preset, fromS: dayFromS, toS: dayToS, csatPolarity: 'unset', horizonS: dayToS + 8 * 86_400 });
const feed = (builder: ScorecardBuilder, list: readonly ConversationRecord[]): ScorecardBuilder => {
  for (const record of list) builder.add(record);
  return builder;
};

describe('any conversations', () => {
  test('outcomes add up to offered, under every preset', () => {
    fc.assert(
      fc.property(records, (list) => {
        const entries = list.flatMap((record) => deriveFacts(record).entries);
        const { offered, outcomes, presets: table } = reconcile(entries);
        const sum = (counts: number[]): number => counts.reduce((total, count) => total + count, 0);
        expect(sum(Object.values(outcomes))).toBe(offered);
        expect(offered).toBe(entries.filter(({ isOffered }) => isOffered).length);
        for (const { serviceLevel, abandonRate } of table) {
          for (const rate of [serviceLevel, abandonRate]) {
            const counts = entryColumns.map((column) => rate.byOutcome[column]);
            expect(sum(counts.map(({ hit }) => hit))).toBe(rate.hits);
            expect(sum(counts.map(({ hit, miss }) => hit + miss))).toBe(rate.n);
            expect(rate.n + rate.leftOut).toBe(offered);
          }
        }
      }),
      { numRuns: 200 },
    );
  });

  test('the reconciliation and the scorecard agree', () => {
    fc.assert(
      fc.property(records, presets, (list, preset) => {
        const { total } = feed(start('queue', preset), list).finish();
        const entries = list
          .flatMap((record) => deriveFacts(record).entries)
          .filter(({ enteredAtS }) => enteredAtS !== null && enteredAtS >= dayFromS && enteredAtS < dayToS);
        const column = reconcile(entries, [preset]);
        expect(total.offered.value).toBe(column.offered);
        expect(total.serviceLevel).toMatchObject({
          value: column.presets[0]?.serviceLevel.value,
          n: column.presets[0]?.serviceLevel.n,
        });
        expect(total.abandonRate).toMatchObject({
          value: column.presets[0]?.abandonRate.value,
          n: column.presets[0]?.abandonRate.n,
        });
      }),
      { numRuns: 100 },
    );
  });

  test('in any order and with copies: the same figures', () => {
    const parts = records.chain((list) =>
      fc.record({
        list: fc.constant(list),
        permuted: fc.shuffledSubarray(list, { minLength: list.length }),
        copies: fc.subarray(list),
      }),
    );
    fc.assert(
      fc.property(parts, groups, presets, ({ list, permuted, copies }, by, preset) => {
        const whole = feed(start(by, preset), list).finish();
        const other = feed(start(by, preset), [...permuted, ...copies]);
        expect(other.finish()).toEqual(whole);
        // Asking twice gives the same answer.
        expect(other.finish()).toEqual(whole);
      }),
      { numRuns: 150 },
    );
  });

  test('the n of the groups adds up to the n of the total', () => {
    fc.assert(
      fc.property(records, groups, (list, by) => {
        const { rows, total } = feed(start(by, 'afterword'), list).finish();
        for (const name of metricNames) {
          // One conversation handled in two groups is one.
          if (name === 'conversations') continue;
          const sum = rows.reduce((n, { metrics }) => n + metrics[name].n, 0);
          // A conversation with two dispositions is in two rows, and once in the total.
          if (by === 'disposition') {
            expect(sum, name).toBeGreaterThanOrEqual(total[name].n);
            continue;
          }
          // A maximum and a ratio have an n only where something was measured.
          if (['max', 'ratio'].includes(metricRegistry[name].statistic.kind)) {
            expect(sum, name).toBeLessThanOrEqual(total[name].n);
          } else {
            expect(sum, name).toBe(total[name].n);
          }
        }
      }),
      { numRuns: 100 },
    );
  });
});

test('however the same facts are grouped, their total is the same', () => {
  const pairs = fc.constantFrom(['channel', 'disposition'], ['queue', 'direction'], ['agent', 'team'] as const);
  fc.assert(
    fc.property(records, pairs, (list, [left, right]) => {
      const [one, other] = [left, right].map((by) => feed(start(by as Group, 'afterword'), list).finish().total);
      for (const name of metricNames) {
        const { groups: meant } = metricRegistry[name];
        if (!meant.includes(left as Group) || !meant.includes(right as Group)) continue;
        expect(one?.[name].n, name).toBe(other?.[name].n);
        if (one?.[name].value == null) expect(other?.[name].value, name).toBe(one?.[name].value);
        else expect(other?.[name].value, name).toBeCloseTo(one[name].value as number, 9);
      }
    }),
    { numRuns: 150 },
  );
});

describe.each([
  // Clocks go forward by an hour, back by an hour, and back by half an hour.
  ['Europe/Berlin', '2025-03-29', '2025-03-30', '2025-03-31', 46],
  ['America/New_York', '2025-11-01', '2025-11-02', '2025-11-03', 50],
  ['Australia/Lord_Howe', '2025-04-05', '2025-04-06', '2025-04-07', 49],
])('the day on which clocks change in %s', (zone, before, day, after, halfHours) => {
  const periodOf = (text: string) => parsePeriod(text, { zone, nowMs: 0 });
  const span = periodOf(`${before}..${after}`);
  // An entry every half hour over the three days.
  const entries: ConversationRecord[] = [];
  for (let atS = span.fromS; atS < span.toS; atS += 1800) {
    entries.push(makeRecord({ startedAtS: atS, endedAtS: atS, destinations: [queueEntry('qu-1', atS)] }));
  }
  const countOf = (text: string): number | null => {
    const { fromS, toS } = periodOf(text);
    const builder = createScorecard({ by: 'queue', fromS, toS, csatPolarity: 'unset', zone });
    return feed(builder, entries).finish().total.offered.value;
  };

  test('has its own length, and the days add up to the whole', () => {
    expect([before, day, after].map(countOf)).toEqual([48, halfHours, 48]);
    expect(countOf(`${before}..${after}`)).toBe(96 + halfHours);
  });

  test('a trend by day has these days, each in its own length', () => {
    const days = splitPeriod(periodOf(`${before}..${after}`), zone, 'day');
    expect(days.map(({ label, fromS, toS }) => [label, (toS - fromS) / 1800])).toEqual([
      [before, 48],
      [day, halfHours],
      [after, 48],
    ]);
    expect(days.every(({ isWhole }) => isWhole)).toBe(true);
  });

  test('a week and a month around it begin at local midnight, and the cut ones are not whole', () => {
    const dateOf = createDayReader(zone);
    const whole = periodOf(day.slice(0, 7));
    for (const unit of ['week', 'month'] as const) {
      const steps = splitPeriod(whole, zone, unit);
      expect(steps[0]?.fromS).toBe(whole.fromS);
      expect(steps.at(-1)?.toS).toBe(whole.toS);
      for (const [index, { fromS, toS }] of steps.entries()) {
        expect(dateOf(fromS - 1)).not.toBe(dateOf(fromS));
        if (index > 0) expect(fromS).toBe(steps[index - 1]?.toS);
        expect(toS).toBeGreaterThan(fromS);
      }
    }
    expect(splitPeriod(span, zone, 'month').some(({ isWhole }) => isWhole)).toBe(false);
    expect(splitPeriod(whole, zone, 'month')).toMatchObject([{ isWhole: true }]);
  });

  test('a stay in a team ends with its last local day', () => {
    const spans = resolveTeams([{ name: 'North', members: [{ agent: 'u-1', from: before, to: day }] }], zone);
    const { fromS, toS } = periodOf(`${before}..${day}`);
    expect([fromS - 1, fromS, toS - 1, toS].map((atS) => findTeam(spans, 'u-1', atS))).toEqual([
      null,
      'North',
      'North',
      null,
    ]);
    expect(findTeam(spans, 'u-2', fromS)).toBeNull();
  });

  test('every instant has the local date of its period', () => {
    const dateOf = createDayReader(zone);
    for (const text of [before, day, after]) {
      const { fromS, toS } = periodOf(text);
      for (let atS = fromS; atS < toS; atS += 600) expect(dateOf(atS)).toBe(text);
    }
  });

  test('opening hours follow the local clock', () => {
    const open = [{ fromMinute: 540, toMinute: 1020 }];
    const weekly = { 1: open, 2: open, 3: open, 4: open, 5: open, 6: open, 7: open };
    const isAfterHours = createAfterHoursTest({ zone, weekly, holidays: [] });
    for (const text of [before, day, after]) {
      const { fromS, toS } = periodOf(text);
      let openS = 0;
      for (let atS = fromS; atS < toS; atS += 60) if (!isAfterHours(atS)) openS += 60;
      expect(openS, text).toBe(8 * 3600);
    }
  });
});
