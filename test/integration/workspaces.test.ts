// Renaming and removing workspaces, with real files, threads and library: what goes, what stays, what refuses.
import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { cachePath, openCacheForWriting } from '../../main/store/cache.ts';
import { createSyncStore } from '../../main/store/sync-store.ts';
import { AppError } from '../../preload/contract/errors.ts';
import { makeTempDir } from '../support/app.ts';
import { openWindowHost, type WindowHost } from '../support/window-host.ts';

let host: WindowHost;
let pageDir: string;
beforeEach(async () => {
  pageDir = makeTempDir();
  writeFileSync(join(pageDir, 'index.html'), '');
  host = await openWindowHost({ page: pageDir });
});
afterEach(async () => {
  await host.close();
  rmSync(pageDir, { recursive: true });
});

const connect = (name: string, credential: 'existing' | 'token' = 'existing') =>
  host.call('workspaces.connect', {
    ...{ name, host: 'http://127.0.0.1:9', accountId: 'a', appId: 'st-1', endpoints: ['v1-calls'], zone: 'UTC' },
    ...{ credential: credential === 'token' ? { kind: 'token', token: 'made-up' } : { kind: 'existing' } },
    ...{ store: credential === 'token', check: false },
  });
const define = (workspace: string, name: string) =>
  host.call('report.define', {
    ...{ workspace, name, kind: 'agent-scorecards', period: 'yesterday', formats: ['csv'], mask: false },
  });
const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'done',
    (error: unknown) => (error instanceof AppError ? error.code : 'unforeseen'),
  );

test('a renamed workspace keeps its id, its settings and its data; a taken name is refused', async () => {
  await host.syncSample(3, 50);
  await connect('North');
  const before = (await host.call('workspaces.list', {})).find(({ name }) => name === 'Sample');
  const renamed = await host.call('workspaces.rename', { workspace: 'Sample', name: ' Trial ' });
  expect(renamed).toEqual({ ...before, name: 'Trial' });
  expect((await host.call('search.run', { workspace: 'Trial', query: '', limit: 0 })).total).toBe(50);
  expect(await codeOf(host.call('workspaces.rename', { workspace: 'Trial', name: 'NORTH' }))).toBe('invalid_input');
  // Its own name in other letters is free.
  expect(await host.call('workspaces.rename', { workspace: 'Trial', name: 'TRIAL' })).toMatchObject({ name: 'TRIAL' });
  expect(await codeOf(host.call('workspaces.rename', { workspace: 'Sample', name: 'x' }))).toBe('not_found');
});

test('a removed workspace leaves nothing but a line in the audit; the others lose nothing', async () => {
  await host.syncSample(3, 50);
  await connect('North');
  const [sample] = await host.call('workspaces.list', {});
  const folder = join(host.dataDir, 'reports');
  await define('Sample', 'Mine');
  await define('North', 'Theirs');
  for (const definition of ['Mine', 'Theirs'])
    await host.call('schedule.add', { definition, cadence: 'daily', time: '06:00', folder });
  for (const workspace of ['Sample', 'North'])
    await host.call('search.save', { workspace, name: 'Refunds', query: 'refund' });
  const ended = new Promise((resolve) => host.app.subscribe('job.done', ({ result }) => resolve(result.ok)));
  await host.call('report.run', { report: 'Mine', outDir: folder });
  expect(await ended).toBe(true);
  const files = readdirSync(folder);
  const cache = cachePath(host.dataDir, sample?.id ?? '');
  expect(existsSync(cache)).toBe(true);

  const belongings = { definitions: 1, schedules: 1, issuedReports: 1, searches: 1, forgotten: 0 };
  expect(await host.call('workspaces.belongings', { workspace: 'Sample' })).toEqual(belongings);
  expect(await host.call('workspaces.remove', { workspace: 'Sample' })).toEqual({
    removed: belongings,
    isSignInRemoved: true,
  });

  expect(existsSync(join(cache, '..'))).toBe(false);
  expect(readdirSync(folder)).toEqual(files);
  expect((await host.call('workspaces.list', {})).map(({ name }) => name)).toEqual(['North']);
  expect((await host.call('report.definitions', {})).map(({ name }) => name)).toEqual(['Theirs']);
  expect((await host.call('schedule.list', {})).map(({ definition }) => definition)).toEqual(['Theirs']);
  expect(await host.call('report.list', {})).toEqual([]);
  expect(await host.call('search.saved', { workspace: 'North' })).toHaveLength(1);
  expect(await codeOf(host.call('search.run', { workspace: sample?.id, query: '', limit: 1 }))).toBe('not_found');
  // A sample can be made up again, with nothing left of the one before.
  await host.syncSample(3, 20);
  expect((await host.call('search.run', { workspace: 'Sample', query: '', limit: 0 })).total).toBe(20);
});

test('its sign-in leaves the keychain', async () => {
  const { id } = await connect('North', 'token');
  expect(await host.secrets.get(id)).not.toBeNull();
  expect(await host.call('workspaces.remove', { workspace: 'North' })).toMatchObject({ isSignInRemoved: true });
  expect(await host.secrets.get(id)).toBeNull();
});

test('a keychain out of reach is said and keeps nothing else', async () => {
  await connect('North');
  host.secrets.delete = async () => {
    throw new AppError('secret_store_unavailable', 'There is no keychain here.');
  };
  expect(await host.call('workspaces.remove', { workspace: 'North' })).toMatchObject({ isSignInRemoved: false });
  expect(await host.call('workspaces.list', {})).toEqual([]);
});

test('is refused while something is worked on, and while another program syncs it', async () => {
  await host.call('sample.connect', { seed: 1, days: 60, conversations: 3000 });
  const { jobId } = await host.call('sync.start', {});
  expect(await codeOf(host.call('workspaces.remove', { workspace: 'Sample' }))).toBe('invalid_input');
  const ended = new Promise((resolve) => host.app.subscribe('job.done', resolve));
  await host.call('jobs.cancel', { jobId });
  await ended;
  const [sample] = await host.call('workspaces.list', {});
  const db = openCacheForWriting(cachePath(host.dataDir, sample?.id ?? ''));
  const other = createSyncStore(db);
  other.takeLease('another program', process.pid, Date.now());
  expect(await codeOf(host.call('workspaces.remove', { workspace: 'Sample' }))).toBe('sync_busy');
  expect((await host.call('search.run', { workspace: 'Sample', query: '', limit: 0 })).total).toBeGreaterThanOrEqual(0);
  other.dropLease('another program');
  db.close();
  expect(await codeOf(host.call('workspaces.remove', { workspace: 'Sample' }))).toBe('done');
});

test('the audit keeps what went, without names', async () => {
  const { id } = await connect('North');
  await host.call('workspaces.remove', { workspace: 'North' });
  const db = new Database(join(host.dataDir, 'library.db'), { readonly: true });
  try {
    const [line] = db.prepare('SELECT workspace, action, details FROM audit').all() as Record<string, string>[];
    expect(line).toMatchObject({ workspace: id, action: 'remove workspace' });
    expect(JSON.parse(line?.details ?? '')).toEqual({
      ...{ definitions: 0, schedules: 0, issuedReports: 0, searches: 0, forgotten: 0 },
    });
  } finally {
    db.close();
  }
});
