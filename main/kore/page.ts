// The text of one 2xx answer to its raw rows. The client has already refused an answer that names an error: see
// failure.ts. Imports the contract's errors and kore. No text of an answer ever enters an error: it may hold customer data.
import { AppError } from '../../preload/contract/errors.ts';
import { payloadEncryptedError } from './failure.ts';
import { parseJsonText } from './json-text.ts';
import { carriesCipherText, namesError } from './server-message.ts';
import { isPlainObject } from './wire.ts';

export type ParsedPage = {
  rows: unknown[];
  /** What the answer says of itself: documented nowhere, so at most a hint. */
  numResults: number | null;
};

/** The text of an answer, without a byte order mark, which JSON.parse refuses. */
export function textOfBody(body: Uint8Array): string {
  const text = Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8');
  return text.startsWith('\uFEFF') ? text.slice(1) : text;
}

/** Deeper than this nothing is read and the values become null. Rows seen so far go 7 deep. */
const maxDepth = 64;

/** A hundred pages: a server may give more rows than it was asked for, but what gives so many is none. */
const maxRows = 10_000;

/**
 * Rows of an answer, undecoded: the `data` list, or the whole answer when it is a list. No `data` is an empty page when
 * `numResults` is 0. Integers that a double cannot hold come as text with all their digits, since ids may be numbers. Raw
 * control characters inside a text are repaired.
 *
 * Throws AppError: unexpected_response (not JSON, cut off, no rows, or an error beside none) or payload_encrypted.
 */
export function parsePage(text: string): ParsedPage {
  const parsed = parseJsonText(text);
  if (parsed === null) {
    throw unexpected(
      'The server sent an answer that is cut off or not valid JSON. Try again; if it happens again, check the host address.',
      { characters: text.length },
    );
  }
  const found: Found = { isCut: false, hasLongInteger: false };
  if (typeof parsed.value === 'object' && parsed.value !== null) inspect(parsed.value, maxDepth, found);
  // The reviver calls itself once for each level, so it must not meet the nesting that was just cut off.
  if (found.isCut && mayHoldLongInteger.test(parsed.json)) {
    throw unexpected(
      'The server sent an answer that is nested too deeply to read. Try again; if it happens again, check the host address.',
      { maxDepth },
    );
  }
  return readPage(found.hasLongInteger ? parseWithSource(parsed.json, keepLongInteger) : parsed.value);
}

const unexpected = (sentence: string, details: Record<string, number> = {}): AppError =>
  new AppError('unexpected_response', sentence, { details });

function readPage(value: unknown): ParsedPage {
  const body = isPlainObject(value) ? value : {};
  const numResults = typeof body.numResults === 'number' ? body.numResults : null;
  const isEmpty = (body.data ?? null) === null && numResults === 0 && !carriesCipherText(body);
  const rows = Array.isArray(value) ? value : isEmpty ? [] : body.data;
  if (Array.isArray(rows) && rows.length > maxRows) {
    throw unexpected(
      'The server sent a hundred times as many conversations as were asked for. Check the host address; if it is right, please report this.',
      { rows: rows.length },
    );
  }
  if (Array.isArray(rows) && (rows.length > 0 || !namesError(body))) return { rows, numResults };
  if (carriesCipherText(value)) throw payloadEncryptedError();
  throw unexpected(
    'The server answered without a list of conversations. Check the host address, the account ID and the app ID.',
  );
}

// Sixteen digits are the fewest that can exceed 2^53.
const mayHoldLongInteger = /(?:^|[\s:,[])-?\d{16}/;

// TypeScript's own type of JSON.parse does not know the reviver's third argument yet.
const parseWithSource = JSON.parse as (
  json: string,
  reviver: (name: string, value: unknown, context: { source?: string }) => unknown,
) => unknown;

function keepLongInteger(_name: string, value: unknown, context: { source?: string }): unknown {
  if (typeof value !== 'number' || Number.isSafeInteger(value)) return value;
  const { source } = context;
  return source !== undefined && /^-?\d+$/.test(source) ? source : value;
}

type Found = {
  /** Something stood too deep and was set to null. */
  isCut: boolean;
  /** A number is beyond what a double holds exactly. */
  hasLongInteger: boolean;
};

/** Sets every object or list below `levels` levels to null, in place, and notes what it finds on the way. */
function inspect(value: object, levels: number, found: Found): void {
  const container = value as Record<string, unknown>;
  for (const name of Object.keys(container)) {
    const child = container[name];
    if (typeof child === 'object' && child !== null) {
      if (levels > 1) inspect(child, levels - 1, found);
      else {
        container[name] = null;
        found.isCut = true;
      }
    } else if (typeof child === 'number' && Math.abs(child) > Number.MAX_SAFE_INTEGER) found.hasLongInteger = true;
  }
}
