// Removes conversations for good: the rows, their text in the search, their rows in raw pages and in quarantine. With
// secure_delete and a vacuum of the log, their bytes are gone from the files too.
import { hash } from 'node:crypto';
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { AppError } from '../../preload/contract/errors.ts';
import { failpoint } from '../failpoints.ts';
import { removeAside } from './aside.ts';
import type { ConversationWriter } from './conversation-write.ts';
import { removeIndexFile } from './index-file.ts';
import type { CustomerTraces } from './naming.ts';
import { type Db, inTransaction } from './open.ts';

export type ForgetScope =
  | {
      customer: string;
      /** Those too that share a phone, e-mail or id with them, directly or through others. */
      isLinked?: boolean;
    }
  | { beforeS: number };

export type Removed = { conversations: number; quarantined: number };

export type Eraser = {
  /** True when anybody was forgotten at all: mostly nobody was, and no row need be looked at. */
  hasForgotten(): boolean;
  /** True when the user had what any of these ids (conversation, session, hash of an unreadable row) names forgotten. */
  isForgotten(ids: readonly (string | null)[]): boolean;
  /** How many conversations `forget` would remove. */
  count(scope: ForgetScope): number;
  /** Whether there is anything so old, unreadable records included. */
  hasOlder(beforeS: number): boolean;
  /** All by which the customer of these conversations may be named elsewhere. */
  tracesOf(scope: ForgetScope & { customer: string }): CustomerTraces;
  /** The keys of the conversations that `forget` would remove. */
  keysOf(scope: ForgetScope): string[];
  /**
   * Removes the rows; their bytes are gone after `scrub`. `id` is the forgetting's own, under which it is remembered how many
   * there were. Throws AppError sync_busy when it was settled before it came to that.
   */
  forget(scope: ForgetScope, id: string): Removed;
  /** What the forgetting of this id removed: nothing, from now on, when it has not come to it. */
  settle(id: string): Removed;
  /** Removes what `settle` tells. */
  end(id: string): void;
  /** Rewrites the file and empties its log, when that is due. Throws AppError sync_busy when a reader keeps the log. */
  scrub(): void;
  /** True after a `forget` whose `scrub` has not ended: the program was killed in between, or a reader was in the way. */
  isScrubDue(): boolean;
  /** SHA-256 of the keys of everything forgotten by customer. */
  forgottenHashes(): Uint8Array[];
  rememberForgotten(keyHashes: readonly Uint8Array[]): void;
};

/**
 * A customer is named by phone, e-mail, channel user id or user id. E-mails are compared without case, phones by their
 * digits; nine digits and more also match a number that is stored with its country code.
 */
const storedDigits = `replace(replace(replace(replace(replace(replace(customer_phone, '+', ''), ' ', ''), '-', ''), '(', ''), ')', ''), '.', '')`;
const customerMatch = `
  lower(customer_email) = lower(:text) OR channel_user_id = :text OR user_id = :text
  OR (:digits <> '' AND (${storedDigits} = :digits OR (length(:digits) >= 9 AND ${storedDigits} LIKE '%' || :digits)))`;

type QuarantinedText = {
  rawHash: Buffer;
  sessionId: string | null;
  conversationId: string | null;
  body: Buffer;
  firstMs: number;
};

/** What a customer is known by in the columns of a conversation. */
type Identity = {
  id: number;
  phone: string | null;
  email: string | null;
  channelId: string | null;
  userId: string | null;
};

const mentions = (text: string, keys: readonly string[]): boolean => {
  const lower = text.toLowerCase();
  return keys.some((key) => {
    const digits = phoneDigits(key);
    return lower.includes(key.toLowerCase()) || (digits !== '' && text.includes(digits));
  });
};

/** An id of a few letters, found within a record that cannot be read, says nothing about whose it is. */
const SHORTEST_MENTION = 6;

const keyHash = (key: string): Buffer => hash('sha256', key, 'buffer');

const phoneDigits = (text: string): string => (/^[+\d\s().-]{5,}$/.test(text) ? text.replace(/\D/g, '') : '');

export const createEraser = (db: Db, conversations: Pick<ConversationWriter, 'remove'>): Eraser => {
  const selectForgotten = db.prepare('SELECT 1 FROM forgotten WHERE key_hash = ?').pluck();
  const selectAnyForgotten = db.prepare('SELECT EXISTS (SELECT 1 FROM forgotten)').pluck();
  const selectAllForgotten = db.prepare('SELECT key_hash FROM forgotten').pluck();
  const insertForgotten = db.prepare('INSERT OR IGNORE INTO forgotten VALUES (?)');
  const selectIds = db.prepare('SELECT key, session_id AS sessionId FROM conversation WHERE id = ?');
  const findByCustomer = db.prepare(`SELECT id FROM conversation WHERE ${customerMatch}`).pluck();
  const findOlder = db.prepare('SELECT id FROM conversation WHERE started_s < ?').pluck();
  const selectOlder = db
    .prepare(
      `SELECT EXISTS (SELECT 1 FROM conversation WHERE started_s < @beforeS)
         OR EXISTS (SELECT 1 FROM quarantine WHERE first_ms < @beforeMs)`,
    )
    .pluck();
  const deleteUnusedPages = db.prepare(
    'DELETE FROM raw_page WHERE NOT EXISTS (SELECT 1 FROM source_row WHERE raw_page = raw_page.id)',
  );
  const selectPageIds = db.prepare('SELECT id FROM raw_page').pluck();
  const selectBody = db.prepare('SELECT body FROM raw_page WHERE id = ?').pluck();
  const selectPositions = db.prepare('SELECT position FROM source_row WHERE raw_page = ?').pluck();
  const updateBody = db.prepare('UPDATE raw_page SET body = ? WHERE id = ?');
  const selectQuarantine = db.prepare(
    'SELECT raw_hash AS rawHash, session_id AS sessionId, conversation_id AS conversationId, body, first_ms AS firstMs FROM quarantine',
  );
  const deleteQuarantine = db.prepare('DELETE FROM quarantine WHERE raw_hash = ?');
  const setScrubDue = db.prepare(`INSERT OR REPLACE INTO sync_state VALUES ('scrub_due', ?)`);
  const selectScrubDue = db.prepare(`SELECT value FROM sync_state WHERE name = 'scrub_due'`).pluck();
  const insertRemoved = db.prepare('INSERT OR IGNORE INTO sync_state VALUES (?, ?)');
  const selectRemoved = db.prepare('SELECT value FROM sync_state WHERE name = ?').pluck();
  const deleteRemoved = db.prepare('DELETE FROM sync_state WHERE name = ?');
  const bumpForgets = db.prepare('UPDATE index_identity SET forgets = forgets + 1');
  const deleteCoverage = db.prepare('DELETE FROM sync_window WHERE to_s <= ?');
  const cutCoverage = db.prepare('UPDATE sync_window SET from_s = @beforeS WHERE from_s < @beforeS');

  const selectIdentities = db.prepare(
    `SELECT id, customer_phone AS phone, customer_email AS email, channel_user_id AS channelId, user_id AS userId
     FROM conversation WHERE coalesce(customer_phone, customer_email, channel_user_id, user_id) IS NOT NULL`,
  );
  const selectTraces = db.prepare(
    `SELECT customer_phone AS phone, customer_email AS email, channel_user_id AS channelId, user_id AS userId,
       customer_first_name AS first, customer_last_name AS last, key, session_id AS sessionId
     FROM conversation WHERE id = ?`,
  );

  /** From conversation to conversation, until no other shares anything with those found. */
  const addLinked = (ids: Set<number>): void => {
    const known = new Set<string>();
    const keysOf = ({ phone, email, channelId, userId }: Identity): string[] => [
      // “anonymous” and “unknown” have no digits, and link nobody.
      ...(phone === null || phoneDigits(phone) === '' ? [] : [`phone ${phoneDigits(phone)}`]),
      ...(email === null ? [] : [`email ${email.toLowerCase()}`]),
      // One channel's id may be another one's user id.
      ...[channelId, userId].filter((one) => one !== null).map((one) => `id ${one}`),
    ];
    for (let before = -1; before < known.size + ids.size; ) {
      before = known.size + ids.size;
      for (const row of selectIdentities.iterate() as IterableIterator<Identity>) {
        const keys = keysOf(row);
        if (!ids.has(row.id) && !keys.some((key) => known.has(key))) continue;
        ids.add(row.id);
        for (const key of keys) known.add(key);
      }
    }
  };

  const idsOf = (scope: ForgetScope): number[] => {
    if ('beforeS' in scope) return findOlder.all(scope.beforeS) as number[];
    const { customer, isLinked = false } = scope;
    const found = findByCustomer.all({ text: customer, digits: phoneDigits(customer) }) as number[];
    if (!isLinked || found.length === 0) return found;
    const ids = new Set(found);
    addLinked(ids);
    return [...ids];
  };

  const tracesOf: Eraser['tracesOf'] = (scope) => {
    const keys = new Set([scope.customer]);
    const names = new Map<string, CustomerTraces['names'][number]>();
    for (const id of idsOf(scope)) {
      const { first, last, ...rest } = selectTraces.get(id) as Record<string, string | null>;
      for (const key of Object.values(rest)) if (key !== null && key !== undefined) keys.add(key);
      names.set(JSON.stringify([first, last]), { first: first ?? null, last: last ?? null });
    }
    return { keys: [...keys], names: [...names.values()] };
  };
  const isMeant = (scope: ForgetScope): ((row: QuarantinedText) => boolean) => {
    if ('beforeS' in scope) return (row) => row.firstMs < scope.beforeS * 1000;
    const keys = tracesOf(scope).keys.filter((key) => key === scope.customer || key.length >= SHORTEST_MENTION);
    return (row) => mentions(zstdDecompressSync(row.body).toString('utf8'), keys);
  };

  const remember = (ids: readonly (string | null)[]): void => {
    for (const id of ids) if (id !== null) insertForgotten.run(keyHash(id));
  };

  /**
   * Blanks every raw row that no conversation is read from: those of the forgotten, but also earlier versions of them, and
   * of sessions that became conversations. Positions of the others must not move.
   */
  const blankUnusedRows = (): void => {
    deleteUnusedPages.run();
    for (const rawPage of selectPageIds.all() as number[]) {
      const used = new Set(selectPositions.all(rawPage) as number[]);
      const rows = JSON.parse(zstdDecompressSync(selectBody.get(rawPage) as Buffer).toString('utf8')) as unknown[];
      if (rows.every((row, position) => row === null || used.has(position))) continue;
      const kept = rows.map((row, position) => (used.has(position) ? row : null));
      updateBody.run(zstdCompressSync(JSON.stringify(kept)), rawPage);
    }
  };

  // A quarantined row cannot be read field by field: any that mentions the customer goes.
  const findQuarantined = (scope: ForgetScope): QuarantinedText[] =>
    (selectQuarantine.all() as QuarantinedText[]).filter(isMeant(scope));
  const forgetQuarantined = (scope: ForgetScope, rows: readonly QuarantinedText[]): number => {
    for (const row of rows) {
      if ('customer' in scope) remember([row.conversationId, row.sessionId, row.rawHash.toString('hex')]);
      deleteQuarantine.run(row.rawHash);
    }
    return rows.length;
  };

  const isScrubDue = (): boolean => selectScrubDue.get() === '1';
  const removedName = (id: string): string => `forgotten ${id}`;

  return {
    hasForgotten: () => selectAnyForgotten.get() === 1,
    isForgotten: (ids) => ids.some((id) => id !== null && selectForgotten.get(keyHash(id)) !== undefined),
    forgottenHashes: () => selectAllForgotten.all() as Uint8Array[],
    rememberForgotten: (keyHashes) =>
      inTransaction(db, () => {
        for (const keyHash of keyHashes) insertForgotten.run(keyHash);
      }),
    count: (scope) => idsOf(scope).length,
    hasOlder: (beforeS) => selectOlder.get({ beforeS, beforeMs: beforeS * 1000 }) === 1,
    tracesOf,
    keysOf: (scope) => idsOf(scope).map((id) => (selectIds.get(id) as { key: string }).key),
    forget(scope, id) {
      const result = inTransaction(db, () => {
        if (selectRemoved.get(removedName(id)) !== undefined)
          throw new AppError('sync_busy', 'Another Afterword is forgetting in this workspace. Try again in a moment.');
        const ids = idsOf(scope);
        // By what the conversations say of the customer: while they are there.
        const unreadable = findQuarantined(scope);
        for (const id of ids) {
          const { key, sessionId } = selectIds.get(id) as { key: string; sessionId: string | null };
          if ('customer' in scope) remember([key, sessionId]);
          conversations.remove(id);
        }
        blankUnusedRows();
        if ('beforeS' in scope) {
          // What is gone must not be shown as synced.
          deleteCoverage.run(scope.beforeS);
          cutCoverage.run({ beforeS: scope.beforeS });
        }
        bumpForgets.run();
        setScrubDue.run('1');
        const found = forgetQuarantined(scope, unreadable);
        const removed = { conversations: ids.length, quarantined: found };
        insertRemoved.run(removedName(id), JSON.stringify(removed));
        failpoint('forget-removed');
        return removed;
      });
      failpoint('forget-committed');
      // The saved search index knows the forgotten too. One that is being saved at this moment sees the count go up.
      removeIndexFile(db.name);
      // So does a damaged file that was put aside.
      removeAside(db.name);
      return result;
    },
    settle: (id) =>
      inTransaction(db, () => {
        insertRemoved.run(removedName(id), JSON.stringify({ conversations: 0, quarantined: 0 } satisfies Removed));
        return JSON.parse(selectRemoved.get(removedName(id)) as string) as Removed;
      }),
    end: (id) => {
      deleteRemoved.run(removedName(id));
    },
    scrub() {
      if (!isScrubDue()) return;
      // The full-text index keeps deleted words until its segments are merged; a page keeps, in the room between its rows,
      // parts of rows that moved to another page; the log keeps old pages until truncated.
      db.exec(`INSERT INTO conversation_text (conversation_text) VALUES ('optimize')`);
      db.exec('VACUUM');
      failpoint('forget-vacuumed');
      const [checkpoint] = db.pragma('wal_checkpoint(TRUNCATE)') as { busy: number }[];
      if (checkpoint?.busy !== 0) {
        throw new AppError(
          'sync_busy',
          'The conversations are removed, but another program is reading the cache, so traces of them remain in its log file. Close it and forget once more.',
        );
      }
      setScrubDue.run('0');
    },
    isScrubDue,
  };
};
