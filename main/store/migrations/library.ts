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

const reports = `
CREATE TABLE report_definition (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE COLLATE NOCASE,
  workspace TEXT NOT NULL REFERENCES workspace (id),
  kind TEXT NOT NULL,
  period TEXT NOT NULL,
  zone TEXT,
  filters TEXT NOT NULL,
  options TEXT NOT NULL,
  formats TEXT NOT NULL,
  is_masked INTEGER NOT NULL,
  created_ms INTEGER NOT NULL
) STRICT;
-- What was handed in. Holds no customer's data: figures, and salted short hashes of the conversations behind them.
CREATE TABLE issued_report (
  -- Never given twice: a number on a printed page must not come to mean another report.
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  workspace TEXT NOT NULL REFERENCES workspace (id),
  definition TEXT,
  kind TEXT NOT NULL,
  -- JSON: everything that was asked for and the settings of the workspace then, so that it can be made again.
  request TEXT NOT NULL,
  period_label TEXT NOT NULL,
  from_s INTEGER NOT NULL,
  to_s INTEGER NOT NULL,
  zone TEXT NOT NULL,
  issued_ms INTEGER NOT NULL,
  data_as_of TEXT,
  coverage TEXT NOT NULL,
  row_counts TEXT NOT NULL,
  definitions TEXT NOT NULL,
  content_hash TEXT NOT NULL,
  files TEXT NOT NULL,
  -- The conversations the figures were made from began or went on in this range.
  reach_from_s INTEGER NOT NULL,
  reach_to_s INTEGER NOT NULL,
  forgotten INTEGER NOT NULL DEFAULT 0,
  -- zstd of JSON: the figures as printed, and the coverage windows of then.
  figures BLOB NOT NULL,
  windows BLOB NOT NULL,
  salt BLOB NOT NULL,
  fingerprints BLOB
) STRICT;
CREATE INDEX issued_report_workspace ON issued_report (workspace);
CREATE TABLE schedule (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  definition INTEGER NOT NULL REFERENCES report_definition (id),
  cadence TEXT NOT NULL CHECK (cadence IN ('daily', 'weekly', 'monthly')),
  time TEXT NOT NULL,
  weekday INTEGER,
  month_day INTEGER,
  zone TEXT NOT NULL,
  period TEXT NOT NULL,
  folder TEXT NOT NULL,
  name_pattern TEXT NOT NULL,
  is_enabled INTEGER NOT NULL DEFAULT 1,
  -- Every due instant up to here has its run or was never owed (before it was added, while it was paused).
  settled_ms INTEGER NOT NULL,
  next_due_ms INTEGER NOT NULL,
  created_ms INTEGER NOT NULL
) STRICT;
CREATE TABLE schedule_run (
  id INTEGER PRIMARY KEY,
  schedule INTEGER NOT NULL REFERENCES schedule (id) ON DELETE CASCADE,
  due_ms INTEGER NOT NULL,
  -- The instant at which its relative period is read.
  as_of_ms INTEGER NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('claimed', 'done', 'failed', 'missed')),
  attempts INTEGER NOT NULL,
  -- Who runs it, and that it is still alive: fences out a process that was taken for dead.
  token TEXT,
  beat_ms INTEGER,
  started_ms INTEGER,
  finished_ms INTEGER,
  message TEXT NOT NULL DEFAULT '',
  issued INTEGER REFERENCES issued_report (id) ON DELETE SET NULL,
  UNIQUE (schedule, due_ms)
) STRICT;
`;

const figures = `
-- JSON: the rules figures are counted by, composite weights, teams and targets; NULL until something is set.
ALTER TABLE workspace ADD COLUMN figures TEXT;
`;

const savedSearches = `
CREATE TABLE saved_search (
  id INTEGER PRIMARY KEY,
  workspace TEXT NOT NULL REFERENCES workspace (id),
  name TEXT NOT NULL COLLATE NOCASE,
  query TEXT NOT NULL,
  sort TEXT NOT NULL,
  saved_ms INTEGER NOT NULL,
  UNIQUE (workspace, name)
) STRICT;
`;

const retention = `
-- Days that conversations are kept; NULL: for ever.
ALTER TABLE workspace ADD COLUMN retention_days INTEGER CHECK (retention_days > 0);
`;

const auditedForgettings = `
-- The forgetting that a line of the audit is of: one that was cut short is told again, and must not be written twice.
ALTER TABLE audit ADD COLUMN forgetting TEXT;
CREATE UNIQUE INDEX audit_forgetting ON audit (forgetting);
`;

export const libraryMigrations: readonly Migration[] = [
  { version: 1, name: 'workspaces', sql: workspaces },
  { version: 2, name: 'reports and schedules', sql: reports },
  { version: 3, name: 'how figures are counted', sql: figures },
  { version: 4, name: 'saved searches', sql: savedSearches },
  { version: 5, name: 'how long conversations are kept', sql: retention },
  { version: 6, name: 'one line of the audit for a forgetting', sql: auditedForgettings },
];
