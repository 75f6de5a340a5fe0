// What the search sees of a conversation, and how it gets into the full-text index. Opens no file: the thread that reads
// pages makes these texts as well.
import type { ConversationRecord } from '../model.ts';
import { toIndexedText } from '../search/fold.ts';
import type { Db } from './open.ts';

/** One text for each column of conversation_text, in order, folded as the query is folded. */
export type SearchText = readonly string[];
export const searchColumns = 6;

export const toSearchText = (r: ConversationRecord): SearchText => {
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

export type TextWriter = {
  /** Takes note of a conversation's text; `isNew` when the index cannot hold an earlier one. */
  put(id: number, text: SearchText, isNew: boolean): void;
  remove(id: number): void;
  /** Writes what was noted. Last in a transaction, see below. */
  flush(): void;
  /** Forgets what was noted: the transaction is rolled back. */
  reset(): void;
};

/**
 * Texts are written in one go. FTS5 gathers them in memory and turns them into a segment of its index at the end of the
 * transaction, but also before each statement that can be undone by itself (an insert with a trigger, INSERT OR
 * REPLACE): between such statements every conversation became a segment, and merging those cost more than all the rest.
 */
export const createTextWriter = (db: Db): TextWriter => {
  const insert = db.prepare(
    'INSERT INTO conversation_text (rowid, notes, remarks, feedback, customer, tags, ids) VALUES (?, ?, ?, ?, ?, ?, ?)',
  );
  const deleteText = db.prepare('DELETE FROM conversation_text WHERE rowid = ?');
  const noted = new Map<number, { text: SearchText; isNew: boolean }>();
  return {
    put: (id, text, isNew) => {
      noted.set(id, { text, isNew: isNew || noted.get(id)?.isNew === true });
    },
    remove: (id) => {
      noted.delete(id);
      deleteText.run(id);
    },
    flush: () => {
      for (const [id, { isNew }] of noted) if (!isNew) deleteText.run(id);
      for (const [id, { text }] of noted) insert.run(id, ...text);
      noted.clear();
    },
    reset: () => noted.clear(),
  };
};
