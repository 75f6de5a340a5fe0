// npm run screenshots: every screen in every state, light and dark, at two window sizes and at 200 % text, into
// out/screenshots, to be looked at. `npm run screenshots -- search dark` takes those whose name holds both words.
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright';
import { launchTestBrowser } from './browser.ts';
import { openTestWindow, type TestWindow } from './window.ts';
import { buildPage, openWindowHost, type WindowHost } from './window-host.ts';

const outDir = join(import.meta.dirname, '../../out/screenshots');
const wanted = process.argv.slice(2);

const screens: Record<string, string> = {
  home: '#/home',
  search: '#/search',
  conversation: '#/search?q=has:consult',
  scorecards: '#/scorecards',
  card: '#/scorecards?by=agent&period=last-month',
  cases: '#/scorecards?by=queue&period=last-month&figure=serviceLevel',
  reconcile: '#/scorecards?by=queue&period=last-month&view=reconcile',
  counting: '#/settings?part=counting',
  targets: '#/settings?part=targets',
  teams: '#/settings?part=teams',
  reports: '#/reports',
  schedules: '#/reports?part=schedules',
  coverage: '#/coverage',
  settings: '#/settings',
  privacy: '#/settings?part=privacy',
  welcome: '#/welcome',
};
const opened = ['conversation', 'card'];
const sizes = {
  '1280x800': { width: 1280, height: 800, textPercent: 100 },
  '1920x1080': { width: 1920, height: 1080, textPercent: 100 },
  'text-200': { width: 1280, height: 800, textPercent: 200 },
};
const states = ['sample', 'empty', 'loading', 'error'] as const;
/** What the window needs before it has a screen at all; these always work. */
const alwaysAnswered = /\/call\/(workspaces\.list|host\.info)$/;

const isAsked = (name: string): boolean => wanted.every((word) => name.includes(word));

/** Makes the page's reads hang or fail. */
const spoil = async (page: Page, state: (typeof states)[number]): Promise<void> => {
  if (state !== 'loading' && state !== 'error') return;
  await page.route('**/call/**', async (route) => {
    if (alwaysAnswered.test(route.request().url())) return route.continue();
    if (state === 'loading') return;
    const error = {
      code: 'db_corrupt',
      message: 'The cache is damaged. Try again: it is then put aside and rebuilt, and a sync fetches the rest.',
    };
    await route.fulfill({ json: { ok: false, error } });
  });
};

const openRow = async ({ page }: TestWindow): Promise<void> => {
  await page.getByRole('grid').focus();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await page.waitForTimeout(900);
};

const takeAll = async (host: WindowHost, state: (typeof states)[number]): Promise<number> => {
  const browser = await launchTestBrowser();
  let taken = 0;
  for (const colorScheme of ['light', 'dark'] as const)
    for (const [size, options] of Object.entries(sizes)) {
      const names = Object.keys(screens).filter((screen) => isAsked(`${screen} ${state} ${colorScheme} ${size}`));
      if (names.length === 0) continue;
      const window = await openTestWindow(browser, host, { colorScheme, ...options });
      await window.page.waitForTimeout(600);
      await spoil(window.page, state);
      for (const screen of names) {
        // Anew each time, so that what one screen has read does not fill the next.
        await window.visit(screens[screen] ?? '');
        await window.page.reload();
        await window.page.waitForTimeout(700);
        // However busy the machine is: what is to be looked at is the screen, not its grey lines.
        if (state === 'sample' || state === 'empty') {
          const waiting = window.page.locator('.loading, .grid-waiting').first();
          await waiting.waitFor({ state: 'hidden', timeout: 60_000 });
          await window.page.waitForTimeout(400);
        }
        if (state === 'sample' && opened.includes(screen)) await openRow(window);
        await window.page.screenshot({ path: join(outDir, `${screen} ${state} ${colorScheme} ${size}.png`) });
        taken += 1;
      }
      await window.close();
    }
  await browser.close();
  return taken;
};

if (wanted.length === 0) rmSync(outDir, { recursive: true, force: true });
mkdirSync(outDir, { recursive: true });
const page = await buildPage();
let taken = 0;
const sample = await openWindowHost({ page });
await sample.syncSample(60, 4000);
for (const state of states.filter((one) => one !== 'empty')) taken += await takeAll(sample, state);
await sample.close();
const empty = await openWindowHost({ page });
await empty.call('workspaces.connect', {
  ...{ name: 'Trial', host: 'https://platform.kore.ai', accountId: '5f0c0ffee0ddba11ca11ab1e', appId: 'st-made-up' },
  ...{ zone: 'Europe/Berlin', credential: { kind: 'existing' }, store: false, check: false },
});
taken += await takeAll(empty, 'empty');
await empty.close();
process.stdout.write(`${taken} screenshots in out/screenshots\n`);
