// What the user sees when the program itself fails: a sentence that says what to do, in a dialog of the system's, because
// the page may be what is broken. Electron's parts are handed in; imports the contract.
import { AppError } from '../../../preload/contract/errors.ts';
import type { Log } from '../../ports.ts';

export type Ask = (message: string, detail: string, buttons: readonly string[]) => Promise<number>;

/** The detail for a start that failed. */
export const explainStart = (error: unknown, dataDir: string): string =>
  error instanceof AppError
    ? error.message
    : `Afterword could not start (${error instanceof Error ? error.name : 'unknown'}). Start it again; if it stays, make a copy of the folder ${dataDir} and install Afterword anew. Nothing was deleted.`;

/** For a failure of the main process that nobody foresaw. */
export const explainFailure =
  'Start it again: what was synced is kept, and a sync goes on where it was cut off. If it stays, send the file afterword.log from the data folder to whoever supports Afterword for you; it holds no customer’s data.';

/** Name and frames only: a message can hold data. */
export const stackWithoutMessage = (error: unknown): string =>
  error instanceof Error
    ? [error.name, ...(error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line))].join('\n')
    : typeof error;

/** What is used of Electron's WebContents. */
export type Watched = {
  on(event: 'render-process-gone', listener: (event: unknown, details: { reason: string }) => void): unknown;
  on(event: 'preload-error', listener: () => void): unknown;
  reload(): void;
};
export type WatchedWindow = { on(event: 'unresponsive' | 'responsive', listener: () => void): unknown };

/** Crashes in a row after which reloading is not offered as if it would help. */
const mostReloads = 3;

export const watchPage = (
  window: WatchedWindow,
  contents: Watched,
  { ask, quit, log }: { ask: Ask; quit: () => void; log: Log },
): void => {
  let crashes = 0;
  let isAsking = false;
  const offer = async (message: string, detail: string, first: string): Promise<void> => {
    if (isAsking) return;
    isAsking = true;
    try {
      const choice = await ask(message, detail, [first, 'Quit']);
      if (choice === 0) contents.reload();
      else quit();
    } finally {
      isAsking = false;
    }
  };
  contents.on('render-process-gone', (_event, { reason }) => {
    if (reason === 'clean-exit') return;
    log.error('window crashed', { reason });
    crashes += 1;
    const detail =
      crashes < mostReloads
        ? 'Your data are safe, and a sync or report under way goes on. Reload to go on working.'
        : 'It has happened several times. Quit, start Afterword again, and update it or the graphics driver if it stays. Your data are safe.';
    void offer('The window stopped working.', detail, 'Reload');
  });
  contents.on('preload-error', () => {
    log.error('preload failed');
    void offer('The window could not be set up.', 'Install Afterword again. Your data are safe.', 'Reload');
  });
  let waiting: NodeJS.Timeout | undefined;
  window.on('unresponsive', () => {
    // Long enough that a slow machine is not asked about.
    waiting = setTimeout(() => {
      log.warn('window unresponsive');
      void offer('The window does not answer.', 'Reload it, or quit and start Afterword again.', 'Reload');
    }, 10_000);
  });
  window.on('responsive', () => clearTimeout(waiting));
};
