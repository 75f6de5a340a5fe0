import fc from 'fast-check';
import { expect, test } from 'vitest';
import { findPeak, measureUnion } from '../../../main/metrics/busy-time.ts';

const spans = (...pairs: [number, number][]) => pairs.map(([startS, endS]) => ({ startS, endS }));

test('an overlap of 1 s is none, one of 2 s is one', () => {
  expect(measureUnion(spans([0, 10], [9, 20]), 2)).toBe(21);
  expect(measureUnion(spans([0, 10], [8, 20]), 2)).toBe(20);
  expect(findPeak(spans([0, 10], [9, 20]))).toBe(1);
  expect(findPeak(spans([0, 10], [8, 20]))).toBe(2);
});

test('one inside another, several at once, none at all', () => {
  expect(measureUnion(spans([0, 100], [10, 20], [90, 110]))).toBe(110);
  expect(findPeak(spans([0, 100], [10, 50], [20, 30], [60, 70]))).toBe(3);
  expect(measureUnion([])).toBe(0);
  expect(findPeak([])).toBe(0);
  // Something happened, however short.
  expect(findPeak(spans([5, 5]))).toBe(1);
});

test('the union is the number of seconds that any of them covers', () => {
  const interval = fc.tuple(fc.nat(60), fc.nat(30)).map(([startS, length]) => ({ startS, endS: startS + length }));
  fc.assert(
    fc.property(fc.array(interval, { maxLength: 8 }), (intervals) => {
      const seconds = new Set<number>();
      for (const { startS, endS } of intervals) for (let s = startS; s < endS; s += 1) seconds.add(s);
      expect(measureUnion(intervals)).toBe(seconds.size);
    }),
  );
});
