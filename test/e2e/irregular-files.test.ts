// A pipe, a folder, a socket and a link that leads in a circle in the place of each file that the program opens: it ends within a
// time limit, with a sentence and an exit code, and never waits for somebody to write into the pipe.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeTempDir } from '../support/app.ts';
import { type CliRun, connectWords, runCli, runWell } from '../support/cli.ts';

const account = { origin: 'http://127.0.0.1:9', accountId: 'st-1', appId: 'st-2', clientId: 'cs-1' };
const LIMIT_MS = 30_000;

/** Sockets have short names: the system allows about a hundred letters. */
const root = mkdtempSync(join(tmpdir(), 'afterword-test-'));
const sample = makeTempDir();
const connected = makeTempDir();
const servers: Server[] = [];
let expected = '';

const search = ['search', '', '--limit', '0', '--json'];
const totalOf = (run: CliRun): unknown => (JSON.parse(run.stdout) as { total: number }).total;
beforeAll(async () => {
  await runWell(['sample', '--days', '2', '--conversations', '60'], { dataDir: sample });
  expected = String(totalOf(await runCli(search, { dataDir: sample })));
  await runWell(connectWords(account, ['--unchecked']), { dataDir: connected });
});
afterAll(async () => {
  for (const server of servers) await new Promise((resolve) => server.close(resolve));
  for (const folder of [root, sample, connected]) rmSync(folder, { recursive: true, force: true });
});

type Kind = 'a pipe' | 'a folder' | 'a socket' | 'a circle';
const kinds: Kind[] = ['a pipe', 'a folder', 'a socket', 'a circle'];
const put = async (kind: Kind, path: string): Promise<void> => {
  rmSync(path, { recursive: true, force: true });
  if (kind === 'a pipe') execFileSync('mkfifo', ['-m', '600', path]);
  if (kind === 'a folder') mkdirSync(path);
  if (kind === 'a circle') symlinkSync(path, path);
  if (kind !== 'a socket') return;
  const server = createServer();
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(path, resolve));
};

let copies = 0;
const copyOf = (folder: string): string => {
  copies += 1;
  const copy = join(root, String(copies));
  cpSync(folder, copy, { recursive: true });
  return copy;
};
const workspaceOf = (dataDir: string): string => {
  const [id = ''] = readdirSync(join(dataDir, 'workspaces'));
  return join(dataDir, 'workspaces', id);
};
const run = (dataDir: string, words: string[] = search, env: Record<string, string> = {}): Promise<CliRun> =>
  runCli(words, { dataDir, env, timeoutMs: LIMIT_MS });

const sentence = /is a (pipe|folder|socket)|no ordinary file|lead in a circle|cannot be opened/;

describe.skipIf(process.platform === 'win32').each(kinds)('%s', { timeout: 120_000 }, (kind) => {
  /** The system's words for the other two come from one place. */
  const places = (...names: string[]): string[] => (['a pipe', 'a folder'].includes(kind) ? names : names.slice(0, 1));
  test.each(places('library.db', 'library.db-wal'))('in the place of %s is refused in words', async (name) => {
    const dataDir = copyOf(sample);
    await put(kind, join(dataDir, name));
    const refused = await run(dataDir);
    expect(refused, refused.stderr).toMatchObject({ code: 73, stdout: '' });
    expect(refused.stderr).toMatch(sentence);
  });

  test.each(places('cache.db', 'cache.db-wal', 'cache.db.health'))(
    'in the place of %s is refused in words; the workspace can be removed',
    async (name) => {
      const dataDir = copyOf(sample);
      await put(kind, join(workspaceOf(dataDir), name));
      const refused = await run(dataDir);
      expect(refused, refused.stderr).toMatchObject({ code: 73, stdout: '' });
      expect(refused.stderr).toMatch(sentence);
      const removed = await run(dataDir, ['workspace', 'remove', 'Sample', '--yes']);
      expect(removed, removed.stderr).toMatchObject({ code: 0 });
      expect(readdirSync(join(dataDir, 'workspaces'))).toEqual([]);
    },
  );

  test('in the place of the mark of a cache that is still to be made is refused in words', async () => {
    const dataDir = copyOf(connected);
    const [{ id }] = JSON.parse((await run(dataDir, ['workspace', 'list', '--json'])).stdout) as [{ id: string }];
    mkdirSync(join(dataDir, 'workspaces', id), { recursive: true, mode: 0o700 });
    await put(kind, join(dataDir, 'workspaces', id, 'cache.db.key'));
    const refused = await run(dataDir);
    expect(refused, refused.stderr).toMatchObject({ code: 73, stdout: '' });
    expect(refused.stderr).toMatch(sentence);
  });

  test.each(places('search-index.bin', 'search-index.bin.facts'))('in the place of %s is none', async (name) => {
    const dataDir = copyOf(sample);
    await put(kind, join(workspaceOf(dataDir), name));
    const found = await run(dataDir);
    expect(found, found.stderr).toMatchObject({ code: 0 });
    expect(String(totalOf(found))).toBe(expected);
  });

  test('in the place of a key or credential file is refused in words, and so is one for certificates', async () => {
    const dataDir = copyOf(connected);
    const path = join(dataDir, 'key');
    await put(kind, path);
    const keyed = await run(dataDir, search, { AFTERWORD_CACHE_KEY_FILE: path });
    expect(keyed, keyed.stderr).toMatchObject({ code: 77, stdout: '' });
    expect(keyed.stderr).toMatch(/not a regular file|symbolic link|cannot be read/);
    const credentials = join(dataDir, 'credentials');
    mkdirSync(credentials, { mode: 0o700 });
    await put(kind, join(credentials, 'afterword-token'));
    const signing = await run(dataDir, ['sync'], { CREDENTIALS_DIRECTORY: credentials });
    expect(signing, signing.stderr).toMatchObject({ code: 77, stdout: '' });
    const certified = await run(dataDir, ['sync'], { AFTERWORD_TOKEN: 'x', SSL_CERT_FILE: path });
    expect(certified.code, certified.stderr).toBeGreaterThan(0);
    expect(certified.code).not.toBe(70);
  });

  test('in the place of what is to be written is refused in words, and stays', async () => {
    const dataDir = copyOf(sample);
    const path = join(root, `out-${copies}`);
    await put(kind, path);
    const csv = ['export', 'conversations', '--format', 'csv', '--out', path];
    for (const words of [csv, ['doctor', '--bundle', path], ['workspace', 'key', 'Sample', '--out', path]]) {
      const refused = await run(dataDir, words);
      expect([2, 73], `${words[0]}: ${refused.stderr}`).toContain(refused.code);
      expect(refused.stdout).toBe('');
    }
    const report = join(root, `reports-${copies}`);
    mkdirSync(report);
    const words = ['report', 'team-summary', '--period', 'last-week', '--format', 'csv', '--out', report];
    const made = JSON.parse((await run(dataDir, [...words, '--json'])).stdout) as { files: string[] };
    const [file = ''] = made.files;
    expect(statSync(file).isFile()).toBe(true);
    await put(kind, file);
    const again = await run(dataDir, words);
    expect(again, again.stderr).toMatchObject({ code: 73, stdout: '' });
  });

  test('in the place of the data folder, or of a folder in it, is refused in words or not minded', async () => {
    const path = join(root, `folder-${copies}`);
    await put(kind, path);
    const refused = await run(path, ['workspace', 'list']);
    if (kind !== 'a folder') expect(refused, refused.stderr).toMatchObject({ code: 73, stdout: '' });
    for (const name of ['backups', 'damaged']) {
      const dataDir = copyOf(sample);
      await put(kind, join(dataDir, name));
      const found = await run(dataDir);
      expect(found, found.stderr).toMatchObject({ code: 0 });
    }
    const dataDir = copyOf(sample);
    await put(kind, join(workspaceOf(dataDir), 'damaged'));
    writeFileSync(join(dataDir, 'afterword.log'), '');
    const found = await run(dataDir);
    expect(found, found.stderr).toMatchObject({ code: 0 });
  });
});
