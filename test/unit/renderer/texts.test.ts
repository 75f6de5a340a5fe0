// Words of the window that are made from the program's own names.
import { expect, test } from 'vitest';
import { describeAction, describeDetails } from '../../../renderer/model/audit-text.ts';
import { labelOfPeriod } from '../../../renderer/model/period-text.ts';

test('the audit speaks in words', () => {
  expect(describeDetails({ kind: 'agent-scorecards', isMasked: false, lostRows: 3 })).toBe(
    'kind: agent-scorecards, not masked, lost rows: 3',
  );
  expect(describeDetails({ isComplete: true, days: null })).toBe('complete, days: none');
  expect(describeDetails({})).toBe('');
  expect(describeAction('report again')).toBe('Report again');
});

test('a period is named: the usual ones by name, days as dates, the rest as it was written', () => {
  expect(labelOfPeriod('last-week')).toBe('Last week');
  expect(labelOfPeriod('2026-11-09..2026-11-15')).toBe('9 Nov 2026 – 15 Nov 2026');
  expect(labelOfPeriod('2026-11-09')).toBe('9 Nov 2026');
  expect(labelOfPeriod('2026-W46')).toBe('2026-W46');
  expect(labelOfPeriod('2026-02-31..2026-03-01')).toBe('2026-02-31..2026-03-01');
});
