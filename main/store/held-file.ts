// Reading the bytes of a database file past SQLite. POSIX takes all locks of a whole process on a file away when any one descriptor
// of it is closed, SQLite's too: another program would then believe that nobody has the file open, and take the log from under
// the connections of this one. So what was opened here stays open until no thread has the file open any more: each thread hands
// its descriptors over at its end, and whoever ends the last one closes them. Windows has no such rule. Imports
// node:fs and regular-file.ts.
import { closeSync, fstatSync, statSync } from 'node:fs';
import { sep } from 'node:path';
import { openRegular, refuseIrregular } from './regular-file.ts';

/** By device and inode: one for each file and thread. */
const held = new Map<string, { path: string; file: number }>();

/** Throws what opening throws: AppError output_failed for what is no ordinary file. `read` must not close the descriptor, and says where it reads. */
export const readHeld = <T>(path: string, read: (file: number) => T): T => {
  if (process.platform === 'win32') {
    const file = openRegular(path);
    try {
      return read(file);
    } finally {
      closeSync(file);
    }
  }
  const nameOf = ({ dev, ino }: { dev: number; ino: number }): string => `${dev} ${ino}`;
  refuseIrregular(path);
  const known = held.get(nameOf(statSync(path)));
  if (known !== undefined) return read(known.file);
  const file = openRegular(path);
  // Of the file that was opened, should another have taken its name meanwhile.
  held.set(nameOf(fstatSync(file)), { path, file });
  return read(file);
};

/** This thread's descriptors, of files in one folder or all, which are the caller's from here on. */
export const handOverHeld = (folder?: string): number[] => {
  const files: number[] = [];
  for (const [name, { path, file }] of held)
    if (folder === undefined || path.startsWith(`${folder}${sep}`)) {
      held.delete(name);
      files.push(file);
    }
  return files;
};

/** What a thread answers to even when it could not open its file. */
export const heldHandlers = { handOverHeld: (): number[] => handOverHeld() };

/** To be called when no connection to their files is left in this process. */
export const closeHeld = (files: readonly number[]): void => {
  for (const file of files) closeSync(file);
};
