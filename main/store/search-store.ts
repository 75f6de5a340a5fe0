// The part of a search that SQLite answers: words in the full-text index, and conversations by their ids. Everything else
// is the columnar index's.
import { foldId } from '../search/fold.ts';
import type { Db } from './open.ts';

export type TextTerm = { words: readonly string[]; isPrefix: boolean };

/** The ids of a conversation by which it can be asked for. */
export type ConversationIds = {
  id: number;
  key: string;
  sessionId: string | null;
  userId: string | null;
  channelUserId: string | null;
};

export type SearchStore = {
  /** Conversations that hold all of these terms; only those with an id from `first` to `last`, if that is given. */
  findText(terms: readonly TextTerm[], among?: { first: number; last: number }): Uint32Array;
  /** Conversations whose key or session id begins so. */
  findByIdPrefix(prefix: string): number[];
  idsOf(conversations: readonly number[]): ConversationIds[];
  /** By conversation id or session id, as show finds it. */
  findByAnyId(text: string): number | null;
};

/** Always quoted, so that nothing in it is read as an operator of FTS5. */
const toExpression = ({ words, isPrefix }: TextTerm): string =>
  `"${words.join(' ').replaceAll('"', '""')}"${isPrefix ? '*' : ''}`;

const BLANK = 32;
const ZERO = 48;

/** Whole numbers written in decimal with one blank between them. */
const readNumbers = (bytes: Uint8Array): Uint32Array => {
  const numbers = new Uint32Array((bytes.length + 1) >>> 1);
  let count = 0;
  let value = 0;
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at] as number;
    if (byte !== BLANK) value = value * 10 + byte - ZERO;
    else {
      numbers[count] = value;
      count += 1;
      value = 0;
    }
  }
  if (bytes.length > 0) {
    numbers[count] = value;
    count += 1;
  }
  return numbers.subarray(0, count);
};

export const createSearchStore = (db: Db): SearchStore => {
  // One value for all: half a million rows one by one take twice as long to hand over.
  const prepareText = (range: string) =>
    db
      .prepare(
        `SELECT CAST(group_concat(rowid, ' ') AS BLOB) FROM conversation_text WHERE conversation_text MATCH ?${range}`,
      )
      .pluck();
  const selectText = prepareText('');
  const selectTextAmong = prepareText(' AND rowid BETWEEN ? AND ?');
  const selectByPrefix = db
    .prepare(
      `SELECT id FROM conversation WHERE key >= @from AND key < @to
       UNION SELECT id FROM conversation WHERE session_id >= @from AND session_id < @to`,
    )
    .pluck();
  const selectIds = db.prepare(
    `SELECT id, key, session_id AS sessionId, user_id AS userId, channel_user_id AS channelUserId
     FROM conversation WHERE id IN (SELECT value FROM json_each(?))`,
  );
  const selectByAnyId = db
    .prepare('SELECT id FROM conversation WHERE key = ? OR session_id = ? ORDER BY key = ? DESC LIMIT 1')
    .pluck();
  return {
    findText(terms, among) {
      const expression = terms.map(toExpression).join(' AND ');
      const found = among ? selectTextAmong.get(expression, among.first, among.last) : selectText.get(expression);
      return found === null ? new Uint32Array(0) : readNumbers(found as Uint8Array);
    },
    findByIdPrefix(prefix) {
      // Ids are written in lower case, but not by every version of the API.
      const spellings = [...new Set([prefix, prefix.toLowerCase(), prefix.toUpperCase()])].filter(
        (p) => foldId(p) !== '',
      );
      return [
        ...new Set(spellings.flatMap((from) => selectByPrefix.all({ from, to: `${from}\u{10ffff}` }) as number[])),
      ];
    },
    idsOf: (conversations) => selectIds.all(JSON.stringify(conversations)) as ConversationIds[],
    findByAnyId: (text) => (selectByAnyId.get(text, text, text) as number | undefined) ?? null,
  };
};
