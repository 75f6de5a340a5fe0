// Reads one page of the API: parse, decode, hash, pack. Pure, and a step of its own, so that it runs in another thread than
// the one that writes. May import kore and the search text of the store.
import { hash } from 'node:crypto';
import type { Endpoint } from '../../preload/contract/conversation.ts';
import { AppError } from '../../preload/contract/errors.ts';
import { findZoneError } from '../kore/clock-check.ts';
import { type DecodedRow, decodeRow, startFromId } from '../kore/decode.ts';
import { parsePage } from '../kore/page.ts';
import type { ConversationRecord } from '../model.ts';
import { type SearchText, searchColumns, toSearchText } from '../store/search-text.ts';
import { packRaw, rawListMarks } from '../store/source-store.ts';

/** What the engine needs to know of a row to tell whether a window is whole. */
export type PageRow = { key: string; startedAtS: number | null; isBotOnly: boolean };
export type PageOutline = { rows: PageRow[]; numResults: number | null };

export type BadRow = {
  path: string;
  reason: string;
  sessionId: string | null;
  conversationId: string | null;
  rawText: string;
  rawHash: Uint8Array;
};

/**
 * A page as it is handed to the writer. Texts, because they cross threads at half of what objects cost; the bytes own
 * their memory and can be handed over whole.
 */
export type ReadPage = {
  endpoint: Endpoint;
  /** The records that could be read, as a JSON list of ConversationRecord. */
  records: string;
  /** Of each record in turn: the hash of the raw row, and the hash of the record's own JSON. */
  hashes: Uint8Array;
  /** The search texts of all records in turn, with TEXT_END between, which is in none of them. */
  texts: string;
  /** The raw rows as they are stored, in UTF-8 but not packed yet, and where each begins and ends. */
  raw: Uint8Array;
  rawBounds: Uint32Array;
  /** All raw rows as they are stored: a page mostly brings nothing but news. */
  packed: Uint8Array;
  bad: BadRow[];
};

export const HASH_BYTES = 16;
// Text of the API never holds it: see cleanText.
const TEXT_END = '\u0000';

export const digest = (data: string | Uint8Array): Buffer => hash('sha256', data, 'buffer').subarray(0, HASH_BYTES);

/** Puts texts behind one another into one buffer that grows as needed, and is used again by the next page. */
const createTextBuffer = () => {
  let buffer = Buffer.allocUnsafeSlow(1 << 19);
  let length = 0;
  return {
    reset: (): void => {
      length = 0;
    },
    /** Adds a text; gives its bytes, which are good until the next call. */
    add(text: string): Uint8Array {
      // No character of UTF-16 takes more than three bytes.
      const most = length + text.length * 3;
      if (most > buffer.length) {
        const larger = Buffer.allocUnsafeSlow(most * 2);
        buffer.copy(larger, 0, 0, length);
        buffer = larger;
      }
      const from = length;
      length += buffer.write(text, from);
      return buffer.subarray(from, length);
    },
    get length(): number {
      return length;
    },
    copy: (): Uint8Array => new Uint8Array(buffer.subarray(0, length)),
  };
};

const scratch = createTextBuffer();

/** A hundred times the richest row seen. What is larger would be in every list that shows it, and in every thread. */
const maxRowChars = 4 * 1024 * 1024;
const tooLarge: DecodedRow = {
  ok: false,
  path: '',
  reason: 'larger than 4 MiB',
  sessionId: null,
  conversationId: null,
};

/** Throws AppError: see parsePage; unexpected_response when the server answers in another time zone. */
export const readPage = (endpoint: Endpoint, text: string): { outline: PageOutline; page: ReadPage } => {
  const parsed = parsePage(text);
  const outline: PageRow[] = [];
  const bad: BadRow[] = [];
  const checkable: ConversationRecord[] = [];
  const records: string[] = [];
  const texts: SearchText[] = [];
  const rawBounds = new Uint32Array(parsed.rows.length * 2);
  const hashes = new Uint8Array(parsed.rows.length * 2 * HASH_BYTES);
  scratch.reset();
  for (const raw of parsed.rows) {
    const rawText = JSON.stringify(raw);
    const decoded = rawText.length > maxRowChars ? tooLarge : decodeRow(raw);
    if (!decoded.ok) {
      const { path, reason, sessionId, conversationId } = decoded;
      const rawHash = digest(rawText);
      bad.push({ path, reason, sessionId, conversationId, rawText, rawHash });
      const key = conversationId ?? sessionId ?? rawHash.toString('hex');
      outline.push({ key, startedAtS: null, isBotOnly: conversationId === null });
      continue;
    }
    const { record } = decoded;
    if (!decoded.warnings.includes(startFromId)) checkable.push(record);
    const json = JSON.stringify(record);
    const at = 2 * records.length;
    scratch.add(at === 0 ? rawListMarks.open : rawListMarks.between);
    rawBounds[at] = scratch.length;
    hashes.set(digest(scratch.add(rawText)), HASH_BYTES * at);
    rawBounds[at + 1] = scratch.length;
    hashes.set(digest(json), HASH_BYTES * (at + 1));
    records.push(json);
    texts.push(toSearchText(record));
    outline.push({ key: record.key, startedAtS: record.startedAtS, isBotOnly: record.conversationId === null });
  }
  const shiftS = findZoneError(checkable);
  if (shiftS !== null) {
    throw new AppError(
      'unexpected_response',
      `The server answers in a time zone of its own (${shiftS / 3600} hours from UTC), although UTC was asked for. Nothing was stored, because every time would be wrong. Please report this.`,
      { details: { shiftSeconds: shiftS } },
    );
  }
  scratch.add(records.length === 0 ? rawListMarks.open + rawListMarks.close : rawListMarks.close);
  const raw = scratch.copy();
  return {
    outline: { rows: outline, numResults: parsed.numResults },
    page: {
      endpoint,
      records: `[${records.join(',')}]`,
      hashes,
      texts: texts.map((columns) => columns.join(TEXT_END)).join(TEXT_END),
      raw,
      rawBounds,
      packed: new Uint8Array(packRaw(raw)),
      bad,
    },
  };
};

/** The raw row at a place of a page. */
export const rawRowAt = ({ raw, rawBounds }: ReadPage, index: number): Uint8Array =>
  raw.subarray(rawBounds[2 * index], rawBounds[2 * index + 1]);

/** The search texts of each record of a page. */
export const splitTexts = ({ texts }: ReadPage, records: number): ((index: number) => SearchText) => {
  const all = texts.split(TEXT_END);
  // Or conversations would be found by the words of others.
  if (records > 0 && all.length !== records * searchColumns) throw new Error('the search texts of a page do not match');
  return (index) => all.slice(index * searchColumns, (index + 1) * searchColumns);
};
