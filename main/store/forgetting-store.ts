// What library.db knows of forgetting: the hashes of whom the user had forgotten, and each forgetting from its beginning to its
// end, so that one that was cut short is finished and stands in the audit all the same. Never whom.
import { randomUUID } from 'node:crypto';
import type { NamingRecords } from '../../preload/contract/privacy.ts';
import type { NamingStore } from './naming-store.ts';
import { type Db, inTransaction } from './open.ts';

/** `scope`: what the audit says was asked for. `naming`: what of library.db went with it. */
export type BegunForgetting = { id: string; isOfCustomer: boolean; scope: string; naming: NamingRecords };

export type ForgettingStore = {
  /**
   * Removes what library.db has of the customer and notes that a forgetting has begun: both or neither. `isNamed` is null
   * when it is by age, which names nobody.
   */
  begin(workspaceId: string, scope: string, isNamed: ((text: string) => boolean) | null): BegunForgetting;
  /** Those that have not come to their end, oldest first. */
  begun(workspaceId: string): BegunForgetting[];
  /** Writes the audit's line, once however often it is called, and takes in the hashes of the cache. */
  record(
    id: string,
    workspaceId: string,
    nowMs: number,
    details: Record<string, string | number>,
    keyHashes: readonly Uint8Array[],
  ): void;
  end(id: string): void;
  /** SHA-256 of the keys of conversations the user had forgotten. */
  hashes(workspaceId: string): Uint8Array[];
  remember(workspaceId: string, keyHashes: readonly Uint8Array[]): void;
};

type Row = { id: string; isOfCustomer: number; scope: string; naming: string };

const nothingNamed: NamingRecords = { searches: 0, definitions: 0, schedules: 0, issuedReports: 0 };

export const createForgettingStore = (
  db: Db,
  naming: Pick<NamingStore, 'remove'>,
  audit: (nowMs: number, workspaceId: string, action: 'forget', details: Record<string, string | number>) => void,
): ForgettingStore => {
  const insert = db.prepare(
    'INSERT INTO forgetting (id, workspace, is_of_customer, scope, naming) VALUES (@id, @workspaceId, @isOfCustomer, @scope, @naming)',
  );
  const selectBegun = db.prepare(
    'SELECT id, is_of_customer AS isOfCustomer, scope, naming FROM forgetting WHERE workspace = ? ORDER BY rowid',
  );
  const setRecorded = db.prepare('UPDATE forgetting SET is_recorded = 1 WHERE id = ? AND is_recorded = 0');
  const remove = db.prepare('DELETE FROM forgetting WHERE id = ?');
  const selectHashes = db.prepare('SELECT key_hash FROM forgotten WHERE workspace = ?').pluck();
  const insertHash = db.prepare('INSERT OR IGNORE INTO forgotten VALUES (?, ?)');
  const remember: ForgettingStore['remember'] = (workspaceId, keyHashes) =>
    inTransaction(db, () => {
      for (const keyHash of keyHashes) insertHash.run(workspaceId, keyHash);
    });

  return {
    begin: (workspaceId, scope, isNamed) =>
      inTransaction(db, () => {
        const begun: BegunForgetting = {
          id: randomUUID(),
          isOfCustomer: isNamed !== null,
          scope,
          naming: isNamed === null ? nothingNamed : naming.remove(workspaceId, isNamed),
        };
        const isOfCustomer = Number(begun.isOfCustomer);
        insert.run({ ...begun, workspaceId, isOfCustomer, naming: JSON.stringify(begun.naming) });
        return begun;
      }),
    begun: (workspaceId) =>
      (selectBegun.all(workspaceId) as Row[]).map((row) => ({
        ...row,
        isOfCustomer: row.isOfCustomer === 1,
        naming: JSON.parse(row.naming) as NamingRecords,
      })),
    record: (id, workspaceId, nowMs, details, keyHashes) =>
      inTransaction(db, () => {
        if (setRecorded.run(id).changes === 0) return;
        remember(workspaceId, keyHashes);
        audit(nowMs, workspaceId, 'forget', details);
      }),
    end: (id) => {
      remove.run(id);
    },
    hashes: (workspaceId) => selectHashes.all(workspaceId) as Uint8Array[],
    remember,
  };
};
