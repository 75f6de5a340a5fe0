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
  for (const name of ['package.json', 'electron-builder.yml', 'build']) {
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

  test('has an Electron entry that loads, and takes the command line before any window', () => {
    // Names only: a window would need the real one, and this run must not ask for it.
    const electron = join(extracted, 'node_modules/electron');
    mkdirSync(electron);
    writeFileSync(join(electron, 'package.json'), '{"name":"electron","type":"module","exports":"./index.js"}');
    const parts =
      'BrowserWindow dialog ipcMain Menu Notification powerMonitor protocol session shell utilityProcess autoUpdater';
    writeFileSync(
      join(electron, 'index.js'),
      `const refuse = new Proxy(() => {}, { get() { throw new Error('a window part was asked for'); } });
       export const app = { isPackaged: true, disableHardwareAcceleration() {}, async whenReady() {}, exit: process.exit,
         getVersion: () => '0.1.0', getName: () => 'Afterword', getAppPath: () => '.', on() {}, once() {} };
       export const ${parts.split(' ').join(' = refuse, ')} = refuse;`,
    );
    const words = ['--headless', '--data-dir', join(folder.path, 'data'), 'search', '', '--limit', '1', '--json'];
    const text = execFileSync(process.execPath, [join(extracted, 'out/main/hosts/electron/main.js'), ...words], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    expect((JSON.parse(text) as { total: number }).total).toBe(200);
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
