// Two programs that make the same new cache at once, one with a key and one without: whoever comes second gets a sentence, no row of
// the one with a key lies there in plain, and the cache can be read afterwards.
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { openCacheForReading, openCacheForWriting } from '../../../main/store/cache.ts';
import { idOfKey, keyIdOf, learnKey, markPath, unlearnKey, writeMark } from '../../../main/store/cache-key.ts';
import { examine } from '../../../main/store/examine.ts';
import { failureOf } from '../../support/failure.ts';
import { useTempDir } from '../../support/temp-dir.ts';

const ROUNDS = 36;
const moduleOf = (name: string): string => JSON.stringify(join(process.cwd(), `main/store/${name}.ts`));
const canary = 'canary-of-the-keyed-program';

/** Does each round at its appointed time; `shift` in ms says how much later than the other in which round. */
const program = (folder: string, key: Buffer | null, startMs: number, shifts: number[]): string => `
  import { learnKey, writeMark } from ${moduleOf('cache-key')};
  import { openCacheForWriting } from ${moduleOf('cache')};
  const ends = [];
  const keyId = ${key === null ? 'null' : `learnKey(Buffer.from('${key.toString('hex')}', 'hex'))`};
  for (const [round, shift] of ${JSON.stringify(shifts)}.entries()) {
    const path = ${JSON.stringify(folder)} + '/' + round + '/cache.db';
    while (Date.now() < ${startMs} + round * 250 + shift);
    let db;
    try {
      if (keyId !== null) writeMark(path, keyId);
      db = openCacheForWriting(path, keyId !== null);
      db.prepare('INSERT INTO sync_state VALUES (?, ?)').run(keyId === null ? 'plain' : 'keyed', ${JSON.stringify(canary)});
      ends.push('done');
    } catch (error) { ends.push(error.code + ' ' + error.message); }
    db?.close();
  }
  console.log(JSON.stringify(ends));`;

test('one of two programs makes it, plain or encrypted; the other writes nothing', { timeout: 120_000 }, async () => {
  const folder = useTempDir();
  const key = randomBytes(32);
  for (let round = 0; round < ROUNDS; round += 1) mkdirSync(join(folder, String(round)), { mode: 0o700 });
  const startMs = Date.now() + 3000;
  // Some rounds are clear, to see both ends; most are close.
  const later = (turn: number): number[] =>
    Array.from({ length: ROUNDS }, (_, round) => (round % 6 === turn ? 60 : round % 2 === turn ? round / 12 : 0));
  const run = promisify(execFile);
  const [keyed, plain] = await Promise.all(
    [program(folder, key, startMs, later(0)), program(folder, null, startMs, later(1))].map(async (source) => {
      const { stdout } = await run(process.execPath, ['--input-type=module', '-e', source]);
      return JSON.parse(stdout) as string[];
    }),
  );
  const seen = { encrypted: 0, plain: 0 };
  for (let round = 0; round < ROUNDS; round += 1) {
    const path = join(folder, String(round), 'cache.db');
    const says = `round ${round}: with a key: ${keyed?.[round]}; without: ${plain?.[round]}`;
    const isEncrypted = keyIdOf(path) !== null;
    seen[isEncrypted ? 'encrypted' : 'plain'] += 1;
    if (isEncrypted) {
      expect(keyed?.[round], says).toBe('done');
      expect(plain?.[round], says).toMatch(/^cache_locked The cache .* is encrypted, and its key is not at hand/);
      expect(keyIdOf(path), says).toBe(idOfKey(key));
      learnKey(key);
    } else {
      expect(plain?.[round], says).toBe('done');
      expect(keyed?.[round], says).toMatch(/^sync_busy .* it is not encrypted\. Nothing was written to it/);
    }
    expect(examine(path, 'full', Date.now()), says).toBe('sound');
    const db = openCacheForReading(path);
    expect(db.prepare('SELECT name FROM sync_state').pluck().all(), says).toEqual([isEncrypted ? 'keyed' : 'plain']);
    db.close();
    for (const name of readdirSync(join(folder, String(round))))
      if (isEncrypted)
        expect(readFileSync(join(folder, String(round), name)).includes(canary), `${says} ${name}`).toBe(false);
    unlearnKey(idOfKey(key));
  }
  // Else this would prove one half only.
  expect(seen.encrypted).toBeGreaterThan(0);
  expect(seen.plain).toBeGreaterThan(0);
});

test('a mark is there whole or not at all, and of several the first one counts', { timeout: 60_000 }, async () => {
  const folder = useTempDir();
  const startMs = Date.now() + 2500;
  const rounds = 150;
  for (let round = 0; round < rounds; round += 1) mkdirSync(join(folder, String(round)));
  const run = async (source: string): Promise<string> =>
    (await promisify(execFile)(process.execPath, ['--input-type=module', '-e', source])).stdout;
  const writer = (digit: string): string => `
    import { writeMark } from ${moduleOf('cache-key')};
    const isFirst = [];
    for (let round = 0; round < ${rounds}; round += 1) {
      while (Date.now() < ${startMs} + round * 20);
      isFirst.push(writeMark(${JSON.stringify(folder)} + '/' + round + '/cache.db', '${digit}'.repeat(32)));
    }
    console.log(JSON.stringify(isFirst));`;
  /** How long each mark is when it is seen first. */
  const watcher = `
    import { statSync } from 'node:fs';
    const sizes = [];
    for (let round = 0; round < ${rounds}; round += 1) {
      const mark = ${JSON.stringify(folder)} + '/' + round + '/cache.db.key';
      let found;
      while ((found = statSync(mark, { throwIfNoEntry: false })) === undefined);
      sizes.push(found.size);
    }
    console.log(JSON.stringify(sizes));`;
  const [sizes = [], ...firsts] = await Promise.all(
    [watcher, writer('a'), writer('b')].map(async (source) => JSON.parse(await run(source)) as unknown[]),
  );
  const whole = `{"cipher":"aegis256","keyId":"${'a'.repeat(32)}"}\n`.length;
  expect(new Set(sizes)).toEqual(new Set([whole]));
  for (let round = 0; round < rounds; round += 1) {
    expect(firsts.map((isFirst) => isFirst[round]).sort()).toEqual([false, true]);
    const digit = firsts[0]?.[round] === true ? 'a' : 'b';
    expect(keyIdOf(join(folder, String(round), 'cache.db'))).toBe(digit.repeat(32));
    expect(readdirSync(join(folder, String(round)))).toEqual(['cache.db.key']);
  }
});

test('a program that was stopped after its mark keeps everybody else from making the cache plain', async () => {
  const path = join(useTempDir(), 'cache.db');
  const key = randomBytes(32);
  writeMark(path, idOfKey(key));
  expect(await failureOf(Promise.resolve().then(() => openCacheForWriting(path)))).toMatchObject({
    code: 'cache_locked',
  });
  // Made or not, nothing of it is a plain cache.
  expect(existsSync(path) ? readFileSync(path).length : 0).toBe(0);
  learnKey(key);
  openCacheForWriting(path, true).close();
  expect(keyIdOf(path)).toBe(idOfKey(key));
  expect(existsSync(markPath(path))).toBe(true);
});
