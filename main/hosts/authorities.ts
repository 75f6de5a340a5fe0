// Which certificate authorities are trusted: Node's, those of the system, and those of files that the environment names.
import { readFileSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import type { Log } from '../ports.ts';

/** PEM texts of Node's own authorities and of the system's, read in a thread of their own. */
const readBuiltIn = (): Promise<string[]> =>
  new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./authorities-worker.ts', import.meta.url));
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.once('exit', () => reject(new Error('the certificate authorities were not read')));
  });

/** PEM texts of the certificate authorities a corporate machine adds, beside those Node brings along. */
export const readAuthorities = async (
  env: Readonly<Record<string, string | undefined>>,
  log: Log | undefined,
): Promise<string[]> => {
  const authorities = new Set(await readBuiltIn());
  for (const name of ['NODE_EXTRA_CA_CERTS', 'SSL_CERT_FILE']) {
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
