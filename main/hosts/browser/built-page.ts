// Whether what was built is older than what it was built from. Imports Node only.
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** UTC epoch milliseconds of the last change to a file in `path` or to `path` itself; 0 when there is none. */
export const newestMs = (path: string): number => {
  const status = statSync(path, { throwIfNoEntry: false });
  if (status === undefined) return 0;
  if (!status.isDirectory()) return status.mtimeMs;
  const entries = readdirSync(path, { recursive: true, withFileTypes: true });
  return Math.max(
    0,
    ...entries.filter((entry) => entry.isFile()).map((entry) => statSync(join(entry.parentPath, entry.name)).mtimeMs),
  );
};

/** `built` is a file that every build writes anew. */
export const isStale = (built: string, sources: readonly string[]): boolean => {
  const builtMs = newestMs(built);
  return builtMs === 0 || sources.some((source) => newestMs(source) > builtMs);
};
