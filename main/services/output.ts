// Where files for the user may go: anywhere but onto Afterword's own.
import { existsSync, realpathSync } from 'node:fs';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { AppError } from '../../preload/contract/errors.ts';

/** The path with the links of its existing part followed, and spelled as the system has it: some take LIBRARY.DB as well. */
const followLinks = (path: string): string => {
  const folder = dirname(path);
  if (existsSync(path)) return realpathSync.native(path);
  return folder === path ? path : join(followLinks(folder), basename(path));
};

/** Throws AppError output_failed when the path is one of the files or folders that Afterword keeps its data in. */
export const refuseOwnFiles = (path: string, dataDir: string): void => {
  const [first = ''] = relative(followLinks(resolve(dataDir)), followLinks(resolve(path))).split(sep);
  if (first.startsWith('library.db') || ['workspaces', 'backups', 'damaged'].includes(first))
    throw new AppError('output_failed', `Afterword keeps its data in ${resolve(path)}. Choose another place.`);
};
