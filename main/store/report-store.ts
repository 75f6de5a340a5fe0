// Report definitions and issued reports in library.db. Blobs go in and come out as their owner packed them.
import { AppError } from '../../preload/contract/errors.ts';
import {
  definitionInputSchema,
  type IssuedReport,
  issuedReportSchema,
  type ReportDefinition,
} from '../../preload/contract/report.ts';
import { isoFromS } from '../model-json.ts';
import { type Db, inTransaction } from './open.ts';

export type StoredDefinition = Omit<ReportDefinition, 'workspace'> & { id: number; workspaceId: string };

/** What is kept of an issued report beyond what is shown of it. */
export type IssuedRecord = {
  workspaceId: string;
  report: Omit<IssuedReport, 'id' | 'workspace'>;
  issuedMs: number;
  /** JSON of what making it again needs. */
  request: string;
  reach: { fromS: number; toS: number };
  figures: Uint8Array;
  windows: Uint8Array;
  salt: Uint8Array;
  fingerprints: Uint8Array;
};
export type StoredIssue = Omit<IssuedRecord, 'fingerprints' | 'report'> & {
  report: Omit<IssuedReport, 'workspace'>;
  /** Null when they were dropped to save room. */
  fingerprints: Uint8Array | null;
  forgotten: number;
};

/** Room for fingerprints over all issued reports; beyond it the oldest lose theirs. */
const fingerprintBytesMax = 256 * 1024 * 1024;

export type ReportStore = {
  definitions(): StoredDefinition[];
  findDefinition(name: string): StoredDefinition | null;
  /** Adds the definition, or replaces the one of the same name. */
  saveDefinition(definition: Omit<StoredDefinition, 'id' | 'createdAt'>, nowMs: number): void;
  /** Throws AppError not_found, or invalid_input while a schedule uses it. */
  removeDefinition(name: string): void;
  /** Adds the report and runs `also` with its id in the same transaction. */
  issue(record: IssuedRecord, also: (id: number) => void): number;
  issued(limit: number): (Omit<IssuedReport, 'workspace'> & { workspaceId: string })[];
  /** Throws AppError not_found. */
  findIssue(id: number): StoredIssue;
  /** The issued reports of a workspace that still know single conversations. */
  withFingerprints(workspaceId: string): { id: number; reachToS: number; salt: Uint8Array }[];
  fingerprints(id: number): Uint8Array | null;
  /** `removed` are counted as forgotten. */
  replaceFingerprints(id: number, fingerprints: Uint8Array | null, removed: number): void;
  /** After forgetting: old pages leave the log of the file. */
  checkpoint(): void;
};

type DefinitionRow = {
  id: number;
  name: string;
  workspaceId: string;
  kind: string;
  period: string;
  zone: string | null;
  filters: string;
  options: string;
  formats: string;
  isMasked: number;
  createdMs: number;
};

const toDefinition = (row: DefinitionRow): StoredDefinition => ({
  id: row.id,
  workspaceId: row.workspaceId,
  createdAt: isoFromS(Math.floor(row.createdMs / 1000)),
  ...definitionInputSchema.parse({
    name: row.name,
    kind: row.kind,
    period: row.period,
    zone: row.zone,
    filters: JSON.parse(row.filters),
    options: JSON.parse(row.options),
    formats: JSON.parse(row.formats),
    mask: row.isMasked === 1,
  }),
});

type IssueRow = {
  id: number;
  workspaceId: string;
  definition: string | null;
  kind: string;
  request: string;
  periodLabel: string;
  fromS: number;
  toS: number;
  zone: string;
  issuedMs: number;
  dataAsOf: string | null;
  coverage: string;
  rowCounts: string;
  definitions: string;
  contentHash: string;
  files: string;
};
type IssueBlobs = {
  reachFromS: number;
  reachToS: number;
  forgotten: number;
  figures: Buffer;
  windows: Buffer;
  salt: Buffer;
  fingerprints: Buffer | null;
};

const toIssued = (row: IssueRow): Omit<IssuedReport, 'workspace'> => {
  const request = JSON.parse(row.request) as Record<string, unknown>;
  return issuedReportSchema.omit({ workspace: true }).parse({
    ...request,
    id: row.id,
    definition: row.definition,
    kind: row.kind,
    periodLabel: row.periodLabel,
    period: { from: isoFromS(row.fromS), to: isoFromS(row.toS), zone: row.zone },
    issuedAt: isoFromS(Math.floor(row.issuedMs / 1000)),
    dataAsOf: row.dataAsOf,
    coverage: JSON.parse(row.coverage),
    rowCounts: JSON.parse(row.rowCounts),
    definitions: row.definitions,
    contentHash: row.contentHash,
    files: JSON.parse(row.files),
  });
};

const definitionColumns = `id, name, workspace AS workspaceId, kind, period, zone, filters, options, formats,
  is_masked AS isMasked, created_ms AS createdMs`;
const issueColumns = `id, workspace AS workspaceId, definition, kind, request, period_label AS periodLabel, from_s AS fromS,
  to_s AS toS, zone, issued_ms AS issuedMs, data_as_of AS dataAsOf, coverage, row_counts AS rowCounts, definitions,
  content_hash AS contentHash, files`;

export const createReportStore = (db: Db, roomBytes = fingerprintBytesMax): ReportStore => {
  const selectDefinitions = db.prepare(`SELECT ${definitionColumns} FROM report_definition ORDER BY name`);
  const selectDefinition = db.prepare(`SELECT ${definitionColumns} FROM report_definition WHERE name = ?`);
  const putDefinition = db.prepare(
    `INSERT INTO report_definition (name, workspace, kind, period, zone, filters, options, formats, is_masked, created_ms)
     VALUES (@name, @workspaceId, @kind, @period, @zone, @filters, @options, @formats, @isMasked, @createdMs)
     ON CONFLICT (name) DO UPDATE SET name = excluded.name, workspace = excluded.workspace, kind = excluded.kind,
       period = excluded.period, zone = excluded.zone, filters = excluded.filters, options = excluded.options,
       formats = excluded.formats, is_masked = excluded.is_masked`,
  );
  const countSchedules = db
    .prepare('SELECT count(*) FROM schedule s JOIN report_definition d ON d.id = s.definition WHERE d.name = ?')
    .pluck();
  const deleteDefinition = db.prepare('DELETE FROM report_definition WHERE name = ?');
  const insertIssue = db.prepare(
    `INSERT INTO issued_report (workspace, definition, kind, request, period_label, from_s, to_s, zone, issued_ms,
       data_as_of, coverage, row_counts, definitions, content_hash, files, reach_from_s, reach_to_s, figures, windows,
       salt, fingerprints)
     VALUES (@workspaceId, @definition, @kind, @request, @periodLabel, @fromS, @toS, @zone, @issuedMs,
       @dataAsOf, @coverage, @rowCounts, @definitions, @contentHash, @files, @reachFromS, @reachToS, @figures, @windows,
       @salt, @fingerprints)`,
  );
  const dropOldFingerprints = db.prepare(
    `UPDATE issued_report SET fingerprints = NULL WHERE id IN (SELECT id FROM (
       SELECT id, sum(length(fingerprints)) OVER (ORDER BY id DESC) AS bytes FROM issued_report WHERE fingerprints IS NOT NULL
     ) WHERE bytes > ?)`,
  );
  const selectIssued = db.prepare(`SELECT ${issueColumns} FROM issued_report ORDER BY id DESC LIMIT ?`);
  const selectIssue = db.prepare(
    `SELECT ${issueColumns}, reach_from_s AS reachFromS, reach_to_s AS reachToS, forgotten, figures, windows, salt,
       fingerprints FROM issued_report WHERE id = ?`,
  );
  const selectWithFingerprints = db.prepare(
    `SELECT id, reach_to_s AS reachToS, salt FROM issued_report WHERE workspace = ? AND fingerprints IS NOT NULL`,
  );
  const selectFingerprints = db.prepare('SELECT fingerprints FROM issued_report WHERE id = ?').pluck();
  const putFingerprints = db.prepare(
    'UPDATE issued_report SET fingerprints = ?, forgotten = forgotten + ? WHERE id = ?',
  );

  return {
    definitions: () => (selectDefinitions.all() as DefinitionRow[]).map(toDefinition),
    findDefinition(name) {
      const row = selectDefinition.get(name) as DefinitionRow | undefined;
      return row === undefined ? null : toDefinition(row);
    },
    saveDefinition(definition, nowMs) {
      const { filters, options, formats, mask, ...rest } = definition;
      putDefinition.run({
        ...rest,
        filters: JSON.stringify(filters),
        options: JSON.stringify(options),
        formats: JSON.stringify(formats),
        isMasked: Number(mask),
        createdMs: nowMs,
      });
    },
    removeDefinition(name) {
      inTransaction(db, () => {
        const schedules = countSchedules.get(name) as number;
        if (schedules > 0)
          throw new AppError(
            'invalid_input',
            `“${name}” is used by ${schedules === 1 ? 'a schedule' : `${schedules} schedules`}. Remove those first: see “afterword schedule list”.`,
          );
        if (deleteDefinition.run(name).changes === 0)
          throw new AppError('not_found', `There is no report definition called “${name}”.`);
      });
    },
    issue: (record, also) =>
      inTransaction(db, () => {
        const { report } = record;
        const { lastInsertRowid } = insertIssue.run({
          workspaceId: record.workspaceId,
          definition: report.definition,
          kind: report.kind,
          request: record.request,
          periodLabel: report.periodLabel,
          fromS: Date.parse(report.period.from) / 1000,
          toS: Date.parse(report.period.to) / 1000,
          zone: report.period.zone,
          issuedMs: record.issuedMs,
          dataAsOf: report.dataAsOf,
          coverage: JSON.stringify(report.coverage),
          rowCounts: JSON.stringify(report.rowCounts),
          definitions: report.definitions,
          contentHash: report.contentHash,
          files: JSON.stringify(report.files),
          reachFromS: record.reach.fromS,
          reachToS: record.reach.toS,
          figures: record.figures,
          windows: record.windows,
          salt: record.salt,
          fingerprints: record.fingerprints,
        });
        const id = Number(lastInsertRowid);
        dropOldFingerprints.run(roomBytes);
        also(id);
        return id;
      }),
    issued: (limit) =>
      (selectIssued.all(limit) as IssueRow[]).map((row) => ({ ...toIssued(row), workspaceId: row.workspaceId })),
    findIssue(id) {
      const row = selectIssue.get(id) as (IssueRow & IssueBlobs) | undefined;
      if (row === undefined)
        throw new AppError('not_found', `There is no issued report ${id}. See “afterword report list”.`);
      return {
        workspaceId: row.workspaceId,
        report: toIssued(row),
        issuedMs: row.issuedMs,
        request: row.request,
        reach: { fromS: row.reachFromS, toS: row.reachToS },
        figures: row.figures,
        windows: row.windows,
        salt: row.salt,
        fingerprints: row.fingerprints,
        forgotten: row.forgotten,
      };
    },
    withFingerprints: (workspaceId) =>
      selectWithFingerprints.all(workspaceId) as { id: number; reachToS: number; salt: Uint8Array }[],
    fingerprints: (id) => (selectFingerprints.get(id) as Buffer | null | undefined) ?? null,
    replaceFingerprints: (id, fingerprints, removed) => {
      putFingerprints.run(fingerprints, removed, id);
    },
    checkpoint: () => {
      db.pragma('wal_checkpoint(TRUNCATE)');
    },
  };
};
