// The very objects that Electron is given, against the security checklist.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { schemes, webPreferences, windowOptions } from '../../../../main/hosts/electron/options.ts';

const root = join(import.meta.dirname, '../../../..');

test('a window is sandboxed, isolated, without Node, and opens only when it has painted', () => {
  expect(windowOptions('/p/index.cjs').webPreferences).toEqual(webPreferences('/p/index.cjs'));
  expect(windowOptions('/p/index.cjs')).toMatchObject({ show: false, windowStatePersistence: true, name: 'main' });
  expect(webPreferences('/p/index.cjs')).toEqual({
    preload: '/p/index.cjs',
    sandbox: true,
    contextIsolation: true,
    nodeIntegration: false,
    nodeIntegrationInWorker: false,
    nodeIntegrationInSubFrames: false,
    webSecurity: true,
    allowRunningInsecureContent: false,
    experimentalFeatures: false,
    webviewTag: false,
    navigateOnDragDrop: false,
    spellcheck: false,
  });
});

test('the scheme is a secure origin without service workers or extensions, and held by the policy', () => {
  const privileges = {
    standard: true,
    secure: true,
    supportFetchAPI: true,
    codeCache: true,
    bypassCSP: false,
    corsEnabled: false,
    allowServiceWorkers: false,
    allowExtensions: false,
  };
  expect(schemes).toEqual([{ scheme: 'app', privileges }]);
});

test('no other window, session or switch is made anywhere', () => {
  const folder = join(root, 'main/hosts/electron');
  const text = readdirSync(folder)
    .map((name) => readFileSync(join(folder, name), 'utf8'))
    .join('\n');
  expect(text.match(/new electron\.BrowserWindow\(/g)).toHaveLength(1);
  expect(text).not.toMatch(/fromPartition|BrowserView|WebContentsView|loadFile|file:\/\//);
  expect(text).not.toMatch(/ignore-certificate|rejectUnauthorized|disable-web-security|no-sandbox|enableBlinkFeatures/);
  expect(text.match(/openExternal\(/g)?.length).toBeGreaterThan(0);
});

test('there is one way in, where the sender is checked, and no other listener', () => {
  const folder = join(root, 'main');
  const listeners = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .flatMap((name) =>
      [...readFileSync(join(folder, name), 'utf8').matchAll(/\bipcMain\s*\.\s*(on|once|handle|handleOnce)\(/g)].map(
        ([, verb]) => `${name.split('\\').join('/')} ${verb}`,
      ),
    );
  expect(listeners).toEqual(['hosts/electron/ipc.ts handle']);
});

test('Electron and its updater are pinned to one version, and that is not an old one', () => {
  const { dependencies, devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    dependencies: Record<string, string>;
    devDependencies: Record<string, string>;
  };
  expect(devDependencies.electron).toMatch(/^\d+\.\d+\.\d+$/);
  // Below it the archive's integrity could be passed by (CVE-2025-55305), and Node was another.
  expect(Number.parseInt(devDependencies.electron ?? '0', 10)).toBeGreaterThanOrEqual(45);
  expect(dependencies['electron-updater']).toMatch(/^\d+\.\d+\.\d+$/);
});

test('the preload script gives the page two functions and no part of Electron', () => {
  const text = readFileSync(join(root, 'preload/index.ts'), 'utf8');
  expect(text.match(/exposeInMainWorld/g)).toHaveLength(1);
  expect(text).not.toMatch(/\bsendSync\b|\bremote\b|webFrame|shell/);
});
