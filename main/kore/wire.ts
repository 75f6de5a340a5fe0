// Reads what the API wrote, tolerantly: names in any case, booleans as words, numbers as text, several spellings of a
// time. Owns the coercions and the difference between a value that may be dropped with a warning and one that makes the
// whole row bad. Knows no field of the API: see decode.ts. Imports nothing.
//
// Hand-written, because every row of a sync passes through here and a schema library costs several times as much.

/** A row that must be put aside. Neither `path` nor `reason` ever holds a value of the row. */
export class BadRowError extends Error {
  readonly path: string;
  readonly reason: string;

  constructor(path: string, reason: string) {
    super(reason);
    this.name = 'BadRowError';
    this.path = path;
    this.reason = reason;
  }
}

export const isPlainObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isBlank = (value: unknown): boolean =>
  value === undefined || value === null || (typeof value === 'string' && value.trim() === '');

const nul = String.fromCharCode(0);

/**
 * Trimmed text that survives a round trip through SQLite: half surrogate pairs become U+FFFD as they would in UTF-8, and
 * NUL, at which SQLite's text functions stop, is dropped. Null when nothing is left.
 */
function cleanText(value: string): string | null {
  let text = value.isWellFormed() ? value : value.toWellFormed();
  if (text.includes(nul)) text = text.replaceAll(nul, '');
  text = text.trim();
  return text === '' ? null : text;
}

/** Text of a string, number or boolean; null for anything else. */
function toText(value: unknown): string | null {
  if (typeof value === 'string') return cleanText(value);
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return null;
}

const numeral = /^[+-]?\d+(?:\.\d+)?$/;

/** A finite number, or text that spells one; null for anything else. */
function toNumber(value: unknown): number | null {
  const number = typeof value === 'string' && numeral.test(value.trim()) ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : null;
}

const flagWords = new Map<string, boolean>([
  ['true', true],
  ['yes', true],
  ['y', true],
  ['1', true],
  ['false', false],
  ['no', false],
  ['n', false],
  ['0', false],
]);

const timePattern =
  /^(\d{4})[-/](\d{1,2})[-/](\d{1,2})[T ] *(\d{1,2}):(\d{2}):(\d{2})(?:[.,](\d{1,9}))? *(Z|UTC|GMT|[+-]\d{2}:?\d{2})?$/i;

/**
 * UTC epoch milliseconds of a time as the API writes it; null when it is not one. Reads `2025-09-30T12:37:00` and its
 * variants (a space, slashes, a one-digit hour, a fraction, `Z`, an offset). Without a zone it is UTC, because every
 * request asks with `timeZoneOffset` 0. A year outside 2000-2099 is a placeholder such as 1970 or 0001, not a time.
 */
export function parseTimeMs(value: unknown): number | null {
  if (typeof value !== 'string') return null;
  const match = timePattern.exec(value.trim());
  if (match === null) return null;
  const year = Number(match[1]);
  const month = Number(match[2]);
  const day = Number(match[3]);
  const hour = Number(match[4]);
  const minute = Number(match[5]);
  const second = Number(match[6]);
  if (year < 2000 || year > 2099 || month < 1 || month > 12 || day < 1 || hour > 23 || minute > 59 || second > 59) {
    return null;
  }
  if (day > 28 && day > new Date(Date.UTC(year, month, 0)).getUTCDate()) return null;
  const fractionMs = match[7] === undefined ? 0 : Math.floor(Number(`0.${match[7]}`) * 1000);
  const offsetMs = match[8] === undefined ? 0 : parseOffsetMs(match[8]);
  return offsetMs === null ? null : Date.UTC(year, month - 1, day, hour, minute, second, fractionMs) - offsetMs;
}

/** Milliseconds that a zone such as `+05:30` or `Z` is ahead of UTC; null when no zone is that far away. */
function parseOffsetMs(zone: string): number | null {
  if (zone[0] !== '+' && zone[0] !== '-') return 0;
  const hours = Number(zone.slice(1, 3));
  const minutes = Number(zone.slice(-2));
  if (hours > 14 || minutes > 59) return null;
  return (zone[0] === '-' ? -1 : 1) * (hours * 60 + minutes) * 60_000;
}

const objectId = /^[0-9a-f]{24}$/i;
const earliestIdS = Date.UTC(2010, 0) / 1000;
const latestIdS = Date.UTC(2100, 0) / 1000;

/**
 * UTC epoch seconds at which a MongoDB ObjectId was made (its first eight hex digits); null when the text is not one or
 * the second is not plausible. A sessionId is one, and its second is the session's start.
 */
export function objectIdEpochS(id: string | null): number | null {
  if (id === null || !objectId.test(id)) return null;
  const epochS = Number.parseInt(id.slice(0, 8), 16);
  return epochS >= earliestIdS && epochS < latestIdS ? epochS : null;
}

// Lower-cased field names, remembered because the same hundred names come back in every row. Bounded, because the names
// inside metaInfo are the customer's own.
const loweredNames = new Map<string, string>();
const maxLoweredNames = 2000;

function lowerName(name: string): string {
  let lowered = loweredNames.get(name);
  if (lowered === undefined) {
    lowered = name.toLowerCase();
    if (loweredNames.size < maxLoweredNames && name.length <= 40) loweredNames.set(name, lowered);
  }
  return lowered;
}

/** Far more than ever stood in one list, and few enough that whoever compares each with each is soon done. */
const maxEntries = 1000;

/**
 * One object of a row with its fields found by name in any case. Of two spellings in one object the first with a value
 * counts. Absent, null and '' are all null. `path` is where the object stands in the row, '' for the row itself.
 */
export class WireObject {
  readonly path: string;
  readonly #values = new Map<string, unknown>();
  readonly #warnings: string[];

  constructor(source: Record<string, unknown>, path: string, warnings: string[]) {
    this.path = path;
    this.#warnings = warnings;
    for (const name of Object.keys(source)) {
      const value = source[name];
      if (value === null || value === '') continue;
      const lowered = lowerName(name);
      if (!this.#values.has(lowered) && !isBlank(value)) this.#values.set(lowered, value);
    }
  }

  /** True when no field has a value. */
  get isEmpty(): boolean {
    return this.#values.size === 0;
  }

  /** The value as it was sent; undefined when absent or blank. */
  raw(name: string): unknown {
    return this.#values.get(lowerName(name));
  }

  has(name: string): boolean {
    return this.raw(name) !== undefined;
  }

  pathOf(name: string): string {
    return this.path === '' ? name : `${this.path}.${name}`;
  }

  warn(name: string, what: string): null {
    this.#warnings.push(`${this.pathOf(name)}: ${what}`);
    return null;
  }

  bad(name: string, reason: string): BadRowError {
    return new BadRowError(this.pathOf(name), reason);
  }

  text(name: string): string | null {
    const value = this.raw(name);
    if (value === undefined) return null;
    return typeof value === 'object' ? this.warn(name, 'not a text, left out') : toText(value);
  }

  /** Entries of a list, or the single value in its place. Throws BadRowError for more than any conversation has. */
  #entries(name: string, value: unknown): unknown[] {
    const entries: unknown[] = Array.isArray(value) ? value : [value];
    if (entries.length > maxEntries) throw this.bad(name, `more than ${maxEntries} entries`);
    return entries;
  }

  /** Texts of a list, or of a single value; blanks are dropped. */
  texts(name: string): string[] {
    const value = this.raw(name);
    if (value === undefined) return [];
    const texts: string[] = [];
    for (const item of this.#entries(name, value)) {
      const text = toText(item);
      if (text !== null) texts.push(text);
      else if (!isBlank(item)) this.warn(name, 'an entry is not a text, left out');
    }
    return texts;
  }

  flag(name: string): boolean | null {
    const value = this.raw(name);
    if (value === undefined) return null;
    if (typeof value === 'boolean') return value;
    const flag = flagWords.get(toText(value)?.toLowerCase() ?? '');
    return flag ?? this.warn(name, 'neither yes nor no, left out');
  }

  /** UTC epoch milliseconds. Throws BadRowError when there is a value ('-' means none) that is not a time. */
  timeMs(name: string): number | null {
    const value = this.raw(name);
    if (value === undefined || value === '-') return null;
    const timeMs = parseTimeMs(value);
    if (timeMs === null) throw this.bad(name, 'not a readable time');
    return timeMs;
  }

  /** UTC epoch seconds, fractions cut off. Throws like timeMs. */
  timeS(name: string): number | null {
    const timeMs = this.timeMs(name);
    return timeMs === null ? null : Math.floor(timeMs / 1000);
  }

  /** Whole seconds. Throws BadRowError when there is a value ('-' means none) that is negative or not a number. */
  durationS(name: string): number | null {
    const value = this.raw(name);
    if (value === undefined || value === '-') return null;
    const seconds = toNumber(value);
    if (seconds === null) throw this.bad(name, 'not a number of seconds');
    if (seconds < 0) throw this.bad(name, 'a negative number of seconds');
    const rounded = Math.round(seconds);
    if (!Number.isSafeInteger(rounded)) throw this.bad(name, 'not a number of seconds');
    return rounded + 0; // turns -0 into 0
  }

  number(name: string): number | null {
    const value = this.raw(name);
    if (value === undefined) return null;
    const number = toNumber(value);
    return number === null ? this.warn(name, 'not a number, left out') : number + 0;
  }

  integer(name: string): number | null {
    const number = this.number(name);
    return number === null || Number.isSafeInteger(number) ? number : this.warn(name, 'not a whole number, left out');
  }

  /** An object whose absence does no harm: anything else in its place is left out with a warning. */
  object(name: string): WireObject | null {
    const value = this.raw(name);
    if (value === undefined) return null;
    if (!isPlainObject(value)) return this.warn(name, 'not an object, left out');
    return new WireObject(value, this.pathOf(name), this.#warnings);
  }

  /** An object that figures depend on. Throws BadRowError when something else stands there; null when it is empty. */
  requiredObject(name: string): WireObject | null {
    const value = this.raw(name);
    if (value === undefined) return null;
    if (!isPlainObject(value)) throw this.bad(name, 'not an object');
    const object = new WireObject(value, this.pathOf(name), this.#warnings);
    return object.isEmpty ? null : object;
  }

  /**
   * Objects of a list that figures depend on, or of a single object in its place. With `textField`, an entry that is a
   * text stands for an object with only that field. Throws BadRowError when an entry is anything else.
   */
  requiredObjects(name: string, textField?: string): WireObject[] {
    const value = this.raw(name);
    if (value === undefined) return [];
    return this.#entries(name, value).map((item, index) => {
      const path = `${this.pathOf(name)}[${index}]`;
      const object = textField !== undefined && typeof item === 'string' ? { [textField]: item } : item;
      if (!isPlainObject(object)) throw new BadRowError(path, 'not an object');
      return new WireObject(object, path, this.#warnings);
    });
  }

  /** Objects of a list whose entries can be lost without harm to a figure; others are left out with a warning. */
  objects(name: string): WireObject[] {
    const value = this.raw(name);
    if (value === undefined) return [];
    const objects: WireObject[] = [];
    for (const [index, item] of this.#entries(name, value).entries()) {
      if (isPlainObject(item)) objects.push(new WireObject(item, `${this.pathOf(name)}[${index}]`, this.#warnings));
      else this.warn(name, 'an entry is not an object, left out');
    }
    return objects;
  }
}
