import { expect, test } from 'vitest';
import { checkNamePattern, fillNamePattern } from '../../../main/schedule/name-pattern.ts';

const parts = { kind: 'agent-scorecards', period: '2026-W46', workspace: 'North {date}', date: '2026-11-16' };

test('placeholders are filled, several times if need be, and a value is never read as a pattern', () => {
  expect(fillNamePattern('{workspace} {period} {kind} {date} {date}', parts)).toBe(
    'North {date} 2026-W46 agent-scorecards 2026-11-16 2026-11-16',
  );
});

test.each(['{team}', 'report {', 'x}', '{ kind }'])('%s is refused with the words there are', (pattern) => {
  expect(() => checkNamePattern(pattern)).toThrow(/\{kind\}, \{period\}, \{workspace\}, \{date\}/);
});

test('a pattern without placeholders is allowed: always the same name', () => {
  expect(() => checkNamePattern('latest')).not.toThrow();
});
