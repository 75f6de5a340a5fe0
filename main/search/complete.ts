// Pure: what is being typed at the cursor, so that it can be completed. The values themselves come from the index.
import { relativeWords } from '../metrics/period.ts';
import { dateFields, hasValues, isValues, numberFields } from './ast.ts';
import { fold } from './fold.ts';
import { findTermAt } from './lexer.ts';
import { allFields } from './query.ts';

export type TypedPart =
  /** A word or the beginning of a field's name. `from` up to `to` is what a completion replaces. */
  | { kind: 'word'; from: number; to: number; typed: string }
  | { kind: 'value'; from: number; to: number; field: string; typed: string };

/** `count` is null where nothing is counted: a field's name, a date, a comparison. */
export type Completion = { text: string; label: string; count: number | null };

export const findTypedPart = (text: string, cursor: number): TypedPart => {
  const at = Math.min(Math.max(0, cursor), text.length);
  const term = findTermAt(text, at);
  if (!term || (term.field === null && term.isQuoted)) return { kind: 'word', from: at, to: at, typed: '' };
  if (term.field === null || at < term.valueAt) {
    const from = term.isNegated ? term.at + 1 : term.at;
    return {
      kind: 'word',
      from: Math.min(from, at),
      to: term.field === null ? term.end : term.valueAt,
      typed: text.slice(Math.min(from, at), at),
    };
  }
  return {
    kind: 'value',
    from: term.valueAt,
    to: term.end,
    field: term.field,
    typed: text.slice(term.valueAt, at).replaceAll('"', ''),
  };
};

export const completeField = (typed: string): Completion[] =>
  allFields
    .filter((field) => field.startsWith(typed.toLowerCase()))
    .map((field) => ({ text: `${field}:`, label: field, count: null }));

/** Values with blanks, brackets or quotation marks in them need quoting; a quotation mark itself cannot be written. */
export const quoteValue = (value: string): string =>
  /[\s()"]/.test(value) ? `"${value.replaceAll('"', ' ')}"` : value;

const periods = [...relativeWords, '-7d', '-30d'];
const lengths = ['>60', '>300', '>600', '>1800', '<30'];

/** Values of fields that do not depend on the data; null when they do. */
export const fixedValues = (field: string): readonly string[] | null => {
  if (field === 'has') return hasValues;
  if (field === 'is') return isValues;
  if (field === 'liked') return ['yes', 'no'];
  if (dateFields.some((name) => name === field)) return periods;
  if (field === 'csat' || field === 'nps') return null;
  return numberFields.some((name) => name === field) ? lengths : null;
};

export const isTypedIn = (typed: string, label: string): boolean =>
  fold(label).includes(fold(typed.replace(/^=/, '')).trim());
