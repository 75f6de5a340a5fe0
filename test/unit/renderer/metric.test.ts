// The window's rules for small samples and for good and bad must be those of the registry and of the PDF.
import { describe, expect, test } from 'vitest';
import { displayRule } from '../../../main/metrics/registry.ts';
import type { MetricInfo, MetricValue } from '../../../preload/contract/scorecard.ts';
import { formatDuration, formatMetric } from '../../../renderer/model/format.ts';
import { formatInterval, judgeChange, showMetric } from '../../../renderer/model/metric.ts';

const value = (
  n: number,
  at: number | null = 0.5,
  low: number | null = 0.4,
  high: number | null = 0.6,
): MetricValue => ({
  ...{ value: at, n, low, high },
});
const info = (direction: MetricInfo['direction']): MetricInfo => ({
  ...{ name: 'csatTop2', label: 'CSAT', unit: 'fraction', direction, groups: ['agent'], countedAt: '' },
  ...{ numerator: '', denominator: '', exclusions: '', formula: '', source: '' },
});
const csat = info({ unset: 'neither', 'higher-is-better': 'more', 'lower-is-better': 'less' });

describe('small samples', () => {
  test('are shown as the registry says, for every n', () => {
    const names = { hide: 'hidden', grey: 'grey', rank: 'ranked' };
    for (let n = 1; n <= 60; n += 1) expect(showMetric(value(n), 'fraction').rule).toBe(names[displayRule(n)]);
  });
  test('below 5 show the n and neither value nor interval', () => {
    expect(showMetric(value(4), 'fraction').text).toBe('n = 4');
    expect(formatInterval(value(4), 'fraction')).toBeNull();
    expect(formatInterval(value(5), 'fraction')).toBe('40.0 % – 60.0 %');
  });
  test('a count stands for itself', () => {
    expect(showMetric(value(2, 2), 'count')).toEqual({ text: '2', rule: 'plain' });
  });
  test('nothing to count is not zero', () => {
    expect(showMetric(value(0, null), 'fraction')).toEqual({ text: '–', rule: 'none' });
    expect(showMetric(undefined, 'count')).toEqual({ text: '–', rule: 'none' });
  });
});

describe('better and worse', () => {
  const low = value(100, 0.2, 0.1, 0.3);
  const high = value(100, 0.8, 0.7, 0.9);
  test('follow the direction that the polarity gives', () => {
    expect(judgeChange(csat, 'higher-is-better', high, low)).toBe('better');
    expect(judgeChange(csat, 'lower-is-better', high, low)).toBe('worse');
  });
  test('are never said while the polarity is unset', () => {
    expect(judgeChange(csat, 'unset', high, low)).toBeNull();
  });
  test('are not said of small samples, of overlapping intervals, or without an interval', () => {
    expect(judgeChange(csat, 'higher-is-better', { ...high, n: 29 }, low)).toBeNull();
    expect(judgeChange(csat, 'higher-is-better', high, value(100, 0.6, 0.5, 0.7))).toBeNull();
    expect(judgeChange(csat, 'higher-is-better', high, { ...low, low: null, high: null })).toBeNull();
  });
});

test.each([
  [0, '0:00'],
  [59.6, '1:00'],
  [3599.4, '59:59'],
  [3600, '1:00:00'],
  [-30, '-0:30'],
])('%s seconds are %s', (seconds, text) => {
  expect(formatDuration(seconds)).toBe(text);
  expect(formatMetric(seconds, 'seconds')).toBe(text);
});
