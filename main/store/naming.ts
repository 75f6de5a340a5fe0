// Whether a text names a customer: by phone, e-mail or id, or by name. Pure; knows no SQL.
import { fold } from '../search/fold.ts';

/** All that tells a customer from others, as it stands in their conversations. */
export type CustomerTraces = {
  /** Phones, e-mails, ids of the customer and of their conversations, and what the user typed. */
  keys: string[];
  names: { first: string | null; last: string | null }[];
};

/** Shorter ones stand in too many texts by chance: they must be a value of their own, as in `user:4711`. */
const SHORTEST_KEY = 5;
const SHORTEST_VALUE = 3;
const SHORTEST_NAME = 3;
/** As in `forget`: nine digits and more may lack their country code. */
const NATIONAL_DIGITS = 9;

const digitsOf = (text: string): string => text.replace(/\D/g, '');
const isPhone = (text: string): boolean => /^[+\d\s().-]{5,}$/.test(text);
const numberPattern = /[+(]?\d(?:[\s().-]{0,3}\d){4,}/g;
/** A word of a query, with the star that makes it a beginning. */
const wordPattern = /[\p{L}\p{M}\p{N}'’]+\*?/gu;
/** The values of fields that hold no customer: an agent may have a customer's name. */
const otherFields =
  /(?<!\w)-?(?:agent|queue|bot|team|channel|status|direction|disposition|survey|intent|outcome):(?:"[^"]*"|\S+)/giu;

const isSameNumber = (one: string, other: string): boolean =>
  one === other ||
  (Math.min(one.length, other.length) >= NATIONAL_DIGITS && (one.endsWith(other) || other.endsWith(one)));

/** “jane.doe” of an e-mail address is a person, “support” is not. */
const personalPart = (email: string): string | null => {
  const local = fold(email.slice(0, email.lastIndexOf('@')));
  return local.length >= 6 && /[.\d_]/.test(local) ? local : null;
};

/** Gives the test for one customer. A first name alone names nobody, unless the customer has no other. */
export const createNameMatcher = ({ keys, names }: CustomerTraces): ((text: string) => boolean) => {
  const phones = new Set(keys.filter(isPhone).map(digitsOf));
  const others = new Set<string>();
  const short = new Set<string>();
  for (const key of keys) {
    if (isPhone(key)) continue;
    const { length } = key.trim();
    if (length >= SHORTEST_KEY) others.add(fold(key.trim()));
    else if (length >= SHORTEST_VALUE) short.add(fold(key.trim()));
    const local = key.includes('@') ? personalPart(key) : null;
    if (local !== null) others.add(local);
  }
  const words = new Set<string>();
  for (const { first, last } of names) {
    // Of “van der Berg” the longest part is the telling one.
    const parts = fold(last ?? first ?? '').match(wordPattern) ?? [];
    const telling = parts.toSorted((a, b) => b.length - a.length)[0] ?? '';
    if (telling.length >= SHORTEST_NAME) words.add(telling);
  }
  const isName = (word: string): boolean =>
    words.has(word) ||
    (word.endsWith('*') &&
      word.length > SHORTEST_NAME + 1 &&
      [...words].some((name) => name.startsWith(word.slice(0, -1))));

  return (text) => {
    const folded = fold(text);
    if ([...others].some((key) => folded.includes(key))) return true;
    if (short.size > 0 && folded.split(/[\s:"'()|,;]+/).some((value) => short.has(value))) return true;
    const numbers = (text.match(numberPattern) ?? []).map(digitsOf);
    if (numbers.some((number) => [...phones].some((phone) => isSameNumber(phone, number)))) return true;
    return (folded.replace(otherFields, ' ').match(wordPattern) ?? []).some(isName);
  };
};
