// Reads one page of the API: parse, decode, hash, pack. Pure, and a step of its own, so that it runs in another thread than
// the one that writes. May import kore and the search text of the store.
import { hash } from 'node:crypto';
import type { Endpoint } from '../../preload/contract/conversation.ts';
import { AppError } from '../../preload/contract/errors.ts';
import { findZoneError } from '../kore/clock-check.ts';
import { decodeRow, startFromId } from '../kore/decode.ts';
import { parsePage } from '../kore/page.ts';
import type { ConversationRecord } from '../model.ts';
import { type SearchText, toSearchText } from '../store/search-text.ts';
import { packRawRows } from '../store/source-store.ts';

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
 * A page as it is handed to the writer. Texts, because they cross threads at a fraction of what objects cost; the bytes own
 * their memory and can be handed over whole.
 */
export type ReadPage = {
  endpoint: Endpoint;
  /** The records that could be read, as a JSON list of ConversationRecord. */
  records: string;
  /** Of each record in turn: the hash of the raw row, and the hash of the record's own JSON. */
  hashes: Uint8Array;
  texts: SearchText[];
  /** The raw rows in UTF-8, one after another, and where each ends. */
  raw: Uint8Array;
  rawEnds: number[];
  /** All raw rows as they are stored: a page mostly brings nothing but news. */
  packed: Uint8Array;
  bad: BadRow[];
};

export const HASH_BYTES = 16;

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

/** Throws AppError: see parsePage; unexpected_response when the server answers in another time zone. */
export const readPage = (endpoint: Endpoint, text: string): { outline: PageOutline; page: ReadPage } => {
  const parsed = parsePage(text);
  const outline: PageRow[] = [];
  const bad: BadRow[] = [];
  const checkable: ConversationRecord[] = [];
  const records: string[] = [];
  const texts: SearchText[] = [];
  const rawEnds: number[] = [];
  const hashes = new Uint8Array(parsed.rows.length * 2 * HASH_BYTES);
  scratch.reset();
  for (const raw of parsed.rows) {
    const rawText = JSON.stringify(raw);
    const decoded = decodeRow(raw);
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
    hashes.set(digest(scratch.add(rawText)), 2 * HASH_BYTES * records.length);
    hashes.set(digest(json), 2 * HASH_BYTES * records.length + HASH_BYTES);
    rawEnds.push(scratch.length);
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
  const raw = scratch.copy();
  return {
    outline: { rows: outline, numResults: parsed.numResults },
    page: {
      endpoint,
      records: `[${records.join(',')}]`,
      hashes,
      texts,
      raw,
      rawEnds,
      packed: new Uint8Array(packRawRows(sliceRows(raw, rawEnds))),
      bad,
    },
  };
};

/** The raw rows of a page that are wanted, in order. */
export const sliceRows = (raw: Uint8Array, ends: readonly number[], isWanted = (_: number) => true): Uint8Array[] =>
  ends.flatMap((end, index) => (isWanted(index) ? [raw.subarray(ends[index - 1] ?? 0, end)] : []));
