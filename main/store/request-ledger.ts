// The account's spent requests in library.db (decision 0005), over a connection of their own: they are written on the host
// thread, twice a request, and must not wait for the disk. A killed process loses nothing by that; a power cut may lose the
// last ones, which are a minute old before a computer has started again.
import { libraryMigrations } from './migrations/library.ts';
import { inTransaction, openForWriting } from './open.ts';

export type RequestReservation = { waitMs: 0; id: number } | { waitMs: number; id: null };

export type RequestLedger = {
  /**
   * Spends one request of the account's budget, or says how long to wait for one. At most `limit` are ever granted in
   * a window of `windowMs`, counted from the moment the server is known to have seen the earlier one.
   */
  reserveRequest(account: string, nowMs: number, limit: number, windowMs: number): RequestReservation;
  /** The server has answered: the request's minute counts from now. */
  answeredRequest(id: number, nowMs: number): void;
  close(): void;
};

// A request counts from the moment the server is known to have seen it: until it is answered, from a moment ahead.
const UNANSWERED_GRACE_MS = 30_000;

/** `path` is that of library.db, which is up to date already. */
export const openRequestLedger = (path: string): RequestLedger => {
  const db = openForWriting({ path, label: 'library.db', migrations: libraryMigrations, synchronous: 'normal' });
  const forgetRequests = db.prepare('DELETE FROM request_log WHERE account = ? AND (at_ms <= ? OR at_ms > ?)');
  const selectBlocking = db
    .prepare('SELECT at_ms FROM request_log WHERE account = ? ORDER BY at_ms DESC LIMIT 1 OFFSET ?')
    .pluck();
  const insertRequest = db.prepare('INSERT INTO request_log (account, at_ms) VALUES (?, ?)');
  const answerRequest = db.prepare('UPDATE request_log SET at_ms = ? WHERE id = ?');

  return {
    reserveRequest: (account, nowMs, limit, windowMs) =>
      inTransaction(db, () => {
        // A time further ahead than any we write was written before the clock was set back: it says nothing about now.
        forgetRequests.run(account, nowMs - windowMs, nowMs + UNANSWERED_GRACE_MS);
        const blockingMs = selectBlocking.get(account, limit - 1) as number | undefined;
        if (blockingMs !== undefined) return { waitMs: Math.max(1, blockingMs + windowMs - nowMs), id: null };
        return { waitMs: 0, id: Number(insertRequest.run(account, nowMs + UNANSWERED_GRACE_MS).lastInsertRowid) };
      }),
    answeredRequest: (id, nowMs) => {
      answerRequest.run(nowMs, id);
    },
    close: () => db.close(),
  };
};
