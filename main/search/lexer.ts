// Pure: cuts a query into its parts. Only this knows what a quotation mark, a minus or a bracket does to the characters
// around it; the parser sees parts, the completion the part under the cursor.
import { failAt } from './errors.ts';

export type Term = {
  kind: 'term';
  /** Where it begins, the minus included, and the first character behind it. */
  at: number;
  end: number;
  isNegated: boolean;
  field: string | null;
  /** Where the value begins. */
  valueAt: number;
  /** Without its quotation marks. */
  value: string;
  isQuoted: boolean;
};
export type Part =
  | Term
  | { kind: 'open'; at: number; end: number; isNegated: boolean }
  | { kind: 'close' | 'or' | 'and' | 'not'; at: number; end: number };

const operators = { OR: 'or', AND: 'and', NOT: 'not' } as const;
const isOperator = (word: string): word is keyof typeof operators => Object.hasOwn(operators, word);

const bare = /[^\s"()]+/y;
/** The value of a field: bare, quoted, or both (tag:tier="very gold"). */
const fieldValue = /(?:[^\s"()]|"[^"]*")+/y;
/** A number may have its area code in brackets. */
const phoneValue = /(?:[^\s"()]|\([^\s"()]*\)|"[^"]*")+/y;

const matchAt = (pattern: RegExp, text: string, at: number): string => {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0] ?? '';
};

/** Reads one part; null at the end. With `isTyping` an open quotation mark reaches to the end of the text. */
const readPart = (text: string, from: number, isTyping: boolean): Part | null => {
  let at = from;
  while (at < text.length && /\s/.test(text[at] ?? '')) at += 1;
  const first = text[at];
  if (first === undefined) return null;
  if (first === ')') return { kind: 'close', at, end: at + 1 };
  // Two minuses are one.
  const dashes = matchAt(/-+(?=\S)/y, text, at);
  const isNegated = dashes !== '';
  const start = at + dashes.length;
  if (text[start] === '(') return { kind: 'open', at, end: start + 1, isNegated };
  if (text[start] === ')')
    return { kind: 'term', at, end: start, isNegated: false, field: null, valueAt: at, value: '-', isQuoted: false };

  const closeQuote = (open: number): number => {
    const close = text.indexOf('"', open + 1);
    if (close >= 0) return close;
    if (isTyping) return text.length;
    throw failAt(at, 'this quotation mark is never closed.');
  };
  if (text[start] === '"') {
    const close = closeQuote(start);
    const value = text.slice(start + 1, close);
    return {
      kind: 'term',
      at,
      end: Math.min(close + 1, text.length),
      isNegated,
      field: null,
      valueAt: start,
      value,
      isQuoted: true,
    };
  }
  const word = matchAt(bare, text, start);
  const field = /^([A-Za-z]+):/.exec(word)?.[1]?.toLowerCase() ?? null;
  if (field === null) {
    const end = start + word.length;
    if (!isNegated && isOperator(word)) return { kind: operators[word], at, end };
    return { kind: 'term', at, end, isNegated, field: null, valueAt: start, value: word, isQuoted: false };
  }
  const valueAt = start + field.length + 1;
  let raw = matchAt(field === 'phone' ? phoneValue : fieldValue, text, valueAt);
  if (text[valueAt + raw.length] === '"') {
    closeQuote(valueAt + raw.length);
    raw = text.slice(valueAt);
  }
  const value = raw.replaceAll('"', '');
  return { kind: 'term', at, end: valueAt + raw.length, isNegated, field, valueAt, value, isQuoted: raw.includes('"') };
};

/** The parts of a query. Throws AppError invalid_input at a quotation mark that is never closed. */
export const cutQuery = (text: string): Part[] => {
  // FTS5 takes a NUL for the end of an expression.
  const clean = text.replaceAll('\0', ' ');
  const parts: Part[] = [];
  for (let part = readPart(clean, 0, false); part; part = readPart(clean, part.end, false)) parts.push(part);
  return parts;
};

/** The term that the cursor is in or right behind; null between terms. Never throws: the query is being typed. */
export const findTermAt = (text: string, cursor: number): Term | null => {
  for (let part = readPart(text, 0, true); part; part = readPart(text, part.end, true)) {
    if (part.at > cursor) return null;
    if (part.end < cursor) continue;
    // Right behind a bracket, or a closed quotation mark, something new begins.
    if (part.kind === 'term') return part;
    if (part.kind !== 'open' && part.kind !== 'close')
      return {
        kind: 'term',
        at: part.at,
        end: part.end,
        isNegated: false,
        field: null,
        valueAt: part.at,
        value: text.slice(part.at, part.end),
        isQuoted: false,
      };
  }
  return null;
};
