// The Electron host put together over stand-ins for Electron and the real app: window, calls, menu, sleep, quitting.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { callChannel } from '../../../../main/hosts/electron/ipc.ts';
import { windowOptions } from '../../../../main/hosts/electron/options.ts';
import { startHost } from '../../../../main/hosts/electron/start.ts';
import type { Updater } from '../../../../main/ports.ts';
import { createFakeElectron, FakeContents, type FakeElectron } from '../../../support/fake-electron.ts';
import { makeTempFolder } from '../../../support/temp-dir.ts';

const log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
let folder: ReturnType<typeof makeTempFolder>;
let electron: FakeElectron;
const updater = {
  get: () => ({ state: 'idle' as const }),
  check: vi.fn(async () => ({ state: 'idle' as const })),
  install: () => undefined,
  subscribe: () => undefined,
} satisfies Updater;

beforeEach(() => {
  folder = makeTempFolder();
  mkdirSync(join(folder.path, 'page'));
  writeFileSync(join(folder.path, 'page/index.html'), 'page');
  electron = createFakeElectron(folder.path);
});
const start = (dataDir = join(folder.path, 'data')): Promise<void> =>
  startHost(electron.parts, {
    dataDir,
    env: {},
    log,
    preload: '/preload.cjs',
    pageDir: join(folder.path, 'page'),
    updater,
  });
/** Quits as the user would, and waits until the app has closed its files. */
const quit = async (): Promise<void> => {
  const quits = electron.app.quits;
  let isPrevented = false;
  electron.app.emit('before-quit', {
    preventDefault: () => {
      isPrevented = true;
    },
  });
  if (isPrevented) await vi.waitFor(() => expect(electron.app.quits).toBe(quits + 1));
};
afterEach(async () => {
  await quit();
  folder.remove();
});
const call = (name: string, input: unknown, frame: unknown = electron.windows[0]?.webContents.mainFrame) =>
  electron.handlers.get(callChannel)?.(
    { senderFrame: frame, sender: electron.windows[0]?.webContents } as never,
    name as never,
    input as never,
  );

test('opens one guarded window on our page and answers it', async () => {
  await start();
  const [window] = electron.windows;
  expect(electron.windows).toHaveLength(1);
  expect(window?.loaded).toBe('app://bundle/');
  expect(window?.options).toEqual(windowOptions('/preload.cjs'));
  expect(electron.session.permissionRequest).not.toBeNull();
  expect([...electron.protocols.keys()]).toEqual(['app']);
  expect(await call('host.info', {})).toMatchObject({ ok: true, data: { kind: 'electron', hasDialogs: true } });
  expect(await call('host.choose-folder', {})).toEqual({ ok: true, data: { path: folder.path } });
  expect(await call('host.info', {}, { url: 'https://example.com/', parent: null })).toMatchObject({ ok: false });
  expect(await call('host.list-folders', {})).toMatchObject({ ok: false, error: { code: 'invalid_input' } });
  const contents = new FakeContents();
  electron.app.emit('web-contents-created', {}, contents);
  expect(contents.openHandler).not.toBeNull();
});

test('opens kore.ai and files of ours, and nothing else', async () => {
  await start();
  const report = join(folder.path, 'report.pdf');
  writeFileSync(report, 'x');
  writeFileSync(join(folder.path, 'program.sh'), 'x');
  expect(await call('host.open-path', { path: report })).toMatchObject({ ok: true });
  expect(await call('host.open-external', { url: 'https://docs.kore.ai/x' })).toMatchObject({ ok: true });
  expect(electron.opened).toEqual([report, 'https://docs.kore.ai/x']);
  expect(await call('host.open-path', { path: join(folder.path, 'program.sh') })).toMatchObject({ ok: false });
  expect(await call('host.open-external', { url: 'https://example.com/' })).toMatchObject({ ok: false });
  expect(electron.opened).toHaveLength(2);
});

test('sets a report in a utility process, which is handed no credential', async () => {
  await start();
  await call('sample.connect', { seed: 1, days: 14, conversations: 60 });
  vi.stubEnv('AFTERWORD_TOKEN', 'made-up-token');
  const answer = await call('report.preview', { report: 'queue-service', period: 'last-week' });
  vi.unstubAllEnvs();
  expect(answer).toMatchObject({ ok: true, data: { pageCount: expect.any(Number) } });
  expect(electron.forked).toHaveLength(1);
  expect(electron.forked[0]).toMatchObject({
    path: expect.stringMatching(/typst-process\.ts$/),
    words: [],
    options: { stdio: 'ignore', env: expect.not.objectContaining({ AFTERWORD_TOKEN: 'made-up-token' }) },
  });
});

test('a second start shows the window there is; a menu entry reaches the page', async () => {
  await start();
  electron.app.emit('second-instance');
  expect(electron.windows[0]?.calls).toEqual(['restore', 'show', 'focus']);
  const edit = electron.menu.flatMap((item) => item.submenu as { label?: string; click?: () => void }[]);
  edit.find(({ label }) => label === 'Find Conversations…')?.click?.();
  expect(electron.windows[0]?.webContents.sent).toContainEqual({
    channel: 'afterword:event:host.command',
    payload: { command: 'search' },
  });
});

test('a finished report is announced to somebody who looks elsewhere', async () => {
  await start();
  await call('sample.connect', { seed: 1, days: 14, conversations: 100 });
  const contents = electron.windows[0]?.webContents;
  const ended = () => contents?.sent.filter(({ channel }) => channel === 'afterword:event:job.done') ?? [];
  await call('sync.start', {});
  await vi.waitFor(() => expect(ended()).toHaveLength(1), { timeout: 20_000 });
  await call('report.run', { report: 'agent-scorecards', period: 'last-week', formats: ['csv'], outDir: folder.path });
  await vi.waitFor(() => expect(ended()).toHaveLength(2), { timeout: 20_000 });
  expect(electron.notifications).toEqual([{ title: 'Report ready', body: expect.stringMatching(/\.csv$/) }]);
  expect(JSON.stringify(electron.notifications)).not.toContain(folder.path);
});

test('data that cannot be opened end the start with a sentence, not with a window', async () => {
  const file = join(folder.path, 'a-file');
  writeFileSync(file, 'not a folder');
  await start(file);
  expect(electron.windows).toHaveLength(0);
  expect(electron.boxes[0]).toMatchObject({ message: 'Afterword could not start.', buttons: ['Quit'] });
  expect(electron.app.exits).toEqual([1]);
});

test('quits after its files are closed, once', async () => {
  await start();
  await quit();
  let isPrevented = false;
  electron.app.emit('before-quit', {
    preventDefault: () => {
      isPrevented = true;
    },
  });
  expect(isPrevented).toBe(false);
});

test('asks before it cuts off what is being worked on, and goes on when told to', async () => {
  await start();
  await call('sample.connect', { seed: 1, days: 200, conversations: 20_000 });
  await call('sync.start', {});
  electron.choice.index = 1;
  electron.windows[0]?.emit('closed');
  electron.app.emit('before-quit', { preventDefault: () => undefined });
  electron.app.emit('before-quit', { preventDefault: () => undefined });
  await vi.waitFor(() => expect(electron.windows).toHaveLength(2));
  expect(electron.boxes).toMatchObject([{ buttons: ['Quit', 'Keep Working'] }]);
  expect(electron.app.quits).toBe(0);
  // The second window is the one that is answered now.
  electron.windows.shift();
  expect(await call('coverage.get', {})).toMatchObject({ ok: true });
  electron.choice.index = 0;
});
