// The copies of library.db: one a day, seven of them, for the owner alone; and which one takes a damaged file's place.
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import { type LibraryNotes, openLibrary } from '../../../main/store/library.ts';
import { useTempDir } from '../../support/temp-dir.ts';

const DAY_MS = 86_400_000;
const startMs = Date.UTC(2026, 10, 1, 12);

const notesAt = (nowMs: number): LibraryNotes & { restoredFrom: string[]; failures: unknown[] } => {
  const restoredFrom: string[] = [];
  const failures: unknown[] = [];
  return {
    restoredFrom,
    failures,
    nowMs: () => nowMs,
    restored: (backup) => void restoredFrom.push(backup),
    noBackup: (error) => void failures.push(error),
  };
};
const use = (folder: string, nowMs: number, details: Record<string, string> | null = null) => {
  const notes = notesAt(nowMs);
  const library = openLibrary(folder, notes);
  if (details !== null) library.audit(nowMs, null, 'test', details);
  const mended = library.lastMended();
  library.close();
  return { ...notes, mended };
};
const auditOf = (path: string): unknown[] => {
  const db = new Database(path, { readonly: true });
  const found = db.prepare(`SELECT details FROM audit WHERE action = 'test' ORDER BY id`).pluck().all();
  db.close();
  return found;
};
const backupsOf = (folder: string): string[] => readdirSync(join(folder, 'backups')).sort();
const break_ = (path: string): void => writeFileSync(path, Buffer.alloc(statSync(path).size));

test('ten days leave the last seven, each as it was closed that day, readable by the owner alone', () => {
  const folder = useTempDir();
  for (let day = 0; day < 10; day += 1) use(folder, startMs + day * DAY_MS, { day: String(day) });
  expect(backupsOf(folder)).toEqual(
    Array.from({ length: 7 }, (_, index) => `library-2026-11-${String(index + 4).padStart(2, '0')}.db`),
  );
  expect(auditOf(join(folder, 'backups', 'library-2026-11-05.db'))).toHaveLength(5);
  if (process.platform !== 'win32')
    expect(statSync(join(folder, 'backups', 'library-2026-11-05.db')).mode & 0o777).toBe(0o600);
});

test('a program that changes nothing makes one copy a day', () => {
  const folder = useTempDir();
  use(folder, startMs);
  const path = join(folder, 'backups', 'library-2026-11-01.db');
  const before = statSync(path).ino;
  use(folder, startMs + 1000);
  expect(statSync(path).ino).toBe(before);
});

test('the newest sound copy takes the place of a damaged file, and it is said', () => {
  const folder = useTempDir();
  for (let day = 0; day < 3; day += 1) use(folder, startMs + day * DAY_MS, { day: String(day) });
  break_(join(folder, 'backups', 'library-2026-11-03.db'));
  break_(join(folder, 'library.db'));
  const { restoredFrom, mended } = use(folder, startMs + 3 * DAY_MS);
  expect(restoredFrom).toEqual(['library-2026-11-02.db']);
  expect(mended).toEqual({ atMs: startMs + 3 * DAY_MS, backup: 'library-2026-11-02.db' });
  expect(auditOf(join(folder, 'library.db'))).toEqual(['{"day":"0"}', '{"day":"1"}']);
  expect(readdirSync(join(folder, 'damaged'))).toHaveLength(1);
  // Once is enough.
  expect(use(folder, startMs + 4 * DAY_MS).restoredFrom).toEqual([]);
});

test('without a sound copy the damaged file stays as it is', () => {
  const folder = useTempDir();
  use(folder, startMs);
  break_(join(folder, 'backups', 'library-2026-11-01.db'));
  break_(join(folder, 'library.db'));
  const before = readFileSync(join(folder, 'library.db'));
  expect(() => use(folder, startMs + DAY_MS)).toThrow(/no sound copy/);
  expect(readFileSync(join(folder, 'library.db')).equals(before)).toBe(true);
});

test('a copy that cannot be made stops nothing', () => {
  const folder = useTempDir();
  use(folder, startMs);
  const { failures } = use(folder, startMs + DAY_MS);
  expect(failures).toEqual([]);
  writeFileSync(join(useTempDir(), 'x'), '');
  const blocked = useTempDir();
  writeFileSync(join(blocked, 'backups'), 'a file in its place');
  expect(use(blocked, startMs, { a: 'b' }).failures.length).toBeGreaterThan(0);
  expect(auditOf(join(blocked, 'library.db'))).toHaveLength(1);
});

test('renewed copies hold nothing that was there before', () => {
  const folder = useTempDir();
  for (let day = 0; day < 3; day += 1) use(folder, startMs + day * DAY_MS);
  writeFileSync(join(folder, 'library.db.before-v2.bak'), 'somebody’s name');
  const library = openLibrary(folder, notesAt(startMs + 3 * DAY_MS));
  library.renewBackups(startMs + 3 * DAY_MS);
  library.close();
  expect(backupsOf(folder)).toEqual(['library-2026-11-04.db']);
  expect(existsSync(join(folder, 'library.db.before-v2.bak'))).toBe(false);
});
