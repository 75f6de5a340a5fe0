// Queue, bot, repeat and working-time figures worked by hand over queue-records.ts.
import { describe, expect, test } from 'vitest';
import { deriveFacts } from '../../../main/metrics/facts.ts';
import { entryColumns, type PresetName, presetNames } from '../../../main/metrics/presets.ts';
import { reconcile } from '../../../main/metrics/reconcile.ts';
import type { ConversationRecord } from '../../../main/model.ts';
import type { MetricName, MetricValue } from '../../../preload/contract/scorecard.ts';
import { createScorecard, type ReferenceOptions } from '../../support/reference-scorecard.ts';
import { botGolden, dayGolden, queueGolden, repeatGolden } from './queue-records.ts';
import { dayFromS, dayToS, goldenRecords } from './records.ts';

const score = (set: Record<string, ConversationRecord>, options: Partial<ReferenceOptions>) => {
  const builder = createScorecard({ by: 'queue', fromS: dayFromS, toS: dayToS, csatPolarity: 'unset', ...options });
  for (const record of Object.values(set)) builder.add(record);
  return builder.finish();
};
const rowOf = (set: Record<string, ConversationRecord>, key: string, options: Partial<ReferenceOptions> = {}) => {
  const row = score(set, options).rows.find((candidate) => candidate.key === key);
  if (!row) throw new Error(`No row ${key}.`);
  return row.metrics;
};
type Worked = Partial<Record<MetricName, [value: number | null, n: number]>>;
const expectFigures = (metrics: Record<MetricName, MetricValue>, worked: Worked): void => {
  for (const [name, [value, n]] of Object.entries(worked) as [MetricName, [number | null, number]][]) {
    expect(metrics[name].n, `${name}, n`).toBe(n);
    if (value === null) expect(metrics[name].value, name).toBeNull();
    else expect(metrics[name].value, name).toBeCloseTo(value, 9);
  }
};

test('at least 40 records are worked by hand', () => {
  const sets = [queueGolden, repeatGolden, botGolden, dayGolden].map((set) => Object.keys(set).length);
  expect(goldenRecords.length + sets.reduce((sum, size) => sum + size, 0)).toBeGreaterThanOrEqual(40);
});

describe('qu-1', () => {
  test('by Afterword’s definitions', () => {
    expectFigures(rowOf(queueGolden, 'qu-1'), {
      // All but outbound, beforeQueue and open
      offered: [17, 17],
      // call20 call21 chat60 chat61 moved leftWithAgent unknownWait passedOn
      answered: [8, 8],
      answerRate: [8 / 17, 17],
      // 20 + 21 + 60 + 61 + 22 + 5 + 10 = 199; unknownWait has none
      asaMean: [199 / 7, 7],
      // 5 10 20 21 22 60 61: the 4th; 0.9 x 6 = 5.4, so 60 + 0.4 x 1
      asaMedian: [21, 7],
      asaP90: [60.4, 7],
      // In time: call20 chat60 leftWithAgent passedOn. Of 17 - left4 - 2 callbacks - flowedOut - voicemail
      serviceLevel: [4 / 12, 12],
      shortAbandons: [1, 1],
      abandoned: [3, 3],
      // left5 leftChat1 leftUnknown of 17 - left4 - 2 callbacks
      abandonRate: [3 / 14, 14],
      // and left4 and terminated, of all
      lostRate: [5 / 17, 17],
      // 1 4 5; 0.9 x 2 = 1.8, so 4 + 0.8 x 1
      abandonTimeMedian: [4, 3],
      abandonTimeP90: [4.8, 3],
      abandonedWithAgent: [1, 1],
      // Calls that say: call20 no, call21 no, calledBack yes, notCalledBack yes. chat60 says no, but is no call.
      callbackRate: [2 / 4, 4],
      // Less than a day old at the horizon
      callbackCompletion: [null, 0],
      callbackTimeMedian: [27.5, 1],
      callbackTimeP90: [27.5, 1],
      // All conversations that were offered, but flowedOut, which ended in qu-2
      voicemailShare: [1 / 16, 16],
      afterHoursShare: [null, 0],
      queueTransferRate: [1 / 8, 8],
      // moved 1, terminated 2
      reOffersPerAnswered: [3 / 8, 8],
      // No bot figure by queue, no working time
      containment: [null, 0],
      busyTime: [null, 0],
    });
  });

  const byPreset: Record<PresetName, Worked> = {
    afterword: { serviceLevel: [4 / 12, 12], abandonRate: [3 / 14, 14], queueTransferRate: [1 / 8, 8] },
    // All 17; abandons are left4 left5 leftChat1 leftUnknown and leftWithAgent
    kore: { serviceLevel: [4 / 17, 17], abandonRate: [5 / 17, 17], queueTransferRate: [1 / 17, 17] },
    // 8 answered + 4 abandoned
    genesys: { serviceLevel: [4 / 12, 12], abandonRate: [4 / 17, 17], queueTransferRate: [1 / 8, 8] },
    // 17 - left4
    talkdesk: { serviceLevel: [4 / 16, 16], abandonRate: [3 / 16, 16], queueTransferRate: [1 / 8, 8] },
  };
  test.each(presetNames)('by the preset %s', (preset) => {
    expectFigures(rowOf(queueGolden, 'qu-1', { preset }), byPreset[preset]);
  });

  test('a callback is judged once it is a day old', () => {
    expectFigures(rowOf(queueGolden, 'qu-1', { horizonS: dayToS + 86_400 }), { callbackCompletion: [1 / 2, 2] });
  });

  test('limits can be set', () => {
    const thresholds = {
      voice: { serviceLevelS: 21, shortAbandonS: 6 },
      written: { serviceLevelS: 59, shortAbandonS: 2 },
    };
    // In time: call20 call21 leftWithAgent passedOn. Short: left4 left5 leftChat1. 17 - 3 - 2 - 1 - 1; 1 of 17 - 3 - 2
    expectFigures(rowOf(queueGolden, 'qu-1', { thresholds }), {
      serviceLevel: [4 / 10, 10],
      shortAbandons: [3, 3],
      abandonRate: [1 / 12, 12],
    });
  });

  test('a moved entry taken as the API records it was not answered', () => {
    const repairs = { shadows: 'left-out', microSessions: 'left-out', reassignments: 'as-recorded' } as const;
    expectFigures(rowOf(queueGolden, 'qu-1', { repairs }), {
      offered: [17, 17],
      answered: [7, 7],
      lostRate: [6 / 17, 17],
    });
    expect(score(queueGolden, { repairs }).notes.reassignedEntries).toBe(0);
    expect(score(queueGolden, {}).notes.reassignedEntries).toBe(1);
  });

  test('opening hours: 08:00 to 12:00 in Berlin, two hours ahead of UTC', () => {
    const open = [{ fromMinute: 480, toMinute: 720 }];
    const calendar = { zone: 'Europe/Berlin', weekly: { 1: open, 2: open }, holidays: [] };
    // Open from 06:00 to 10:00 UTC on this Tuesday: 06 07 08 09; 13 of 17 outside. On a holiday all are.
    expectFigures(rowOf(queueGolden, 'qu-1', { calendar }), { afterHoursShare: [13 / 17, 17] });
    const holiday = { ...calendar, holidays: ['2025-09-30'] };
    expectFigures(rowOf(queueGolden, 'qu-1', { calendar: holiday }), { afterHoursShare: [1, 17] });
  });
});

describe('the reconciliation of qu-1', () => {
  const entries = Object.values(queueGolden).flatMap((record) => deriveFacts(record).entries);
  const table = reconcile(entries.filter(({ queueId }) => queueId === 'qu-1'));

  test('every entry in one outcome', () => {
    expect(table.offered).toBe(17);
    expect(table.outcomes).toEqual({
      answered: 7,
      'reassigned-answered': 1,
      callback: 2,
      voicemail: 1,
      'flow-out': 1,
      abandoned: 3,
      'abandoned-short': 1,
      terminated: 1,
    });
  });

  test('each preset says how it counted every outcome', () => {
    expect(table.presets.map(({ name }) => name)).toEqual([...presetNames]);
    for (const preset of table.presets) {
      for (const rate of [preset.serviceLevel, preset.abandonRate]) {
        expect(rate.n + rate.leftOut).toBe(17);
        for (const column of entryColumns) {
          const { hit, miss, leftOut } = rate.byOutcome[column];
          expect(hit + miss + leftOut, `${preset.name}, ${column}`).toBe(table.outcomes[column]);
        }
      }
    }
    const levels = table.presets.map(({ serviceLevel }) => [serviceLevel.hits, serviceLevel.n]);
    expect(levels).toEqual([
      [4, 12],
      [4, 17],
      [4, 12],
      [4, 16],
    ]);
    expect(table.presets.map(({ abandonRate }) => [abandonRate.hits, abandonRate.n])).toEqual([
      [3, 14],
      [5, 17],
      [4, 17],
      [3, 16],
    ]);
    // call20 chat60 leftWithAgent passedOn in time; call21 chat61 unknownWait not
    expect(table.presets[0]?.serviceLevel.byOutcome.answered).toEqual({ hit: 4, miss: 3, leftOut: 0 });
    expect(table.presets[0]?.serviceLevel.byOutcome.callback).toEqual({ hit: 0, miss: 0, leftOut: 2 });
    expect(table.presets[1]?.abandonRate.byOutcome.answered).toEqual({ hit: 1, miss: 6, leftOut: 0 });
  });
});

describe('repeat contacts', () => {
  const horizonS = dayToS + 30 * 86_400;
  test('within seven days', () => {
    expectFigures(score(repeatGolden, { by: 'agent', horizonS }).total, {
      // first dropped reconnected unidentified other atTheEdge pastTheEdge
      identifiedRate: [6 / 7, 7],
      // first, other, atTheEdge
      repeatRate: [3 / 6, 6],
      noRepeatRate: [3 / 6, 6],
      // first (intent) and atTheEdge (queue) are alike; other is not
      noRepeatStrictRate: [4 / 6, 6],
      reconnectRate: [1 / 6, 6],
    });
  });
  test('the last seven days before the horizon are left out, not counted as good', () => {
    expectFigures(score(repeatGolden, { by: 'agent' }).total, { identifiedRate: [6 / 7, 7], repeatRate: [null, 0] });
    // A window of one day is known one day after: dropped ... all six, nobody back within it but the reconnect
    const figures = score(repeatGolden, { by: 'agent', repeatDays: 1, horizonS: dayToS + 86_400 });
    expectFigures(figures.total, { repeatRate: [0, 6], reconnectRate: [1 / 6, 6] });
  });
});

describe('bots', () => {
  const figures = score(botGolden, { by: 'bot', horizonS: dayToS + 30 * 86_400 });
  test('worked by hand', () => {
    expectFigures(figures.total, {
      // contained micro returned escalated notServed beforeQueue
      botSessions: [6, 6],
      containment: [3 / 6, 6],
      containmentLessMicro: [2 / 5, 5],
      // Identified: contained, micro (too short), returned (came back after 23 hours)
      adjustedContainment: [1 / 3, 3],
      adjustedContainment7d: [1 / 3, 3],
      escalationRate: [3 / 6, 6],
      escalationServedRate: [1 / 3, 3],
      // 60 and 120; micro is out
      botLengthMedian: [90, 2],
      microSessions: [1, 1],
      preQueueAbandons: [1, 1],
    });
    expect(figures.notes.microSessions).toBe(1);
    expect(figures.notes.shadowConversations).toBe(1);
  });
  test('with shadows and micro-sessions counted', () => {
    const repairs = { shadows: 'counted', microSessions: 'counted', reassignments: 'repaired' } as const;
    const counted = score(botGolden, { by: 'bot', horizonS: dayToS + 30 * 86_400, repairs });
    // The shadow is a seventh session, 0 s long and contained; micro now resolves. 0 8 60 120
    expectFigures(counted.total, {
      botSessions: [7, 7],
      containment: [4 / 7, 7],
      adjustedContainment: [2 / 3, 3],
      botLengthMedian: [34, 4],
      microSessions: [2, 2],
    });
    expect(counted.notes.shadowConversations).toBe(0);
  });
});

test('working time: two chats side by side and a call', () => {
  expectFigures(score(dayGolden, { by: 'agent' }).total, {
    // 10:00:00-10:15:00 and 12:00:00-12:05:00
    busyTime: [1200, 3],
    // 600 + 600 over 900
    concurrency: [1200 / 900, 3],
    concurrencyPeak: [2, 3],
    workloadAht: [400, 3],
    // 09:59:50 to 12:05:00
    handlingDensity: [1200 / 7510, 3],
    // Segments ended in the hours from 10 and from 12
    throughput: [1.5, 3],
    occupancy: [null, 0],
    // 660 + 600 + 300, where 60 is after-call work
    acwRatio: [60 / 1560, 3],
    acwKnownRate: [1 / 3, 3],
    acwRate: [1, 1],
    acwAboveZeroMean: [60, 1],
    noReplyRate: [1, 2],
  });
});
