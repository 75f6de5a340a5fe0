import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { SecretStore } from '../../../main/ports.ts';
import {
  decodeCredential,
  encodeCredential,
  type FindCredentialInput,
  findCredential,
  findFileFault,
} from '../../../main/secrets/credentials.ts';
import { AppError } from '../../../preload/contract/errors.ts';

const isPosix = process.platform !== 'win32';

/** A store that holds `entry` for ws-1 and counts how often it is asked. */
const createStore = (entry: string | null = null): SecretStore & { reads: number } => ({
  reads: 0,
  async get(workspaceId) {
    this.reads += 1;
    return workspaceId === 'ws-1' ? entry : null;
  },
  async set() {
    throw new Error('not used');
  },
  async delete() {
    throw new Error('not used');
  },
});

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'afterword-credentials-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

const put = (name: string, content: string, mode = 0o600): string => {
  const path = join(directory, name);
  writeFileSync(path, content);
  chmodSync(path, mode);
  return path;
};

const find = (input: Partial<FindCredentialInput>) =>
  findCredential({
    env: {},
    workspaceId: 'ws-1',
    workspaceName: 'Berlin',
    clientId: 'cs-example',
    secrets: createStore(),
    ...input,
  });

const failure = async (input: Partial<FindCredentialInput>): Promise<AppError> => {
  const error: unknown = await find(input).then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(error instanceof AppError)) throw new Error(`Expected an AppError, got ${inspect(error)}`);
  return error;
};

describe('the order in which credentials are looked for', () => {
  const stored = encodeCredential({ kind: 'token', token: 'from-keychain' });
  const names = [
    'afterword-token.Berlin',
    'afterword-client-secret.Berlin',
    'afterword-token',
    'afterword-client-secret',
  ];

  test('each place wins over all later ones, and none of the later ones is asked', async () => {
    for (const name of names) put(name, `from-${name}\n`);
    const env: Record<string, string> = {
      AFTERWORD_TOKEN: 'from-token-variable',
      AFTERWORD_CLIENT_SECRET: 'from-secret-variable',
      CREDENTIALS_DIRECTORY: directory,
    };
    const secrets = createStore(stored);
    const seen: unknown[] = [];
    const look = async (): Promise<void> => {
      const { credential, source } = await find({ env, secrets });
      seen.push([source, credential.kind, credential.kind === 'token' ? credential.token : credential.secret]);
    };
    await look();
    delete env.AFTERWORD_TOKEN;
    await look();
    delete env.AFTERWORD_CLIENT_SECRET;
    for (const name of names) {
      await look();
      rmSync(join(directory, name));
    }
    expect(secrets.reads).toBe(0);
    await look();
    expect(secrets.reads).toBe(1);
    expect(seen).toEqual([
      ['environment', 'token', 'from-token-variable'],
      ['environment', 'client-secret', 'from-secret-variable'],
      ['credentials-directory', 'token', 'from-afterword-token.Berlin'],
      ['credentials-directory', 'client-secret', 'from-afterword-client-secret.Berlin'],
      ['credentials-directory', 'token', 'from-afterword-token'],
      ['credentials-directory', 'client-secret', 'from-afterword-client-secret'],
      ['keychain', 'token', 'from-keychain'],
    ]);
  });

  test('a client secret carries the client id of the workspace, the keychain its own', async () => {
    expect((await find({ env: { AFTERWORD_CLIENT_SECRET: 's' } })).credential).toEqual({
      kind: 'client-secret',
      clientId: 'cs-example',
      secret: 's',
    });
    const kept = encodeCredential({ kind: 'client-secret', clientId: 'cs-kept', secret: 's' });
    expect((await find({ clientId: null, secrets: createStore(kept) })).credential).toEqual({
      kind: 'client-secret',
      clientId: 'cs-kept',
      secret: 's',
    });
  });

  test('an empty variable, an absent directory and another workspace’s file count as nothing', async () => {
    put('afterword-token.Hamburg', 'other');
    const env = { AFTERWORD_TOKEN: '', AFTERWORD_CLIENT_SECRET: '', CREDENTIALS_DIRECTORY: directory };
    expect((await find({ env, secrets: createStore(stored) })).source).toBe('keychain');
    env.CREDENTIALS_DIRECTORY = join(directory, 'absent');
    expect((await find({ env, secrets: createStore(stored) })).source).toBe('keychain');
  });

  test('a workspace name cannot lead out of the directory', async () => {
    mkdirSync(join(directory, 'inner', 'afterword-token.'), { recursive: true });
    put('outside', 'stolen');
    const env = { CREDENTIALS_DIRECTORY: join(directory, 'inner') };
    const error = await failure({ env, workspaceName: '/../../outside' });
    expect(error.message).toMatch(/There is no sign-in/);
  });

  test('nothing found: the sentence lists the four ways', async () => {
    const error = await failure({});
    expect(error.code).toBe('auth_missing');
    for (const way of ['AFTERWORD_TOKEN', 'AFTERWORD_CLIENT_SECRET', '$CREDENTIALS_DIRECTORY', 'keychain']) {
      expect(error.message).toContain(way);
    }
    expect(error.message).toContain('"Berlin"');
  });

  test('a client secret without a client id says how to give one, and not the secret', async () => {
    put('afterword-client-secret', 'canary');
    for (const env of [{ AFTERWORD_CLIENT_SECRET: 'canary' }, { CREDENTIALS_DIRECTORY: directory }]) {
      const error = await failure({ env, clientId: null });
      expect(error.code).toBe('auth_missing');
      expect(error.message).toContain('--client-id');
      expect(inspect(error, { showHidden: true })).not.toContain('canary');
    }
  });

  test('what the keychain throws comes through', async () => {
    const locked = new AppError('secret_store_locked', 'locked');
    const secrets = { ...createStore(), get: () => Promise.reject(locked) };
    expect(await failure({ secrets })).toBe(locked);
  });
});

describe('values', () => {
  test.each(['value', 'value\n', 'value\r\n', 'value\n\n', ' value \n'])(
    '%j is read as the bare value',
    async (raw) => {
      put('afterword-token', raw);
      for (const env of [{ AFTERWORD_TOKEN: raw }, { CREDENTIALS_DIRECTORY: directory }]) {
        expect((await find({ env })).credential).toEqual({ kind: 'token', token: 'value' });
      }
    },
  );

  test.each([
    ['canary\nsecond line', /control character/],
    ['canary\0', /control character/],
    ['\n', /is empty/],
  ])('%j is refused without being quoted', async (raw, sentence) => {
    put('afterword-token', raw);
    const error = await failure({ env: { CREDENTIALS_DIRECTORY: directory }, secrets: createStore('never asked') });
    expect(error.code).toBe('auth_missing');
    expect(error.message).toMatch(sentence);
    expect(inspect(error, { showHidden: true })).not.toContain('canary');
  });

  test('what the keychain keeps reads back; anything else is refused without being quoted', async () => {
    const credentials = [
      { kind: 'token', token: 'a.b.c' },
      { kind: 'client-secret', clientId: 'cs-1', secret: 'ß"\\\n' },
    ] as const;
    for (const credential of credentials) expect(decodeCredential(encodeCredential(credential))).toEqual(credential);
    for (const entry of [
      'canary',
      '{"canary',
      '{"kind":"token"}',
      '{"kind":"token","token":""}',
      '{"kind":"canary"}',
      'null',
    ]) {
      expect(decodeCredential(entry)).toBeNull();
      const error = await failure({ secrets: createStore(entry) });
      expect(error.message).toMatch(/Connect the workspace again/);
      expect(inspect(error, { showHidden: true })).not.toContain('canary');
    }
  });
});

describe('which credential files are used', () => {
  const file = { isFile: true, sizeBytes: 100, mode: 0o100600, uid: 1000 };

  test.each([
    ['own, 0600', {}, null],
    ['own, 0400', { mode: 0o100400 }, null],
    ['own, group may read', { mode: 0o100640 }, /mode 0600/],
    ['own, others may read', { mode: 0o100604 }, /mode 0600/],
    ['root, 0400', { uid: 0, mode: 0o100400 }, null],
    ['root, 0440 as systemd leaves it', { uid: 0, mode: 0o100440 }, null],
    ['root, group may write', { uid: 0, mode: 0o100460 }, /mode 0600/],
    ['root, others may read', { uid: 0, mode: 0o100444 }, /mode 0600/],
    ['another user', { uid: 1001 }, /another user/],
    ['16 KiB', { sizeBytes: 16_384 }, null],
    ['more than 16 KiB', { sizeBytes: 16_385 }, /16 KiB/],
    ['not a regular file', { isFile: false }, /regular file/],
  ])('%s', (_name, change, expected) => {
    const fault = findFileFault({ ...file, ...change }, 1000);
    if (expected === null) expect(fault).toBeNull();
    else expect(fault).toMatch(expected);
  });

  const refusal = async (): Promise<AppError> =>
    failure({ env: { CREDENTIALS_DIRECTORY: directory }, secrets: createStore('never asked') });

  test.runIf(isPosix)('a readable-by-all file is refused, by path, and nothing later is tried', async () => {
    const path = put('afterword-token.Berlin', 'canary', 0o644);
    put('afterword-token', 'fine');
    const error = await refusal();
    expect(error.code).toBe('auth_missing');
    expect(error.message).toContain(path);
    expect(error.message).toContain('mode 0600');
    expect(inspect(error, { showHidden: true })).not.toContain('canary');
    chmodSync(path, 0o600);
    expect((await find({ env: { CREDENTIALS_DIRECTORY: directory } })).credential).toEqual({
      kind: 'token',
      token: 'canary',
    });
  });

  test.runIf(isPosix)('symbolic links, folders and pipes are refused without waiting', async () => {
    const target = put('elsewhere', 'canary');
    const path = join(directory, 'afterword-token');
    symlinkSync(target, path);
    expect((await refusal()).message).toMatch(/symbolic link/);
    rmSync(path);
    mkdirSync(path, { mode: 0o700 });
    expect((await refusal()).message).toMatch(/regular file/);
    rmSync(path, { recursive: true });
    execFileSync('mkfifo', ['-m', '600', path]);
    expect((await refusal()).message).toMatch(/regular file/);
  });

  test('a file above 16 KiB is refused', async () => {
    put('afterword-token', 'x'.repeat(16_385));
    expect((await refusal()).message).toMatch(/16 KiB/);
  });

  test.runIf(isPosix && process.getuid?.() === 0)('a file of another user is refused', async () => {
    chownSync(put('afterword-token', 'value'), 65_534, 65_534);
    expect((await refusal()).message).toMatch(/another user/);
  });
});
