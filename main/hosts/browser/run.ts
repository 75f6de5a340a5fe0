// What a person sees of the browser host in a terminal: the address, a new one on Enter, the end on Ctrl-C or when the
// window is closed. Imports Node and this host.
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { findBrowser } from './find-browser.ts';
import type { BrowserHost } from './host.ts';
import { openBrowserWindow } from './window.ts';

const say = (text: string): void => {
  process.stdout.write(`${text}\n`);
};

const untilIdle = async (host: BrowserHost): Promise<void> => {
  while (host.app.isBusy()) await delay(500);
};

/** Resolves when the user is done; the host is closed then. */
export const runInTerminal = async (host: BrowserHost, isOpened: boolean): Promise<void> => {
  const interrupted = new Promise<void>((resolve) => {
    process.once('SIGINT', resolve);
    process.once('SIGTERM', resolve);
  });
  const browser = isOpened ? findBrowser() : null;
  const isDisplayed =
    process.platform !== 'linux' || (process.env.DISPLAY ?? process.env.WAYLAND_DISPLAY) !== undefined;
  if (browser !== null && isDisplayed) {
    const window = await openBrowserWindow(browser, host.issueAddress());
    say(`Afterword is open in ${browser}. Close its window or press Ctrl-C here to end it.`);
    await Promise.race([window.closed, interrupted]);
    await window.close();
    if (host.app.isBusy()) say('Finishing what is under way. Press Ctrl-C to stop it.');
    await Promise.race([untilIdle(host), interrupted]);
  } else {
    if (isOpened) {
      say(browser === null ? 'No Chrome, Chromium or Edge was found.' : 'There is no display to open a window on.');
    }
    say(`Open this address in a browser on this computer; it works once:\n\n  ${host.issueAddress()}\n`);
    say('Press Enter for another one, Ctrl-C to end.');
    const lines = createInterface({ input: process.stdin });
    lines.on('line', () => say(`  ${host.issueAddress()}`));
    await interrupted;
    lines.close();
    process.stdin.unref?.();
  }
  await host.close();
};
