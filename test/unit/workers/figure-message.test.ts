// Figures come out of a message as they went in: values, nulls, reasons, the order of rows.
import { expect, test } from 'vitest';
import { evaluateMetric, metricRegistry } from '../../../main/metrics/registry.ts';
import { packFigures, unpackFigures } from '../../../main/workers/figure-message.ts';
import { type MetricName, type MetricValue, metricNames } from '../../../preload/contract/scorecard.ts';

const figuresOf = (seed: number): Record<MetricName, MetricValue> =>
  Object.fromEntries(
    metricNames.map((name, at) => {
      const empty = evaluateMetric(metricRegistry[name], new Map(), 'agent');
      if (empty.reason !== undefined || (at + seed) % 5 === 0) return [name, empty];
      const low = (at + seed) % 3 === 0 ? null : at - seed / 3;
      return [name, { value: at * seed + 0.1, n: at + seed, low, high: low === null ? null : at + seed }];
    }),
  ) as Record<MetricName, MetricValue>;

test('every figure of every row arrives', () => {
  const figures = {
    rows: [3, 1, 2].map((seed) => ({ key: `k${seed}`, name: `Name ${seed}`, metrics: figuresOf(seed) })),
    total: figuresOf(7),
    notes: { openConversations: 3 },
  };
  expect(Object.values(figures.total).some(({ reason }) => reason !== undefined)).toBe(true);
  expect(unpackFigures(structuredClone(packFigures(figures)))).toEqual(figures);
  expect(unpackFigures(packFigures({ ...figures, rows: [] }))).toEqual({ ...figures, rows: [] });
});
