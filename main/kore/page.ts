// The text of one 2xx answer to its raw rows. Owns the repair of almost-JSON and the reading of answers that hold no
// rows. Imports the contract's errors and zod. No text of an answer ever enters an error: it may hold customer data.
import { z } from 'zod';
import { AppError } from '../../preload/contract/errors.ts';

export type ParsedPage = {
  rows: unknown[];
  /** True when the text was not strict JSON, or held something nested so deep that it was cut off. */
  repaired: boolean;
  /** What the answer says of itself: documented nowhere, so at most a hint. */
  numResults: number | null;
};

const pageSchema = z.object({ data: z.array(z.unknown()) });

/** Deeper than this nothing is read and the values become null. Rows seen so far go 7 deep. */
const maxDepth = 64;

/**
 * Rows of an answer, undecoded: the `data` list, or the whole answer when it is a list. Integers that a double cannot
 * hold come as text with all their digits, since ids may be numbers. Control characters that stand raw inside a text
 * (some answers break lines in agents' notes) are repaired.
 *
 * Throws AppError: unexpected_response (not JSON, cut off, or no rows and no reason known), auth_rejected, throttled or
 * payload_encrypted when a 2xx answer says so instead of giving rows.
 */
export function parsePage(text: string): ParsedPage {
  const source = text.startsWith('\uFEFF') ? text.slice(1) : text;
  const strict = tryParse(source);
  const json = strict.ok ? source : escapeControls(source);
  const parsed = strict.ok ? strict : tryParse(json);
  if (!parsed.ok) {
    if (isCipherText(source.trim())) throw new AppError('payload_encrypted', sentences.payload_encrypted);
    throw new AppError(
      'unexpected_response',
      'The server sent an answer that is cut off or not valid JSON. Try again; if it happens again, check the host address.',
      { details: { characters: text.length } },
    );
  }
  const isCut = cutBelow(parsed.value, maxDepth);
  let value = parsed.value;
  if (mayHoldLongInteger.test(json)) {
    // The reviver calls itself once for each level, so it must not meet the nesting that was just cut off.
    if (isCut) {
      throw new AppError(
        'unexpected_response',
        'The server sent an answer that is nested too deeply to read. Try again; if it happens again, check the host address.',
        { details: { maxDepth } },
      );
    }
    value = parseWithSource(json, keepLongInteger);
  }
  return { rows: rowsOf(value), repaired: !strict.ok || isCut, numResults: numResultsOf(value) };
}

function tryParse(json: string): { ok: true; value: unknown } | { ok: false } {
  try {
    return { ok: true, value: JSON.parse(json) };
  } catch {
    // The parser's own message quotes the text, which must not get into a log.
    return { ok: false };
  }
}

// Sixteen digits are the fewest that can exceed 2^53. A match inside a text only costs a second parse.
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

/** Writes control characters inside strings as escapes. What stands outside strings stays as it is. */
function escapeControls(json: string): string {
  let out = '';
  let copiedTo = 0;
  let isInString = false;
  for (let at = 0; at < json.length; at += 1) {
    const code = json.charCodeAt(at);
    if (code === 0x22) isInString = !isInString;
    else if (isInString && code === 0x5c) {
      // A backslash before a raw line break escapes nothing: the pair becomes the line break.
      if (json.charCodeAt(at + 1) < 0x20) {
        out += json.slice(copiedTo, at);
        copiedTo = at + 1;
      } else at += 1;
    } else if (isInString && code < 0x20) {
      out += `${json.slice(copiedTo, at)}\\u${code.toString(16).padStart(4, '0')}`;
      copiedTo = at + 1;
    }
  }
  return copiedTo === 0 ? json : out + json.slice(copiedTo);
}

/** Sets every object or list below `levels` levels to null, in place; true when there was one. */
function cutBelow(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const container = value as Record<string, unknown>;
  let isCut = false;
  for (const name of Object.keys(container)) {
    const child = container[name];
    if (typeof child !== 'object' || child === null) continue;
    if (levels > 1) isCut = cutBelow(child, levels - 1) || isCut;
    else {
      container[name] = null;
      isCut = true;
    }
  }
  return isCut;
}

const numResultsSchema = z.object({ numResults: z.number() });

function numResultsOf(value: unknown): number | null {
  const page = numResultsSchema.safeParse(value);
  return page.success ? page.data.numResults : null;
}

function rowsOf(value: unknown): unknown[] {
  if (Array.isArray(value)) return value;
  const page = pageSchema.safeParse(value);
  if (page.success && page.data.data.length > 0) return page.data.data;
  const problem = readProblem(value);
  const code = classifyProblem(problem);
  if (!page.success && code === null && !problem.isExplicit && numResultsOf(value) === 0) return [];
  // An empty page may carry a harmless message ("no records"), but not a complaint.
  if (page.success && code === null && !problem.isExplicit) return page.data.data;
  throw problemError(problem, code ?? (isEncrypted(value) ? 'payload_encrypted' : 'unexpected_response'));
}

const wordSchema = z.union([z.string(), z.number()]).optional().catch(undefined);
const problemSchema = z.object({ msg: wordSchema, message: wordSchema, code: wordSchema });
const errorBodySchema = z.object({
  errors: z.unknown().optional(),
  error: z.unknown().optional(),
  msg: wordSchema,
  message: wordSchema,
  code: wordSchema,
});

/** Enough for any complaint, and keeps the patterns below quick on anything else. */
const maxProblemCharacters = 2000;

type Problem = { isExplicit: boolean; words: string; codes: string[] };

/** What an answer without rows complains of, in any of the shapes the platform uses. */
function readProblem(value: unknown): Problem {
  const body = errorBodySchema.safeParse(value);
  if (!body.success) return { isExplicit: false, words: '', codes: [] };
  const { errors, error } = body.data;
  const listed = [errors, error].flat().filter(Boolean);
  const words: unknown[] = [body.data.msg, body.data.message];
  const codes: unknown[] = [body.data.code];
  for (const entry of listed) {
    const problem = problemSchema.safeParse(entry);
    if (problem.success) {
      words.push(problem.data.msg, problem.data.message);
      codes.push(problem.data.code);
    } else if (typeof entry === 'string') words.push(entry);
  }
  return {
    isExplicit: listed.length > 0,
    words: words
      .filter((word) => word !== undefined)
      .join('\n')
      .slice(0, maxProblemCharacters),
    codes: codes.filter((code) => code !== undefined).map(String),
  };
}

const credentialWords =
  /credential|unauthori[sz]ed|not authori[sz]ed|authenticat|forbidden|access denied|\bjwt\b|\b(?:invalid|expired|missing)\W+(?:\w+\W+){0,2}(?:token|signature)\b|\b(?:token|signature)\W+(?:\w+\W+){0,2}(?:invalid|expired|missing)\b/i;

function classifyProblem(problem: Problem): 'auth_rejected' | 'throttled' | null {
  if (problem.codes.includes('4002') || credentialWords.test(problem.words)) return 'auth_rejected';
  return /rate.?limit/i.test(problem.words) ? 'throttled' : null;
}

const sentences = {
  auth_rejected:
    'The server refused the credential. Check the client id and secret (or the token), that the app has the API scope "SmartAssist Analytics", and that it is published.',
  throttled: 'The account has used up its requests for this minute. Wait a minute and try again.',
  payload_encrypted:
    'The server sends its answers encrypted. Use a JWT app without "Enforce Request and Response Payload Encryption".',
  unexpected_response:
    'The server answered without a list of conversations. Check the host address, the account id and the app id.',
};

function problemError(problem: Problem, code: keyof typeof sentences): AppError {
  const [serverCode] = problem.codes;
  const isPlainCode = serverCode !== undefined && /^\w{1,24}$/.test(serverCode);
  return new AppError(code, sentences[code], isPlainCode ? { details: { serverCode } } : {});
}

// What the platform's encrypted answers may call their parts.
const cipherNames = /^(?:encrypt\w*|enc|payload|cipher\w*|data|iv|key|aeskey|body)$/i;

/** Base64, base64url or hex (a compact JWE's dots included) long enough to be no id. */
const isCipherText = (text: string): boolean => text.length >= 128 && /^[\w+/=.-]+$/.test(text);

/** An object, perhaps one level down, or a bare text that carries cipher text instead of rows. */
function isEncrypted(value: unknown, levels = 2): boolean {
  if (typeof value === 'string') return isCipherText(value);
  if (levels === 0 || typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return Object.entries(value).some(
    ([name, child]) =>
      isEncrypted(child, levels - 1) ||
      (typeof child === 'string' && cipherNames.test(name) && child.length >= 32 && /^[\w+/=.-]+$/.test(child)),
  );
}
