// Puts the Electron host together: guards first, then the app, then the window; closes in the opposite order. Electron is
// handed in, so that all of it runs in a test. Imports hosts, app, electron's types.
import { mkdirSync } from 'node:fs';
import type * as Electron from 'electron';
import type { BrowserWindow } from 'electron';
import { type App, createApp, createKeychain } from '../../app.ts';
import type { Log, Updater } from '../../ports.ts';
import { systemClock } from '../clock.ts';
import { createDispatcher } from '../dispatcher.ts';
import { createGateway } from '../gateway.ts';
import { openPage } from '../page.ts';
import { createDesktop } from './desktop.ts';
import { explainStart, watchPage } from './failures.ts';
import { guardContents, guardSession } from './guards.ts';
import { connectIpc } from './ipc.ts';
import { menuTemplate } from './menu.ts';
import { pageUrl, scheme, windowOptions } from './options.ts';
import { servePage } from './protocol.ts';
import { SystemProxyDispatcher } from './system-proxy.ts';
import { createUtilityHelper } from './utility-helper.ts';

export type ElectronParts = Pick<
  typeof Electron,
  | 'app'
  | 'BrowserWindow'
  | 'dialog'
  | 'ipcMain'
  | 'Menu'
  | 'Notification'
  | 'powerMonitor'
  | 'protocol'
  | 'session'
  | 'shell'
  | 'utilityProcess'
>;

export type HostOptions = {
  dataDir: string;
  env: NodeJS.ProcessEnv;
  log: Log;
  /** Absolute paths. */
  preload: string;
  pageDir: string;
  updater: Updater;
};

const documentation = 'https://docs.kore.ai/';
const updateEveryMs = 24 * 60 * 60 * 1000;

/** After `ready`, in the first instance only. Resolves when the window is on its way. */
export const startHost = async (electron: ElectronParts, options: HostOptions): Promise<void> => {
  const { app, dialog, session, shell } = electron;
  const { dataDir, env, log, updater } = options;
  let window: BrowserWindow | null = null;
  let program: App | null = null;
  let show = (): void => undefined;

  const ask = async (message: string, detail: string, buttons: readonly string[]): Promise<number> => {
    const box = {
      type: 'error' as const,
      message,
      detail,
      buttons: [...buttons],
      defaultId: 0,
      cancelId: buttons.length - 1,
    };
    const { response } = await (window ? dialog.showMessageBox(window, box) : dialog.showMessageBox(box));
    return response;
  };

  guardSession(session.defaultSession, log, app.isPackaged);
  app.on('web-contents-created', (_event, contents) => guardContents(contents, log));
  const page = openPage(options.pageDir);
  electron.protocol.handle(scheme, (request) => servePage(page, request));

  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    const startHelper = createUtilityHelper((path, words, forkOptions) =>
      electron.utilityProcess.fork(path, words, forkOptions),
    );
    const started = createApp({
      dataDir,
      secrets: createKeychain({ startHelper }),
      startHelper,
      env,
      http: () =>
        new SystemProxyDispatcher({
          resolve: (url) => session.defaultSession.resolveProxy(url),
          build: (proxyEnv) => createDispatcher(proxyEnv, { log }),
          env,
          nowMs: systemClock.monotonicMs,
        }),
      clock: systemClock,
      log,
      desktop: createDesktop({
        app,
        dialog,
        shell,
        createNotification: (notification) => new electron.Notification(notification),
        window: () => window,
        updater,
      }),
    });
    program = started;
    started.warm();
    connectIpc(electron.ipcMain, createGateway(started, log), () => (window ? [window.webContents] : []), log);

    show = () => {
      if (window === null) {
        openWindow();
        return;
      }
      if (window.isMinimized()) window.restore();
      window.show();
      window.focus();
    };
    const openWindow = (): void => {
      const opened = new electron.BrowserWindow(windowOptions(options.preload));
      window = opened;
      opened.once('ready-to-show', () => opened.show());
      opened.on('closed', () => {
        window = null;
      });
      watchPage(opened, opened.webContents, { ask, quit: () => app.quit(), log });
      void opened.loadURL(pageUrl).catch(() => log.error('page not loaded'));
    };

    electron.Menu.setApplicationMenu(
      electron.Menu.buildFromTemplate(
        menuTemplate(process.platform, app.isPackaged, {
          command(command) {
            show();
            started.emit('host.command', { command });
          },
          openDocumentation: () => void shell.openExternal(documentation),
          checkForUpdate: () => void updater.check(),
        }),
      ),
    );
    started.watchSchedules();
    electron.powerMonitor.on('suspend', () => started.suspend());
    electron.powerMonitor.on('resume', () => started.resume());
    app.on('second-instance', () => show());
    app.on('activate', () => show());
    app.on('window-all-closed', () => {
      if (process.platform !== 'darwin') app.quit();
    });
    openWindow();
    void updater.check();
    setInterval(() => void updater.check(), updateEveryMs).unref();
  } catch (error) {
    log.error('start failed', { error: error instanceof Error ? error.name : 'unknown' });
    await ask('Afterword could not start.', explainStart(error, dataDir), ['Quit']);
    app.exit(1);
    return;
  }

  let isClosed = false;
  /** Jobs end, files are flushed, threads stop; then it quits for good. */
  const quit = async (running: App): Promise<void> => {
    if (running.isBusy()) {
      const detail = 'A sync goes on next time where it was cut off; a report or an export has to be started again.';
      if ((await ask('Something is still being worked on. Quit?', detail, ['Quit', 'Keep Working'])) !== 0) {
        // The last window may have been closed to get here.
        show();
        return;
      }
    }
    await running.close().catch((error: unknown) => {
      log.error('close failed', { error: error instanceof Error ? error.name : 'unknown' });
    });
    isClosed = true;
    app.quit();
  };
  let isQuitting = false;
  app.on('before-quit', (event) => {
    if (isClosed || program === null) return;
    event.preventDefault();
    if (isQuitting) return;
    isQuitting = true;
    void quit(program).finally(() => {
      isQuitting = false;
    });
  });
};
