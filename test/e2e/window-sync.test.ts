// Connecting and syncing from the window, against the simulator of the API: what is wrong is named, a sync can be stopped
// and gone on with, faults are told, and what could be fetched is there.
import type { Browser, Page } from 'playwright';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { makeRows } from '../kore-server/generate.ts';
import { type Fault, type KoreServer, startKoreServer } from '../kore-server/server.ts';
import { hasTestBrowser, launchTestBrowser } from '../support/browser.ts';
import { eventually } from '../support/eventually.ts';
import { openTestWindow, type TestWindow } from '../support/window.ts';
import { buildPage, openWindowHost, type WindowHost } from '../support/window-host.ts';

const settled = 60_000;
const COUNT = 600;

describe.skipIf(!hasTestBrowser())('connecting and syncing in the window', { timeout: 120_000 }, () => {
  let browser: Browser;
  let pageDir: string;
  let host: WindowHost;
  let server: KoreServer;
  let window: TestWindow;
  let page: Page;
  let fault: (n: number) => Fault | undefined = () => undefined;

  beforeAll(async () => {
    pageDir = await buildPage();
    browser = await launchTestBrowser();
  }, 120_000);
  afterAll(() => browser?.close());
  beforeEach(async () => {
    fault = () => undefined;
    server = await startKoreServer({
      rows: makeRows({ seed: 5, count: COUNT, days: 20, endS: Math.floor(Date.now() / 1000) - 3600 }),
      requestsPerMinute: null,
      onRequest: (n) => fault(n),
    });
    host = await openWindowHost({ page: pageDir });
    window = await openTestWindow(browser, host);
    page = window.page;
  });
  afterEach(async () => {
    await window.close();
    await host.close();
    await server.close();
  });

  const fill = async (secret: string): Promise<void> => {
    await page.getByLabel('Name').fill('Trial');
    await page.getByLabel('Host').fill(server.origin);
    await page.getByLabel('Account id').fill(server.accountId);
    await page.getByLabel('App id').fill(server.appId);
    await page.getByLabel('Client id').fill(server.clientId);
    await page.getByRole('textbox', { name: 'Client secret' }).fill(secret);
    await page.getByRole('button', { name: 'Try it and connect' }).click();
  };
  const stateOf = async (part: string): Promise<string> =>
    (await page.getByRole('list', { name: 'What was tried' }).getByText(part).first().textContent()) ?? '';

  test('names the part that is wrong, then connects and syncs', async () => {
    await fill('not-the-secret');
    await page.getByRole('alert').first().waitFor();
    expect(await stateOf('Sign-in')).toContain('this is wrong');
    expect(await stateOf('Scope')).toContain('not reached');
    expect(await stateOf('Host')).not.toContain('wrong');
    fault = () => ({ kind: 'missing-scope' });
    await fill(server.clientSecret);
    await eventually(() => stateOf('Scope')).toContain('this is wrong');
    expect(await stateOf('Sign-in')).not.toContain('wrong');
    fault = () => undefined;
    await fill(server.clientSecret);
    await page.getByRole('heading', { name: 'Home' }).waitFor();
    await page.getByText(new RegExp(`${COUNT} new, 0 completed or changed`)).waitFor({ timeout: settled });
    await page.getByRole('button', { name: new RegExp(`Conversations ${COUNT}`) }).waitFor();
    // The secret is in no file and not in the page.
    expect(await page.content()).not.toContain(server.clientSecret);
    expect(await page.evaluate('JSON.stringify(localStorage) + JSON.stringify(sessionStorage)')).not.toContain(
      server.clientSecret,
    );
    expect(window.complaints).toEqual([]);
  });

  test('says that a host cannot be reached', async () => {
    await page.getByLabel('Name').fill('Trial');
    await page.getByLabel('Host').fill('http://127.0.0.1:9');
    await page.getByLabel('Account id').fill(server.accountId);
    await page.getByLabel('App id').fill(server.appId);
    await page.getByLabel('Client id').fill(server.clientId);
    await page.getByRole('textbox', { name: 'Client secret' }).fill('anything');
    await page.getByRole('button', { name: 'Try it and connect' }).click();
    await eventually(() => stateOf('Host')).toContain('this is wrong');
    expect(await stateOf('Sign-in')).toContain('not reached');
  });

  test('shows a sync’s progress, stops it from anywhere, and goes on later', async () => {
    // Nothing but the check is answered before the stop: there is something to stop however busy the machine is.
    fault = (n) => (n > 1 ? { kind: 'slow-headers', ms: 600_000 } : undefined);
    await fill(server.clientSecret);
    await page.getByRole('heading', { name: 'Home' }).waitFor();
    await page.getByRole('button', { name: /Jobs, 1 running/ }).waitFor();
    await window.visit('#/scorecards');
    await page.getByRole('button', { name: /Jobs, 1 running/ }).click();
    await page.getByRole('button', { name: 'Stop Sync Trial' }).click();
    await page.getByText('Stopped. What was done until then is kept.').first().waitFor({ timeout: settled });
    expect((await host.call('search.run', { query: '', limit: 0 })).total).toBeLessThan(COUNT);
    fault = () => undefined;
    await page.keyboard.press('Escape');
    await window.visit('#/home');
    await page.getByRole('button', { name: 'Sync now' }).first().click();
    await page
      .getByText(/new, \d+ completed or changed/)
      .first()
      .waitFor({ timeout: settled });
    expect((await host.call('search.run', { query: '', limit: 0 })).total).toBe(COUNT);
  });

  test('gets through passing faults, and tells of lasting ones', async () => {
    const passing: Fault[] = [
      { kind: 'reset' },
      { kind: 'truncated-json' },
      { kind: 'server-error', status: 503, retryAfter: 0 },
    ];
    fault = (n) => (n > 1 ? passing[n - 2] : undefined);
    await fill(server.clientSecret);
    await page.getByText(new RegExp(`${COUNT} new, 0 completed or changed`)).waitFor({ timeout: settled });
    fault = () => ({ kind: 'wrong-credential' });
    await page.getByRole('button', { name: 'Sync now' }).first().click();
    await page
      .getByRole('alert')
      .filter({ hasText: /secret|token|credential|sign/i })
      .first()
      .waitFor({ timeout: settled });
    // What was synced is still there.
    await window.visit('#/search');
    await page.getByText(`${COUNT} conversations`).waitFor();
    await window.visit('#/settings?part=sign-in');
    await page.getByRole('button', { name: 'Check now' }).click();
    await page.getByRole('list', { name: 'Checks' }).getByText('failed: ').waitFor({ timeout: settled });
  });
});
