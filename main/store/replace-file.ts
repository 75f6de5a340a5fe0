// Whole-or-nothing writing of the files beside a cache, for the owner alone.
import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';

/**
 * Replaces the file by these parts; afterwards either the old or the new one is there, whole, and on the disk before anything
 * that follows.
 */
export const replaceFile = (path: string, parts: Iterable<Uint8Array>): void => {
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

/** False when the system refuses it: the disk is full, say. */
export const isSaved = (save: () => void): boolean => {
  try {
    save();
    return true;
  } catch (error) {
    if (!(error instanceof Error && 'syscall' in error)) throw error;
    return false;
  }
};
