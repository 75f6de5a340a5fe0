// The table of a search: by keyboard through pages that are fetched on the way, counts that are what their clicks find, and
// answers that come too late.
import type { Browser, Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasTestBrowser, launchTestBrowser } from '../support/browser.ts';
import { eventually } from '../support/eventually.ts';
import { openTestWindow, type TestWindow } from '../support/window.ts';
import { buildPage, openWindowHost, type WindowHost } from '../support/window-host.ts';

describe.skipIf(!hasTestBrowser())('the table of a search', { timeout: 120_000 }, () => {
  let browser: Browser;
  let host: WindowHost;
  let window: TestWindow;
  let page: Page;

  beforeAll(async () => {
    host = await openWindowHost({ page: await buildPage() });
    await host.syncSample(30, 1200);
    browser = await launchTestBrowser();
    window = await openTestWindow(browser, host);
    page = window.page;
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await host?.close();
  });

  const grid = () => page.getByRole('grid', { name: 'Conversations found' });
  /** Index and cells of the active row. */
  const active = (): Promise<{ index: number; cells: string[] }> =>
    page.evaluate(`(() => {
      const cell = document.getElementById(document.querySelector('[role=grid]').getAttribute('aria-activedescendant'));
      const row = cell?.closest('[role=row]');
      return { index: Number(row?.getAttribute('aria-rowindex')) - 2, cells: [...(row?.children ?? [])].map((one) => one.innerText) };
    })()`);
  /** NaN for the frame in which the rows around it are not drawn yet. */
  const activeIndex = async (): Promise<number> => (await active()).index;
  const startedAt = async (index: number): Promise<string> => {
    const { rows } = await host.call('search.run', { query: '', limit: 1, offset: index, facets: false });
    return rows[0]?.startedAt ?? '';
  };
  const shownStart = async (): Promise<string> => {
    const { cells } = await active();
    // “21 Nov 2026, 09:05”, in UTC.
    const date = new Date(`${(cells[0] ?? '').replace(',', '')} UTC`);
    return Number.isNaN(date.getTime()) ? '' : date.toISOString().slice(0, 16);
  };

  test('goes by keys to any row, each the one that the program has there', async () => {
    const { total } = await host.call('search.run', { query: '', limit: 0 });
    expect(total).toBeGreaterThan(600);
    await window.visit('#/search');
    await grid().focus();
    await page.keyboard.press('PageDown');
    await eventually(activeIndex).toBeGreaterThan(10);
    const step = await activeIndex();
    await page.keyboard.press('PageDown');
    await eventually(activeIndex).toBe(2 * step);
    await page.keyboard.press('PageUp');
    await eventually(activeIndex).toBe(step);
    await page.keyboard.press('j');
    await eventually(activeIndex).toBe(step + 1);
    await page.keyboard.press('k');
    await eventually(shownStart).toBe((await startedAt(step)).slice(0, 16));
    // Rows far behind those that are here: fetched when they come into sight.
    await page.keyboard.press('Control+End');
    await eventually(activeIndex).toBe(total - 1);
    await eventually(shownStart).toBe((await startedAt(total - 1)).slice(0, 16));
    for (let press = 0; press < 12; press += 1) await page.keyboard.press('PageUp');
    const index = total - 1 - 12 * step;
    await eventually(activeIndex).toBe(index);
    await eventually(shownStart).toBe((await startedAt(index)).slice(0, 16));
    await page.keyboard.press('Control+Home');
    await eventually(activeIndex).toBe(0);
    await eventually(shownStart).toBe((await startedAt(0)).slice(0, 16));
  });

  test.each(['Day', 'Outcome'])('a count by %s is what its click finds', async (title) => {
    await window.visit('#/search');
    const facet = page.getByRole('region', { name: title, exact: true });
    const button = facet.getByRole('button', { pressed: false }).first();
    await button.waitFor();
    const [label = '', count = ''] = (await button.innerText()).split('\n').filter((line) => line !== '');
    expect(Number(count.replaceAll(',', ''))).toBeGreaterThan(0);
    await button.click();
    await page.getByRole('status').getByText(`${count} conversation`, { exact: false }).waitFor();
    const query = await page.evaluate(`new URLSearchParams(location.hash.split('?')[1]).getAll('f').join(' ')`);
    const found = await host.call('search.run', { query: String(query), limit: 0 });
    expect(found.total).toBe(Number(count.replaceAll(',', '')));
    // Leaving it out instead finds the rest.
    await facet.getByRole('button', { name: `Leave out ${label}` }).click();
    const all = await host.call('search.run', { query: '', limit: 0 });
    const rest = (all.total - found.total).toLocaleString('en-GB');
    await page.getByRole('status').getByText(`${rest} conversation`, { exact: false }).waitFor();
    await window.visit('#/home');
  });

  test('an answer that comes too late is not shown, and each search cancels the one before', async () => {
    const clients = new Set<unknown>();
    let isHeld = false;
    const release = Promise.withResolvers<void>();
    await page.route('**/call/search.run', async (route) => {
      const input = route.request().postDataJSON() as { query: string; facets: boolean; client?: string };
      if (input.facets && input.query !== '') clients.add(input.client);
      if (input.query !== 'refund') return route.continue();
      isHeld = true;
      await release.promise;
      await route.continue().catch(() => undefined);
    });
    await window.visit('#/search');
    const bar = page.getByLabel('Search conversations');
    await bar.fill('refund');
    await eventually(() => isHeld).toBe(true);
    await bar.fill('has:survey');
    const { total } = await host.call('search.run', { query: 'has:survey', limit: 0 });
    const status = page.getByRole('status').first();
    await status.getByText(`${total.toLocaleString('en-GB')} conversation`, { exact: false }).waitFor();
    const late = page.waitForResponse(
      (response) => (response.request().postDataJSON() as { query?: string } | null)?.query === 'refund',
    );
    release.resolve();
    await (await late).finished();
    // Whatever it would change is drawn in one frame and seen in the next.
    await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))');
    await status.getByText(`${total.toLocaleString('en-GB')} conversation`, { exact: false }).waitFor();
    // One name for all of them: by it the program knows which search nobody waits for any more.
    expect([...clients]).toEqual([expect.stringMatching(/^search-/)]);
    await page.unroute('**/call/search.run');
    // What was cancelled is asked anew when one comes back to it.
    await bar.fill('refund');
    const refunds = await host.call('search.run', { query: 'refund', limit: 0 });
    await status.getByText(`${refunds.total.toLocaleString('en-GB')} conversation`, { exact: false }).waitFor();
    expect(window.complaints).toEqual([]);
  });

  test('says where a table ends that has more rows than can be scrolled', async () => {
    await page.route('**/call/search.run', async (route) => {
      const response = await route.fetch();
      const answer = (await response.json()) as { ok: true; data: { total: number } };
      await route.fulfill({ response, json: { ...answer, data: { ...answer.data, total: 1_000_000 } } });
    });
    // Another question than those above, whose answers are here already.
    await window.visit('#/search?q=-has:consult');
    await page.getByRole('status').first().getByText('1,000,000 conversations').waitFor();
    await page.getByText('the first 533,333 in the table').waitFor();
    const end = page.getByText('A table ends after 533,333 rows.', { exact: false });
    await grid().focus();
    await page.keyboard.press('Control+End');
    await eventually(activeIndex).toBe(533_332);
    await eventually(() => end.isVisible()).toBe(true);
    await page.unrouteAll({ behavior: 'wait' });
    expect(window.complaints).toEqual([]);
  });
});
