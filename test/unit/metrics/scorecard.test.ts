import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { unnamedKey } from '../../../main/metrics/grouping.ts';
import { metricRegistry } from '../../../main/metrics/registry.ts';
import type { ConversationRecord } from '../../../main/model.ts';
import { type MetricName, type MetricValue, metricNames } from '../../../preload/contract/scorecard.ts';
import { createScorecard, type ReferenceFigures, type ReferenceOptions } from '../../support/reference-scorecard.ts';
import { arbitraryRecord } from './arbitrary.ts';
import {
  accepted,
  agentSegment,
  at,
  dayFromS,
  dayToS,
  golden,
  goldenRecords,
  makeRecord,
  queueEntry,
} from './records.ts';

const score = (records: readonly ConversationRecord[], options: Partial<ReferenceOptions> = {}): ReferenceFigures => {
  const builder = createScorecard({ by: 'agent', fromS: dayFromS, toS: dayToS, csatPolarity: 'unset', ...options });
  for (const record of records) builder.add(record);
  return builder.finish();
};
type Worked = Partial<Record<MetricName, [value: number | null, n: number]>>;
const expectFigures = (metrics: Record<MetricName, MetricValue>, worked: Worked): void => {
  for (const [name, [value, n]] of Object.entries(worked) as [MetricName, [number | null, number]][]) {
    expect(metrics[name].n, `${name}, n`).toBe(n);
    if (value === null) expect(metrics[name].value, name).toBeNull();
    else expect(metrics[name].value, name).toBeCloseTo(value, 9);
  }
};
const rowOf = (figures: ReferenceFigures, key: string): Record<MetricName, MetricValue> => {
  const row = figures.rows.find((candidate) => candidate.key === key);
  if (!row) throw new Error(`No row ${key}.`);
  return row.metrics;
};

describe('the golden set by agent, worked by hand', () => {
  const figures = score(goldenRecords);

  test('rows, in order of name', () => {
    expect(figures.rows.map(({ key, name }) => [key, name])).toEqual([
      ['u-ana', 'Ana Example'],
      ['u-ben', 'Ben Example'],
      ['u-cleo', 'Cleo Example'],
    ]);
  });

  test('Ana', () => {
    expectFigures(rowOf(figures, 'u-ana'), {
      // holdInside, consulted, callback, transferred, beganDayBefore, workByEndTime, negativeInteraction
      handled: [7, 7],
      conversations: [7, 7],
      // 104 + 0, 49 + 4, 70 + 3, 33 + 0, 720 + 15, 100 + 40; negativeInteraction has no time: 1138 / 6
      ahtMean: [1138 / 6, 6],
      // 33 53 73 104 140 735: (73 + 104) / 2, and 140 + 0.5 x (735 - 140)
      ahtMedian: [88.5, 6],
      ahtP90: [437.5, 6],
      // 104 - 57 = 47, 49, 70, 33, 720, 100 - 0: 1019 / 6
      talkMean: [1019 / 6, 6],
      // Calls: holdInside, consulted, callback, beganDayBefore, workByEndTime; held: the first, 57 s
      holdRate: [1 / 5, 5],
      holdMean: [57, 1],
      // 4 + 3 + 15 + 40 + 2 = 64; holdInside and transferred have none
      acwMean: [64 / 5, 5],
      // 0 4 5 8 10 12: (5 + 8) / 2
      ringMedian: [6.5, 6],
      // One chat without a reply, one with a negative time
      firstResponseMedian: [null, 0],
      firstResponseP90: [null, 0],
      // Accepted: holdInside, consulted, callback, transferred, endsNextDay, workByEndTime; rejected: 1. Left out: moved by
      // a supervisor, offered the day before, no assignment time, open.
      acceptRate: [6 / 7, 7],
      ronaRate: [0, 7],
      // transferred, of 7
      transferRate: [1 / 7, 7],
      // consulted, of 5 calls
      consultRate: [1 / 5, 5],
      csatTop2: [null, 0],
      csatMean: [null, 0],
      // 9 (endsNextDay) and 10; the 2 of beganDayBefore is CSAT and the day before's
      nps: [100, 2],
      likeRate: [null, 0],
    });
  });

  test('Ben', () => {
    expectFigures(rowOf(figures, 'u-ben'), {
      // reassigned, ignoredThrice, leftWhileRinging, outbound, negativeWork, flowOut
      handled: [6, 6],
      conversations: [6, 6],
      // 15 + 32, 120 + 10, 240 + 60, 32 + 18, 150 + 0, 60 + 5: 742 / 6
      ahtMean: [742 / 6, 6],
      // 47 50 65 130 150 300: (65 + 130) / 2, and 150 + 0.5 x 150
      ahtMedian: [97.5, 6],
      ahtP90: [225, 6],
      // 15 + 120 + (240 - 30) + 32 + 150 + 60 = 587
      talkMean: [587 / 6, 6],
      // Calls: ignoredThrice, leftWhileRinging (30 s), outbound, flowOut
      holdRate: [1 / 4, 4],
      holdMean: [30, 1],
      // 32 + 10 + 60 + 18 + 5 = 125
      acwMean: [25, 5],
      // 1 3 4 5 5
      ringMedian: [4, 5],
      firstResponseMedian: [20, 1],
      firstResponseP90: [20, 1],
      // Accepted: reassigned, ignoredThrice, leftWhileRinging, negativeWork, flowOut. Not: ignored 3, unknown 1. Outbound out.
      acceptRate: [5 / 9, 9],
      ronaRate: [3 / 9, 9],
      transferRate: [1 / 6, 6],
      consultRate: [0, 4],
      csatTop2: [null, 0],
      csatMean: [null, 0],
      // A 7 is neither
      nps: [0, 1],
      likeRate: [0, 1],
    });
    // Surely 3 of 9, possibly 4 of 9: Wilson 12.06 % of the first to 73.33 % of the second (worked with a calculator).
    const { low, high } = rowOf(figures, 'u-ben').ronaRate;
    expect(low).toBeCloseTo(0.1206, 4);
    expect(high).toBeCloseTo(0.7333, 4);
  });

  test('Cleo', () => {
    expectFigures(rowOf(figures, 'u-cleo'), {
      // rePicked twice, transferred, campaign, rejected (by Ana), holdTooLong, scoreOffScale
      handled: [7, 7],
      conversations: [6, 6],
      // 300 + 20, 60 + 0, 550, 34 + 4, 600 + 30, 20 + 5, 90 + 10: 1723
      ahtMean: [1723 / 7, 7],
      // 25 38 60 100 320 550 630: the 4th, and 550 + 0.4 x 80
      ahtMedian: [100, 7],
      ahtP90: [582, 7],
      // 300 + 60 + 550 + (34 - 15) + 600 + 0 + 90 = 1619
      talkMean: [1619 / 7, 7],
      // campaign 15 s and holdTooLong 25 s
      holdRate: [1, 2],
      holdMean: [20, 2],
      // 20 + 0 + 4 + 30 + 5 + 10 = 69; transferred has none
      acwMean: [69 / 6, 6],
      // 0 3 4 5 6 7; campaign has no assignment time
      ringMedian: [4.5, 6],
      // 8 11 12 30: (11 + 12) / 2, and 12 + 0.7 x 18; the second part of rePicked has no reply
      firstResponseMedian: [11.5, 4],
      firstResponseP90: [24.6, 4],
      // rePicked twice, transferred, rejected, holdTooLong, scoreOffScale; the customer left while the seventh rang
      acceptRate: [1, 6],
      ronaRate: [0, 6],
      transferRate: [0, 7],
      consultRate: [0, 2],
      // A 5; the 7 is off the scale
      csatTop2: [1, 1],
      csatMean: [5, 1],
      nps: [null, 0],
      likeRate: [null, 0],
    });
  });

  test('the total divides pooled sums', () => {
    const { total } = figures;
    expect(total.handled.value).toBe(7 + 6 + 7);
    // Ana and Cleo share one conversation: 7 + 6 + 6 - 1.
    expect(total.conversations).toEqual({ value: 18, n: 18, low: null, high: null });
    expect(total.ahtMean).toMatchObject({ value: (1138 + 742 + 1723) / 19, n: 19 });
    // The 10th of 19: 25 33 38 47 50 53 60 65 73 [100] 104 130 140 150 300 320 550 630 735
    expect(total.ahtMedian).toMatchObject({ value: 100, n: 19 });
    expect(total.acceptRate).toMatchObject({ value: (6 + 5 + 6) / (7 + 9 + 6), n: 22 });
    // +9, +10 and a passive 7: the detractor reached no agent.
    expect(total.nps).toMatchObject({ value: (100 * 2) / 3, n: 3 });
  });

  test('intervals: order statistics from six values, means from thirty', () => {
    expect(rowOf(figures, 'u-ana').ahtMedian).toMatchObject({ low: 33, high: 735 });
    expect(rowOf(figures, 'u-ana').ahtP90).toMatchObject({ low: null, high: null });
    expect(rowOf(figures, 'u-ben').ringMedian).toMatchObject({ low: null, high: null });
    expect(rowOf(figures, 'u-ana').ahtMean).toMatchObject({ low: null, high: null });
  });

  test('what was left out is told', () => {
    expect(figures.notes).toEqual({
      openConversations: 2,
      shadowConversations: 1,
      acw: { known: 5 + 5 + 6, segments: 20 },
      holdUnknownChannels: [],
      // npsWithoutAgent, csatWithoutAgent, botOnly
      surveysWithoutAgent: 3,
      qualityIssues: {
        'interaction-negative': 1,
        'first-response-negative': 1,
        'acw-negative': 1,
        'ring-negative': 1,
        'hold-exceeds-interaction': 1,
        'score-out-of-scale': 1,
      },
      microSessions: 0,
      // reassigned, ignoredThrice
      reassignedEntries: 2,
    });
  });
});

describe('other groups', () => {
  test('by queue: segments by the entry they belong to, surveys without an agent by the last queue', () => {
    const figures = score(goldenRecords, { by: 'queue' });
    expect(figures.rows.map(({ key, name, metrics }) => [key, name, metrics.handled.value])).toEqual([
      // transferred (2) and the second part of rePicked
      [unnamedKey, unnamedKey, 3],
      ['qu-2', 'Help', 7],
      ['qu-3', 'qu-3', 1],
      ['qu-1', 'Sales', 9],
    ]);
    // Help: a 2 nobody answered and Ben's 7; Sales: 9 and 10.
    expect(rowOf(figures, 'qu-2').nps).toMatchObject({ value: -50, n: 2 });
    expect(rowOf(figures, 'qu-1').nps).toMatchObject({ value: 100, n: 2 });
    expect(rowOf(figures, 'qu-2').csatTop2).toMatchObject({ value: 1, n: 2 });
    expect(figures.total.nps).toMatchObject({ value: 25, n: 4 });
    expect(figures.notes.surveysWithoutAgent).toBe(0);
  });

  test('by bot', () => {
    const figures = score(goldenRecords, { by: 'bot' });
    expect(figures.rows.map(({ key, name }) => [key, name])).toEqual([['st-1', 'st-1']]);
    // negativeWork 0, botOnly 1
    expect(rowOf(figures, 'st-1').likeRate).toMatchObject({ value: 0.5, n: 2 });
  });

  test('one agent only, by queue', () => {
    const figures = score(goldenRecords, { by: 'queue', agentKey: 'u-ben' });
    expect(figures.rows.map(({ key, metrics }) => [key, metrics.handled.value])).toEqual([
      // negativeWork, flowOut
      ['qu-2', 2],
      // reassigned, ignoredThrice, leftWhileRinging, outbound
      ['qu-1', 4],
    ]);
    expect(figures.total.acceptRate).toMatchObject({ value: 5 / 9, n: 9 });
    expect(figures.total.likeRate).toMatchObject({ value: 0, n: 1 });
  });
});

describe('details', () => {
  const call = (fields: Parameters<typeof accepted>[4], record: Partial<ConversationRecord> = {}): ConversationRecord =>
    makeRecord({
      ...record,
      destinations: [agentSegment(accepted('ana', at('09:00:00'), at('09:00:05'), at('09:02:05'), fields))],
    });

  test('hold and talk of calls stay unknown where the channel never carries hold', () => {
    const noHold = [call({ acwS: 5 }), call({ acwS: 7 })];
    const unknown = score(noHold);
    expect(unknown.total.holdRate).toEqual({ value: null, n: 0, low: null, high: null });
    expect(unknown.total.talkMean.value).toBeNull();
    expect(unknown.total.ahtMean).toMatchObject({ value: 126, n: 2 });
    expect(unknown.notes.holdUnknownChannels).toEqual(['Voice']);

    expect(score(noHold, { holdKnownChannels: ['Voice'] }).total.holdRate).toMatchObject({ value: 0, n: 2 });
    // A hold of 0 on any call, even of another day, shows that the field is there.
    const elsewhere = makeRecord({
      destinations: [agentSegment(accepted('ben', null, at('09:00:00', -3), at('09:01:00', -3), { holdS: 0 }))],
    });
    expect(score([...noHold, elsewhere]).total.talkMean).toMatchObject({ value: 120, n: 2 });
    // Another channel's hold says nothing about this one.
    const other = call({ holdS: 20 }, { channel: 'korevg' });
    expect(score([...noHold, other]).total.talkMean).toMatchObject({ value: 100, n: 1 });
  });

  test('an unusable hold is in no hold figure and in no talk time', () => {
    const figures = score([call({ holdS: 30 }), call({ holdS: -30 })]);
    expect(figures.total.holdRate).toMatchObject({ value: 1, n: 1 });
    expect(figures.total.talkMean).toMatchObject({ value: 90, n: 1 });
    expect(figures.total.ahtMean).toMatchObject({ value: 120, n: 2 });
    expect(figures.notes.qualityIssues).toEqual({ 'hold-negative': 1 });
  });

  test('the period includes its first second and excludes its last', () => {
    const endingAt = (endedAtS: number): ConversationRecord =>
      makeRecord({ destinations: [agentSegment(accepted('ana', null, endedAtS - 60, endedAtS))] });
    const ends = [dayFromS - 1, dayFromS, dayToS - 1, dayToS];
    expect(ends.map((end) => score([endingAt(end)]).total.handled.value)).toEqual([0, 1, 1, 0]);
  });

  test('polarity turns the top of the CSAT scale, and nothing else', () => {
    const scores = [1, 2, 3, 4, 5, 5].map((csatScore) => call({}, { surveyType: 'csat', csatScore }));
    expect(score(scores).total.csatTop2.value).toBeCloseTo(3 / 6, 12);
    expect(score(scores, { csatPolarity: 'higher-is-better' }).total.csatTop2.value).toBeCloseTo(3 / 6, 12);
    expect(score(scores, { csatPolarity: 'lower-is-better' }).total.csatTop2.value).toBeCloseTo(2 / 6, 12);
    expect(score(scores, { csatPolarity: 'lower-is-better' }).total.csatMean.value).toBeCloseTo(20 / 6, 12);
  });

  test('NPS of 5 promoters, 3 passives and 2 detractors: 30 ± 48', () => {
    const answers = [9, 9, 10, 10, 10, 7, 8, 8, 6, 0].map((npsScore) => call({}, { surveyType: 'nps', npsScore }));
    const { value, n, low, high } = score(answers).total.nps;
    expect([value, n]).toEqual([30, 10]);
    // 1.96 x 100 x √((0.5 + 0.2 - 0.09) / 10) = 48.41
    expect(low).toBeCloseTo(30 - 48.41, 2);
    expect(high).toBeCloseTo(30 + 48.41, 2);
  });

  test('an agent who only missed offers has a row', () => {
    const figures = score([golden.unknownEvent]);
    expect(figures.rows.map(({ key }) => key)).toEqual(['u-ben']);
    expect(rowOf(figures, 'u-ben')).toMatchObject({ handled: { value: 0, n: 0 }, acceptRate: { value: 0, n: 1 } });
  });

  test('an agent or queue without an id has a row of its own', () => {
    const nameless = makeRecord({
      destinations: [
        agentSegment({ ...accepted('ana', null, at('09:00:00'), at('09:01:00')), agentId: null, name: null }),
      ],
    });
    expect(score([nameless]).rows).toMatchObject([{ key: unnamedKey, name: unnamedKey }]);
  });

  test('the newest name counts, and names a queue that its outbound calls leave unnamed', () => {
    const named = (name: string, day: number): ConversationRecord =>
      makeRecord({
        destinations: [agentSegment({ ...accepted('ana', null, at('09:00:00', day), at('09:01:00', day)), name })],
      });
    expect(score([named('Ana New', 0), named('Ana Old', -1)]).rows[0]?.name).toBe('Ana New');
    expect(score([golden.outbound, golden.holdInside], { by: 'queue' }).rows).toMatchObject([
      { key: 'qu-1', name: 'Sales', metrics: { handled: { value: 2 } } },
    ]);
  });

  test('the same conversation in two queues counts once in the total', () => {
    const both = makeRecord({
      destinations: [
        queueEntry('qu-1', at('09:00:00'), [accepted('ana', null, at('09:00:05'), at('09:01:00'))]),
        queueEntry('qu-2', at('09:01:00'), [accepted('ben', null, at('09:01:05'), at('09:02:00'))]),
      ],
    });
    const figures = score([both], { by: 'queue' });
    expect(figures.rows.map(({ metrics }) => metrics.conversations.value)).toEqual([1, 1]);
    expect(figures.total.conversations.value).toBe(1);
  });

  test('nothing fed: no rows, counts of 0 and no rates', () => {
    const figures = score([]);
    expect(figures.rows).toEqual([]);
    expect(figures.total.handled).toEqual({ value: 0, n: 0, low: null, high: null });
    expect(figures.total.acceptRate).toEqual({ value: null, n: 0, low: null, high: null });
  });
});

describe('properties', () => {
  const records = fc.array(arbitraryRecord, { maxLength: 25 });
  const groups = fc.constantFrom('agent', 'queue', 'bot');

  test('the order of the conversations changes nothing', () => {
    const shuffled = records.chain((list) =>
      fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })),
    );
    fc.assert(
      fc.property(shuffled, groups, ([list, permuted], by) => {
        expect(score(permuted, { by })).toEqual(score(list, { by }));
      }),
      { numRuns: 100 },
    );
  });

  test('groups add up to the total, and the same facts are counted whatever the grouping', () => {
    fc.assert(
      fc.property(records, (list) => {
        const [byAgent, byQueue, byBot] = (['agent', 'queue', 'bot'] as const).map((by) => score(list, { by }));
        // Written out from the records: closed conversations, accepted offers that ended within the day.
        const segments = list.flatMap((record) => {
          const offers = record.destinations.flatMap((destination) => destination.offers);
          const isOut =
            record.isShadow || record.isOpen || offers.some((offer) => offer.handled && offer.endedAtS === null);
          return isOut ? [] : offers.filter((offer) => offer.handled);
        });
        const handled = segments.filter(
          ({ endedAtS }) => endedAtS !== null && endedAtS >= dayFromS && endedAtS < dayToS,
        );
        for (const figures of [byAgent, byQueue, byBot]) {
          expect(figures?.total.handled.value).toBe(handled.length);
          for (const name of ['handled', 'acceptRate', 'ringMedian', 'likeRate', 'ahtMean'] as const) {
            const sum = figures?.rows.reduce((total, row) => total + row.metrics[name].n, 0);
            expect(sum, name).toBe(figures?.total[name].n);
          }
        }
        const agents = ['u-ana', 'u-ben', 'u-cleo', unnamedKey];
        const apart = agents.map((agentKey) => score(list, { by: 'queue', agentKey }).total.handled.value ?? 0);
        expect(apart.reduce((sum, count) => sum + count, 0)).toBe(handled.length);
      }),
      { numRuns: 100 },
    );
  });

  test('every value lies in its range and inside its interval', () => {
    fc.assert(
      fc.property(records, groups, (list, by) => {
        for (const { metrics } of score(list, { by }).rows) {
          for (const name of metricNames) {
            const { value, n, low, high } = metrics[name];
            // A count of 0 and a sum of 0 are values; so is none where a ratio would divide by 0.
            const { kind } = metricRegistry[name].statistic;
            if (n > 0 && kind !== 'ratio') expect(value, name).not.toBeNull();
            if (n === 0 && kind !== 'count' && kind !== 'sum') expect(value, name).toBeNull();
            expect(low === null).toBe(high === null);
            if (value === null || low === null || high === null) continue;
            expect(low).toBeLessThanOrEqual(value);
            expect(high).toBeGreaterThanOrEqual(value);
          }
          for (const name of ['holdRate', 'acceptRate', 'ronaRate', 'csatTop2', 'likeRate'] as const) {
            expect(metrics[name].value ?? 0).toBeGreaterThanOrEqual(0);
            expect(metrics[name].high ?? 1).toBeLessThanOrEqual(1);
          }
          expect(Math.abs(metrics.nps.value ?? 0)).toBeLessThanOrEqual(100);
        }
      }),
      { numRuns: 100 },
    );
  });
});
