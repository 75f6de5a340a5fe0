// The query thread of one workspace: a read-only connection that answers searches, scorecards and exports. Large exports
// leave it in chunks, so that neither thread ever holds more than a block of conversations.
import { createHash } from 'node:crypto';
import { workerData } from 'node:worker_threads';
import type { Conversation } from '../../preload/contract/conversation.ts';
import { completeValues } from '../index/complete-values.ts';
import { createFactIndex } from '../index/fact-index.ts';
import { longestConversationS } from '../index/fact-views.ts';
import { createSearchIndex, WORTH_SAVING } from '../index/search-index.ts';
import type { Position, Sort } from '../index/sort.ts';
import { parsePeriod } from '../metrics/period.ts';
import type { StoredConversation } from '../model.ts';
import { isoFromS, toConversationJson } from '../model-json.ts';
import { createExportFile, type ExportFormat, type ExportKind } from '../reports/export.ts';
import { compareFingerprints, packFingerprints } from '../reports/fingerprints.ts';
import type { QueryNode } from '../search/ast.ts';
import { makeSnippet, wantedPhrases } from '../search/highlight.ts';
import { openCacheForReading } from '../store/cache.ts';
import { createConversationReader } from '../store/conversation-read.ts';
import { createCoverageStore } from '../store/coverage-store.ts';
import { describeFile } from '../store/describe-file.ts';
import { heldHandlers } from '../store/held-file.ts';
import { createIndexSource } from '../store/index-source.ts';
import { cacheMigrations } from '../store/migrations/cache.ts';
import { toStoreError } from '../store/open.ts';
import { createSearchStore } from '../store/search-store.ts';
import { createSourceStore } from '../store/source-store.ts';
import { createSyncStore } from '../store/sync-store.ts';
import { createDimensionReader, createTermReader, findNamedIds } from '../store/terms.ts';
import { packFigures } from './figure-message.ts';
import { createFigureQueries, type FigureQueries } from './figure-queries.ts';
import { awaitKey, type BoxedThreadData } from './key-box.ts';
import { createReportHandlers } from './report-handlers.ts';
import { type CallContext, serve } from './rpc.ts';

const BLOCK = 200;
const SAVE_AFTER_MS = 1000;
/** Saving holds up whoever asks, so it waits until a sync has paused, unless there is so much to lose. */
const SAVE_AT_ONCE = WORTH_SAVING * 100;

type Input<N extends keyof FigureQueries> = Parameters<FigureQueries[N]>[0];
type ExportInput = {
  query: QueryNode;
  what: ExportKind;
  format: ExportFormat;
  maskSalt: string | null;
  /** Only conversations that started at or after `fromS` and before `toS`; null is all. */
  span: { fromS: number; toS: number } | null;
};

export type SearchInput = {
  query: QueryNode;
  sort: Sort;
  limit: number;
  start: { offset: number } | { after: Position };
  /** IANA zone of the facet of days. */
  zone: string;
  withFacets: boolean;
};

/** What the words of a query are in a shown conversation. Only these texts are read by people; ids and names mark themselves. */
const highlight = (query: QueryNode, conversation: StoredConversation) => {
  const phrases = wantedPhrases(query);
  if (phrases.length === 0) return [];
  const texts = [
    ...conversation.destinations
      .flatMap((d) => d.offers.flatMap((o) => o.notes))
      .map((text) => ({ field: 'notes' as const, text })),
    ...conversation.dispositionRemarks.map((text) => ({ field: 'remarks' as const, text })),
    ...(conversation.csatFeedback === null ? [] : [{ field: 'feedback' as const, text: conversation.csatFeedback }]),
  ];
  return texts.flatMap(({ field, text }) => {
    const snippet = makeSnippet(text, phrases);
    return snippet ? [{ field, ...snippet }] : [];
  });
};

const createDayContext = (zone: string, nowMs: number) => ({
  zone,
  nowMs,
  parseDay: (text: string) => parsePeriod(text, { zone, nowMs }),
});

const createHandlers = () => {
  const { cachePath } = workerData as BoxedThreadData;
  awaitKey(workerData as BoxedThreadData);
  const db = openCacheForReading(cachePath);
  const terms = createTermReader(db);
  const conversations = createConversationReader(db, terms);
  const search = createSearchStore(db);
  const parts = { cachePath, source: createIndexSource(db, terms), readDimensions: createDimensionReader(db) };
  const index = createSearchIndex({ ...parts, text: search });
  const facts = createFactIndex(parts);
  const coverage = createCoverageStore(db);
  const sources = createSourceStore(db);
  const countStarted = db.prepare('SELECT count(*) FROM conversation WHERE started_s >= ? AND started_s < ?').pluck();
  const selectPeriod = db
    .prepare(
      `SELECT id FROM conversation c WHERE (started_s >= @fromS AND started_s < @untilS) OR (started_s >= @earliestS AND started_s < @fromS
         AND (EXISTS (SELECT 1 FROM offer WHERE conversation = c.id AND (ended_s >= @fromS OR assigned_s >= @fromS))
           OR EXISTS (SELECT 1 FROM destination WHERE conversation = c.id AND entered_s >= @fromS)))`,
    )
    .pluck();
  const contentRows = db.prepare('SELECT key, content_hash AS contentHash FROM conversation ORDER BY key');

  /** One snapshot for all statements of a call: a page is seen whole or not at all. */
  const snapshot = <T>(work: () => T): T =>
    db
      .transaction(() => {
        terms.reload();
        return work();
      })
      .deferred();
  const blocksOf = function* (ids: readonly number[]): Generator<StoredConversation[]> {
    for (let at = 0; at < ids.length; at += BLOCK) yield conversations.byIds(ids.slice(at, at + BLOCK));
  };

  /** Every conversation that a figure of this range may be made from. */
  const conversationsOf = function* ({ fromS, toS }: { fromS: number; toS: number }): Generator<StoredConversation> {
    const range = { fromS, untilS: toS, earliestS: fromS - longestConversationS };
    const ids = selectPeriod.all(range) as number[];
    for (const block of blocksOf(ids)) yield* block;
  };
  const figures = createFigureQueries(
    (ids) => conversations.byIds(ids),
    () => facts.refresh(),
  );
  const dataVersion = (): number => db.pragma('data_version', { simple: true }) as number;
  let saving: NodeJS.Timeout | null = null;
  const saveIndex = (): void => {
    saving = null;
    // Inside a held snapshot nobody can be seen to be forgotten: later, then.
    if (holders > 0) return;
    index.save();
    facts.save();
  };
  const saveSoon = (): void => {
    if (Math.max(index.unsaved, facts.unsaved) >= WORTH_SAVING * 10) saving ??= setTimeout(saveIndex, SAVE_AFTER_MS);
  };
  const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  /** Searches that were asked for and are not answered. */
  let asked = 0;
  let isTakingIn = false;
  let isClosed = false;
  /** An answer from the facts; they are saved when much has changed. */
  const fromFacts = <T>(work: () => T): T => {
    const answer = snapshot(work);
    saveSoon();
    return answer;
  };
  let holders = 0;
  let heldVersion = 0;

  return {
    ...createReportHandlers({
      db,
      snapshot,
      conversationsOf,
      conversations,
      index,
    }),

    findNamed: (input: { by: 'agent' | 'queue' | 'bot'; text: string }): string[] =>
      snapshot(() => findNamedIds(db, input.by, input.text)),

    /** Until released as often, every call sees the data as it is now: the parts of a report belong together. */
    holdSnapshot: () => {
      if (holders === 0) {
        db.exec('BEGIN');
        heldVersion = dataVersion();
        // The snapshot is taken by the first read, not by BEGIN.
        db.prepare('SELECT 1 FROM sync_state LIMIT 1').get();
      }
      holders += 1;
    },
    /** True when the data have changed meanwhile, which nobody who asked could see. */
    releaseSnapshot: (): boolean => {
      holders -= 1;
      if (holders > 0) return false;
      db.exec('COMMIT');
      return dataVersion() !== heldVersion;
    },

    fingerprints: (input: { fromS: number; toS: number; salt: Uint8Array }) =>
      snapshot(() => packFingerprints(input.salt, conversationsOf(input))),

    changesSince: (input: { fromS: number; toS: number; salt: Uint8Array; packed: Uint8Array; limit: number }) =>
      snapshot(() => {
        const { packed, salt, limit } = input;
        const { changed, ...found } = compareFingerprints(packed, salt, conversationsOf(input), limit);
        const conversations = changed.map(({ conversation: { key, startedAtS }, changes }) => ({
          key,
          startedAtS,
          changes,
        }));
        return { ...found, conversations };
      }),

    /** A sync begins, or has committed: what is new is taken in piece by piece, so that the next search finds little to do. */
    takeIn: async (): Promise<void> => {
      if (isClosed) return;
      if (saving && index.unsaved < SAVE_AT_ONCE) saving.refresh();
      if (isTakingIn) return;
      isTakingIn = true;
      try {
        // Whoever asks is answered first. Inside a held snapshot nothing is new.
        while (!isClosed && holders === 0 && (asked > 0 || index.prepare() || snapshot(() => index.takeIn())))
          await nextTurn();
      } finally {
        isTakingIn = false;
      }
    },

    search: async (input: SearchInput, { signal }: CallContext) => {
      asked += 1;
      try {
        // Whatever was asked meanwhile is heard first: an answer that nobody waits for any more is not made.
        await nextTurn();
        signal.throwIfAborted();
        const found = snapshot(() => {
          const { total, ids, facets, next } = index.search(input);
          const rows = conversations.byIds(ids);
          return {
            total,
            facets,
            next,
            rows: rows.map(toConversationJson),
            highlights: rows.map((row) => highlight(input.query, row)),
          };
        });
        saveSoon();
        return found;
      } finally {
        asked -= 1;
      }
    },

    complete: (input: { field: string; typed: string; limit: number; zone: string; nowMs: number }) =>
      snapshot(() =>
        completeValues(index.refresh(), search, { ...input, days: createDayContext(input.zone, input.nowMs) }),
      ),

    show: (input: { id: string }): Conversation | null =>
      snapshot(() => {
        const id = search.findByAnyId(input.id);
        const [conversation] = id === null ? [] : conversations.byIds([id]);
        return conversation ? toConversationJson(conversation) : null;
      }),

    raw: (input: { id: string }) =>
      snapshot(() => {
        const id = search.findByAnyId(input.id);
        if (id === null) return null;
        return sources.ofConversation(id).map((source) => ({
          endpoint: source.endpoint,
          fetchedAt: isoFromS(Math.floor(source.requestedMs / 1000)),
          row: sources.readRow(source.rawPage, source.position),
        }));
      }),

    coverage: () => coverage.list(),
    countStarted: (input: { spans: { fromS: number; toS: number }[] }) =>
      snapshot(() => input.spans.map((span) => countStarted.get(span.fromS, span.toS) as number)),

    scorecard: (input: Input<'scorecard'>) => packFigures(fromFacts(() => figures.scorecard(input))),
    totals: (input: Input<'totals'>) => fromFacts(() => figures.totals(input)),
    card: (input: Input<'card'>) => fromFacts(() => figures.card(input)),
    figureRows: (input: Input<'figureRows'>) => fromFacts(() => figures.figureRows(input)),
    comparePeers: (input: Input<'comparePeers'>) => fromFacts(() => figures.comparePeers(input)),
    reconcile: (input: Input<'reconcile'>) => fromFacts(() => figures.reconcile(input)),

    /** When the first hit started that started at or after `fromS`; null when there is none. */
    firstStart: (input: { query: QueryNode; fromS: number }): number | null =>
      snapshot(() => {
        const [first] = index.walk(input.query, { startedS: input.fromS, id: -1 }, 1);
        return first === undefined ? null : index.startedOf(first);
      }),

    export: async (input: ExportInput, { signal, chunk, progress }: CallContext): Promise<{ rows: number }> => {
      const { query, span } = input;
      const untilS = span?.toS ?? Number.POSITIVE_INFINITY;
      const file = createExportFile(input.what, input.format, input.maskSalt, chunk);
      let rows = 0;
      let after = span === null ? null : { startedS: span.fromS, id: -1 };
      for (;;) {
        signal.throwIfAborted();
        const block = snapshot(() => {
          const found = index.walk(query, after, BLOCK).filter((id) => index.startedOf(id) < untilS);
          const last = found.at(-1);
          if (last !== undefined) after = { startedS: index.startedOf(last), id: last };
          return conversations.byIds(found).map(toConversationJson);
        });
        if (block.length === 0) break;
        rows += await file.add(block);
        progress({ rows });
        // Parquet hands nothing out for many blocks: a cancellation must be heard between them.
        await nextTurn();
      }
      await file.finish();
      return { rows };
    },

    /** Hash over every conversation's content: equal caches have equal hashes. */
    contentHash: () =>
      snapshot(() => {
        const hash = createHash('sha256');
        for (const row of contentRows.iterate() as IterableIterator<{ key: string; contentHash: Buffer }>)
          hash.update(row.key).update(row.contentHash);
        return hash.digest('hex');
      }),

    diagnostics: () =>
      snapshot(() => ({
        conversations: db.prepare('SELECT count(*) FROM conversation').pluck().get() as number,
        openConversations: db.prepare('SELECT count(*) FROM conversation WHERE is_open = 1').pluck().get() as number,
        quarantined: sources.quarantinedCount(),
        quarantineReasons: db
          .prepare(
            'SELECT path, reason, count(*) AS count FROM quarantine GROUP BY path, reason ORDER BY count DESC LIMIT 10',
          )
          .all() as { path: string; reason: string; count: number }[],
        bytes:
          (db.pragma('page_count', { simple: true }) as number) * (db.pragma('page_size', { simple: true }) as number),
        quickCheck: db.pragma('quick_check(1)', { simple: true }) as string,
        lastRun: createSyncStore(db).lastRun(),
      })),
    /** How the file is made up, and the last runs: numbers and codes only. */
    describe: () =>
      snapshot(() => ({
        file: describeFile(db, cacheMigrations),
        runs: db
          .prepare(
            `SELECT started_ms AS startedMs, finished_ms AS finishedMs, status, requests, rows, inserted, updated, unchanged,
               quarantined FROM sync_run ORDER BY id DESC LIMIT 20`,
          )
          .all() as Record<string, string | number | null>[],
      })),
    close: () => {
      isClosed = true;
      if (saving) clearTimeout(saving);
      saveIndex();
      db.close();
    },
  };
};
export type QueryHandlers = ReturnType<typeof createHandlers> & typeof heldHandlers;

serve(
  createHandlers,
  (error) => toStoreError(error, `The cache (${(workerData as BoxedThreadData).cachePath})`),
  heldHandlers,
);
