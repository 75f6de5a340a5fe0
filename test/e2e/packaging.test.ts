// The package, made by electron-builder itself from our configuration around a stand-in for Electron's program (which is
// a download): what is in it, what is not, its fuses, and that its main process works from what was packed.
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { appId } from '../../main/hosts/electron/options.ts';
import { makeTempFolder } from '../support/temp-dir.ts';
import { buildPage } from '../support/window-host.ts';

const root = join(import.meta.dirname, '../..');
const require = createRequire(join(root, 'package.json'));
const folder = makeTempFolder();
const project = join(folder.path, 'project');
const packed = join(folder.path, 'packages/linux-unpacked');
const resources = join(packed, 'resources');
const extracted = join(folder.path, 'extracted');

/** The packages that a user gets, by the lock file; those of other platforms are not installed here. */
const runtimePackages = (): string[] => {
  type Lock = { packages: Record<string, { dev?: boolean; devOptional?: boolean }> };
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as Lock;
  return Object.entries(lock.packages)
    .filter(([path, entry]) => path !== '' && !entry.dev && !entry.devOptional && existsSync(join(root, path)))
    .map(([path]) => path);
};

const makeProject = async (): Promise<void> => {
  mkdirSync(project, { recursive: true });
  for (const name of ['package.json', 'electron-builder.yml', 'build', 'THIRD-PARTY.txt']) {
    cpSync(join(root, name), join(project, name), { recursive: true });
  }
  for (const path of runtimePackages()) {
    // Packages inside packages have entries of their own.
    const source = realpathSync(join(root, path));
    cpSync(source, join(project, path), {
      recursive: true,
      filter: (from) => !from.slice(source.length).includes('node_modules'),
    });
  }
  cpSync(await buildPage(), join(project, 'dist/renderer'), { recursive: true });
  for (const [config, out] of [
    ['vite.main.config.ts', 'out'],
    ['vite.preload.config.ts', 'out/preload'],
  ] as const) {
    await build({ configFile: join(root, config), root, logLevel: 'error', build: { outDir: join(project, out) } });
  }
};

/** Electron's program holds its fuses after this mark: version 1, how many, and their default states. */
const makeStandIn = (path: string): void => {
  mkdirSync(path, { recursive: true });
  const fuses = Buffer.concat([Buffer.from([1, 9]), Buffer.from('101100011')]);
  writeFileSync(join(path, 'electron'), Buffer.concat([Buffer.from('dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX'), fuses]));
  chmodSync(join(path, 'electron'), 0o755);
  for (const name of ['version', 'LICENSE', 'chrome-sandbox']) writeFileSync(join(path, name), 'stand-in');
};

describe.skipIf(process.platform !== 'linux')('the package', () => {
  beforeAll(async () => {
    await makeProject();
    makeStandIn(join(folder.path, 'electron'));
    const words = ['--linux', 'dir', '--x64', '--publish', 'never', '--projectDir', project];
    const settings = [
      `-c.electronDist=${join(folder.path, 'electron')}`,
      `-c.directories.output=${join(folder.path, 'packages')}`,
    ];
    execFileSync(process.execPath, [join(root, 'node_modules/electron-builder/cli.js'), ...words, ...settings], {
      cwd: project,
      stdio: 'pipe',
    });
    const { extractAll } = require('@electron/asar') as { extractAll(archive: string, target: string): void };
    extractAll(join(resources, 'app.asar'), extracted);
  }, 180_000);
  afterAll(() => folder.remove());

  const filesIn = (path: string): string[] =>
    readdirSync(path, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(path.length + 1));

  test('holds the program, the page and the packages, and nothing of the project besides', () => {
    expect(readdirSync(extracted).toSorted()).toEqual(['dist', 'node_modules', 'out', 'package.json']);
    const own = filesIn(extracted).filter((path) => !path.startsWith('node_modules/'));
    expect(own).toEqual(
      expect.arrayContaining(['out/main/hosts/electron/main.js', 'out/preload/index.cjs', 'dist/renderer/index.html']),
    );
    expect(own.filter((path) => /\.(ts|tsx|map)$|(^|\/)(test|docs)\/|hosts\/browser/.test(path))).toEqual([]);
    expect((JSON.parse(readFileSync(join(extracted, 'package.json'), 'utf8')) as { main: string }).main).toBe(
      'out/main/hosts/electron/main.js',
    );
  });

  test('holds natives for its own platform only, outside the archive', () => {
    const natives = filesIn(join(resources, 'app.asar.unpacked')).filter((path) => path.endsWith('.node'));
    expect(natives.some((path) => path.endsWith('better-sqlite3/prebuilds/linux-x64.node'))).toBe(true);
    expect(natives.some((path) => path.includes('keyring'))).toBe(true);
    expect(natives.some((path) => path.includes('typst'))).toBe(true);
    expect(natives.filter((path) => /darwin|win32|musl/.test(path))).toEqual([]);
  });

  test('keeps what the native PDF compiler reads outside the archive', () => {
    const outside = join(resources, 'app.asar.unpacked');
    expect(globSync('out/main/reports/templates/*.typ', { cwd: outside }).length).toBeGreaterThan(1);
    expect(existsSync(join(outside, 'node_modules/@expo-google-fonts/source-sans-3/400Regular'))).toBe(true);
    expect(existsSync(join(outside, 'node_modules/@expo-google-fonts/source-sans-3/900Black'))).toBe(false);
  });

  test('passes on the licences of others', () => {
    expect(readFileSync(join(resources, 'THIRD-PARTY.txt'), 'utf8')).toBe(
      readFileSync(join(root, 'THIRD-PARTY.txt'), 'utf8'),
    );
  });

  test('has its fuses set', async () => {
    const { getCurrentFuseWire } = require('@electron/fuses') as {
      getCurrentFuseWire(path: string): Promise<Record<string, number | string>>;
    };
    const { version: _, ...wire } = await getCurrentFuseWire(join(packed, 'afterword'));
    const [on, off] = [49, 48];
    expect(wire).toMatchObject({
      0: off, // run as Node
      1: on, // cookies encrypted
      2: off, // NODE_OPTIONS
      3: off, // --inspect
      4: on, // archive checked
      5: on, // only from the archive
      7: off, // file: privileges
    });
  });

  test('has an icon that was drawn for it, large enough for every format', () => {
    const png = readFileSync(join(root, 'build/icon.png'));
    expect([png.toString('latin1', 1, 4), png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual(['PNG', 1024, 1024]);
  });

  test('has a main process that runs from what was packed: the command line makes, syncs, finds and reports', () => {
    const outDir = join(folder.path, 'reports');
    const run = (...words: string[]): string =>
      execFileSync(
        process.execPath,
        [
          '--no-experimental-strip-types',
          join(extracted, 'out/main/hosts/cli/main.js'),
          '--data-dir',
          join(folder.path, 'data'),
          ...words,
        ],
        { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] },
      );
    run('sample', '--days', '14', '--conversations', '200');
    const found = JSON.parse(run('search', '', '--json')) as { total: number };
    expect(found.total).toBe(200);
    run('report', 'agent-scorecards', '--period', 'last-week', '--out', outDir);
    expect(
      readdirSync(outDir)
        .map((name) => name.split('.').at(-1))
        .toSorted(),
    ).toEqual(['csv', 'pdf']);
  });

  describe('has an Electron entry that', () => {
    /** Notes each call on a line of standard output; opening the window asks for the page, then quits as a user would. */
    const standIn = `
      import { EventEmitter } from 'node:events';
      const note = (...words) => process.stdout.write('call ' + JSON.stringify(words) + '\\n');
      const noted = (name, answer) => (...words) => (note(name, ...words), answer);
      export const app = Object.assign(new EventEmitter(), {
        isPackaged: true, disableHardwareAcceleration() {}, exit: process.exit, getVersion: () => '0.1.0',
        getName: () => 'Afterword', getAppPath: () => '.', getPath: () => '/documents',
        whenReady: async () => note('whenReady'), setPath: noted('setPath'), enableSandbox: noted('enableSandbox'),
        requestSingleInstanceLock: noted('requestSingleInstanceLock', true), commandLine: { appendSwitch() {} },
        quit: () => { if (app.emit('before-quit', { preventDefault() {} }) && app.isQuitting) process.exit(0); app.isQuitting = true; },
      });
      let answer;
      export class BrowserWindow extends EventEmitter {
        webContents = Object.assign(new EventEmitter(), { id: 1, mainFrame: { url: 'app://bundle/', parent: null }, isDestroyed: () => true });
        constructor(options) { super(); note('BrowserWindow', options); }
        async loadURL(url) {
          const page = await answer({ url, method: 'GET' });
          note('page', page.status, await page.text());
          app.quit();
        }
      }
      export const protocol = { registerSchemesAsPrivileged: noted('registerSchemes'), handle: (scheme, handler) => (answer = handler) };
      const session_ = Object.assign(new EventEmitter(), { webRequest: { onBeforeRequest() {} }, setPermissionRequestHandler() {},
        setPermissionCheckHandler() {}, setDevicePermissionHandler() {}, setDisplayMediaRequestHandler() {} });
      export const session = { defaultSession: session_ };
      export const Menu = { buildFromTemplate: (items) => items, setApplicationMenu() {} };
      export const ipcMain = { handle: noted('ipcMain.handle') };
      export const [dialog, shell, utilityProcess] = [{ showErrorBox: noted('showErrorBox'), showMessageBox: async (box) => (note('box', box), { response: 0 }) }, {}, {}];
      export class Notification {}
      export const powerMonitor = new EventEmitter();
      export const autoUpdater = new EventEmitter();
    `;
    const start = (...words: string[]): string => {
      const electron = join(extracted, 'node_modules/electron');
      mkdirSync(electron, { recursive: true });
      writeFileSync(join(electron, 'package.json'), '{"name":"electron","type":"module","exports":"./index.js"}');
      writeFileSync(join(electron, 'index.js'), standIn);
      return execFileSync(
        process.execPath,
        ['--no-experimental-strip-types', join(extracted, 'out/main/hosts/electron/main.js'), ...words],
        { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], timeout: 60_000 },
      );
    };

    test('takes the command line before anything of a window', () => {
      const text = start('--headless', '--data-dir', join(folder.path, 'data'), 'search', '', '--limit', '1', '--json');
      const [ready, ...answer] = text.split('\n');
      expect(ready).toBe('call ["whenReady"]');
      expect((JSON.parse(answer.join('\n')) as { total: number }).total).toBe(200);
    });

    test('prepares all that must come before “ready”, finds preload and page in the package, and quits when asked', () => {
      const dataDir = join(folder.path, 'window-data');
      const calls = start('--data-dir', dataDir)
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line.replace(/^call /, '')) as [string, ...unknown[]]);
      expect(calls.map(([name]) => name)).toEqual([
        'setPath',
        'requestSingleInstanceLock',
        'enableSandbox',
        'registerSchemes',
        'whenReady',
        'ipcMain.handle',
        'BrowserWindow',
        'page',
      ]);
      expect(calls[0]).toEqual(['setPath', 'userData', join(dataDir, 'window')]);
      const preload = join(extracted, 'out/preload/index.cjs');
      expect(existsSync(preload)).toBe(true);
      expect(calls[6]).toMatchObject(['BrowserWindow', { webPreferences: { preload, sandbox: true } }]);
      expect(calls[7]?.[1]).toBe(200);
      expect(calls[7]?.[2]).toMatch(/<div id="root">/);
      expect(calls[7]?.[2]).not.toContain('AFTERWORD_CSP_NONCE');
    });
  });
});

describe('the configuration', () => {
  type Config = typeof import('app-builder-lib/out/util/config/config.js');
  const { getConfig, validateConfiguration } = require('app-builder-lib/out/util/config/config.js') as Config;
  const debugLog = { add: () => undefined, isEnabled: false } as never;
  const read = () => getConfig(root, join(root, 'electron-builder.yml'), null);

  test('is what electron-builder’s schema allows, for all three platforms', async () => {
    const config = await read();
    await validateConfiguration(config, debugLog);
    expect(config.appId).toBe(appId);
    expect(config.mac).toMatchObject({ hardenedRuntime: true, entitlements: 'build/entitlements.mac.plist' });
    expect(config.nsis).toMatchObject({ perMachine: false, deleteAppDataOnUninstall: false });
    expect(config.publish).toMatchObject({ provider: 'generic', url: expect.stringMatching(/^https:/) });
  });

  test('and the schema does refuse what it does not know', async () => {
    const config = { ...(await read()), electronFuze: {} };
    await expect(validateConfiguration(config as never, debugLog)).rejects.toThrow(/electronFuze/);
  });

  test('asks macOS for compiling at run time and nothing else', () => {
    const entitlements = readFileSync(join(root, 'build/entitlements.mac.plist'), 'utf8');
    expect(entitlements.match(/<key>.*<\/key>/g)).toEqual(['<key>com.apple.security.cs.allow-jit</key>']);
  });
});
