import { expect, test } from 'vitest';
import { describeInputProblem } from '../../preload/contract/input-problem.ts';
import { procedures } from '../../preload/contract/procedures.ts';

const problemOf = (name: keyof typeof procedures, input: unknown): string => {
  const parsed = procedures[name].input.safeParse(input);
  if (parsed.success) throw new Error('it was accepted');
  return describeInputProblem(parsed.error);
};

test.each([
  ['search.run', { query: '', limit: 5000 }, 'Limit must be at most 1000.'],
  ['search.run', { query: '', limit: 'many' }, 'Limit must be a number.'],
  ['search.run', { limit: 5 }, 'Query is missing.'],
  ['search.run', { query: '', limit: 5, offset: -1 }, 'Offset must be at least 0.'],
  ['sample.connect', { days: 0, conversations: 10, seed: 1 }, 'Days must be at least 1.'],
  ['forget.run', { customer: 'ab' }, 'Customer must have at least 3 characters.'],
  ['conversation.get', { id: '' }, 'Id must not be empty.'],
  ['settings.set', { rules: { repeatDays: 31 } }, 'Repeat days must be at most 30.'],
  [
    'settings.set',
    { rules: { thresholds: { voice: { serviceLevelS: 99_999_999 } } } },
    'Service level in seconds must be at most 86400.',
  ],
  ['scorecard.get', { by: 'moon', period: 'today' }, /^By must be one of: agent, team, queue/],
  ['report.run', { report: 'x', outDir: '/tmp', formats: [] }, 'Formats must not be empty.'],
  [
    'settings.set',
    { composite: [{ metric: 'ahtMean', weight: -1, floor: 0, target: 1 }] },
    'Weight must be more than 0.',
  ],
  [
    'settings.set',
    { composite: [{ metric: 'ahtMean', weight: 1, floor: 1, target: 1 }] },
    /floor and target must differ\.$/,
  ],
] as const)('%s %j: %s', (name, input, problem) => {
  expect(problemOf(name, input)).toMatch(problem);
});

test('what was typed is not in it', () => {
  expect(problemOf('forget.run', { customer: 7_135_550_188 })).toBe('Customer must be text.');
});
