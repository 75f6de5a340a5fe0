// The one-time renewal of the search text that an older version wrote.
import { createConversationReader } from './conversation-read.ts';
import { type Db, inTransaction } from './open.ts';
import { createTextWriter, toSearchText } from './search-text.ts';
import { createTermReader } from './terms.ts';

const FORM = '2';
const BLOCK = 500;
const textColumns = [
  'customer_first_name',
  'customer_last_name',
  'customer_email',
  'remarks',
  'feedback',
  'user_tags',
  'session_tags',
  'campaign',
  '(SELECT value FROM term WHERE id = c.intent)',
  '(SELECT group_concat(notes) FROM offer WHERE conversation = c.id)',
];

/**
 * Writes the search text of conversations anew that an older version left unfolded: those with letters beyond ASCII.
 * Does nothing from the second time on.
 */
export const renewSearchText = (db: Db): void => {
  const form = db.prepare(`SELECT value FROM sync_state WHERE name = 'search_text_form'`).pluck().get();
  if (form === FORM) return;
  const isBeyondAscii = textColumns
    .map((column) => `${column} GLOB '*[^' || char(1) || '-' || char(127) || ']*'`)
    .join(' OR ');
  const ids = db.prepare(`SELECT id FROM conversation c WHERE ${isBeyondAscii} ORDER BY id`).pluck().all() as number[];
  const reader = createConversationReader(db, createTermReader(db));
  const texts = createTextWriter(db);
  inTransaction(db, () => {
    for (let at = 0; at < ids.length; at += BLOCK) {
      for (const conversation of reader.byIds(ids.slice(at, at + BLOCK)))
        texts.put(conversation.id, toSearchText(conversation), false);
      texts.flush();
    }
    db.prepare(`INSERT OR REPLACE INTO sync_state VALUES ('search_text_form', ?)`).run(FORM);
  });
};
