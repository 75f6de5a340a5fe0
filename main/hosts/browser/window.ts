// A window of an installed browser, with a profile of its own that is thrown away, and the system's opener for files and
// links. Imports Node and the contract.
import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { AppError } from '../../../preload/contract/errors.ts';

/** Nothing of the browser's own goes over the network. */
const quietFlags = [
  '--no-first-run',
  '--no-default-browser-check',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-extensions',
  '--disable-quic',
];

export type BrowserWindow = {
  /** Resolves when the window was closed. */
  closed: Promise<void>;
  close(): Promise<void>;
};

/**
 * Opens `address` as an app window. The address goes through a file that only this user can read: on many systems
 * everybody can read the argument list of every process, and the address holds the key of the window.
 */
export const openBrowserWindow = async (
  browser: string,
  address: string,
  moreFlags: readonly string[] = [],
): Promise<BrowserWindow> => {
  const profile = await mkdtemp(join(tmpdir(), 'afterword-window-'));
  const launcher = join(profile, 'open.html');
  // The address is ours (127.0.0.1, a port, base64url): nothing in it needs escaping.
  await writeFile(launcher, `<!doctype html><title>Afterword</title><script>location.replace("${address}")</script>`, {
    mode: 0o600,
  });
  // Chromium refuses to start its sandbox as root, which happens in containers only.
  const rootFlags = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  const child = spawn(
    browser,
    [`--user-data-dir=${profile}`, ...quietFlags, ...rootFlags, ...moreFlags, `--app=${pathToFileURL(launcher).href}`],
    { stdio: 'ignore' },
  );
  const ended = new Promise<void>((resolve) => {
    child.once('error', () => resolve());
    child.once('exit', () => resolve());
  });
  // Helper processes of the browser may still be writing for a moment.
  const closed = ended.then(() => rm(profile, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 }));
  return {
    closed,
    close() {
      child.kill();
      return closed;
    },
  };
};

type Opener = { program: string; words: string[] };

/** The system's program that opens a file or an https address. Words only: no shell reads them. */
export const openerOf = (target: string, platform: NodeJS.Platform): Opener => {
  if (platform === 'darwin') return { program: 'open', words: [target] };
  if (platform === 'win32') return { program: 'explorer.exe', words: [target] };
  return { program: 'xdg-open', words: [target] };
};

export const revealerOf = (path: string, platform: NodeJS.Platform): Opener => {
  if (platform === 'darwin') return { program: 'open', words: ['-R', path] };
  if (platform === 'win32') return { program: 'explorer.exe', words: [`/select,${path}`] };
  return { program: 'xdg-open', words: [dirname(path)] };
};

/** Throws AppError output_failed when the program cannot be started. Does not wait for it to end. */
export const startOpener = ({ program, words }: Opener): Promise<void> =>
  new Promise((resolve, reject) => {
    const child = spawn(program, words, { stdio: 'ignore', detached: true });
    child.once('spawn', () => {
      child.unref();
      resolve();
    });
    child.once('error', () =>
      reject(new AppError('output_failed', `${program} could not be started. Open ${words.at(-1)} by hand.`)),
    );
  });
