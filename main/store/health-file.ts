// What is known of a cache's soundness, kept beside it: whether it was closed whole, the sums of its bytes then, what it
// covered, and what SQLite complained of. SQLite keeps no sums of its own, so that a flipped byte in a row is read back as
// if it had been written (a quick_check finds one in four of them). Owns that file; knows no SQL.
import { fstatSync, readSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import { z } from 'zod';
import { readHeld } from './held-file.ts';
import { readRegular } from './regular-file.ts';
import { replaceFile } from './replace-file.ts';

const CHUNK_BYTES = 1 << 20;

const healthSchema = z.object({
  /** Null while somebody may write: then the file was not closed whole, or is in use. */
  sums: z.object({ bytes: z.number(), chunks: z.array(z.number()) }).nullable(),
  /** SQLite, or what unpacks the raw pages, has met damage: the file is rebuilt before it is read again. */
  isSuspect: z.boolean(),
  /** When every byte was last compared with the sums, and every structure with every other; UTC epoch milliseconds. */
  comparedMs: z.number(),
  checkedMs: z.number(),
  /** What each endpoint's coverage spanned at the last close: says what to fetch again should the file be unreadable. */
  spans: z.array(z.object({ endpoint: z.string(), fromS: z.number(), toS: z.number() })),
});
export type Health = z.infer<typeof healthSchema>;

const unknown: Health = { sums: null, isSuspect: false, comparedMs: 0, checkedMs: 0, spans: [] };

export const healthPath = (cachePath: string): string => `${cachePath}.health`;

/** A file that is missing or makes no sense says that nothing is known. */
export const readHealth = (cachePath: string): Health => {
  let text: string;
  try {
    text = readRegular(healthPath(cachePath));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return unknown;
    throw error;
  }
  try {
    return healthSchema.catch(unknown).parse(JSON.parse(text));
  } catch (error) {
    if (error instanceof SyntaxError) return unknown;
    throw error;
  }
};

export const writeHealth = (cachePath: string, health: Health): void =>
  replaceFile(healthPath(cachePath), [Buffer.from(JSON.stringify(health))]);

/** To be called before anything is written: from here on the sums say nothing. Costs a look at the file when they are gone. */
export const markInUse = (cachePath: string): void => {
  const health = readHealth(cachePath);
  if (health.sums !== null) writeHealth(cachePath, { ...health, sums: null });
};

export const markSuspect = (cachePath: string): void =>
  writeHealth(cachePath, { ...readHealth(cachePath), sums: null, isSuspect: true });

export const sumFile = (path: string): NonNullable<Health['sums']> =>
  readHeld(path, (file) => {
    const { size: bytes } = fstatSync(file);
    const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
    const chunks: number[] = [];
    for (let at = 0; at < bytes; ) {
      const read = readSync(file, buffer, 0, CHUNK_BYTES, at);
      if (read === 0) break;
      chunks.push(crc32(buffer.subarray(0, read)));
      at += read;
    }
    return { bytes, chunks };
  });

export const isSameSums = (one: NonNullable<Health['sums']>, other: NonNullable<Health['sums']>): boolean =>
  one.bytes === other.bytes &&
  one.chunks.length === other.chunks.length &&
  one.chunks.every((sum, index) => sum === other.chunks[index]);
