// What lies beside a cache. The search index: one file, for the owner alone. It holds customers' data, so that
// whoever forgets a customer removes it. Owns the paths; the index room owns the content.
import { readdirSync, rmSync } from 'node:fs';
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
