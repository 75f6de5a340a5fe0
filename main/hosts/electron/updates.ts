// Updates through electron-updater, as states that a page can show. Nothing is fetched before the user or the daily check
// asks, and nothing installs a version without its signature being checked by the platform's updater. The updater is
// handed in; imports ports, the contract and the updater's types.
import type { AppUpdater as ElectronAppUpdater } from 'electron-updater';
import { AppError } from '../../../preload/contract/errors.ts';
import type { UpdateState } from '../../../preload/contract/host.ts';
import type { Log, Updater } from '../../ports.ts';

/** What is used of it. */
export type AppUpdater = Pick<
  ElectronAppUpdater,
  | 'autoDownload'
  | 'autoInstallOnAppQuit'
  | 'allowDowngrade'
  | 'allowPrerelease'
  | 'disableWebInstaller'
  | 'on'
  | 'checkForUpdates'
  | 'quitAndInstall'
>;

const updateSettings = {
  autoDownload: true,
  autoInstallOnAppQuit: true,
  // An older version may not read a newer library, and may have a hole that was closed since.
  allowDowngrade: false,
  allowPrerelease: false,
  disableWebInstaller: true,
} as const;

const failureMessage =
  'The update could not be fetched. Check the network, or ask whoever installs Afterword for you; this version goes on working.';

/** `unsupported`: why this copy has no updates, null when it has. */
export const createUpdater = (engine: AppUpdater, unsupported: string | null, log: Log): Updater => {
  let state: UpdateState = unsupported === null ? { state: 'idle' } : { state: 'unsupported', reason: unsupported };
  const listeners: ((state: UpdateState) => void)[] = [];
  const become = (next: UpdateState): void => {
    state = next;
    for (const listener of listeners) listener(next);
  };
  // Its texts can hold addresses and paths: only the fact is shown and logged.
  const fail = (error: unknown): void => {
    log.warn('update failed', { error: error instanceof Error ? error.name : 'unknown' });
    become({ state: 'failed', message: failureMessage });
  };
  let version = '';
  if (unsupported === null) {
    Object.assign(engine, updateSettings);
    engine.on('checking-for-update', () => become({ state: 'checking' }));
    engine.on('update-not-available', () => become({ state: 'current' }));
    engine.on('update-available', (info) => {
      version = info.version;
      become({ state: 'downloading', version, percent: 0 });
    });
    engine.on('download-progress', ({ percent }) =>
      become({ state: 'downloading', version, percent: Math.round(percent) }),
    );
    engine.on('update-downloaded', (info) => become({ state: 'ready', version: info.version }));
    engine.on('error', fail);
  }
  return {
    get: () => state,
    async check() {
      const isBusy = state.state === 'checking' || state.state === 'downloading' || state.state === 'ready';
      if (unsupported !== null || isBusy) return state;
      await engine.checkForUpdates().catch(fail);
      return state;
    },
    install() {
      if (state.state !== 'ready') throw new AppError('invalid_input', 'There is no update to install yet.');
      engine.quitAndInstall();
    },
    subscribe: (listener) => {
      listeners.push(listener);
    },
  };
};
