// A made-up team for the report tests: figures from a seeded generator, plausible in size, no claim to add up.

import { displayRule, findDirection, metricRegistry } from '../../../main/metrics/registry.ts';
import type { AgentScorecardsInput } from '../../../main/reports/agent-scorecards.ts';
import type { MetricMeta } from '../../../main/reports/figures.ts';
import type { TrendPoint } from '../../../main/reports/scorecard-charts.ts';
import {
  type MetricName,
  type MetricValue,
  metricNames,
  type Scorecard,
  type ScorecardRow,
} from '../../../preload/contract/scorecard.ts';

/** Uniform numbers 0-1 from a seed (Park and Miller's minimal standard). */
const randomFrom = (seed: number): (() => number) => {
  let state = (seed * 48271 + 11) % 2147483647;
  return () => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  };
};

const typicalSeconds: Partial<Record<MetricName, number>> = {
  ahtMean: 340,
  ahtMedian: 285,
  ahtP90: 720,
  talkMean: 255,
  holdMean: 62,
  acwMean: 41,
  ringMedian: 6,
  firstResponseMedian: 34,
  firstResponseP90: 120,
};
const typicalShares: Partial<Record<MetricName, number>> = {
  holdRate: 0.22,
  acceptRate: 0.93,
  ronaRate: 0.03,
  transferRate: 0.12,
  consultRate: 0.06,
  csatTop2: 0.81,
  likeRate: 0.88,
};
const surveyMetrics: ReadonlySet<MetricName> = new Set(['csatTop2', 'csatMean', 'nps', 'likeRate']);

const makeMetric = (name: MetricName, handled: number, random: () => number): MetricValue => {
  if (name === 'handled') return { value: handled, n: handled, low: null, high: null };
  if (name === 'conversations') {
    const conversations = Math.round(handled * 0.97);
    return { value: conversations, n: conversations, low: null, high: null };
  }
  const n = Math.round(handled * (surveyMetrics.has(name) ? 0.08 : 1));
  if (n === 0) return { value: null, n: 0, low: null, high: null };
  const share = typicalShares[name];
  if (share !== undefined) {
    const value = Math.round(Math.min(1, share * (0.75 + random() / 2)) * n) / n;
    const half = 1.96 * Math.sqrt((value * (1 - value)) / n + 1 / (4 * n * n));
    return { value, n, low: Math.max(0, value - half), high: Math.min(1, value + half) };
  }
  if (name === 'csatMean') return { value: 3.6 + random(), n, low: n < 10 ? null : 3.3, high: n < 10 ? null : 4.8 };
  if (name === 'nps') {
    const value = Math.round(100 * (random() - 0.3));
    const half = 150 / Math.sqrt(n);
    return { value, n, low: Math.max(-100, value - half), high: Math.min(100, value + half) };
  }
  const value = (typicalSeconds[name] ?? 60) * (0.7 + random() * 0.6);
  const half = value / Math.sqrt(n);
  return { value, n, low: n < 6 ? null : value - half, high: n < 6 ? null : value + half };
};

const makeMetrics = (handled: number, random: () => number): Record<MetricName, MetricValue> =>
  Object.fromEntries(metricNames.map((name) => [name, makeMetric(name, handled, random)])) as Record<
    MetricName,
    MetricValue
  >;

const givenNames = ['Ada', 'Björn', 'Chloé', 'Đorđe', 'Ελένη', 'Farida', 'Grzegorz', 'Hương', 'Ирина', 'Łukasz'];
const familyNames = ['Sample', 'Muster', 'Exempel', 'Přiklad', 'Δείγμα', 'Пример', 'Ejemplo', 'Örnek', 'Voorbeeld'];

const makeRow = (index: number, random: () => number): ScorecardRow => ({
  key: `a-${String(index + 1).padStart(4, '0')}`,
  name: `${givenNames[index % givenNames.length]} ${familyNames[index % familyNames.length]} ${index + 1}`,
  // The last few have samples too small to rank or to show.
  metrics: makeMetrics(index % 10 === 9 ? 3 : index % 10 === 8 ? 17 : Math.round(120 + random() * 500), random),
});

const makeScorecard = (agentCount: number, seed: number, from: string, to: string): Scorecard => {
  const random = randomFrom(seed);
  return {
    period: { from, to, zone: 'Europe/Berlin' },
    dataAsOf: '2025-10-01T05:12:44Z',
    coverage: { isComplete: true, fraction: 1, holes: [] },
    rows: Array.from({ length: agentCount }, (_, index) => makeRow(index, random)),
    total: makeMetrics(400 * agentCount, randomFrom(seed + 1)),
  };
};

export const sampleMetricMeta: MetricMeta[] = metricNames.map((name) => {
  const { label, unit, formula } = metricRegistry[name];
  return { name, label, unit, formula, direction: findDirection(metricRegistry[name], 'higher-is-better') };
});

const makeTrend = (row: ScorecardRow, random: () => number): TrendPoint[] =>
  ['1 Sep', '8 Sep', '15 Sep', '22 Sep', '29 Sep'].map((label, index) => ({
    label,
    handled: Math.round(((row.metrics.handled.value ?? 0) / 4.3) * (0.7 + random() * 0.6) * (index === 4 ? 0.3 : 1)),
    ahtMean: (row.metrics.ahtMean.value ?? 0) * (0.85 + random() * 0.3),
    isPartial: index === 4,
  }));

/** Weighted by n: near enough to pooled for a page to look right. */
const poolMetrics = (rows: readonly ScorecardRow[]): Record<MetricName, MetricValue> =>
  Object.fromEntries(
    metricNames.map((name): [MetricName, MetricValue] => {
      const n = rows.reduce((sum, row) => sum + row.metrics[name].n, 0);
      if (name === 'handled' || name === 'conversations') return [name, { value: n, n, low: null, high: null }];
      const weighted = rows.reduce((sum, row) => sum + row.metrics[name].n * (row.metrics[name].value ?? 0), 0);
      return [name, { value: n === 0 ? null : weighted / n, n, low: null, high: null }];
    }),
  ) as Record<MetricName, MetricValue>;

/** A whole September in Berlin for a team of `agentCount`, with August before it and a trend by week. */
export const makeScorecardsInput = (agentCount: number): AgentScorecardsInput => {
  const scorecard = makeScorecard(agentCount, 7, '2025-08-31T22:00:00Z', '2025-09-30T22:00:00Z');
  const random = randomFrom(23);
  return {
    scorecard,
    total: poolMetrics(scorecard.rows),
    previous: makeScorecard(agentCount, 8, '2025-07-31T22:00:00Z', '2025-08-31T22:00:00Z'),
    trend: new Map(scorecard.rows.map((row) => [row.key, makeTrend(row, random)])),
    metricMeta: sampleMetricMeta,
    displayRule,
    generatedAt: '2025-10-01T06:00:00Z',
    workspaceName: 'Example Support',
    csatPolarity: 'higher-is-better',
    mask: null,
    definitionPreset: 'Afterword 1',
  };
};
