// The sums of a cache: when they may be believed, when they must be gone, and what each check finds.
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { findPending, putAside, settleAside } from '../../../main/store/aside.ts';
import { openCacheForWriting } from '../../../main/store/cache.ts';
import { examine, isInUse, seal } from '../../../main/store/examine.ts';
import { healthPath, markInUse, markSuspect, readHealth } from '../../../main/store/health-file.ts';
import type { Db } from '../../../main/store/open.ts';
import { createSyncStore } from '../../../main/store/sync-store.ts';
import { openTestCache } from '../../support/cache.ts';
import { useTempDir } from '../../support/temp-dir.ts';
import { makeRecord } from '../metrics/records.ts';

const nowMs = Date.UTC(2026, 10, 21);

/** A cache with some conversations, sealed and closed. */
const makeSealed = (): string => {
  const path = join(useTempDir(), 'cache.db');
  const cache = openTestCache(path);
  cache.saveAll(
    Array.from({ length: 300 }, (_, index) => makeRecord({ key: `conv-${index}`, conversationId: `conv-${index}` })),
  );
  seal(cache.db, nowMs);
  cache.db.close();
  return path;
};
const spoil = (path: string, at: number): void => {
  const bytes = readFileSync(path);
  bytes.writeUInt8((bytes.readUInt8(at) ^ 0x5a) & 0xff, at);
  writeFileSync(path, bytes);
};

test('a sealed file is sound, and any one byte that changes is found', () => {
  const path = makeSealed();
  expect(examine(path, 'sums', nowMs)).toBe('sound');
  const { size } = statSync(path);
  for (let at = 0; at < size; at += Math.floor(size / 25)) {
    spoil(path, at);
    expect(examine(path, 'sums', nowMs), `byte ${at}`).toBe('damaged');
    spoil(path, at);
  }
  expect(examine(path, 'sums', nowMs)).toBe('sound');
});

test('the sums are gone before anything is written, and come back with a close', () => {
  const path = makeSealed();
  markInUse(path);
  expect(readHealth(path).sums).toBeNull();
  const db = openCacheForWriting(path);
  db.prepare(`INSERT INTO sync_state VALUES ('a', 'b')`).run();
  seal(db, nowMs);
  db.close();
  expect(readHealth(path).sums).not.toBeNull();
  expect(examine(path, 'sums', nowMs)).toBe('sound');
});

test('is not sealed while somebody syncs it, has rows in the log only, or has met damage', () => {
  const path = makeSealed();
  const withDb = (work: (db: Db) => void): void => {
    markInUse(path);
    const db = openCacheForWriting(path);
    work(db);
    db.close();
    expect(readHealth(path).sums).toBeNull();
  };
  withDb((db) => {
    createSyncStore(db).takeLease('t', process.pid, nowMs);
    seal(db, nowMs);
    createSyncStore(db).dropLease('t');
  });
  withDb((db) => {
    const reader = openCacheForWriting(path);
    reader.exec('BEGIN');
    reader.prepare('SELECT * FROM sync_state').all();
    db.prepare(`INSERT INTO sync_state VALUES ('c', 'd')`).run();
    seal(db, nowMs);
    reader.close();
  });
  withDb((db) => {
    markSuspect(path);
    seal(db, nowMs);
    expect(readHealth(path).isSuspect).toBe(true);
  });
});

test('health that is missing, cut off or of another shape says that nothing is known', () => {
  const path = makeSealed();
  for (const text of ['', '{"sums":{"bytes":', '[]', '{"sums":3}', 'null']) {
    writeFileSync(healthPath(path), text);
    expect(readHealth(path)).toMatchObject({ sums: null, isSuspect: false, checkedMs: 0, spans: [] });
  }
});

test('tells whether somebody has the file open, in this program too', () => {
  const path = makeSealed();
  expect(isInUse(path)).toBe(false);
  const db = openCacheForWriting(path);
  db.prepare('SELECT * FROM sync_state').all();
  expect(isInUse(path)).toBe(true);
  db.close();
  expect(isInUse(path)).toBe(false);
});

test('structure: a torn page is damage, and a search text that makes no sense is written anew', () => {
  const path = makeSealed();
  markInUse(path);
  expect(examine(path, 'full', nowMs)).toBe('sound');
  const db = openCacheForWriting(path);
  const count = (): unknown =>
    db.prepare(`SELECT count(*) FROM conversation_text WHERE conversation_text MATCH 'ids:conv*'`).pluck().get();
  const before = count();
  expect(before).toBeGreaterThan(0);
  db.unsafeMode(true);
  db.prepare('UPDATE conversation_text_data SET block = zeroblob(length(block)) WHERE id > 10').run();
  db.close();
  expect(examine(path, 'full', nowMs)).toBe('mended');
  const mended = openCacheForWriting(path);
  expect(
    mended.prepare(`SELECT count(*) FROM conversation_text WHERE conversation_text MATCH 'ids:conv*'`).pluck().get(),
  ).toBe(before);
  mended.close();
  expect(examine(path, 'full', nowMs)).toBe('sound');
  const bytes = readFileSync(path);
  bytes.fill(0, 8192 * 3, 8192 * 6);
  writeFileSync(path, bytes);
  expect(examine(path, 'quick', nowMs)).toBe('damaged');
});

test('putting aside moves the log first, goes on where it was cut off, and keeps the latest', () => {
  const path = makeSealed();
  writeFileSync(`${path}-wal`, 'log');
  const folder = putAside(path, nowMs, []);
  expect(existsSync(path) || existsSync(`${path}-wal`)).toBe(false);
  expect(findPending(path)).toBe(folder);
  // Cut off after the log: the rest follows.
  settleAside(folder);
  writeFileSync(path, 'second');
  const second = putAside(path, nowMs + 1000, []);
  writeFileSync(join(second, 'moving'), '');
  writeFileSync(path, 'a new file in its place');
  expect(findPending(path)).toBe(second);
  expect(readFileSync(path, 'utf8')).toBe('a new file in its place');
  settleAside(second);
  expect(findPending(path)).toBeNull();
  expect(readdirSync(join(dirname(path), 'damaged'))).toHaveLength(1);
});
