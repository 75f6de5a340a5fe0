// Finds Electron's program, where its download is there. Imports Node only.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Absolute path of the program in `node_modules/electron`; null where only the package is installed. */
export const findElectron = (root: string): string | null => {
  const note = join(root, 'node_modules/electron/path.txt');
  if (!existsSync(note)) return null;
  const program = join(root, 'node_modules/electron/dist', readFileSync(note, 'utf8').trim());
  return existsSync(program) ? program : null;
};
