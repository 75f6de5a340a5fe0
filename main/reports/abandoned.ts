// What a program that was killed in the middle of writing leaves beside the user's files: hidden, and possibly with customers'
// data in it. Whoever writes there next takes it away.
import { randomBytes } from 'node:crypto';
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

const pattern = /^\.afterword-[0-9a-f]{16}\.part$/;
/** Nobody writes one file for a day without a byte: another program's, still at work, is younger. */
const abandonedAfterMs = 24 * 3600 * 1000;

/** A new hidden name in the folder for what is not whole yet. */
export const temporaryIn = (folder: string): string =>
  join(folder, `.afterword-${randomBytes(8).toString('hex')}.part`);

/** What cannot be removed stays: it must not keep the new file from being written. */
export const removeAbandoned = async (folder: string, nowMs = Date.now()): Promise<void> => {
  const names = await readdir(folder).catch((): string[] => []);
  for (const name of names.filter((one) => pattern.test(one))) {
    const path = join(folder, name);
    const found = await stat(path).catch(() => null);
    if (found === null || nowMs - found.mtimeMs < abandonedAfterMs) continue;
    await rm(path, { recursive: true, force: true }).catch(() => undefined);
  }
};
