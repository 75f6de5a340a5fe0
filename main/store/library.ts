// library.db: workspaces, the account's spent requests, the audit of what left the cache; reports, schedules
// and saved searches have stores of their own in it.
import { randomBytes } from 'node:crypto';
import { basename, dirname, join } from 'node:path';
import { AppError } from '../../preload/contract/errors.ts';
import { defaultFigureSettings, type FigureSettings, figureSettingsSchema } from '../../preload/contract/figures.ts';
import { type AuditEntry, type Forgotten, forgottenSchema } from '../../preload/contract/privacy.ts';
import type { CsatPolarity } from '../../preload/contract/scorecard.ts';
import { type Workspace, workspaceSchema } from '../../preload/contract/workspace.ts';
import { describeFile, type FileDescription } from './describe-file.ts';
import { closeHeld, handOverHeld } from './held-file.ts';
import { hasBackupOfToday, keepBackup, listBackups, renewBackups, restoreWhenDamaged } from './library-backup.ts';
import { libraryMigrations } from './migrations/library.ts';
import { createNameMatcher } from './naming.ts';
import { createNamingStore, type NamingStore, nothingNamed } from './naming-store.ts';
import { guardOpening, inTransaction, openForWriting, refuseFuture } from './open.ts';
import { refuseSharedFolder } from './private-folder.ts';
import { createReportStore, type ReportStore } from './report-store.ts';
import { openRequestLedger, type RequestLedger } from './request-ledger.ts';
import { createSavedSearchStore, type SavedSearchStore } from './saved-search-store.ts';
import { createScheduleStore, type ScheduleStore } from './schedule-store.ts';
import type { UnfinishedForgetting } from './unfinished-forgettings.ts';
import { createWorkspaceRemoval, type WorkspaceRemoval } from './workspace-removal.ts';

export type Library = {
  removal: WorkspaceRemoval;
  reports: ReportStore;
  schedules: ScheduleStore;
  searches: SavedSearchStore;
  naming: Pick<NamingStore, 'purge'>;
  workspaces(): Workspace[];
  /** Adds the workspace, or replaces the one of the same id, whose figure settings stay. Throws AppError invalid_input when the name is taken. */
  saveWorkspace(workspace: Workspace): void;
  /** Throws AppError invalid_input when the name is taken. */
  renameWorkspace(workspaceId: string, name: string): void;
  /**
   * Changes how a workspace's figures are counted and judged, whatever others change meanwhile. What `change` throws stops
   * it. Throws AppError not_found.
   */
  changeFigures(workspaceId: string, change: (figures: FigureSettings) => FigureSettings): FigureSettings;
  setCsatPolarity(workspaceId: string, polarity: CsatPolarity): void;
  /** Null: for ever. */
  setRetention(workspaceId: string, days: number | null): void;
  maskSalt(workspaceId: string): string;
  requests: RequestLedger;
  /** SHA-256 of the keys of conversations the user had forgotten. */
  forgotten(workspaceId: string): Uint8Array[];
  rememberForgotten(workspaceId: string, keyHashes: readonly Uint8Array[]): void;
  /**
   * Removes what names the customer, takes in the hashes and writes the audit's line, all or nothing. Told again of the same
   * forgetting, it changes nothing and answers the same.
   */
  recordForgetting(
    workspaceId: string,
    forgetting: UnfinishedForgetting,
    keyHashes: readonly Uint8Array[],
    nowMs: number,
  ): Forgotten;
  audit(nowMs: number, workspaceId: string | null, action: string, details: AuditDetails): void;
  /** Newest first; of one workspace, or of all when it is null. */
  audited(workspaceId: string | null, limit: number): AuditRecord[];
  /** For diagnostics: how the file is made up. Holds no record. */
  describe(): FileDescription;
  /** Deletes every earlier copy of library.db and makes a new one: nobody forgotten may stay in them. */
  renewBackups(nowMs: number): void;
  /** When library.db was last replaced by a copy. */
  lastMended(): { atMs: number; backup: string } | null;
  /** Names of the daily copies, newest first. */
  backups(): string[];
  close(): void;
};

/** What opening and closing has to tell that is no failure. */
export type LibraryNotes = {
  nowMs: () => number;
  /** The file was damaged; this copy stands in its place. */
  restored(backup: string): void;
  /** The daily copy could not be made: the work goes on without. */
  noBackup(error: unknown): void;
};
const silent: LibraryNotes = { nowMs: Date.now, restored: () => undefined, noBackup: () => undefined };

export type AuditDetails = AuditEntry['details'];
export type AuditRecord = {
  id: number;
  atMs: number;
  workspaceId: string | null;
  action: string;
  details: AuditDetails;
};

type WorkspaceRow = Omit<Workspace, 'endpoints' | 'channels' | 'queues' | 'sample' | 'figures'> & {
  figures: string | null;
  endpoints: string;
  channels: string;
  queues: string;
  sample: string | null;
};

/** Throws AppError; a damaged file is replaced by its newest sound copy, a folder that others may write to is refused. */
export const openLibrary = (dataDir: string, notes: LibraryNotes = silent): Library => {
  const options = { path: join(dataDir, 'library.db'), label: 'library.db', migrations: libraryMigrations };
  guardOpening('library.db', () => refuseSharedFolder(dataDir));
  refuseFuture(options);
  const restored = guardOpening('library.db', () => restoreWhenDamaged(options.path, notes.nowMs()));
  const db = openForWriting({ ...options, synchronous: 'full', backupBeforeMigration: true });
  const requests = openRequestLedger(options.path);
  const copy = (): void => {
    try {
      keepBackup(db, notes.nowMs());
    } catch (error) {
      notes.noBackup(error);
    }
  };
  // For a program that runs for days; the copy at the end is for all others.
  if (!hasBackupOfToday(db.name, notes.nowMs())) copy();
  const countChanges = db.prepare('SELECT total_changes()').pluck();
  const changesAtStart = countChanges.get();
  const selectWorkspaces = db.prepare(
    `SELECT id, name, host, account_id AS accountId, app_id AS appId, client_id AS clientId, endpoints,
       requests_per_minute AS requestsPerMinute, zone, csat_polarity AS csatPolarity, channels, queues, direction, sample, figures,
       retention_days AS retentionDays
     FROM workspace ORDER BY created_ms, name`,
  );
  const findNameClash = db.prepare('SELECT 1 FROM workspace WHERE name = ? AND id <> ?').pluck();
  const checkName = (name: string, ownId: string): void => {
    if (findNameClash.get(name, ownId) !== undefined)
      throw new AppError('invalid_input', `There is a workspace called “${name}” already. Choose another name.`);
  };
  const putName = db.prepare('UPDATE workspace SET name = ? WHERE id = ?');
  const putWorkspace = db.prepare(
    `INSERT INTO workspace (id, name, host, account_id, app_id, client_id, endpoints, requests_per_minute, zone, csat_polarity,
       channels, queues, direction, sample, mask_salt, created_ms)
     VALUES (@id, @name, @host, @accountId, @appId, @clientId, @endpoints, @requestsPerMinute, @zone, @csatPolarity,
       @channels, @queues, @direction, @sample, @maskSalt, @createdMs)
     ON CONFLICT (id) DO UPDATE SET name = excluded.name, host = excluded.host, account_id = excluded.account_id,
       app_id = excluded.app_id, client_id = excluded.client_id, endpoints = excluded.endpoints,
       requests_per_minute = excluded.requests_per_minute, zone = excluded.zone, csat_polarity = excluded.csat_polarity,
       channels = excluded.channels, queues = excluded.queues, direction = excluded.direction,
       sample = excluded.sample`,
  );
  const selectFigures = db.prepare('SELECT figures FROM workspace WHERE id = ?').pluck();
  const putFigures = db.prepare('UPDATE workspace SET figures = ? WHERE id = ?');
  const putPolarity = db.prepare('UPDATE workspace SET csat_polarity = ? WHERE id = ?');
  const readFigures = (text: string | null): FigureSettings =>
    text === null ? defaultFigureSettings : figureSettingsSchema.parse(JSON.parse(text));
  const readWorkspace = (row: WorkspaceRow): Workspace => {
    try {
      return workspaceSchema.parse({
        ...row,
        endpoints: JSON.parse(row.endpoints),
        channels: JSON.parse(row.channels),
        queues: JSON.parse(row.queues),
        sample: row.sample === null ? null : JSON.parse(row.sample),
        figures: readFigures(row.figures),
      });
    } catch (error) {
      throw new AppError(
        'db_corrupt',
        'A workspace in library.db has settings that Afterword never wrote: another program has changed the file. Put an older copy from the folder “backups” in its place.',
        { cause: error },
      );
    }
  };
  const putRetention = db.prepare('UPDATE workspace SET retention_days = ? WHERE id = ?');
  const selectSalt = db.prepare('SELECT mask_salt FROM workspace WHERE id = ?').pluck();
  const selectForgotten = db.prepare('SELECT key_hash FROM forgotten WHERE workspace = ?').pluck();
  const insertForgotten = db.prepare('INSERT OR IGNORE INTO forgotten VALUES (?, ?)');
  const selectAudit = db.prepare(
    `SELECT id, at_ms AS atMs, workspace AS workspaceId, action, details FROM audit
     WHERE @workspaceId IS NULL OR workspace = @workspaceId ORDER BY id DESC LIMIT @limit`,
  );
  const insertAudit = db.prepare(
    'INSERT INTO audit (at_ms, workspace, action, details, forgetting) VALUES (?, ?, ?, ?, ?)',
  );
  const selectForgetting = db.prepare('SELECT details FROM audit WHERE forgetting = ?').pluck();
  const naming = createNamingStore(db);
  const rememberForgotten: Library['rememberForgotten'] = (workspaceId, keyHashes) =>
    inTransaction(db, () => {
      for (const keyHash of keyHashes) insertForgotten.run(workspaceId, keyHash);
    });

  const selectMended = db.prepare(
    `SELECT at_ms AS atMs, details FROM audit WHERE action = 'restore library' ORDER BY id DESC LIMIT 1`,
  );
  if (restored !== null) {
    insertAudit.run(notes.nowMs(), null, 'restore library', JSON.stringify({ backup: restored }), null);
    notes.restored(restored);
  }

  return {
    removal: createWorkspaceRemoval(db),
    reports: createReportStore(db),
    schedules: createScheduleStore(db),
    searches: createSavedSearchStore(db),
    requests,
    naming,
    workspaces: () => (selectWorkspaces.all() as WorkspaceRow[]).map(readWorkspace),
    renameWorkspace(workspaceId, name) {
      inTransaction(db, () => {
        checkName(name, workspaceId);
        putName.run(name, workspaceId);
      });
    },
    saveWorkspace(workspace) {
      inTransaction(db, () => {
        checkName(workspace.name, workspace.id);
        putWorkspace.run({
          ...workspace,
          endpoints: JSON.stringify(workspace.endpoints),
          channels: JSON.stringify(workspace.channels),
          queues: JSON.stringify(workspace.queues),
          sample: workspace.sample === null ? null : JSON.stringify(workspace.sample),
          maskSalt: randomBytes(16).toString('hex'),
          createdMs: Date.now(),
        });
      });
    },
    changeFigures: (workspaceId, change) =>
      inTransaction(db, () => {
        const text = selectFigures.get(workspaceId) as string | null | undefined;
        if (text === undefined) throw new AppError('not_found', 'This workspace does not exist any more.');
        const figures = change(readFigures(text));
        putFigures.run(JSON.stringify(figures), workspaceId);
        return figures;
      }),
    setCsatPolarity: (workspaceId, polarity) => {
      putPolarity.run(polarity, workspaceId);
    },
    setRetention: (workspaceId, days) => {
      putRetention.run(days, workspaceId);
    },
    forgotten: (workspaceId) => selectForgotten.all(workspaceId) as Uint8Array[],
    rememberForgotten,
    recordForgetting: (workspaceId, { id, scope, conversations, quarantined, traces }, keyHashes, nowMs) =>
      inTransaction(db, () => {
        rememberForgotten(workspaceId, keyHashes);
        const said = selectForgetting.get(id) as string | undefined;
        if (said !== undefined) return forgottenSchema.parse(JSON.parse(said));
        const named = traces === null ? nothingNamed : naming.remove(workspaceId, createNameMatcher(traces));
        const forgotten = { conversations, quarantined, ...named };
        insertAudit.run(nowMs, workspaceId, 'forget', JSON.stringify({ scope, ...forgotten }), id);
        return forgotten;
      }),
    maskSalt(workspaceId) {
      const salt = selectSalt.get(workspaceId) as string | undefined;
      if (salt === undefined) throw new AppError('not_found', 'This workspace does not exist any more.');
      return salt;
    },
    audit: (nowMs, workspaceId, action, details) => {
      insertAudit.run(nowMs, workspaceId, action, JSON.stringify(details), null);
    },
    audited: (workspaceId, limit) =>
      (selectAudit.all({ workspaceId, limit }) as (Omit<AuditRecord, 'details'> & { details: string })[]).map(
        ({ details, ...rest }) => ({ ...rest, details: JSON.parse(details) as AuditDetails }),
      ),
    describe: () => describeFile(db, libraryMigrations),
    renewBackups: (nowMs) => guardOpening('library.db', () => renewBackups(db, nowMs)),
    lastMended: () => {
      const row = selectMended.get() as { atMs: number; details: string } | undefined;
      return row === undefined ? null : { atMs: row.atMs, ...(JSON.parse(row.details) as { backup: string }) };
    },
    backups: () => listBackups(db.name).map((path) => basename(path)),
    close() {
      if (!db.open) return;
      if (countChanges.get() !== changesAtStart) copy();
      requests.close();
      db.close();
      closeHeld(handOverHeld(dirname(db.name)));
    },
  };
};
