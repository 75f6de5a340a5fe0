// The smaller parts of the Electron host: page protocol, menu, arguments, updates, failures, dialogs, keychain helper.
import { EventEmitter } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { createKeychain } from '../../../../main/app.ts';
import { readStart } from '../../../../main/hosts/electron/arguments.ts';
import { createDesktop } from '../../../../main/hosts/electron/desktop.ts';
import { explainStart, stackWithoutMessage, watchPage } from '../../../../main/hosts/electron/failures.ts';
import { menuTemplate } from '../../../../main/hosts/electron/menu.ts';
import { servePage } from '../../../../main/hosts/electron/protocol.ts';
import { type AppUpdater, createUpdater } from '../../../../main/hosts/electron/updates.ts';
import { createUtilityHelper } from '../../../../main/hosts/electron/utility-helper.ts';
import { openPage } from '../../../../main/hosts/page.ts';
import { AppError } from '../../../../preload/contract/errors.ts';
import type { UpdateState } from '../../../../preload/contract/host.ts';
import { FakeContents } from '../../../support/fake-electron.ts';
import { makeTempFolder } from '../../../support/temp-dir.ts';

const log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const folder = makeTempFolder();
afterAll(() => folder.remove());

describe('app://bundle/', () => {
  mkdirSync(join(folder.path, 'page/assets'), { recursive: true });
  writeFileSync(join(folder.path, 'page/index.html'), '<script nonce="AFTERWORD_CSP_NONCE"></script>');
  writeFileSync(join(folder.path, 'page/assets/a.js'), '1;');
  writeFileSync(join(folder.path, 'outside.js'), 'outside');
  const page = openPage(join(folder.path, 'page'));
  const get = (url: string, method = 'GET') => servePage(page, { url, method });

  test('answers the page under a policy that connects nowhere, with a nonce of its own', async () => {
    const first = get('app://bundle/');
    const policy = first.headers.get('content-security-policy') ?? '';
    const nonce = /'nonce-([^']+)'/.exec(policy)?.[1];
    expect(await first.text()).toContain(`nonce="${nonce}"`);
    expect(policy).toContain("connect-src 'none'");
    expect(policy).not.toMatch(/unsafe|\*|https?:/);
    expect(get('app://bundle/').headers.get('content-security-policy')).not.toBe(policy);
    expect(await get('app://bundle/assets/a.js').text()).toBe('1;');
  });

  test.each([
    'app://bundle/../outside.js',
    'app://bundle/..%2foutside.js',
    'app://bundle/%2e%2e/outside.js',
    'app://bundle/assets/..%5c..%5coutside.js',
    'app://bundle/assets',
    'app://other/index.html',
    'https://bundle/',
    'nonsense',
  ])('has nothing at %s', async (url) => {
    const answer = get(url);
    expect(answer.status).toBe(404);
    expect(await answer.text()).not.toContain('outside');
  });

  test('answers GET alone', () => {
    expect(get('app://bundle/', 'POST').status).toBe(404);
  });
});

describe('the menu', () => {
  const flatten = (items: ReturnType<typeof menuTemplate>): ReturnType<typeof menuTemplate> =>
    items.flatMap((item) => [item, ...flatten((item.submenu ?? []) as never)]);
  const actions = { command: vi.fn(), openDocumentation: vi.fn(), checkForUpdate: vi.fn() };

  test.each(['darwin', 'win32', 'linux'] as const)('on %s keeps its platform’s conventions', (platform) => {
    const items = flatten(menuTemplate(platform, true, actions));
    const top = menuTemplate(platform, true, actions).map(({ label, role }) => label?.replace('&', '') ?? role);
    expect(top).toEqual(
      platform === 'darwin'
        ? ['Afterword', 'File', 'Edit', 'View', 'windowMenu', 'Help']
        : ['File', 'Edit', 'View', 'Help'],
    );
    const keys = items.flatMap(({ accelerator }) => (accelerator === undefined ? [] : [accelerator]));
    expect(new Set(keys).size).toBe(keys.length);
    expect(items.filter(({ role }) => role === 'quit')).toHaveLength(1);
    expect(items.some(({ role }) => role === 'toggleDevTools' || role === 'reload' || role === 'forceReload')).toBe(
      false,
    );
  });

  test('asks the page, and offers the developer’s entries in a development run only', () => {
    const items = flatten(menuTemplate('linux', false, actions));
    items
      .find(({ label }) => label === 'Find Conversations…')
      ?.click?.(undefined as never, undefined, undefined as never);
    expect(actions.command).toHaveBeenCalledWith('search');
    expect(items.some(({ role }) => role === 'toggleDevTools')).toBe(true);
  });
});

test('words of the command line are told from those of a window, packaged or not', () => {
  expect(readStart(['/app', '--headless', 'sync', '--json'], true)).toEqual({
    kind: 'headless',
    words: ['sync', '--json'],
  });
  expect(readStart(['/electron', '.', '--headless', 'help'], false)).toEqual({ kind: 'headless', words: ['help'] });
  expect(readStart(['/app', '--data-dir', '/d'], true)).toEqual({ kind: 'window', dataDir: '/d' });
  expect(readStart(['/app', '--data-dir=/d', '--some-switch=1', '-psn_0_1'], true)).toEqual({
    kind: 'window',
    dataDir: '/d',
  });
  expect(readStart(['/app', '--data-dir'], true)).toEqual({ kind: 'window', dataDir: undefined });
  expect(readStart(['/app'], true)).toEqual({ kind: 'window', dataDir: undefined });
});

describe('updates', () => {
  const open = (unsupported: string | null = null, check = async () => undefined as unknown) => {
    const engine = Object.assign(new EventEmitter(), {
      autoDownload: false,
      autoInstallOnAppQuit: false,
      allowDowngrade: true,
      allowPrerelease: true,
      disableWebInstaller: false,
      checkForUpdates: vi.fn(check),
      quitAndInstall: vi.fn(),
    });
    const updater = createUpdater(engine as unknown as AppUpdater, unsupported, log);
    const states: UpdateState[] = [];
    updater.subscribe((state) => states.push(state));
    return { engine, updater, states };
  };

  test('are shown step by step, and install only what is ready', async () => {
    const { engine, updater, states } = open();
    expect(engine).toMatchObject({ allowDowngrade: false, allowPrerelease: false, autoDownload: true });
    expect(() => updater.install()).toThrow(AppError);
    engine.emit('checking-for-update');
    engine.emit('update-available', { version: '2.0.0' });
    engine.emit('download-progress', { percent: 41.7 });
    await updater.check();
    expect(engine.checkForUpdates).not.toHaveBeenCalled();
    engine.emit('update-downloaded', { version: '2.0.0' });
    updater.install();
    expect(engine.quitAndInstall).toHaveBeenCalledOnce();
    expect(states).toEqual([
      { state: 'checking' },
      { state: 'downloading', version: '2.0.0', percent: 0 },
      { state: 'downloading', version: '2.0.0', percent: 42 },
      { state: 'ready', version: '2.0.0' },
    ]);
  });

  test('that fail say what to do, without the address or the path', async () => {
    const { updater } = open(null, async () => {
      throw new Error('ENOTFOUND updates.example.com /home/avery');
    });
    const state = await updater.check();
    expect(state).toMatchObject({ state: 'failed' });
    expect(JSON.stringify(state)).not.toMatch(/example\.com|avery/);
  });

  test('that are not for this copy never ask', async () => {
    const { engine, updater } = open('A development run does not update itself.');
    expect(await updater.check()).toMatchObject({ state: 'unsupported' });
    expect(engine.checkForUpdates).not.toHaveBeenCalled();
    expect(() => updater.install()).toThrow(AppError);
  });
});

describe('a window that fails', () => {
  const open = (choice: number) => {
    const window = new EventEmitter();
    const contents = new FakeContents();
    const asked: { message: string; detail: string }[] = [];
    const quit = vi.fn();
    const ask = async (message: string, detail: string): Promise<number> => {
      asked.push({ message, detail });
      return choice;
    };
    watchPage(window, contents as never, { ask, quit, log });
    return { window, contents, asked, quit };
  };
  const settle = () => new Promise((resolve) => setImmediate(resolve));

  test('after a crash is reloaded or the app is left; after several the advice changes', async () => {
    const { contents, asked } = open(0);
    for (let crash = 0; crash < 3; crash += 1) {
      contents.emit('render-process-gone', {}, { reason: 'crashed' });
      await settle();
    }
    expect(contents.reloads).toBe(3);
    expect(asked[0]?.detail).toMatch(/Reload/);
    expect(asked[2]?.detail).toMatch(/Quit, start Afterword again/);
    const leaving = open(1);
    leaving.contents.emit('render-process-gone', {}, { reason: 'oom' });
    await settle();
    expect([leaving.quit.mock.calls.length, leaving.contents.reloads]).toEqual([1, 0]);
  });

  test('that was closed is nobody’s fault', async () => {
    const { contents, asked } = open(0);
    contents.emit('render-process-gone', {}, { reason: 'clean-exit' });
    await settle();
    expect(asked).toEqual([]);
  });

  test('is asked about when it has not answered for ten seconds, not before', async () => {
    vi.useFakeTimers();
    const { window, asked } = open(0);
    window.emit('unresponsive');
    vi.advanceTimersByTime(9000);
    window.emit('responsive');
    vi.advanceTimersByTime(9000);
    expect(asked).toEqual([]);
    window.emit('unresponsive');
    vi.advanceTimersByTime(10_001);
    vi.useRealTimers();
    expect(asked).toHaveLength(1);
  });

  test('at the start says what to do and holds no message of an unknown error', () => {
    expect(explainStart(new AppError('db_from_future', 'Install a newer Afterword.'), '/d')).toBe(
      'Install a newer Afterword.',
    );
    const text = explainStart(new Error('customer 555-0177'), '/d');
    expect(text).toMatch(/Start it again/);
    expect(text).not.toContain('555-0177');
    const stack = stackWithoutMessage(new TypeError('customer 555-0177\nand more'));
    expect(stack).toMatch(/^TypeError\n\s+at /);
    expect(stack).not.toMatch(/555|more/);
  });
});

describe('the desktop', () => {
  const open = (openAnswer = '') => {
    const shown: unknown[] = [];
    const window = { isFocused: () => false, show: vi.fn(), focus: vi.fn() };
    const notifications: { title: string; body: string }[] = [];
    const desktop = createDesktop({
      app: { getVersion: () => '1.2.3', getPath: () => '/documents' },
      dialog: {
        showOpenDialog: async (...words: unknown[]) => {
          shown.push(words.at(-1));
          return { canceled: true, filePaths: [] };
        },
        showSaveDialog: async (...words: unknown[]) => {
          shown.push(words.at(-1));
          return { canceled: true, filePath: '' };
        },
      } as never,
      shell: {
        openPath: async () => openAnswer,
        showItemInFolder: () => undefined,
        openExternal: async () => undefined,
      },
      createNotification: (options) => {
        notifications.push(options);
        return { on: () => undefined, show: () => undefined } as never;
      },
      window: () => window as never,
      updater: createUpdater(new EventEmitter() as never, 'none', log),
    });
    return { desktop, shown, window, notifications };
  };

  test('suggests a name and no folder but the chosen one', async () => {
    const { desktop, shown } = open();
    expect(await desktop.dialogs?.chooseFile('/reports', '../../etc/x.csv')).toBeNull();
    expect(await desktop.dialogs?.chooseFolder(undefined)).toBeNull();
    expect(shown).toMatchObject([{ defaultPath: join('/reports', '..-..-etc-x.csv') }, { defaultPath: '/documents' }]);
  });

  test('says so when no program opens the file', async () => {
    await expect(open('no application').desktop.openPath('/x.pdf')).rejects.toMatchObject({ code: 'output_failed' });
    await open('').desktop.openPath('/x.pdf');
  });

  test('notifies somebody who looks elsewhere, and nobody else', () => {
    const { desktop, window, notifications } = open();
    desktop.notify('Report ready', 'x.pdf');
    window.isFocused = () => true;
    desktop.notify('Report ready', 'y.pdf');
    expect(notifications).toEqual([{ title: 'Report ready', body: 'x.pdf' }]);
  });
});

test('the keychain works through a utility process, and one that dies is said to have', async () => {
  const children: (EventEmitter & { kill: () => boolean; postMessage: (call: { action: string }) => void })[] = [];
  const helper = createUtilityHelper((path, words, { stdio }) => {
    expect([path.endsWith('keyring-process.ts'), words, stdio]).toEqual([true, [], 'ignore']);
    const child = Object.assign(new EventEmitter(), {
      kill: () => child.emit('exit'),
      postMessage: ({ action }: { action: string }) => {
        if (action === 'get') setImmediate(() => child.emit('message', { ok: true, value: 'kept' }));
        else setImmediate(() => child.emit('exit'));
      },
    });
    children.push(child);
    return child as never;
  });
  const keychain = createKeychain({ startHelper: helper });
  expect(await keychain.get('w')).toBe('kept');
  await expect(keychain.set('w', 'x')).rejects.toMatchObject({ code: expect.stringMatching(/^secret_store/) });
  expect(children).toHaveLength(2);
});
