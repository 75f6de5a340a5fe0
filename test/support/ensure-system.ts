// Finds the Debian programs that some tests run against and installs the missing ones where that is possible: as root on
// a machine with apt-get. Elsewhere it says what is missing and which test is skipped for it, and the run goes on; so the
// exit code is always 0. Run by `npm test`; `--check` only looks. Imports node: modules and browser.ts.
import { spawnSync } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { findTestBrowser } from './browser.ts';

type Requirement = {
  program: string;
  /** Left out: `program` is on PATH or in a system folder. */
  isThere?: () => boolean;
  /** Debian packages, all of which are asked for. */
  packages: readonly string[];
  skipped: string;
};

/** Every program outside npm that a test starts, and what is not tested without it. */
export const requirements: readonly Requirement[] = [
  // dbus brings the session configuration that dbus-run-session needs; the program itself is in dbus-daemon since
  // Debian 12 and in dbus before, which depends on it or holds it.
  { program: 'dbus-run-session', packages: ['dbus'], skipped: 'the keychain against a real Secret Service' },
  {
    program: 'gnome-keyring-daemon',
    packages: ['gnome-keyring'],
    skipped: 'the keychain against a real Secret Service',
  },
  {
    program: 'chromium',
    isThere: () => findTestBrowser() !== null,
    packages: ['chromium'],
    skipped: 'the window: its policy, its requests and its screens',
  },
  { program: 'pdftotext', packages: ['poppler-utils'], skipped: 'the text of PDF reports' },
  { program: 'soffice', packages: ['libreoffice-calc'], skipped: 'CSV reports opened in LibreOffice' },
];

// Daemons are sometimes outside a plain user's PATH.
const systemFolders = ['/usr/local/bin', '/usr/bin', '/bin', '/usr/sbin', '/sbin'];

/** Absolute path of a program on PATH or in the usual system folders; null when there is none. */
export const findProgram = (program: string): string | null => {
  const folders = [...(process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== ''), ...systemFolders];
  for (const folder of folders) {
    const path = join(folder, program);
    try {
      accessSync(path, constants.X_OK);
      if (statSync(path).isFile()) return path;
    } catch {
      // Not in this folder: look in the next.
    }
  }
  return null;
};

/** The requirements that this machine does not meet. */
export const findMissing = (): Requirement[] =>
  requirements.filter(({ program, isThere }) => !(isThere?.() ?? findProgram(program) !== null));

const runAptGet = (args: readonly string[]): { ok: boolean; lastLine: string } => {
  const result = spawnSync(
    'apt-get',
    ['-o', 'Acquire::Retries=2', '-o', 'DPkg::Lock::Timeout=120', '-o', 'Acquire::http::Timeout=20', ...args],
    {
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
      stdio: ['ignore', 'pipe', 'pipe'],
      encoding: 'utf8',
      timeout: 300_000,
    },
  );
  const lines = `${result.stdout ?? ''}\n${result.stderr ?? ''}\n${result.error?.message ?? ''}`.trim().split('\n');
  return { ok: result.status === 0, lastLine: lines.at(-1) ?? '' };
};

/** Why packages cannot be installed here; null when they can. */
const findObstacle = (): string | null => {
  if (findProgram('apt-get') === null) return 'this machine has no apt-get';
  if (process.getuid?.() !== 0) return 'not running as root';
  return null;
};

/** Playwright's own download, where the system's packages are not ours to install. Says nothing when it fails: see below. */
const downloadBrowser = (): void => {
  console.log('system: downloading Playwright’s Chromium for the tests');
  spawnSync(process.execPath, ['node_modules/playwright/cli.js', 'install', 'chromium'], {
    stdio: 'ignore',
    timeout: 300_000,
  });
};

/** Installs what is missing where possible. Writes one line to stdout for each thing it did or could not do. */
export const ensureSystem = (options: { checkOnly: boolean }): void => {
  const missing = findMissing();
  if (missing.length === 0) return;
  const packages = [...new Set(missing.flatMap((requirement) => requirement.packages))];
  let obstacle = options.checkOnly ? 'only checking' : findObstacle();
  if (obstacle === null) {
    console.log(`system: installing ${packages.join(', ')} for the tests`);
    // A failed update may still leave usable lists, so the install decides.
    const update = runAptGet(['update', '-qq']);
    const install = runAptGet(['install', '-y', '-qq', '--no-install-recommends', ...packages]);
    if (!install.ok) obstacle = `apt-get failed: ${install.lastLine || update.lastLine}`;
  }
  if (obstacle !== null && !options.checkOnly && findTestBrowser() === null) downloadBrowser();
  for (const { program, packages: wanted, skipped } of findMissing()) {
    console.log(
      `system: ${program} (Debian package ${wanted.join(', ')}) is missing, ${obstacle ?? 'the package did not bring it'}; not tested: ${skipped}`,
    );
  }
};

if (import.meta.main) ensureSystem({ checkOnly: process.argv.includes('--check') });
