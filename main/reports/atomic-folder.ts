// A folder of files the user asked for, whole or not at all: filled beside the target, then put in its place. Owns which
// folders may be replaced. Imports the contract, atomic-file.ts and abandoned.ts only.
import { randomBytes } from 'node:crypto';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { AppError } from '../../preload/contract/errors.ts';
import { failpoint } from '../failpoints.ts';
import { removeAbandoned, temporaryIn } from './abandoned.ts';
import { explainWriteError, renameOver } from './atomic-file.ts';

const codeOf = (error: unknown): unknown => (error instanceof Error && 'code' in error ? error.code : null);

/** Paths of the files below a folder, relative to it; empty when the folder is not there. */
const listFiles = async (folder: string): Promise<string[]> => {
  try {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    return entries
      .filter((entry) => !entry.isDirectory())
      .map((entry) => relative(folder, join(entry.parentPath, entry.name)));
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return [];
    throw error;
  }
};

/**
 * Fills a new folder with `fill` and puts it in the place of `path`. A folder that is there is replaced only when it is
 * empty or holds nothing but files that `isOwn` knows as those of an earlier export: anything else is somebody's work.
 * When `fill` fails, the old folder stands and the new one is removed. Between the two renames at the end there is for a
 * moment no folder at all, but never half of one. Files and folders are their owner's only. Throws AppError output_failed, or
 * whatever `fill` threw.
 */
export const writeFolderAtomically = async (
  path: string,
  isOwn: (file: string) => boolean,
  fill: (folder: string) => Promise<void>,
): Promise<void> => {
  const target = resolve(path);
  const mark = randomBytes(8).toString('hex');
  const temporary = temporaryIn(dirname(target));
  const old = join(dirname(target), `.afterword-${mark}.old`);
  const refuseForeign = async (): Promise<void> => {
    const files = await listFiles(target);
    if (files.some((file) => !isOwn(file.replaceAll('\\', '/')))) {
      throw new AppError(
        'output_failed',
        `The folder ${target} holds other files than an export's. Name a new folder, or empty this one.`,
      );
    }
  };
  try {
    await refuseForeign();
    await removeAbandoned(dirname(target));
    await mkdir(temporary, { mode: 0o700 });
    try {
      await fill(temporary);
      failpoint('folder-filled');
      // Looked at again: an export of a large cache takes minutes.
      await refuseForeign();
      let isReplacing = true;
      try {
        await rename(target, old);
      } catch (error) {
        if (codeOf(error) !== 'ENOENT') throw error;
        isReplacing = false;
      }
      failpoint('folder-moved');
      try {
        await renameOver(temporary, target);
        failpoint('folder-renamed');
      } catch (error) {
        if (isReplacing) await rename(old, target);
        throw error;
      }
      await rm(old, { recursive: true, force: true });
    } catch (error) {
      await rm(temporary, { recursive: true, force: true });
      throw error;
    }
  } catch (error) {
    throw explainWriteError(error, target);
  }
};
