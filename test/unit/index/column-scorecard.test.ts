// Scorecards from columns against the reference that counts records one by one: every metric with its interval, every row, every
// note, under any settings and after any changes.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createColumnScorecards } from '../../../main/index/column-scorecard.ts';
import { createFactStore, type FactStore } from '../../../main/index/fact-store.ts';
import { createScorecard, type ScorecardOptions } from '../../../main/metrics/scorecard.ts';
import { resolveTeams } from '../../../main/metrics/teams.ts';
import type { ConversationRecord } from '../../../main/model.ts';
import { wentOnIn } from '../../../main/workers/figure-queries.ts';
import { presetNames } from '../../../preload/contract/counting.ts';
import { scorecardGroups } from '../../../preload/contract/scorecard.ts';
import { arbitraryRecord } from '../metrics/arbitrary.ts';
import { dayFromS, dayToS } from '../metrics/records.ts';

const dayS = 86_400;
type Options = Omit<ScorecardOptions, 'trace' | 'holdKnownChannels'>;

const holdChannelsOf = (records: readonly ConversationRecord[]): string[] =>
  records.flatMap(({ channel, destinations }) =>
    channel !== null && destinations.some(({ offers }) => offers.some(({ holdS }) => holdS !== null)) ? [channel] : [],
  );

const reference = (records: readonly ConversationRecord[], options: Options) => {
  const builder = createScorecard({ ...options, holdKnownChannels: holdChannelsOf(records) });
  const range = { fromS: options.fromS, toS: Math.max(options.toS, options.horizonS ?? options.toS) };
  for (const record of records) if (wentOnIn(record, range)) builder.add(record);
  const { traced: _, ...figures } = builder.finish();
  return figures;
};

const storeOf = (records: readonly ConversationRecord[]): FactStore => {
  const store = createFactStore();
  records.forEach((record, at) => {
    store.put(at + 1, record);
  });
  return store;
};

/** Callback waits are fractions of seconds, which add up to the last bit only in one order. */
const rounded = (figures: unknown): unknown =>
  JSON.parse(
    JSON.stringify(figures, (_, value) => (typeof value === 'number' ? Number(value.toPrecision(12)) : value)),
  );

const teams = resolveTeams(
  [
    { name: 'Red', members: [{ agent: 'u-ana', from: null, to: '2025-09-30' }] },
    {
      name: 'Blue',
      members: [
        { agent: 'u-ana', from: '2025-10-01', to: null },
        { agent: 'u-ben', from: null, to: null },
      ],
    },
  ],
  'Europe/Berlin',
);

const times = fc.record({
  fromS: fc.integer({ min: dayFromS - 2 * dayS, max: dayFromS + dayS }),
  lengthS: fc.constantFrom(dayS, 3 * dayS, 7200, 40 * dayS),
  horizonS: fc.integer({ min: dayFromS - dayS, max: dayToS + 20 * dayS }),
});
const settings = fc.record({
  by: fc.constantFrom(...scorecardGroups),
  preset: fc.constantFrom(...presetNames),
  csatPolarity: fc.constantFrom('unset' as const, 'higher-is-better' as const, 'lower-is-better' as const),
  repeatDays: fc.constantFrom(1, 7, 14),
  zone: fc.constantFrom('UTC', 'Europe/Berlin', 'Asia/Kolkata'),
  repairs: fc.record({
    shadows: fc.constantFrom('left-out' as const, 'counted' as const),
    microSessions: fc.constantFrom('left-out' as const, 'counted' as const),
    reassignments: fc.constantFrom('repaired' as const, 'as-recorded' as const),
  }),
  thresholds: fc.record({
    voice: fc.record({ serviceLevelS: fc.constantFrom(20, 900), shortAbandonS: fc.constantFrom(0, 5) }),
    written: fc.record({ serviceLevelS: fc.constantFrom(60, 5000), shortAbandonS: fc.constantFrom(0, 600) }),
  }),
});
const extras = fc.record(
  {
    agentKey: fc.constantFrom('u-ana', 'u-ben', 'nobody', '(none)'),
    holes: fc.constant([{ fromS: dayFromS + 3600, toS: dayFromS + 2 * dayS }]),
    calendar: fc.constant({
      zone: 'Europe/Berlin',
      weekly: { 1: [{ fromMinute: 540, toMinute: 1020 }], 2: [{ fromMinute: 540, toMinute: 1020 }] },
      holidays: [],
    }),
  },
  { requiredKeys: [] },
);
const options = fc.tuple(times, settings, extras).map(
  ([{ fromS, lengthS, horizonS }, chosen, more]): Options => ({
    ...chosen,
    ...more,
    teams,
    fromS,
    toS: fromS + lengthS,
    horizonS,
  }),
);

describe('scorecards from columns', () => {
  test('are the reference’s, whatever the records and the settings', { timeout: 120_000 }, () => {
    fc.assert(
      fc.property(
        fc.array(arbitraryRecord, { maxLength: 25 }),
        fc.array(options, { minLength: 1, maxLength: 4 }),
        (records, asked) => {
          const scorecards = createColumnScorecards(storeOf(records));
          for (const one of asked) expect(rounded(scorecards.count(one))).toEqual(rounded(reference(records, one)));
        },
      ),
      { numRuns: 1500 },
    );
  });
});
