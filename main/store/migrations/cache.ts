// The schema of workspaces/<id>/cache.db, in the order it grew. Times: `_s` UTC epoch seconds, `_ms` milliseconds.
import type { Migration } from '../migrate.ts';

const conversations = `
-- Words that repeat over many rows (channel, status, intent …), stored once.
CREATE TABLE term (id INTEGER PRIMARY KEY, kind TEXT NOT NULL, value TEXT NOT NULL, UNIQUE (kind, value)) STRICT;
-- As each row wrote them: an agent whose name changed has two rows here and one agent_id.
CREATE TABLE agent (id INTEGER PRIMARY KEY, agent_id TEXT, name TEXT, email TEXT) STRICT;
CREATE UNIQUE INDEX agent_identity ON agent (ifnull(agent_id, ''), ifnull(name, ''), ifnull(email, ''));
CREATE TABLE queue (id INTEGER PRIMARY KEY, queue_id TEXT, name TEXT) STRICT;
CREATE UNIQUE INDEX queue_identity ON queue (ifnull(queue_id, ''), ifnull(name, ''));

CREATE TABLE conversation (
  id INTEGER PRIMARY KEY,
  key TEXT NOT NULL UNIQUE,
  conversation_id TEXT,
  session_id TEXT,
  started_s INTEGER NOT NULL,
  ended_s INTEGER,
  channel INTEGER, direction INTEGER, final_status INTEGER, smart_status INTEGER, reason INTEGER,
  disconnecting_event INTEGER, bot INTEGER, intent INTEGER, survey_type INTEGER,
  is_voicemail INTEGER,
  automation_bots TEXT,
  user_id TEXT,
  channel_user_id TEXT,
  customer_phone TEXT, center_phone TEXT, customer_first_name TEXT, customer_last_name TEXT, customer_email TEXT,
  skills TEXT, dispositions TEXT, remarks TEXT, user_tags TEXT, session_tags TEXT, campaign TEXT,
  csat_score REAL, nps_score REAL, like_score REAL, feedback TEXT,
  is_shadow INTEGER NOT NULL,
  is_open INTEGER NOT NULL,
  content_hash BLOB NOT NULL
) STRICT;
CREATE INDEX conversation_started ON conversation (started_s);
CREATE INDEX conversation_session ON conversation (session_id);
CREATE INDEX conversation_open ON conversation (started_s) WHERE is_open = 1;

CREATE TABLE destination (
  conversation INTEGER NOT NULL REFERENCES conversation (id) ON DELETE CASCADE,
  position INTEGER NOT NULL,
  type INTEGER NOT NULL,
  queue INTEGER,
  entered_s INTEGER,
  callback_opted INTEGER,
  callback_opted_ms INTEGER,
  callback_accepted_ms INTEGER,
  PRIMARY KEY (conversation, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE offer (
  conversation INTEGER NOT NULL,
  destination INTEGER NOT NULL,
  position INTEGER NOT NULL,
  agent INTEGER,
  handled INTEGER NOT NULL,
  assigned_s INTEGER, accepted_s INTEGER, first_response_s INTEGER, ended_s INTEGER, acw_ended_s INTEGER,
  first_response_duration_s INTEGER, interaction_s INTEGER, hold_s INTEGER, acw_s INTEGER,
  non_response INTEGER,
  notes TEXT, consults TEXT, joined TEXT,
  PRIMARY KEY (conversation, destination, position),
  FOREIGN KEY (conversation, destination) REFERENCES destination (conversation, position) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
`;

const sources = `
-- What the API said, one zstd blob a page (a JSON array of rows), so that a better reader can run again without a download.
CREATE TABLE raw_page (
  id INTEGER PRIMARY KEY, endpoint TEXT NOT NULL, requested_ms INTEGER NOT NULL, body BLOB NOT NULL
) STRICT;
-- The newest row of each endpoint for each conversation; the conversation is merged from these.
CREATE TABLE source_row (
  conversation INTEGER NOT NULL REFERENCES conversation (id) ON DELETE CASCADE,
  endpoint TEXT NOT NULL,
  raw_page INTEGER NOT NULL REFERENCES raw_page (id),
  position INTEGER NOT NULL,
  raw_hash BLOB NOT NULL,
  requested_ms INTEGER NOT NULL,
  PRIMARY KEY (conversation, endpoint)
) STRICT, WITHOUT ROWID;
CREATE INDEX source_row_page ON source_row (raw_page);
-- Rows that could not be read: kept whole, never silently dropped. The reason never holds a value.
CREATE TABLE quarantine (
  raw_hash BLOB PRIMARY KEY,
  endpoint TEXT NOT NULL,
  session_id TEXT,
  conversation_id TEXT,
  path TEXT NOT NULL,
  reason TEXT NOT NULL,
  body BLOB NOT NULL,
  attempts INTEGER NOT NULL,
  first_ms INTEGER NOT NULL,
  last_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Conversations the user had forgotten, as hashes of their keys: a later sync must not bring them back.
CREATE TABLE forgotten (key_hash BLOB PRIMARY KEY) STRICT, WITHOUT ROWID;

-- Coverage: what was asked for and what became of it. Rows of one endpoint never overlap.
CREATE TABLE sync_window (
  endpoint TEXT NOT NULL,
  from_s INTEGER NOT NULL,
  to_s INTEGER NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('complete', 'open', 'capped', 'failed')),
  fetched_ms INTEGER,
  note TEXT,
  PRIMARY KEY (endpoint, from_s),
  CHECK (from_s < to_s)
) STRICT, WITHOUT ROWID;
CREATE TABLE sync_run (
  id INTEGER PRIMARY KEY,
  started_ms INTEGER NOT NULL, finished_ms INTEGER, status TEXT NOT NULL,
  requests INTEGER, rows INTEGER, inserted INTEGER, updated INTEGER, unchanged INTEGER, quarantined INTEGER
) STRICT;
CREATE TABLE sync_state (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
-- At most one row: who is syncing. The token fences out a process that lost it.
CREATE TABLE sync_lease (
  id INTEGER PRIMARY KEY CHECK (id = 1), token TEXT NOT NULL, pid INTEGER NOT NULL, beat_ms INTEGER NOT NULL
) STRICT;
`;

const search = `
CREATE VIRTUAL TABLE conversation_text USING fts5 (
  notes, remarks, feedback, customer, tags, ids,
  content = '', contentless_delete = 1, tokenize = "unicode61 remove_diacritics 2"
);
`;

const changes = `
-- Which conversations were added, changed or removed, in order: what the search index has to catch up with. The nonce
-- tells a file that went on from an older copy from the one the index was made of.
CREATE TABLE conversation_change (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, conversation INTEGER NOT NULL, nonce INTEGER NOT NULL
) STRICT;
CREATE TRIGGER conversation_added AFTER INSERT ON conversation BEGIN
  INSERT INTO conversation_change (conversation, nonce) VALUES (new.id, random() >> 12);
END;
CREATE TRIGGER conversation_changed AFTER UPDATE ON conversation BEGIN
  INSERT INTO conversation_change (conversation, nonce) VALUES (new.id, random() >> 12);
END;
CREATE TRIGGER conversation_removed AFTER DELETE ON conversation BEGIN
  INSERT INTO conversation_change (conversation, nonce) VALUES (old.id, random() >> 12);
END;
-- What a saved index must have been made of: this file, and nobody forgotten since.
CREATE TABLE index_identity (cache_id TEXT NOT NULL, forgets INTEGER NOT NULL) STRICT;
INSERT INTO index_identity VALUES (lower(hex(randomblob(16))), 0);
`;

const bulkLog = `
-- What is added is logged page by page: a trigger on each insert cost a tenth of writing a conversation.
DROP TRIGGER conversation_added;
`;

export const cacheMigrations: readonly Migration[] = [
  { version: 1, name: 'conversations', sql: conversations },
  { version: 2, name: 'sources and sync', sql: sources },
  { version: 3, name: 'full-text search', sql: search },
  { version: 4, name: 'changes for the search index', sql: changes },
  { version: 5, name: 'added conversations are logged in bulk', sql: bulkLog },
];
