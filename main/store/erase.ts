// Removes conversations for good: the rows, their text in the search, their rows in raw pages and in quarantine. With
// secure_delete and a vacuum of the log, their bytes are gone from the files too.
import { hash } from 'node:crypto';
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { AppError } from '../../preload/contract/errors.ts';
import type { ConversationWriter } from './conversation-write.ts';
import { removeIndexFile } from './index-file.ts';
import { type Db, inTransaction } from './open.ts';

export type ForgetScope = { customer: string } | { beforeS: number };

export type Eraser = {
  /** True when the user had what any of these ids (conversation, session, hash of an unreadable row) names forgotten. */
  isForgotten(ids: readonly (string | null)[]): boolean;
  /** How many conversations belong to a customer: see `matches`. */
  findCustomer(customer: string): number;
  /** The keys of the conversations that `forget` would remove. */
  keysOf(scope: ForgetScope): string[];
  forget(scope: ForgetScope): { conversations: number; quarantined: number };
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

const mentions = (text: string, customer: string): boolean => {
  const digits = phoneDigits(customer);
  return text.toLowerCase().includes(customer.toLowerCase()) || (digits !== '' && text.includes(digits));
};

const keyHash = (key: string): Buffer => hash('sha256', key, 'buffer');

const phoneDigits = (text: string): string => (/^[+\d\s().-]{5,}$/.test(text) ? text.replace(/\D/g, '') : '');

export const createEraser = (db: Db, conversations: ConversationWriter): Eraser => {
  const selectForgotten = db.prepare('SELECT 1 FROM forgotten WHERE key_hash = ?').pluck();
  const selectAllForgotten = db.prepare('SELECT key_hash FROM forgotten').pluck();
  const insertForgotten = db.prepare('INSERT OR IGNORE INTO forgotten VALUES (?)');
  const selectIds = db.prepare('SELECT key, session_id AS sessionId FROM conversation WHERE id = ?');
  const findByCustomer = db.prepare(`SELECT id FROM conversation WHERE ${customerMatch}`).pluck();
  const findOlder = db.prepare('SELECT id FROM conversation WHERE started_s < ?').pluck();
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
  const bumpForgets = db.prepare('UPDATE index_identity SET forgets = forgets + 1');
  const deleteCoverage = db.prepare('DELETE FROM sync_window WHERE to_s <= ?');
  const cutCoverage = db.prepare('UPDATE sync_window SET from_s = @beforeS WHERE from_s < @beforeS');

  const idsOf = (scope: ForgetScope): number[] =>
    ('customer' in scope
      ? findByCustomer.all({ text: scope.customer, digits: phoneDigits(scope.customer) })
      : findOlder.all(scope.beforeS)) as number[];

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
  const forgetQuarantined = (scope: ForgetScope): number => {
    let count = 0;
    for (const row of selectQuarantine.all() as QuarantinedText[]) {
      const isMeant =
        'customer' in scope
          ? mentions(zstdDecompressSync(row.body).toString('utf8'), scope.customer)
          : row.firstMs < scope.beforeS * 1000;
      if (!isMeant) continue;
      if ('customer' in scope) remember([row.conversationId, row.sessionId, row.rawHash.toString('hex')]);
      count += deleteQuarantine.run(row.rawHash).changes;
    }
    return count;
  };

  return {
    isForgotten: (ids) => ids.some((id) => id !== null && selectForgotten.get(keyHash(id)) !== undefined),
    forgottenHashes: () => selectAllForgotten.all() as Uint8Array[],
    rememberForgotten: (keyHashes) =>
      inTransaction(db, () => {
        for (const keyHash of keyHashes) insertForgotten.run(keyHash);
      }),
    findCustomer: (customer) => idsOf({ customer }).length,
    keysOf: (scope) => idsOf(scope).map((id) => (selectIds.get(id) as { key: string }).key),
    forget(scope) {
      const result = inTransaction(db, () => {
        const ids = idsOf(scope);
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
        return { conversations: ids.length, quarantined: forgetQuarantined(scope) };
      });
      // The saved search index knows the forgotten too. One that is being saved at this moment sees the count go up.
      removeIndexFile(db.name);
      // The full-text index keeps deleted words until its segments are merged; the log keeps old pages until truncated.
      db.exec(`INSERT INTO conversation_text (conversation_text) VALUES ('optimize')`);
      db.exec('VACUUM');
      const [checkpoint] = db.pragma('wal_checkpoint(TRUNCATE)') as { busy: number }[];
      if (checkpoint?.busy !== 0) {
        throw new AppError(
          'sync_busy',
          'The conversations are removed, but another program is reading the cache, so traces of them remain in its log file. Close it and forget once more.',
        );
      }
      return result;
    },
  };
};
