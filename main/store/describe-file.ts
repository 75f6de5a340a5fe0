// How a database file is made up, for a support desk: versions, settings, sizes, numbers of rows. Never what is in a row.
import { findChangedMigrations, type Migration } from './migrate.ts';
import type { Db } from './open.ts';

export type FileDescription = {
  sqlite: string;
  /** Of the format, and the newest this program knows. */
  version: number;
  knownVersion: number;
  /** Migrations whose text is not what was applied: none, unless somebody changed a released one. */
  changedMigrations: number[];
  journalMode: string;
  pageBytes: number;
  pages: number;
  freePages: number;
  rows: Record<string, number>;
};

const quoteName = (name: string): string => `"${name.replaceAll('"', '""')}"`;

export const describeFile = (db: Db, migrations: readonly Migration[]): FileDescription => {
  const pragma = (name: string): unknown => db.pragma(name, { simple: true });
  const tables = db
    .prepare(
      `SELECT name FROM pragma_table_list
       WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name`,
    )
    .pluck()
    .all() as string[];
  return {
    sqlite: db.prepare('SELECT sqlite_version()').pluck().get() as string,
    version: pragma('user_version') as number,
    knownVersion: migrations.at(-1)?.version ?? 0,
    changedMigrations: findChangedMigrations(db, migrations),
    journalMode: pragma('journal_mode') as string,
    pageBytes: pragma('page_size') as number,
    pages: pragma('page_count') as number,
    freePages: pragma('freelist_count') as number,
    rows: Object.fromEntries(
      tables.map((name) => [
        name,
        db
          .prepare(`SELECT count(*) FROM ${quoteName(name)}`)
          .pluck()
          .get() as number,
      ]),
    ),
  };
};
