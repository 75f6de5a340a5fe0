// A cache that an earlier version made, encrypted in the window.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { cachePath, openCacheForWriting } from '../../main/store/cache.ts';
import { keyIdOf } from '../../main/store/cache-key.ts';
import { hasTestBrowser, launchTestBrowser } from '../support/browser.ts';
import { openTestWindow } from '../support/window.ts';
import { buildPage, openWindowHost } from '../support/window-host.ts';

test.skipIf(!hasTestBrowser())('it is asked first, and said afterwards', { timeout: 120_000 }, async () => {
  const host = await openWindowHost({ page: await buildPage() });
  const browser = await launchTestBrowser();
  try {
    const { id } = await host.call('workspaces.connect', {
      ...{
        name: 'North',
        host: 'http://127.0.0.1:9',
        accountId: 'a',
        appId: 'st-1',
        endpoints: ['v1-calls'],
        zone: 'UTC',
      },
      ...{ credential: { kind: 'existing' }, store: false, check: false },
    });
    const path = cachePath(host.dataDir, id);
    openCacheForWriting(path).close();
    const window = await openTestWindow(browser, host);
    const { page } = window;
    await window.visit('#/settings?part=privacy');
    await page.getByText('The conversations on this computer are not encrypted').waitFor();
    await page.getByRole('button', { name: 'Encrypt…' }).click();
    expect(readFileSync(path).toString('latin1', 0, 15)).toBe('SQLite format 3');
    await page.getByRole('dialog').getByRole('button', { name: 'Encrypt' }).click();
    await page.getByText('The conversations on this computer are encrypted').waitFor();
    const keyId = keyIdOf(path);
    expect(keyId).not.toBeNull();
    expect(await host.secrets.get(`cache-key:${id}:${keyId}`)).toMatch(/^[0-9a-f]{64}$/);
    await page.getByRole('list', { name: 'Audit' }).getByText('encrypt cache').waitFor();
    await window.close();
  } finally {
    await browser.close();
    await host.close();
  }
});
