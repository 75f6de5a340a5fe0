// Pure: the search language. Words are looked for in the text (all of them), "phrases" whole, prefix* by beginning, -word
// not at all, OR and parentheses as everywhere; field:value narrows. An error says where the query goes wrong and what is
// expected there. docs/search.md is its description.
import { AppError } from '../../preload/contract/errors.ts';
import { entryOutcomes } from '../metrics/outcomes.ts';
import {
  contactFields,
  dateFields,
  hasValues,
  isValues,
  keyOf,
  numberFields,
  type QueryNode,
  valueFields,
} from './ast.ts';
import { failAt, findNearest } from './errors.ts';
import { fold, foldId, foldPhone, hasSpaceless, tokensOf } from './fold.ts';
import { cutQuery, type Part, type Term } from './lexer.ts';
import { type DayContext, readComparison, readTime } from './values.ts';

/** Every field of the language, in the order in which it is explained. */
export const allFields: readonly string[] = [
  ...valueFields,
  ...numberFields,
  'tag',
  'has',
  'is',
  ...contactFields,
  ...dateFields,
];

/** More than anybody types; keeps the longest search short. */
const MAX_TERMS = 64;
const MAX_DEPTH = 40;

const includes = <T extends string>(list: readonly T[], text: string): text is T =>
  (list as readonly string[]).includes(text);

const unknownField = (term: Term, field: string): AppError => {
  const nearest = findNearest(field, allFields);
  const hint = nearest ? `Did you mean “${nearest}:”?` : `Fields are ${allFields.map((f) => `${f}:`).join(' ')}.`;
  return failAt(term.at, `there is no field “${field}:”. ${hint} To look for the text itself, put it in quotes.`);
};

const choose = <T extends string>(term: Term, choices: readonly T[], value: string): T => {
  const found = choices.find((choice) => choice === value);
  if (found !== undefined) return found;
  const nearest = findNearest(value, choices);
  throw failAt(
    term.at,
    `“${term.field}:” takes ${choices.join(', ')}.${nearest === null ? '' : ` Did you mean “${nearest}”?`}`,
  );
};

const wantDigits = (term: Term, value: string): string => {
  if (foldPhone(value).length < 3) throw failAt(term.at, '“phone:” wants at least three digits.');
  return value;
};

/** A word that is an id or a telephone number is also looked for as one, whatever dashes and brackets it has. */
const readWord = (term: Term): QueryNode | null => {
  const isPrefix = !term.isQuoted && term.value.endsWith('*');
  const words = tokensOf(term.value);
  const last = words.at(-1);
  if (last === undefined) return null;
  if (isPrefix && [...last].length < 2 && !hasSpaceless(last))
    throw failAt(term.at, 'at least two letters are needed before *.');
  const text: QueryNode = { kind: 'text', words, isPrefix };
  if (term.isQuoted || isPrefix) return text;
  const isPhone = /^\+?[\d().\-/]+$/.test(term.value) && !/^\d{4}-\d{2}-\d{2}$/.test(term.value);
  const digits = foldPhone(term.value).length;
  if (isPhone && digits >= 7 && digits <= 15)
    return { kind: 'or', nodes: [text, { kind: 'contact', field: 'phone', value: term.value }] };
  if (/^[a-z]{0,2}[0-9a-f]{24,36}$/.test(foldId(term.value)))
    return { kind: 'or', nodes: [text, { kind: 'contact', field: 'id', value: term.value }] };
  return text;
};

const readValueField = (term: Term, field: (typeof valueFields)[number]): QueryNode => {
  const isExact = term.value.startsWith('=');
  const value = fold(isExact ? term.value.slice(1) : term.value).trim();
  if (value === '') throw failAt(term.at, `“${field}:” wants a value right behind the colon.`);
  if (field === 'handled' && !isExact && (value === 'yes' || value === 'no')) {
    const flag: QueryNode = { kind: 'flag', flag: 'handled' };
    return value === 'yes' ? flag : { kind: 'not', node: flag };
  }
  if (field === 'outcome') choose(term, entryOutcomes, value);
  return { kind: 'value', field, value, isExact: isExact || field === 'outcome' };
};

const readField = (term: Term, field: string, context: DayContext): QueryNode => {
  const { value } = term;
  if (!allFields.includes(field)) throw unknownField(term, field);
  if (value.trim() === '') throw failAt(term.at, `“${field}:” wants a value right behind the colon.`);
  if (includes(valueFields, field)) return readValueField(term, field);
  if (includes(numberFields, field)) return readComparison(field, value.trim(), term.at);
  if (includes(dateFields, field)) return readTime(field, value.trim(), term.at, context);
  if (field === 'has') return { kind: 'flag', flag: choose(term, hasValues, value.toLowerCase()) };
  if (field === 'is') return { kind: 'flag', flag: choose(term, isValues, value.toLowerCase()) };
  if (field === 'tag') {
    const [name = '', ...rest] = value.split('=');
    if (name.trim() === '') throw failAt(term.at, '“tag:” wants a name, or name=value.');
    return { kind: 'tag', name: fold(name).trim(), value: rest.length === 0 ? null : fold(rest.join('=')).trim() };
  }
  if (field === 'phone') wantDigits(term, value);
  if (field === 'id' && foldId(value) === '') throw failAt(term.at, '“id:” wants letters or digits.');
  return { kind: 'contact', field: field as (typeof contactFields)[number], value: value.trim() };
};

const negate = (node: QueryNode | null, isNegated: boolean): QueryNode | null =>
  node !== null && isNegated ? { kind: 'not', node } : node;

const join = (kind: 'and' | 'or', nodes: readonly QueryNode[]): QueryNode => {
  const flat = nodes.flatMap((node) => (node.kind === kind ? node.nodes : [node]));
  const distinct = [...new Map(flat.map((node) => [keyOf(node), node])).values()];
  const [only] = distinct;
  return distinct.length === 1 && only ? only : { kind, nodes: distinct };
};

const createParser = (parts: readonly Part[], context: DayContext) => {
  let next = 0;
  let depth = 0;
  let ignoredAt: number | null = null;
  const terms = new Set<string>();
  const peek = (): Part | undefined => parts[next];

  const readTerm = (term: Term): QueryNode | null => {
    const { field, value } = term;
    // "Re: refund" is text with a colon in it.
    const isText = field === null || (value === '' && !term.isQuoted && !allFields.includes(field));
    const node = isText ? readWord(field === null ? term : { ...term, value: field }) : readField(term, field, context);
    if (node === null) ignoredAt ??= term.at;
    else {
      terms.add(keyOf(node));
      if (terms.size > MAX_TERMS) throw failAt(term.at, `a search takes at most ${MAX_TERMS} words and fields.`);
    }
    return negate(node, term.isNegated);
  };

  /** Null: nothing in it can be looked for (marks alone). */
  const readUnary = (): QueryNode | null => {
    const part = peek();
    if (!part) throw failAt(parts.at(-1)?.end ?? 0, 'expected a word, a "phrase" or field:value.');
    next += 1;
    if (part.kind === 'term') return readTerm(part);
    if (part.kind === 'not') {
      const following = peek();
      if (!following || (following.kind !== 'term' && following.kind !== 'open' && following.kind !== 'not'))
        throw failAt(part.at, 'NOT wants a word behind it. To look for the word itself, write "not".');
      depth += 1;
      if (depth > MAX_DEPTH) throw failAt(part.at, 'this is nested too deeply.');
      const negated = negate(readUnary(), true);
      depth -= 1;
      return negated;
    }
    if (part.kind === 'open') {
      depth += 1;
      if (depth > MAX_DEPTH) throw failAt(part.at, 'this is nested too deeply.');
      if (peek()?.kind === 'close') throw failAt(part.at, 'there is nothing between these parentheses.');
      const inside = readOr();
      if (peek()?.kind !== 'close') throw failAt(part.at, 'this parenthesis is never closed.');
      next += 1;
      depth -= 1;
      return negate(inside, part.isNegated);
    }
    if (part.kind === 'close')
      throw failAt(part.at, 'this parenthesis closes nothing. To look for a mark is not possible.');
    throw failAt(
      part.at,
      `${part.kind.toUpperCase()} wants a word on both sides. To look for the word itself, write "${part.kind}".`,
    );
  };

  const readAnd = (): QueryNode | null => {
    const nodes: QueryNode[] = [];
    for (let part = peek(); part && part.kind !== 'or' && part.kind !== 'close'; part = peek()) {
      if (part.kind === 'and') {
        const before = parts[next - 1];
        const after = parts[next + 1];
        const isBetween =
          (before?.kind === 'term' || before?.kind === 'close') &&
          (after?.kind === 'term' || after?.kind === 'open' || after?.kind === 'not');
        if (!isBetween)
          throw failAt(part.at, 'AND wants a word on both sides. To look for the word itself, write "and".');
        next += 1;
        continue;
      }
      const node = readUnary();
      if (node) nodes.push(node);
    }
    return nodes.length === 0 ? null : join('and', nodes);
  };

  const readOr = (): QueryNode | null => {
    const first = readAnd();
    if (peek()?.kind !== 'or') return first;
    const nodes: (QueryNode | null)[] = [first];
    while (peek()?.kind === 'or') {
      const at = peek()?.at ?? 0;
      next += 1;
      nodes.push(readAnd());
      if (nodes.includes(null))
        throw failAt(at, 'OR wants a word on both sides. To look for the word itself, write "or".');
    }
    return join(
      'or',
      nodes.filter((node) => node !== null),
    );
  };

  return (): QueryNode => {
    const node = readOr();
    const rest = peek();
    if (rest) throw failAt(rest.at, 'this parenthesis closes nothing.');
    if (node) return node;
    if (ignoredAt !== null)
      throw failAt(
        ignoredAt,
        'there is no letter or digit here to look for. Leave the search empty to find everything.',
      );
    return { kind: 'all' };
  };
};

const isUnwantedWord = (node: QueryNode): boolean =>
  node.kind === 'not' &&
  (node.node.kind === 'text' || (node.node.kind === 'or' && node.node.nodes[0]?.kind === 'text'));

/** Reads a query. Throws AppError invalid_input that names the character. */
export const parseQuery = (text: string, context: DayContext): QueryNode => {
  const node = createParser(cutQuery(text), context)();
  if (isUnwantedWord(node) || (node.kind === 'and' && node.nodes.every(isUnwantedWord)))
    throw new AppError(
      'invalid_input',
      'A search of only unwanted words matches almost everything. Add a word or a field to look for.',
    );
  return node;
};
