// Removing a workspace from library.db, with all that refers to it; the audit keeps a line. Reports that were issued go
// from the list, not from where their files were written.
import { AppError } from '../../preload/contract/errors.ts';
import type { Belongings } from '../../preload/contract/workspace.ts';
import { type Db, inTransaction } from './open.ts';

export type WorkspaceRemoval = {
  belongings(workspaceId: string): Belongings;
  /** Throws AppError not_found. */
  remove(workspaceId: string, nowMs: number): Belongings;
};

export const createWorkspaceRemoval = (db: Db): WorkspaceRemoval => {
  const schedules = 'schedule WHERE definition IN (SELECT id FROM report_definition WHERE workspace = @workspace)';
  const count = db.prepare(
    `SELECT (SELECT count(*) FROM report_definition WHERE workspace = @workspace) AS definitions,
       (SELECT count(*) FROM ${schedules}) AS schedules,
       (SELECT count(*) FROM issued_report WHERE workspace = @workspace) AS issuedReports,
       (SELECT count(*) FROM saved_search WHERE workspace = @workspace) AS searches,
       (SELECT count(*) FROM forgotten WHERE workspace = @workspace) AS forgotten`,
  );
  // In an order that no reference forbids; a schedule takes its runs along.
  const removals = [
    `DELETE FROM ${schedules}`,
    'DELETE FROM report_definition WHERE workspace = @workspace',
    'DELETE FROM issued_report WHERE workspace = @workspace',
    'DELETE FROM saved_search WHERE workspace = @workspace',
    'DELETE FROM forgotten WHERE workspace = @workspace',
  ].map((sql) => db.prepare(sql));
  const removeRow = db.prepare('DELETE FROM workspace WHERE id = @workspace');
  const audit = db.prepare(
    `INSERT INTO audit (at_ms, workspace, action, details) VALUES (?, ?, 'remove workspace', ?)`,
  );
  const belongings: WorkspaceRemoval['belongings'] = (workspace) => count.get({ workspace }) as Belongings;
  return {
    belongings,
    remove: (workspace, nowMs) =>
      inTransaction(db, () => {
        const gone = belongings(workspace);
        for (const removal of removals) removal.run({ workspace });
        if (removeRow.run({ workspace }).changes === 0)
          throw new AppError('not_found', 'This workspace does not exist any more.');
        audit.run(nowMs, workspace, JSON.stringify(gone));
        return gone;
      }),
  };
};
