// Writes a page that was read: merges each row with what the other endpoints said, and writes rows, raw rows and search text.
// Runs in the writer worker; the engine decides what a page means for its window and passes that in, so that a page's rows
// and its window's state are one transaction. May import kore and store.
import type { Endpoint } from '../../preload/contract/conversation.ts';
import { failpoint } from '../failpoints.ts';
import { decodeRow } from '../kore/decode.ts';
import { mergeRecords } from '../kore/merge.ts';
import type { ConversationRecord } from '../model.ts';
import { type ConversationWriter, createConversationWriter } from '../store/conversation-write.ts';
import { type CoverageStore, type CoverageWindow, createCoverageStore } from '../store/coverage-store.ts';
import { createEraser, type Eraser } from '../store/erase.ts';
import { type Db, inTransaction } from '../store/open.ts';
import { toSearchText } from '../store/search-text.ts';
import { createSourceStore, packRawRows, type SourceRow, type SourceStore } from '../store/source-store.ts';
import { createSyncStore, type SyncStore } from '../store/sync-store.ts';
import { createTermWriter, type TermWriter } from '../store/terms.ts';
import { digest, HASH_BYTES, type ReadPage, rawRowAt, splitTexts } from './read-page.ts';

export type CommitMeta = {
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

/** A conversation as it is stored before the page. */
type Stored = { id: number; contentHash: Uint8Array; sources: SourceRow[] };

export type IngestStores = {
  terms: TermWriter;
  conversations: ConversationWriter;
  sources: SourceStore;
  coverage: CoverageStore;
  sync: SyncStore;
  eraser: Eraser;
};

export const openIngestStores = (db: Db): IngestStores => {
  const terms = createTermWriter(db);
  const conversations = createConversationWriter(db, terms);
  const eraser = createEraser(db, conversations);
  const [sources, coverage, sync] = [createSourceStore(db), createCoverageStore(db), createSyncStore(db)];
  return { terms, conversations, sources, coverage, sync, eraser };
};

/** Lets others go first: readers see what was before the transaction however long it takes. */
export type Pace = { beginPage(): void; pause(): void };
const withoutPause: Pace = { beginPage: () => undefined, pause: () => undefined };

export type PageToCommit = { page: ReadPage; meta: CommitMeta };

export type Ingest = {
  /** Writes pages in one transaction: all of them, or none and it throws. */
  commit(pages: readonly PageToCommit[]): CommitResult[];
};

export const createIngest = (db: Db, stores: IngestStores, pace: Pace = withoutPause): Ingest => {
  const findStored = db.prepare(
    `SELECT key, id, content_hash AS contentHash, endpoint, raw_page AS rawPage, position, raw_hash AS rawHash, requested_ms AS requestedMs
     FROM conversation LEFT JOIN source_row ON conversation = id WHERE key IN (SELECT value FROM json_each(?))`,
  );
  const findRekeyed = db
    .prepare(
      `SELECT bot.id FROM conversation AS bot
       JOIN conversation AS talk ON talk.session_id = bot.session_id AND talk.conversation_id IS NOT NULL
       WHERE bot.conversation_id IS NULL AND bot.started_s BETWEEN ? AND ?
         AND NOT EXISTS (SELECT 1 FROM source_row WHERE conversation = bot.id AND requested_ms >= ?)`,
    )
    .pluck();

  /** What is stored under these keys, all asked for at once. */
  const readStored = (keys: readonly string[]): Map<string, Stored> => {
    type Found = Omit<SourceRow, 'endpoint'> & {
      endpoint: Endpoint | null;
      key: string;
      id: number;
      contentHash: Buffer;
    };
    const stored = new Map<string, Stored>();
    for (const found of findStored.all(JSON.stringify(keys)) as Found[]) {
      const { key, id, contentHash, endpoint, rawPage, position, rawHash, requestedMs } = found;
      const entry: Stored = stored.get(key) ?? { id, contentHash, sources: [] };
      stored.set(key, entry);
      if (endpoint !== null) entry.sources.push({ endpoint, rawPage, position, rawHash, requestedMs });
    }
    return stored;
  };

  /** The conversation as all endpoints together tell it, this row included. */
  const mergeWithOthers = (
    endpoint: Endpoint,
    record: ConversationRecord,
    others: readonly SourceRow[],
  ): ConversationRecord => {
    const parts = others.flatMap((other) => {
      const decoded = decodeRow(stores.sources.readRow(other.rawPage, other.position));
      return decoded.ok ? [{ endpoint: other.endpoint, record: decoded.record }] : [];
    });
    return mergeRecords([...parts, { endpoint, record }]);
  };

  const commitRows = (page: ReadPage, requestedMs: number, nowMs: number): CommitResult => {
    const { endpoint } = page;
    const result: CommitResult = { inserted: 0, updated: 0, unchanged: 0, quarantined: 0 };
    const isAnyForgotten = stores.eraser.hasForgotten();
    const isForgotten = (ids: (string | null)[]): boolean => isAnyForgotten && stores.eraser.isForgotten(ids);
    const records = JSON.parse(page.records) as ConversationRecord[];
    const hashAt = (index: number): Uint8Array =>
      page.hashes.subarray(index * HASH_BYTES, index * HASH_BYTES + HASH_BYTES);
    const textAt = splitTexts(page, records.length);
    const stored = readStored(records.map(({ key }) => key));
    const isOutranked = (own: SourceRow): boolean => own.requestedMs > requestedMs && own.requestedMs <= nowMs;
    const rows = records.flatMap((record, index) => {
      if (isForgotten([record.conversationId, record.sessionId])) return [];
      const before = stored.get(record.key);
      const own = before?.sources.find((source) => source.endpoint === endpoint);
      const rawHash = hashAt(2 * index);
      const isNews = own === undefined || (!isOutranked(own) && Buffer.compare(rawHash, own.rawHash) !== 0);
      return [{ index, record, before, own, rawHash, isNews }];
    });
    const news = new Set(rows.flatMap(({ index, isNews }) => (isNews ? [index] : [])));
    const pack = (): Uint8Array =>
      news.size === records.length ? page.packed : packRawRows([...news].map((index) => rawRowAt(page, index)));
    const rawPage = news.size === 0 ? null : stores.sources.addPage(endpoint, requestedMs, pack());
    /** What this page itself has written: the same key may stand twice in it. */
    const written = new Map<string, { id: number; contentHash: Uint8Array }>();
    let position = 0;
    for (const { index, record: read, before, own, rawHash, isNews } of rows) {
      pace.pause();
      if (rawPage === null || !isNews) {
        if (before && own && !isOutranked(own) && own.requestedMs !== requestedMs)
          stores.sources.touch(before.id, endpoint, requestedMs);
        result.unchanged += 1;
        continue;
      }
      const existing = written.get(read.key) ?? before;
      const others = before?.sources.filter((source) => source.endpoint !== endpoint) ?? [];
      // Alone it is what was read, and so are its hash and its text.
      const record = others.length === 0 ? read : mergeWithOthers(endpoint, read, others);
      const contentHash = record === read ? hashAt(2 * index + 1) : digest(JSON.stringify(record));
      let id: number;
      if (existing && Buffer.compare(existing.contentHash, contentHash) === 0) {
        id = existing.id;
        result.unchanged += 1;
      } else {
        const text = record === read ? textAt(index) : toSearchText(record);
        id = stores.conversations.save(record, contentHash, existing?.id ?? null, text);
        result[existing ? 'updated' : 'inserted'] += 1;
      }
      const isNew = own === undefined && !written.has(read.key);
      stores.sources.put(id, { endpoint, rawPage, position, rawHash, requestedMs }, isNew);
      written.set(read.key, { id, contentHash });
      position += 1;
    }
    stores.sources.release(rows.flatMap(({ record, isNews }) => (isNews ? [record] : [])));
    for (const row of page.bad) {
      if (isForgotten([row.conversationId, row.sessionId, Buffer.from(row.rawHash).toString('hex')])) continue;
      stores.sources.quarantine({ ...row, endpoint }, requestedMs);
      result.quarantined += 1;
    }
    return result;
  };

  const commitPage = ({ page, meta }: PageToCommit): CommitResult => {
    pace.beginPage();
    pace.pause();
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
  };

  return {
    commit(pages) {
      try {
        return inTransaction(db, () => {
          const results = pages.map(commitPage);
          stores.conversations.finish();
          return results;
        });
      } catch (error) {
        // Ids handed out inside a rolled-back transaction do not exist.
        stores.terms.reset();
        stores.conversations.reset();
        stores.sources.reset();
        throw error;
      }
    },
  };
};
