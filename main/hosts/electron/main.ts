// Entry of the Electron app. Words of the command line are handled before anything of a window exists. The only file that
// imports electron itself.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import {
  app,
  BrowserWindow,
  dialog,
  ipcMain,
  Menu,
  Notification,
  powerMonitor,
  protocol,
  session,
  shell,
  utilityProcess,
} from 'electron';
import electronUpdater from 'electron-updater';
import { exitCodes } from '../../../preload/contract/errors.ts';
import { logPath } from '../../app.ts';
import { resolveDataDir } from '../data-dir.ts';
import { createLog } from '../log.ts';
import { readStart } from './arguments.ts';
import { explainFailure, explainStart, stackWithoutMessage } from './failures.ts';
import { appId, commandLineSwitches, schemes } from './options.ts';
import { startHost } from './start.ts';
import { createUpdater } from './updates.ts';
import { createUtilityHelper } from './utility-helper.ts';

const start = readStart(process.argv, app.isPackaged);

/** Why this copy does not update itself; null when it does. */
const updatesUnsupported = (): string | null => {
  if (!app.isPackaged) return 'A development run does not update itself.';
  if (process.platform === 'linux' && process.env.APPIMAGE === undefined)
    return 'This copy was installed by the system’s package manager, which updates it too.';
  return null;
};

/** Before `ready`. False when another instance has this data folder; that one shows its window. */
const prepareWindow = (dataDir: string): boolean => {
  const userData = join(dataDir, 'window');
  mkdirSync(userData, { recursive: true, mode: 0o700 });
  // The lock belongs to this folder: one window for one set of data.
  app.setPath('userData', userData);
  if (!app.requestSingleInstanceLock()) return false;
  if (process.platform === 'win32') app.setAppUserModelId(appId);
  for (const [name, value] of commandLineSwitches) app.commandLine.appendSwitch(name, value);
  app.enableSandbox();
  protocol.registerSchemesAsPrivileged(schemes);
  return true;
};

const openWindowed = async (given: string | undefined): Promise<void> => {
  const dataDir = resolveDataDir(given, process.env);
  try {
    if (!prepareWindow(dataDir)) {
      app.exit(0);
      return;
    }
    await app.whenReady();
    const log = createLog({ destination: logPath(dataDir), level: 'warn' });
    // Electron's own dialog would show the message, which can hold data, and a stack nobody can act on.
    const fail = (error: unknown): void => {
      log.error('failed', { stack: stackWithoutMessage(error) });
      dialog.showErrorBox('Afterword stopped working.', explainFailure);
      app.exit(exitCodes.internal);
    };
    process.on('uncaughtException', fail);
    process.on('unhandledRejection', fail);
    const root = join(import.meta.dirname, '../../../..');
    await startHost(
      {
        app,
        BrowserWindow,
        dialog,
        ipcMain,
        Menu,
        Notification,
        powerMonitor,
        protocol,
        session,
        shell,
        utilityProcess,
      },
      {
        dataDir,
        env: process.env,
        log,
        preload: join(root, 'out/preload/index.cjs'),
        pageDir: join(root, 'dist/renderer'),
        updater: createUpdater(electronUpdater.autoUpdater, updatesUnsupported(), log),
      },
    );
  } catch (error) {
    dialog.showErrorBox('Afterword could not start.', explainStart(error, dataDir));
    app.exit(exitCodes.internal);
  }
};

const runHeadless = async (words: readonly string[]): Promise<void> => {
  // With a listener Electron shows no dialog, which nobody would see.
  process.on('uncaughtException', (error) => {
    process.stderr.write(`afterword: ${explainFailure}\n${stackWithoutMessage(error)}\n`);
    app.exit(exitCodes.internal);
  });
  app.disableHardwareAcceleration();
  app.dock?.hide();
  // Helpers are utility processes, and those need Electron to be ready.
  await app.whenReady();
  // Loaded here only: a window needs none of it.
  const { runCli } = await import('../cli/run.ts');
  const startHelper = createUtilityHelper((path, args, options) => utilityProcess.fork(path, args, options));
  const code = await runCli(words, { startHelper });
  // exit() waits for no pipe.
  await new Promise<void>((resolve) => process.stdout.write('', () => resolve()));
  app.exit(code);
};

if (start.kind === 'headless') {
  void runHeadless(start.words);
} else {
  // Not awaited: Electron is not ready before this module has been evaluated.
  void openWindowed(start.dataDir);
}
