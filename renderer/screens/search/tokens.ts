// The search language as the window writes it: tokens for filters, and what to offer while somebody types. What a query
// means is the program's business (docs/cli.md, “The search language”).
import type { SearchResult } from '../../../preload/contract/procedures.ts';

/** Fields and the facet whose values they take, with a word on each. */
export const fields: readonly { name: string; about: string; facet?: string; values?: readonly string[] }[] = [
  { name: 'agent', about: 'who was asked or answered', facet: 'agent' },
  { name: 'queue', about: 'a queue it went through', facet: 'queue' },
  { name: 'channel', about: 'Voice, chat …', facet: 'channel' },
  { name: 'status', about: 'final or smart status', facet: 'status' },
  { name: 'direction', about: 'Inbound or Outbound', facet: 'direction' },
  { name: 'disposition', about: 'how it was wrapped up', facet: 'disposition' },
  { name: 'intent', about: 'the bot’s last intent', facet: 'intent' },
  { name: 'survey', about: 'csat, nps, likeDislike', facet: 'survey' },
  { name: 'bot', about: 'a bot’s id' },
  { name: 'customer', about: 'name or id' },
  { name: 'phone', about: 'any spelling' },
  { name: 'email', about: 'any part of it' },
  { name: 'id', about: 'conversation or session' },
  {
    name: 'has',
    about: 'what happened in it',
    values: ['callback', 'consult', 'transfer', 'voicemail', 'note', 'feedback', 'survey'],
  },
  { name: 'is', about: 'what kind it is', values: ['open', 'shadow', 'botonly'] },
  { name: 'on', about: 'a day, week or month', values: ['today', 'yesterday', 'last-week', 'last-month'] },
  { name: 'after', about: 'from this day on', values: ['yesterday', 'last-week', 'last-month'] },
  { name: 'before', about: 'up to this day', values: ['today', 'this-week', 'this-month'] },
];

export type Filter = { isNegated: boolean; field: string; value: string };

/** A quotation mark cannot be written in the language, so such a value cannot be a filter. */
export const canFilter = (value: string): boolean => !value.includes('"');

export const formatFilter = ({ isNegated, field, value }: Filter): string =>
  `${isNegated ? '-' : ''}${field}:${/^[^\s"()]+$/.test(value) ? value : `"${value}"`}`;

export const parseFilter = (token: string): Filter | null => {
  const match = /^(?<minus>-?)(?<field>[a-z]+):(?:"(?<quoted>[^"]*)"|(?<bare>\S+))$/.exec(token);
  if (!match?.groups) return null;
  const { minus, field = '', quoted, bare } = match.groups;
  return { isNegated: minus === '-', field, value: quoted ?? bare ?? '' };
};

/** The query that the box and the filters make together. */
export const joinQuery = (text: string, filters: readonly string[]): string =>
  [text.trim(), ...filters].join(' ').trim();

export type Suggestion = { value: string; label: string; about: string };

/** The word the cursor is in: where it begins and ends in the text. */
export const wordAt = (text: string, cursor: number): { from: number; to: number; word: string } => {
  // A quoted value may hold spaces.
  const before = /(?:[^\s"]|"[^"]*"?)*$/.exec(text.slice(0, cursor))?.[0] ?? '';
  const after = /^[^\s]*/.exec(text.slice(cursor))?.[0] ?? '';
  const from = cursor - before.length;
  return { from, to: cursor + after.length, word: before };
};

const MOST = 8;

/** What may be meant by the word at the cursor: fields, or the values a field takes with how often they occur. */
export const suggest = (word: string, facets: SearchResult['facets']): Suggestion[] => {
  const minus = word.startsWith('-') ? '-' : '';
  const bare = word.slice(minus.length);
  const colon = bare.indexOf(':');
  if (colon < 0) {
    if (bare === '') return [];
    return fields
      .filter(({ name }) => name.startsWith(bare.toLowerCase()))
      .slice(0, MOST)
      .map(({ name, about }) => ({ value: `${minus}${name}:`, label: `${name}:`, about }));
  }
  const field = fields.find(({ name }) => name === bare.slice(0, colon).toLowerCase());
  if (field === undefined) return [];
  const typed = bare
    .slice(colon + 1)
    .replaceAll('"', '')
    .toLowerCase();
  const toToken = (value: string): string => formatFilter({ isNegated: minus === '-', field: field.name, value });
  if (field.values !== undefined)
    return field.values
      .filter((value) => value.startsWith(typed))
      .map((value) => ({ value: toToken(value), label: value, about: '' }));
  return (facets[field.facet ?? ''] ?? [])
    .filter(({ value, label }) => canFilter(value) && label.toLowerCase().includes(typed))
    .slice(0, MOST)
    .map(({ value, label, count }) => ({ value: toToken(value), label, about: String(count) }));
};
