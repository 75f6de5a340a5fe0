// What the API said, row by row: the raw pages, which row of which page each conversation was read from, and the rows
// that could not be read.
import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import type { Endpoint } from '../../preload/contract/conversation.ts';
import type { Db } from './open.ts';
import { damagedContent, soundList, soundTimeMs } from './sound-values.ts';

export type SourceRow = {
  endpoint: Endpoint;
  rawPage: number;
  position: number;
  rawHash: Uint8Array;
  requestedMs: number;
};

export type QuarantinedRow = {
  rawHash: Uint8Array;
  endpoint: Endpoint;
  sessionId: string | null;
  conversationId: string | null;
  /** Where in the row, and what was wrong there; never a value. */
  path: string;
  reason: string;
  rawText: string;
};

export type SourceStore = {
  /** Stores one page's new or changed rows, as packRaw gives them; gives the page's id. */
  addPage(endpoint: Endpoint, requestedMs: number, packed: Uint8Array): number;
  /** The raw rows of a page, as JSON texts would parse. */
  readRow(rawPage: number, position: number): unknown;
  ofConversation(id: number): SourceRow[];
  /** `isNew` when this endpoint has said nothing of this conversation yet. */
  put(id: number, source: SourceRow, isNew: boolean): void;
  /** Moves a source's time forward: the row came again unchanged. */
  touch(id: number, endpoint: Endpoint, requestedMs: number): void;
  quarantine(row: QuarantinedRow, nowMs: number): void;
  /** Forgets quarantined rows of these sessions that can be read now. */
  release(readable: readonly { sessionId: string | null; conversationId: string | null }[]): void;
  quarantinedCount(): number;
  /** Deletes raw pages that no conversation was read from any more. */
  removeUnusedPages(): number;
  /** Forgets the pages read lately: after a rolled-back transaction their ids may come to mean others. */
  reset(): void;
};

const CACHED_PAGES = 8;

/** What stands around and between the raw rows of a page. */
export const rawListMarks = { open: '[', between: ',\n', close: ']' };

/** Packs the list of a page's raw rows. The lowest level is as tight as the usual one on whole pages, and takes less time. */
export const packRaw = (list: Uint8Array): Uint8Array =>
  zstdCompressSync(list, { params: { [constants.ZSTD_c_compressionLevel]: 1 } });

export const packRawRows = (rows: readonly Uint8Array[]): Uint8Array => {
  const { open, between, close } = rawListMarks;
  const parts = rows.flatMap((row, index) => [Buffer.from(index === 0 ? open : between), row]);
  return packRaw(Buffer.concat([...parts, Buffer.from(close)]));
};

export const createSourceStore = (db: Db): SourceStore => {
  const insertPage = db.prepare('INSERT INTO raw_page (endpoint, requested_ms, body) VALUES (?, ?, ?)');
  const selectPage = db.prepare('SELECT body FROM raw_page WHERE id = ?').pluck();
  const selectSources = db.prepare(
    `SELECT endpoint, raw_page AS rawPage, position, raw_hash AS rawHash, requested_ms AS requestedMs
     FROM source_row WHERE conversation = ?`,
  );
  const addSource = db.prepare('INSERT INTO source_row VALUES (?, ?, ?, ?, ?, ?)');
  const putSource = db.prepare('INSERT OR REPLACE INTO source_row VALUES (?, ?, ?, ?, ?, ?)');
  const touchSource = db.prepare('UPDATE source_row SET requested_ms = ? WHERE conversation = ? AND endpoint = ?');
  const insertQuarantine = db.prepare(
    `INSERT INTO quarantine VALUES (?, ?, ?, ?, ?, ?, ?, 1, ?, ?)
     ON CONFLICT (raw_hash) DO UPDATE SET attempts = attempts + 1, last_ms = excluded.last_ms`,
  );
  const release = db.prepare(
    'DELETE FROM quarantine WHERE (session_id IS NOT NULL AND session_id = ?) OR (conversation_id IS NOT NULL AND conversation_id = ?)',
  );
  const countQuarantine = db.prepare('SELECT count(*) FROM quarantine').pluck();
  const removeUnused = db.prepare(
    'DELETE FROM raw_page WHERE NOT EXISTS (SELECT 1 FROM source_row WHERE raw_page = raw_page.id)',
  );

  // The rows of one page of one endpoint mostly lie in one page of another: a few parsed pages serve a whole window.
  const parsedPages = new Map<number, unknown[]>();
  const pageRows = (rawPage: number): unknown[] => {
    const known = parsedPages.get(rawPage);
    if (known) return known;
    const body = selectPage.get(rawPage) as Buffer | undefined;
    if (!body) throw damagedContent();
    const rows = soundList<unknown>(zstdDecompressSync(body).toString('utf8'));
    parsedPages.set(rawPage, rows);
    const [oldest] = parsedPages.keys();
    if (parsedPages.size > CACHED_PAGES && oldest !== undefined) parsedPages.delete(oldest);
    return rows;
  };

  return {
    addPage: (endpoint, requestedMs, packed) => Number(insertPage.run(endpoint, requestedMs, packed).lastInsertRowid),
    readRow: (rawPage, position) => pageRows(rawPage)[position],
    ofConversation: (id) => {
      const sources = selectSources.all(id) as SourceRow[];
      for (const { requestedMs } of sources) soundTimeMs(requestedMs);
      return sources;
    },
    put: (id, source, isNew) => {
      // Replacing costs more even when there is nothing to replace: see createTextWriter.
      const statement = isNew ? addSource : putSource;
      statement.run(id, source.endpoint, source.rawPage, source.position, source.rawHash, source.requestedMs);
    },
    touch: (id, endpoint, requestedMs) => {
      touchSource.run(requestedMs, id, endpoint);
    },
    quarantine: (row, nowMs) => {
      insertQuarantine.run(
        row.rawHash,
        row.endpoint,
        row.sessionId,
        row.conversationId,
        row.path,
        row.reason,
        zstdCompressSync(row.rawText),
        nowMs,
        nowMs,
      );
    },
    release: (readable) => {
      if (countQuarantine.get() === 0) return;
      for (const { sessionId, conversationId } of readable) release.run(sessionId, conversationId);
    },
    quarantinedCount: () => countQuarantine.get() as number,
    reset: () => parsedPages.clear(),
    removeUnusedPages: () => {
      parsedPages.clear();
      return removeUnused.run().changes;
    },
  };
};
