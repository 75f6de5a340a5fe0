// What the window writes in the search language must be what the language reads.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fold } from '../../../main/search/fold.ts';
import { allFields, parseQuery } from '../../../main/search/query.ts';
import { blockAsTsv, type GridColumn } from '../../../renderer/components/grid/column.ts';
import {
  canFilter,
  fieldHints,
  formatFilter,
  joinQuery,
  parseFilter,
} from '../../../renderer/screens/search/tokens.ts';

const noDay = { zone: 'UTC', nowMs: 0, parseDay: () => ({ fromS: 0, toS: 1 }) };

test('every field of the language has its hint, and no other', () => {
  expect(Object.keys(fieldHints).sort()).toEqual([...allFields].sort());
});

test('a filter is read as it was meant, whatever its value: exactly that value', () => {
  const value = fc
    .string({ minLength: 1 })
    .filter((text) => fold(text).trim() !== '' && canFilter(text) && !/[\0\r\n]/.test(text));
  fc.assert(
    fc.property(value, fc.boolean(), (text, isNegated) => {
      const filter = { isNegated, field: 'agent', value: text };
      const node = { kind: 'value', field: 'agent', value: fold(text).trim(), isExact: true };
      expect(parseQuery(joinQuery('word', [formatFilter(filter)]), noDay)).toEqual({
        kind: 'and',
        nodes: [{ kind: 'text', words: ['word'], isPrefix: false }, isNegated ? { kind: 'not', node } : node],
      });
      expect(parseFilter(formatFilter(filter))).toEqual(filter);
    }),
  );
});

test('a day is a filter too', () => {
  const filter = { isNegated: false, field: 'day', value: '2025-09-30' };
  expect(formatFilter(filter)).toBe('on:2025-09-30');
  expect(parseFilter('on:2025-09-30')).toEqual(filter);
  expect(parseQuery('on:2025-09-30', noDay)).toEqual({ kind: 'time', fromS: 0, toS: 1 });
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
