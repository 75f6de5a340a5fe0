// The window for everyone: axe finds nothing on any screen, light or dark, and nothing is cut off at 200 % text.
import { AxeBuilder } from '@axe-core/playwright';
import type { Browser } from 'playwright';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasTestBrowser, launchTestBrowser } from '../support/browser.ts';
import { eventually } from '../support/eventually.ts';
import { openTestWindow, type TestWindow } from '../support/window.ts';
import { buildPage, openWindowHost, type WindowHost } from '../support/window-host.ts';

type Place = { name: string; hash: string; before?: (window: TestWindow) => Promise<void> };

const openFirstRow = async ({ page }: TestWindow): Promise<void> => {
  await page.getByRole('grid').focus();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await page.locator('.split-side').waitFor();
};

const places: Place[] = [
  { name: 'home', hash: '#/home' },
  { name: 'search', hash: '#/search?f=channel:Voice' },
  { name: 'a search that fails', hash: '#/search?q=nosuchfield:x' },
  { name: 'a search without a hit', hash: '#/search?q=qqqqzz' },
  { name: 'conversation', hash: '#/search', before: openFirstRow },
  { name: 'scorecards', hash: '#/scorecards' },
  { name: 'the cases of a figure', hash: '#/scorecards?by=queue&figure=offered' },
  { name: 'definitions compared', hash: '#/scorecards?by=queue&view=reconcile' },
  { name: 'settings of counting', hash: '#/settings?part=counting' },
  { name: 'settings of targets', hash: '#/settings?part=targets' },
  { name: 'settings of teams', hash: '#/settings?part=teams' },
  { name: 'one agent’s card', hash: '#/scorecards?by=agent', before: openFirstRow },
  { name: 'reports', hash: '#/reports' },
  {
    name: 'making a report',
    hash: '#/reports?part=definitions',
    before: async ({ page }) => {
      await page.getByRole('button', { name: 'Make a report' }).first().click();
      await page.getByRole('dialog').waitFor();
    },
  },
  { name: 'schedules', hash: '#/reports?part=schedules' },
  { name: 'coverage', hash: '#/coverage' },
  { name: 'workspace settings', hash: '#/settings?part=workspace' },
  { name: 'sign-in settings', hash: '#/settings?part=sign-in' },
  { name: 'appearance', hash: '#/settings?part=appearance' },
  { name: 'privacy', hash: '#/settings?part=privacy' },
  {
    name: 'diagnostics',
    hash: '#/settings?part=about',
    before: async ({ page }) => {
      await page.getByRole('button', { name: 'Run the checks' }).click();
      await page.getByRole('list', { name: 'Checks' }).getByText('data folder', { exact: true }).waitFor();
    },
  },
  {
    name: 'the command palette',
    hash: '#/home',
    before: async ({ page }) => {
      await page.keyboard.press('Control+k');
      await page.getByRole('textbox', { name: 'Command' }).fill('sy');
    },
  },
  {
    name: 'the shortcuts',
    hash: '#/home',
    before: async ({ page }) => {
      await page.locator('h1').click();
      await page.keyboard.press('?');
      await page.getByRole('dialog').waitFor();
    },
  },
  { name: 'connecting', hash: '#/welcome' },
];

describe.skipIf(!hasTestBrowser())('the window is for everyone', { timeout: 120_000 }, () => {
  let browser: Browser;
  let host: WindowHost;

  beforeAll(async () => {
    host = await openWindowHost({ page: await buildPage() });
    await host.syncSample(30, 800);
    browser = await launchTestBrowser();
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await host?.close();
  });

  const goTo = async (window: TestWindow, { hash, before }: Place): Promise<void> => {
    await window.page.keyboard.press('Escape');
    await window.visit(hash);
    await window.page.locator('h1').waitFor();
    await eventually(() => window.page.locator('.loading, .grid-waiting').count()).toBe(0);
    await before?.(window);
  };

  describe.each(['light', 'dark'] as const)('%s', (colorScheme) => {
    let window: TestWindow;
    beforeAll(async () => {
      window = await openTestWindow(browser, host, { colorScheme });
    });
    afterAll(() => window?.close());

    test.each(places)('axe finds nothing: $name', async (place) => {
      await goTo(window, place);
      const { violations, passes } = await new AxeBuilder({ page: window.page }).analyze();
      expect(passes.length).toBeGreaterThan(5);
      expect(
        violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(' | ')}`),
      ).toEqual([]);
    });
  });

  test('nothing is wider than the window at 200 % text, and every control can be reached', async () => {
    const window = await openTestWindow(browser, host, { textPercent: 200 });
    const { page } = window;
    for (const place of places) {
      await goTo(window, place);
      const overflowing = await page.evaluate(`
        [...document.querySelectorAll('main, .page-head, .page-body, .split-side, [role=dialog]')]
          .filter((element) => element.getBoundingClientRect().right > innerWidth + 1)
          .map((element) => element.className)`);
      expect(overflowing, place.name).toEqual([]);
    }
    await window.close();
  });

  test('shows where the focus is, and Tab goes through a whole screen without a trap', async () => {
    const window = await openTestWindow(browser, host);
    await goTo(window, { name: 'coverage', hash: '#/settings?part=appearance' });
    const seen = new Set<string>();
    for (let presses = 0; presses < 60; presses += 1) {
      await window.page.keyboard.press('Tab');
      const [name, isShown] = (await window.page.evaluate(`(() => {
        const { activeElement: element } = document;
        const style = getComputedStyle(element);
        // A control drawn by its label shows the ring there.
        const isRinged = (one) => one !== null && (getComputedStyle(one).outlineStyle !== 'none' || getComputedStyle(one).boxShadow !== 'none');
        const label = element.id ? document.querySelector('label[for="' + element.id + '"]') : null;
        return [element.tagName + element.id + element.textContent, element === document.body || isRinged(element) || isRinged(label)];
      })()`)) as [string, boolean];
      expect(isShown, name).toBe(true);
      seen.add(name);
    }
    expect(seen.size).toBeGreaterThan(12);
    await window.close();
  });
});
