// Workspaces from the command line: listed, renamed, and removed only by somebody who said so.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Workspace } from '../../preload/contract/workspace.ts';
import { makeTempDir } from '../support/app.ts';
import { runCli, runJson, runWell } from '../support/cli.ts';

const root = makeTempDir();
const options = { dataDir: join(root, 'data') };
beforeAll(async () => {
  await runWell(['sample', '--days', '3', '--conversations', '20'], options);
}, 60_000);
afterAll(() => rmSync(root, { recursive: true, force: true }));

const names = async (): Promise<string[]> =>
  ((await runJson(['workspace', 'list'], options)) as Workspace[]).map(({ name }) => name);

test('a workspace is renamed, and removed only with --yes where nobody can be asked', async () => {
  expect(await names()).toEqual(['Sample']);
  expect(await runJson(['workspace', 'rename', 'Sample', 'Trial'], options)).toMatchObject({ name: 'Trial' });
  const refused = await runCli(['workspace', 'remove', 'Trial'], options);
  expect(refused.code).toBe(2);
  expect(refused.stderr).toMatch(/add --yes/);
  expect(await names()).toEqual(['Trial']);
  expect(await runJson(['workspace', 'remove', 'trial', '--yes'], options)).toEqual({
    removed: { definitions: 0, schedules: 0, issuedReports: 0, searches: 0, forgotten: 0 },
    isSignInRemoved: true,
  });
  expect(await names()).toEqual([]);
  expect((await runCli(['workspace', 'remove', 'Trial', '--yes'], options)).code).toBe(2);
}, 60_000);
