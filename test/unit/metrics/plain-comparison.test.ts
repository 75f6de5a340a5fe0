// Every metric, group and preset against a second calculator (test/support/plain-metrics/). AFTERWORD_COMPARE sets how
// many sample conversations are compared; 5,000 unless set.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { mergeRecords } from '../../../main/kore/merge.ts';
import { presetNames } from '../../../main/metrics/presets.ts';
import { metricRegistry } from '../../../main/metrics/registry.ts';
import { toCalendar } from '../../../main/metrics/rules.ts';
import type { TeamSpans } from '../../../main/metrics/teams.ts';
import type { ConversationRecord } from '../../../main/model.ts';
import {
  type MetricName,
  type MetricValue,
  metricNames,
  scorecardGroups,
} from '../../../preload/contract/scorecard.ts';
import { makeRows } from '../../kore-server/generate.ts';
import { recordOf } from '../../support/decoded.ts';
import { calculatePlainly } from '../../support/plain-metrics/calculate.ts';
import type { PlainOptions, PlainValue } from '../../support/plain-metrics/sheet.ts';
import { createScorecard } from '../../support/reference-scorecard.ts';
import { arbitraryRecord } from './arbitrary.ts';
import { dayFromS, dayToS, goldenRecords } from './records.ts';

const groups = scorecardGroups;
const z = 1.959963984540054;

/** Both ends of a Wilson interval solve n (p - x)² = z² x (1 - x), whatever formula made them. */
const expectWilson = (x: number | null, p: number, n: number, what: string): void => {
  if (x === null || (p === 0 && x === 0) || (p === 1 && x === 1)) return;
  expect(n * (p - x) ** 2, what).toBeCloseTo(z * z * x * (1 - x), 6);
};

const compare = (
  metrics: Record<MetricName, MetricValue>,
  plain: Record<string, PlainValue> | undefined,
  where: string,
): void => {
  for (const name of metricNames) {
    const { value, n, low, high } = metrics[name];
    const expected = plain?.[name];
    if (expected === undefined) throw new Error(`${where}: the second calculator knows no ${name}.`);
    const what = `${where}, ${name}`;
    expect(n, `${what}, n`).toBe(expected.n);
    if (value === null || expected.value === null) expect(value, what).toBe(expected.value);
    else expect(Math.abs(value - expected.value), what).toBeLessThan(1e-9 * Math.max(1, Math.abs(value)));
    if (metricRegistry[name].statistic.kind !== 'share' || value === null) continue;
    expectWilson(low, value, n, `${what}, low`);
    expectWilson(high, value, n, `${what}, high`);
  }
};

/** The stays of plain options in the form the product keeps. */
const teamsOf = ({ stays = [] }: PlainOptions): TeamSpans =>
  new Map(
    [...new Set(stays.map(({ agent }) => agent))].map((agent) => [
      agent,
      stays.filter((stay) => stay.agent === agent).map(({ team, fromS, toS }) => ({ team, fromS, toS })),
    ]),
  );

const limitsOf = ({ limits }: PlainOptions) =>
  limits === undefined
    ? {}
    : {
        thresholds: {
          voice: { serviceLevelS: limits[0], shortAbandonS: limits[1] },
          written: { serviceLevelS: limits[2], shortAbandonS: limits[3] },
        },
      };

const calendarOf = ({ hours }: PlainOptions) => {
  if (hours === undefined) return {};
  const span = { fromMinute: hours.from * 60, toMinute: hours.to * 60 };
  const week = [1, 2, 3, 4, 5, 6, 7].map((day) => (hours.days.includes(day) ? [span] : []));
  return { calendar: toCalendar({ week, holidays: hours.closed }, hours.zone) };
};

const compareAll = (records: readonly ConversationRecord[], plainOptions: PlainOptions): void => {
  const { by, fromS, toS, polarity, preset, horizonS, zone } = plainOptions;
  const builder = createScorecard({
    by,
    fromS,
    toS,
    csatPolarity: polarity,
    preset,
    horizonS,
    zone,
    teams: teamsOf(plainOptions),
    holes: plainOptions.holes ?? [],
    repeatDays: plainOptions.repeatDays ?? 7,
    ...limitsOf(plainOptions),
    ...calendarOf(plainOptions),
    repairs: {
      shadows: plainOptions.countShadows ? 'counted' : 'left-out',
      microSessions: plainOptions.countMicro ? 'counted' : 'left-out',
      reassignments: plainOptions.keepReassignments ? 'as-recorded' : 'repaired',
    },
  });
  for (const record of records) builder.add(record);
  const figures = builder.finish();
  const plain = calculatePlainly(records, plainOptions);
  const where = `${preset} by ${by}`;
  expect(figures.rows.map((row) => row.key).sort(), where).toEqual([...plain.rows.keys()].sort());
  for (const row of figures.rows) compare(row.metrics, plain.rows.get(row.key), `${where}, ${row.key}`);
  compare(figures.total, plain.total, `${where}, total`);
};

const count = Number(process.env.AFTERWORD_COMPARE ?? 5000);
const days = 20;
const endS = Date.UTC(2025, 9, 1) / 1000;

describe(`${count} sample conversations`, () => {
  const records = makeRows({ seed: 31, count, days, endS }).map(({ v1, v2 }) =>
    mergeRecords([
      { endpoint: 'v1-calls', record: recordOf(v1) },
      { endpoint: 'v2-interactions', record: recordOf(v2) },
    ]),
  );
  // The last days are fed and not in the period, so that repeats can be seen; the first are neither.
  const fromS = endS - (days - 1) * 86_400;
  const toS = endS - 5 * 86_400;
  // Every third agent in no team, the others in one of two, and half of these change in the middle of the period.
  const agents = [
    ...new Set(records.flatMap((r) => r.destinations.flatMap((d) => d.offers.flatMap((o) => o.agentId ?? [])))),
  ];
  const middleS = fromS + 7 * 86_400 + 4321;
  const stays = agents.flatMap((agent, index) => {
    const [team, other] = index % 2 === 0 ? ['North', 'South'] : ['South', 'North'];
    if (index % 3 === 0) return [];
    if (index % 4 < 2) return [{ agent, team: team as string, fromS: 0, toS: endS }];
    return [
      { agent, team: team as string, fromS: 0, toS: middleS },
      { agent, team: other as string, fromS: middleS, toS: endS },
    ];
  });

  test.each(groups.flatMap((by) => presetNames.map((preset) => [preset, by] as const)))(
    '%s by %s',
    (preset, by) => {
      const polarity = preset === 'kore' ? 'lower-is-better' : 'higher-is-better';
      compareAll(records, { by, fromS, toS, polarity, preset, horizonS: endS, zone: 'Asia/Kolkata', stays });
    },
    600_000,
  );

  test.each(groups)(
    'every repair turned off, by %s',
    (by) => {
      compareAll(records, {
        by,
        fromS,
        toS,
        polarity: 'unset',
        preset: 'afterword',
        horizonS: endS,
        zone: 'America/New_York',
        stays,
        countShadows: true,
        countMicro: true,
        keepReassignments: true,
      });
    },
    600_000,
  );

  test.each(groups)(
    'other limits, opening hours, 3 days for a repeat and a stretch not synced, by %s',
    (by) => {
      compareAll(records, {
        by,
        fromS,
        toS,
        polarity: 'unset',
        preset: 'afterword',
        horizonS: endS,
        zone: 'Europe/Berlin',
        stays,
        limits: [45, 30, 120, 20],
        repeatDays: 3,
        holes: [{ fromS: fromS + 6 * 86_400, toS: fromS + 6 * 86_400 + 3600 }],
        hours: { zone: 'Europe/Berlin', days: [1, 2, 3, 4, 6], from: 9, to: 17, closed: ['2025-09-16'] },
      });
    },
    600_000,
  );

  test('hold every kind of figure: no metric is compared on nothing alone', () => {
    const seen = new Set<MetricName>();
    for (const by of groups) {
      const builder = createScorecard({ by, fromS, toS, csatPolarity: 'unset', horizonS: endS });
      for (const record of records) builder.add(record);
      const { total } = builder.finish();
      for (const name of metricNames) if (total[name].n > 0) seen.add(name);
    }
    // Opening hours and occupancy cannot have a value here; the sample's customers wait at least 5 s before they leave.
    expect(metricNames.filter((name) => !seen.has(name))).toEqual(['occupancy', 'shortAbandons', 'afterHoursShare']);
  });
});

test('the golden set, under every preset', () => {
  for (const by of groups) {
    for (const preset of presetNames) {
      compareAll(goldenRecords, {
        by,
        fromS: dayFromS,
        toS: dayToS,
        polarity: 'unset',
        preset,
        horizonS: dayToS,
        zone: 'UTC',
      });
    }
  }
});

test('random conversations, sensible or not', () => {
  const options = fc.record({
    by: fc.constantFrom(...groups),
    fromS: fc.constant(dayFromS),
    toS: fc.constant(dayToS),
    polarity: fc.constantFrom('unset' as const, 'lower-is-better' as const),
    preset: fc.constantFrom(...presetNames),
    horizonS: fc.constantFrom(dayToS, dayToS + 8 * 86_400),
    zone: fc.constant('UTC'),
    countShadows: fc.boolean(),
    countMicro: fc.boolean(),
    keepReassignments: fc.boolean(),
    repeatDays: fc.constantFrom(1, 7),
    limits: fc.constantFrom<Required<PlainOptions>['limits']>([20, 5, 60, 0], [0, 60, 0, 60]),
    holes: fc.constantFrom<Required<PlainOptions>['holes']>([], [{ fromS: dayFromS + 40_000, toS: dayFromS + 50_000 }]),
  });
  fc.assert(fc.property(fc.array(arbitraryRecord, { maxLength: 15 }), options, compareAll), { numRuns: 300 });
}, 60_000);
