// How a file comes from each version to the next, and what is never done to it.
import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { cacheNeedsWriter, openCacheForReading, openCacheForWriting } from '../../../main/store/cache.ts';
import { openLibrary } from '../../../main/store/library.ts';
import { findChangedMigrations, type Migration, migrate } from '../../../main/store/migrate.ts';
import { cacheMigrations } from '../../../main/store/migrations/cache.ts';
import { libraryMigrations } from '../../../main/store/migrations/library.ts';
import { type Db, openForReading, openForWriting } from '../../../main/store/open.ts';
import { useTempDir } from '../../support/temp-dir.ts';

const label = 'the file';
const openAt = (path: string, migrations: readonly Migration[], backupBeforeMigration = false): Db =>
  openForWriting({ path, label, migrations, synchronous: 'normal', backupBeforeMigration });
const version = (db: Db): number => db.pragma('user_version', { simple: true }) as number;
const schemaOf = (db: Db): unknown[] =>
  db.prepare(`SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY type, name`).all();

/** Rows that a file of each cache version may hold, as the program of that version would have written them. */
const rowsOfVersion: Record<number, string[]> = {
  1: [
    `INSERT INTO term VALUES (1, 'channel', 'Voice'), (2, 'destination_type', 'QueueEntry')`,
    `INSERT INTO agent VALUES (1, 'u-1', 'Ada', NULL)`,
    `INSERT INTO queue VALUES (1, 'q-1', 'Billing')`,
    `INSERT INTO conversation (id, key, started_s, channel, customer_phone, is_shadow, is_open, content_hash)
       VALUES (7, 'conv-7', 1760000000, 1, '+1 555-0100', 0, 0, x'00')`,
    `INSERT INTO destination VALUES (7, 0, 2, 1, 1760000001, NULL, NULL, NULL)`,
    `INSERT INTO offer (conversation, destination, position, agent, handled) VALUES (7, 0, 0, 1, 1)`,
  ],
  2: [
    `INSERT INTO raw_page VALUES (1, 'v2-calls', 1760000000000, x'28')`,
    `INSERT INTO source_row VALUES (7, 'v2-calls', 1, 0, x'01', 1760000000000)`,
    `INSERT INTO sync_window VALUES ('v2-calls', 1, 2, 'complete', 3, NULL)`,
    `INSERT INTO sync_state VALUES ('deep_resync_ms', '5')`,
    `INSERT INTO forgotten VALUES (x'02')`,
  ],
  3: [`INSERT INTO conversation_text (rowid, notes) VALUES (7, 'a billing question')`],
  4: [`UPDATE conversation SET is_open = 1 WHERE id = 7`],
  5: [`INSERT INTO conversation_change (conversation, nonce) VALUES (7, 1)`],
};

const countRows = (db: Db): Record<string, number> => {
  const tables = db
    .prepare(
      `SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'conversation_text_%' ORDER BY name`,
    )
    .pluck()
    .all() as string[];
  return Object.fromEntries(
    tables.map((name) => [name, db.prepare(`SELECT count(*) FROM ${name}`).pluck().get() as number]),
  );
};

describe('the migrations of cache.db', () => {
  test('lead from each version to the next with the rows of that version in place', () => {
    const path = join(useTempDir(), 'cache.db');
    for (const [index, migration] of cacheMigrations.entries()) {
      expect(migration.version).toBe(index + 1);
      const db = openAt(path, cacheMigrations.slice(0, index));
      const before = countRows(db);
      migrate(db, { path, label, migrations: cacheMigrations }, migration.version);
      expect(version(db)).toBe(migration.version);
      const { migration: applied, ...after } = countRows(db);
      expect(applied).toBe(index + 1);
      const { migration: _, ...kept } = before;
      expect(after).toMatchObject(kept);
      for (const sql of rowsOfVersion[migration.version] ?? []) db.exec(sql);
      expect(db.pragma('foreign_key_check')).toEqual([]);
      expect(db.pragma('integrity_check', { simple: true })).toBe('ok');
      db.close();
    }
    expect(Object.keys(rowsOfVersion).map(Number)).toEqual(cacheMigrations.map((m) => m.version));
    const db = openCacheForWriting(path);
    expect(countRows(db)).toMatchObject({ conversation: 1, offer: 1, source_row: 1, sync_window: 1, forgotten: 1 });
    expect(
      db.prepare(`SELECT rowid FROM conversation_text WHERE conversation_text MATCH 'billing'`).pluck().all(),
    ).toEqual([7]);
    db.close();
  });

  test('give the same schema step by step and at once', () => {
    const dir = useTempDir();
    const atOnce = openCacheForWriting(join(dir, 'at-once.db'));
    const path = join(dir, 'steps.db');
    for (const { version: upTo } of cacheMigrations) openAt(path, cacheMigrations.slice(0, upTo)).close();
    const steps = openCacheForWriting(path);
    expect(schemaOf(steps)).toEqual(schemaOf(atOnce));
    atOnce.close();
    steps.close();
  });

  test('are applied once, and their texts are remembered', () => {
    const path = join(useTempDir(), 'cache.db');
    openCacheForWriting(path).close();
    const db = openCacheForWriting(path);
    expect(db.prepare('SELECT version, name FROM migration ORDER BY version').all()).toEqual(
      cacheMigrations.map((m) => ({ version: m.version, name: m.name })),
    );
    expect(findChangedMigrations(db, cacheMigrations)).toEqual([]);
    const changed = cacheMigrations.map((m) => (m.version === 2 ? { ...m, sql: `${m.sql} ` } : m));
    expect(findChangedMigrations(db, changed)).toEqual([2]);
    db.close();
  });
});

describe('the migrations of library.db', () => {
  test('make a file that opens again, and remember their texts', () => {
    const dir = useTempDir();
    openLibrary(dir).close();
    const db = openForReading({ path: join(dir, 'library.db'), label, migrations: libraryMigrations });
    expect(version(db)).toBe(libraryMigrations.length);
    expect(findChangedMigrations(db, libraryMigrations)).toEqual([]);
    db.close();
    openLibrary(dir).close();
  });

  test('survive four programs that open the same new folder at once', async () => {
    const dir = useTempDir();
    const code = `import { openLibrary } from ${JSON.stringify(join(process.cwd(), 'main/store/library.ts'))};
      openLibrary(${JSON.stringify(dir)}).close(); console.log('opened');`;
    const opened = await Promise.all(
      [1, 2, 3, 4].map(() => promisify(execFile)(process.execPath, ['--input-type=module', '-e', code])),
    );
    expect(opened.map(({ stdout }) => stdout)).toEqual(['opened\n', 'opened\n', 'opened\n', 'opened\n']);
    const db = openForReading({ path: join(dir, 'library.db'), label, migrations: libraryMigrations });
    expect(db.prepare('SELECT version FROM migration').pluck().all()).toEqual(libraryMigrations.map((m) => m.version));
    db.close();
  }, 30_000);
});

const fake: Migration[] = [
  { version: 1, name: 'things', sql: 'CREATE TABLE thing (name TEXT NOT NULL) STRICT' },
  { version: 2, name: 'sizes', sql: 'ALTER TABLE thing ADD COLUMN size INTEGER NOT NULL DEFAULT 1' },
  { version: 3, name: 'colours', sql: `ALTER TABLE thing ADD COLUMN colour TEXT; UPDATE thing SET colour = 'red'` },
];

describe('a file of an earlier version', () => {
  test('is copied aside whole before it is changed, for its owner alone', () => {
    const path = join(useTempDir(), 'library.db');
    const old = openAt(path, fake.slice(0, 1), true);
    old.exec(`INSERT INTO thing VALUES ('one'), ('two')`);
    // Another connection keeps the rows in the log: a plain copy of the file would miss them.
    const db = openAt(path, fake, true);
    old.close();
    expect(db.prepare('SELECT * FROM thing').all()).toEqual([
      { name: 'one', size: 1, colour: 'red' },
      { name: 'two', size: 1, colour: 'red' },
    ]);
    db.close();
    const backupPath = `${path}.before-v2.bak`;
    const backup = openForReading({ path: backupPath, label, migrations: fake });
    expect(version(backup)).toBe(1);
    expect(backup.prepare('SELECT * FROM thing').all()).toEqual([{ name: 'one' }, { name: 'two' }]);
    backup.close();
    if (process.platform !== 'win32') expect(statSync(backupPath).mode & 0o777).toBe(0o600);
  });

  test('is not copied when there is nothing to change, nor when it is new', () => {
    const dir = useTempDir();
    openAt(join(dir, 'library.db'), fake, true).close();
    openAt(join(dir, 'library.db'), fake, true).close();
    expect(readdirSync(dir).filter((name) => name.includes('bak'))).toEqual([]);
  });

  test('replaces a backup that was left half written, and keeps those of other versions', () => {
    const path = join(useTempDir(), 'library.db');
    openAt(path, fake.slice(0, 1), true).close();
    writeFileSync(`${path}.before-v2.bak`, 'half');
    openAt(path, fake.slice(0, 2), true).close();
    openAt(path, fake, true).close();
    for (const [name, expected] of [
      ['before-v2', 1],
      ['before-v3', 2],
    ] as const) {
      const backup = openForReading({ path: `${path}.${name}.bak`, label, migrations: fake });
      expect(version(backup)).toBe(expected);
      backup.close();
    }
  });

  test('stays whole when a migration fails half way', () => {
    const path = join(useTempDir(), 'library.db');
    const old = openAt(path, fake.slice(0, 2));
    old.exec(`INSERT INTO thing VALUES ('one', 5)`);
    const schema = schemaOf(old);
    old.close();
    const failing: Migration[] = [
      ...fake.slice(0, 2),
      {
        version: 3,
        name: 'breaks',
        sql: `CREATE TABLE extra (x INTEGER); UPDATE thing SET size = 9; UPDATE nothing SET x = 1`,
      },
    ];
    expect(() => openAt(path, failing)).toThrow();
    const db = openAt(path, fake.slice(0, 2));
    expect([version(db), schemaOf(db)]).toEqual([2, schema]);
    expect(db.prepare('SELECT * FROM thing').all()).toEqual([{ name: 'one', size: 5 }]);
    db.close();
    openAt(path, fake).close();
  });

  test('keeps what the migrations before the failing one did', () => {
    const path = join(useTempDir(), 'library.db');
    const failing = [...fake.slice(0, 2), { version: 3, name: 'breaks', sql: 'UPDATE nothing SET x = 1' }];
    expect(() => openAt(path, failing)).toThrow();
    const db = openAt(path, fake.slice(0, 2));
    expect(version(db)).toBe(2);
    db.close();
  });
});

describe('a file of a newer version', () => {
  const expected = {
    code: 'db_from_future',
    message: expect.stringMatching(/the file was written by a newer Afterword .*Install the newer version/),
    details: { fileVersion: 3, knownVersion: 2 },
  };
  const catchError = (run: () => unknown): unknown => {
    try {
      run();
    } catch (error) {
      return error;
    }
    throw new Error('it was opened');
  };

  test('is refused in words and left byte for byte, rows still in its log included', () => {
    for (const journal of ['WAL', 'DELETE']) {
      const path = join(useTempDir(), 'library.db');
      const writer = openAt(path, fake);
      writer.exec(`INSERT INTO thing VALUES ('one', 1, 'blue')`);
      // What a killed program leaves behind: the rows are in the log, and nobody has the file open.
      const files = Object.fromEntries(['', '-wal'].map((end) => [end, readFileSync(`${path}${end}`)]));
      if (journal === 'DELETE') {
        writer.pragma('journal_mode = DELETE');
        files[''] = readFileSync(path);
        delete files['-wal'];
      }
      writer.close();
      for (const [end, bytes] of Object.entries(files)) writeFileSync(`${path}${end}`, bytes);
      expect(catchError(() => openAt(path, fake.slice(0, 2), true))).toMatchObject(expected);
      for (const [end, bytes] of Object.entries(files)) expect(readFileSync(`${path}${end}`).equals(bytes)).toBe(true);
      expect(existsSync(`${path}.before-v4.bak`)).toBe(false);
      // The newer program finds everything as it left it.
      const newer = openAt(path, fake);
      expect(newer.prepare('SELECT colour FROM thing').pluck().all()).toEqual(['blue']);
      newer.close();
    }
  });

  test('is refused by everything that opens the cache', () => {
    const path = join(useTempDir(), 'cache.db');
    const db = openCacheForWriting(path);
    db.pragma('user_version = 99');
    db.close();
    for (const open of [() => openCacheForWriting(path), () => cacheNeedsWriter(path)])
      expect(catchError(open)).toMatchObject({ code: 'db_from_future', details: { fileVersion: 99 } });
  });
});

describe('an open file', () => {
  test('has every setting that the design states', () => {
    const dir = useTempDir();
    const path = join(dir, 'inner', 'cache.db');
    expect(cacheNeedsWriter(path)).toBe(true);
    const db = openCacheForWriting(path);
    const get = (name: string): unknown => db.pragma(name, { simple: true });
    expect({
      journal: get('journal_mode'),
      synchronous: get('synchronous'),
      foreignKeys: get('foreign_keys'),
      secureDelete: get('secure_delete'),
      trustedSchema: get('trusted_schema'),
      pageSize: get('page_size'),
      busyTimeout: get('busy_timeout'),
    }).toEqual({
      journal: 'wal',
      synchronous: 1,
      foreignKeys: 1,
      secureDelete: 1,
      trustedSchema: 0,
      pageSize: 8192,
      busyTimeout: 5000,
    });
    if (process.platform !== 'win32') {
      expect(statSync(path).mode & 0o777).toBe(0o600);
      expect(statSync(join(dir, 'inner')).mode & 0o777).toBe(0o700);
    }
    expect(cacheNeedsWriter(path)).toBe(false);
    const reader = openCacheForReading(path);
    expect(() => reader.exec(`INSERT INTO term VALUES (1, 'channel', 'x')`)).toThrow(/readonly/);
    expect(reader.pragma('foreign_keys', { simple: true })).toBe(1);
    reader.close();
    db.close();
    const full = openForWriting({ path: join(dir, 'l.db'), label, migrations: fake, synchronous: 'full' });
    expect(full.pragma('synchronous', { simple: true })).toBe(2);
    full.close();
  });

  test('that is no database is refused in words, and stays as it is', () => {
    const path = join(useTempDir(), 'cache.db');
    writeFileSync(
      path,
      'this is a letter to a friend, not a database, and it is long enough to be taken for one'.repeat(20),
    );
    const before = readFileSync(path);
    for (const open of [
      () => openCacheForWriting(path),
      () => openCacheForReading(path),
      () => cacheNeedsWriter(path),
    ]) {
      expect(open).toThrow(expect.objectContaining({ code: 'db_corrupt' }));
    }
    expect(readFileSync(path).equals(before)).toBe(true);
  });
});
