// Turns one page of the API into rows of the cache: parse, read, merge with what the other endpoints said, write. Runs
// in the writer worker; the engine decides what a page means for its window and passes that in, so that a page's rows
// and its window's state are one transaction. May import kore and store.
import { hash } from 'node:crypto';
import type { Endpoint } from '../../preload/contract/conversation.ts';
import { AppError } from '../../preload/contract/errors.ts';
import { failpoint } from '../failpoints.ts';
import { findZoneError } from '../kore/clock-check.ts';
import { decodeRow, startFromId } from '../kore/decode.ts';
import { mergeRecords } from '../kore/merge.ts';
import { parsePage } from '../kore/page.ts';
import type { ConversationRecord } from '../model.ts';
import type { ConversationWriter } from '../store/conversation-write.ts';
import type { CoverageStore, CoverageWindow } from '../store/coverage-store.ts';
import type { Eraser } from '../store/erase.ts';
import { type Db, inTransaction } from '../store/open.ts';
import type { SourceStore } from '../store/source-store.ts';
import type { SyncStore } from '../store/sync-store.ts';
import type { TermWriter } from '../store/terms.ts';

/** What the engine needs to know of a row to tell whether a window is whole. */
export type PageRow = { key: string; startedAtS: number | null; isBotOnly: boolean };
export type DecodedPage = { pageId: number; rows: PageRow[]; numResults: number | null };

export type CommitMeta = {
  pageId: number;
  leaseToken: string;
  requestedMs: number;
  /** What this page settles about coverage; null while its window goes on. */
  window: CoverageWindow | null;
  /** When the window's current pass began: bot-only rows not seen since, whose session has become a conversation, go. */
  passStartedMs: number;
  /** The writer's present: a stored time ahead of it was written before the clock was set back, and outranks nothing. */
  nowMs: number;
};
export type CommitResult = { inserted: number; updated: number; unchanged: number; quarantined: number };

type GoodRow = {
  kind: 'good';
  record: ConversationRecord;
  /** The start was taken from the session id, so it cannot check the clock. */
  isStartGuessed: boolean;
  rawText: string;
  rawHash: Buffer;
};
type BadRow = {
  kind: 'bad';
  path: string;
  reason: string;
  sessionId: string | null;
  conversationId: string | null;
  rawText: string;
  rawHash: Buffer;
};
type HeldPage = { endpoint: Endpoint; rows: (GoodRow | BadRow)[] };

export type IngestStores = {
  terms: TermWriter;
  conversations: ConversationWriter;
  sources: SourceStore;
  coverage: CoverageStore;
  sync: SyncStore;
  eraser: Eraser;
};

export type Ingest = {
  /** Parses and reads a page and keeps it until it is committed. Throws AppError. */
  decode(endpoint: Endpoint, text: string): DecodedPage;
  commit(meta: CommitMeta): CommitResult;
};

const digest = (text: string): Buffer => hash('sha256', text, 'buffer').subarray(0, 16);

export const createIngest = (db: Db, stores: IngestStores): Ingest => {
  const findByKey = db.prepare('SELECT id, content_hash AS contentHash FROM conversation WHERE key = ?');
  const findRekeyed = db
    .prepare(
      `SELECT bot.id FROM conversation AS bot
       JOIN conversation AS talk ON talk.session_id = bot.session_id AND talk.conversation_id IS NOT NULL
       WHERE bot.conversation_id IS NULL AND bot.started_s BETWEEN ? AND ?
         AND NOT EXISTS (SELECT 1 FROM source_row WHERE conversation = bot.id AND requested_ms >= ?)`,
    )
    .pluck();
  const held = new Map<number, HeldPage>();
  let nextPageId = 1;

  const readRow = (raw: unknown): GoodRow | BadRow => {
    const rawText = JSON.stringify(raw);
    const rawHash = digest(rawText);
    const decoded = decodeRow(raw);
    return decoded.ok
      ? {
          kind: 'good',
          record: decoded.record,
          isStartGuessed: decoded.warnings.includes(startFromId),
          rawText,
          rawHash,
        }
      : { kind: 'bad', ...decoded, rawText, rawHash };
  };

  /** The conversation as all endpoints together tell it, this row included. */
  const mergeWithOthers = (
    endpoint: Endpoint,
    record: ConversationRecord,
    others: { endpoint: Endpoint; rawPage: number; position: number }[],
  ) => {
    const parts = others.flatMap((other) => {
      const decoded = decodeRow(stores.sources.readRow(other.rawPage, other.position));
      return decoded.ok ? [{ endpoint: other.endpoint, record: decoded.record }] : [];
    });
    return mergeRecords([...parts, { endpoint, record }]);
  };

  const commitRows = (page: HeldPage, requestedMs: number, nowMs: number): CommitResult => {
    const result: CommitResult = { inserted: 0, updated: 0, unchanged: 0, quarantined: 0 };
    const good = page.rows.filter(
      (row): row is GoodRow =>
        row.kind === 'good' && !stores.eraser.isForgotten([row.record.conversationId, row.record.sessionId]),
    );
    const known = good.map((row) => {
      const existing = findByKey.get(row.record.key) as { id: number; contentHash: Buffer } | undefined;
      const sources = existing ? stores.sources.ofConversation(existing.id) : [];
      return { row, sources, own: sources.find((source) => source.endpoint === page.endpoint), existing };
    });
    const isOutranked = (own: { requestedMs: number }): boolean =>
      own.requestedMs > requestedMs && own.requestedMs <= nowMs;
    const isNews = ({ own, row }: (typeof known)[number]): boolean =>
      own === undefined || (!isOutranked(own) && !row.rawHash.equals(own.rawHash));
    const news = known.filter(isNews);
    const rawPage =
      news.length > 0
        ? stores.sources.addPage(
            page.endpoint,
            requestedMs,
            news.map(({ row }) => row.rawText),
          )
        : null;
    let position = 0;
    for (const entry of known) {
      const { row, own } = entry;
      if (rawPage === null || !isNews(entry)) {
        if (entry.existing && own && !isOutranked(own) && own.requestedMs !== requestedMs)
          stores.sources.touch(entry.existing.id, page.endpoint, requestedMs);
        result.unchanged += 1;
        continue;
      }
      // Looked up again: the same key may stand twice in one page.
      const existing = findByKey.get(row.record.key) as { id: number; contentHash: Buffer } | undefined;
      const others = entry.sources.filter((source) => source.endpoint !== page.endpoint);
      const record = mergeWithOthers(page.endpoint, row.record, others);
      const contentHash = digest(JSON.stringify(record));
      let id = existing?.id ?? null;
      if (id === null || !existing?.contentHash.equals(contentHash)) {
        id = stores.conversations.save(record, contentHash, id);
        result[existing ? 'updated' : 'inserted'] += 1;
      } else {
        result.unchanged += 1;
      }
      stores.sources.put(id, { endpoint: page.endpoint, rawPage, position, rawHash: row.rawHash, requestedMs });
      stores.sources.release(row.record.sessionId, row.record.conversationId);
      position += 1;
    }
    for (const row of page.rows) {
      if (row.kind !== 'bad') continue;
      if (stores.eraser.isForgotten([row.conversationId, row.sessionId, row.rawHash.toString('hex')])) continue;
      stores.sources.quarantine({ ...row, endpoint: page.endpoint }, requestedMs);
      result.quarantined += 1;
    }
    return result;
  };

  return {
    decode(endpoint, text) {
      const parsed = parsePage(text);
      const rows = parsed.rows.map(readRow);
      const shiftS = findZoneError(
        rows.flatMap((row) => (row.kind === 'good' && !row.isStartGuessed ? [row.record] : [])),
      );
      if (shiftS !== null) {
        throw new AppError(
          'unexpected_response',
          `The server answers in a time zone of its own (${shiftS / 3600} hours from UTC), although UTC was asked for. Nothing was stored, because every time would be wrong. Please report this.`,
          { details: { shiftSeconds: shiftS } },
        );
      }
      const pageId = nextPageId++;
      held.set(pageId, { endpoint, rows });
      return { pageId, numResults: parsed.numResults, rows: rows.map(toPageRow) };
    },
    commit(meta) {
      const page = held.get(meta.pageId);
      if (!page) throw new Error(`page ${meta.pageId} is not held`);
      try {
        return inTransaction(db, () => {
          stores.sync.requireLease(meta.leaseToken);
          const result = commitRows(page, meta.requestedMs, meta.nowMs);
          failpoint('rows-written');
          if (meta.window) {
            stores.coverage.put(meta.window);
            if (meta.window.state === 'complete')
              for (const id of findRekeyed.all(meta.window.fromS, meta.window.toS, meta.passStartedMs))
                stores.conversations.remove(id as number);
          }
          failpoint('window-written');
          return result;
        });
      } catch (error) {
        // Ids handed out inside a rolled-back transaction do not exist.
        stores.terms.reset();
        throw error;
      } finally {
        held.delete(meta.pageId);
      }
    },
  };
};

const toPageRow = (row: GoodRow | BadRow): PageRow =>
  row.kind === 'good'
    ? { key: row.record.key, startedAtS: row.record.startedAtS, isBotOnly: row.record.conversationId === null }
    : {
        key: row.conversationId ?? row.sessionId ?? row.rawHash.toString('hex'),
        startedAtS: null,
        isBotOnly: row.conversationId === null,
      };
