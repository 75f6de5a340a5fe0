// Reading the bytes of a database file past SQLite. POSIX takes all locks of a whole process on a file away when any one descriptor
// of it is closed, SQLite's too: another program would then believe that nobody has the file open, and take the log from under
// the connections of this one. So what was opened here is never closed: one descriptor for each file and thread, until the
// program ends (threads are started so that theirs outlive them, see workers/rpc.ts). Windows has no such rule. Imports node:fs.
import { closeSync, fstatSync, openSync, statSync } from 'node:fs';

const held = new Map<string, number>();

/** Throws what opening throws. `read` must not close the descriptor, and says where it reads. */
export const readHeld = <T>(path: string, read: (file: number) => T): T => {
  if (process.platform === 'win32') {
    const file = openSync(path, 'r');
    try {
      return read(file);
    } finally {
      closeSync(file);
    }
  }
  const nameOf = ({ dev, ino }: { dev: number; ino: number }): string => `${dev} ${ino}`;
  const known = held.get(nameOf(statSync(path)));
  if (known !== undefined) return read(known);
  const file = openSync(path, 'r');
  // Of the file that was opened, should another have taken its name meanwhile.
  const name = nameOf(fstatSync(file));
  if (!held.has(name)) held.set(name, file);
  return read(file);
};
