// The search language: what a query means, and where it is said to go wrong.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parsePeriod } from '../../../main/metrics/period.ts';
import { hasValues, isValues, parseQuery, type Query, textFields } from '../../../main/search/query.ts';
import { AppError } from '../../../preload/contract/errors.ts';

const nowMs = Date.UTC(2025, 9, 15, 12);
const parse = (text: string): Query => parseQuery(text, (day) => parsePeriod(day, { zone: 'Europe/Berlin', nowMs }));
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

describe('words', () => {
  test.each([
    ['', null, null],
    ['   ', null, null],
    ['refund', '"refund"', null],
    ['refund card', '"refund" AND "card"', null],
    ['"credit card"', '"credit card"', null],
    ['ref*', '"ref"*', null],
    ['refund -card', '"refund"', '"card"'],
    ['refund -"credit card" -ref*', '"refund"', '"credit card" OR "ref"*'],
    ['a"b"c', '"a" AND "b" AND "c"', null],
    // Operators of the index are words like any others.
    ['this OR that', '"this" AND "OR" AND "that"', null],
    ['NEAR(a b)', '"NEAR(a" AND "b)"', null],
    ['^notes +x {y}', '"^notes" AND "+x" AND "{y}"', null],
    ['"a*"', '"a*"', null],
    // Nothing to look for in a mark.
    ['refund - ! *', '"refund"', null],
    ['Re: refund', '"re" AND "refund"', null],
    ['10:30', '"10:30"', null],
    [`nul${String.fromCharCode(0)}inside`, '"nul" AND "inside"', null],
  ])('%j', (text, match, exclude) => {
    expect(parse(text)).toEqual({ match, exclude, filters: [] });
  });

  test('a quotation mark can only bound a phrase, so that none reaches the index unpaired', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('"', 'a', ' ', '-', '*', ':', "'"), maxLength: 20 }), (text) => {
        let query: Query;
        try {
          query = parse(text);
        } catch (error) {
          expect(error).toBeInstanceOf(AppError);
          return;
        }
        for (const expression of [query.match, query.exclude])
          for (const term of expression?.split(/ AND | OR /) ?? []) expect(term).toMatch(/^"[^"]*"\*?$/);
      }),
      { numRuns: 1000 },
    );
  });

  test('only unwanted ones are refused, unless something else narrows the search', () => {
    expect(failure('-refund').message).toMatch(/only unwanted words .*Add a word or a field/);
    expect(parse('agent:ana -refund')).toEqual({
      match: null,
      exclude: '"refund"',
      filters: [{ kind: 'text', field: 'agent', value: 'ana', isNegated: false }],
    });
  });
});

describe('fields', () => {
  test.each(textFields.map((field) => [field]))('%s: takes a word, a phrase and a minus, in any case', (field) => {
    const filter = (value: string, isNegated = false) => ({ kind: 'text', field, value, isNegated });
    expect(parse(`${field}:Ana`).filters).toEqual([filter('Ana')]);
    expect(parse(`-${field.toUpperCase()}:"Ana B"`).filters).toEqual([filter('Ana B', true)]);
    expect(parse(`${field}:a:b`).filters).toEqual([filter('a:b')]);
  });
  test('has: and is: take their words', () => {
    for (const value of hasValues)
      expect(parse(`-has:${value.toUpperCase()}`).filters).toEqual([{ kind: 'has', value, isNegated: true }]);
    for (const value of isValues)
      expect(parse(`is:${value}`).filters).toEqual([{ kind: 'is', value, isNegated: false }]);
  });
  test('dates are days of the workspace’s zone', () => {
    // Berlin is two hours ahead of UTC in summer.
    expect(parse('after:2025-09-30').filters).toEqual([{ kind: 'from', atS: seconds('2025-09-29T22:00:00Z') }]);
    expect(parse('before:2025-09-30').filters).toEqual([{ kind: 'to', atS: seconds('2025-09-29T22:00:00Z') }]);
    expect(parse('on:2025-09-30').filters).toEqual([
      { kind: 'from', atS: seconds('2025-09-29T22:00:00Z') },
      { kind: 'to', atS: seconds('2025-09-30T22:00:00Z') },
    ]);
    // The day on which summer time ends has 25 hours.
    expect(parse('on:2025-10-26').filters).toEqual([
      { kind: 'from', atS: seconds('2025-10-25T22:00:00Z') },
      { kind: 'to', atS: seconds('2025-10-26T23:00:00Z') },
    ]);
    expect(parse('on:2025-09').filters).toEqual([
      { kind: 'from', atS: seconds('2025-08-31T22:00:00Z') },
      { kind: 'to', atS: seconds('2025-09-30T22:00:00Z') },
    ]);
  });
});

describe('an error', () => {
  test.each([
    ['refund "credit card', 8, /quotation mark is never closed/],
    ['refund agnt:ana', 8, /no field “agnt:”\. Did you mean “agent:”\?/],
    ['quue:billing', 1, /Did you mean “queue:”\?/],
    ['feeling:good', 1, /no field “feeling:”\. Fields are agent: queue: .* on:\./],
    ['refund agent:', 8, /“agent:” wants a value/],
    ['agent: ana', 1, /“agent:” wants a value/],
    ['agent:""', 1, /“agent:” wants a value/],
    ['a has:wings', 3, /“has:” takes callback, consult, transfer/],
    ['is:here', 1, /“is:” takes open, shadow, botonly/],
    ['refund a*', 8, /at least two letters/],
    ['word on:yesteryear', 6, /"yesteryear" is not a period/],
    ['word after:2025-02-30', 6, /2025-02-30/],
    ['-after:2025-09-30', 1, /dates take no minus: write before:2025-09-30/],
    ['x -before:2025-09-30', 3, /dates take no minus: write after:2025-09-30/],
  ])('in %j names character %d and says what is expected', (text, at, sentence) => {
    const error = failure(text);
    expect(error).toMatchObject({ code: 'invalid_input', details: { at } });
    expect(error.message).toMatch(new RegExp(`at character ${at}: `));
    expect(error.message).toMatch(sentence);
  });
});
