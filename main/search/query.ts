// Pure: the search language. Words are looked for in the text (all of them), "phrases" whole, prefix* by beginning,
// -word not at all; field:value narrows. An error says where the query goes wrong and what is expected there.
import { AppError } from '../../preload/contract/errors.ts';

export const textFields = [
  'agent',
  'queue',
  'channel',
  'status',
  'direction',
  'disposition',
  'bot',
  'intent',
  'survey',
  'customer',
  'phone',
  'email',
  'id',
] as const;
export type TextField = (typeof textFields)[number];
export const hasValues = ['callback', 'consult', 'transfer', 'voicemail', 'note', 'feedback', 'survey'] as const;
export const isValues = ['open', 'shadow', 'botonly'] as const;
const dateFields = ['after', 'before', 'on'] as const;
const allFields: readonly string[] = [...textFields, 'has', 'is', ...dateFields];

export type Filter =
  | { kind: 'text'; field: TextField; value: string; isNegated: boolean }
  | { kind: 'has'; value: (typeof hasValues)[number]; isNegated: boolean }
  | { kind: 'is'; value: (typeof isValues)[number]; isNegated: boolean }
  /** Started at or after, before: UTC epoch seconds. */
  | { kind: 'from'; atS: number }
  | { kind: 'to'; atS: number };

export type Query = {
  /** An FTS5 expression of the words looked for; null when there are none. */
  match: string | null;
  /** An FTS5 expression of the words that must not occur; null when there are none. */
  exclude: string | null;
  filters: Filter[];
};

type Token = { at: number; isNegated: boolean; field: string | null; value: string; isPhrase: boolean };

// [-][field:]"quoted" or [-][field:]bare; matches at every character that is no space.
const tokenPattern = /(-?)(?:([A-Za-z]+):)?(?:"([^"]*)("?)|([^\s"]*))/y;

const failAt = (at: number, sentence: string): AppError =>
  new AppError('invalid_input', `The search stops making sense at character ${at + 1}: ${sentence}`, {
    details: { at: at + 1 },
  });

const tokenize = (text: string): Token[] => {
  const tokens: Token[] = [];
  let at = 0;
  while (at < text.length) {
    if (/\s/.test(text[at] as string)) {
      at += 1;
      continue;
    }
    tokenPattern.lastIndex = at;
    const [whole = '', minus, field, quoted, closing, bare] = tokenPattern.exec(text) ?? [];
    if (whole === '') throw failAt(at, 'expected a word, a "phrase" or field:value.');
    if (quoted !== undefined && closing === '') throw failAt(at, 'this quotation mark is never closed.');
    tokens.push({
      at,
      isNegated: minus === '-',
      field: field?.toLowerCase() ?? null,
      value: quoted ?? bare ?? '',
      isPhrase: quoted !== undefined,
    });
    at += whole.length;
  }
  return tokens;
};

/** Edits it takes to turn one word into another (Levenshtein), to suggest the field that was meant. */
const distance = (a: string, b: string): number => {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1)
      next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + Number(a[i - 1] !== b[j - 1])));
    row = next;
  }
  return row[b.length] ?? 0;
};

const unknownField = (token: Token): AppError => {
  const field = token.field ?? '';
  const nearest = allFields.toSorted((a, b) => distance(field, a) - distance(field, b))[0] ?? '';
  const hint =
    distance(field, nearest) <= 2
      ? `Did you mean “${nearest}:”?`
      : `Fields are ${allFields.map((f) => `${f}:`).join(' ')}.`;
  return failAt(token.at, `there is no field “${field}:”. ${hint}`);
};

/** One word, phrase or beginning as FTS5 takes it: always quoted, so that nothing in it is read as an operator. */
const toMatchTerm = (token: Token): string => {
  const isPrefix = !token.isPhrase && token.value.endsWith('*');
  const word = isPrefix ? token.value.slice(0, -1) : token.value;
  if (isPrefix && word.length < 2) throw failAt(token.at, 'at least two letters are needed before *.');
  const quoted = `"${word.replaceAll('"', '""')}"`;
  return isPrefix ? `${quoted}*` : quoted;
};

/** FTS5 takes a NUL for the end of the expression. */
const withoutNul = (text: string): string => text.replaceAll(String.fromCharCode(0), ' ');

const hasSearchable = (token: Token): boolean => /[\p{L}\p{N}]/u.test(token.value);

/** Epoch seconds of a day's first instant and of the next day's, in the workspace's zone. Throws AppError. */
export type ParseDay = (text: string) => { fromS: number; toS: number };

const readDay = (token: Token, parseDay: ParseDay): { fromS: number; toS: number } => {
  try {
    return parseDay(token.value);
  } catch (error) {
    throw error instanceof AppError ? failAt(token.at, error.message) : error;
  }
};

/** Reads a query; an empty one means everything. Throws AppError invalid_input that names the character. */
export const parseQuery = (text: string, parseDay: ParseDay): Query => {
  const wanted: string[] = [];
  const unwanted: string[] = [];
  const filters: Filter[] = [];
  for (const token of tokenize(withoutNul(text))) {
    const { field, value, isNegated } = token;
    if (field === null) {
      if (hasSearchable(token)) (isNegated ? unwanted : wanted).push(toMatchTerm(token));
      continue;
    }
    if (!allFields.includes(field)) {
      if (value !== '') throw unknownField(token);
      // "Re: refund" is text with a colon in it.
      (isNegated ? unwanted : wanted).push(toMatchTerm({ ...token, value: field }));
      continue;
    }
    if (value.trim() === '') throw failAt(token.at, `“${field}:” wants a value right behind the colon.`);
    if ((textFields as readonly string[]).includes(field)) {
      filters.push({ kind: 'text', field: field as TextField, value, isNegated });
    } else if (field === 'has' || field === 'is') {
      const accepted: readonly string[] = field === 'has' ? hasValues : isValues;
      if (!accepted.includes(value.toLowerCase())) throw failAt(token.at, `“${field}:” takes ${accepted.join(', ')}.`);
      filters.push({ kind: field, value: value.toLowerCase(), isNegated } as Filter);
    } else {
      if (isNegated)
        throw failAt(token.at, `dates take no minus: write ${field === 'after' ? 'before' : 'after'}:${value}.`);
      const day = readDay(token, parseDay);
      if (field === 'on') filters.push({ kind: 'from', atS: day.fromS }, { kind: 'to', atS: day.toS });
      else filters.push(field === 'after' ? { kind: 'from', atS: day.fromS } : { kind: 'to', atS: day.fromS });
    }
  }
  if (text.trim() !== '' && wanted.length === 0 && unwanted.length === 0 && filters.length === 0)
    throw failAt(0, 'there is no letter or digit to look for. Leave the search empty to find everything.');
  if (wanted.length === 0 && unwanted.length > 0 && filters.length === 0)
    throw new AppError(
      'invalid_input',
      'A search of only unwanted words matches almost everything. Add a word or a field to look for.',
    );
  return {
    match: wanted.length > 0 ? wanted.join(' AND ') : null,
    exclude: unwanted.length > 0 ? unwanted.join(' OR ') : null,
    filters,
  };
};
