// What a person does in the window, from the first run to a report made again: the real page in a real browser, over the
// browser host, on the sample contact centre.
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { secondsOf } from '../../renderer/model/conversation.ts';
import { formatDuration } from '../../renderer/model/format.ts';
import { makeTempDir } from '../support/app.ts';
import { hasTestBrowser, launchTestBrowser } from '../support/browser.ts';
import { eventually } from '../support/eventually.ts';
import { openTestWindow, type TestWindow } from '../support/window.ts';
import { buildPage, openWindowHost, type WindowHost } from '../support/window-host.ts';

const settled = 30_000;
/** The number before a word in a text such as “1,234 conversations”. */
const countIn = (text: string | null): number => Number(/([\d,]+)/.exec(text ?? '')?.[1]?.replaceAll(',', ''));
const totalOf = async (page: Page): Promise<number> =>
  countIn(await page.locator('.search-line [role=status]').textContent());

describe.skipIf(!hasTestBrowser())('the window', { timeout: 120_000 }, () => {
  let browser: Browser;
  let pageDir: string;
  let host: WindowHost;
  let window: TestWindow;
  let page: Page;
  const dataDir = makeTempDir();
  const outDir = makeTempDir();

  beforeAll(async () => {
    pageDir = await buildPage();
    browser = await launchTestBrowser();
    host = await openWindowHost({ page: pageDir, dataDir });
    window = await openTestWindow(browser, host);
    page = window.page;
  }, 120_000);
  afterAll(async () => {
    await window?.close();
    await browser?.close();
    await host?.close();
    for (const folder of [dataDir, outDir]) rmSync(folder, { recursive: true, force: true });
  });

  test('greets the first time, and opens the sample contact centre', async () => {
    await page.getByRole('heading', { name: 'Welcome to Afterword' }).waitFor();
    await page.getByRole('button', { name: 'Open the sample contact centre' }).click();
    await page.getByRole('heading', { name: 'Home' }).waitFor();
    // The sync began by itself; its end is told from wherever one is.
    await page.getByText(/5,000 new/).waitFor({ timeout: settled });
    await page.getByRole('button', { name: /Conversations 5,000/ }).waitFor();
    await page.getByText('Service level').waitFor();
  });

  test('searches; a facet’s count is what its click finds', async () => {
    await page.getByRole('link', { name: 'Search' }).click();
    await page.getByRole('grid', { name: 'Conversations found' }).waitFor();
    expect(await totalOf(page)).toBe(5000);
    const facet = page.getByRole('region', { name: 'Queue' }).getByRole('button').first();
    const count = countIn(await facet.locator('.number').textContent());
    expect(count).toBeGreaterThan(50);
    await facet.click();
    await eventually(() => totalOf(page)).toBe(count);
    expect(await facet.getAttribute('aria-pressed')).toBe('true');
    await page.getByRole('textbox', { name: 'Search conversations' }).fill('order');
    await eventually(() => totalOf(page)).toBeLessThan(count);
    const { total } = await host.call('search.run', {
      query: new URLSearchParams(new URL(page.url()).hash.split('?')[1]).getAll('f').concat('order').join(' '),
      limit: 0,
    });
    expect(await totalOf(page)).toBe(total);
    expect(total).toBeGreaterThan(0);
  });

  test('completes fields and their values, and says where a query goes wrong', async () => {
    const box = page.getByRole('textbox', { name: 'Search conversations' });
    await page.getByRole('button', { name: /^Remove queue/ }).click();
    await box.fill('');
    await box.pressSequentially('chan');
    await page.getByRole('option', { name: /channel:/ }).waitFor();
    await box.press('Tab');
    await eventually(() => box.inputValue()).toBe('channel:');
    await box.pressSequentially('Voi');
    await page.getByRole('option', { name: /Voice/ }).first().waitFor();
    await box.press('Tab');
    await eventually(() => box.inputValue()).toBe('channel:Voice ');
    await box.fill('nosuchfield:x');
    await page
      .getByRole('alert')
      .getByText(/character 1/)
      .waitFor();
    await box.fill('');
    await page.getByRole('grid', { name: 'Conversations found' }).waitFor();
  });

  test('orders by a column, marks what was found, and keeps a search under a name', async () => {
    const box = page.getByRole('textbox', { name: 'Search conversations' });
    await box.fill('refund has:note');
    const grid = page.getByRole('grid', { name: 'Conversations found' });
    await grid.locator('mark').first().waitFor();
    expect((await grid.locator('mark').first().textContent())?.toLowerCase()).toContain('refund');
    await page.getByRole('columnheader', { name: 'Handle' }).getByRole('button').click();
    await page.getByRole('columnheader', { name: 'Handle' }).getByRole('button').click();
    const { rows } = await host.call('search.run', { query: 'refund has:note', limit: 1, sort: '-aht' });
    const first = grid.getByRole('row').nth(1);
    const [longest] = rows;
    const seconds = longest === undefined ? null : secondsOf(longest);
    await eventually(() => first.textContent()).toContain(formatDuration(seconds ?? Number.NaN));
    await page.getByRole('button', { name: 'Saved', exact: true }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Keep this search as').fill('Long refunds');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.getByRole('button', { name: 'Long refunds', exact: true }).waitFor();
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    await window.visit('#/search');
    await eventually(() => totalOf(page)).toBe(5000);
    await page.getByRole('button', { name: 'Saved', exact: true }).click();
    await dialog.getByRole('button', { name: 'Long refunds', exact: true }).click();
    await eventually(() => page.url()).toContain('sort=-aht');
    expect(await box.inputValue()).toBe('refund has:note');
    await page.getByRole('button', { name: 'Saved', exact: true }).click();
    await dialog.getByRole('button', { name: 'Remove the saved search Long refunds' }).click();
    await dialog.getByText('None yet.').waitFor();
    await page.keyboard.press('Escape');
    await window.visit('#/search');
  });

  test('opens a conversation by keyboard and shows its course, fields and raw rows', async () => {
    const box = page.getByRole('textbox', { name: 'Search conversations' });
    await box.fill('has:note has:consult');
    await eventually(() => totalOf(page)).toBeLessThan(1000);
    const grid = page.getByRole('grid', { name: 'Conversations found' });
    await grid.focus();
    await grid.press('ArrowDown');
    await grid.press('Enter');
    const details = page.getByRole('region', { name: 'Details of the conversation' });
    await details
      .getByText(/Entered the queue|Offered to|answered/)
      .first()
      .waitFor();
    await details
      .getByText(/Consulted/)
      .first()
      .waitFor();
    await details.getByText('Session ended').waitFor();
    await page.getByRole('tab', { name: 'Fields' }).click();
    await details.getByText('Session id').waitFor();
    const id = new URL(page.url()).hash.match(/id=([^&]+)/)?.[1];
    await page.getByRole('tab', { name: 'Raw' }).click();
    await details.getByText(String(id)).nth(1).waitFor();
    // The next row, without leaving the table.
    await grid.focus();
    await grid.press('j');
    await eventually(() => page.url()).not.toContain(String(id));
    await page.keyboard.press('Escape');
    await details.waitFor({ state: 'detached' });
  });

  test('copies a block of cells as a table', async () => {
    const grid = page.getByRole('grid', { name: 'Conversations found' });
    await grid.focus();
    await page.keyboard.press('Control+Home');
    await page.keyboard.press('Shift+ArrowDown');
    await page.keyboard.press('Shift+ArrowRight');
    await page.evaluate(
      "addEventListener('copy', (event) => { window.copied = event.clipboardData.getData('text/plain'); })",
    );
    await page.keyboard.press('Control+c');
    const lines = String(await page.evaluate('window.copied')).split('\n');
    expect(lines).toHaveLength(3);
    expect(lines[0]).toBe('Started\tChannel');
    expect(lines[1]).toMatch(/^\d+ \w+ \d{4}, \d\d:\d\d\t\S/);
  });

  test('widens, moves and hides columns by keyboard, and remembers it', async () => {
    const header = (name: string) => page.getByRole('columnheader', { name });
    const width = async (): Promise<number> => (await header('Channel').boundingBox())?.width ?? 0;
    const before = await width();
    await header('Channel').getByRole('button').focus();
    await page.keyboard.press('Control+Shift+ArrowRight');
    expect(await width()).toBe(before + 16);
    await page.keyboard.press('Control+ArrowRight');
    expect(await page.getByRole('columnheader').nth(2).textContent()).toBe('Channel');
    await page.getByRole('button', { name: 'Columns' }).click();
    await page.getByRole('checkbox', { name: 'Customer' }).uncheck();
    await header('Customer').waitFor({ state: 'detached' });
    await page.reload();
    await header('Channel').waitFor();
    expect(await page.getByRole('columnheader').nth(2).textContent()).toBe('Channel');
    expect(await width()).toBe(before + 16);
    expect(await header('Customer').count()).toBe(0);
  });

  test('goes from a scorecard’s figure to its conversations, and back', async () => {
    await page.getByRole('link', { name: 'Scorecards' }).click();
    const grid = page.getByRole('grid', { name: 'Scorecards by agent' });
    await grid.waitFor();
    const scorecard = await host.call('scorecard.get', { by: 'agent', period: 'last-30-days' });
    const handled = scorecard.rows.map((row) => row.metrics.handled?.value ?? 0).sort((a, b) => b - a);
    await page.getByRole('columnheader', { name: 'Handled' }).getByRole('button').click();
    // The first row is the total, the next the one with most.
    const second = grid.getByRole('row').nth(2).getByRole('gridcell').nth(1);
    await eventually(async () => countIn(await second.textContent())).toBe(handled[0]);
    await grid.focus();
    await grid.press('ArrowDown');
    await grid.press('Enter');
    const card = page.getByRole('region', { name: /^Figures of/ });
    await card.getByText(/Among \d+ with n of 5/).waitFor();
    await card.getByRole('button', { name: /^Cases of Handled:/ }).click();
    // As many rows as the figure counts, and each leads to its conversation.
    const cases = page.getByRole('grid', { name: 'Cases of the figure' });
    await cases.waitFor();
    expect(Number(await cases.getAttribute('aria-rowcount')) - 1).toBe(handled[0]);
    const found = countIn(await page.locator('.search-line [role=status]').textContent());
    expect(found).toBe(handled[0]);
    await cases.locator('.grid-waiting').first().waitFor({ state: 'detached' });
    await cases.focus();
    await cases.press('ArrowDown');
    await cases.press('Enter');
    await page.getByRole('region', { name: 'Details of the conversation' }).waitFor();
    await page.goBack();
    await page.goBack();
    await card.waitFor();
  });

  test('opens a total’s cases from the table, and counts by other definitions for one view', async () => {
    await window.visit('#/scorecards?by=queue&period=last-30-days');
    const grid = page.getByRole('grid', { name: 'Scorecards by queue' });
    await grid.waitFor();
    const own = await host.call('scorecard.get', { by: 'queue', period: 'last-30-days' });
    const total = grid.getByRole('row').nth(1);
    const offered = total.locator('a[href*="figure=offered"]');
    expect(countIn(await offered.textContent())).toBe(own.total.offered?.value);
    await offered.click();
    const cases = page.getByRole('grid', { name: 'Cases of the figure' });
    await cases.waitFor();
    expect(Number(await cases.getAttribute('aria-rowcount')) - 1).toBe(own.total.offered?.n);
    await page.getByRole('button', { name: 'Scorecards', exact: true }).click();
    await grid.waitFor();
    await page.getByRole('combobox', { name: 'Counted as' }).click();
    await page.getByRole('option', { name: 'As Genesys' }).click();
    await page.getByText(/Counted as Genesys counts, for this view alone/).waitFor();
    const other = await host.call('scorecard.get', {
      ...{ by: 'queue', period: 'last-30-days', rules: { preset: 'genesys' } },
    });
    const level = total.locator('a[href*="figure=serviceLevel"]');
    const percent = ((other.total.serviceLevel?.value ?? 0) * 100).toFixed(1);
    await eventually(() => level.textContent()).toContain(`${percent} %`);
  });

  test('compares the definitions, and every entry stands in one row', async () => {
    await page.getByRole('button', { name: 'Compare definitions' }).click();
    await page.getByRole('heading', { name: 'Definitions compared' }).waitFor();
    const table = await host.call('reconcile.run', { period: 'last-30-days' });
    const entries = page.getByRole('grid', { name: 'Queue entries' });
    await entries.waitFor();
    expect(Number(await entries.getAttribute('aria-rowcount')) - 1).toBe(table.offered);
    for (const { label } of table.presets) await page.getByRole('columnheader', { name: label }).first().waitFor();
  });

  test.each(['team', 'channel', 'direction', 'disposition', 'intent'])('groups by %s', async (by) => {
    await window.visit(`#/scorecards?by=${by}&period=last-30-days`);
    const { rows } = await host.call('scorecard.get', { by: by as 'team', period: 'last-30-days' });
    if (rows.length === 0) await page.getByText(`No ${by} has a figure in this period`).waitFor();
    else {
      const grid = page.getByRole('grid', { name: `Scorecards by ${by}` });
      await grid.waitFor();
      expect(Number(await grid.getAttribute('aria-rowcount')) - 2).toBe(rows.length);
    }
  });

  test('makes a report, makes it again byte for byte, and says that nothing has changed', async () => {
    await page.getByRole('link', { name: 'Reports' }).click();
    await page.getByRole('button', { name: 'Make a report' }).first().click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Folder').fill(outDir);
    await dialog.getByLabel('Save as a definition named').fill('Month by agent');
    await dialog.getByRole('button', { name: 'Make it' }).click();
    await page.getByText('2 files written.').waitFor({ timeout: settled });
    expect(
      readdirSync(outDir)
        .map((name) => name.split('.').at(-1))
        .sort(),
    ).toEqual(['csv', 'pdf']);
    const issued = page.getByRole('list', { name: 'Issued reports' });
    await issued.getByText('Month by agent').waitFor();
    await issued.getByRole('button', { name: 'Make report 1 again' }).click();
    const againDir = join(outDir, 'again');
    mkdirSync(againDir);
    await dialog.getByLabel('Folder').fill(againDir);
    await dialog.getByRole('button', { name: 'Make it again' }).click();
    await page.getByText('The same bytes as when it was issued.').waitFor({ timeout: settled });
    expect(readdirSync(againDir)).toHaveLength(2);
    await issued.getByRole('button', { name: 'What changed since report 1' }).click();
    await dialog.getByText('Nothing has changed').waitFor();
    await page.keyboard.press('Escape');
  });

  test('schedules the definition, pauses and removes it', async () => {
    await page.getByRole('tab', { name: 'Definitions' }).click();
    await page.getByRole('button', { name: 'Schedule Month by agent' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Folder').fill(outDir);
    await dialog.getByRole('button', { name: 'Add the schedule' }).click();
    // It is shown where schedules are.
    await page.getByText(/Mondays at 07:30/).waitFor();
    await page.getByRole('switch', { name: 'Month by agent is on' }).click({ force: true });
    await page.getByText('Paused').waitFor();
    await page.getByRole('button', { name: 'Remove the schedule of Month by agent' }).click();
    await dialog.getByRole('button', { name: 'Remove' }).click();
    await page.getByText('No schedules yet').waitFor();
  });

  test('forgets a customer after asking, and only that one', async () => {
    const { rows } = await host.call('search.run', { query: '', limit: 50 });
    const email = rows.map(({ customer }) => customer.email).find((text) => text !== null) ?? '';
    expect(email).not.toBe('');
    const { conversations } = await host.call('forget.count', { customer: email });
    await window.visit('#/settings?part=privacy');
    await page.getByRole('textbox', { name: 'Customer' }).fill(email);
    await page.getByText(new RegExp(`^${conversations} conversations? of this customer`)).waitFor();
    await page.getByRole('button', { name: 'Forget…' }).first().click();
    await page.getByRole('dialog').getByRole('button', { name: 'Keep' }).click();
    expect((await host.call('search.run', { query: '', limit: 0 })).total).toBe(5000);
    await page.getByRole('button', { name: 'Forget…' }).first().click();
    await page.getByRole('dialog').getByRole('button', { name: 'Forget' }).click();
    await page
      .getByText(/forgotten/)
      .first()
      .waitFor();
    await eventually(async () => (await host.call('search.run', { query: '', limit: 0 })).total).toBe(
      5000 - conversations,
    );
  });

  test('finds everything after a restart', async () => {
    await window.close();
    await host.close();
    host = await openWindowHost({ page: pageDir, dataDir });
    window = await openTestWindow(browser, host);
    page = window.page;
    await page.getByRole('heading', { name: 'Home' }).waitFor();
    await page.getByRole('button', { name: /Conversations 4,9/ }).waitFor();
    await window.visit('#/reports');
    await page.getByRole('list', { name: 'Issued reports' }).getByText('Month by agent').waitFor();
    await page.getByRole('button', { name: 'What changed since report 1' }).click();
    await page
      .getByRole('dialog')
      .getByText(/forgotten|Nothing has changed/)
      .first()
      .waitFor();
    await page.keyboard.press('Escape');
  });

  test('lists its shortcuts, goes by them, and runs commands from the palette', async () => {
    await page.getByRole('heading', { name: 'Reports' }).waitFor();
    await page.locator('body').click({ position: { x: 640, y: 700 } });
    await page.keyboard.press('?');
    await page.getByRole('dialog').getByText('Go to Scorecards').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.keyboard.press('g');
    await page.keyboard.press('v');
    await page.getByRole('heading', { name: 'Coverage' }).waitFor();
    await page.keyboard.press('Control+k');
    // Keys pressed before it is there would be shortcuts.
    await page.getByRole('textbox', { name: 'Command' }).fill('scorec');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Scorecards' }).waitFor();
  });

  test('never complained', () => {
    expect(window.complaints).toEqual([]);
    expect(existsSync(join(dataDir, 'library.db'))).toBe(true);
  });
});
