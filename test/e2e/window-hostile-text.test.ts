// Markup in every text field of the API, in the names of a workspace and of agents, and in addresses: it is shown as text on
// every screen, runs nothing and loads nothing. The real page in a real browser.
import type { Browser } from 'playwright';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { errorFromBody } from '../../preload/contract/errors.ts';
import { type KoreServer, startKoreServer } from '../kore-server/server.ts';
import { hasTestBrowser, launchTestBrowser } from '../support/browser.ts';
import { waitUntilDrawn } from '../support/page-attacks.ts';
import { agentRow, agents, answeredAgent, baseS, queueEntry } from '../support/rows.ts';
import { openTestWindow, type TestWindow } from '../support/window.ts';
import { buildPage, openWindowHost, type WindowHost } from '../support/window-host.ts';

const markup =
  '"><img src=x onerror="hasRun=1"><script>hasRun=1</script><a href="javascript:hasRun=1">go</a><style>*{display:none}</style>';
const row = agentRow({
  conversationId: 'c-markup',
  channel: markup,
  reason: markup,
  dispositions: [markup],
  dispositionRemarks: [markup],
  csatFeedback: markup,
  surveyType: 'csat',
  csatScore: 5,
  sessionleveltags: [{ name: markup, value: markup }],
  userleveltags: [{ name: markup, value: markup }],
  customerinfo: { CustomerFirstName: markup, CustomerLastName: markup, CustomerEmail: markup },
  metaInfo: { agentTransferConfig: { lastIntentName: markup }, [markup]: markup },
  destinations: [
    queueEntry(baseS, {
      queueName: markup,
      respondingAgent: answeredAgent(baseS, { ...agents.ada, agentId: markup, name: markup }, { agentNotes: [markup] }),
    }),
  ],
});
const day = 'period=2025-09-30';
/** Screens, and whether the text must be seen on them. */
const screens: [name: string, address: string, isSeen: boolean][] = [
  ['home', 'home', false],
  ['search', 'search', true],
  ['search, beside', 'search?id=c-markup', true],
  ['a conversation', 'search?id=c-markup&full=1', true],
  ['a query', `search?q=${encodeURIComponent(markup)}`, false],
  ['agents', `scorecards?by=agent&${day}`, true],
  ['queues', `scorecards?by=queue&${day}`, true],
  ['a card', `scorecards?by=agent&${day}&key=${encodeURIComponent(markup)}`, true],
  ['reports', 'reports', false],
  ['coverage', 'coverage', false],
  ['settings', 'settings', false],
  ['teams', 'settings?part=teams', false],
  ['an address of markup', markup, false],
];

describe.skipIf(!hasTestBrowser())('markup in data', () => {
  let browser: Browser;
  let host: WindowHost;
  let server: KoreServer;
  let window: TestWindow;

  beforeAll(async () => {
    server = await startKoreServer({ rows: [{ v2: row }] });
    host = await openWindowHost({ page: await buildPage() });
    await host.call('workspaces.connect', {
      ...{ name: markup.slice(0, 80), host: server.origin, accountId: server.accountId, appId: server.appId },
      ...{ clientId: server.clientId, endpoints: ['v2-interactions'], requestsPerMinute: 100_000, zone: 'UTC' },
      ...{ credential: { kind: 'client-secret', secret: server.clientSecret }, store: true, check: false },
    });
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    host.app.subscribe('job.done', ({ result }) => (result.ok ? resolve() : reject(errorFromBody(result.error))));
    await host.call('sync.start', { from: '2025-09-30', to: '2025-09-30' });
    await promise;
    browser = await launchTestBrowser();
    window = await openTestWindow(browser, host);
    await waitUntilDrawn(window.page);
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await host?.close();
    await server?.close();
  });

  test.each(screens)('is text: %s', async (_name, screen, isSeen) => {
    const { page } = window;
    await page.goto(`${host.origin}/#/${screen}`);
    await waitUntilDrawn(page);
    const shown = page.locator('main').getByText('onerror=').first();
    if (isSeen) await shown.waitFor({ timeout: 15_000 });
    else await page.waitForTimeout(500);
    const made = `document.querySelectorAll('#root img[src=x], #root script, #root style, a[href^="javascript"]').length`;
    expect(await page.evaluate(made)).toBe(0);
    expect(await page.evaluate('window.hasRun')).toBeUndefined();
    expect({ complaints: window.complaints, elsewhere: window.elsewhere() }).toEqual({ complaints: [], elsewhere: [] });
  });
});
