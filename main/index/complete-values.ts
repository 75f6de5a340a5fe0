// Values to complete a query with, each with the number of conversations that it would find. Candidates come from the
// columns; every count is the answer to the query that the completion would make.

import { AppError } from '../../preload/contract/errors.ts';
import { type ValueField, valueFields } from '../search/ast.ts';
import { type Completion, fixedValues, isTypedIn, quoteValue } from '../search/complete.ts';
import { fold, foldPhone } from '../search/fold.ts';
import { parseQuery } from '../search/query.ts';
import type { DayContext } from '../search/values.ts';
import type { SearchStore } from '../store/search-store.ts';
import { countBits } from './bitset.ts';
import { parts } from './columns.ts';
import { spaceOfField } from './dimensions.ts';
import type { LoadedIndex } from './search-index.ts';

/** People and tags are suggested from the texts met first; enough to be of use, and quick. */
const MOST_TEXTS = 100_000;
const MOST_PEOPLE = 50;

const atMarks = new RegExp(`(?=[${Object.values(parts).join('')}])`);
const scoreValues: Record<string, readonly string[]> = {
  csat: ['1', '2', '3', '4', '5', '<=2', '>=4'],
  nps: ['0..6', '7..8', '>=9', '0', '10'],
};

const wordsOf = ({ facets, spaceOf }: LoadedIndex, field: ValueField, typed: string): string[] => {
  const { groups } = spaceOf(spaceOfField[field]);
  const all = facets.countAll(field);
  const texts = groups.flatMap(({ label, value }) => [fold(label), fold(value)]);
  const isPartOfAnother = (label: string): boolean =>
    texts.some((text) => text !== fold(label) && text.includes(fold(label)));
  const found = all
    .filter(({ value, label }) => isTypedIn(typed, label) || (typed !== '' && value.startsWith(typed)))
    .map(({ label }) =>
      field !== 'outcome' && (typed.startsWith('=') || isPartOfAnother(label)) ? `=${label}` : label,
    );
  const fixed = field === 'handled' ? ['yes', 'no'].filter((word) => word.startsWith(typed)) : [];
  return [...fixed, ...found];
};

const peopleOf = ({ store }: LoadedIndex, field: 'customer' | 'email' | 'phone', typed: string): string[] => {
  const wanted = field === 'phone' ? foldPhone(typed) : fold(typed).trim();
  if (wanted.length < 2) return [];
  const { dictionary } = store.columns.packed.people;
  const found = new Set<string>();
  const codes: number[] = [];
  dictionary.forEachContaining(
    wanted,
    (code) => codes.push(code),
    () => codes.length < MOST_PEOPLE,
  );
  for (const code of codes)
    for (const segment of dictionary.textOf(code).split(atMarks))
      if (segment.startsWith(parts[field]) && segment.includes(wanted)) found.add(segment.slice(1));
  return [...found];
};

const tagsOf = ({ store }: LoadedIndex, typed: string): string[] => {
  const { dictionary } = store.columns.packed.tags;
  const [typedName = '', ...rest] = typed.split('=');
  const name = fold(typedName).trim();
  const value = rest.length > 0 ? fold(rest.join('=')).trim() : null;
  const found = new Map<string, number>();
  for (let code = 1; code <= Math.min(dictionary.size, MOST_TEXTS); code += 1)
    for (const tag of dictionary.textOf(code).split(parts.end)) {
      const [tagName = '', tagValue = ''] = tag.split(parts.customer);
      if (tagName === '') continue;
      const isMeant = value === null ? tagName.includes(name) : tagName === name && tagValue.includes(value);
      const text = value === null ? tagName : `${tagName}=${tagValue}`;
      if (isMeant) found.set(text, (found.get(text) ?? 0) + 1);
    }
  return [...found].sort((a, b) => b[1] - a[1]).map(([text]) => text);
};

const candidatesFor = (index: LoadedIndex, text: SearchStore, field: string, typed: string): readonly string[] => {
  const valueField = valueFields.find((name) => name === field);
  if (valueField) return wordsOf(index, valueField, typed);
  const fixed = fixedValues(field) ?? scoreValues[field];
  if (fixed) return fixed.filter((value) => value.startsWith(typed.toLowerCase()) || typed === '');
  if (field === 'tag') return tagsOf(index, typed);
  if (field === 'customer' || field === 'email' || field === 'phone') return peopleOf(index, field, typed);
  if (field === 'id' && typed.length >= 6)
    return text.idsOf(text.findByIdPrefix(typed).slice(0, MOST_PEOPLE)).map(({ key }) => key);
  return [];
};

/** At most `limit` values of the field that fit what is typed, the most frequent first. */
export const completeValues = (
  index: LoadedIndex,
  text: SearchStore,
  { field, typed, limit, days }: { field: string; typed: string; limit: number; days: DayContext },
): Completion[] => {
  const countOf = (written: string): number | null => {
    try {
      return countBits(index.evaluator.evaluate(parseQuery(`${field}:${written}`, days)));
    } catch (error) {
      // A value that the language cannot say, such as one of marks alone, is not offered.
      if (error instanceof AppError) return null;
      throw error;
    }
  };
  return candidatesFor(index, text, field, typed)
    .slice(0, limit)
    .flatMap((candidate) => {
      const isExact = candidate.startsWith('=');
      const label = isExact ? candidate.slice(1) : candidate;
      const written = `${isExact ? '=' : ''}${quoteValue(label)}`;
      const count = countOf(written);
      return count === null ? [] : [{ text: `${field}:${written}`, label, count }];
    });
};
