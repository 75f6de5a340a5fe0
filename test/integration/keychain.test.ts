// The keychain against a real Secret Service (gnome-keyring-daemon) on private session buses, and against the ways in
// which there is none.
import { randomUUID } from 'node:crypto';
import { readdirSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createSession, findInFiles, findKeyringObstacle, type Session } from '../support/keyring.ts';
import type { Outcome, Step, Watched } from '../support/keyring-child.ts';

const password = 'correct horse';
const unlock: Step = { do: 'unlock', password };

const values = (outcomes: Outcome[]): unknown[] =>
  outcomes.map((outcome) => (outcome.ok ? outcome.value : outcome.code));
const reasons = (outcomes: Outcome[]): unknown[] => outcomes.map((outcome) => (outcome.ok ? 'ok' : outcome.reason));

let session: Session;
beforeEach(() => {
  session = createSession();
});
afterEach(() => session.remove());

const obstacle = findKeyringObstacle();
if (obstacle !== null) console.warn(`Not tested: the keychain against a real Secret Service (${obstacle}).`);

describe.skipIf(obstacle !== null)('a Secret Service', { timeout: 60_000 }, () => {
  test('present: set, get, replace, delete, absent, Unicode and the size limit', async () => {
    const unicode = 'Ünï-çødé ключ 鍵 🔑 "quoted" \\ and\nlines';
    const { outcomes } = await session.run([
      unlock,
      { do: 'status' },
      { do: 'get', id: 'ws-1' },
      { do: 'set', id: 'ws-1', secret: 'first' },
      { do: 'set', id: 'ws-1', secret: unicode },
      { do: 'set', id: 'ws-2', secret: 'x'.repeat(1000) },
      { do: 'get', id: 'ws-1' },
      { do: 'get', id: 'ws-2' },
      { do: 'delete', id: 'ws-1' },
      { do: 'delete', id: 'ws-1' },
      { do: 'get', id: 'ws-1' },
      { do: 'get', id: 'ws-2' },
    ]);
    const long = 'x'.repeat(1000);
    expect(values(outcomes)).toEqual([0, 'available', null, null, null, null, unicode, long, true, false, null, long]);
  });

  test('present: a second session with the same password finds what the first one kept', async () => {
    await session.run([unlock, { do: 'set', id: 'ws-1', secret: 'kept' }]);
    const { outcomes } = await session.run([unlock, { do: 'get', id: 'ws-1' }]);
    expect(values(outcomes)).toEqual([0, 'kept']);
  });

  test('locked: a keyring that this session never unlocked', async () => {
    await session.run([unlock, { do: 'set', id: 'ws-1', secret: 'kept' }]);
    const { outcomes } = await session.run([
      { do: 'status' },
      { do: 'get', id: 'ws-1' },
      { do: 'set', id: 'ws-1', secret: 'other' },
      { do: 'delete', id: 'ws-1' },
    ]);
    expect(values(outcomes)).toEqual(['locked', 'secret_store_locked', 'secret_store_locked', 'secret_store_locked']);
    expect(reasons(outcomes)).toEqual(['ok', 'locked', 'locked', 'locked']);
    const again = await session.run([unlock, { do: 'get', id: 'ws-1' }]);
    expect(values(again.outcomes)).toEqual([0, 'kept']);
  });

  test('never used: a daemon without any keyring answers reads, and the status does not believe it', async () => {
    const { outcomes } = await session.run([
      { do: 'get', id: 'ws-1' },
      { do: 'status' },
      { do: 'set', id: 'ws-1', secret: 'kept' },
    ]);
    expect(values(outcomes)).toEqual([null, 'locked', 'secret_store_locked']);
    expect(reasons(outcomes)).toEqual(['ok', 'ok', 'no-keyring-yet']);
  });

  test('wrong password: unlocking reports success, and the next call finds out', async () => {
    await session.run([unlock, { do: 'set', id: 'ws-1', secret: 'kept' }]);
    const { outcomes } = await session.run([
      { do: 'unlock', password: 'battery staple' },
      { do: 'status' },
      { do: 'get', id: 'ws-1' },
    ]);
    expect(values(outcomes)).toEqual([0, 'locked', 'secret_store_locked']);
  });

  test('a prompt that nobody answers: the deadline holds, the process stays awake and ends', async () => {
    await session.run([unlock, { do: 'set', id: 'ws-1', secret: 'kept' }]);
    session.letPromptsHang();
    const { outcomes, longestGapMs, tookMs } = await session.run([{ do: 'get', id: 'ws-1' }], { deadlineMs: 1500 });
    expect(values(outcomes)).toEqual(['secret_store_locked']);
    expect(reasons(outcomes)).toEqual(['no-answer']);
    expect(outcomes[0]?.tookMs).toBeGreaterThanOrEqual(1490);
    // The daemon itself gives the prompt up after 25 s; a call in this process would hold its end up for as long.
    expect(tookMs).toBeLessThan(12_000);
    expect(longestGapMs).toBeLessThan(1000);
  });

  test('absent: a session bus on which nothing provides secrets', async () => {
    const { outcomes } = await session.run(
      [{ do: 'status' }, { do: 'get', id: 'ws-1' }, { do: 'set', id: 'ws-1', secret: 'kept' }],
      { bus: 'no-provider' },
    );
    expect(values(outcomes)).toEqual(['unavailable', 'secret_store_unavailable', 'secret_store_unavailable']);
    expect(reasons(outcomes)).toEqual(['ok', 'no-provider', 'no-provider']);
  });

  test('a canary secret is readable in no file, argument list, environment or output', async () => {
    const canary = `canary-${randomUUID()}`;
    const environmentCanary = `canary-${randomUUID()}`;
    const kept = await session.run(
      [
        unlock,
        { do: 'set-watched', id: 'ws-1', secret: canary },
        { do: 'matches', id: 'ws-1', secret: canary },
        { do: 'set-watched', id: 'ws-2', secret: environmentCanary },
      ],
      { env: { AFTERWORD_TOKEN: environmentCanary } },
    );
    const watched = kept.outcomes[1];
    expect(watched?.ok && watched.value).toMatchObject({
      sawHelper: true,
      secretInArguments: false,
      secretInHelperEnvironment: false,
    } satisfies Partial<Watched>);
    const watchedEnvironment = kept.outcomes[3];
    expect(watchedEnvironment?.ok && watchedEnvironment.value).toMatchObject({
      sawHelper: true,
      secretInHelperEnvironment: false,
    });
    expect(values(kept.outcomes)[2]).toBe(true);

    // The failing paths, whose errors the child inspects onto standard error.
    const refused = await session.run([
      { do: 'set', id: 'ws-1', secret: canary },
      { do: 'set', id: 'ws-1', secret: canary.repeat(40) },
    ]);
    const absent = await session.run([{ do: 'set', id: 'ws-1', secret: canary }], { bus: 'no-provider' });
    expect(values(refused.outcomes)).toEqual(['secret_store_locked', 'invalid_input']);
    expect(values(absent.outcomes)).toEqual(['secret_store_unavailable']);
    for (const { stdout, stderr } of [kept, refused, absent]) expect(stdout + stderr).not.toContain(canary);
    expect(refused.stderr).toContain('AppError');

    const keyrings = join(session.home, '.local', 'share', 'keyrings');
    const store = readdirSync(keyrings).filter((name) => name.endsWith('.keyring'));
    expect(store.length).toBeGreaterThan(0);
    expect(statSync(join(keyrings, store[0] ?? '')).size).toBeGreaterThan(200);
    expect(findInFiles(session.userDir, canary)).toEqual([]);
    // The search does find: in each encoding it knows.
    for (const encoding of ['utf8', 'utf16le', 'base64', 'hex'] as const) {
      const planted = join(session.userDir, `planted-${encoding}`);
      const bytes = Buffer.from(canary);
      const isText = encoding === 'utf8' || encoding === 'utf16le';
      writeFileSync(planted, isText ? Buffer.from(`x${canary}y`, encoding) : bytes.toString(encoding));
      expect(findInFiles(session.userDir, canary)).toContain(planted);
    }
  });
});

describe.skipIf(process.platform !== 'linux')('no session bus', { timeout: 60_000 }, () => {
  test('none at all, none at its address, and an address that is none', async () => {
    for (const bus of [
      'none' as const,
      { address: `unix:path=${join(session.userDir, 'nothing')}` },
      { address: 'nonsense' },
    ]) {
      const { outcomes } = await session.run([{ do: 'status' }, { do: 'set', id: 'ws-1', secret: 'kept' }], { bus });
      expect(values(outcomes)).toEqual(['unavailable', 'secret_store_unavailable']);
      expect(reasons(outcomes)).toEqual(['ok', 'no-session-bus']);
    }
  });

  test('one that takes the connection and stays silent: the deadline holds, the process stays awake and ends', async () => {
    const path = join(session.userDir, 'silent-bus');
    const server = createServer(() => undefined).listen(path);
    try {
      const { outcomes, longestGapMs, tookMs } = await session.run([{ do: 'get', id: 'ws-1' }], {
        bus: { address: `unix:path=${path}` },
        deadlineMs: 1500,
      });
      expect(values(outcomes)).toEqual(['secret_store_locked']);
      expect(reasons(outcomes)).toEqual(['no-answer']);
      expect(tookMs).toBeLessThan(12_000);
      expect(longestGapMs).toBeLessThan(1000);
    } finally {
      server.close();
    }
  });
});
