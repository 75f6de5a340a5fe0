// Lines of the log and sentences of ours, fit to leave the machine. The log holds no customer's data by rule; this lets through
// only what is known to hold none, so that a line that breaks the rule stays here. Pure.

/** Fields of the log whose values are words of ours: codes, names of procedures and states. */
const wordFields = new Set([
  'name',
  'code',
  'reason',
  'status',
  'error',
  'protocol',
  'level',
  'state',
  'title',
  'path',
]);
/** Fields whose values are numbers, and yes or no. */
const numberFields = new Set([
  ...['ms', 'schedule', 'attempt', 'status', 'rows', 'requests', 'inserted', 'updated', 'unchanged', 'quarantined'],
  ...[
    'complete',
    'split',
    'capped',
    'failed',
    'conversations',
    'searches',
    'definitions',
    'schedules',
    'issuedReports',
  ],
]);
/** A word of ours: no digits in a row as in numbers and ids, no @, no spaces but in a title. */
const word = /^[A-Za-z][A-Za-z_.\- ]{0,60}$/;
/** “at name (file:///…/main/sync/engine.ts:12:3)”: the name of the function and the place within the program, not before. */
const frame =
  /^\s*at (?:(?:async )?([\w.<>$[\] ]{1,80}) \()?.*\/((?:main|preload|node_modules)\/[\w./@-]{1,160}:\d+:\d+)\)?$/;
const ownFrame = /^\s*at (?:(?:async )?([\w.<>$[\] ]{1,80}) \()?(node:[\w./-]{1,80}:\d+:\d+)\)?$/;
const errorName = /^[A-Z][A-Za-z]{0,40}(?: [A-Z_]{2,40})?/;

const scrubStack = (stack: string): string =>
  stack
    .split('\n')
    .map((line, index) => {
      const at = ownFrame.exec(line) ?? frame.exec(line);
      if (at) return `at ${at[1] ?? ''} ${at[2]}`;
      return index === 0 ? (errorName.exec(line)?.[0] ?? '') : '';
    })
    .filter((line) => line !== '')
    .join('\n');

type Field = string | number | boolean | null;

/** One line of the log; null when it is none of ours. */
export const scrubLogLine = (line: string): Record<string, Field> | null => {
  let parsed: unknown;
  try {
    parsed = JSON.parse(line);
  } catch {
    // Cut off by a crash, or another program's.
    return null;
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) return null;
  const kept: Record<string, Field> = {};
  for (const [key, value] of Object.entries(parsed)) {
    // A number of seven digits or more could be a phone's.
    if (numberFields.has(key) && typeof value === 'number') kept[key] = Math.abs(value) < 1e6 ? value : null;
    else if (numberFields.has(key) && typeof value === 'boolean') kept[key] = value;
    else if (typeof value !== 'string') continue;
    else if (key === 'time') kept.time = Number.isNaN(Date.parse(value)) ? null : new Date(value).toISOString();
    else if (key === 'stack') kept.stack = scrubStack(value);
    // What is said is said in our own words: none has a number or a quotation in it.
    else if (key === 'msg' || wordFields.has(key)) kept[key] = word.test(value) ? value : '[left out]';
  }
  return kept;
};

/** `texts` are what must not be seen, with what stands for each; the longest first. */
export const createSentenceScrubber = (texts: readonly [string, string][]): ((sentence: string) => string) => {
  const sorted = texts.filter(([text]) => text !== '').toSorted(([a], [b]) => b.length - a.length);
  return (sentence) =>
    sorted
      .reduce((rest, [text, instead]) => rest.replaceAll(text, instead), sentence)
      .replace(/\S+@\S+/g, '[address]')
      .replace(/\+?\d(?:[\s().-]?\d){6,}/g, (digits) => (/^\d{4}-\d{2}-\d{2}$/.test(digits) ? digits : '[number]'));
};
