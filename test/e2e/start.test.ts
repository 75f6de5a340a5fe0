// npm start and npm run dev as a user runs them, where Electron's program is not installed: what they print, what they
// serve, how they end; and the window they open in an installed browser.
import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { findElectron } from '../../main/hosts/browser/find-electron.ts';
import { openBrowserWindow } from '../../main/hosts/browser/window.ts';
import { findTestBrowser, hasTestBrowser, launchTestBrowser } from '../support/browser.ts';
import { waitUntilDrawn } from '../support/page-attacks.ts';
import { useTempDir } from '../support/temp-dir.ts';
import { buildPage, openWindowHost } from '../support/window-host.ts';

const root = join(import.meta.dirname, '../..');
const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

/** Starts one of the scripts; `printed` is all of its standard output so far. */
const startScript = (script: string, words: readonly string[]) => {
  const child = spawn(process.execPath, [join(root, 'main/hosts/browser', script), ...words], {
    cwd: root,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  children.push(child);
  let text = '';
  child.stdout.on('data', (chunk) => {
    text += chunk.toString();
  });
  child.stderr.on('data', (chunk) => {
    text += chunk.toString();
  });
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const addresses = (): string[] => text.match(/http:\/\/127\.0\.0\.1:\d+\/#[\w-]{43}/g) ?? [];
  return { child, ended, addresses, printed: () => text };
};

test('npm start -- --no-open gives an address that works once, another on Enter, and ends on Ctrl-C', async () => {
  const { child, ended, addresses, printed } = startScript('start.ts', ['--no-open', '--data-dir', useTempDir()]);
  await vi.waitFor(() => expect(addresses(), printed()).toHaveLength(1), { timeout: 60_000, interval: 100 });
  if (findElectron(root) === null) expect(printed()).toMatch(/Electron’s runtime is not installed here/);
  child.stdin.write('\n');
  await vi.waitFor(() => expect(addresses()).toHaveLength(2), { timeout: 5000 });
  const address = new URL(addresses()[0] ?? '');
  expect((await fetch(address.origin)).status).toBe(200);
  child.kill('SIGINT');
  expect(await ended).toBe(0);
  await expect(fetch(address.origin)).rejects.toThrow();
}, 90_000);

test('npm start says so when it does not know a word', async () => {
  const { ended, printed } = startScript('start.ts', ['--no-such-word']);
  expect(await ended).toBe(2);
  expect(printed()).toMatch(/no-such-word/);
});

describe.skipIf(!hasTestBrowser())('with a browser', () => {
  test('npm run dev draws the page under the real policy, with hot reload connected', async () => {
    const { addresses, printed } = startScript('dev.ts', ['--no-open', '--data-dir', useTempDir()]);
    await vi.waitFor(() => expect(addresses(), printed()).toHaveLength(1), { timeout: 60_000, interval: 100 });
    const browser = await launchTestBrowser();
    try {
      const page = await browser.newPage();
      const said: string[] = [];
      page.on('console', (message) => said.push(message.text()));
      await page.goto(addresses()[0] ?? '');
      await waitUntilDrawn(page);
      await vi.waitFor(() => expect(said.join('\n')).toMatch(/\[vite\] connected/), { timeout: 10_000 });
      expect(said.filter((text) => /content security policy/i.test(text))).toEqual([]);
    } finally {
      await browser.close();
    }
  }, 120_000);

  test('the window is opened past the argument list, signs in, and leaves no profile behind', async () => {
    const host = await openWindowHost({ page: await buildPage() });
    const profiles = () => readdirSync(tmpdir()).filter((name) => name.startsWith('afterword-window-'));
    const before = profiles();
    try {
      const address = host.issueAddress();
      const window = await openBrowserWindow(findTestBrowser() ?? '', address, ['--headless=new', '--disable-gpu']);
      await vi.waitFor(() => expect(host.calls).toContain('workspaces.list'), { timeout: 20_000 });
      const [profile] = profiles().filter((name) => !before.includes(name));
      const launcher = join(tmpdir(), profile ?? '', 'open.html');
      if (process.platform !== 'win32') expect(statSync(launcher).mode & 0o777).toBe(0o600);
      if (process.platform === 'linux') {
        const key = new URL(address).hash.slice(1);
        const lists = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
        const withKey = lists.filter((pid) => {
          try {
            return readFileSync(`/proc/${pid}/cmdline`, 'latin1').includes(key);
          } catch {
            // The process has ended since.
            return false;
          }
        });
        expect(withKey).toEqual([]);
      }
      await window.close();
      await vi.waitFor(() => expect(profiles()).toEqual(before), { timeout: 10_000 });
    } finally {
      await host.close();
    }
  }, 60_000);
});
