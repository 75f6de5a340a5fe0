// Every place in the window, for tests that look at all of them.
import type { TestWindow } from './window.ts';

export type Place = { name: string; hash: string; before?: (window: TestWindow) => Promise<void> };

const openFirstRow = async ({ page }: TestWindow): Promise<void> => {
  await page.getByRole('grid').focus();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await page.locator('.split-side').waitFor();
};

/** Every screen, and what opens over one. */
export const places: Place[] = [
  { name: 'home', hash: '#/home' },
  { name: 'search', hash: '#/search?f=channel:Voice' },
  { name: 'a search that fails', hash: '#/search?q=nosuchfield:x' },
  { name: 'a search without a hit', hash: '#/search?q=qqqqzz' },
  { name: 'conversation', hash: '#/search', before: openFirstRow },
  { name: 'scorecards', hash: '#/scorecards' },
  { name: 'the cases of a figure', hash: '#/scorecards?by=queue&figure=offered' },
  { name: 'definitions compared', hash: '#/scorecards?by=queue&view=reconcile' },
  { name: 'settings of counting', hash: '#/settings?part=counting' },
  { name: 'settings of targets', hash: '#/settings?part=targets' },
  { name: 'settings of teams', hash: '#/settings?part=teams' },
  { name: 'one agent’s card', hash: '#/scorecards?by=agent', before: openFirstRow },
  { name: 'reports', hash: '#/reports' },
  {
    name: 'making a report',
    hash: '#/reports?part=definitions',
    before: async ({ page }) => {
      await page.getByRole('button', { name: 'Make a report' }).first().click();
      await page.getByRole('dialog').waitFor();
    },
  },
  {
    name: 'a report’s preview',
    hash: '#/reports?part=issued',
    before: async ({ page }) => {
      await page.getByRole('button', { name: 'Make a report' }).first().click();
      await page.getByRole('button', { name: 'Preview' }).click();
      await page.getByRole('img', { name: /^Page 1 of/ }).waitFor();
    },
  },
  { name: 'schedules', hash: '#/reports?part=schedules' },
  { name: 'coverage', hash: '#/coverage' },
  { name: 'workspace settings', hash: '#/settings?part=workspace' },
  { name: 'sign-in settings', hash: '#/settings?part=sign-in' },
  { name: 'appearance', hash: '#/settings?part=appearance' },
  { name: 'privacy', hash: '#/settings?part=privacy' },
  {
    name: 'diagnostics',
    hash: '#/settings?part=about',
    before: async ({ page }) => {
      await page.getByRole('button', { name: 'Run the checks' }).click();
      await page.getByRole('list', { name: 'Checks' }).getByText('data folder', { exact: true }).waitFor();
    },
  },
  {
    name: 'the command palette',
    hash: '#/home',
    before: async ({ page }) => {
      await page.keyboard.press('Control+k');
      await page.getByRole('textbox', { name: 'Command' }).fill('sy');
    },
  },
  {
    name: 'the shortcuts',
    hash: '#/home',
    before: async ({ page }) => {
      await page.locator('h1').click();
      await page.keyboard.press('?');
      await page.getByRole('dialog').waitFor();
    },
  },
  { name: 'connecting', hash: '#/welcome' },
];

/** Shows a place, whole. */
export const goTo = async (window: TestWindow, { hash, before }: Place): Promise<void> => {
  await window.page.keyboard.press('Escape');
  await window.visit(hash);
  await window.page.locator('h1').waitFor();
  await window.settled();
  await before?.(window);
  await window.settled();
};
