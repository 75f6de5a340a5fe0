import { expect, test } from 'vitest';
import type { CoverageRange } from '../../../preload/contract/scorecard.ts';
import { stateOfDays, summarizeFreshness } from '../../../renderer/model/coverage.ts';

const range = (from: string, to: string, state: CoverageRange['state']): CoverageRange => ({
  ...{ from, to, state, rows: 1, fetchedAt: '2025-09-30T00:00:00Z' },
});
const utcDay = (iso: string): string => iso.slice(0, 10);

test('each day has the worst state of its stretches; what was never asked for is missing or makes a day partial', () => {
  const ranges = [
    range('2025-09-01T12:00:00Z', '2025-09-03T00:00:00Z', 'complete'),
    range('2025-09-03T00:00:00Z', '2025-09-03T06:00:00Z', 'complete'),
    range('2025-09-03T06:00:00Z', '2025-09-04T00:00:00Z', 'failed'),
    range('2025-09-04T00:00:00Z', '2025-09-05T00:00:00Z', 'open'),
    range('2025-09-06T00:00:00Z', '2025-09-06T09:00:00Z', 'complete'),
  ];
  expect(Object.fromEntries(stateOfDays(ranges, '2025-08-31', '2025-09-07', utcDay))).toEqual({
    '2025-08-31': 'missing',
    '2025-09-01': 'partial',
    '2025-09-02': 'complete',
    '2025-09-03': 'failed',
    '2025-09-04': 'open',
    '2025-09-05': 'missing',
    '2025-09-06': 'partial',
    '2025-09-07': 'missing',
  });
});

test('a day between two complete stretches with a hole is not whole', () => {
  const ranges = [
    range('2025-09-01T00:00:00Z', '2025-09-02T08:00:00Z', 'complete'),
    range('2025-09-02T16:00:00Z', '2025-09-04T00:00:00Z', 'complete'),
  ];
  expect(stateOfDays(ranges, '2025-09-02', '2025-09-02', utcDay).get('2025-09-02')).toBe('partial');
});

test('time between stretches that was never asked for is a gap', () => {
  const ranges = [
    range('2025-09-01T00:00:00Z', '2025-09-02T00:00:00Z', 'complete'),
    range('2025-09-02T00:00:00Z', '2025-09-03T00:00:00Z', 'open'),
    range('2025-09-05T00:00:00Z', '2025-09-06T00:00:00Z', 'complete'),
  ];
  expect(summarizeFreshness(ranges).gaps).toEqual([{ from: '2025-09-03T00:00:00Z', to: '2025-09-05T00:00:00Z' }]);
});

test('freshness is the end of the newest whole stretch, not of a failed one', () => {
  const ranges = [
    range('2025-09-01T00:00:00Z', '2025-09-02T00:00:00Z', 'complete'),
    range('2025-09-02T00:00:00Z', '2025-09-03T00:00:00Z', 'failed'),
  ];
  expect(summarizeFreshness(ranges)).toMatchObject({
    completeTo: '2025-09-02T00:00:00Z',
    from: '2025-09-01T00:00:00Z',
  });
  expect(summarizeFreshness(ranges).troubled.map(({ state }) => state)).toEqual(['failed']);
});
