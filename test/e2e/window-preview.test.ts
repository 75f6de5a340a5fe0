// The pages of a report before it is made: drawn under the page's own policy, the newest wish only, nothing of it kept.
import { setTimeout as sleepMs } from 'node:timers/promises';
import type { Browser, Page, Request } from 'playwright';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasTestBrowser, launchTestBrowser } from '../support/browser.ts';
import { eventually } from '../support/eventually.ts';
import { openTestWindow, type TestWindow } from '../support/window.ts';
import { buildPage, openWindowHost, type WindowHost } from '../support/window-host.ts';

describe.skipIf(!hasTestBrowser())('the preview of a report', { timeout: 120_000 }, () => {
  let browser: Browser;
  let host: WindowHost;
  let window: TestWindow;
  let page: Page;

  beforeAll(async () => {
    host = await openWindowHost({ page: await buildPage() });
    await host.syncSample(30, 600);
    browser = await launchTestBrowser();
    window = await openTestWindow(browser, host);
    page = window.page;
    await page.locator('h1').waitFor();
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await host?.close();
  });

  const openDialog = async (): Promise<void> => {
    await window.visit('#/home');
    await window.visit('#/reports');
    await page.getByRole('button', { name: 'Make a report' }).first().click();
    await page.getByRole('dialog').waitFor();
  };
  const choose = async (label: string, option: string): Promise<void> => {
    await page
      .getByRole('dialog')
      .getByRole('combobox', { name: label })
      .or(page.getByRole('dialog').getByLabel(label))
      .first()
      .click();
    await page.getByRole('option', { name: option, exact: true }).click();
  };
  /** Dark dots of the first page's picture: there is something on it. */
  const ink = (): Promise<number> =>
    page.evaluate(`(() => {
      const canvas = document.createElement('canvas');
      [canvas.width, canvas.height] = [400, 566];
      const context = canvas.getContext('2d');
      context.drawImage(document.querySelector('img[alt^="Page 1 of"]'), 0, 0, 400, 566);
      const { data } = context.getImageData(0, 0, 400, 566);
      let dots = 0;
      for (let at = 0; at < data.length; at += 4) if (data[at + 3] > 0 && data[at] < 128) dots += 1;
      return dots;
    })()`);

  test('draws the pages, more when asked, as images that fetch and run nothing', async () => {
    await openDialog();
    await choose('Period', 'Last week');
    await page.getByRole('button', { name: 'Preview' }).click();
    await page.getByRole('img', { name: /^Page 1 of \d+$/ }).waitFor({ timeout: 30_000 });
    await eventually(ink).toBeGreaterThan(1000);
    const images = page.getByRole('region', { name: 'Preview' }).getByRole('img');
    await eventually(() => images.count()).toBe(4);
    await page.getByRole('button', { name: /more page/ }).click();
    await eventually(() => images.count()).toBeGreaterThan(4);
    expect(window.complaints).toEqual([]);
    expect((await host.call('report.list', {})).length).toBe(0);
    await page.keyboard.press('Escape');
  });

  test('follows what is chosen and cancels what nobody waits for', async () => {
    await openDialog();
    let stops = 0;
    const countStop = (request: Request): void => {
      if (request.url().endsWith('report.stop-preview')) stops += 1;
    };
    page.on('request', countStop);
    // Held back on its way, or a quick machine has answered before anything else is chosen.
    let isHeld = true;
    await page.route(/\/report\.preview$/, async (route) => {
      while (isHeld) await sleepMs(20);
      await route.continue();
    });
    const first = page.waitForRequest(/report\.preview$/);
    await page.getByRole('button', { name: 'Preview' }).click();
    await first;
    const second = page.waitForRequest((request) => request.postData()?.includes('"queue-service"') === true);
    await choose('Kind', 'Queue service');
    await second;
    await eventually(() => stops).toBe(1);
    isHeld = false;
    await page.getByRole('img', { name: /^Page 1 of \d+$/ }).waitFor({ timeout: 30_000 });
    isHeld = true;
    const third = page.waitForRequest((request) => request.postData()?.includes('"surveys"') === true);
    await choose('Kind', 'Surveys');
    await third;
    await page.keyboard.press('Escape');
    await eventually(() => stops).toBe(2);
    isHeld = false;
    await page.unrouteAll({ behavior: 'wait' });
    page.off('request', countStop);
    expect(window.complaints).toEqual([]);
  });

  test('says what is wrong with what is asked for', async () => {
    await openDialog();
    await choose('Period', 'Another…');
    await page.getByLabel('Which').fill('2025-99');
    await page.getByRole('button', { name: 'Preview' }).click();
    await page.getByRole('region', { name: 'Preview' }).getByRole('alert').getByText('2025-99').waitFor();
    await page.getByLabel('Which').fill('2025-09');
    await page.getByRole('img', { name: /^Page 1 of \d+$/ }).waitFor({ timeout: 30_000 });
    await page.keyboard.press('Escape');
  });

  test('is there for a definition too', async () => {
    await host.call('report.define', {
      ...{ name: 'Weekly queues', kind: 'queue-service', period: 'last-week', formats: ['pdf'], mask: false },
    });
    await window.visit('#/reports?part=definitions');
    await page.getByRole('button', { name: 'Preview Weekly queues' }).click();
    await page.getByRole('img', { name: /^Page 1 of \d+$/ }).waitFor({ timeout: 30_000 });
    await eventually(ink).toBeGreaterThan(1000);
  });
});
