// What the search sees of a conversation, and the one-time renewal of what an older version wrote.
import type { ConversationRecord } from '../model.ts';
import { toIndexedText } from '../search/fold.ts';
import { createConversationReader } from './conversation-read.ts';
import { type Db, inTransaction } from './open.ts';
import { createTermReader } from './terms.ts';

/** In the order of the columns of conversation_text, folded as the query is folded. */
export const toSearchText = (r: ConversationRecord): string[] => {
  const offers = r.destinations.flatMap((d) => d.offers);
  const line = (parts: (string | null)[]): string =>
    toIndexedText(parts.filter((part) => part !== null && part !== '-').join('\n'));
  return [
    line(offers.flatMap((o) => o.notes)),
    line(r.dispositionRemarks),
    line([r.csatFeedback]),
    line([r.customerFirstName, r.customerLastName, r.customerPhone, r.customerEmail]),
    line([...r.sessionTags, ...r.userTags].flatMap((tag) => [tag.name, tag.value])),
    line([r.conversationId, r.sessionId, r.lastIntentName, r.campaign?.campaignName ?? null]),
  ];
};

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
  const deleteText = db.prepare('DELETE FROM conversation_text WHERE rowid = ?');
  const insertText = db.prepare(
    'INSERT INTO conversation_text (rowid, notes, remarks, feedback, customer, tags, ids) VALUES (?, ?, ?, ?, ?, ?, ?)',
  );
  inTransaction(db, () => {
    for (let at = 0; at < ids.length; at += BLOCK)
      for (const conversation of reader.byIds(ids.slice(at, at + BLOCK))) {
        deleteText.run(conversation.id);
        insertText.run(conversation.id, ...toSearchText(conversation));
      }
    db.prepare(`INSERT OR REPLACE INTO sync_state VALUES ('search_text_form', ?)`).run(FORM);
  });
};
