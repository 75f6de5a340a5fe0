// A window on a test's host: the real page in a real browser, with everything it complained about kept for the test.
import type { Browser, Page, Request } from 'playwright';
import type { WindowHost } from './window-host.ts';

export type TestWindow = {
  page: Page;
  /** Errors of scripts, errors on the console, breaches of the page's policy. */
  complaints: readonly string[];
  requests: readonly URL[];
  /** Those of them that left the host it came from. */
  elsewhere(): string[];
  /** Goes to a place in the window, such as #/search?q=refund, without loading the page anew. */
  visit(hash: string): Promise<void>;
  /** Until every call has been answered, its answer drawn, and no new call made of it. */
  settled(): Promise<void>;
  close(): Promise<void>;
};

const twoFrames = 'new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))';

export type WindowOptions = {
  colorScheme?: 'light' | 'dark';
  width?: number;
  height?: number;
  textPercent?: number;
};

export const openTestWindow = async (
  browser: Browser,
  host: WindowHost,
  { colorScheme = 'light', width = 1280, height = 800, textPercent = 100 }: WindowOptions = {},
): Promise<TestWindow> => {
  const context = await browser.newContext({
    viewport: { width, height },
    colorScheme,
    reducedMotion: 'reduce',
    locale: 'en-GB',
  });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error' || /content security policy/i.test(message.text())) complaints.push(message.text());
  });
  const requests: URL[] = [];
  let underWay = 0;
  const isCall = (request: Request): boolean => new URL(request.url()).pathname.startsWith('/call');
  page.on('request', (request) => {
    requests.push(new URL(request.url()));
    if (isCall(request)) underWay += 1;
  });
  const ended = (request: Request): void => {
    if (isCall(request)) underWay -= 1;
  };
  page.on('requestfinished', ended);
  page.on('requestfailed', ended);
  await page.addInitScript(`localStorage.setItem('afterword.text-size', '${textPercent}')`);
  await page.goto(host.issueAddress());
  return {
    page,
    complaints,
    requests,
    elsewhere: () =>
      requests.filter(({ origin, protocol }) => origin !== host.origin && protocol !== 'data:').map(String),
    async visit(hash) {
      await page.evaluate(`location.hash = ${JSON.stringify(hash)}`);
      await page.waitForTimeout(50);
    },
    async settled() {
      // Quiet for some frames in a row: an answer that is drawn may ask for the next.
      for (let quiet = 0; quiet < 5; quiet = underWay === 0 ? quiet + 1 : 0) await page.evaluate(twoFrames);
      await page.locator('.loading, .grid-waiting, .peers-waiting').first().waitFor({ state: 'hidden' });
    },
    close: () => context.close(),
  };
};
