// What the first screen costs to load: everything the page asks for until Home is drawn, as small as gzip makes it. The
// charts are not part of it.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { hasTestBrowser, launchTestBrowser } from '../support/browser.ts';
import { openTestWindow } from '../support/window.ts';
import { buildPage, openWindowHost } from '../support/window-host.ts';

const MOST_KB = 500;

test.skipIf(!hasTestBrowser())(`the first screen loads at most ${MOST_KB} kB`, { timeout: 120_000 }, async () => {
  const pageDir = await buildPage();
  const host = await openWindowHost({ page: pageDir });
  await host.syncSample(10, 200);
  const browser = await launchTestBrowser();
  const { page } = await openTestWindow(browser, host);
  await page.getByText('Service level').waitFor();
  const loaded = (await page.evaluate(
    "performance.getEntriesByType('resource').map(({ name }) => new URL(name).pathname).filter((path) => path.startsWith('/assets/'))",
  )) as string[];
  await browser.close();
  await host.close();
  const files = [...new Set(loaded)];
  expect(files.some((path) => path.endsWith('.js'))).toBe(true);
  expect(files.filter((path) => path.includes('trend-chart'))).toEqual([]);
  const bytes = files.reduce((sum, path) => sum + gzipSync(readFileSync(join(pageDir, path))).length, 0);
  console.log(`first screen: ${Math.round(bytes / 1000)} kB gzipped in ${files.length} files`);
  expect(bytes).toBeGreaterThan(50_000);
  expect(bytes).toBeLessThanOrEqual(MOST_KB * 1000);
});
