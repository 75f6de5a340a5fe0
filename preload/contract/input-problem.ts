// What is wrong with a call's input, as a sentence for whoever typed it. The value itself is never in it: it may be a
// customer's. Imports zod's types only.
import type { z } from 'zod';

type Issue = z.core.$ZodIssue;

const kindNames: Record<string, string> = {
  string: 'text',
  int: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a set of values',
};

/** “repeatDays” as “Repeat days”, “serviceLevelS” as “Service level in seconds”: of a path, the last part with a name. */
const nameOf = (path: Issue['path']): string => {
  const name = path.findLast((part) => typeof part === 'string');
  if (typeof name !== 'string') return 'The input';
  const words = name.replace(/S$/, ' in seconds').replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}`;
};

const countOf = (origin: string, count: number): string =>
  origin === 'string'
    ? `have %s ${count} ${count === 1 ? 'character' : 'characters'}`
    : origin === 'array'
      ? `hold %s ${count}`
      : `be %s ${count}`;

const describeIssue = (issue: Issue): string => {
  const name = nameOf(issue.path);
  switch (issue.code) {
    case 'too_small':
      if (issue.minimum === 1 && (issue.origin === 'string' || issue.origin === 'array'))
        return `${name} must not be empty.`;
      return `${name} must ${countOf(issue.origin, Number(issue.minimum)).replace('%s', issue.inclusive === false ? 'more than' : 'at least')}.`;
    case 'too_big':
      return `${name} must ${countOf(issue.origin, Number(issue.maximum)).replace('%s', issue.inclusive === false ? 'less than' : 'at most')}.`;
    case 'invalid_type':
      return issue.input === undefined && issue.message.includes('undefined')
        ? `${name} is missing.`
        : `${name} must be ${kindNames[issue.expected] ?? issue.expected}.`;
    case 'invalid_value':
      return `${name} must be one of: ${issue.values.map(String).join(', ')}.`;
    case 'unrecognized_keys':
      return `${name} has nothing called ${issue.keys.join(', ')}.`;
    // The contract's own words.
    case 'custom':
    case 'invalid_format':
      return `${name}: ${issue.message.replace(/\.$/, '')}.`;
    default:
      return `${name} is not as expected.`;
  }
};

/** One sentence about the first thing that is wrong. */
export const describeInputProblem = (error: z.core.$ZodError): string => {
  const [issue] = error.issues;
  return issue === undefined ? 'The input is not as expected.' : describeIssue(issue);
};
