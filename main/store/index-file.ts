// What lies beside a cache. The search index: one file, for the owner alone. It holds customers' data, so that
// whoever forgets a customer removes it. Owns the path and the whole-or-nothing write; the index room owns the content.
import { closeSync, fsyncSync, openSync, readdirSync, renameSync, rmSync, writeSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

export const indexPath = (cachePath: string): string => join(dirname(cachePath), 'search-index.bin');
/** The facts of figures; its name begins as the index's does, so that both are removed together. */
export const factsPath = (cachePath: string): string => `${indexPath(cachePath)}.facts`;

/** Removes it, and whatever a program that was killed while saving left of it. */
export const removeIndexFile = (cachePath: string): void => {
  const path = indexPath(cachePath);
  for (const name of readdirSync(dirname(path)))
    if (name.startsWith(basename(path))) rmSync(join(dirname(path), name), { recursive: true, force: true });
};

/** Replaces the file by these parts; afterwards either the old or the new one is there, whole. */
export const writeIndexFile = (
  cachePath: string,
  parts: Iterable<Uint8Array>,
  path: string = indexPath(cachePath),
): void => {
  const temporary = `${path}.${process.pid}.tmp`;
  rmSync(temporary, { force: true });
  const file = openSync(temporary, 'wx', 0o600);
  try {
    for (const part of parts) {
      let at = 0;
      while (at < part.byteLength) at += writeSync(file, part, at);
    }
    fsyncSync(file);
  } catch (error) {
    closeSync(file);
    rmSync(temporary, { force: true });
    throw error;
  }
  closeSync(file);
  renameSync(temporary, path);
};
