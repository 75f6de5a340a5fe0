// Which key a database file needs, and the keys that this thread knows. A key is 32 random bytes; its id, a hash of it, is the salt
// that the cipher keeps in the first 16 bytes of the file, and stands once more in a small file beside it. So a file says by itself
// whose it is, and a missing or wrong key is known before anything opens it: SQLite could not tell that from damage.
// docs/decisions/0024. Keys come here from the host and from workerData, and leave only into the cipher.
import { hash, hkdfSync, randomUUID } from 'node:crypto';
import { closeSync, fsyncSync, linkSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';
import { AppError } from '../../preload/contract/errors.ts';
import { readHeld } from './held-file.ts';
import { readRegular } from './regular-file.ts';

export const KEY_BYTES = 32;
const ID_BYTES = 16;
const CIPHER = 'aegis256';

const known = new Map<string, Buffer>();

/** What a thread that opens a cache is started with; `cacheKey` is null for a plain one. */
export type CacheThreadData = { cachePath: string; cacheKey: Uint8Array | null };
/** In that thread, first of all. */
export const receiveKey = ({ cacheKey }: Pick<CacheThreadData, 'cacheKey'>): void => {
  if (cacheKey !== null) learnKey(cacheKey);
};

/** 32 hexadecimal digits. Nothing of the key can be learned from them. */
export const idOfKey = (key: Uint8Array): string =>
  hash('sha256', Buffer.concat([Buffer.from('afterword cache key '), key]), 'buffer').toString('hex', 0, ID_BYTES);

/** From now on this thread opens files of this key. */
export const learnKey = (key: Uint8Array): string => {
  const id = idOfKey(key);
  known.set(id, Buffer.from(key));
  return id;
};
export const knownKey = (id: string): Uint8Array | null => known.get(id) ?? null;
export const unlearnKey = (id: string): void => {
  known.get(id)?.fill(0);
  known.delete(id);
};

export const markPath = (path: string): string => `${path}.key`;

const markSchema = z.object({ cipher: z.literal(CIPHER), keyId: z.string().regex(/^[0-9a-f]{32}$/) });

/** Null when there is none, or one that makes no sense. */
const readMark = (path: string): string | null => {
  try {
    return markSchema.parse(JSON.parse(readRegular(markPath(path)))).keyId;
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof z.ZodError) return null;
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
};

/** Has the names in the folder of a file on the disk. */
export const flushFolder = (path: string): void => {
  // Windows has no folder that could be flushed.
  if (process.platform === 'win32') return;
  const folder = openSync(dirname(path), 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
};

const writeWhole = (path: string, text: string): void => {
  const file = openSync(path, 'wx', 0o600);
  try {
    writeSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
};

/**
 * Notes the key of a file that is about to be made; false when a mark is there already. It appears whole: half of one would be taken
 * for nonsense by another program, which would put its own key there.
 */
export const writeMark = (path: string, keyId: string): boolean => {
  const text = `${JSON.stringify({ cipher: CIPHER, keyId })}\n`;
  const temporary = `${markPath(path)}.${randomUUID()}.tmp`;
  try {
    writeWhole(temporary, text);
    try {
      linkSync(temporary, markPath(path));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw error;
      // A file system without second names.
      writeWhole(markPath(path), text);
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(temporary, { force: true });
  }
  flushFolder(path);
  return true;
};
export const removeMark = (path: string): void => rmSync(markPath(path), { force: true });

const magic = Buffer.from('SQLite format 3\0');
const HEADER_BYTES = 24;

const readStart = (path: string): Buffer | null => {
  try {
    return readHeld(path, (file) => {
      const start = Buffer.alloc(HEADER_BYTES);
      return readSync(file, start, 0, HEADER_BYTES, 0) === HEADER_BYTES ? start : null;
    });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
};

/** Bytes 16 to 23 are never encrypted: page size, two versions, the room for nonce and tag in each page, three constants. */
const looksEncrypted = (start: Buffer): boolean =>
  start[20] === 64 && start.subarray(21).equals(Buffer.from([64, 32, 32]));

const beginsPlain = (start: Buffer | null): boolean => start?.subarray(0, ID_BYTES).equals(magic) === true;

/** Whether there is a plain file. One that is not there, is empty, or makes no sense is none. */
export const isPlainFile = (path: string): boolean => beginsPlain(readStart(path));

/** The id of the key that the file needs, or will be made with; null when it is plain. */
export const keyIdOf = (path: string): string | null => {
  const start = readStart(path);
  // Whatever stands beside it: a plain file is opened as one. It becomes another by being replaced whole.
  if (beginsPlain(start)) return null;
  const marked = readMark(path);
  if (marked !== null) return marked;
  return start !== null && looksEncrypted(start) ? start.toString('hex', 0, ID_BYTES) : null;
};

export const lockedError = (label: string, why: string, keyId: string): AppError =>
  new AppError('cache_locked', `${label} is encrypted, and ${why} Nothing was changed.`, { details: { keyId } });

/** The key for this file; null when it is plain. Throws AppError cache_locked when this thread does not know it. */
export const keyOf = (path: string): Buffer | null => {
  const id = keyIdOf(path);
  if (id === null) return null;
  const key = known.get(id);
  if (key === undefined)
    throw lockedError(
      `The cache (${path})`,
      'its key is not at hand. If another program has just made it, try again: what is missing is then said.',
      id,
    );
  return key;
};

/** What the cipher is keyed with: the key as it is, and the id as its salt. The caller blanks it. */
export const cipherKey = (key: Buffer): Buffer => Buffer.from(`raw:${key.toString('hex')}${idOfKey(key)}`);

/** The key of the files beside a cache; null when the cache is plain. Throws AppError cache_locked. */
export const besideKeyOf = (path: string): Buffer | null => {
  const key = keyOf(path);
  return key === null ? null : Buffer.from(hkdfSync('sha256', key, '', 'afterword files beside a cache', KEY_BYTES));
};
