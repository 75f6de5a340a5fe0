// Removes conversations for good: the rows, their text in the search, their rows in raw pages and in quarantine. With
// secure_delete and a vacuum of the log, their bytes are gone from the files too.
import { hash } from 'node:crypto';
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import type { ConversationWriter } from './conversation-write.ts';
import { type Db, inTransaction } from './open.ts';

export type ForgetScope = { customer: string } | { beforeS: number };

export type Eraser = {
  /** True when the user had this conversation forgotten. */
  isForgotten(key: string): boolean;
  /** How many conversations belong to a customer: see `matches`. */
  findCustomer(customer: string): number;
  /** The keys of the conversations that `forget` would remove. */
  keysOf(scope: ForgetScope): string[];
  forget(scope: ForgetScope): { conversations: number; quarantined: number };
};

/** A customer is named by phone, e-mail, channel user id or user id, compared without case, spaces and punctuation of phones. */
const customerMatch = `
  lower(customer_email) = lower(:text) OR channel_user_id = :text OR user_id = :text
  OR (:digits <> '' AND replace(replace(replace(replace(replace(customer_phone, '+', ''), ' ', ''), '-', ''), '(', ''), ')', '') = :digits)`;

const keyHash = (key: string): Buffer => hash('sha256', key, 'buffer');

const phoneDigits = (text: string): string => (/^[+\d\s().-]{5,}$/.test(text) ? text.replace(/\D/g, '') : '');

export const createEraser = (db: Db, conversations: ConversationWriter): Eraser => {
  const selectForgotten = db.prepare('SELECT 1 FROM forgotten WHERE key_hash = ?').pluck();
  const insertForgotten = db.prepare('INSERT OR IGNORE INTO forgotten VALUES (?)');
  const selectKey = db.prepare('SELECT key FROM conversation WHERE id = ?').pluck();
  const findByCustomer = db.prepare(`SELECT id FROM conversation WHERE ${customerMatch}`).pluck();
  const findOlder = db.prepare('SELECT id FROM conversation WHERE started_s < ?').pluck();
  const selectSources = db.prepare('SELECT raw_page AS rawPage, position FROM source_row WHERE conversation = ?');
  const selectBody = db.prepare('SELECT body FROM raw_page WHERE id = ?').pluck();
  const updateBody = db.prepare('UPDATE raw_page SET body = ? WHERE id = ?');
  const deletePage = db.prepare(
    'DELETE FROM raw_page WHERE id = ? AND NOT EXISTS (SELECT 1 FROM source_row WHERE raw_page = ?)',
  );
  const selectQuarantine = db.prepare('SELECT raw_hash AS rawHash, body, first_ms AS firstMs FROM quarantine');
  const deleteQuarantine = db.prepare('DELETE FROM quarantine WHERE raw_hash = ?');
  const trimCoverage = db.prepare('DELETE FROM sync_window WHERE to_s <= ?');

  const idsOf = (scope: ForgetScope): number[] =>
    ('customer' in scope
      ? findByCustomer.all({ text: scope.customer, digits: phoneDigits(scope.customer) })
      : findOlder.all(scope.beforeS)) as number[];

  /** Blanks the rows at these positions; positions of the others must not move. */
  const blankRawRows = (positions: ReadonlyMap<number, number[]>): void => {
    for (const [rawPage, blanks] of positions) {
      if (deletePage.run(rawPage, rawPage).changes > 0) continue;
      const rows = JSON.parse(zstdDecompressSync(selectBody.get(rawPage) as Buffer).toString('utf8')) as unknown[];
      for (const position of blanks) rows[position] = null;
      updateBody.run(zstdCompressSync(JSON.stringify(rows)), rawPage);
    }
  };

  // A quarantined row cannot be read field by field: any that mentions the customer goes.
  const forgetQuarantined = (scope: ForgetScope): number => {
    let count = 0;
    for (const row of selectQuarantine.all() as { rawHash: Buffer; body: Buffer; firstMs: number }[]) {
      const isMeant =
        'customer' in scope
          ? zstdDecompressSync(row.body).toString('utf8').toLowerCase().includes(scope.customer.toLowerCase())
          : row.firstMs < scope.beforeS * 1000;
      if (isMeant) count += deleteQuarantine.run(row.rawHash).changes;
    }
    return count;
  };

  return {
    isForgotten: (key) => selectForgotten.get(keyHash(key)) !== undefined,
    findCustomer: (customer) => idsOf({ customer }).length,
    keysOf: (scope) => idsOf(scope).map((id) => selectKey.get(id) as string),
    forget(scope) {
      const result = inTransaction(db, () => {
        const ids = idsOf(scope);
        const positions = new Map<number, number[]>();
        for (const id of ids) {
          for (const { rawPage, position } of selectSources.all(id) as { rawPage: number; position: number }[])
            positions.set(rawPage, [...(positions.get(rawPage) ?? []), position]);
          if ('customer' in scope) insertForgotten.run(keyHash(selectKey.get(id) as string));
          conversations.remove(id);
        }
        blankRawRows(positions);
        if ('beforeS' in scope) trimCoverage.run(scope.beforeS);
        return { conversations: ids.length, quarantined: forgetQuarantined(scope) };
      });
      // The full-text index keeps deleted words until its segments are merged; the log keeps old pages until truncated.
      db.exec(`INSERT INTO conversation_text (conversation_text) VALUES ('optimize')`);
      db.exec('VACUUM');
      db.pragma('wal_checkpoint(TRUNCATE)');
      return result;
    },
  };
};
