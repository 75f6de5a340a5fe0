// Files of every schema that was ever released, with rows in them: migrated whole, killed on the way, refused when newer.
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileFailpoints } from '../../main/failpoints.ts';
import { cacheMigrations } from '../../main/store/migrations/cache.ts';
import { libraryMigrations } from '../../main/store/migrations/library.ts';
import type { FaultCase, Outcome } from './matrix.ts';
import { noDifference, openByHand, type World } from './world.ts';

const bad = (note: string): Outcome => ({ isSurvived: false, difference: noDifference, note });

/** What each version added, taken away again: a file as the program of version `version` left it. */
const undoCache: Record<number, string[]> = {
  5: [
    `CREATE TRIGGER conversation_added AFTER INSERT ON conversation BEGIN
      INSERT INTO conversation_change (conversation, nonce) VALUES (new.id, random() >> 12);
    END`,
  ],
  4: [
    'DROP TRIGGER conversation_added',
    'DROP TRIGGER conversation_changed',
    'DROP TRIGGER conversation_removed',
    'DROP TABLE conversation_change',
    'DROP TABLE index_identity',
  ],
};
const undoLibrary: Record<number, string[]> = {
  6: ['DROP INDEX audit_forgetting', 'ALTER TABLE audit DROP COLUMN forgetting'],
  5: ['ALTER TABLE workspace DROP COLUMN retention_days'],
  4: ['DROP TABLE saved_search'],
  3: ['ALTER TABLE workspace DROP COLUMN figures'],
  2: ['DROP TABLE schedule_run', 'DROP TABLE schedule', 'DROP TABLE issued_report', 'DROP TABLE report_definition'],
};

const takeBack = (path: string, to: number, newest: number, undo: Record<number, string[]>): void => {
  const db = openByHand(path);
  for (let version = newest; version > to; version -= 1) {
    for (const sql of undo[version] ?? []) db.exec(sql);
    db.prepare('DELETE FROM migration WHERE version = ?').run(version);
  }
  db.pragma(`user_version = ${to}`);
  db.close();
};

const versionOf = (path: string): number => {
  const db = openByHand(path, true);
  const version = db.pragma('user_version', { simple: true }) as number;
  db.close();
  return version;
};

/** Caches from version 3 on, and libraries from version 1 on, can be made from today's by taking back what was added. */
const files = [
  ...[3, 4].map((version) => ({ file: 'cache.db', version })),
  ...[1, 2, 3, 4, 5].map((version) => ({ file: 'library.db', version })),
];

const makeOld = (world: World, file: string, version: number): { dataDir: string; path: string } => {
  const dataDir = world.copy();
  const isCache = file === 'cache.db';
  const path = isCache ? world.cacheOf(dataDir) : join(dataDir, 'library.db');
  if (isCache) takeBack(path, version, cacheMigrations.length, undoCache);
  else takeBack(path, version, libraryMigrations.length, undoLibrary);
  // The program of that version knew neither sums nor copies.
  rmSync(`${path}.health`, { force: true });
  rmSync(join(dataDir, 'backups'), { recursive: true, force: true });
  return { dataDir, path };
};

const newestOf = (file: string): number => (file === 'cache.db' ? cacheMigrations : libraryMigrations).length;

export const migrationCases: FaultCase[] = [
  ...files.map(
    ({ file, version }): FaultCase => ({
      group: 'old files of every schema',
      name: `${file} of version ${version}`,
      async run(world) {
        const { dataDir, path } = makeOld(world, file, version);
        const difference = await world.compare(dataDir);
        return versionOf(path) === newestOf(file) ? { isSurvived: true, difference } : bad('not migrated');
      },
    }),
  ),
  ...files.flatMap(({ file, version }) =>
    fileFailpoints.migration.map(
      (failpoint): FaultCase => ({
        group: 'kill -9: migration',
        name: `${file} of version ${version} at ${failpoint}`,
        async run(world) {
          const { dataDir, path } = makeOld(world, file, version);
          const killed = await world.cli(dataDir, ['coverage'], { AFTERWORD_FAILPOINT: failpoint }).done;
          if (killed.signal !== 'SIGKILL') return bad(`not reached: exit ${killed.code}`);
          if (![version, newestOf(file)].includes(versionOf(path))) return bad('neither the old version nor the new');
          return { isSurvived: true, difference: await world.compare(dataDir) };
        },
      }),
    ),
  ),
  ...['cache.db', 'library.db'].map(
    (file): FaultCase => ({
      group: 'a newer file',
      name: file,
      async run(world) {
        const dataDir = world.copy();
        const path = file === 'cache.db' ? world.cacheOf(dataDir) : join(dataDir, file);
        const db = openByHand(path);
        db.pragma('user_version = 999');
        db.close();
        const before = readFileSync(path);
        for (const words of [['search', 'refund'], ['sync'], ['coverage']]) {
          const run = await world.cli(dataDir, words).done;
          if (run.code !== 70 || !/newer Afterword/.test(run.stderr)) return bad(`exit ${run.code}: ${run.stderr}`);
        }
        if (!readFileSync(path).equals(before)) return bad('the file was touched');
        const back = openByHand(path);
        back.pragma(`user_version = ${newestOf(file)}`);
        back.close();
        return { isSurvived: true, difference: await world.heal(dataDir) };
      },
    }),
  ),
];
