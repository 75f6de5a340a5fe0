// The schema of library.db: what the user made. Times are UTC epoch milliseconds.
import type { Migration } from '../migrate.ts';

const workspaces = `
CREATE TABLE workspace (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL UNIQUE COLLATE NOCASE,
  host TEXT NOT NULL,
  account_id TEXT NOT NULL,
  app_id TEXT NOT NULL,
  client_id TEXT,
  endpoints TEXT NOT NULL,
  requests_per_minute INTEGER NOT NULL CHECK (requests_per_minute > 0),
  zone TEXT NOT NULL,
  csat_polarity TEXT NOT NULL DEFAULT 'unset',
  channels TEXT NOT NULL DEFAULT '[]',
  queues TEXT NOT NULL DEFAULT '[]',
  direction TEXT,
  sample TEXT,
  -- Salts the pseudonyms of masked exports: stable for a workspace, useless outside it.
  mask_salt TEXT NOT NULL,
  created_ms INTEGER NOT NULL
) STRICT;
-- Requests of the last minute for each account: the budget is the account's, whatever program or workspace spends it.
CREATE TABLE request_log (
  id INTEGER PRIMARY KEY, account TEXT NOT NULL, at_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX request_log_account ON request_log (account, at_ms);
-- Conversations the user had forgotten, as hashes of their keys: also in cache.db, but that may be moved away and filled
-- again, and they must not come back with it.
CREATE TABLE forgotten (workspace TEXT NOT NULL, key_hash BLOB NOT NULL, PRIMARY KEY (workspace, key_hash)) STRICT, WITHOUT ROWID;
-- Who took data out or removed it, and when. Only ever appended to.
CREATE TABLE audit (
  id INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL, workspace TEXT, action TEXT NOT NULL, details TEXT NOT NULL
) STRICT;
CREATE TRIGGER audit_never_changes BEFORE UPDATE ON audit BEGIN SELECT raise(ABORT, 'the audit is append-only'); END;
CREATE TRIGGER audit_never_shrinks BEFORE DELETE ON audit BEGIN SELECT raise(ABORT, 'the audit is append-only'); END;
`;

export const libraryMigrations: readonly Migration[] = [{ version: 1, name: 'workspaces', sql: workspaces }];
