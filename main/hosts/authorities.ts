// Which certificate authorities are trusted: Node's, those of the system, and those of files that the environment names.
import { readFileSync, statSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { AppError } from '../../preload/contract/errors.ts';
import type { Log } from '../ports.ts';

/** PEM texts of Node's own authorities and of the system's, read in a thread of their own. */
const readBuiltIn = (): Promise<string[]> =>
  new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./authorities-worker.ts', import.meta.url));
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.once('exit', () => reject(new Error('the certificate authorities were not read')));
  });

/** Node reads such a file in a thread that a pipe would stop for good, and the program's end with it. */
const refusePipe = (name: string, path: string): void => {
  let isPipe: boolean;
  try {
    isPipe = statSync(path, { throwIfNoEntry: false })?.isFIFO() ?? false;
  } catch {
    // Whatever is wrong with it is told when it is read.
    return;
  }
  if (isPipe) throw new AppError('invalid_input', `${name} names ${path}, which is a pipe. It must name a file.`);
};

/**
 * PEM texts of the certificate authorities a corporate machine adds, beside those Node brings along. Throws AppError invalid_input for a
 * pipe.
 */
export const readAuthorities = async (
  env: Readonly<Record<string, string | undefined>>,
  log: Log | undefined,
): Promise<string[]> => {
  const names = ['NODE_EXTRA_CA_CERTS', 'SSL_CERT_FILE'];
  for (const name of names) refusePipe(name, env[name] ?? '');
  const authorities = new Set(await readBuiltIn());
  for (const name of names) {
    const path = env[name];
    if (!path) continue;
    try {
      authorities.add(readFileSync(path, 'utf8'));
    } catch (error) {
      log?.warn('certificate authorities not read', { variable: name, reason: (error as NodeJS.ErrnoException).code });
    }
  }
  return [...authorities];
};
