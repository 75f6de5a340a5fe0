// The window for everyone: axe finds nothing on any screen, light or dark, and nothing is cut off at 200 % text.
import { AxeBuilder } from '@axe-core/playwright';
import type { Browser } from 'playwright';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasTestBrowser, launchTestBrowser } from '../support/browser.ts';
import { openTestWindow, type TestWindow } from '../support/window.ts';
import { buildPage, openWindowHost, type WindowHost } from '../support/window-host.ts';
import { goTo, places } from '../support/window-places.ts';

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
