// Reports as a user asks for them: defined, previewed, issued with what is needed to answer for them.
import { randomBytes } from 'node:crypto';
import { AppError, cancelledError } from '../../preload/contract/errors.ts';
import type { ParsedInput } from '../../preload/contract/procedures.ts';
import {
  type IssuedReport,
  type ReportDefinition,
  type ReportFormat,
  type ReportKindName,
  type ReportPreview,
  reportKinds,
  reservedReportNames,
} from '../../preload/contract/report.ts';
import { failpoint } from '../failpoints.ts';
import { parsePeriod, requireZone } from '../metrics/period.ts';
import { isoFromS } from '../model-json.ts';
import type { Ports } from '../ports.ts';
import type { PreparedReport } from '../reports/kind.ts';
import { fillNamePattern } from '../schedule/name-pattern.ts';
import type { Library } from '../store/library.ts';
import type { StoredDefinition } from '../store/report-store.ts';
import { createIssuedReports, type IssuedReports, type KeptRequest, pack } from './issued-reports.ts';
import type { Reading } from './reading.ts';
import { fileMarks } from './report-filters.ts';
import type { ReportKind } from './report-kinds.ts';
import { createReportMaking } from './report-making.ts';
import { type ReportInput, readReport } from './report-request.ts';
import type { Workspaces } from './workspaces.ts';

const namePatternDefault = '{kind} {workspace} {period}';

/** And where it goes. */
export type IssueInput = ReportInput & {
  formats: readonly ReportFormat[];
  outDir: string;
  namePattern: string;
  /** {date} of the file names. */
  date: string;
  /** Nobody watches: refuse a folder reached through a link. */
  isUnattended: boolean;
  /** Called before anything leaves; throws to stop it. */
  beforeWrite?: () => void;
  /** Part of the transaction that records the report. */
  onRecorded?: (id: number, prepared: PreparedReport) => void;
};

export type Reporting = IssuedReports & {
  /** Throws AppError cancelled when the signal is aborted or a newer preview of the same client has come. */
  preview(input: ParsedInput<'report.preview'>): Promise<ReportPreview>;
  /** Whether there was one to cancel. */
  stopPreview(client: string): boolean;
  run(
    input: ParsedInput<'report.run'>,
    signal: AbortSignal,
    onStep: (step: string) => void,
  ): Promise<{ files: string[]; rows: number; report: IssuedReport }>;
  issue(input: IssueInput, signal: AbortSignal, onStep: (step: string) => void): Promise<IssuedReport>;
  list(limit: number): IssuedReport[];
  define(input: ParsedInput<'report.define'>): Promise<ReportDefinition>;
  definitions(): ReportDefinition[];
  undefine(name: string): void;
  /** Throws AppError not_found. */
  findDefinition(name: string): StoredDefinition;
};

export const createReporting = (
  ports: Ports,
  library: Library,
  workspaces: Workspaces,
  reading: Reading,
  kinds: Record<ReportKindName, ReportKind>,
  /** The data changed while a report held them still: whoever asked meanwhile was shown the old. */
  onUnseenChange: () => void,
): Reporting => {
  const { clock } = ports;
  /** By client. */
  const previews = new Map<string, AbortController>();
  const nameOf = (workspaceId: string): string =>
    library.workspaces().find((workspace) => workspace.id === workspaceId)?.name ?? workspaceId;
  const showDefinition = ({ id: _, workspaceId, ...definition }: StoredDefinition): ReportDefinition => ({
    ...definition,
    workspace: nameOf(workspaceId),
  });

  const making = createReportMaking(ports.dataDir, library, workspaces, reading, kinds, onUnseenChange);

  const issue: Reporting['issue'] = async (input, signal, onStep) => {
    const { workspace, kind: kindName, zone } = input;
    const salt = randomBytes(16);
    onStep('gathering figures');
    const {
      settings,
      period,
      reach,
      view,
      mask,
      prepared,
      also: fingerprints,
    } = await making.prepare(input, signal, async (span) =>
      (await workspaces.query(workspace)).call('fingerprints', { ...span, salt }),
    );
    failpoint('report-gathered');
    input.beforeWrite?.();
    // A schedule's pattern is the user's own.
    const marks =
      input.namePattern === namePatternDefault
        ? fileMarks({ filters: input.filters, zone, maskSalt: mask?.salt ?? null }, workspace)
        : [];
    const parts = { kind: kindName, period: period.label, workspace: workspace.name, date: input.date };
    const files = await making.saveFiles(
      prepared,
      {
        outDir: input.outDir,
        stem: [fillNamePattern(input.namePattern, parts), ...marks].join(' '),
        formats: [...new Set(input.formats)],
        isUnattended: input.isUnattended,
      },
      signal,
      onStep,
    );
    failpoint('report-files-written');
    const { untilS } = view;
    const kept: KeptRequest = { periodExpression: input.period, ...settings, isMasked: input.mask, workspace, untilS };
    const report: Omit<IssuedReport, 'id' | 'workspace'> = {
      definition: input.definition,
      kind: kindName,
      periodExpression: input.period,
      periodLabel: period.label,
      period: { from: isoFromS(period.fromS), to: isoFromS(period.toS), zone },
      ...settings,
      isMasked: input.mask,
      issuedAt: isoFromS(view.nowMs / 1000),
      dataAsOf: prepared.dataAsOf,
      coverage: prepared.coverage,
      rowCounts: prepared.rowCounts,
      definitions: prepared.definitions,
      contentHash: prepared.contentHash,
      files,
    };
    const record = {
      workspaceId: workspace.id,
      report,
      issuedMs: view.nowMs,
      request: JSON.stringify(kept),
      reach,
      figures: pack(prepared.figures),
      windows: pack(view.windows),
      salt,
      fingerprints,
    };
    const id = library.reports.issue(record, (issuedId) => {
      const details = { kind: kindName, period: period.label, isMasked: input.mask, issued: issuedId };
      library.audit(clock.nowMs(), workspace.id, 'report', details);
      input.onRecorded?.(issuedId, prepared);
    });
    failpoint('report-recorded');
    return { ...report, id, workspace: workspace.name };
  };

  return {
    ...createIssuedReports(clock, library, workspaces, reading, kinds, making),
    issue,
    async preview({ client, firstPage, pages: count, ...input }) {
      const controller = new AbortController();
      const { signal } = controller;
      if (client !== undefined) {
        previews.get(client)?.abort(cancelledError());
        previews.set(client, controller);
      }
      try {
        const { report } = readReport(input, library, workspaces, clock.nowMs());
        const { prepared } = await making.prepare(report, signal, async () => undefined);
        return await prepared.preview({ first: firstPage, count }, signal);
      } finally {
        if (client !== undefined && previews.get(client) === controller) previews.delete(client);
      }
    },
    stopPreview(client) {
      const controller = previews.get(client);
      controller?.abort(cancelledError());
      return controller !== undefined;
    },
    async run(input, signal, onStep) {
      const { report: what, saved } = readReport(input, library, workspaces, clock.nowMs());
      const report = await issue(
        {
          ...what,
          formats: input.formats ?? saved?.formats ?? ['pdf', 'csv'],
          outDir: input.outDir,
          namePattern: namePatternDefault,
          date: parsePeriod('today', { zone: what.zone, nowMs: what.asOfMs }).label,
          isUnattended: false,
        },
        signal,
        onStep,
      );
      const [rows = 0] = Object.values(report.rowCounts);
      return { files: report.files.map((file) => file.path), rows, report };
    },
    list: (limit) =>
      library.reports
        .issued(limit)
        .map(({ workspaceId, ...report }) => ({ ...report, workspace: nameOf(workspaceId) })),

    async define(input) {
      const workspace = workspaces.find(input.workspace);
      const isTaken = [...reportKinds, ...reservedReportNames].some((name) => name === input.name.toLowerCase());
      if (isTaken)
        throw new AppError('invalid_input', `A definition cannot be called “${input.name}”. Choose another name.`);
      const zone = input.zone === null ? null : requireZone(input.zone);
      parsePeriod(input.period, { zone: zone ?? workspace.zone, nowMs: clock.nowMs() });
      const settings = await making.checkSettings(input.kind, workspace, input.filters, input.options);
      const { name, kind, period, formats, mask } = input;
      library.reports.saveDefinition(
        { name, workspaceId: workspace.id, kind, period, zone, ...settings, formats, mask },
        clock.nowMs(),
      );
      return showDefinition(findDefinition(name));
    },
    definitions: () => library.reports.definitions().map(showDefinition),
    undefine: (name) => library.reports.removeDefinition(name),
    findDefinition: (name) => findDefinition(name),
  };

  function findDefinition(name: string): StoredDefinition {
    const found = library.reports.findDefinition(name);
    if (found) return found;
    const names = library.reports.definitions().map((definition) => definition.name);
    throw new AppError(
      'not_found',
      `There is no report definition called “${name}”. ${names.length === 0 ? 'Make one with “afterword report define”.' : `There are: ${names.join(', ')}.`}`,
    );
  }
};
