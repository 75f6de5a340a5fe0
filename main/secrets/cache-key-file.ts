// Keys of caches that lie in a file, for machines without a keychain: the file that AFTERWORD_CACHE_KEY_FILE names, then in
// $CREDENTIALS_DIRECTORY `afterword-cache-key.<name>` and `afterword-cache-key`. Imports the contract and credentials.ts.
import { randomUUID } from 'node:crypto';
import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { AppError } from '../../preload/contract/errors.ts';
import { readCredentialFile } from './credentials.ts';

/** 32 bytes as 64 hexadecimal digits. */
export const encodeKey = (key: Uint8Array): string => Buffer.from(key).toString('hex');
/** Null when it is none. */
export const decodeKey = (text: string): Uint8Array | null =>
  /^[0-9a-f]{64}\s*$/i.test(text) ? Buffer.from(text.trim(), 'hex') : null;

type Input = { env: Readonly<Record<string, string | undefined>>; workspaceName: string };

const readKeyFile = async (path: string): Promise<Uint8Array | null> => {
  const text = await readCredentialFile(path);
  if (text === null) return null;
  const key = decodeKey(text);
  if (key === null)
    throw new AppError('cache_locked', `The key file ${path} does not hold 64 hexadecimal digits. It was not used.`);
  return key;
};

/** The first key that is set; null when none is. Throws AppError for a file that must not be used, or is not there. */
export const findKeyInFiles = async ({ env, workspaceName }: Input): Promise<Uint8Array | null> => {
  const named = env.AFTERWORD_CACHE_KEY_FILE;
  if (named) {
    const key = await readKeyFile(named);
    if (key === null)
      throw new AppError('cache_locked', `AFTERWORD_CACHE_KEY_FILE names ${named}, where there is no file.`);
    return key;
  }
  if (!env.CREDENTIALS_DIRECTORY) return null;
  // A name that is no file name has no file of its own.
  const suffixes = /[/\\\0]/.test(workspaceName) ? [''] : [`.${workspaceName}`, ''];
  for (const suffix of suffixes) {
    const key = await readKeyFile(join(env.CREDENTIALS_DIRECTORY, `afterword-cache-key${suffix}`));
    if (key !== null) return key;
  }
  return null;
};

/** Writes it for its owner alone, whole or not at all. Throws AppError output_failed; a file that is there is not replaced. */
export const writeKeyFile = (path: string, key: Uint8Array): void => {
  const temporary = `${path}.${randomUUID()}.tmp`;
  let isOurs = false;
  try {
    // Made empty, so that nobody's file is replaced.
    closeSync(openSync(path, 'wx', 0o600));
    isOurs = true;
    const file = openSync(temporary, 'wx', 0o600);
    try {
      writeSync(file, `${encodeKey(key)}\n`);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(temporary, path);
  } catch (error) {
    for (const one of isOurs ? [temporary, path] : [temporary]) rmSync(one, { force: true });
    const isThere = (error as NodeJS.ErrnoException).code === 'EEXIST';
    throw new AppError(
      'output_failed',
      isThere ? `${path} is already there. Name a file that is not.` : `${path} cannot be written.`,
      { cause: error },
    );
  }
};
