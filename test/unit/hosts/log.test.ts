import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createLog } from '../../../main/hosts/log.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'afterword-log-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe('the log', () => {
  test('writes JSON lines, keeps its level, and lets no secret in', () => {
    const path = join(folder, 'made', 'door.log');
    const token = `eyJhbGciOiJIUzI1NiJ9.${Buffer.from('{"appId":"cs-1"}').toString('base64url')}.c2lnbmF0dXJl`;
    const door = createLog({ destination: path, level: 'info' });
    door.debug('not written');
    door.info(`signed in with ${token}`, {
      clientSecret: 'canary-a',
      Authorization: 'canary-b',
      cookie: 'canary-c',
      ms: 4,
    });
    door.warn('refused', { note: `token was ${token}`, tokenRefreshed: true, pages: 2, absent: undefined, none: null });
    const lines = readFileSync(path, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    const removed = '[removed]';
    expect(lines).toEqual([
      {
        level: 'info',
        time,
        msg: 'signed in with [token removed]',
        clientSecret: removed,
        Authorization: removed,
        cookie: removed,
        ms: 4,
      },
      {
        level: 'warn',
        time,
        msg: 'refused',
        note: 'token was [token removed]',
        tokenRefreshed: true,
        pages: 2,
        none: null,
      },
    ]);
    if (process.platform !== 'win32') expect(statSync(path).mode & 0o777).toBe(0o600);
  });
});
