// A target typed as minutes and seconds must never become another length of time.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { durationPattern, readDuration, writeDuration } from '../../../renderer/model/duration.ts';

describe('a length of time in a field', () => {
  test('is read as people write it', () => {
    expect(readDuration('6:30')).toBe(390);
    expect(readDuration(' 0:07 ')).toBe(7);
    expect(readDuration('1:05:00')).toBe(3900);
    expect(readDuration('90:00')).toBe(5400);
    expect(readDuration('390')).toBe(390);
    expect(readDuration('390 s')).toBe(390);
    expect(readDuration('6.5 s')).toBe(6.5);
  });

  test.each(['', '6:', '6:3', '6:75', '1:75:00', ':30', '-6:30', '6:30:5', '6.5:00', 'six'])('%j is none', (text) => {
    expect(readDuration(text)).toBeNull();
  });

  test('is read back as it was written', () => {
    const lengths = fc.oneof(
      fc.nat({ max: 10_000_000 }),
      fc.integer({ min: 1, max: 999_999 }).map((n) => n / 1000),
    );
    fc.assert(fc.property(lengths, (seconds) => readDuration(writeDuration(seconds)) === seconds));
  });

  test('means the same to the browser, which reads patterns more strictly', () => {
    const pattern = new RegExp(`^(?:${durationPattern})$`, 'v');
    for (const text of ['6:30', '390 s', '6:3', '1:75:00'])
      expect([text, pattern.test(text)]).toEqual([text, readDuration(text) !== null]);
  });
});
