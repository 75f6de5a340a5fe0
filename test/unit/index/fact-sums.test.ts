// Sums by blocks and order statistics by counting against plain loops and sorting, on series of every width.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { listBySlot, rankSeries } from '../../../main/index/fact-ranks.ts';
import { addUp, type SlotRange, sumOver } from '../../../main/index/fact-sums.ts';
import { createColumn, type FactArray, setValue } from '../../../main/index/fact-table.ts';
import { computeQuantile, computeQuantileInterval } from '../../../main/metrics/statistics.ts';
import { Random } from '../../../main/sample/random.ts';

const SLOTS = 4;
const shares = [0.5, 0.9];

/** Least and greatest value, and the smallest step: every width of column, and what lies beyond what is counted. */
const kinds = [
  [0, 1, 1],
  [-3, 100, 1],
  [0, 5000, 1],
  [0, 65_535, 1],
  [-40_000, 200_000, 1],
  [-2_000_000_000, 2_000_000_000, 1],
  [0, 500, 0.125],
] as const;
// Made from a seed: arrays of the library's own take longer than what is tested.
const values = fc
  .record({ kind: fc.constantFrom(...kinds), length: fc.integer({ min: 1, max: 700 }), seed: fc.integer() })
  .map(({ kind: [least, greatest, step], length, seed }) => {
    const random = new Random(seed, length);
    return Array.from({ length }, () =>
      random.chance(0.2) ? null : least + Math.floor(random.fraction() * ((greatest - least) / step + 1)) * step,
    );
  });

/** A series as views hold it: the middle width does not occur. */
const seriesOf = (known: readonly (number | null)[]): FactArray => {
  const column = createColumn(known.length);
  known.forEach((value, at) => {
    setValue(column, at, value);
  });
  const { array } = column;
  return array instanceof Int16Array
    ? Int32Array.from(known, (value) => value ?? -2147483648)
    : (array.slice(0, known.length) as FactArray);
};

const cases = values.chain((known) =>
  fc.record({
    known: fc.constant(known),
    cuts: fc.uniqueArray(fc.integer({ min: 0, max: known.length }), { minLength: 2, maxLength: 9 }),
    slots: fc.array(fc.integer({ min: 0, max: SLOTS - 1 }), { minLength: 9, maxLength: 9 }),
    ownSlots: fc.option(
      fc.constantFrom(1, 2, 3).map((step) => Array.from({ length: 700 }, (_, at) => (at * step) % SLOTS)),
    ),
    isTested: fc.boolean(),
    rows: fc.array(fc.uniqueArray(fc.integer({ min: 0, max: SLOTS - 1 }), { minLength: 1 }), { maxLength: 5 }),
  }),
);

describe('a series', () => {
  test('adds up and is ranked as by plain loops', () => {
    fc.assert(
      fc.property(cases, ({ known, cuts, slots, ownSlots, isTested, rows }) => {
        const series = seriesOf(known);
        const bounds = cuts.sort((left, right) => left - right);
        // Every second stretch between two cuts counts.
        const ranges: SlotRange[] = [];
        for (let at = 0; at + 1 < bounds.length; at += 2)
          ranges.push({
            slot: ownSlots === null ? (slots[at] as number) : -1,
            agent: 0,
            from: bounds[at] as number,
            to: bounds[at + 1] as number,
          });
        const slotOfRow = ownSlots === null ? null : Int8Array.from(ownSlots);
        const passes = isTested ? (at: number): boolean => at % 3 !== 0 : null;
        const found: number[][] = Array.from({ length: SLOTS }, () => []);
        for (const { slot, from, to } of ranges)
          for (let at = from; at < to; at += 1) {
            const value = known[at];
            if (value === null || value === undefined || (passes !== null && !passes(at))) continue;
            found[slotOfRow === null ? slot : (slotOfRow[at] as number)]?.push(value);
          }

        const sums = addUp(series, ranges, slotOfRow, SLOTS, passes);
        const add = (of: readonly number[]): number => of.reduce((sum, value) => sum + value, 0);
        expect([...sums.n]).toEqual(found.map(({ length }) => length));
        expect([...sums.sum]).toEqual(found.map(add));
        found.forEach((of, slot) => {
          const squares = add(of.map((value) => value * value));
          expect(Math.abs((sums.sumSquares[slot] as number) - squares)).toBeLessThanOrEqual(squares * 1e-12);
        });
        if (slotOfRow === null && passes === null) expect(sumOver(series, ranges)).toBe(add(found.map(add)));

        const bySlot = slotOfRow === null ? listBySlot(ranges, SLOTS) : null;
        const ranked = rankSeries({ series, ranges, slotOfRow, n: sums.n, passes }, bySlot, rows, shares);
        const expectOrder = (ordered: typeof ranked.total, of: readonly number[]): void => {
          const ascending = [...of].sort((left, right) => left - right);
          for (const p of shares) {
            expect(computeQuantile(ordered, p)).toBe(computeQuantile(ascending, p));
            expect(computeQuantileInterval(ordered, p)).toEqual(computeQuantileInterval(ascending, p));
          }
        };
        expectOrder(ranked.total, found.flat());
        rows.forEach((own, row) => {
          expectOrder(
            ranked.rows[row] as typeof ranked.total,
            own.flatMap((slot) => found[slot] ?? []),
          );
        });
      }),
      { numRuns: 1500 },
    );
  });
});
