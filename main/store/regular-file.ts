// Opening what is there by its name, and only when it is an ordinary file: a pipe would stop the thread that opens it for good, a
// folder or a socket ends in words that nobody can act on. Links are followed. Imports Node and the contract.
import { closeSync, constants, fstatSync, openSync, readFileSync, type Stats, statSync } from 'node:fs';
import { AppError } from '../../preload/contract/errors.ts';

const kindOf = (found: Stats): string => {
  if (found.isDirectory()) return 'a folder';
  if (found.isFIFO()) return 'a pipe';
  if (found.isSocket()) return 'a socket';
  return 'a device';
};

/** Throws AppError output_failed. */
const refuse = (path: string, found: Stats): void => {
  if (found.isFile()) return;
  throw new AppError(
    'output_failed',
    `${path} is ${kindOf(found)}, and should be an ordinary file. Something else has put it there: move it away and try again.`,
  );
};

/** What the system says; a file that is not there is thrown as it is. */
const explain = (error: unknown, path: string): unknown => {
  const { code } = error as NodeJS.ErrnoException;
  if (!(error instanceof Error && 'syscall' in error) || code === 'ENOENT') return error;
  // Opening a socket.
  const why = code === 'ENXIO' ? 'it is no ordinary file' : code === 'ELOOP' ? 'its links lead in a circle' : code;
  return new AppError('output_failed', `${path} cannot be opened (${why}). Move it away or mend it, and try again.`, {
    cause: error,
  });
};

/** A descriptor for reading, the caller's to close. Throws AppError output_failed; ENOENT as the system gives it. */
export const openRegular = (path: string): number => {
  let file: number;
  try {
    // Without NONBLOCK a pipe is waited for until somebody writes to it; it changes nothing for a file. Windows has no such flag.
    file = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  } catch (error) {
    throw explain(error, path);
  }
  try {
    refuse(path, fstatSync(file));
    return file;
  } catch (error) {
    closeSync(file);
    throw error;
  }
};

/** The text of a small file. Throws as `openRegular`. */
export const readRegular = (path: string): string => {
  const file = openRegular(path);
  try {
    return readFileSync(file, 'utf8');
  } finally {
    closeSync(file);
  }
};

/** For files that somebody else opens. Throws AppError output_failed; that nothing is there is no fault. */
export const refuseIrregular = (path: string): void => {
  try {
    const found = statSync(path, { throwIfNoEntry: false });
    if (found !== undefined) refuse(path, found);
  } catch (error) {
    throw explain(error, path);
  }
};
