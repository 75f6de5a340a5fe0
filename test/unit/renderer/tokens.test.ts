// What the window writes in the search language must be what the language reads.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseQuery } from '../../../main/search/query.ts';
import { blockAsTsv, type GridColumn } from '../../../renderer/components/grid/column.ts';
import {
  canFilter,
  fields,
  formatFilter,
  joinQuery,
  parseFilter,
  suggest,
  wordAt,
} from '../../../renderer/screens/search/tokens.ts';

const noDay = () => ({ fromS: 0, toS: 1 });

test('the language knows every field and value that is offered', () => {
  for (const { name, values } of fields)
    for (const value of values ?? ['x'])
      expect(() => parseQuery(`${name}:${value}`, noDay), `${name}:${value}`).not.toThrow();
});

test('a filter is read as it was meant, whatever its value', () => {
  const value = fc
    .string({ minLength: 1 })
    .filter((text) => text.trim() !== '' && canFilter(text) && !/[\0\r\n]/.test(text));
  fc.assert(
    fc.property(value, fc.boolean(), (text, isNegated) => {
      const token = formatFilter({ isNegated, field: 'agent', value: text });
      expect(parseQuery(joinQuery('word', [token]), noDay).filters).toEqual([
        { kind: 'text', field: 'agent', value: text, isNegated },
      ]);
      expect(parseFilter(token)).toEqual({ isNegated, field: 'agent', value: text });
    }),
  );
});

describe('suggestions', () => {
  const facets = { queue: [{ value: 'qu-1', label: 'Order Desk', count: 7 }] };
  test('are fields first, then the values that occur', () => {
    expect(suggest('que', facets).map(({ value }) => value)).toEqual(['queue:']);
    expect(suggest('-queue:ord', facets)).toEqual([{ value: '-queue:qu-1', label: 'Order Desk', about: '7' }]);
    expect(suggest('', facets)).toEqual([]);
    expect(suggest('nosuch:x', facets)).toEqual([]);
  });
  test('are for the word at the cursor, spaces in quotes included', () => {
    expect(wordAt('late queue:"Order D', 19)).toEqual({ from: 5, to: 19, word: 'queue:"Order D' });
    expect(wordAt('one two', 2)).toEqual({ from: 0, to: 3, word: 'on' });
  });
});

test('a copied block keeps its shape and starts no formula', () => {
  const columns: GridColumn<string>[] = [
    { id: 'a', header: 'A', widthPx: 10, text: (row) => row },
    { id: 'b', header: 'B', widthPx: 10, text: () => '-12:30' },
  ];
  const rows = ['=cmd|x', 'two\tlines\nof text', undefined, ' @sum', '+15035550127'];
  const { text, missing } = blockAsTsv({ fromRow: 0, toRow: 4, fromColumn: 0, toColumn: 1 }, columns, (at) => rows[at]);
  expect(missing).toBe(1);
  expect(text.split('\n').map((line) => line.split('\t'))).toEqual([
    ['A', 'B'],
    ["'=cmd|x", '-12:30'],
    ['two lines of text', '-12:30'],
    ["' @sum", '-12:30'],
    ['+15035550127', '-12:30'],
  ]);
});
