// Encrypted caches through the whole app, with the bytes of every file afterwards; and the same on a plain cache, so that what is
// looked for is proved to be findable.
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { fileFailpoints } from '../../main/failpoints.ts';
import { openCacheForWriting } from '../../main/store/cache.ts';
import { keyIdOf, markPath, unlearnKey } from '../../main/store/cache-key.ts';
import { filesBelow, sha256 } from '../faults/world.ts';
import { makeRows } from '../kore-server/generate.ts';
import { type KoreRow, type KoreServer, startKoreServer } from '../kore-server/server.ts';
import { makeTempDir, openTestApp, type TestApp } from '../support/app.ts';
import { type CliRun, runCli } from '../support/cli.ts';
import { expectFromV2 } from '../support/expected.ts';
import { failureOf } from '../support/failure.ts';
import { createKeyStore, type KeyStore } from '../support/key-store.ts';

const untilS = Math.floor(Date.now() / 1000) - 3600;
const DAY_S = 86_400;
const range = { from: iso(untilS - 3 * DAY_S), to: iso(untilS + 60) };
function iso(epochS: number): string {
  return `${new Date(epochS * 1000).toISOString().slice(0, 19)}Z`;
}

let server: KoreServer;
let rows: KoreRow[];
/** What people would look for in the bytes: e-mails and names as they are stored, and the digits that the index keeps. */
let needles: string[];
beforeAll(async () => {
  rows = makeRows({ seed: 41, count: 2600, days: 2, endS: untilS });
  server = await startKoreServer({ rows });
  const customers = rows.map(({ v2 }) => expectFromV2(v2).customer);
  const emails = customers.flatMap((one) => (one?.email ? [one.email] : []));
  const phones = customers.flatMap((one) => (one?.phone ? [one.phone.replace(/\D/g, '')] : []));
  needles = [...new Set([...emails, ...phones])].filter((text) => text.length > 8).slice(0, 200);
});
afterAll(() => server.close());

const open: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

const folder = (): string => {
  const dataDir = makeTempDir();
  open.push(() => rmSync(dataDir, { recursive: true, force: true }));
  return dataDir;
};
const start = (dataDir: string, options: { secrets?: KeyStore; env?: Record<string, string> } = {}): TestApp => {
  const app = openTestApp({ dataDir, token: server.token, ...options });
  open.push(() => app.close());
  return app;
};
const filled = async (options: Parameters<typeof start>[1] = {}): Promise<{ dataDir: string; hash: string | null }> => {
  const dataDir = folder();
  const app = start(dataDir, options);
  await app.connect(server);
  await app.sync(range);
  // Has the columns and facts made, which are saved when it closes.
  await app.call('search.run', { query: 'refund', limit: 5 });
  await app.call('scorecard.get', { by: 'agent', period: 'yesterday' });
  const hash = await app.contentHash();
  await app.close();
  return { dataDir, hash };
};
const cacheOf = (dataDir: string): string => {
  const [id = ''] = readdirSync(join(dataDir, 'workspaces'));
  return join(dataDir, 'workspaces', id, 'cache.db');
};
/** Forgets the key that this process has learned, as a new process would not know it. */
const asNewProcess = (dataDir: string): void => {
  const keyId = keyIdOf(cacheOf(dataDir));
  if (keyId !== null) unlearnKey(keyId);
};
const readableFiles = (dataDir: string): string[] =>
  filesBelow(join(dataDir, 'workspaces'))
    .filter((path) => {
      const bytes = readFileSync(path);
      return needles.some((needle) => bytes.includes(needle));
    })
    .map((path) => basename(path))
    .sort();
const namesIn = (dataDir: string): string[] => readdirSync(dirname(cacheOf(dataDir))).sort();
const saved = ['search-index.bin', 'search-index.bin.facts'];
const startOf = (dataDir: string, name: string): string =>
  readFileSync(join(dirname(cacheOf(dataDir)), name)).toString('latin1', 0, 16);
const search = { query: 'refund', limit: 5 };
const keyFile = (dataDir: string, key: Buffer = randomBytes(32)): Record<string, string> => {
  const path = join(dataDir, 'key');
  writeFileSync(path, `${key.toString('hex')}\n`, { mode: 0o600 });
  return { AFTERWORD_CACHE_KEY_FILE: path };
};

describe('a cache that is made', () => {
  test('where no key can be kept is plain, and everything in it can be found', async () => {
    const { dataDir } = await filled();
    expect(readableFiles(dataDir)).toEqual(['cache.db', 'search-index.bin']);
    for (const name of saved) expect(startOf(dataDir, name)).toBe('afterword-index ');
    expect(namesIn(dataDir)).not.toContain('cache.db.key');
    const app = start(dataDir);
    expect(await app.call('encryption.get', {})).toEqual({ state: 'plain' });
    const { checks } = await app.call('doctor.run', {});
    expect(checks.find(({ name }) => name === 'cache encryption')).toMatchObject({ state: 'warning' });
  });

  test('where there is a keychain is encrypted with all that lies beside it; answers are the same', async () => {
    const plain = await filled();
    const secrets = createKeyStore();
    const { dataDir, hash } = await filled({ secrets });
    expect(hash).toBe(plain.hash);
    expect(namesIn(dataDir)).toEqual(
      expect.arrayContaining(['cache.db.key', 'search-index.bin', 'search-index.bin.facts']),
    );
    for (const name of saved) expect(startOf(dataDir, name)).toBe('afterword-sealed');
    expect(readableFiles(dataDir)).toEqual([]);
    const [[account = '', key = ''] = []] = secrets.kept;
    expect(secrets.kept.size).toBe(1);
    expect(account).toContain(keyIdOf(cacheOf(dataDir)));
    for (const path of filesBelow(dataDir)) {
      const bytes = readFileSync(path);
      expect(bytes.includes(key) || bytes.includes(Buffer.from(key, 'hex')), path).toBe(false);
      if (process.platform !== 'win32') expect(statSync(path).mode & 0o777, path).toBe(0o600);
    }

    asNewProcess(dataDir);
    secrets.asked.splice(0);
    const again = start(dataDir, { secrets });
    const answers = async (app: TestApp): Promise<unknown> => {
      const { tookMs, ...found } = await app.call('search.run', { ...search, facets: true });
      const { dataAsOf, ...card } = await app.call('scorecard.get', { by: 'agent', period: 'yesterday' });
      return [found, card, (await app.exportAll()).size];
    };
    const found = await answers(again);
    // Once in a program.
    expect(secrets.asked).toEqual([`get ${account}`]);
    expect(await again.call('encryption.get', {})).toEqual({ state: 'encrypted' });
    const other = start(plain.dataDir);
    expect(found).toEqual(await answers(other));
    // With the log and whatever else is there while it is open and written to.
    await again.sync({ from: iso(untilS - DAY_S), to: range.to });
    expect(namesIn(dataDir)).toContain('cache.db-wal');
    expect(readableFiles(dataDir)).toEqual([]);
  });

  test('while the keychain is locked is not made, and is made when it is unlocked, by the same program', async () => {
    const secrets = createKeyStore();
    secrets.isLocked = true;
    const dataDir = folder();
    const app = start(dataDir, { secrets });
    await app.connect(server);
    for (const work of [() => app.call('search.run', search), () => app.sync(range)]) {
      const failure = await failureOf(work());
      expect(failure).toMatchObject({ code: 'secret_store_locked' });
      expect(failure.message).toMatch(/“Test” is not made.*keychain is locked.*AFTERWORD_CACHE_KEY_FILE/);
    }
    expect(existsSync(join(dataDir, 'workspaces'))).toBe(false);
    expect(await app.call('encryption.get', {})).toEqual({ state: 'absent' });
    secrets.isLocked = false;
    await app.sync(range);
    expect(await app.call('encryption.get', {})).toEqual({ state: 'encrypted' });
    await app.close();
    expect(readableFiles(dataDir)).toEqual([]);
  });

  test('with a keychain that forgets what it is given is not made, unless it is to be plain', async () => {
    const forgetful = { ...createKeyStore(), set: async () => undefined };
    const dataDir = folder();
    const app = start(dataDir, { secrets: forgetful });
    await app.connect(server);
    expect(await failureOf(app.call('search.run', search))).toMatchObject({ code: 'secret_store_unavailable' });
    expect(existsSync(join(dataDir, 'workspaces'))).toBe(false);
    await app.close();
    const plain = start(dataDir, { secrets: forgetful, env: { AFTERWORD_PLAIN_CACHE: '1' } });
    await plain.call('search.run', search);
    expect(await plain.call('encryption.get', {})).toEqual({ state: 'plain' });
    expect(forgetful.asked.filter((call) => call.startsWith('set'))).toEqual([]);
    // A key that is there goes before.
    const keyed = start(folder(), { env: { AFTERWORD_PLAIN_CACHE: '1', ...keyFile(dataDir) } });
    await keyed.connect(server);
    await keyed.call('search.run', search);
    expect(await keyed.call('encryption.get', {})).toEqual({ state: 'encrypted' });
  });

  test('by another program without a key, just before this one: told once, then used as it is', async () => {
    const secrets = createKeyStore();
    const dataDir = folder();
    const app = start(dataDir, { secrets });
    await app.connect(server);
    const { get } = secrets;
    secrets.get = async (account) => {
      const { id } = (await app.call('workspaces.list', {}))[0] ?? { id: '' };
      const path = join(dataDir, 'workspaces', id, 'cache.db');
      if (!existsSync(path)) openCacheForWriting(path).close();
      return get(account);
    };
    const failure = await failureOf(app.call('search.run', search));
    expect(failure).toMatchObject({ code: 'sync_busy' });
    expect(failure.message).toMatch(
      /“Test” has just been made by another program.*not encrypted\. Nothing was written/,
    );
    expect(secrets.kept.size).toBe(0);
    expect((await app.call('search.run', search)).total).toBe(0);
    expect(await app.call('encryption.get', {})).toEqual({ state: 'plain' });
    expect(await app.call('encryption.start', {})).toEqual({ state: 'encrypted' });
  });

  test('by two programs at once has one key', async () => {
    for (let round = 0; round < 5; round += 1) {
      const secrets = createKeyStore();
      const dataDir = folder();
      const first = start(dataDir, { secrets });
      await first.connect(server);
      const second = start(dataDir, { secrets });
      const totals = await Promise.all([first, second].map((app) => app.call('search.run', search)));
      expect(totals.map(({ total }) => total)).toEqual([0, 0]);
      expect([...secrets.kept.keys()].map((account) => account.split(':')[2])).toEqual([keyIdOf(cacheOf(dataDir))]);
    }
  });

  test('for the sample is plain, and the keychain is not asked', async () => {
    const secrets = createKeyStore();
    const app = start(folder(), { secrets });
    await app.call('sample.connect', { seed: 1, days: 2, conversations: 50 });
    await app.call('search.run', search);
    expect(await app.call('encryption.get', {})).toEqual({ state: 'plain' });
    expect(secrets.asked).toEqual([]);
    expect(await failureOf(app.call('encryption.start', {}))).toMatchObject({ code: 'invalid_input' });
  });
});

describe('a key that is not at hand', () => {
  const states: [string, (secrets: KeyStore) => void, RegExp][] = [
    ['the keychain is locked', (secrets) => Object.assign(secrets, { isLocked: true }), /keychain is locked/],
    ['the keychain has none', (secrets) => secrets.kept.clear(), /not in the keychain/],
    [
      'the keychain has another',
      (secrets) => {
        for (const account of secrets.kept.keys()) secrets.kept.set(account, 'ab'.repeat(32));
      },
      /not in the keychain/,
    ],
  ];
  test.each(states)('%s: said in words, nothing touched; with the key all is there', async (_name, spoil, words) => {
    const secrets = createKeyStore();
    const { dataDir, hash } = await filled({ secrets });
    const kept = new Map(secrets.kept);
    const files = filesBelow(join(dataDir, 'workspaces')).sort();
    const before = files.map(sha256);
    asNewProcess(dataDir);
    spoil(secrets);
    const app = start(dataDir, { secrets });
    const works = [
      () => app.call('search.run', search),
      () => app.sync(range),
      () => app.call('forget.count', { customer: 'x' }),
    ];
    for (const work of works) {
      const failure = await failureOf(work());
      expect(failure).toMatchObject({ code: 'cache_locked' });
      expect(failure.message).toMatch(words);
      expect(failure.message).toContain('afterword workspace reset');
    }
    const { checks } = await app.call('doctor.run', {});
    expect(checks.find(({ name }) => name === 'cache')).toMatchObject({ state: 'failed' });
    expect(checks.find(({ name }) => name === 'cache encryption')).toMatchObject({ state: 'ok' });
    expect(filesBelow(join(dataDir, 'workspaces')).sort()).toEqual(files);
    expect(files.map(sha256)).toEqual(before);
    // The same program goes on when the key comes.
    secrets.isLocked = false;
    secrets.kept = kept;
    expect(await app.contentHash()).toBe(hash);
  });

  test('the small file beside the cache is lost too: its own first bytes say whose it is', async () => {
    const secrets = createKeyStore();
    const { dataDir, hash } = await filled({ secrets });
    asNewProcess(dataDir);
    rmSync(markPath(cacheOf(dataDir)));
    const locked = start(dataDir);
    expect(await failureOf(locked.call('search.run', search))).toMatchObject({ code: 'cache_locked' });
    expect(namesIn(dataDir)).not.toContain('damaged');
    await locked.close();
    expect(await start(dataDir, { secrets }).contentHash()).toBe(hash);
  });

  test('is lost for good: the cache is given up and fetched again, under a new key', async () => {
    const secrets = createKeyStore();
    const { dataDir, hash } = await filled({ secrets });
    const lost = keyIdOf(cacheOf(dataDir));
    asNewProcess(dataDir);
    secrets.kept.clear();
    const app = start(dataDir, { secrets });
    expect(await app.call('encryption.reset', { workspace: 'Test' })).toEqual({ isKeyRemoved: true });
    await app.sync(range);
    expect(await app.contentHash()).toBe(hash);
    expect(keyIdOf(cacheOf(dataDir))).not.toBeNull();
    expect(keyIdOf(cacheOf(dataDir))).not.toBe(lost);
    expect((await app.call('audit.list', {})).map(({ action }) => action)).toContain('reset cache');
  });

  test('a removed workspace takes its key along', async () => {
    const secrets = createKeyStore();
    const { dataDir } = await filled({ secrets });
    const app = start(dataDir, { secrets });
    await app.call('workspaces.remove', { workspace: 'Test' });
    expect(secrets.kept.size).toBe(0);
    expect(filesBelow(join(dataDir, 'workspaces'))).toEqual([]);
  });
});

describe('a key in a file', () => {
  const cli = (dataDir: string, words: string[], env: Record<string, string> = {}): Promise<CliRun> =>
    runCli(words, { dataDir, env: { AFTERWORD_TOKEN: server.token, ...env } });
  const total = (run: CliRun): number => (JSON.parse(run.stdout) as { total: number }).total;

  test('written by the program opens the cache elsewhere, beside a program that has it open; without it: 77', async () => {
    const secrets = createKeyStore();
    const { dataDir, hash } = await filled({ secrets });
    const app = start(dataDir, { secrets });
    const expected = (await app.call('search.run', search)).total;
    const out = join(dataDir, 'written.key');
    expect(await app.call('encryption.write-key', { out })).toEqual({ path: out });
    expect(await failureOf(app.call('encryption.write-key', { out }))).toMatchObject({ code: 'output_failed' });
    if (process.platform !== 'win32') expect(statSync(out).mode & 0o777).toBe(0o600);
    const words = ['search', 'refund', '--limit', '0', '--json'];
    const without = await cli(dataDir, words);
    expect(without).toMatchObject({ code: 77, stdout: '' });
    expect(without.stderr).toMatch(/is encrypted, and its key cannot be read/);
    expect(total(await cli(dataDir, words, { AFTERWORD_CACHE_KEY_FILE: out }))).toBe(expected);
    // Both write to it.
    const synced = await cli(dataDir, ['sync', '--from', range.from, '--to', range.to], {
      AFTERWORD_CACHE_KEY_FILE: out,
    });
    expect(synced).toMatchObject({ code: 0 });
    await app.sync(range);
    expect(await app.contentHash()).toBe(hash);
    // Of another cache, of others to read, and none at all.
    const wrong = await cli(dataDir, words, keyFile(dataDir));
    expect(wrong).toMatchObject({ code: 77, stdout: '' });
    expect(wrong.stderr).not.toContain(readFileSync(join(dataDir, 'key'), 'utf8').trim());
    writeFileSync(join(dataDir, 'key'), 'no key');
    expect(await cli(dataDir, words, { AFTERWORD_CACHE_KEY_FILE: join(dataDir, 'key') })).toMatchObject({ code: 77 });
  });

  test('in the credentials directory encrypts what a machine without a keychain makes', async () => {
    const dataDir = folder();
    const app = start(dataDir);
    await app.connect(server);
    await app.close();
    keyFile(dataDir);
    const credentials = join(dataDir, 'credentials');
    mkdirSync(credentials, { mode: 0o700 });
    renameSync(join(dataDir, 'key'), join(credentials, 'afterword-cache-key'));
    const env = { CREDENTIALS_DIRECTORY: credentials };
    expect(await cli(dataDir, ['sync', '--from', range.from, '--to', range.to], env)).toMatchObject({ code: 0 });
    expect(keyIdOf(cacheOf(dataDir))).not.toBeNull();
    expect(readableFiles(dataDir)).toEqual([]);
    expect(total(await cli(dataDir, ['search', '', '--limit', '0', '--json'], env))).toBe(rows.length);
  });

  test('of one of two programs that make the cache at once: one makes it, the other is told, and it can be read', async () => {
    for (let round = 0; round < 2; round += 1) {
      const dataDir = folder();
      const app = start(dataDir);
      await app.connect(server);
      await app.close();
      const env = keyFile(dataDir);
      const words = ['search', '', '--limit', '0', '--json'];
      const [keyed, plain] = await Promise.all([cli(dataDir, words, env), cli(dataDir, words)]);
      const isEncrypted = keyIdOf(cacheOf(dataDir)) !== null;
      const says = `${isEncrypted ? 'encrypted' : 'plain'}\n${keyed.stderr}\n${plain.stderr}`;
      if (isEncrypted) {
        expect([keyed.code, plain.code], says).toEqual([0, 77]);
        expect(plain.stderr).toMatch(/is encrypted, and its key/);
      } else {
        expect(plain.code, says).toBe(0);
        // Told once; or it came when the cache was there already.
        expect([0, 75], says).toContain(keyed.code);
        if (keyed.code === 75) expect(keyed.stderr).toMatch(/it is not encrypted\. Nothing was written to it/);
      }
      const sync = await cli(dataDir, ['sync', '--from', range.from, '--to', range.to], env);
      expect(sync, sync.stderr).toMatchObject({ code: 0 });
      expect(total(await cli(dataDir, words, env))).toBe(rows.length);
      expect((await cli(dataDir, words)).code).toBe(isEncrypted ? 77 : 0);
      expect(readableFiles(dataDir).length > 0).toBe(!isEncrypted);
      expect(namesIn(dataDir)).not.toContain('damaged');
    }
  });

  test.each(fileFailpoints.encrypt)(
    'kill -9 at %s while a plain cache is encrypted: one whole cache',
    async (failpoint) => {
      const { dataDir, hash } = await filled();
      const env = keyFile(dataDir);
      const killed = await cli(dataDir, ['workspace', 'encrypt'], { ...env, AFTERWORD_FAILPOINT: failpoint });
      expect(killed.code, killed.stderr).toBeNull();
      // As it is, whichever of the two it is.
      const first = start(dataDir, { env });
      expect(await first.contentHash()).toBe(hash);
      await first.close();
      expect(namesIn(dataDir).filter((name) => /plain|encrypting/.test(name))).toEqual([]);
      expect(await cli(dataDir, ['workspace', 'encrypt'], env)).toMatchObject({ code: 0 });
      expect(readableFiles(dataDir)).toEqual([]);
      const second = start(dataDir, { env });
      expect(await second.contentHash()).toBe(hash);
      await second.sync(range);
      expect(await second.contentHash()).toBe(hash);
      expect(namesIn(dataDir)).not.toContain('damaged');
    },
  );
});

describe('a plain cache that is encrypted', () => {
  test('answers as before, and nothing of it can be read any more', async () => {
    const { dataDir, hash } = await filled();
    const secrets = createKeyStore();
    const app = start(dataDir, { secrets });
    const before = await app.exportAll();
    expect(await app.call('encryption.start', {})).toEqual({ state: 'encrypted' });
    expect(readableFiles(dataDir)).toEqual([]);
    expect(await app.exportAll()).toEqual(before);
    expect(await app.contentHash()).toBe(hash);
    expect(secrets.kept.size).toBe(1);
    // Again: nothing to do.
    expect(await app.call('encryption.start', {})).toEqual({ state: 'encrypted' });
    expect(secrets.kept.size).toBe(1);
    await app.close();
    asNewProcess(dataDir);
    const next = start(dataDir, { secrets });
    expect(await next.contentHash()).toBe(hash);
    expect(namesIn(dataDir)).not.toContain('damaged');
  });

  test('is refused while another program has it open, and without a place for the key; it stays as it was', async () => {
    const { dataDir, hash } = await filled();
    const reader = start(dataDir);
    await reader.call('search.run', search);
    const secrets = createKeyStore();
    const app = start(dataDir, { secrets });
    expect(await failureOf(app.call('encryption.start', {}))).toMatchObject({ code: 'sync_busy' });
    expect(secrets.kept.size).toBe(0);
    await reader.close();
    secrets.isLocked = true;
    expect(await failureOf(app.call('encryption.start', {}))).toMatchObject({ code: 'secret_store_locked' });
    expect(await app.call('encryption.get', {})).toEqual({ state: 'plain' });
    expect(await app.contentHash()).toBe(hash);
    secrets.isLocked = false;
    expect(await app.call('encryption.start', {})).toEqual({ state: 'encrypted' });
    expect(await app.contentHash()).toBe(hash);
  });
});

describe('damage in an encrypted cache', () => {
  test('that leaves nothing to say that it was one: what takes its place is encrypted', async () => {
    const secrets = createKeyStore();
    const { dataDir, hash } = await filled({ secrets });
    asNewProcess(dataDir);
    rmSync(markPath(cacheOf(dataDir)));
    const bytes = readFileSync(cacheOf(dataDir));
    writeFileSync(cacheOf(dataDir), bytes.fill(0, 0, 8192));
    secrets.isLocked = true;
    const locked = start(dataDir, { secrets });
    expect(await failureOf(locked.call('search.run', search))).toMatchObject({ code: 'secret_store_locked' });
    expect(namesIn(dataDir)).not.toContain('damaged');
    await locked.close();
    secrets.isLocked = false;
    const app = start(dataDir, { secrets });
    await app.sync(range);
    expect(await app.contentHash()).toBe(hash);
    expect(namesIn(dataDir)).toContain('damaged');
    expect(await app.call('encryption.get', {})).toEqual({ state: 'encrypted' });
    expect(readableFiles(dataDir)).toEqual([]);
  });

  test.each([
    ['the first bytes', (bytes: Buffer) => bytes.fill(0, 0, 16)],
    ['the first page', (bytes: Buffer) => bytes.fill(0, 0, 8192)],
    ['pages in the middle', (bytes: Buffer) => bytes.fill(0, 8192 * 20, 8192 * 24)],
    ['one bit', (bytes: Buffer) => bytes.writeUInt8(bytes.readUInt8(8192 * 30 + 77) ^ 1, 8192 * 30 + 77)],
  ])('%s: found, put aside, filled again from the raw pages, encrypted', async (_name, spoil) => {
    const secrets = createKeyStore();
    const { dataDir, hash } = await filled({ secrets });
    const keyId = keyIdOf(cacheOf(dataDir));
    asNewProcess(dataDir);
    const bytes = readFileSync(cacheOf(dataDir));
    spoil(bytes);
    writeFileSync(cacheOf(dataDir), bytes);
    const app = start(dataDir, { secrets });
    await app.call('search.run', search);
    expect(existsSync(join(dirname(cacheOf(dataDir)), 'damaged'))).toBe(true);
    await app.sync(range);
    expect(await app.contentHash()).toBe(hash);
    expect(keyIdOf(cacheOf(dataDir))).toBe(keyId);
    expect(readableFiles(dataDir)).toEqual([]);
  });
});
