// What scripts may rely on: the keys, types and order of what connecting, syncing, the sample and the checks print for
// machines, written out here as the project promises them.
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { procedures, searchResultSchema } from '../../preload/contract/procedures.ts';
import { syncSummarySchema } from '../../preload/contract/sync.ts';
import { workspaceSchema } from '../../preload/contract/workspace.ts';
import { runJson, runWell, startCli } from '../support/cli.ts';
import { expectKeys, expectTimes } from '../support/promised-json.ts';
import { theDay, useSyncedCli } from '../support/synced-cli.ts';

const { root, options, signedIn, first } = useSyncedCli();

describe('connect, sync, coverage', () => {
  test('connect --json is the workspace', () => {
    const workspace = workspaceSchema.parse(first().connected);
    expect(workspace).toMatchObject({ name: 'Test', zone: 'UTC', endpoints: ['v2-interactions', 'v1-calls'] });
  });

  test('sync --json', async () => {
    const { synced, requests } = first();
    expectKeys(synced, 'sync');
    const summary = syncSummarySchema.parse(synced);
    expectKeys(summary.windows, 'windows');
    expect(summary).toMatchObject({
      workspace: 'Test',
      requests,
      // Six of v2, and one of v1 that adds to a conversation.
      rows: 7,
      inserted: 6,
      updated: 1,
      unchanged: 0,
      quarantined: 0,
      windows: { split: 0, capped: 0, failed: 0 },
      rateMax: requests,
    });
    const again = await runJson(['sync', ...theDay], signedIn());
    expect(again).toMatchObject({ rows: 7, inserted: 0, updated: 0, unchanged: 7 });
  });

  test('sync for people', async () => {
    const stdout = await runWell(['sync', ...theDay], signedIn());
    expect(stdout).toMatch(
      /^Synced “Test” in [\d.]+ s: 7 rows in \d+ requests \(at most \d+ in a minute\)\.\n0 new, 0 changed, 7 unchanged; \d+ windows? complete\.\n$/,
    );
  });

  test('coverage --json and for people', async () => {
    const coverage = await runJson(['coverage'], options);
    expect(Object.keys(coverage as object)).toEqual(['workspace', 'ranges']);
    const { workspace, ranges } = procedures['coverage.get'].output.parse(coverage);
    expect(workspace).toBe('Test');
    for (const range of ranges) expectKeys(range, 'range');
    expect(ranges.map(({ fetchedAt, ...rest }) => rest)).toEqual([
      { from: '2025-09-30T00:00:00Z', to: '2025-10-01T00:00:00Z', state: 'complete', rows: 6 },
    ]);
    expect(expectTimes(coverage)).toBe(3);
    expect(Math.abs(Date.parse(ranges[0]?.fetchedAt ?? '') - Date.now())).toBeLessThan(120_000);
    const lines = (await runWell(['coverage'], options)).trimEnd().split('\n');
    expect(lines[0]).toMatch(/^from +to +state +rows +fetched$/);
    expect(lines[1]).toMatch(/^2025-09-30 00:00:00 +2025-10-01 00:00:00 +complete +6 +\d{4}-/);
    expect(lines.slice(2)).toEqual(['', 'Times are those of UTC.']);
  });
});

describe('sample, doctor', () => {
  test('doctor --json', async () => {
    const found = await runJson(['doctor'], signedIn());
    const { checks, contentHash } = procedures['doctor.run'].output.parse(found);
    expect(Object.keys(found as object)).toEqual(['checks', 'contentHash']);
    for (const check of checks) expect(Object.keys(check)).toEqual(['name', 'state', 'message']);
    // On this machine it may be known or not.
    const [disk] = checks.splice(1, 1);
    expect(disk).toMatchObject({ name: 'disk encryption', state: expect.stringMatching(/^(ok|skipped|warning)$/) });
    // These runs have no keychain.
    const [encryption] = checks.splice(11, 1);
    expect(encryption).toMatchObject({ name: 'cache encryption', state: 'warning' });
    expect(checks.map((check) => `${check.name}: ${check.state}`)).toEqual(
      [
        ...['data folder', 'library', 'credential', 'proxy', 'name', 'connection', 'certificate', 'answer', 'sign-in'],
        ...['scope', 'rate', 'cache', 'records', 'last sync'],
      ].map((name) => `${name}: ok`),
    );
    expect(contentHash).toMatch(/^[0-9a-f]{64}$/);
  });

  test('sample --json is a sync summary, a second run changes nothing, and a pipe that closes early is no failure', async () => {
    const sample = { dataDir: join(root, 'sample') };
    const words = ['sample', '--days', '5', '--conversations', '1500'];
    const summary = await runJson(words, sample);
    expectKeys(summary, 'sync');
    const { inserted, workspace } = syncSummarySchema.parse(summary);
    expect(workspace).toBe('Sample');
    // Some sessions begin just before the present moment and are not listed yet.
    expect(inserted).toBeGreaterThan(1300);
    expect(searchResultSchema.parse(await runJson(['search'], sample)).total).toBe(inserted);
    expect(await runWell(words, sample)).toMatch(/^Synced “Sample” in [\d.]+ s: .*\n0 new, 0 changed/);
    const piped = startCli(['export', 'conversations', '--format', 'ndjson', '--out', '-'], sample);
    piped.child.stdout?.once('data', () => piped.child.stdout?.destroy());
    // What was read so far is of no interest, and cut off.
    const ended = piped.done.catch(() => null);
    expect(await new Promise((resolve) => piped.child.once('exit', resolve))).toBe(0);
    await ended;
  });

  test('doctor --bundle --json', async () => {
    const out = join(root, 'bundle.json');
    expect(await runJson(['doctor', '--bundle', out], options)).toEqual({ path: out, bytes: statSync(out).size });
  });
});
