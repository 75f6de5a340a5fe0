// Values as they come out of a cache. SQLite holds every one to its type and to nothing else: a whole number may be larger than
// JavaScript counts or than any date, and a code may stand for nothing. We never write such a value, so that it is damage, as a flipped
// bit is, and the cache is rebuilt from its raw pages. Imports open.ts.
import { damagedError } from './open.ts';

/** The year 10000: the calendar of ISO 8601 ends there. Times of records lie between 2000 and 2100 (kore/wire.ts). */
const LATEST_S = 253_402_300_800;

export const damagedContent = (): Error => damagedError(null, 'The cache');

/** Whole seconds, milliseconds or a count: from 0 to what a number counts exactly. Throws AppError db_corrupt. */
export const soundCount = <T extends number | null>(value: T): T => {
  if (value !== null && !(Number.isSafeInteger(value) && value >= 0)) throw damagedContent();
  return value;
};

/** UTC epoch seconds. Throws AppError db_corrupt. */
export const soundTimeS = <T extends number | null>(value: T): T => {
  if (value !== null && !(Number.isSafeInteger(value) && value >= 0 && value < LATEST_S)) throw damagedContent();
  return value;
};
/** UTC epoch milliseconds. Throws AppError db_corrupt. */
export const soundTimeMs = <T extends number | null>(value: T): T => {
  if (soundCount(value) !== null && (value as number) >= LATEST_S * 1000) throw damagedContent();
  return value;
};

/** A list that we wrote as JSON; null is none. Throws AppError db_corrupt. */
export const soundList = <T>(text: string | null): T[] => {
  if (text === null) return [];
  const value = parse(text);
  if (!Array.isArray(value)) throw damagedContent();
  return value as T[];
};
const parse = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) throw damagedContent();
    throw error;
  }
};

/** The same of people with times of their own: fields that end in AtS. Throws AppError db_corrupt. */
export const soundPeople = <T extends object>(text: string | null): T[] => {
  const people = soundList<T | null>(text);
  for (const person of people) {
    if (person === null || typeof person !== 'object') throw damagedContent();
    for (const [name, value] of Object.entries(person)) if (name.endsWith('AtS')) soundTimeS(value as number | null);
  }
  return people as T[];
};
