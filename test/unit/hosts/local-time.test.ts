import { describe, expect, test } from 'vitest';
import { describeFrame, formatCoverage } from '../../../main/hosts/cli/format.ts';
import { formatFigureRows, formatPeers } from '../../../main/hosts/cli/format-figures.ts';
import { localMinute, localTime } from '../../../main/hosts/cli/local-time.ts';

test.each([
  ['2026-07-01T10:00:05Z', 'Europe/Berlin', '2026-07-01 12:00:05'],
  ['2026-07-01T22:30:00Z', 'Europe/Berlin', '2026-07-02 00:30:00'],
  ['2026-07-01T10:00:05Z', 'UTC', '2026-07-01 10:00:05'],
  ['2026-07-01T10:00:05Z', 'Asia/Kolkata', '2026-07-01 15:30:05'],
  // The hour that comes twice says which it is, and no other hour does.
  ['2026-10-25T00:30:00Z', 'Europe/Berlin', '2026-10-25 02:30:00+02:00'],
  ['2026-10-25T01:30:00Z', 'Europe/Berlin', '2026-10-25 02:30:00+01:00'],
  ['2026-10-25T02:30:00Z', 'Europe/Berlin', '2026-10-25 03:30:00'],
  ['2026-03-29T01:30:00Z', 'Europe/Berlin', '2026-03-29 03:30:00'],
  // Half an hour.
  ['2026-04-04T14:45:00Z', 'Australia/Lord_Howe', '2026-04-05 01:45:00+11:00'],
  ['2026-04-04T15:15:00Z', 'Australia/Lord_Howe', '2026-04-05 01:45:00+10:30'],
  [null, 'Europe/Berlin', '–'],
])('%s in %s is %s', (iso, zone, text) => {
  expect(localTime(iso, zone)).toBe(text);
});

test('in prose without seconds that are none', () => {
  expect(localMinute('2026-07-01T10:00:00Z', 'UTC')).toBe('2026-07-01 10:00');
  expect(localMinute('2026-07-01T10:00:07Z', 'UTC')).toBe('2026-07-01 10:00:07');
  expect(localMinute('2026-10-25T01:30:00Z', 'Europe/Berlin')).toBe('2026-10-25 02:30+01:00');
});

const period = { from: '2026-10-24T22:00:00Z', to: '2026-10-25T23:00:00Z', zone: 'Europe/Berlin' };
const whole = { isComplete: true, fraction: 1, holes: [] };

describe('texts', () => {
  test('name the zone of their times', () => {
    const hole = { from: '2026-10-25T05:00:00Z', to: '2026-10-25T06:00:00Z', state: 'failed' as const };
    expect(
      describeFrame({
        period,
        dataAsOf: '2026-10-26T05:00:00Z',
        coverage: { isComplete: false, fraction: 0.96, holes: [hole] },
      }),
    ).toBe(
      '2026-10-25 00:00 to 2026-10-26 00:00 (Europe/Berlin), data as of 2026-10-26 06:00, only 96.0 % synced; not synced: 2026-10-25 06:00 to 2026-10-25 07:00 (failed)',
    );
    const range = { from: period.from, to: period.to, state: 'complete' as const, rows: 5, fetchedAt: null };
    expect(formatCoverage([range], 'Europe/Berlin')).toMatch(
      /2026-10-25 00:00:00 {2}2026-10-26 00:00:00[\s\S]*Europe\/Berlin/,
    );
  });

  test('do not call a period synced that has not begun', () => {
    const coverage = { ...whole, notOverAt: period.from };
    expect(describeFrame({ period, dataAsOf: null, coverage })).toMatch(/has not begun$/);
    expect(
      describeFrame({ period, dataAsOf: null, coverage: { ...whole, notOverAt: '2026-10-25T09:00:00Z' } }),
    ).toMatch(/not over: figures reach to 2026-10-25 10:00, synced so far$/);
  });

  test('hide an estimate of fewer than five cases, also where it equals their number, and never a count', () => {
    const peers = {
      shrinkageK: null,
      direction: 'more' as const,
      period,
      coverage: whole,
      peers: null,
      peerCount: 0,
      rows: [],
    };
    const three = { value: 3, n: 3, low: null, high: null };
    expect(formatPeers({ ...peers, metric: 'csatMean', pooled: three }, false)).toContain('all together n=3');
    expect(formatPeers({ ...peers, metric: 'handled', pooled: three }, true)).toContain('all together 3 ');
    const figure = {
      ...{ period, coverage: whole, dataAsOf: null, csatPolarity: 'unset' as const, rules: { preset: 'afterword' } },
      ...{ figure: three, label: 'CSAT, mean', formula: '', total: 0, counted: 0, conversations: 0, rows: [] },
    } as unknown as Parameters<typeof formatFigureRows>[0];
    expect(formatFigureRows(figure, false)).toContain('CSAT, mean = n=3');
  });
});
