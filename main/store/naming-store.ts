// What library.db remembers that names a customer: saved searches, report definitions with their schedules, entries of the
// list of issued reports. Removing it, and the bytes of it: from the file, its log and its older copies.
import { readdirSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { AppError } from '../../preload/contract/errors.ts';
import type { NamingRecords } from '../../preload/contract/privacy.ts';
import { type Db, inTransaction } from './open.ts';

export type NamingStore = {
  /** Removes every record of the workspace that `isNamed` finds a customer in, all or nothing. */
  remove(workspaceId: string, isNamed: (text: string) => boolean): NamingRecords;
  /**
   * Takes the bytes of what was removed out of the file and its log, and removes the copies from before its migrations. Throws AppError sync_busy when another program keeps the file from being cleaned.
   */
  purge(): void;
};

export const nothingNamed: NamingRecords = { searches: 0, definitions: 0, schedules: 0, issuedReports: 0 };

type Text = { id: number; text: string };

/** The user's own folder is in many paths, and may be called like a customer. */
const withoutHome = (path: string): string => path.replace(homedir(), '');

const settingsText = (json: string): string => Object.values(JSON.parse(json) as Record<string, unknown>).join('\n');

const copyPattern = (path: string): RegExp =>
  new RegExp(`^${basename(path).replaceAll('.', '\\.')}\\..*\\.bak(?:[.-].*)?$`);

export const createNamingStore = (db: Db): NamingStore => {
  const searches = db.prepare('SELECT id, name, query FROM saved_search WHERE workspace = ?');
  const definitions = db.prepare('SELECT id, name, filters FROM report_definition WHERE workspace = ?');
  const schedules = db.prepare(
    `SELECT s.id, s.definition, s.folder, s.name_pattern AS pattern
     FROM schedule s JOIN report_definition d ON d.id = s.definition WHERE d.workspace = ?`,
  );
  const issues = db.prepare('SELECT id, definition, request, files FROM issued_report WHERE workspace = ?');
  const deletes = {
    searches: db.prepare('DELETE FROM saved_search WHERE id = ?'),
    definitions: db.prepare('DELETE FROM report_definition WHERE id = ?'),
    schedules: db.prepare('DELETE FROM schedule WHERE id = ?'),
    issuedReports: db.prepare('DELETE FROM issued_report WHERE id = ?'),
  };

  const textsOf = (workspaceId: string) => ({
    searches: (searches.all(workspaceId) as { id: number; name: string; query: string }[]).map(
      ({ id, name, query }): Text => ({ id, text: `${name}\n${query}` }),
    ),
    definitions: (definitions.all(workspaceId) as { id: number; name: string; filters: string }[]).map(
      ({ id, name, filters }): Text => ({ id, text: `${name}\n${settingsText(filters)}` }),
    ),
    issuedReports: (
      issues.all(workspaceId) as { id: number; definition: string | null; request: string; files: string }[]
    ).map(({ id, definition, request, files }): Text => {
      const { filters } = JSON.parse(request) as { filters?: Record<string, string> };
      const paths = (JSON.parse(files) as { path: string }[]).map(({ path }) => withoutHome(path));
      return { id, text: [definition ?? '', ...Object.values(filters ?? {}), ...paths].join('\n') };
    }),
  });

  return {
    remove: (workspaceId, isNamed) =>
      inTransaction(db, () => {
        const texts = textsOf(workspaceId);
        const named = (list: readonly Text[]): Set<number> =>
          new Set(list.filter(({ text }) => isNamed(text)).map(({ id }) => id));
        const goneDefinitions = named(texts.definitions);
        const goneSchedules = (
          schedules.all(workspaceId) as { id: number; definition: number; folder: string; pattern: string }[]
        ).filter(
          ({ definition, folder, pattern }) =>
            goneDefinitions.has(definition) || isNamed(`${withoutHome(folder)}\n${pattern}`),
        );
        const gone = {
          searches: named(texts.searches),
          // Before the definitions, which they refer to; their runs go with them.
          schedules: new Set(goneSchedules.map(({ id }) => id)),
          definitions: goneDefinitions,
          issuedReports: named(texts.issuedReports),
        };
        for (const kind of ['searches', 'schedules', 'definitions', 'issuedReports'] as const)
          for (const id of gone[kind]) deletes[kind].run(id);
        return {
          searches: gone.searches.size,
          definitions: gone.definitions.size,
          schedules: gone.schedules.size,
          issuedReports: gone.issuedReports.size,
        };
      }),

    purge() {
      db.exec('VACUUM');
      const [checkpoint] = db.pragma('wal_checkpoint(TRUNCATE)') as { busy: number }[];
      if (checkpoint?.busy !== 0)
        throw new AppError(
          'sync_busy',
          'What named the customer is removed, but another program is reading library.db, so traces remain in its log file. Close it and forget once more.',
        );
      removeCopies(db);
    },
  };
};

/** Copies from before a migration hold what was removed since; whoever forgets makes the daily copy anew. */
const removeCopies = (db: Db): void => {
  const folder = dirname(db.name);
  const pattern = copyPattern(db.name);
  for (const name of readdirSync(folder)) if (pattern.test(name)) rmSync(join(folder, name), { force: true });
};
