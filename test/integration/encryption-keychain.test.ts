// The key of a cache in a real Secret Service: made by the command line, found by the next one, missed in words while the keyring
// is locked, and gone with its workspace; and no cache at all where the keyring is there and cannot take its key now.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { keyIdOf } from '../../main/store/cache-key.ts';
import { filesBelow, sha256 } from '../faults/world.ts';
import { makeRows } from '../kore-server/generate.ts';
import { type KoreServer, startKoreServer } from '../kore-server/server.ts';
import { makeTempDir } from '../support/app.ts';
import { type CliRun, connectWords } from '../support/cli.ts';
import { createSession, findKeyringObstacle, type Session } from '../support/keyring.ts';
import type { Outcome, Step } from '../support/keyring-child.ts';

const obstacle = findKeyringObstacle();
if (obstacle !== null) console.warn(`Not tested: keys of caches in a real Secret Service (${obstacle}).`);

let session: Session;
let server: KoreServer;
let dataDir: string;
beforeEach(async () => {
  session = createSession();
  dataDir = makeTempDir();
  const endS = Math.floor(Date.now() / 1000) - 3600;
  server = await startKoreServer({ rows: makeRows({ seed: 3, count: 120, days: 2, endS }) });
});
afterEach(async () => {
  await server.close();
  session.remove();
  rmSync(dataDir, { recursive: true, force: true });
});

const unlock: Step = { do: 'unlock', password: 'correct horse' };
const afterword = (...words: string[]): Step => ({
  do: 'afterword',
  words,
  env: { AFTERWORD_DATA_DIR: dataDir, AFTERWORD_CLIENT_SECRET: server.clientSecret, TZ: 'UTC' },
});
const afterwordPlain = (...words: string[]): Step => {
  const step = afterword(...words);
  return step.do === 'afterword' ? { ...step, env: { ...step.env, AFTERWORD_PLAIN_CACHE: '1' } } : step;
};
const runOf = (outcome: Outcome | undefined): CliRun => {
  if (!outcome?.ok) throw new Error('the step failed');
  return outcome.value as CliRun;
};

test.skipIf(obstacle !== null)('made, found again, locked, removed', { timeout: 120_000 }, async () => {
  const total = (run: CliRun): number => (JSON.parse(run.stdout) as { total: number }).total;
  const search = afterword('search', '', '--limit', '0', '--json');
  const first = await session.run([
    unlock,
    afterword(...connectWords(server, ['--unchecked'])),
    afterword('sync'),
    search,
    afterword('doctor', '--json'),
  ]);
  for (const outcome of first.outcomes.slice(1)) expect(runOf(outcome)).toMatchObject({ code: 0 });
  const found = total(runOf(first.outcomes[3]));
  expect(found).toBeGreaterThan(50);
  expect(runOf(first.outcomes[4]).stdout).toContain('The cache is encrypted.');
  const [id = ''] = readdirSync(join(dataDir, 'workspaces'));
  const cache = join(dataDir, 'workspaces', id, 'cache.db');
  const keyId = keyIdOf(cache);
  expect(keyId).not.toBeNull();
  const account = `cache-key:${id}:${keyId}`;

  // Another session that never unlocked it; nothing else on the disk tells the key.
  const files = filesBelow(join(dataDir, 'workspaces')).sort();
  const before = files.map((path) => `${path} ${statSync(path).size} ${sha256(path)}`);
  const locked = await session.run([search]);
  expect(runOf(locked.outcomes[0])).toMatchObject({ code: 77, stdout: '' });
  expect(runOf(locked.outcomes[0]).stderr).toMatch(/is encrypted, and its key cannot be read\. The keychain is locked/);
  expect(files.map((path) => `${path} ${statSync(path).size} ${sha256(path)}`)).toEqual(before);

  const again = await session.run([unlock, search, { do: 'get', id: account }]);
  expect(total(runOf(again.outcomes[1]))).toBe(found);
  const key = again.outcomes[2]?.ok ? String(again.outcomes[2].value) : '';
  expect(key).toMatch(/^[0-9a-f]{64}$/);
  for (const path of filesBelow(dataDir)) {
    const bytes = readFileSync(path);
    expect(bytes.includes(key) || bytes.includes(Buffer.from(key, 'hex')), path).toBe(false);
  }

  const removed = await session.run([
    unlock,
    afterword('workspace', 'remove', 'Test', '--yes'),
    { do: 'get', id: account },
  ]);
  expect(runOf(removed.outcomes[1])).toMatchObject({ code: 0, stderr: '' });
  expect(removed.outcomes[2]).toMatchObject({ ok: true, value: null });
});

describe.skipIf(obstacle !== null)('a cache that is still to be made', { timeout: 180_000 }, () => {
  const cacheFiles = (): string[] =>
    existsSync(join(dataDir, 'workspaces')) ? filesBelow(join(dataDir, 'workspaces')) : [];
  const keyIdOfCache = (): string | null => {
    const path = cacheFiles().find((name) => name.endsWith('cache.db'));
    if (path === undefined) throw new Error('there is no cache');
    return keyIdOf(path);
  };
  /** Its session, folder of services included: what the bus starts when somebody asks for secrets. */
  const letProviderFail = (): undefined => {
    const services = join(session.userDir, 'runtime', 'dbus-1', 'services');
    mkdirSync(services, { recursive: true });
    writeFileSync(
      join(services, 'org.freedesktop.secrets.service'),
      '[D-BUS Service]\nName=org.freedesktop.secrets\nExec=/bin/false\n',
    );
  };
  const states: [string, (session: Session) => Promise<unknown> | undefined, RegExp][] = [
    [
      'is locked',
      (used) => used.run([unlock, { do: 'set', id: 'other', secret: 'kept' }]),
      /The keychain is locked.*Unlock the login keyring/,
    ],
    ['has no keyring yet', () => undefined, /no unlocked keyring.*Log in to the desktop once/],
    [
      'waits for a password that nobody gives',
      async (used) => {
        await used.run([unlock, { do: 'set', id: 'other', secret: 'kept' }]);
        used.letPromptsHang();
      },
      /did not answer within 15 s; it is probably waiting for its password/,
    ],
    ['does not start', letProviderFail, /The system keychain refused the request/],
  ];
  test.each(states)(
    'where the keychain %s is not made; said in words, nothing written',
    async (_name, bring, words) => {
      await session.run([afterword(...connectWords(server, ['--unchecked']))]);
      await bring(session);
      const { outcomes } = await session.run([afterword('sync'), afterword('doctor', '--json')]);
      const run = runOf(outcomes[0]);
      expect(run).toMatchObject({ code: 77, stdout: '' });
      expect(run.stderr).toMatch(/The cache of “Test” is not made, because its key cannot be kept now/);
      expect(run.stderr).toMatch(words);
      expect(run.stderr).toContain('AFTERWORD_CACHE_KEY_FILE');
      expect(run.stderr).not.toContain('AFTERWORD_CLIENT_SECRET');
      expect(runOf(outcomes[1]).stdout).toContain('is not made, because its key cannot be kept now');
      expect(cacheFiles()).toEqual([]);
    },
  );

  test('where the keychain was locked is made, encrypted, when it is unlocked', async () => {
    await session.run([unlock, afterword(...connectWords(server, ['--unchecked']))]);
    const locked = await session.run([afterword('sync')]);
    expect(runOf(locked.outcomes[0])).toMatchObject({ code: 77 });
    const { outcomes } = await session.run([unlock, afterword('sync')]);
    expect(runOf(outcomes[1])).toMatchObject({ code: 0 });
    expect(keyIdOfCache()).not.toBeNull();
  });

  test('where the user wants it plain is plain, and the keychain is not asked', async () => {
    await session.run([afterword(...connectWords(server, ['--unchecked']))]);
    session.letPromptsHang();
    const { outcomes } = await session.run([afterwordPlain('sync')]);
    expect(runOf(outcomes[0])).toMatchObject({ code: 0 });
    // A prompt that nobody answers takes 15 s.
    expect(outcomes[0]?.tookMs).toBeLessThan(14_000);
    expect(keyIdOfCache()).toBeNull();
  });

  test('where nothing keeps secrets is made plain, as ever', async () => {
    const { outcomes } = await session.run([afterword(...connectWords(server, ['--unchecked'])), afterword('sync')], {
      bus: 'no-provider',
    });
    expect(runOf(outcomes[1])).toMatchObject({ code: 0 });
    expect(keyIdOfCache()).toBeNull();
  });
});
