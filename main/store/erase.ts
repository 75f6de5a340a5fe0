// Removes conversations for good: the rows, their text in the search, their rows in raw pages and in quarantine. With
// secure_delete and a vacuum of the log, their bytes are gone from the files too.
import { hash, randomUUID } from 'node:crypto';
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { AppError } from '../../preload/contract/errors.ts';
import { failpoint } from '../failpoints.ts';
import { removeAside } from './aside.ts';
import type { ConversationWriter } from './conversation-write.ts';
import { removeIndexFile } from './index-file.ts';
import type { CustomerTraces } from './naming.ts';
import { type Db, inTransaction } from './open.ts';
import {
  type BegunForgetting,
  createUnfinishedForgettings,
  type UnfinishedForgetting,
} from './unfinished-forgettings.ts';

export type ForgetScope =
  | {
      customer: string;
      /** Those too that share a phone, e-mail or id with them, directly or through others. */
      isLinked?: boolean;
    }
  | {
      beforeS: number;
      /** Not because the workspace keeps nothing so old, which each sync knows anyway: it is to stay away. */
      isByHand?: boolean;
    };

export type Eraser = {
  /** True when anybody was forgotten at all: mostly nobody was, and no row need be looked at. */
  hasForgotten(): boolean;
  /** True when the user had what any of these ids (conversation, session, hash of an unreadable row) names forgotten. */
  isForgotten(ids: readonly (string | null)[]): boolean;
  /** How many conversations `forget` would remove. */
  count(scope: ForgetScope): number;
  /** Whether there is anything so old, unreadable records included. */
  hasOlder(beforeS: number): boolean;
  /** The keys of the conversations that `forget` would remove. */
  keysOf(scope: ForgetScope): string[];
  /**
   * Removes the rows, and notes among the unfinished that they are gone. Their bytes are gone after `scrub`.
   */
  forget(scope: ForgetScope, begun: BegunForgetting): { conversations: number; quarantined: number };
  /** Whose rows are removed and whose end is still to come. */
  unfinished(): UnfinishedForgetting[];
  /** Takes out by what the customer was known; `scrub` is due again. */
  endTraces(forgetting: UnfinishedForgetting): void;
  end(id: string): void;
  /** From the damaged cache that this one stands for: its file, put aside, has the bytes. */
  keepUnfinished(forgettings: readonly UnfinishedForgetting[]): void;
  /**
   * When that is due: rewrites the file, empties its log, and removes what else beside it may hold who was forgotten. Throws
   * AppError sync_busy when a reader keeps the log.
   */
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
  const clearScrubDue = db.prepare(`UPDATE sync_state SET value = '0' WHERE name = 'scrub_due' AND value = ?`);
  const selectScrubDue = db.prepare(`SELECT value FROM sync_state WHERE name = 'scrub_due'`).pluck();
  const unfinished = createUnfinishedForgettings(db);
  const raiseForgottenBefore = db.prepare(
    `INSERT INTO sync_state VALUES ('forgotten_before_s', ?)
     ON CONFLICT DO UPDATE SET value = excluded.value WHERE CAST(value AS INTEGER) < CAST(excluded.value AS INTEGER)`,
  );
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

  /** All by which the customer of these conversations may be named elsewhere. */
  const tracesOf = (customer: string, ids: readonly number[]): CustomerTraces => {
    const keys = new Set([customer]);
    const names = new Map<string, CustomerTraces['names'][number]>();
    for (const id of ids) {
      const { first, last, ...rest } = selectTraces.get(id) as Record<string, string | null>;
      for (const key of Object.values(rest)) if (key !== null && key !== undefined) keys.add(key);
      names.set(JSON.stringify([first, last]), { first: first ?? null, last: last ?? null });
    }
    return { keys: [...keys], names: [...names.values()] };
  };
  const isMeant = (scope: ForgetScope, traces: CustomerTraces | null): ((row: QuarantinedText) => boolean) => {
    if ('beforeS' in scope) return (row) => row.firstMs < scope.beforeS * 1000;
    const keys = (traces?.keys ?? []).filter((key) => key === scope.customer || key.length >= SHORTEST_MENTION);
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
  const findQuarantined = (scope: ForgetScope, traces: CustomerTraces | null): QuarantinedText[] =>
    (selectQuarantine.all() as QuarantinedText[]).filter(isMeant(scope, traces));
  const forgetQuarantined = (scope: ForgetScope, rows: readonly QuarantinedText[]): number => {
    for (const row of rows) {
      if ('customer' in scope) remember([row.conversationId, row.sessionId, row.rawHash.toString('hex')]);
      deleteQuarantine.run(row.rawHash);
    }
    return rows.length;
  };

  /** What is due, or null: another one for each forgetting, so that none is taken for done with the one before it. */
  const dueScrub = (): string | null => {
    const due = selectScrubDue.get() as string | undefined;
    return due === undefined || due === '0' ? null : due;
  };
  const removeBeside = (): void => {
    // The saved search index knows the forgotten too. One that is being saved at this moment sees the count go up.
    removeIndexFile(db.name);
    // So does a damaged file that was put aside.
    removeAside(db.name);
  };

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
    keysOf: (scope) => idsOf(scope).map((id) => (selectIds.get(id) as { key: string }).key),
    unfinished: unfinished.list,
    endTraces: (forgetting) =>
      inTransaction(db, () => {
        if (unfinished.replace({ ...forgetting, traces: null })) setScrubDue.run(randomUUID());
      }),
    end: unfinished.remove,
    keepUnfinished: (forgettings) =>
      inTransaction(db, () => {
        for (const forgetting of forgettings) unfinished.put(forgetting);
        if (forgettings.length > 0) setScrubDue.run(randomUUID());
      }),
    forget(scope, begun) {
      const result = inTransaction(db, () => {
        const ids = idsOf(scope);
        // By what the conversations say of the customer: while they are there.
        const traces = 'customer' in scope ? tracesOf(scope.customer, ids) : null;
        const unreadable = findQuarantined(scope, traces);
        for (const id of ids) {
          const { key, sessionId } = selectIds.get(id) as { key: string; sessionId: string | null };
          if ('customer' in scope) remember([key, sessionId]);
          conversations.remove(id);
        }
        blankUnusedRows();
        if ('beforeS' in scope) {
          // What is gone must not be shown as synced, nor be asked for again by a sync that names no time.
          if (scope.isByHand) raiseForgottenBefore.run(String(scope.beforeS));
          deleteCoverage.run(scope.beforeS);
          cutCoverage.run({ beforeS: scope.beforeS });
        }
        bumpForgets.run();
        setScrubDue.run(randomUUID());
        const removed = { conversations: ids.length, quarantined: forgetQuarantined(scope, unreadable) };
        unfinished.put({ ...begun, ...removed, isOfCustomer: traces !== null, traces });
        failpoint('forget-removed');
        return removed;
      });
      failpoint('forget-committed');
      removeBeside();
      return result;
    },
    scrub() {
      const due = dueScrub();
      if (due === null) return;
      // Again: who removed the rows may have been killed before it came to this.
      removeBeside();
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
      clearScrubDue.run(due);
    },
    isScrubDue: () => dueScrub() !== null,
  };
};
