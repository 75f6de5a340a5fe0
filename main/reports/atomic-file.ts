// Files the user asked for, whole or not at all: written beside the target, flushed, then renamed over it. Owns file
// names that are safe on every system and the sentences for a target that cannot be written. Imports the contract only.
import { type FileHandle, lstat, open, realpath, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { setTimeout as sleepMs } from 'node:timers/promises';
import { AppError } from '../../preload/contract/errors.ts';
import { failpoint } from '../failpoints.ts';
import { removeAbandoned, temporaryIn } from './abandoned.ts';

/** Adds to the file; text is UTF-8. Await it, so that memory stays flat however long the file grows. */
export type WriteChunk = (chunk: string | Uint8Array) => Promise<void>;

export type AtomicWriteOptions = {
  signal?: AbortSignal;
  /** Refuse a path that is a symbolic link or leads through one (unattended runs): others may write into the folder. */
  refuseLinks?: boolean;
};

const bufferBytes = 256 * 1024;

// On Windows a rename fails for as long as Excel or a virus scanner holds the target: short waits outlast the scanner.
const renameWaitsMs = [200, 400, 800];
const busyCodes = new Set(['EPERM', 'EBUSY', 'EACCES']);

// Only errors of a system call: an AppError or a database error carries a `code` too, and keeps its own words.
const codeOf = (error: unknown): string =>
  error instanceof Error && 'syscall' in error && 'code' in error && typeof error.code === 'string' ? error.code : '';

/** The sentence for a system error while writing `path`; anything else is handed back as it came. */
export const explainWriteError = (error: unknown, path: string): unknown => {
  const code = codeOf(error);
  const folder = dirname(resolve(path));
  const fail = (message: string): AppError =>
    new AppError('output_failed', message, { details: { systemCode: code }, cause: error });
  switch (code) {
    case 'ENOENT':
      return fail(`The folder ${folder} does not exist. Create it or choose another one.`);
    case 'ENOTDIR':
      return fail(`${folder} is not a folder. Choose another one.`);
    case 'EEXIST':
      return fail(`${resolve(path)} is a file where a folder should be. Choose another folder.`);
    case 'EISDIR':
      return fail(`${resolve(path)} is a folder. Choose another file name.`);
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return fail(
        `The folder ${folder} cannot be written to. Choose another one, or ask for the right to write there.`,
      );
    case 'ENOSPC':
    case 'EDQUOT':
      return fail(`There is no room left on the disk of ${folder}. Free some space or choose another folder.`);
    case 'ENAMETOOLONG':
      return fail(`The file name ${basename(path).slice(0, 40)}… is too long. Choose a shorter one.`);
    case 'ELOOP':
      return fail(`${resolve(path)} is a link that leads in a circle. Remove it or choose another file name.`);
    case 'EBUSY':
      return fail(`${basename(path)} is open in another program. Close it there, then try again.`);
    case '':
      return error;
    default:
      return fail(`The file ${resolve(path)} could not be written (${code}).`);
  }
};

/**
 * Renames over the target, trying again after 200, 400 and 800 ms while another program holds it. Throws AppError
 * output_failed when it still does. `move` and `wait` stand for the file system and the clock.
 */
export const renameOver = async (
  from: string,
  to: string,
  move: (from: string, to: string) => Promise<void> = rename,
  wait: (ms: number) => Promise<unknown> = sleepMs,
): Promise<void> => {
  for (let attempt = 0; ; attempt++) {
    try {
      return await move(from, to);
    } catch (error) {
      if (!busyCodes.has(codeOf(error))) throw error;
      const waitMs = renameWaitsMs[attempt];
      if (waitMs === undefined) {
        throw new AppError(
          'output_failed',
          `${basename(to)} is open in another program. Close it there, then try again.`,
          {
            details: { systemCode: codeOf(error) },
            cause: error,
          },
        );
      }
      await wait(waitMs);
    }
  }
};

// The new name itself must reach the disk; Windows cannot open a folder and does this on its own.
const syncFolder = async (folder: string): Promise<void> => {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
};

const writeAll = async (handle: FileHandle, bytes: Uint8Array): Promise<void> => {
  for (let offset = 0; offset < bytes.length; ) {
    const { bytesWritten } = await handle.write(bytes, offset);
    offset += bytesWritten;
  }
};

const throwIfAborted = (signal: AbortSignal | undefined): void => {
  if (signal?.aborted) throw new AppError('cancelled', 'Writing the file was cancelled. Nothing was left behind.');
};

const fillFile = async (
  handle: FileHandle,
  fill: (write: WriteChunk) => Promise<void>,
  signal: AbortSignal | undefined,
): Promise<void> => {
  let texts: string[] = [];
  let size = 0;
  const flush = async (): Promise<void> => {
    if (texts.length === 0) return;
    const bytes = Buffer.from(texts.join(''), 'utf8');
    texts = [];
    size = 0;
    await writeAll(handle, bytes);
  };
  await fill(async (chunk) => {
    throwIfAborted(signal);
    if (typeof chunk === 'string') {
      texts.push(chunk);
      size += chunk.length;
      if (size >= bufferBytes) await flush();
      return;
    }
    await flush();
    await writeAll(handle, chunk);
  });
  await flush();
  throwIfAborted(signal);
  await handle.sync();
};

/** Throws AppError output_failed. */
const refuseLinkedFolder = async (target: string): Promise<void> => {
  const folder = dirname(target);
  const real = await realpath(folder).catch((error: unknown) => Promise.reject(explainWriteError(error, target)));
  if (real !== folder)
    throw new AppError('output_failed', `The folder ${folder} is reached through a link. Give its real path instead.`);
};

/**
 * Where the bytes go: behind a link lies its file, unless links are refused; then nothing is followed, also none that is put
 * there from now on. A device or a pipe must not be replaced by a file.
 */
const findTarget = async (path: string, refusesLinks: boolean): Promise<string> => {
  const target = resolve(path);
  if (refusesLinks) await refuseLinkedFolder(target);
  const found = await (refusesLinks ? lstat : stat)(target).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return null;
    throw explainWriteError(error, target);
  });
  if (found === null) return target;
  if (found.isSymbolicLink())
    throw new AppError('output_failed', `${target} is a link to another place. Remove it: nothing was written.`);
  if (!found.isFile() && !found.isDirectory())
    throw new AppError('output_failed', `${target} is no ordinary file. For the standard output give “-”.`);
  return refusesLinks ? target : realpath(target);
};

/**
 * Writes `path` so that a reader sees the old file or the whole new one, readable by its owner only (0600). `fill` gets a
 * function that adds to the file. On an error or abort the temporary file is removed and the old file stands. Throws
 * AppError output_failed with the way out, AppError cancelled, or whatever `fill` threw.
 */
export const writeAtomically = async (
  path: string,
  fill: (write: WriteChunk) => Promise<void>,
  options: AtomicWriteOptions = {},
): Promise<void> => {
  const target = await findTarget(path, options.refuseLinks ?? false);
  const folder = dirname(target);
  const temporary = temporaryIn(folder);
  throwIfAborted(options.signal);
  await removeAbandoned(folder);
  let handle: FileHandle | undefined;
  let isCreated = false;
  try {
    handle = await open(temporary, 'wx', 0o600);
    isCreated = true;
    failpoint('file-begun');
    await fillFile(handle, fill, options.signal);
    await handle.close();
    handle = undefined;
    failpoint('file-written');
    await renameOver(temporary, target);
    failpoint('file-renamed');
    await syncFolder(folder);
  } catch (error) {
    await handle?.close();
    if (isCreated) await rm(temporary, { force: true });
    throw explainWriteError(error, target);
  }
};

const reservedOnWindows = /^(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\.|$)/iu;
const nameBytes = 120;

/**
 * A file name made from any text, safe on Windows, macOS and Linux: letters A-Z, digits, space, `.`, `_`, `-` (accents
 * are dropped from their letters), at most 120 bytes, the extension kept; `report` when nothing is left.
 */
export const safeFileName = (text: string): string => {
  const plain = text
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .replace(/[^A-Za-z0-9 ._-]+/gu, '-')
    .replace(/^[ .-]+/u, '')
    .replace(/[ .]+$/u, '');
  const extension = /\.[A-Za-z0-9]{1,8}$/u.exec(plain)?.[0] ?? '';
  const stem = plain
    .slice(0, plain.length - extension.length)
    .slice(0, nameBytes - 1 - extension.length)
    .replace(/[ .]+$/u, '');
  const name = `${stem === '' ? 'report' : stem}${extension}`;
  return reservedOnWindows.test(name) ? `_${name}` : name;
};
