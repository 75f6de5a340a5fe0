// Reads what an answer without rows says, in every shape seen or reported for Kore.ai's public APIs, and makes it safe to
// quote. Pure; imports the tolerant JSON reader and wire's guard.
import { parseJsonText } from './json-text.ts';
import { isPlainObject } from './wire.ts';

export type ServerMessage = {
  /** All texts of the answer joined, for recognising a cause. May hold personal data: never show or log it. */
  text: string;
  /** The first code the answer names. */
  code: string | null;
  /** Every code the answer names. */
  codes: string[];
  isHtml: boolean;
};

/** An error in full stands within the first few hundred characters; a page of records is never read here. */
const longestReadChars = 20_000;

const collect = (part: unknown, texts: string[], codes: string[]): void => {
  if (typeof part === 'string') texts.push(part);
  if (!isPlainObject(part)) return;
  for (const key of ['msg', 'message']) if (typeof part[key] === 'string') texts.push(part[key]);
  if (typeof part.code === 'number' || typeof part.code === 'string') codes.push(String(part.code));
};

/** True for an HTML page: by how it begins, or by its content type unless it begins like JSON. */
export const isHtml = (contentType: string, body: string): boolean =>
  /^[\s\uFEFF]*<(!doctype|html|head|body|script|title|meta)\b/i.test(body) ||
  (/\bhtml\b/i.test(contentType) && !/^[\s\uFEFF]*[{["]/.test(body));

const readParsed = (parsed: unknown): ServerMessage => {
  const texts: string[] = [];
  const codes: string[] = [];
  if (isPlainObject(parsed)) {
    for (const part of [parsed.errors, parsed.error]) {
      for (const entry of [part].flat().slice(0, 3)) collect(entry, texts, codes);
    }
    collect(parsed, texts, codes);
  } else if (typeof parsed === 'string') {
    texts.push(parsed);
  }
  return { text: [...new Set(texts)].join('; '), code: codes[0] ?? null, codes, isHtml: false };
};

/**
 * Shapes: `errors: [{msg, code}]` (also with `message`, or plain strings), `error: {message, code}`, `error: "..."`,
 * `message`, `msg` and `code` at the top, a JSON string, raw text. Several at once are joined. HTML yields its text for
 * recognition only.
 */
export const readServerMessage = (contentType: string, body: string): ServerMessage => {
  const head = body.slice(0, longestReadChars);
  if (isHtml(contentType, body)) return { text: head, code: null, codes: [], isHtml: true };
  const parsed = parseJsonText(head);
  return readParsed(parsed === null ? head : parsed.value);
};

/** True when the body has an `error` or `errors` that is not empty. */
export const namesError = (body: Record<string, unknown>): boolean =>
  [body.errors, body.error].flat().filter(Boolean).length > 0;

/** What a 2xx body says beside no rows. When it is not `isCertain`, only known words make it an error. */
export type OkBodyMessage = { message: ServerMessage; isCertain: boolean };

/**
 * What the body of a 2xx answer says instead of rows, since some gateways answer every failure with status 200; null when
 * it has rows, is large, or says nothing. An empty page may carry a harmless message ("no records"), and an encrypted
 * answer a friendly one: neither is certain to be an error.
 */
export const readErrorInOkBody = (text: string): OkBodyMessage | null => {
  if (text.length > longestReadChars) return null;
  const body = parseJsonText(text)?.value;
  if (!isPlainObject(body)) return null;
  const { data } = body;
  if (Array.isArray(data) && data.length > 0) return null;
  const message = readParsed(body);
  if (message.text === '' && message.code === null) return null;
  const isEmptyPage = Array.isArray(data) || ((data ?? null) === null && body.numResults === 0);
  return { message, isCertain: namesError(body) || !(isEmptyPage || carriesCipherText(body)) };
};

// What the platform's encrypted answers may call their parts.
const cipherNames = /^(?:encrypt\w*|enc|payload|cipher\w*|data|iv|key|aeskey|body)$/i;
const cipherAlphabet = /^[\w+/=.-]+$/;

/**
 * True for cipher text in place of rows: base64, base64url or hex (a compact JWE's dots included) that is too long for
 * an id, bare, in an object, or one level down in it.
 */
export const carriesCipherText = (value: unknown, levels = 2): boolean => {
  if (typeof value === 'string') return value.length >= 128 && cipherAlphabet.test(value);
  if (levels === 0 || !isPlainObject(value)) return false;
  return Object.entries(value).some(
    ([name, child]) =>
      carriesCipherText(child, levels - 1) ||
      (typeof child === 'string' && cipherNames.test(name) && child.length >= 32 && cipherAlphabet.test(child)),
  );
};

/** Words of the request itself, which stay readable when the server quotes them. */
const requestWords =
  'startDate|endDate|timeZoneOffset|channels|queues|direction|selectedFields|offset|limit|auth|accountId|iId|appId|jti';
const quoteMarks = '["\'`\u201c\u201d\u2018\u2019]';
/** A quoted value, not an apostrophe: it opens after a space or bracket and closes before one or before punctuation. */
const quoted = new RegExp(
  `(?<=^|[\\s([{:=,])${quoteMarks}(?!(?:${requestWords})${quoteMarks}).*?${quoteMarks}(?=$|[\\s)\\]}:=,.;!?])`,
  'g',
);
/** Far more than is kept, and short enough for every pattern below. */
const longestQuotedChars = 2_000;

/**
 * At most 200 characters fit for a support desk: tags, quoted values, tokens, e-mail addresses, addresses of pages, long
 * ids and numbers of six digits and more are taken out, control and direction characters stripped. Best effort: a name
 * in plain words cannot be recognised, so this goes into details only, never into a sentence.
 */
export const sanitizeServerText = (text: string): string =>
  text
    .slice(0, longestQuotedChars)
    .replace(/<[^>]*>/g, ' ')
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ')
    .replace(/\b[\w-]{8,}\.[\w-]{8,}\.[\w-]*/g, '[token]')
    .replace(/\beyJ[\w-]*/g, '[token]')
    .replace(/[^\s@"'<>]+@[^\s@"'<>]+/g, '[e-mail]')
    .replace(/\bhttps?:\/\/\S+/gi, '[address]')
    .replace(quoted, '[value]')
    .replace(/(?=[\w+/=-]*\d)[\w+/=-]{16,}/g, '[id]')
    .replace(/\+?\d(?:[\s().\-/]*\d){5,}/g, '[number]')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, 200);
