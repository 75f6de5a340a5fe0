// Nothing needs a pointer: on every screen Tab reaches each control, or the one control that arrows move from. And nothing
// moves for those who asked for stillness.
import type { Browser, Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasTestBrowser, launchTestBrowser } from '../support/browser.ts';
import { openTestWindow, type TestWindow } from '../support/window.ts';
import { buildPage, openWindowHost, type WindowHost } from '../support/window-host.ts';
import { goTo, places } from '../support/window-places.ts';

/**
 * Controls in sight that Tab did not reach, by what they are called. Left out is what has keys of its own: tabs beside the
 * chosen one, the other choices of a radio group (arrows), the little arrows of a number field (arrow keys), an open list's or the palette's
 * options, and the cells of a table.
 */
const unreached = `(() => {
  const dialog = [...document.querySelectorAll('[role=dialog]')].at(-1);
  const within = dialog ?? document.body;
  const isShown = (one) => one.checkVisibility({ checkOpacity: false, checkVisibilityCSS: true }) && !one.closest('[inert],[aria-hidden=true]');
  const controls = within.querySelectorAll(
    'a[href], button, input, select, textarea, summary, [role=button], [role=link], [role=switch], [role=checkbox], [role=combobox], [role=grid], [tabindex="0"]',
  );
  const hasKeys = (one) =>
    one.matches('[role=tab][aria-selected=false], [role=option], [role=gridcell] *, .mantine-NumberInput-control, .mantine-Spotlight-action') ||
    (one.matches('input[type=radio]') && [...document.getElementsByName(one.name)].some((other) => other.dataset.reached));
  return [...controls]
    .filter((one) => isShown(one) && !one.disabled && one.type !== 'hidden' && !one.dataset.reached && !hasKeys(one))
    .map((one) => one.tagName + ' ' + (one.getAttribute('aria-label') ?? one.textContent ?? '').slice(0, 40) + ' ' + one.className.slice(0, 60));
})()`;

const MOST_TABS = 400;

/** Tab after Tab until it comes round; how many controls that were. */
const tabThrough = async (page: Page): Promise<number> => {
  await page.evaluate(
    `document.querySelectorAll('[data-reached]').forEach((one) => delete one.dataset.reached); window.lastReached = null; document.querySelector('[role=dialog]') ?? document.activeElement?.blur()`,
  );
  let stays = 0;
  for (let presses = 1; presses <= MOST_TABS; presses += 1) {
    await page.keyboard.press('Tab');
    // A date has a stop for its day, its month, its year and its calendar: the same element several times.
    const step = await page.evaluate(`(() => {
      const { activeElement: one } = document;
      if (one === document.body || one === null) return 'new';
      const isSame = one === window.lastReached;
      const wasReached = one.dataset.reached === '1';
      one.dataset.reached = '1';
      window.lastReached = one;
      return isSame ? 'same' : wasReached ? 'round' : 'new';
    })()`);
    stays = step === 'same' ? stays + 1 : 0;
    if (step === 'round' || stays > 4) return presses;
  }
  throw new Error('Tab never came round');
};

describe.skipIf(!hasTestBrowser())('without a pointer', { timeout: 120_000 }, () => {
  let browser: Browser;
  let host: WindowHost;
  let window: TestWindow;

  beforeAll(async () => {
    host = await openWindowHost({ page: await buildPage() });
    await host.syncSample(30, 800);
    await host.call('report.define', {
      ...{ name: 'Weekly', kind: 'queue-service', period: 'last-week', formats: ['csv'], mask: false },
    });
    await host.call('teams.save', { name: 'Evening', members: [] });
    browser = await launchTestBrowser();
    window = await openTestWindow(browser, host);
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await host?.close();
  });

  test.each(places)('every control is reached: $name', async (place) => {
    await goTo(window, place);
    expect(await tabThrough(window.page)).toBeGreaterThan(2);
    expect(await window.page.evaluate(unreached)).toEqual([]);
  });

  test('and the search for what is not reached would find one', async () => {
    await goTo(window, { name: 'home', hash: '#/home' });
    await window.page.evaluate(
      `document.querySelector('h1').insertAdjacentHTML('afterend', '<button tabindex="-1">Out of reach</button>')`,
    );
    await tabThrough(window.page);
    expect(await window.page.evaluate(unreached)).toEqual([expect.stringMatching(/Out of reach/)]);
    await window.page.reload();
  });
});

describe.skipIf(!hasTestBrowser())('motion', { timeout: 120_000 }, () => {
  /** The longest animation that was seen running while dialogs, menus and screens come and go, milliseconds. */
  const longestMotion = async (page: Page): Promise<number> => {
    await page.evaluate(`(() => {
      window.longest = 0;
      const look = () => {
        for (const one of document.getAnimations()) {
          const { duration, iterations } = one.effect.getComputedTiming();
          window.longest = Math.max(window.longest, iterations === Infinity ? 1e9 : Number(duration) * iterations);
        }
        requestAnimationFrame(look);
      };
      look();
    })()`);
    await page.keyboard.press('Control+k');
    await page.getByRole('textbox', { name: 'Command' }).waitFor();
    await page.keyboard.press('Escape');
    await page.evaluate(`location.hash = '#/reports'`);
    await page.getByRole('button', { name: 'Make a report' }).first().click();
    await page.getByRole('dialog').waitFor();
    await page.getByRole('dialog').getByLabel('CSV').click();
    await page.keyboard.press('Escape');
    await page.evaluate(`location.hash = '#/scorecards'`);
    await page.getByRole('grid').waitFor();
    await page.getByRole('button', { name: 'Columns' }).click();
    await page.waitForTimeout(600);
    return (await page.evaluate('window.longest')) as number;
  };

  test('is nowhere for those who asked for none, and is there for the others', async () => {
    const host = await openWindowHost({ page: await buildPage() });
    await host.syncSample(20, 300);
    const browser = await launchTestBrowser();
    const seen: number[] = [];
    for (const reducedMotion of ['reduce', 'no-preference'] as const) {
      const context = await browser.newContext({ reducedMotion });
      const page = await context.newPage();
      await page.goto(host.issueAddress());
      await page.locator('h1').waitFor();
      seen.push(await longestMotion(page));
      await context.close();
    }
    await browser.close();
    await host.close();
    expect(seen[0]).toBeLessThanOrEqual(1);
    expect(seen[1]).toBeGreaterThan(10);
  });
});
