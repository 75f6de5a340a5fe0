// Scorecards from columns against the reference that counts records one by one: every metric with its interval, every row, every
// note, under any settings and after any changes.
import { existsSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createColumnScorecards } from '../../../main/index/column-scorecard.ts';
import { createFactIndex } from '../../../main/index/fact-index.ts';
import { createFactStore, type FactStore } from '../../../main/index/fact-store.ts';
import { longestConversationS } from '../../../main/index/fact-views.ts';
import { deriveFacts } from '../../../main/metrics/facts.ts';
import { comparePeers, measureSpread } from '../../../main/metrics/peers.ts';
import { listJudgedEntries, reconcile } from '../../../main/metrics/reconcile.ts';
import type { ScorecardOptions } from '../../../main/metrics/scorecard.ts';
import { resolveTeams } from '../../../main/metrics/teams.ts';
import type { FigureFact } from '../../../main/metrics/trace.ts';
import type { ConversationRecord } from '../../../main/model.ts';
import { openCacheForReading } from '../../../main/store/cache.ts';
import { factsPath } from '../../../main/store/index-file.ts';
import { createIndexSource } from '../../../main/store/index-source.ts';
import { inTransaction } from '../../../main/store/open.ts';
import { createDimensionReader, createTermReader } from '../../../main/store/terms.ts';
import { createFigureQueries } from '../../../main/workers/figure-queries.ts';
import { presetNames } from '../../../preload/contract/counting.ts';
import { metricNames, scorecardGroups } from '../../../preload/contract/scorecard.ts';
import { makeRows } from '../../kore-server/generate.ts';
import { hashOf, openTestCache } from '../../support/cache.ts';
import { recordOf } from '../../support/decoded.ts';
import { createScorecard } from '../../support/reference-scorecard.ts';
import { listFigureFacts } from '../../support/reference-trace.ts';
import { useTempDir } from '../../support/temp-dir.ts';
import { arbitraryRecord } from '../metrics/arbitrary.ts';
import { dayFromS, dayToS } from '../metrics/records.ts';

const dayS = 86_400;
const endS = Date.UTC(2025, 9, 15) / 1000;

/** What the store gives for a range, told of one conversation. */
const wentOnIn = (
  { startedAtS, destinations }: ConversationRecord,
  { fromS, toS }: { fromS: number; toS: number },
): boolean => {
  if (startedAtS >= fromS || startedAtS < fromS - longestConversationS) return startedAtS >= fromS && startedAtS < toS;
  const isSince = (atS: number | null): boolean => atS !== null && atS >= fromS;
  return destinations.some(
    ({ enteredAtS, offers }) =>
      isSince(enteredAtS) || offers.some(({ endedAtS, assignedAtS }) => isSince(endedAtS) || isSince(assignedAtS)),
  );
};

const holdChannelsOf = (records: readonly ConversationRecord[]): string[] =>
  records.flatMap(({ channel, destinations }) =>
    channel !== null && destinations.some(({ offers }) => offers.some(({ holdS }) => holdS !== null)) ? [channel] : [],
  );

const reference = (records: readonly ConversationRecord[], options: ScorecardOptions) => {
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
const rounded = (figures: unknown, digits = 12): unknown =>
  JSON.parse(
    JSON.stringify(figures, (_, value) => (typeof value === 'number' ? Number(value.toPrecision(digits)) : value)),
  );

const textOf = ({ owner, atS, isCounted, value, over }: FigureFact): string => {
  const { agentId, agentName, queueId, queueName } = owner;
  return JSON.stringify([owner.traits.key, agentId, agentName, queueId, queueName, atS, isCounted, value, over]);
};

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

/** Some began so long before what happened in them that the period is not counted from them. */
const longRecord = fc
  .tuple(arbitraryRecord, fc.constantFrom(0, 0, 0, 0, 29, 30, 31))
  .map(([record, days]) => ({ ...record, startedAtS: record.startedAtS - days * dayS }));

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
  ([{ fromS, lengthS, horizonS }, chosen, more]): ScorecardOptions => ({
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
        fc.array(longRecord, { maxLength: 25 }),
        fc.array(options, { minLength: 1, maxLength: 4 }),
        (records, asked) => {
          const scorecards = createColumnScorecards(storeOf(records));
          for (const one of asked) expect(rounded(scorecards.count(one))).toEqual(rounded(reference(records, one)));
        },
      ),
      { numRuns: 600 },
    );
  });

  test('only the metrics asked for, with the same figures', () => {
    fc.assert(
      fc.property(fc.array(arbitraryRecord, { maxLength: 15 }), options, (records, one) => {
        const scorecards = createColumnScorecards(storeOf(records));
        const whole = scorecards.count(one);
        const few = scorecards.count({ ...one, metrics: ['handled', 'ahtP90'] });
        expect(few.notes).toEqual(whole.notes);
        expect(few.total).toEqual({ handled: whole.total.handled, ahtP90: whole.total.ahtP90 });
        expect(few.rows.map(({ key, name }) => [key, name])).toEqual(whole.rows.map(({ key, name }) => [key, name]));
      }),
      { numRuns: 100 },
    );
  });

  test('list the facts behind any figure, compare and reconcile as the reference does', { timeout: 120_000 }, () => {
    const pages = fc.record({ limit: fc.constantFrom(1, 3, 1000), offset: fc.constantFrom(0, 0, 2) });
    fc.assert(
      fc.property(
        fc.array(longRecord, { minLength: 1, maxLength: 15 }),
        options,
        fc.uniqueArray(fc.constantFrom(...metricNames), { minLength: 1, maxLength: 12 }),
        pages,
        (records, asked, metrics, page) => {
          const { calendar: _, ...one } = asked;
          const scorecards = createColumnScorecards(storeOf(records));
          const queries = createFigureQueries(
            (ids) => ids.flatMap((id) => records.slice(id - 1, id).map((record) => ({ ...record, id, sources: [] }))),
            () => scorecards,
          );
          const { preset = 'afterword', thresholds, repairs, repeatDays = 7, ...rest } = one;
          if (thresholds === undefined || repairs === undefined) throw new Error('settings without limits');
          const rules = { preset, thresholds, repairs, repeatDays, openingHours: null };
          const input = { zone: 'UTC', teams, horizonS: one.toS, holes: [], ...rest, rules };
          const range = { fromS: one.fromS, toS: Math.max(one.toS, input.horizonS) };
          const fed = records.filter((record) => wentOnIn(record, range));
          const entries = fed
            .flatMap((record) => deriveFacts(record, repairs).entries)
            .filter(({ enteredAtS }) => enteredAtS !== null && enteredAtS >= one.fromS && enteredAtS < one.toS);
          const reconciled = queries.reconcile({ ...input, ...page });
          expect(reconciled.reconciliation).toEqual(reconcile(entries, presetNames, thresholds));
          const judged = listJudgedEntries(entries, thresholds);
          expect(reconciled.entries.map(({ entry }) => entry.enteredAtS)).toEqual(
            judged.slice(page.offset, page.offset + page.limit).map(({ entry }) => entry.enteredAtS),
          );
          if (page.limit === 1000 && page.offset === 0)
            expect(reconciled.entries.map((row) => JSON.stringify(row)).sort()).toEqual(
              judged.map((row) => JSON.stringify(row)).sort(),
            );
          for (const metric of metrics) {
            const builder = createScorecard({ ...one, trace: metric, holdKnownChannels: holdChannelsOf(records) });
            for (const record of fed) builder.add(record);
            const { rows, total, traced } = builder.finish();
            const cases = rows.flatMap(({ key, metrics: own }) =>
              listFigureFacts(traced, metric, key, own[metric]).map((fact) => ({ key, fact })),
            );
            const compared = comparePeers(metric, rows, total[metric], one.csatPolarity, {
              spread: measureSpread(cases.flatMap(({ fact }) => fact.value ?? [])),
              cells: cases.flatMap(({ key, fact: { isCounted, value, owner } }) => {
                const { channel, direction } = owner.traits;
                const cell = JSON.stringify([owner.queueId ?? '', channel ?? '', direction ?? '']);
                return isCounted && value !== null ? [{ key, cell, sum: value, n: 1 }] : [];
              }),
            });
            expect(rounded(queries.comparePeers({ ...input, metric }), 9)).toEqual(rounded(compared, 9));
            const figures = [{ key: null, metrics: total }, ...rows];
            for (const { key, metrics: own } of figures) {
              const facts = listFigureFacts(traced, metric, key, own[metric]);
              const found = queries.figureRows({ ...input, metric, key, ...page });
              expect(rounded(found.figure)).toEqual(rounded(own[metric]));
              expect([found.total, found.counted, found.conversations]).toEqual([
                facts.length,
                facts.filter(({ isCounted }) => isCounted).length,
                new Set(facts.map(({ owner }) => owner.traits.key)).size,
              ]);
              const shown = facts.slice(page.offset, page.offset + page.limit);
              expect(found.rows.map(({ atS }) => atS)).toEqual(shown.map(({ atS }) => atS));
              // Where two facts of one conversation fall on one second, either may stand first.
              if (page.limit === 1000 && page.offset === 0)
                expect(found.rows.map(textOf).sort()).toEqual(shown.map(textOf).sort());
            }
          }
        },
      ),
      { numRuns: 150 },
    );
  });

  test('follow the cache through additions, changes, removals and a new start', () => {
    const path = join(useTempDir(), 'cache.db');
    const cache = openTestCache(path);
    const open = () => {
      const db = openCacheForReading(path);
      const terms = createTermReader(db);
      const source = createIndexSource(db, terms);
      return {
        db,
        terms,
        facts: createFactIndex({ cachePath: path, source, readDimensions: createDimensionReader(db) }),
      };
    };
    let reading = open();
    const check = (): void => {
      reading.terms.reload();
      const scorecards = reading.db.transaction(() => reading.facts.refresh()).deferred();
      const ids = cache.db.prepare('SELECT id FROM conversation').pluck().all() as number[];
      const records = cache.reader.byIds(ids);
      for (const by of scorecardGroups) {
        const whole: ScorecardOptions = {
          by,
          fromS: endS - 30 * dayS,
          toS: endS,
          csatPolarity: 'unset',
          horizonS: endS,
          teams,
        };
        // Cut somewhere within a day, so that the ends of the ranges lie anywhere.
        const part: ScorecardOptions = { ...whole, fromS: endS - 13 * dayS + 5000, toS: endS - 2 * dayS - 777 };
        for (const asked of [whole, part])
          expect(rounded(scorecards.count(asked))).toEqual(rounded(reference(records, asked)));
      }
    };
    const records = makeRows({ seed: 5, count: 2600, days: 20, endS }).map(({ v2 }) => recordOf(v2));
    const ids = cache.saveAll(records.slice(0, 2300));
    check();
    reading.facts.save();
    expect(existsSync(factsPath(path))).toBe(true);
    const change = (from: number, to: number): void =>
      inTransaction(cache.db, () => {
        records.slice(from, to).forEach((record, at) => {
          const changed = { ...record, lastIntentName: 'Another', surveyType: 'csat', csatScore: 2 };
          cache.writer.save(changed, hashOf(changed), ids[from + at] ?? null);
        });
      });
    change(0, 40);
    inTransaction(cache.db, () => {
      for (const id of ids.slice(100, 900)) cache.writer.remove(id);
    });
    check();
    // A new start reads the file and catches up.
    reading.db.close();
    reading = open();
    cache.saveAll(records.slice(2300));
    change(950, 1000);
    check();
    reading.db.close();
    // A broken file is not believed.
    truncateSync(factsPath(path), 5000);
    reading = open();
    check();
    reading.db.close();
    cache.db.close();
  });
});
