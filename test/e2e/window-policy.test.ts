// Nothing leaves the window: the real page in a real browser, its requests counted, its policy attacked from inside as a
// script in it could. The witness is a server that would notice.
import type { Browser, Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasTestBrowser, launchTestBrowser } from '../support/browser.ts';
import { eventually } from '../support/eventually.ts';
import {
  type Attack,
  attackScript,
  attacks,
  codeFromText,
  startWitness,
  type Witness,
  waitUntilDrawn,
} from '../support/page-attacks.ts';
import { openTestWindow, type TestWindow } from '../support/window.ts';
import { buildPage, openWindowHost, type WindowHost } from '../support/window-host.ts';

describe.skipIf(!hasTestBrowser())('the window in a browser', () => {
  let browser: Browser;
  let host: WindowHost;
  let window: TestWindow;
  let page: Page;
  let witness: Witness;

  beforeAll(async () => {
    witness = await startWitness();
    host = await openWindowHost({ page: await buildPage() });
    await host.syncSample(20, 400);
    browser = await launchTestBrowser();
    window = await openTestWindow(browser, host);
    page = window.page;
    await waitUntilDrawn(page);
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await host?.close();
    await witness?.close();
  });

  test('shows the workspace, and has taken the key out of its address', async () => {
    expect(new URL(page.url()).hash).not.toMatch(/^#[\w-]{43}$/);
    expect(await page.locator('body').innerText()).toContain('Sample');
  });

  test('goes through its screens without an error, a breach of its own policy or a request elsewhere', async () => {
    const screens = ['home', 'search', 'scorecards', 'reports', 'coverage', 'settings', 'welcome'];
    for (const screen of screens) {
      await page.goto(`${host.origin}/#/${screen}`);
      await page.locator('h1').waitFor();
      await page.locator('.loading, .grid-waiting').first().waitFor({ state: 'detached' });
    }
    expect(window.complaints).toEqual([]);
    expect(window.requests.length).toBeGreaterThan(5);
    expect(window.elsewhere()).toEqual([]);
  });

  test('is still connected after a reload', async () => {
    await page.goto(`${host.origin}/#/search`);
    await page.reload();
    await waitUntilDrawn(page);
    expect(await page.locator('body').innerText()).toContain('Sample');
  });

  test('hears what happens in the program', async () => {
    const asked = page.waitForRequest((request) => request.url().endsWith('/call/workspaces.list'));
    let isAsked = false;
    void asked.then(() => {
      isAsked = true;
    });
    // A page that was just loaded may not listen yet: what it missed so early it reads anyway.
    await eventually(() => {
      host.app.emit('data.changed', { topics: ['workspaces'] });
      return isAsked;
    }).toBe(true);
  });

  const attack = async (target: Page, name: Attack): Promise<readonly string[]> => {
    witness.seen.length = 0;
    await target.evaluate(attackScript(name, witness.origin)).catch(() => undefined);
    await target.waitForTimeout(300);
    return [...witness.seen];
  };

  test.each(attacks)('lets nothing out by %s', async (name) => {
    expect(await attack(page, name)).toEqual([]);
    expect(new URL(page.url()).origin).toBe(host.origin);
  });

  test('runs no text as code', async () => {
    await page.evaluate(codeFromText);
    await page.waitForTimeout(300);
    expect(await page.evaluate('window.hasRun')).toBeUndefined();
  });

  test('cannot be framed by another page', async () => {
    const other = await page.context().newPage();
    const refusal = other.waitForEvent('console', (message) => /frame-ancestors/.test(message.text()));
    await other.setContent(`<iframe src="${host.origin}/"></iframe>`);
    await refusal;
    await other.close();
  });

  test('and the attacks are real: a page without a policy lets them out', async () => {
    const open = await page.context().newPage();
    await open.goto(`${witness.origin}/start`);
    for (const name of attacks) expect(await attack(open, name), name).not.toEqual([]);
    await open.close();
  });
});
