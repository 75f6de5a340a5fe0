// What scripts may rely on: forgetting, its record, and how long a workspace keeps what it has.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { auditEntrySchema } from '../../preload/contract/privacy.ts';
import { searchResultSchema } from '../../preload/contract/procedures.ts';
import { workspaceSchema } from '../../preload/contract/workspace.ts';
import { type KoreServer, startKoreServer } from '../kore-server/server.ts';
import { makeTempDir } from '../support/app.ts';
import { connectWords, credentialOf, runCli, runJson, runWell } from '../support/cli.ts';
import { sixConversations } from '../support/six-conversations.ts';
import { theDay } from '../support/synced-cli.ts';

const root = makeTempDir();
let server: KoreServer;
beforeAll(async () => {
  server = await startKoreServer({ rows: sixConversations });
});
afterAll(async () => {
  await server.close();
  rmSync(root, { recursive: true, force: true });
});

test('forget --json, by customer and by age', async () => {
  const own = { dataDir: join(root, 'forget') };
  await runWell(connectWords(server, ['--unchecked']), own);
  await runWell(['sync', ...theDay], { ...own, env: credentialOf(server) });
  const mistyped = await runCli(['forget', '--customer', 'VISITOR.ONE@example.com', '--yes', '--json'], own);
  expect(mistyped).toMatchObject({
    code: 2,
    stdout: '',
    stderr: expect.stringContaining('no conversation has that key'),
  });
  const nothing = { quarantined: 0, searches: 0, definitions: 0, schedules: 0, issuedReports: 0 };
  const exact = await runJson(['forget', '--customer', 'visitor.one@example.com', '--yes'], own);
  expect(exact).toEqual({ conversations: 1, ...nothing, ended: null });
  expect(searchResultSchema.parse(await runJson(['search'], own)).total).toBe(5);
  expect(await runWell(['forget', '--older-than', '1d', '--yes'], own)).toBe(
    'Forgot 5 conversations and 0 unreadable records.\n',
  );
  expect(searchResultSchema.parse(await runJson(['search'], own)).total).toBe(0);
  const entries = z.array(auditEntrySchema).parse(await runJson(['audit'], own));
  expect(
    entries.map(({ action, workspace, details }) => [action, workspace, details.scope, details.conversations]),
  ).toEqual([
    ['forget', 'Test', 'older than 1 days', 5],
    ['forget', 'Test', 'one customer', 1],
    ['forget', 'Test', 'one customer', 0],
  ]);
  expect(await runJson(['audit', '--limit', '1'], own)).toHaveLength(1);
  expect(await runWell(['audit', '--workspace', 'Test', '--limit', '1'], own)).toMatch(
    /^\d{4}-\d\d-\d\dT[\d:]+Z {2}Test {2}forget {2}scope=older than 1 days conversations=5 /,
  );
});

test('workspace keep --json, and what it says', async () => {
  const own = { dataDir: join(root, 'keep') };
  await runWell(connectWords(server, ['--unchecked']), own);
  expect(await runWell(['workspace', 'keep', 'Test', '400d', '--yes'], own)).toBe(
    '“Test” keeps conversations for 400 days; older ones are forgotten after each sync.\n',
  );
  const kept = workspaceSchema.parse(await runJson(['workspace', 'keep', 'Test', 'forever'], own));
  expect(kept.retentionDays).toBeNull();
  expect(await runCli(['workspace', 'keep', 'Test', 'long', '--yes'], own)).toMatchObject({ code: 2, stdout: '' });
});
