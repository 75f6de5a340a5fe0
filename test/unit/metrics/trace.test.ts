// Every figure can say which cases it is made of: as many as its n, and enough to make the value again.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { mergeRecords } from '../../../main/kore/merge.ts';
import { metricRegistry } from '../../../main/metrics/registry.ts';
import { computeQuantile } from '../../../main/metrics/statistics.ts';
import type { TeamSpans } from '../../../main/metrics/teams.ts';
import type { FigureFact } from '../../../main/metrics/trace.ts';
import type { ConversationRecord } from '../../../main/model.ts';
import {
  type MetricName,
  type MetricValue,
  metricNames,
  type ScorecardGroup,
  scorecardGroups,
} from '../../../preload/contract/scorecard.ts';
import { makeRows } from '../../kore-server/generate.ts';
import { recordOf } from '../../support/decoded.ts';
import { createScorecard } from '../../support/reference-scorecard.ts';
import { listFigureFacts } from '../../support/reference-trace.ts';
import { arbitraryRecord } from './arbitrary.ts';
import { dayFromS, dayToS } from './records.ts';

const days = 20;
const endS = Date.UTC(2025, 9, 1) / 1000;
const sample = makeRows({ seed: 5, count: 400, days, endS }).map(({ v1, v2 }) =>
  mergeRecords([
    { endpoint: 'v1-calls', record: recordOf(v1) },
    { endpoint: 'v2-interactions', record: recordOf(v2) },
  ]),
);
const weekly = Object.fromEntries([1, 2, 3, 4, 5].map((day) => [day, [{ fromMinute: 540, toMinute: 1020 }]]));

type Range = { fromS: number; toS: number; horizonS: number };
const sampleRange: Range = { fromS: endS - 19 * 86_400, toS: endS - 5 * 86_400, horizonS: endS };

const firstAgent =
  sample.flatMap((r) => r.destinations.flatMap((d) => d.offers.flatMap((o) => o.agentId ?? [])))[0] ?? '';
const teams: TeamSpans = new Map([[firstAgent, [{ team: 'North', fromS: 0, toS: endS - 9 * 86_400 }]]]);

const sumOf = (values: readonly (number | null)[]): number =>
  values.reduce<number>((sum, value) => sum + (value ?? 0), 0);

/** The value made again from the cases alone; undefined where they cannot tell it (time that overlaps). */
const remake = (metric: MetricName, facts: readonly FigureFact[]): number | null | undefined => {
  const { statistic } = metricRegistry[metric];
  const counted = facts.filter(({ isCounted }) => isCounted);
  const values = counted.flatMap(({ value }) => value ?? []);
  switch (statistic.kind) {
    case 'count':
      return counted.length;
    case 'share':
    case 'bracket':
    case 'mean':
      return counted.length === 0 ? null : sumOf(values) / counted.length;
    case 'net-score':
      return counted.length === 0 ? null : (100 * sumOf(values)) / counted.length;
    case 'quantile':
      return computeQuantile(
        values.toSorted((a, b) => a - b),
        statistic.p,
      );
    case 'ratio': {
      if (metricRegistry[metric].grain === 'agent-day') return undefined;
      const over = sumOf(facts.map((fact) => fact.over));
      return over === 0 ? null : sumOf(facts.map(({ value }) => value)) / over;
    }
    case 'refused':
      return null;
    default:
      return undefined;
  }
};

const check = (figure: MetricValue, metric: MetricName, facts: readonly FigureFact[], where: string): void => {
  expect(facts.filter(({ isCounted }) => isCounted).length, `${where}, n`).toBe(figure.n);
  if (figure.n === 0) return;
  const value = remake(metric, facts);
  if (value === undefined) return;
  if (value === null || figure.value === null) expect(value, where).toBe(figure.value);
  else expect(value, where).toBeCloseTo(figure.value, 9);
};

const checkAll = (
  records: readonly ConversationRecord[],
  by: ScorecardGroup,
  metric: MetricName,
  range: Range,
): void => {
  const builder = createScorecard({
    by,
    ...range,
    csatPolarity: 'higher-is-better',
    trace: metric,
    teams,
    calendar: { zone: 'Europe/Berlin', weekly, holidays: [] },
  });
  for (const record of records) builder.add(record);
  const { rows, total, traced } = builder.finish();
  const checkOne = (key: string | null, figure: MetricValue): void =>
    check(figure, metric, listFigureFacts(traced, metric, key, figure), `${metric} by ${by}, ${key ?? 'total'}`);
  for (const { key, metrics } of rows) checkOne(key, metrics[metric]);
  checkOne(null, total[metric]);
};

describe.each(scorecardGroups)('by %s', (by) => {
  test('every figure of the sample is made of as many cases as its n', () => {
    for (const metric of metricNames) checkAll(sample, by, metric, sampleRange);
  }, 120_000);
});

test('any figure of random conversations', () => {
  const range = { fromS: dayFromS, toS: dayToS, horizonS: dayToS + 8 * 86_400 };
  fc.assert(
    fc.property(
      fc.array(arbitraryRecord, { maxLength: 12 }),
      fc.constantFrom(...scorecardGroups),
      fc.constantFrom(...metricNames),
      (list, by, metric) => checkAll(list, by, metric, range),
    ),
    { numRuns: 400 },
  );
}, 120_000);

test('without a trace nothing is noted', () => {
  const builder = createScorecard({ by: 'agent', ...sampleRange, csatPolarity: 'unset' });
  for (const record of sample.slice(0, 50)) builder.add(record);
  expect(builder.finish().traced).toEqual([]);
});
