// Which file needs which key, and that every way of opening one keeps to it.
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { cacheNeedsWriter, openCacheForReading, openCacheForWriting } from '../../../main/store/cache.ts';
import { idOfKey, keyIdOf, learnKey, markPath, unlearnKey, writeMark } from '../../../main/store/cache-key.ts';
import { encryptCache, tidyUp } from '../../../main/store/encrypt.ts';
import { examine, isInUse } from '../../../main/store/examine.ts';
import { openForCare } from '../../../main/store/open.ts';
import { AppError } from '../../../preload/contract/errors.ts';
import { useTempDir } from '../../support/temp-dir.ts';

const newCache = (): { path: string; key: Buffer; keyId: string } => {
  const path = join(useTempDir(), 'cache.db');
  const key = randomBytes(32);
  const keyId = learnKey(key);
  expect(writeMark(path, keyId)).toBe(true);
  return { path, key, keyId };
};
const put = (path: string, value: string): void => {
  const db = openCacheForWriting(path);
  db.prepare('INSERT OR REPLACE INTO sync_state VALUES (?, ?)').run('probe', value);
  db.close();
};
const get = (path: string): unknown => {
  const db = openCacheForReading(path);
  try {
    return db.prepare(`SELECT value FROM sync_state WHERE name = 'probe'`).pluck().get();
  } finally {
    db.close();
  }
};
const codeOf = (work: () => unknown): string => {
  try {
    work();
    return 'done';
  } catch (error) {
    return error instanceof AppError ? error.code : String(error);
  }
};

test('a file says whose it is: by the mark beside it, by its own first bytes, and not when it is plain', () => {
  const { path, keyId } = newCache();
  put(path, 'one');
  expect(readFileSync(path).toString('hex', 0, 16)).toBe(keyId);
  expect(keyIdOf(path)).toBe(keyId);
  // Of two marks the first counts.
  expect(writeMark(path, '00'.repeat(16))).toBe(false);
  for (const text of ['', '{', '{"cipher":"rot13","keyId":"00"}']) {
    writeFileSync(markPath(path), text);
    expect(keyIdOf(path)).toBe(keyId);
  }
  rmSync(markPath(path));
  expect(keyIdOf(path)).toBe(keyId);
  expect(get(path)).toBe('one');
  const plain = join(useTempDir(), 'cache.db');
  openCacheForWriting(plain).close();
  expect(keyIdOf(plain)).toBeNull();
  // A mark beside a plain file: what a program leaves that was killed before it replaced it.
  writeMark(plain, keyId);
  expect(keyIdOf(plain)).toBeNull();
  expect(examine(plain, 'quick', Date.now())).toBe('sound');
  // Nonsense in the place of a plain file is damage, not a file of an unknown key.
  const noise = join(useTempDir(), 'noise.db');
  writeFileSync(noise, Buffer.alloc(9000, 7));
  expect(keyIdOf(noise)).toBeNull();
});

test('without its key nothing opens it, and nothing is touched', () => {
  const { path, key, keyId } = newCache();
  put(path, 'one');
  const before = [path, markPath(path)].map((one) => [readFileSync(one).toString('hex'), statSync(one).mtimeMs]);
  unlearnKey(keyId);
  const ways = [
    () => openCacheForReading(path),
    () => openCacheForWriting(path),
    () => cacheNeedsWriter(path),
    () => openForCare(path),
    () => isInUse(path),
    () => examine(path, 'quick', Date.now()),
  ];
  for (const way of ways) expect(codeOf(way)).toBe('cache_locked');
  expect([path, markPath(path)].map((one) => [readFileSync(one).toString('hex'), statSync(one).mtimeMs])).toEqual(
    before,
  );
  expect(existsSync(`${path}-wal`)).toBe(false);
  learnKey(key);
  expect(get(path)).toBe('one');
});

test('eight programs that make the same cache at once all write to it', { timeout: 60_000 }, async () => {
  const modules = ['cache-key', 'cache'].map((name) => JSON.stringify(join(process.cwd(), `main/store/${name}.ts`)));
  for (let round = 0; round < 3; round += 1) {
    const { path, key } = newCache();
    const program = (name: number): string => `
      import { learnKey } from ${modules[0]}; import { openCacheForWriting } from ${modules[1]};
      learnKey(Buffer.from('${key.toString('hex')}', 'hex'));
      const db = openCacheForWriting(${JSON.stringify(path)});
      db.prepare('INSERT INTO sync_state VALUES (?, ?)').run('${name}', 'x'); db.close(); console.log('done');`;
    const names = [1, 2, 3, 4, 5, 6, 7, 8];
    const run = promisify(execFile);
    const runs = await Promise.all(
      names.map((name) => run(process.execPath, ['--input-type=module', '-e', program(name)])),
    );
    expect(runs.map(({ stdout }) => stdout)).toEqual(names.map(() => 'done\n'));
    const db = openCacheForReading(path);
    expect(db.prepare('SELECT count(*) FROM sync_state').pluck().get()).toBe(8);
    db.close();
    expect(examine(path, 'full', Date.now())).toBe('sound');
  }
});

test('a plain cache becomes an encrypted one; what a killed program left is taken away, and never the cache', () => {
  const path = join(useTempDir(), 'cache.db');
  put(path, 'kept');
  const key = randomBytes(32);
  learnKey(key);
  const busy = openForCare(path);
  busy.prepare('SELECT count(*) FROM sqlite_schema').get();
  expect(codeOf(() => encryptCache(path, key))).toBe('sync_busy');
  busy.close();
  expect([keyIdOf(path), existsSync(markPath(path)), get(path)]).toEqual([null, false, 'kept']);
  encryptCache(path, key);
  expect(keyIdOf(path)).toBe(idOfKey(key));
  expect(get(path)).toBe('kept');
  encryptCache(path, randomBytes(32));
  expect(keyIdOf(path)).toBe(idOfKey(key));
  // An old file whose second name stayed: overwritten. One that is still the only one of a plain cache: left.
  writeFileSync(`${path}.plain`, 'plain rows');
  tidyUp(path);
  expect(existsSync(`${path}.plain`)).toBe(false);
  const alone = join(useTempDir(), 'other', 'cache.db');
  put(alone, 'plain');
  writeFileSync(`${alone}.plain`, 'somebody put this here');
  tidyUp(alone);
  expect(readFileSync(`${alone}.plain`, 'utf8')).toBe('somebody put this here');
  expect(get(alone)).toBe('plain');
});
