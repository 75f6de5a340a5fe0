// A browser for tests of the window: one that is installed, else the one Playwright downloaded.
import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright';
import { findBrowser } from '../../main/hosts/browser/find-browser.ts';

/** Absolute path of a browser; null when there is none. */
export const findTestBrowser = (): string | null => {
  const installed = findBrowser();
  if (installed !== null) return installed;
  const downloaded = chromium.executablePath();
  return downloaded !== '' && existsSync(downloaded) ? downloaded : null;
};

/** Whether window tests can run; prints why not. */
export const hasTestBrowser = (): boolean => {
  const isThere = findTestBrowser() !== null;
  if (!isThere) console.log('skipped: no Chromium, Chrome or Edge is installed, and Playwright has none');
  return isThere;
};

// Nothing of the browser's own goes over the network; as root (containers) its sandbox cannot start.
const flags = [
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
];

export const launchTestBrowser = (): Promise<Browser> => {
  const executablePath = findTestBrowser();
  if (executablePath === null) throw new Error('no browser: check hasTestBrowser first');
  return chromium.launch({ executablePath, args: flags });
};
