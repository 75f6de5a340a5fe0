import { describe, expect, test } from 'vitest';
import { attributionTimes, displayRule, findDirection, metricRegistry } from '../../../main/metrics/registry.ts';
import { conversationSeries, offerSeries, segmentSeries, surveySeries } from '../../../main/metrics/series.ts';
import { metricNames } from '../../../preload/contract/scorecard.ts';

describe('the metric registry', () => {
  test('has the contract’s metrics in the contract’s order, with different labels', () => {
    expect(Object.keys(metricRegistry)).toEqual([...metricNames]);
    expect(new Set(metricNames.map((name) => metricRegistry[name].label)).size).toBe(metricNames.length);
  });

  test('each metric reads series of its own grain', () => {
    const namesByGrain = {
      segment: Object.keys(segmentSeries),
      conversation: [...conversationSeries],
      offer: Object.keys(offerSeries),
      survey: Object.keys(surveySeries),
    };
    for (const name of metricNames) {
      const { grain, statistic } = metricRegistry[name];
      expect(namesByGrain[grain], name).toContain(statistic.series);
      if (statistic.kind === 'bracket') expect(namesByGrain[grain], name).toContain(statistic.upTo);
    }
    expect(Object.keys(attributionTimes)).toEqual(Object.keys(namesByGrain));
  });

  test('units agree with the way the figure is computed', () => {
    const unitsByKind = {
      count: ['count'],
      share: ['fraction'],
      bracket: ['fraction'],
      mean: ['seconds', 'score'],
      quantile: ['seconds'],
      'net-score': ['points'],
    };
    for (const name of metricNames) {
      const { unit, statistic } = metricRegistry[name];
      expect(unitsByKind[statistic.kind], name).toContain(unit);
    }
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
