// The rooms of the house and the arrows between them (docs/architecture.md), read from the imports of every source file.
import { readdirSync, readFileSync } from 'node:fs';
import { join, posix, relative, sep } from 'node:path';
import { describe, expect, test } from 'vitest';
import { computedTarget, readSource, type SourceFile } from './support/imports.ts';

const root = join(import.meta.dirname, '..');

/** A file's room: a folder of main, or a file directly in it. */
const roomOf = (path: string): string => {
  const [top = '', second = ''] = path.split('/');
  if (top === 'preload') return second === 'contract' ? 'contract' : 'preload';
  return top === 'main' ? second.replace(/\.ts$/, '') : top;
};

/** Rooms of main that any other room of main may use: they hold types, pure mappings, and the places a test can kill at. */
const ground = ['contract', 'model', 'model-json', 'ports', 'failpoints'];

/** Which rooms each room may import, besides itself. A room that is not listed may import nothing. */
const arrows: Record<string, string[]> = {
  contract: [],
  preload: ['contract'],
  renderer: ['contract'],
  model: ['contract'],
  'model-json': ['contract', 'model'],
  failpoints: [],
  ports: ['contract', 'model'],
  // Parts of app; they share the form in which errors cross threads.
  router: [...ground, 'workers'],
  jobs: [...ground, 'workers'],
  kore: ground,
  // The words of outcome: are the metrics' own.
  search: [...ground, 'metrics'],
  metrics: ['contract', 'model'],
  schedule: ['contract'],
  store: [...ground, 'search'],
  // What a search counts is what a scorecard counts: durations and outcomes come from the metrics.
  index: [...ground, 'search', 'metrics', 'store'],
  sync: [...ground, 'kore', 'store'],
  helper: ['ports'],
  reports: [...ground, 'helper', 'metrics', 'search', 'store'],
  secrets: [...ground, 'helper'],
  sample: ground,
  workers: [...ground, 'kore', 'store', 'search', 'index', 'metrics', 'reports', 'sync'],
  services: [
    ...ground,
    'jobs',
    'kore',
    'store',
    'search',
    'index',
    'metrics',
    'reports',
    'schedule',
    'sync',
    'secrets',
    'sample',
    'workers',
  ],
  app: [
    ...ground,
    'router',
    'jobs',
    'services',
    'kore',
    'store',
    'search',
    'metrics',
    'reports',
    'sync',
    'secrets',
    'sample',
    'workers',
  ],
  hosts: ['app', 'ports', 'contract'],
};

/** Arrows for types alone, which leave no import behind: the sync engine names the handlers of the writer it drives. */
const typeArrows: Record<string, string[]> = { sync: ['workers'] };

/** Packages that only some places may import. `types`: where a type-only import is allowed as well. */
const guardedPackages: Record<string, { rooms: RegExp; types?: RegExp }> = {
  // Values in two files only: the rest of the host is handed what it needs, and so can be tested.
  electron: { rooms: /^(main\/hosts\/electron\/main|preload\/index)\.ts$/, types: /^main\/hosts\/electron\// },
  'better-sqlite3': { rooms: /^main\/store\// },
  undici: { rooms: /^main\/(kore|hosts)\//, types: /^main\/ports\.ts$/ },
  '@napi-rs/keyring': { rooms: /^main\/secrets\// },
  'electron-updater': { rooms: /^main\/hosts\/electron\/main\.ts$/, types: /^main\/hosts\/electron\/updates\.ts$/ },
  // Development alone; never in a package.
  vite: { rooms: /^main\/hosts\/browser\/dev\.ts$/ },
  commander: { rooms: /^main\/hosts\/cli\// },
  pino: { rooms: /^main\/hosts\// },
};

/** Rooms that may import nothing from npm or Node but these. */
const allowedPackages: Record<string, RegExp> = {
  contract: /^zod$/,
  preload: /^electron$/,
  renderer: /^(react|react-dom|@tanstack\/.+|@mantine\/.+|react-aria-components|echarts|temporal-polyfill)$/,
  metrics: /^temporal-polyfill$/,
  schedule: /^temporal-polyfill$/,
};

/** Planning is arithmetic on windows: it sees no file, network, clock or store. */
const planners = ['main/sync/planner.ts', 'main/sync/walk.ts', 'main/sync/density.ts', 'main/schedule/planner.ts'];

const maxLines = 500;

const findImportFaults = (file: SourceFile): string[] => {
  const room = roomOf(file.path);
  const faults: string[] = [];
  for (const { target, isFile, isTypeOnly } of file.imports) {
    const fault = (rule: string): number => faults.push(`${file.path} -> ${target}: ${rule}`);
    if (target === computedTarget) fault('a computed import cannot be checked');
    const isPlanner = planners.includes(file.path);
    if (isFile) {
      if (target === 'package.json' && room === 'hosts') continue;
      const targetRoom = roomOf(target);
      const isAllowed =
        targetRoom === room ||
        (arrows[room] ?? []).includes(targetRoom) ||
        (isTypeOnly && (typeArrows[room] ?? []).includes(targetRoom));
      if (!isAllowed) fault(`${room} must not import ${targetRoom}`);
      const isPlannersOwn = planners.includes(target) || ['contract', 'model'].includes(targetRoom);
      if (isPlanner && !isPlannersOwn && !(targetRoom === 'kore' && isTypeOnly)) fault('planners are pure');
      continue;
    }
    const guard = guardedPackages[target];
    if (guard && !guard.rooms.test(file.path) && !(isTypeOnly && guard.types?.test(file.path))) {
      fault('this package has a room of its own');
    }
    const allowed = allowedPackages[room];
    if (allowed && !allowed.test(target)) fault(`${room} must not import this package`);
    if (isPlanner && target.startsWith('node:')) fault('planners are pure');
  }
  return faults;
};

/** Cycles between rooms, each as the rooms on it in order. Types are left out: they are gone when the program runs. */
const findRoomCycles = (files: SourceFile[]): string[] => {
  const targetsOf = new Map<string, Set<string>>();
  for (const file of files) {
    const room = roomOf(file.path);
    const targets = targetsOf.get(room) ?? new Set();
    targetsOf.set(room, targets);
    for (const { target, isFile, isTypeOnly } of file.imports) {
      if (isFile && !isTypeOnly && roomOf(target) !== room) targets.add(roomOf(target));
    }
  }
  const cycles: string[] = [];
  const done = new Set<string>();
  const walk = (room: string, path: string[]): void => {
    const start = path.indexOf(room);
    if (start >= 0) cycles.push([...path.slice(start), room].join(' -> '));
    if (start >= 0 || done.has(room)) return;
    for (const next of targetsOf.get(room) ?? []) walk(next, [...path, room]);
    done.add(room);
  };
  for (const room of targetsOf.keys()) walk(room, []);
  return cycles;
};

const findFaults = (files: SourceFile[]): string[] => [
  ...files.flatMap(findImportFaults),
  ...findRoomCycles(files).map((cycle) => `cycle: ${cycle}`),
  ...files.filter((file) => file.hasDefaultExport).map((file) => `${file.path}: default export`),
  ...files
    .filter((file) => file.lines > maxLines)
    .map((file) => `${file.path}: ${file.lines} lines, at most ${maxLines}`),
];

const readFolders = (...folders: string[]): SourceFile[] =>
  folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path) => readSource(relative(root, path).split(sep).join(posix.sep), readFileSync(path, 'utf8'))),
  );

describe('the house', () => {
  const files = readFolders('main', 'preload', 'renderer');

  test('is read: its files and their imports are found', () => {
    const ports = files.find((file) => file.path === 'main/ports.ts');
    expect(ports?.imports).toContainEqual({ target: 'undici', isFile: false, isTypeOnly: true });
    const keychain = files.find((file) => file.path === 'main/secrets/keychain.ts');
    expect(keychain?.imports.map(({ target }) => target)).toContain('main/secrets/keyring-process.ts');
    for (const planner of planners) expect(files.map((file) => file.path)).toContain(planner);
  });

  test('every room has its arrows', () => {
    expect([...new Set(files.map((file) => roomOf(file.path)))].filter((room) => !(room in arrows))).toEqual([]);
  });

  test('keeps its arrows, has no cycles, no default exports and no file that is too long', () => {
    expect(findFaults(files)).toEqual([]);
  });
});

test('the second calculator of metrics knows of the product the form of a conversation, and nothing else', () => {
  const own = 'test/support/plain-metrics';
  const foreign = readFolders(own).flatMap(({ imports }) =>
    imports.filter(({ target }) => !target.startsWith(`${own}/`)),
  );
  expect(foreign.map(({ target }) => target)).toContain('main/model.ts');
  expect(foreign.filter(({ target, isTypeOnly }) => target !== 'main/model.ts' || !isTypeOnly)).toEqual([]);
});

describe('the rules find a planted fault', () => {
  const plant = (path: string, text: string): string[] => findFaults([readSource(path, text)]);

  test.each([
    ['renderer/app.tsx', "import { createApp } from '../main/app.ts';"],
    ['renderer/app.tsx', "import { readFile } from 'node:fs/promises';"],
    ['renderer/app.tsx', "const load = () => import('electron');"],
    ['preload/index.ts', "import type { Ports } from '../main/ports.ts';"],
    ['preload/index.ts', "import { z } from 'zod';"],
    ['preload/contract/errors.ts', "import type { Log } from '../../main/ports.ts';"],
    ['preload/contract/errors.ts', "import { join } from 'node:path';"],
    ['main/hosts/cli/run.ts', "import { openCache } from '../../store/cache.ts';"],
    ['main/hosts/cli/run.ts', "import Database from 'better-sqlite3';"],
    ['main/hosts/cli/run.ts', "import { app } from 'electron';"],
    ['main/hosts/electron/start.ts', "import { app } from 'electron';"],
    ['main/hosts/browser/host.ts', "import { createServer } from 'vite';"],
    ['main/app.ts', "import { run } from './hosts/cli/run.ts';"],
    ['main/metrics/scorecard.ts', "import { readFileSync } from 'node:fs';"],
    ['main/metrics/scorecard.ts', "export { read } from '../store/cache.ts';"],
    ['main/sync/planner.ts', "import { randomUUID } from 'node:crypto';"],
    ['main/sync/planner.ts', "import { createRateLimit } from './rate-limit.ts';"],
    ['main/sync/walk.ts', "import { decodeRow } from '../kore/decode.ts';"],
    ['main/sync/density.ts', "import type { Clock } from '../ports.ts';"],
    ['main/sync/engine.ts', "import { createRpc } from '../workers/rpc.ts';"],
    ['main/sync/engine.ts', "import { fetch } from 'undici';"],
    ['main/kore/client.ts', "import type { CoverageStore } from '../store/coverage-store.ts';"],
    ['main/kore/client.ts', "type Store = import('../store/cache.ts').Cache;"],
    ['main/reports/csv.ts', "import { sync } from '../sync/engine.ts';"],
    ['main/ports.ts', "import { fetch } from 'undici';"],
    ['main/search/query.ts', "export * from '../hosts/log.ts';"],
    ['main/store/open.ts', "const worker = new Worker(new URL('../workers/writer-worker.ts', import.meta.url));"],
    ['main/store/open.ts', 'const load = (name: string) => import(name);'],
    ['main/store/open.ts', 'const open = 1;\nexport default open;'],
    ['main/store/open.ts', 'const open = 1;\nexport { open as default };'],
  ])('%s: %s', (path, text) => {
    expect(plant(path, text)).not.toEqual([]);
  });

  test.each([
    [
      'renderer/app.tsx',
      "import { useQuery } from '@tanstack/react-query';\nimport { errorSchema } from '../preload/contract/errors.ts';",
    ],
    ['preload/index.ts', "import { contextBridge } from 'electron';"],
    ['main/hosts/electron/main.ts', "import { app } from 'electron';\nimport { createApp } from '../../app.ts';"],
    ['main/hosts/electron/start.ts', "import type { BrowserWindow } from 'electron';"],
    ['main/ports.ts', "import { type Dispatcher } from 'undici';"],
    ['main/sync/walk.ts', "import type { PageRequest } from '../kore/types.ts';\nimport { plan } from './planner.ts';"],
    ['main/sync/engine.ts', "import type { WriterHandlers } from '../workers/writer-worker.ts';"],
    ['main/store/open.ts', "const text = \"import x from 'electron'\"; // import y from 'undici'"],
  ])('and leaves alone: %s: %s', (path, text) => {
    expect(plant(path, text)).toEqual([]);
  });

  test('a file of 501 lines, but not one of 500', () => {
    expect(plant('main/store/open.ts', '// line\n'.repeat(501))).toEqual([
      'main/store/open.ts: 501 lines, at most 500',
    ]);
    expect(plant('main/store/open.ts', '// line\n'.repeat(500))).toEqual([]);
  });

  test('a cycle between rooms, but not one of types', () => {
    const oneWay = readSource('main/a/one.ts', "import { two } from '../b/two.ts';");
    const back = readSource('main/b/three.ts', "import { one } from '../a/one.ts';");
    const backByType = readSource('main/b/three.ts', "import type { one } from '../a/one.ts';");
    expect(findRoomCycles([oneWay, back])).toEqual(['a -> b -> a']);
    expect(findRoomCycles([oneWay, backByType])).toEqual([]);
  });
});
