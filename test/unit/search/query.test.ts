// The search language: what a query means, and where it is said to go wrong.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { entryOutcomes } from '../../../main/metrics/outcomes.ts';
import {
  contactFields,
  dateFields,
  hasValues,
  isValues,
  numberFields,
  type QueryNode,
  valueFields,
} from '../../../main/search/ast.ts';
import { completeField, findTypedPart, quoteValue } from '../../../main/search/complete.ts';
import { toIndexedText, tokensOf } from '../../../main/search/fold.ts';
import { findMarks, makeSnippet, wantedPhrases } from '../../../main/search/highlight.ts';
import { allFields, parseQuery } from '../../../main/search/query.ts';
import { AppError } from '../../../preload/contract/errors.ts';
import { daysIn } from '../../support/search-index.ts';

const nowMs = Date.UTC(2025, 9, 15, 12);
const parse = (text: string): QueryNode => parseQuery(text, daysIn('Europe/Berlin', nowMs));
const seconds = (iso: string): number => Date.parse(iso) / 1000;
const failure = (text: string): AppError => {
  try {
    parse(text);
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  throw new Error(`“${text}” was taken`);
};

const word = (...words: string[]): QueryNode => ({ kind: 'text', words, isPrefix: false });
const prefix = (...words: string[]): QueryNode => ({ kind: 'text', words, isPrefix: true });
const and = (...nodes: QueryNode[]): QueryNode => ({ kind: 'and', nodes });
const or = (...nodes: QueryNode[]): QueryNode => ({ kind: 'or', nodes });
const not = (node: QueryNode): QueryNode => ({ kind: 'not', node });
const number = (field: 'aht' | 'csat' | 'nps', operator: '<' | '<=' | '>' | '>=' | '=', value: number): QueryNode => ({
  kind: 'number',
  field,
  operator,
  value,
});

describe('words', () => {
  test.each<[string, QueryNode]>([
    ['', { kind: 'all' }],
    ['   ', { kind: 'all' }],
    ['refund', word('refund')],
    ['Refund CARD', and(word('refund'), word('card'))],
    ['refund refund', word('refund')],
    ['"credit card"', word('credit', 'card')],
    ['credit-card', word('credit', 'card')],
    ['ref*', prefix('ref')],
    ['退*', prefix('退')],
    ['退款', word('退', '款')],
    ['refund -card', and(word('refund'), not(word('card')))],
    ['refund --card', and(word('refund'), not(word('card')))],
    ['refund NOT card', and(word('refund'), not(word('card')))],
    ['a"b"c', and(word('a'), word('b'), word('c'))],
    ['this OR that', or(word('this'), word('that'))],
    ['a b OR c', or(and(word('a'), word('b')), word('c'))],
    ['a (b OR c)', and(word('a'), or(word('b'), word('c')))],
    ['a AND b', and(word('a'), word('b'))],
    ['-(a OR b) c', and(not(or(word('a'), word('b'))), word('c'))],
    ['NOT NOT a', not(not(word('a')))],
    // Only capitals are operators, and only outside of quotes.
    ['this or that', and(word('this'), word('or'), word('that'))],
    ['"OR"', word('or')],
    ['^notes +x {y}', and(word('notes'), word('x'), word('y'))],
    ['"a*"', word('a')],
    // Nothing to look for in a mark.
    ['refund - ! * ??', word('refund')],
    ['Re: refund', and(word('re'), word('refund'))],
    ['10:30', word('10', '30')],
    [`nul${String.fromCharCode(0)}inside`, and(word('nul'), word('inside'))],
    ['Ångström', word('angstrom')],
    [
      '+1-555-010-0123',
      or(word('1', '555', '010', '0123'), { kind: 'contact', field: 'phone', value: '+1-555-010-0123' }),
    ],
    ['2025-09-30', word('2025', '09', '30')],
    [
      '68a1b2c3d4e5f60718293a4b',
      or(word('68a1b2c3d4e5f60718293a4b'), { kind: 'contact', field: 'id', value: '68a1b2c3d4e5f60718293a4b' }),
    ],
  ])('%j', (text, node) => {
    expect(parse(text)).toEqual(node);
  });

  test('only unwanted ones are refused, unless something else narrows the search', () => {
    for (const text of ['-refund', '-a -"b c"', 'NOT refund', '-5550100'])
      expect(failure(text).message).toMatch(/only unwanted words .*Add a word or a field/);
    expect(parse('agent:ana -refund')).toEqual(
      and({ kind: 'value', field: 'agent', value: 'ana', isExact: false }, not(word('refund'))),
    );
    expect(parse('-agent:ana')).toEqual(not({ kind: 'value', field: 'agent', value: 'ana', isExact: false }));
  });

  test('are cut by the full-text index exactly as here', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 30 }), (text) => {
        // What the index is given has nothing in it that it could cut otherwise: a second pass changes nothing.
        const tokens = tokensOf(text);
        expect(tokensOf(toIndexedText(text))).toEqual(tokens);
        for (const token of tokens) expect(token).toMatch(/^[\p{L}\p{N}\u3099\u309a]+$/u);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('fields', () => {
  test.each(valueFields.filter((field) => field !== 'outcome').map((field) => [field]))(
    '%s: takes a word, a phrase, a whole value and a minus, in any case',
    (field) => {
      const value = (text: string, isExact = false): QueryNode => ({ kind: 'value', field, value: text, isExact });
      expect(parse(`${field}:Ana`)).toEqual(value('ana'));
      expect(parse(`-${field.toUpperCase()}:"Ana B"`)).toEqual(not(value('ana b')));
      expect(parse(`${field}:="Ana B"`)).toEqual(value('ana b', true));
      expect(parse(`${field}:a:b`)).toEqual(value('a:b'));
    },
  );
  test('outcome: takes the outcomes of the metrics', () => {
    for (const outcome of entryOutcomes)
      expect(parse(`outcome:${outcome.toUpperCase()}`)).toEqual({
        kind: 'value',
        field: 'outcome',
        value: outcome,
        isExact: true,
      });
    expect(failure('outcome:abandonned').message).toMatch(/takes callback, answered.* Did you mean “abandoned”\?/);
  });
  test.each<[string, QueryNode]>([
    ['aht:>600', number('aht', '>', 600)],
    ['AHT:<=10m', number('aht', '<=', 600)],
    ['aht:1:30', number('aht', '=', 90)],
    ['aht:>=1h', number('aht', '>=', 3600)],
    ['aht:60..2m', and(number('aht', '>=', 60), number('aht', '<=', 120))],
    ['csat:<=2', number('csat', '<=', 2)],
    ['csat:4.5', number('csat', '=', 4.5)],
    ['nps:>=9', number('nps', '>=', 9)],
    ['liked:yes', { kind: 'number', field: 'liked', operator: '=', value: 1 }],
    ['liked:no', { kind: 'number', field: 'liked', operator: '=', value: 0 }],
    ['handled:yes', { kind: 'flag', flag: 'handled' }],
    ['handled:no', not({ kind: 'flag', flag: 'handled' })],
    ['tag:tier', { kind: 'tag', name: 'tier', value: null }],
    ['tag:Tier=GOLD', { kind: 'tag', name: 'tier', value: 'gold' }],
    ['tag:tier="very gold"', { kind: 'tag', name: 'tier', value: 'very gold' }],
    ['tag:a=b=c', { kind: 'tag', name: 'a', value: 'b=c' }],
    ['tag:"a b"=', { kind: 'tag', name: 'a b', value: '' }],
    ['phone:(555)010-0123', { kind: 'contact', field: 'phone', value: '(555)010-0123' }],
    ['(phone:5550100)', { kind: 'contact', field: 'phone', value: '5550100' }],
    ['customer:"Zoe A"', { kind: 'contact', field: 'customer', value: 'Zoe A' }],
  ])('%s', (text, node) => {
    expect(parse(text)).toEqual(node);
  });
  test('has: and is: take their words', () => {
    for (const flag of hasValues) expect(parse(`-has:${flag.toUpperCase()}`)).toEqual(not({ kind: 'flag', flag }));
    for (const flag of isValues) expect(parse(`is:${flag}`)).toEqual({ kind: 'flag', flag });
  });
  const time = (from: string | null, to: string | null): QueryNode => ({
    kind: 'time',
    fromS: from === null ? null : seconds(from),
    toS: to === null ? null : seconds(to),
  });
  test.each<[string, QueryNode]>([
    // Berlin is two hours ahead of UTC in summer.
    ['after:2025-09-30', time('2025-09-29T22:00:00Z', null)],
    ['before:2025-09-30', time(null, '2025-09-29T22:00:00Z')],
    ['on:2025-09-30', time('2025-09-29T22:00:00Z', '2025-09-30T22:00:00Z')],
    // The day on which summer time ends has 25 hours.
    ['on:2025-10-26', time('2025-10-25T22:00:00Z', '2025-10-26T23:00:00Z')],
    ['on:2025-09', time('2025-08-31T22:00:00Z', '2025-09-30T22:00:00Z')],
    ['on:last-week', time('2025-10-05T22:00:00Z', '2025-10-12T22:00:00Z')],
    ['after:-7d', time('2025-10-07T22:00:00Z', null)],
    ['on:-1w', time('2025-10-07T22:00:00Z', '2025-10-08T22:00:00Z')],
    // Winter time in February; and no 31 September.
    ['after:-8m', time('2025-02-14T23:00:00Z', null)],
    ['before:-1y', time(null, '2024-10-14T22:00:00Z')],
    ['after:-12h', time('2025-10-15T00:00:00Z', null)],
    ['-on:2025-09-30', not(time('2025-09-29T22:00:00Z', '2025-09-30T22:00:00Z'))],
  ])('%s is of the workspace’s zone', (text, node) => {
    expect(parse(text)).toEqual(node);
  });
  test('a month back from its 31st is the last day of the shorter month', () => {
    const context = daysIn('UTC', Date.UTC(2025, 9, 31));
    expect(parseQuery('after:-1m', context)).toEqual(time('2025-09-30T00:00:00Z', null));
    expect(parseQuery('after:-20m', context)).toEqual(time('2024-02-29T00:00:00Z', null));
  });
  test('are all listed', () => {
    expect(allFields.toSorted()).toEqual(
      [...valueFields, ...numberFields, ...contactFields, ...dateFields, 'tag', 'has', 'is'].sort(),
    );
  });
});

describe('an error', () => {
  test.each([
    ['refund "credit card', 8, /quotation mark is never closed/],
    ['agent:"ana', 1, /quotation mark is never closed/],
    ['refund agnt:ana', 8, /no field “agnt:”\. Did you mean “agent:”\?/],
    ['quue:billing', 1, /Did you mean “queue:”\?/],
    ['feeling:good', 1, /no field “feeling:”\. Fields are agent: .* on:\..*quotes/],
    ['refund agent:', 8, /“agent:” wants a value/],
    ['agent: ana', 1, /“agent:” wants a value/],
    ['agent:""', 1, /“agent:” wants a value/],
    ['agent:=', 1, /“agent:” wants a value/],
    ['a has:wings', 3, /“has:” takes callback, consult, transfer/],
    ['is:here', 1, /“is:” takes open, shadow, botonly/],
    ['refund a*', 8, /at least two letters/],
    ['word on:yesteryear', 6, /"yesteryear" is not a period.*-7d/],
    ['word after:2025-02-30', 6, /2025-02-30/],
    ['x aht:long', 3, /“aht:” wants a length such as >600/],
    ['csat:high', 1, /“csat:” wants a score/],
    ['csat:3m', 1, /“csat:” wants a score/],
    ['aht:5..1', 1, /ends before it begins/],
    ['liked:maybe', 1, /“liked:” takes yes or no/],
    ['tag:=gold', 1, /“tag:” wants a name/],
    ['phone:ab', 1, /at least three digits/],
    ['id:--', 1, /“id:” wants letters or digits/],
    ['???', 1, /no letter or digit here to look for\. Leave the search empty/],
    ['  ""', 3, /no letter or digit/],
    ['🙂 !', 1, /no letter or digit/],
    ['(a b', 1, /parenthesis is never closed/],
    ['a b)', 4, /closes nothing/],
    ['a ()', 3, /nothing between/],
    ['OR a', 1, /OR wants a word on both sides/],
    ['a OR', 3, /OR wants a word on both sides/],
    ['a OR ???', 3, /OR wants a word on both sides/],
    ['a AND', 3, /AND wants a word on both sides/],
    ['a NOT', 3, /NOT wants a word behind it/],
  ])('in %j names character %d and says what is expected', (text, at, sentence) => {
    const error = failure(text);
    expect(error).toMatchObject({ code: 'invalid_input', details: { at } });
    expect(error.message).toMatch(new RegExp(`at character ${at}: `));
    expect(error.message).toMatch(sentence);
  });
});

describe('what is being typed', () => {
  /** The bar is the cursor. */
  const typed = (text: string) => findTypedPart(text.replace('|', ''), text.indexOf('|'));
  test.each([
    ['|', { kind: 'word', from: 0, to: 0, typed: '' }],
    ['refund ag|', { kind: 'word', from: 7, to: 9, typed: 'ag' }],
    ['-ag|', { kind: 'word', from: 1, to: 3, typed: 'ag' }],
    ['(ag|', { kind: 'word', from: 1, to: 3, typed: 'ag' }],
    ['agent:|', { kind: 'value', from: 6, to: 6, field: 'agent', typed: '' }],
    ['x -agent:av| y', { kind: 'value', from: 9, to: 11, field: 'agent', typed: 'av' }],
    ['agent:"Av|', { kind: 'value', from: 6, to: 9, field: 'agent', typed: 'Av' }],
    ['agent:"Av b|ry" x', { kind: 'value', from: 6, to: 14, field: 'agent', typed: 'Av b' }],
    ['tag:tier=g|', { kind: 'value', from: 4, to: 10, field: 'tag', typed: 'tier=g' }],
    ['"a phrase|"', { kind: 'word', from: 9, to: 9, typed: '' }],
  ])('in %s', (text, part) => {
    expect(typed(text)).toEqual(part);
  });
  test('is found in whatever is typed, wherever the cursor is', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('"', 'a', ' ', '-', ':', '(', ')', 'agent:'), maxLength: 20 }),
        fc.nat(40),
        (text, cursor) => {
          const part = findTypedPart(text, cursor);
          expect(part.from).toBeGreaterThanOrEqual(0);
          expect(part.to).toBeGreaterThanOrEqual(part.from);
          expect(part.to).toBeLessThanOrEqual(text.length);
        },
      ),
      { numRuns: 2000 },
    );
  });
  test('fields by their beginning; values quoted where they must be', () => {
    expect(completeField('a').map(({ text }) => text)).toEqual(['agent:', 'aht:', 'acw:', 'after:']);
    expect(['plain', 'two words', 'a(b)', 'say "x"'].map(quoteValue)).toEqual([
      'plain',
      '"two words"',
      '"a(b)"',
      '"say  x "',
    ]);
  });
});

describe('highlights', () => {
  const marked = (text: string, query: string): string[] =>
    findMarks(text, wantedPhrases(parse(query))).map(([from, to]) => text.slice(from, to));
  test.each([
    ['The Refund was late.', 'refund late', ['Refund', 'late']],
    ['refund, refunded; REFUND', 'refund', ['refund', 'REFUND']],
    ['refund, refunded', 'refun*', ['refund', 'refunded']],
    ['a credit-card, a card, credit', '"credit card"', ['credit-card']],
    ['Crème brûlée', 'creme', ['Crème']],
    ['cre\u0300me', 'crème', ['cre\u0300me']],
    ['die Straße', 'strasse', ['Straße']],
    ['退款请求', '款请', ['款请']],
    ['a b c', '(a OR c) -b', ['a', 'c']],
    ['a b a b', '"a b" "b a"', ['a b a b']],
    ['nothing', 'agent:nothing', []],
  ])('in %j for %j', (text, query, wanted) => {
    expect(marked(text, query)).toEqual(wanted);
  });
  test('a snippet holds the first place and cuts between words', () => {
    const long = `${'before '.repeat(80)}the refund came ${'after '.repeat(80)}refund`;
    const snippet = makeSnippet(long, wantedPhrases(parse('refund')));
    expect(snippet?.text.length).toBeLessThan(260);
    expect(snippet?.text).toMatch(/^…before .*the refund came after.* after…$/);
    expect(snippet?.marks.map(([from, to]) => snippet.text.slice(from, to))).toEqual(['refund']);
    expect(makeSnippet('nothing here', wantedPhrases(parse('refund')))).toBeNull();
    for (let lead = 0; lead < 140; lead += 1) {
      const found = makeSnippet(`${'🙂'.repeat(lead)} refund ${'🙂'.repeat(200)}`, wantedPhrases(parse('refund')));
      expect(found?.marks.map(([from, to]) => found.text.slice(from, to))).toEqual(['refund']);
      expect(found?.text.isWellFormed()).toBe(true);
    }
  });
});
