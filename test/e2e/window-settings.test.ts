// What a workspace is set to, in the window: how it counts, what is wanted, who is in which team, its name, its end.
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeTempDir } from '../support/app.ts';
import { hasTestBrowser, launchTestBrowser } from '../support/browser.ts';
import { eventually } from '../support/eventually.ts';
import { openTestWindow, type TestWindow } from '../support/window.ts';
import { buildPage, openWindowHost, type WindowHost } from '../support/window-host.ts';

describe.skipIf(!hasTestBrowser())('settings', { timeout: 120_000 }, () => {
  let browser: Browser;
  let host: WindowHost;
  let window: TestWindow;
  let page: Page;
  const outDir = makeTempDir();

  beforeAll(async () => {
    host = await openWindowHost({ page: await buildPage() });
    await host.syncSample(40, 1500);
    browser = await launchTestBrowser();
    window = await openTestWindow(browser, host);
    page = window.page;
  }, 120_000);
  afterAll(async () => {
    await window?.close();
    await browser?.close();
    await host?.close();
    rmSync(outDir, { recursive: true, force: true });
  });

  test('definitions, limits and opening hours are saved; hours that cannot be read are not', async () => {
    await window.visit('#/settings?part=counting');
    await page.getByRole('combobox', { name: 'Whose definitions' }).click();
    await page.getByRole('option', { name: 'Talkdesk' }).click();
    await page.getByLabel('Calls: answered in time within').fill('1:00');
    await page.getByRole('switch', { name: /Opening hours/ }).click({ force: true });
    await page.getByLabel('Saturday').fill('10:00-oops');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Write 09:00-12:00 13:00-17:00').waitFor();
    expect((await host.call('settings.get', {})).rules.preset).toBe('afterword');
    await page.getByLabel('Saturday').fill('10:00-12:00 13:00-14:00');
    await page.getByRole('button', { name: 'Save' }).click();
    await eventually(async () => (await host.call('settings.get', {})).rules.preset).toBe('talkdesk');
    await page.getByText('Saved.').waitFor();
    const { rules } = await host.call('settings.get', {});
    expect(rules.thresholds.voice).toEqual({ serviceLevelS: 60, shortAbandonS: 5 });
    expect(rules.openingHours?.week[5]).toEqual([
      { fromMinute: 600, toMinute: 720 },
      { fromMinute: 780, toMinute: 840 },
    ]);
    expect(rules.openingHours?.week[6]).toEqual([]);
  });

  test('how long conversations are kept is set after asking, and the audit says so', async () => {
    await window.visit('#/settings?part=privacy');
    await page.getByRole('checkbox', { name: /older than so many days/ }).check();
    await page.getByLabel('Days to keep').fill('20');
    await page.getByRole('button', { name: 'Save…' }).click();
    await page
      .getByRole('dialog')
      .getByText(/forgets about [\d,]+ conversations/)
      .waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
    expect((await host.call('workspaces.list', {}))[0]?.retentionDays).toBeNull();
    await page.getByRole('button', { name: 'Save…' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
    await page.getByRole('list', { name: 'Audit' }).getByText('days: 20').waitFor();
    expect((await host.call('workspaces.list', {}))[0]?.retentionDays).toBe(20);
    await host.call('workspaces.keep', { days: null });
  });

  test('a bundle for a support desk is written where it was asked for', async () => {
    await window.visit('#/settings?part=about');
    await page.getByRole('textbox', { name: 'Folder' }).fill(outDir);
    await page.getByRole('button', { name: 'Write the file' }).click();
    await page.getByText(`Written: ${outDir}`).waitFor();
    const bundle = JSON.parse(readFileSync(join(outDir, 'afterword-diagnostics.json'), 'utf8'));
    expect(bundle.program.host).toBe('browser');
    const { total } = await host.call('search.run', { query: '', limit: 0 });
    expect(bundle.workspaces[0].cache.file.rows.conversation).toBe(total);
  });

  test('what is being written stays when data come in, and what was changed elsewhere is not taken back', async () => {
    await window.visit('#/home');
    await window.visit('#/settings?part=counting');
    const calls = page.getByLabel('Calls: answered in time within');
    const chats = page.getByLabel('Chats: answered in time within');
    await calls.fill('45');
    await host.call('settings.set', { rules: { thresholds: { written: { serviceLevelS: 90 } } } });
    await eventually(() => chats.inputValue()).toBe('1:30');
    expect(await calls.inputValue()).toBe('45');
    // Reads that fail, the list of workspaces among them.
    const asked = page.waitForRequest(/settings\.get$/);
    const error = { code: 'internal', message: 'Made up to fail.' };
    await page.route(/\/call\/(settings\.get|workspaces\.list)$/, (route) =>
      route.fulfill({ json: { ok: false, error } }),
    );
    host.app.emit('data.changed', { topics: ['workspaces', 'figures'] });
    await asked;
    await page.getByText('Made up to fail.').first().waitFor();
    expect(await calls.inputValue()).toBe('45');
    await page.unroute(/\/call\/(settings\.get|workspaces\.list)$/);
    await page.getByRole('button', { name: 'Save' }).click();
    await eventually(async () => (await host.call('settings.get', {})).rules.thresholds).toEqual({
      voice: { serviceLevelS: 45, shortAbandonS: 5 },
      written: { serviceLevelS: 90, shortAbandonS: 0 },
    });
    // What was saved follows later changes again.
    await eventually(() => page.getByText('Made up to fail.').count()).toBe(0);
    await host.call('settings.set', { rules: { thresholds: { voice: { serviceLevelS: 20 } } } });
    await eventually(() => calls.inputValue()).toBe('0:20');
  });

  test('the CSAT scale is set only after it was asked', async () => {
    await window.visit('#/settings?part=counting');
    await page.getByRole('combobox', { name: 'The good end' }).click();
    await page.getByRole('option', { name: '1 is the good end' }).click();
    await page.getByRole('button', { name: 'Set the scale…' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Keep' }).click();
    expect((await host.call('settings.get', {})).csatPolarity).toBe('higher-is-better');
    await page.getByRole('button', { name: 'Set the scale…' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Set it' }).click();
    await eventually(async () => (await host.call('settings.get', {})).csatPolarity).toBe('lower-is-better');
  });

  test('a target is set in per cent, judged on the card, and removed', async () => {
    await window.visit('#/settings?part=targets');
    await page.getByRole('combobox', { name: 'Metric' }).first().click();
    await page.getByRole('combobox', { name: 'Metric' }).first().fill('Accept rate');
    await page.getByRole('option').first().click();
    const [chosen] = (await host.call('metrics.list', {})).filter(({ label }) => /^Accept/.test(label));
    await page.getByLabel('Target', { exact: true }).fill('90');
    await page.getByRole('button', { name: 'Set it' }).click();
    await eventually(async () => await host.call('targets.list', {})).toMatchObject([
      { metric: chosen?.name, by: 'agent', key: null, target: 0.9 },
    ]);
    const { rows } = await host.call('scorecard.get', { by: 'agent', period: 'last-30-days' });
    await window.visit(`#/scorecards?by=agent&period=last-30-days&key=${rows[0]?.key}`);
    await page
      .getByRole('region', { name: 'Targets' })
      .getByText(/met|missed|too close|no figure/)
      .first()
      .waitFor();
    await window.visit('#/settings?part=targets');
    await page.getByRole('button', { name: /^Remove the target of/ }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
    await page.getByText('No targets yet.').waitFor();
  });

  test('a target of a length of time is what the scorecard shows as such, for one agent by name', async () => {
    const { rows } = await host.call('scorecard.get', { by: 'agent', period: 'last-30-days' });
    await page.getByRole('combobox', { name: 'Metric' }).first().click();
    await page.getByRole('combobox', { name: 'Metric' }).first().fill('Handle time, mean');
    await page.getByRole('option', { name: 'Handle time, mean', exact: true }).click();
    await page.getByRole('combobox', { name: 'For' }).click();
    await page.getByRole('option', { name: rows[0]?.name ?? '', exact: true }).click();
    const field = page.getByLabel('Target', { exact: true });
    const set = page.getByRole('button', { name: 'Set it' });
    await field.fill('6:3');
    await page.getByText('Write 6:30, or 390 s').waitFor();
    expect(await set.isDisabled()).toBe(true);
    await field.fill('6:30');
    await set.click();
    await eventually(async () => await host.call('targets.list', {})).toMatchObject([
      { metric: 'ahtMean', by: 'agent', key: rows[0]?.key, target: 390 },
    ]);
    const targets = page.getByRole('list', { name: 'Targets' });
    await eventually(() => targets.textContent()).toContain(`Handle time, mean, agent ${rows[0]?.name}: 6:30`);
    await page.getByRole('button', { name: /^Remove the target of/ }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
    await page.getByText('No targets yet.').waitFor();
  });

  test('a part of the composite is left out and the rest keeps its weight', async () => {
    const before = (await host.call('settings.get', {})).composite;
    await page
      .getByRole('button', { name: /^Leave out/ })
      .first()
      .click();
    await page.getByRole('button', { name: 'Save' }).click();
    await eventually(async () => (await host.call('settings.get', {})).composite).toEqual(before.slice(1));
  });

  test('a team is made, has a row of its own, and is removed', async () => {
    await window.visit('#/settings?part=teams');
    await page.getByRole('button', { name: 'Add a team' }).click();
    await page.getByLabel('Name of the team').fill('North');
    await page.getByRole('combobox', { name: 'Add an agent' }).click();
    await page.getByRole('option').first().click();
    await page.getByLabel('First day').fill('2020-01-01');
    await page.getByRole('button', { name: 'Save' }).click();
    await eventually(() => host.call('teams.list', {})).toMatchObject([
      { name: 'North', members: [{ from: '2020-01-01', to: null }] },
    ]);
    await window.visit('#/scorecards?by=team&period=last-30-days');
    await page.getByRole('grid', { name: 'Scorecards by team' }).getByText('North', { exact: true }).waitFor();
    await window.visit('#/settings?part=teams');
    await page.getByRole('button', { name: 'Remove North' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
    await page.getByText('No teams yet.').waitFor();
  });

  test('a report is narrowed to one queue and kept so', async () => {
    await window.visit('#/reports');
    await page.getByRole('button', { name: 'Make a report' }).first().click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('combobox', { name: 'Kind' }).click();
    await page.getByRole('option', { name: 'Queue service' }).click();
    await dialog.getByRole('combobox', { name: 'Queue', exact: true }).click();
    const { rows } = await host.call('scorecard.get', { by: 'queue', period: 'last-30-days' });
    const queue = rows.find(({ key }) => key !== '(none)');
    await page.getByRole('option', { name: queue?.name ?? '', exact: true }).click();
    await dialog.getByLabel('Folder').fill(outDir);
    await dialog.getByLabel('Save as a definition named').fill('One queue');
    await dialog.getByRole('button', { name: 'Make it' }).click();
    await page.getByText('2 files written.').waitFor({ timeout: 30_000 });
    expect((await host.call('report.list', {}))[0]).toMatchObject({
      ...{ kind: 'queue-service', filters: { queue: queue?.key }, definition: 'One queue' },
    });
  });

  test('the workspace gets another name, and is removed with what hangs on it', async () => {
    await window.visit('#/settings?part=workspace');
    await page.getByLabel('Name', { exact: true }).fill('Trial');
    await page.getByRole('button', { name: 'Rename' }).click();
    await page.getByRole('heading', { name: 'Trial' }).waitFor();
    await page.getByRole('button', { name: 'Remove this workspace…' }).click();
    const dialog = page.getByRole('dialog');
    const { total } = await host.call('search.run', { query: '', limit: 0 });
    await dialog.getByText(`${total.toLocaleString('en-GB')} conversations`).waitFor();
    await dialog.getByText(/1 saved report, 0 schedules/).waitFor();
    await dialog.getByRole('button', { name: 'Keep' }).click();
    expect(await host.call('workspaces.list', {})).toHaveLength(1);
    await page.getByRole('button', { name: 'Remove this workspace…' }).click();
    await dialog.getByRole('button', { name: 'Remove', exact: true }).click();
    await page.getByRole('heading', { name: 'Welcome to Afterword' }).waitFor();
    expect(await host.call('workspaces.list', {})).toEqual([]);
  });

  test('never complained', () => {
    expect(window.complaints).toEqual([]);
  });
});
