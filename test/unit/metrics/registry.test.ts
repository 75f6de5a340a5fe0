import { describe, expect, test } from 'vitest';
import { arrivalSeries, contactSeries, sessionSeries } from '../../../main/metrics/conversation-series.ts';
import { entrySeries } from '../../../main/metrics/entry-series.ts';
import {
  attributionTimes,
  displayRule,
  evaluateMetric,
  findDirection,
  type MetricGrain,
  metricRegistry,
} from '../../../main/metrics/registry.ts';
import {
  type Accumulators,
  addValue,
  consultSeries,
  conversationSeries,
  daySeries,
  offerSeries,
  segmentSeries,
  surveySeries,
} from '../../../main/metrics/series.ts';
import { metricNames } from '../../../preload/contract/scorecard.ts';

describe('the metric registry', () => {
  test('has the contract’s metrics in the contract’s order, with different labels', () => {
    expect(Object.keys(metricRegistry)).toEqual([...metricNames]);
    expect(new Set(metricNames.map((name) => metricRegistry[name].label)).size).toBe(metricNames.length);
  });

  test('each metric reads series of its own grain', () => {
    const namesByGrain: Record<MetricGrain, string[]> = {
      segment: Object.keys(segmentSeries),
      conversation: [...conversationSeries],
      offer: Object.keys(offerSeries),
      survey: Object.keys(surveySeries),
      entry: Object.keys(entrySeries),
      contact: Object.keys(contactSeries),
      session: Object.keys(sessionSeries),
      arrival: Object.keys(arrivalSeries),
      consult: [...consultSeries],
      'agent-day': [...daySeries],
    };
    for (const name of metricNames) {
      const { grain, statistic } = metricRegistry[name];
      if (statistic.kind === 'refused') continue;
      expect(namesByGrain[grain], name).toContain(statistic.series);
      if (statistic.kind === 'bracket') expect(namesByGrain[grain], name).toContain(statistic.upTo);
      if (statistic.kind === 'ratio') expect(namesByGrain[grain], name).toContain(statistic.over);
      if ('sample' in statistic) expect(namesByGrain[grain], name).toContain(statistic.sample);
    }
    expect(Object.keys(attributionTimes)).toEqual(Object.keys(namesByGrain));
    const all = Object.values(namesByGrain).flat();
    expect(new Set(all).size, 'a series name belongs to one grain').toBe(all.length);
  });

  test('units agree with the way the figure is computed', () => {
    const unitsByKind = {
      count: ['count'],
      share: ['fraction'],
      bracket: ['fraction'],
      mean: ['seconds', 'score'],
      quantile: ['seconds'],
      'net-score': ['points'],
      sum: ['seconds'],
      ratio: ['fraction', 'ratio', 'seconds', 'per-hour'],
      max: ['count'],
      refused: ['fraction'],
    };
    for (const name of metricNames) {
      const { unit, statistic } = metricRegistry[name];
      expect(unitsByKind[statistic.kind], name).toContain(unit);
    }
  });

  test('every entry says what it is in words, and the first twenty names stay as they were', () => {
    for (const name of metricNames) {
      const { numerator, denominator, exclusions, formula, source, groups } = metricRegistry[name];
      for (const text of [numerator, denominator, exclusions, formula, source]) expect(text, name).toMatch(/\S/);
      expect(groups.length, name).toBeGreaterThan(0);
    }
    expect(metricNames.slice(0, 20)).toEqual(
      (
        'handled conversations ahtMean ahtMedian ahtP90 talkMean holdRate holdMean acwMean ringMedian ' +
        'firstResponseMedian firstResponseP90 acceptRate ronaRate transferRate consultRate csatTop2 csatMean nps likeRate'
      ).split(' '),
    );
  });

  test('occupancy is refused with a reason, whatever the group', () => {
    for (const by of ['agent', 'queue', 'bot'] as const) {
      const value = evaluateMetric(metricRegistry.occupancy, new Map(), by);
      expect(value).toMatchObject({ value: null, n: 0, low: null, high: null });
      expect(value.reason).toContain('handling density');
    }
  });

  test('a metric has no value for a group it does not belong to', () => {
    const gathered: Accumulators = new Map();
    addValue(gathered, 'offered', 1, false);
    expect(evaluateMetric(metricRegistry.offered, gathered, 'queue')).toMatchObject({ value: 1, n: 1 });
    expect(evaluateMetric(metricRegistry.offered, gathered, 'agent')).toEqual({
      value: null,
      n: 0,
      low: null,
      high: null,
    });
  });

  test('CSAT is neither good nor bad until its polarity is set', () => {
    const directions = (name: 'csatTop2' | 'csatMean' | 'likeRate'): string[] =>
      (['unset', 'higher-is-better', 'lower-is-better'] as const).map((polarity) =>
        findDirection(metricRegistry[name], polarity),
      );
    expect(directions('csatTop2')).toEqual(['neither', 'more', 'more']);
    expect(directions('csatMean')).toEqual(['neither', 'more', 'less']);
    expect(directions('likeRate')).toEqual(['more', 'more', 'more']);
  });
});

test('display rule: hidden below 5, grey below 30, then ranked', () => {
  expect([0, 4, 5, 29, 30, 1000].map(displayRule)).toEqual(['hide', 'hide', 'grey', 'grey', 'rank', 'rank']);
});
