// Reads what an error answer says, in every shape seen or reported for Kore.ai's public APIs, and makes it safe to
// quote. Pure; imports nothing.

export type ServerMessage = {
  /** All texts of the answer joined, for recognising a cause. May hold personal data: never show or log it. */
  text: string;
  /** The first code the answer names. */
  code: string | null;
  /** Every code the answer names. */
  codes: string[];
  isHtml: boolean;
};

type JsonObject = Record<string, unknown>;
const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** An error in full stands within the first few hundred characters; a page of records is never read here. */
const longestReadChars = 20_000;

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

const collect = (part: unknown, texts: string[], codes: string[]): void => {
  if (typeof part === 'string') texts.push(part);
  if (!isObject(part)) return;
  for (const key of ['msg', 'message']) if (typeof part[key] === 'string') texts.push(part[key]);
  if (typeof part.code === 'number' || typeof part.code === 'string') codes.push(String(part.code));
};

/** True for an HTML page: by how it begins, or by its content type unless it begins like JSON. */
export const isHtml = (contentType: string, body: string): boolean =>
  /^[\s\uFEFF]*<(!doctype|html|head|body|script|title|meta)\b/i.test(body) ||
  (/\bhtml\b/i.test(contentType) && !/^[\s\uFEFF]*[{["]/.test(body));

/**
 * Shapes: `errors: [{msg, code}]` (also with `message`, or plain strings), `error: {message, code}`, `error: "..."`,
 * `message`, `msg` and `code` at the top, a JSON string, raw text. Several at once are joined. HTML yields its text for
 * recognition only.
 */
export const readServerMessage = (contentType: string, body: string): ServerMessage => {
  const head = body.slice(0, longestReadChars);
  if (isHtml(contentType, body)) return { text: head, code: null, codes: [], isHtml: true };
  const parsed = parseJson(head);
  const texts: string[] = [];
  const codes: string[] = [];
  if (isObject(parsed)) {
    for (const entry of Array.isArray(parsed.errors) ? parsed.errors.slice(0, 3) : [parsed.errors]) {
      collect(entry, texts, codes);
    }
    collect(parsed.error, texts, codes);
    collect(parsed, texts, codes);
  } else if (typeof parsed === 'string') {
    texts.push(parsed);
  } else if (parsed === undefined) {
    texts.push(head);
  }
  return { text: [...new Set(texts)].join('; '), code: codes[0] ?? null, codes, isHtml: false };
};

/**
 * The error inside a 2xx answer, or null when the body is rows, is large, or names no error. Some gateways answer every
 * failure with status 200.
 */
export const readErrorInOkBody = (body: string): ServerMessage | null => {
  if (body.length > longestReadChars) return null;
  const parsed = parseJson(body);
  if (!isObject(parsed)) return null;
  const hasRows = Object.entries(parsed).some(([key, value]) => key !== 'errors' && Array.isArray(value));
  const message = readServerMessage('application/json', body);
  return hasRows || (message.text === '' && message.code === null) ? null : message;
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
