// Targets in force, verdicts, composites, peers and teams, against numbers worked out by hand.
import { describe, expect, test } from 'vitest';
import { comparePeers } from '../../../main/metrics/peers.ts';
import { applyRuleChanges, lookaheadS } from '../../../main/metrics/rules.ts';
import { findTargets, judgeTargets, putTarget, scoreComposite } from '../../../main/metrics/targets.ts';
import { findDoubleMember } from '../../../main/metrics/teams.ts';
import { defaultRules } from '../../../preload/contract/counting.ts';
import type { Target } from '../../../preload/contract/figures.ts';
import { type MetricName, type MetricValue, metricNames } from '../../../preload/contract/scorecard.ts';

const nothing: MetricValue = { value: null, n: 0, low: null, high: null };
const metricsOf = (given: Partial<Record<MetricName, MetricValue>>): Record<MetricName, MetricValue> => ({
  ...(Object.fromEntries(metricNames.map((name) => [name, nothing])) as Record<MetricName, MetricValue>),
  ...given,
});
const figure = (value: number, n: number, low: number, high: number): MetricValue => ({ value, n, low, high });
const target = (changes: Partial<Target>): Target => ({
  metric: 'acceptRate',
  by: 'agent',
  key: null,
  target: 0.9,
  from: '2025-01-01',
  ...changes,
});

describe('targets', () => {
  const everybody = target({});
  const later = target({ target: 0.95, from: '2025-07-01' });
  const own = target({ key: 'u-1', target: 0.8 });
  const all = [later, own, everybody, target({ by: 'team', target: 0.5 })];

  test('a row’s own goes before the group’s, and the newest begun before the older', () => {
    const valueOn = (key: string, day: string) => findTargets(all, 'agent', key, day).map((one) => one.target);
    expect(valueOn('u-2', '2024-12-31')).toEqual([]);
    expect(valueOn('u-2', '2025-01-01')).toEqual([0.9]);
    expect(valueOn('u-2', '2025-06-30')).toEqual([0.9]);
    expect(valueOn('u-2', '2025-07-01')).toEqual([0.95]);
    expect(valueOn('u-1', '2025-07-01')).toEqual([0.8]);
    expect(findTargets(all.toReversed(), 'agent', 'u-1', '2025-07-01')).toEqual([own]);
  });

  test('one of the same metric, group, key and first day takes its place', () => {
    expect(putTarget([everybody, own], target({ target: 0.7 }))).toEqual([own, target({ target: 0.7 })]);
    expect(putTarget([everybody], later)).toHaveLength(2);
  });

  test('missed and met only when the whole interval says so; nothing under 5 cases or without a direction', () => {
    const verdictOf = (value: MetricValue, one: Target = everybody) =>
      judgeTargets([one], metricsOf({ [one.metric]: value }), 'unset')[0]?.verdict;
    expect(verdictOf(figure(0.7, 40, 0.55, 0.82))).toBe('missed');
    expect(verdictOf(figure(0.96, 400, 0.93, 0.98))).toBe('met');
    expect(verdictOf(figure(0.88, 100, 0.8, 0.93))).toBe('not-distinguishable');
    expect(verdictOf(figure(0, 3, 0, 0.56))).toBe('no-value');
    expect(verdictOf(nothing)).toBe('no-value');
    // The CSAT scale is not confirmed; and neither long nor short handle times are good.
    expect(verdictOf(figure(0.9, 100, 0.8, 0.95), target({ metric: 'csatTop2' }))).toBe('not-judged');
    expect(verdictOf(figure(300, 100, 280, 320), target({ metric: 'ahtMean' }))).toBe('not-judged');
  });
});

describe('the composite', () => {
  const weights = [
    { metric: 'acceptRate' as const, weight: 3, floor: 0.5, target: 1 },
    { metric: 'transferRate' as const, weight: 1, floor: 0.4, target: 0 },
    { metric: 'csatTop2' as const, weight: 1, floor: 0, target: 1 },
  ];

  test('a straight line from floor to target, the missing part’s weight given to the others', () => {
    // accept 0.8: 60 points; transfer 0.1: 75 points; CSAT not confirmed: 4 of 5 of the weight.
    const metrics = metricsOf({
      acceptRate: figure(0.8, 50, 0.6, 0.9),
      transferRate: figure(0.1, 50, 0.05, 0.2),
      csatTop2: figure(1, 50, 0.9, 1),
    });
    const unset = scoreComposite(weights, metrics, 'unset');
    expect(unset.weightCovered).toBeCloseTo(0.8, 12);
    expect(unset.score).toBeCloseTo((3 * 60 + 75) / 4, 12);
    const [accept, transfer, csat] = unset.parts.map(({ contribution }) => contribution);
    expect(accept).toBeCloseTo(45, 9);
    expect(transfer).toBeCloseTo(18.75, 9);
    expect(csat).toBeNull();
    expect(scoreComposite(weights, metrics, 'higher-is-better').score).toBeCloseTo((180 + 75 + 100) / 5, 12);
  });

  test('none below 60 % of the weight; n under 30 is no part of it', () => {
    const metrics = metricsOf({ acceptRate: figure(0.8, 29, 0.6, 0.9), transferRate: figure(0.1, 50, 0.05, 0.2) });
    expect(scoreComposite(weights, metrics, 'higher-is-better')).toMatchObject({ score: null, weightCovered: 0.2 });
    const enough = metricsOf({ acceptRate: figure(0.8, 30, 0.6, 0.9) });
    // Exactly 60 % is enough.
    expect(scoreComposite(weights, enough, 'higher-is-better').score).toBeCloseTo(60, 12);
  });
});

describe('peers', () => {
  const rowOf = (key: string, value: MetricValue) => ({ key, name: key, metrics: metricsOf({ acceptRate: value }) });
  const rows = [
    rowOf('a', figure(0.95, 100, 0.89, 0.98)),
    rowOf('b', figure(0.7, 100, 0.6, 0.78)),
    rowOf('c', figure(0.93, 100, 0.86, 0.97)),
    rowOf('d', figure(0.5, 10, 0.24, 0.76)),
    rowOf('e', figure(0, 2, 0, 0.66)),
  ];
  const compared = comparePeers('acceptRate', rows, figure(0.85, 312, 0.8, 0.89), 'unset');

  test('ranks only from 30 cases on, with ties where intervals overlap; nothing shown below 5', () => {
    expect(compared.rows.map(({ key, rank, display }) => [key, rank, display])).toEqual([
      ['a', { best: 1, worst: 2, of: 3 }, 'rank'],
      ['b', { best: 3, worst: 3, of: 3 }, 'rank'],
      ['c', { best: 1, worst: 2, of: 3 }, 'rank'],
      ['d', null, 'grey'],
      ['e', null, 'hide'],
    ]);
    expect(compared.peerCount).toBe(4);
    // Type 7 of 0.5, 0.7, 0.93, 0.95.
    expect(compared.peers?.p50).toBeCloseTo(0.815, 12);
  });

  test('99.8 % limits about the pooled share: Wilson with z = 3.0902', () => {
    // n = 100, p = 0.85: z² = 9.5495, centre 0.897748 / 1.095495 = 0.81949, half 0.12023 / 1.095495 = 0.10975.
    expect(compared.rows[0]?.funnel?.low).toBeCloseTo(0.70974, 4);
    expect(compared.rows[0]?.funnel?.high).toBeCloseTo(0.92924, 4);
    expect(compared.rows.map(({ isOutsideFunnel }) => isOutsideFunnel)).toEqual([true, true, true, false, null]);
  });

  test('a shrunk share lies between its own and the pooled one', () => {
    const own = compared.rows.find(({ key }) => key === 'd');
    expect(own?.shrunk).toBeGreaterThan(0.5);
    expect(own?.shrunk).toBeLessThan(0.85);
  });

  test('nothing is ranked where neither is better', () => {
    const csat = [1, 2].map((n) => ({
      key: `${n}`,
      name: `${n}`,
      metrics: metricsOf({ csatTop2: rows[0]?.metrics.acceptRate ?? nothing }),
    }));
    const ranks = (polarity: 'unset' | 'higher-is-better') =>
      comparePeers('csatTop2', csat, nothing, polarity).rows.map(({ rank }) => rank !== null);
    expect(ranks('unset')).toEqual([false, false]);
    expect(ranks('higher-is-better')).toEqual([true, true]);
  });
});

test('an agent in two teams on one day is found, one after the other is not', () => {
  const team = (name: string, from: string | null, to: string | null) => ({
    name,
    members: [{ agent: 'u-1', from, to }],
  });
  expect(findDoubleMember([team('A', null, '2025-05-31'), team('B', '2025-06-01', null)])).toBeNull();
  expect(findDoubleMember([team('A', null, '2025-06-01'), team('B', '2025-06-01', null)])).toEqual({
    agent: 'u-1',
    teams: ['A', 'B'],
  });
  expect(findDoubleMember([team('A', '2025-01-01', null), team('A', '2024-01-01', '2024-12-31')])).toBeNull();
});

test('what a call leaves out stays as the workspace has it', () => {
  const changed = applyRuleChanges(defaultRules, {
    preset: 'kore',
    thresholds: { voice: { serviceLevelS: 30, shortAbandonS: undefined }, written: undefined },
    repairs: { shadows: 'counted', microSessions: undefined },
    repeatDays: undefined,
  });
  expect(changed).toEqual({
    preset: 'kore',
    thresholds: { voice: { serviceLevelS: 30, shortAbandonS: 5 }, written: { serviceLevelS: 60, shortAbandonS: 0 } },
    repairs: { shadows: 'counted', microSessions: 'left-out', reassignments: 'repaired' },
    openingHours: null,
    repeatDays: 7,
  });
  expect(lookaheadS({ ...defaultRules, repeatDays: 1 })).toBe(7 * 86_400 + 1);
  expect(lookaheadS({ ...defaultRules, repeatDays: 30 })).toBe(30 * 86_400 + 1);
});
