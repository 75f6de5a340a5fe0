// Closing condition 3 of the sync: the process is killed (SIGKILL) at every named point; after the next run the cache
// equals the server, nothing is lost and nothing doubled.
import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { syncFailpoints } from '../../main/failpoints.ts';
import { makeRows } from '../kore-server/generate.ts';
import { type KoreRow, type KoreServer, startKoreServer } from '../kore-server/server.ts';
import { makeTempDir, openTestApp } from '../support/app.ts';
import { expectFromV2 } from '../support/expected.ts';

const cli = fileURLToPath(new URL('../../main/hosts/cli/main.ts', import.meta.url));
// Dense enough that the first window, a day, overflows what can be paged and is split.
const endS = Math.floor(Date.now() / 1000) - 3600;
const DAYS = 2;
const from = new Date((endS - DAYS * 86_400) * 1000).toISOString();
let rows: KoreRow[];
let server: KoreServer;
const dataDirs: string[] = [];

beforeAll(async () => {
  rows = makeRows({ seed: 3, count: 4000, days: DAYS, endS });
  server = await startKoreServer({ rows });
});
afterAll(async () => {
  await server.close();
  for (const dataDir of dataDirs) rmSync(dataDir, { recursive: true, force: true });
});

const connect = async (): Promise<string> => {
  const dataDir = makeTempDir();
  dataDirs.push(dataDir);
  const app = openTestApp({ dataDir, token: server.token });
  await app.connect(server, ['v2-interactions', 'v1-calls']);
  await app.close();
  return dataDir;
};

const syncInChild = (dataDir: string, failpoint: string): Promise<NodeJS.Signals | null> =>
  new Promise((resolve, reject) => {
    const env = { ...process.env, AFTERWORD_TOKEN: server.token, AFTERWORD_FAILPOINT: failpoint };
    const child = spawn(process.execPath, [cli, '--data-dir', dataDir, 'sync', '--from', from], {
      env,
      stdio: 'ignore',
    });
    child.once('error', reject);
    child.once('exit', (_code, signal) => resolve(signal));
  });

const expectEqualToServer = async (dataDir: string): Promise<void> => {
  const app = openTestApp({ dataDir, token: server.token });
  try {
    await app.sync({ from });
    const cached = await app.exportAll();
    expect(cached.size).toBe(rows.length);
    for (const { v2 } of rows) {
      const expected = expectFromV2(v2);
      const found = cached.get(expected.key ?? '');
      // What v2 does not say, v1 may.
      const said = Object.fromEntries(Object.entries(expected).filter(([, value]) => value !== null));
      expect(found).toMatchObject(said);
      expect(found?.sources).toEqual(['v2-interactions', 'v1-calls']);
    }
    const { ranges } = await app.call('coverage.get', {});
    expect(ranges.map((range) => range.state)).toEqual(['complete']);
  } finally {
    await app.close();
  }
};

describe('killed at', () => {
  for (const name of syncFailpoints)
    test(`${name}, the first time`, async () => {
      const dataDir = await connect();
      expect(await syncInChild(dataDir, name)).toBe('SIGKILL');
      await expectEqualToServer(dataDir);
    }, 180_000);

  test('one place after another of the same run, without a whole run in between', async () => {
    const dataDir = await connect();
    for (const place of [
      'page-committed:3',
      'rows-written:9',
      'window-written:2',
      'window-complete:3',
      'window-written:14',
    ])
      expect(await syncInChild(dataDir, place)).toBe('SIGKILL');
    await expectEqualToServer(dataDir);
  }, 180_000);
});
