// library.db: workspaces, the account's spent requests, the audit of what left the cache; reports, schedules
// and saved searches have stores of their own in it.
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { AppError } from '../../preload/contract/errors.ts';
import { defaultFigureSettings, type FigureSettings, figureSettingsSchema } from '../../preload/contract/figures.ts';
import type { CsatPolarity } from '../../preload/contract/scorecard.ts';
import { type Workspace, workspaceSchema } from '../../preload/contract/workspace.ts';
import { type CustomerMentions, createCustomerMentions } from './customer-mentions.ts';
import { libraryMigrations } from './migrations/library.ts';
import { inTransaction, openForWriting } from './open.ts';
import { createReportStore, type ReportStore } from './report-store.ts';
import { createSavedSearchStore, type SavedSearchStore } from './saved-search-store.ts';
import { createScheduleStore, type ScheduleStore } from './schedule-store.ts';
import { createWorkspaceRemoval, type WorkspaceRemoval } from './workspace-removal.ts';

export type RequestReservation = { waitMs: 0; id: number } | { waitMs: number; id: null };

export type Library = {
  removal: WorkspaceRemoval;
  mentions: CustomerMentions;
  reports: ReportStore;
  schedules: ScheduleStore;
  searches: SavedSearchStore;
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
  maskSalt(workspaceId: string): string;
  /**
   * Spends one request of the account's budget, or says how long to wait for one. At most `limit` are ever granted in
   * a window of `windowMs`, counted from the moment the server is known to have seen the earlier one.
   */
  reserveRequest(account: string, nowMs: number, limit: number, windowMs: number): RequestReservation;
  /** The server has answered: the request's minute counts from now. */
  answeredRequest(id: number, nowMs: number): void;
  /** SHA-256 of the keys of conversations the user had forgotten. */
  forgotten(workspaceId: string): Uint8Array[];
  rememberForgotten(workspaceId: string, keyHashes: readonly Uint8Array[]): void;
  audit(
    nowMs: number,
    workspaceId: string | null,
    action: string,
    details: Record<string, string | number | boolean | null>,
  ): void;
  close(): void;
};

type WorkspaceRow = Omit<Workspace, 'endpoints' | 'channels' | 'queues' | 'sample' | 'figures'> & {
  figures: string | null;
  endpoints: string;
  channels: string;
  queues: string;
  sample: string | null;
};

// A request counts from the moment the server is known to have seen it: until it is answered, from a moment ahead.
const UNANSWERED_GRACE_MS = 30_000;

export const openLibrary = (dataDir: string): Library => {
  const db = openForWriting({
    path: join(dataDir, 'library.db'),
    label: 'library.db',
    migrations: libraryMigrations,
    synchronous: 'full',
    backupBeforeMigration: true,
  });
  const selectWorkspaces = db.prepare(
    `SELECT id, name, host, account_id AS accountId, app_id AS appId, client_id AS clientId, endpoints,
       requests_per_minute AS requestsPerMinute, zone, csat_polarity AS csatPolarity, channels, queues, direction, sample, figures
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
  const selectSalt = db.prepare('SELECT mask_salt FROM workspace WHERE id = ?').pluck();
  const forgetRequests = db.prepare('DELETE FROM request_log WHERE account = ? AND (at_ms <= ? OR at_ms > ?)');
  const selectBlocking = db
    .prepare('SELECT at_ms FROM request_log WHERE account = ? ORDER BY at_ms DESC LIMIT 1 OFFSET ?')
    .pluck();
  const insertRequest = db.prepare('INSERT INTO request_log (account, at_ms) VALUES (?, ?)');
  const answerRequest = db.prepare('UPDATE request_log SET at_ms = ? WHERE id = ?');
  const selectForgotten = db.prepare('SELECT key_hash FROM forgotten WHERE workspace = ?').pluck();
  const insertForgotten = db.prepare('INSERT OR IGNORE INTO forgotten VALUES (?, ?)');
  const insertAudit = db.prepare('INSERT INTO audit (at_ms, workspace, action, details) VALUES (?, ?, ?, ?)');

  return {
    removal: createWorkspaceRemoval(db),
    mentions: createCustomerMentions(db),
    reports: createReportStore(db),
    schedules: createScheduleStore(db),
    searches: createSavedSearchStore(db),
    workspaces: () =>
      (selectWorkspaces.all() as WorkspaceRow[]).map((row) =>
        workspaceSchema.parse({
          ...row,
          endpoints: JSON.parse(row.endpoints),
          channels: JSON.parse(row.channels),
          queues: JSON.parse(row.queues),
          sample: row.sample === null ? null : JSON.parse(row.sample),
          figures: readFigures(row.figures),
        }),
      ),
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
    forgotten: (workspaceId) => selectForgotten.all(workspaceId) as Uint8Array[],
    rememberForgotten(workspaceId, keyHashes) {
      inTransaction(db, () => {
        for (const keyHash of keyHashes) insertForgotten.run(workspaceId, keyHash);
      });
    },
    maskSalt(workspaceId) {
      const salt = selectSalt.get(workspaceId) as string | undefined;
      if (salt === undefined) throw new AppError('not_found', 'This workspace does not exist any more.');
      return salt;
    },
    reserveRequest: (account, nowMs, limit, windowMs) =>
      inTransaction(db, () => {
        // A time further ahead than any we write was written before the clock was set back: it says nothing about now.
        forgetRequests.run(account, nowMs - windowMs, nowMs + UNANSWERED_GRACE_MS);
        const blockingMs = selectBlocking.get(account, limit - 1) as number | undefined;
        if (blockingMs !== undefined) return { waitMs: Math.max(1, blockingMs + windowMs - nowMs), id: null };
        return { waitMs: 0, id: Number(insertRequest.run(account, nowMs + UNANSWERED_GRACE_MS).lastInsertRowid) };
      }),
    answeredRequest: (id, nowMs) => {
      answerRequest.run(nowMs, id);
    },
    audit: (nowMs, workspaceId, action, details) => {
      insertAudit.run(nowMs, workspaceId, action, JSON.stringify(details));
    },
    close: () => db.close(),
  };
};
