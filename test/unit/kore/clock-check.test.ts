import { describe, expect, test } from 'vitest';
import { findZoneError } from '../../../main/kore/clock-check.ts';
import { baseS, objectIdAt } from '../../support/rows.ts';

const rowsShifted = (count: number, shiftS: (index: number) => number) =>
  Array.from({ length: count }, (_, index) => {
    const createdAtS = baseS + index * 61;
    return { sessionId: objectIdAt(createdAtS, index), startedAtS: createdAtS + shiftS(index) };
  });

describe('findZoneError', () => {
  test.each([
    ['India', 19800],
    ['New York in winter', -18000],
    ['Nepal', 20700],
    ['Kiribati', 50400],
    ['a quarter of an hour', 900],
  ])('finds the zone of %s', (_name, shiftS) => {
    expect(findZoneError(rowsShifted(10, () => shiftS))).toBe(shiftS);
  });

  test('allows two seconds either way, not three', () => {
    expect(findZoneError(rowsShifted(12, (index) => 19800 + ((index % 5) - 2)))).toBe(19800);
    expect(findZoneError(rowsShifted(12, (index) => (index === 7 ? 19803 : 19800)))).toBeNull();
  });

  test('says nothing about times that agree with their ids', () => {
    expect(findZoneError(rowsShifted(50, (index) => (index % 5) - 2))).toBeNull();
  });

  test('needs ten rows', () => {
    expect(findZoneError([])).toBeNull();
    expect(findZoneError(rowsShifted(9, () => 19800))).toBeNull();
  });

  test('needs all rows to agree on one shift', () => {
    expect(findZoneError(rowsShifted(30, (index) => (index === 29 ? 0 : 19800)))).toBeNull();
    expect(findZoneError(rowsShifted(30, (index) => (index === 0 ? 18900 : 19800)))).toBeNull();
  });

  test('a shift of more than 14 hours or no multiple of 15 minutes is no zone', () => {
    expect(findZoneError(rowsShifted(20, () => 86400))).toBeNull();
    expect(findZoneError(rowsShifted(20, () => 19800 + 450))).toBeNull();
  });

  test('passes over rows without a readable ObjectId', () => {
    const others = [
      { sessionId: null, startedAtS: baseS },
      { sessionId: 'session-1', startedAtS: baseS },
      { sessionId: '68db745779cb8cebd651xxxx', startedAtS: baseS },
      { sessionId: '0'.repeat(24), startedAtS: baseS },
    ];
    expect(findZoneError([...others, ...rowsShifted(10, () => 19800)])).toBe(19800);
    expect(findZoneError([...others, ...rowsShifted(9, () => 19800)])).toBeNull();
  });
});
