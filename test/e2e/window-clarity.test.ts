// What the window shows can be read without guessing: which days, how many, of what, chosen how.
import { rmSync } from 'node:fs';
import type { Browser, Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeTempDir } from '../support/app.ts';
import { hasTestBrowser, launchTestBrowser } from '../support/browser.ts';
import { eventually } from '../support/eventually.ts';
import { openTestWindow, type TestWindow } from '../support/window.ts';
import { buildPage, openWindowHost, type WindowHost } from '../support/window-host.ts';

const dayText = (iso: string): string =>
  new Intl.DateTimeFormat('en-GB', { timeZone: 'UTC', day: 'numeric', month: 'short', year: 'numeric' }).format(
    new Date(iso),
  );
/** The days of a period in UTC, both included. */
const daysText = ({ from, to }: { from: string; to: string }): string =>
  `${dayText(from)} – ${dayText(new Date(Date.parse(to) - 1000).toISOString())}`;

describe.skipIf(!hasTestBrowser())('what is shown can be read without guessing', { timeout: 120_000 }, () => {
  let browser: Browser;
  let host: WindowHost;
  let window: TestWindow;
  let page: Page;
  const outDir = makeTempDir();

  beforeAll(async () => {
    host = await openWindowHost({ page: await buildPage() });
    await host.syncSample(40, 3000);
    browser = await launchTestBrowser();
    window = await openTestWindow(browser, host, { width: 1920, height: 1080 });
    page = window.page;
  }, 120_000);
  afterAll(async () => {
    await window?.close();
    await browser?.close();
    await host?.close();
    rmSync(outDir, { recursive: true, force: true });
  });

  test('a figure of Home names its n, and is never broken in two', async () => {
    const { total } = await host.call('scorecard.totals', {
      ...{ by: 'queue', period: 'last-7-days', metrics: ['offered', 'serviceLevel'], unit: 'day' },
    });
    const level = page.getByRole('link', { name: /^Service level/ });
    await eventually(() => level.textContent()).toContain(`n = ${total.serviceLevel?.n}`);
    // Scorecards were not opened yet: nothing of their style sheet is here.
    expect(await level.locator('.nobreak').count()).toBe(3);
    const styles =
      "[...document.querySelectorAll('.headline .nobreak')].map((piece) => getComputedStyle(piece).whiteSpace)";
    expect(new Set(await page.evaluate<string[]>(styles))).toEqual(new Set(['nowrap']));
    expect(await page.getByRole('link', { name: /^Offered/ }).textContent()).not.toContain('n =');
  });

  test('the Status of a row is the one that was counted beside the table', async () => {
    await window.visit('#/search');
    const counted = page.getByRole('region', { name: 'Status' }).getByRole('listitem');
    await counted.first().waitFor();
    const names = await counted.locator('.clip').allTextContents();
    expect(names).toContain('BotResolved');
    await page.getByRole('button', { name: /^BotResolved/ }).click();
    const { total } = await host.call('search.run', { query: 'status:=BotResolved', limit: 0 });
    await eventually(() => page.getByRole('status').textContent()).toContain(total.toLocaleString('en-GB'));
    const grid = page.getByRole('grid', { name: 'Conversations found' });
    await window.settled();
    const cells = await grid.locator('[role=gridcell]:nth-child(3)').allTextContents();
    expect(cells.length).toBeGreaterThan(5);
    expect(new Set(cells)).toEqual(new Set(['BotResolved']));
  });

  test('the filters keep their room while nothing is found', async () => {
    await window.visit('#/search?q=refund');
    const filters = page.getByRole('complementary', { name: 'Filters' });
    await filters.getByRole('region', { name: 'Agent' }).waitFor();
    await page.getByRole('textbox', { name: 'Search conversations' }).fill('refund nosuchwordanywhere');
    await page.getByText('No conversation matches').waitFor();
    expect(await filters.textContent()).toBe('Nothing found, so nothing to count.');
    // Half a phrase is no failure that trying again would mend.
    await page.getByRole('textbox', { name: 'Search conversations' }).fill('"refund nosuch');
    await page.getByRole('alert').getByText('This search cannot be read').waitFor();
    expect(await filters.count()).toBe(1);
    expect(await page.getByRole('button', { name: 'Try again' }).count()).toBe(0);
    await page.getByRole('textbox', { name: 'Search conversations' }).fill('');
  });

  test('the cases of a figure name their days, and another way of counting', async () => {
    await window.visit('#/scorecards?by=queue&period=last-week&figure=serviceLevel&preset=kore');
    const { period } = await host.call('figure.rows', {
      ...{ by: 'queue', period: 'last-week', metric: 'serviceLevel', rules: { preset: 'kore' }, limit: 0 },
    });
    await page.getByText(`${daysText(period)}, counted as Kore`).waitFor();
  });

  test('a row without a rank says why', async () => {
    const { rows } = await host.call('scorecard.get', { by: 'agent', period: 'last-30-days' });
    const ranked = rows.find(({ metrics }) => (metrics.ahtMean?.n ?? 0) >= 30);
    await window.visit(`#/scorecards?by=agent&period=last-30-days&key=${ranked?.key}&metric=ahtMean`);
    await page.getByText('not ranked: neither end is known to be better').waitFor();
    const small = rows.find(({ metrics }) => (metrics.csatTop2?.n ?? 0) >= 5 && (metrics.csatTop2?.n ?? 0) < 30);
    await window.visit(`#/scorecards?by=agent&period=last-30-days&key=${small?.key}&metric=csatTop2`);
    await page.getByText('not ranked: n below 30').waitFor();
  });

  test('the calendar shows which days were chosen', async () => {
    await window.visit('#/coverage');
    const chosen = page.getByRole('main').locator('button[aria-pressed="true"]');
    await eventually(() => chosen.count()).toBe(30);
    const month = page
      .getByRole('region')
      .filter({ has: page.locator('.day-missing') })
      .first();
    await month.getByRole('button', { name: /^3 / }).click();
    await eventually(() => chosen.allTextContents()).toEqual(['3']);
    await month.getByRole('button', { name: /^7 / }).click();
    await eventually(() => chosen.allTextContents()).toEqual(['3', '4', '5', '6', '7']);
    expect(await month.locator('.weekday').allTextContents()).toEqual(['Mo', 'Tu', 'We', 'Th', 'Fr', 'Sa', 'Su']);
  });

  test('a report keeps its own days in a workspace of another zone', async () => {
    await host.call('report.run', { report: 'queue-service', period: 'last-month', formats: ['csv'], outDir });
    await eventually(async () => (await host.call('report.list', {})).length).toBe(1);
    const [report] = await host.call('report.list', {});
    const days = daysText(report?.period ?? { from: '', to: '' });
    await window.visit('#/reports');
    const listed = page.getByRole('list', { name: 'Issued reports' });
    await eventually(() => listed.textContent()).toContain(days);
    expect(await listed.textContent()).not.toContain('UTC');
    await host.call('workspaces.connect', {
      ...{
        name: 'Trial',
        host: 'https://platform.kore.ai',
        accountId: '5f0c0ffee0ddba11ca11ab1e',
        appId: 'st-made-up',
      },
      ...{ zone: 'America/Los_Angeles', credential: { kind: 'existing' }, store: false, check: false },
    });
    await page
      .getByRole('button', { name: /Sample/ })
      .first()
      .click();
    await page.getByRole('menuitem', { name: /^Trial/ }).click();
    await page.getByText('Times in America/Los_Angeles').waitFor();
    await window.visit('#/reports');
    await eventually(() => listed.textContent()).toContain(`${days} UTC`);
  });

  test('a sync without a sign-in says where to give one', async () => {
    await window.visit('#/home');
    await page.getByRole('button', { name: 'Sync now' }).first().click();
    await page.getByRole('link', { name: 'Sign-in settings' }).click();
    await page.getByRole('heading', { name: 'Sign-in and network' }).waitFor();
  });

  test('the definitions compared say that nothing is synced', async () => {
    await window.visit('#/scorecards?by=queue&period=last-month&view=reconcile');
    await page.getByText('No queue was entered in this period').waitFor();
    await page.getByText(/^Nothing of this period is synced/).waitFor();
    await window.visit('#/scorecards?by=agent&period=last-month');
    await page.getByText('No agent has a figure in this period').waitFor();
    await page.getByText('It is not synced whole.').waitFor();
  });

  test('never complained', () => {
    expect(window.complaints).toEqual([]);
  });
});
