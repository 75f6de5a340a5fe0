import { expect, test } from 'vitest';
import { diffFigures, type FigureRow } from '../../../main/reports/kind.ts';

const row = (key: string, handled: number, aht: number | null): FigureRow => ({
  key,
  name: key.toUpperCase(),
  figures: { handled: { value: handled, n: handled }, aht: { value: aht, n: handled } },
});

test('figures that stayed are left out; a row that came has no before, one that went has no after', () => {
  const before = [row('a', 10, 60), row('b', 5, 30), row('gone', 1, null)];
  const after = [row('new', 2, 20), row('a', 10, 61), row('b', 5, 30)];
  expect(diffFigures(before, after)).toEqual([
    { key: 'new', name: 'NEW', figure: 'handled', before: null, after: { value: 2, n: 2 } },
    { key: 'new', name: 'NEW', figure: 'aht', before: null, after: { value: 20, n: 2 } },
    { key: 'a', name: 'A', figure: 'aht', before: { value: 60, n: 10 }, after: { value: 61, n: 10 } },
    { key: 'gone', name: 'GONE', figure: 'handled', before: { value: 1, n: 1 }, after: null },
    { key: 'gone', name: 'GONE', figure: 'aht', before: { value: null, n: 1 }, after: null },
  ]);
});

test('the same value from another n is a change', () => {
  const before = [row('a', 10, 60)];
  const after = [{ ...row('a', 10, 60), figures: { handled: { value: 10, n: 10 }, aht: { value: 60, n: 11 } } }];
  expect(diffFigures(before, after).map(({ figure }) => figure)).toEqual(['aht']);
});
