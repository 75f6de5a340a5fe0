// The window in Electron itself: the same attacks as in a browser, the switches of the real window, IPC, one instance.
// Runs where Electron's program is installed; elsewhere test/unit/hosts/electron tests what it is handed.
import { join } from 'node:path';
import { _electron, type ElectronApplication, type Page } from 'playwright';
import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findElectron } from '../../main/hosts/browser/find-electron.ts';
import {
  attackScript,
  attacks,
  codeFromText,
  startWitness,
  type Witness,
  waitUntilDrawn,
} from '../support/page-attacks.ts';
import { makeTempFolder } from '../support/temp-dir.ts';

const root = join(import.meta.dirname, '../..');
const program = findElectron(root);
if (program === null) console.log('skipped: the runtime of Electron is not in node_modules/electron/dist');

describe.skipIf(program === null)('the window in Electron', () => {
  const folder = makeTempFolder();
  let electron: ElectronApplication;
  let page: Page;
  let witness: Witness;
  const errors: string[] = [];

  const launch = (): Promise<ElectronApplication> =>
    _electron.launch({
      executablePath: program ?? '',
      cwd: root,
      args: [
        '.',
        '--data-dir',
        join(folder.path, 'data'),
        ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
        ...(process.env.DISPLAY === undefined && process.platform === 'linux' ? ['--ozone-platform=headless'] : []),
      ],
    });

  beforeAll(async () => {
    for (const config of ['vite.config.ts', 'vite.main.config.ts', 'vite.preload.config.ts'])
      await build({ configFile: join(root, config), logLevel: 'error' });
    witness = await startWitness();
    electron = await launch();
    page = await electron.firstWindow();
    page.on('pageerror', (error) => errors.push(error.message));
    await waitUntilDrawn(page);
  }, 120_000);
  afterAll(async () => {
    await electron?.close();
    await witness?.close();
    folder.remove();
  });

  test('is our page, drawn without an error', async () => {
    expect(new URL(page.url()).protocol).toBe('app:');
    expect(errors).toEqual([]);
  });

  test('has two functions of ours and nothing of Node or Electron', async () => {
    expect(await page.evaluate('[typeof require, typeof process, typeof ipcRenderer, typeof module].join()')).toBe(
      'undefined,undefined,undefined,undefined',
    );
    expect(await page.evaluate('Object.keys(window.afterword).join()')).toBe('call,on');
  });

  test('is answered by the program, and refused what the contract does not know', async () => {
    expect(await page.evaluate("window.afterword.call('host.info', {})")).toMatchObject({
      ok: true,
      data: { kind: 'electron' },
    });
    expect(await page.evaluate("window.afterword.call('constructor', {})")).toMatchObject({ ok: false });
  });

  test.each(attacks)('lets nothing out by %s', async (name) => {
    witness.seen.length = 0;
    await page.evaluate(attackScript(name, witness.origin)).catch(() => undefined);
    await page.waitForTimeout(300);
    expect(witness.seen).toEqual([]);
    expect(new URL(page.url()).protocol).toBe('app:');
  });

  test('runs no text as code, opens no window and leaves for no address', async () => {
    await page.evaluate(codeFromText);
    await page.evaluate(`window.open(${JSON.stringify(witness.origin)})`);
    await page.evaluate(`location.href = ${JSON.stringify(witness.origin)}`).catch(() => undefined);
    await page.waitForTimeout(500);
    expect(await page.evaluate('window.hasRun')).toBeUndefined();
    expect(electron.windows()).toHaveLength(1);
    expect(witness.seen).toEqual([]);
  });

  test('is given no permission', async () => {
    const states = await page.evaluate(
      "Promise.all(['geolocation', 'notifications', 'camera', 'clipboard-read'].map((name) => navigator.permissions.query({ name }).then(({ state }) => state)))",
    );
    expect(states).toEqual(['denied', 'denied', 'denied', 'denied']);
  });

  test('is the only one: a second start ends at once', async () => {
    const second = await launch().catch(() => null);
    expect(second === null || second.windows().length === 0).toBe(true);
    expect(electron.windows()).toHaveLength(1);
  });
});
