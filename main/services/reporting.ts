// Makes reports and keeps what is needed to answer for them: issues one, makes it again, says what has changed since.
import { createHash, randomBytes } from 'node:crypto';
import { extname, join, resolve } from 'node:path';
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { AppError, cancelledError } from '../../preload/contract/errors.ts';
import type { ParsedInput } from '../../preload/contract/procedures.ts';
import {
  type AgainResult,
  type ChangeKind,
  type IssuedFile,
  type IssuedReport,
  type ReportDefinition,
  type ReportDiff,
  type ReportFormat,
  type ReportKindName,
  type ReportPreview,
  type ReportSettings,
  reportKinds,
  reservedReportNames,
} from '../../preload/contract/report.ts';
import { type Workspace, workspaceSchema } from '../../preload/contract/workspace.ts';
import { failpoint } from '../failpoints.ts';
import { type ParsedPeriod, parsePeriod, requireZone } from '../metrics/period.ts';
import { lookaheadS } from '../metrics/rules.ts';
import { isoFromS } from '../model-json.ts';
import type { Ports } from '../ports.ts';
import { explainWriteError, safeFileName, writeAtomically } from '../reports/atomic-file.ts';
import { diffFigures, type FigureRow, type PreparedReport } from '../reports/kind.ts';
import { fillNamePattern } from '../schedule/name-pattern.ts';
import type { Library } from '../store/library.ts';
import { makeFolder } from '../store/open.ts';
import type { StoredDefinition, StoredIssue } from '../store/report-store.ts';
import { refuseOwnFiles } from './output.ts';
import type { Reading, SyncedView } from './reading.ts';
import { fileMarks, resolveFilters } from './report-filters.ts';
import type { ReportKind, ReportRequest } from './report-kinds.ts';
import { type ReportInput, readReport } from './report-request.ts';
import { findRowKey, type NamedGroup } from './row-keys.ts';
import type { Workspaces } from './workspaces.ts';

const SHOWN_CHANGES = 1000;
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

export type Reporting = {
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
  again(input: ParsedInput<'report.again'>, signal: AbortSignal, onStep: (step: string) => void): Promise<AgainResult>;
  diff(id: number): Promise<ReportDiff>;
  define(input: ParsedInput<'report.define'>): Promise<ReportDefinition>;
  definitions(): ReportDefinition[];
  undefine(name: string): void;
  /** Throws AppError not_found. */
  findDefinition(name: string): StoredDefinition;
};

const pack = (value: unknown): Uint8Array => zstdCompressSync(JSON.stringify(value));
const unpack = (bytes: Uint8Array): unknown => JSON.parse(zstdDecompressSync(bytes).toString('utf8'));

/** What an issued report's `request` holds: see IssuedReport for the parts that are shown. */
type KeptRequest = {
  periodExpression: string;
  filters: ReportSettings;
  options: ReportSettings;
  isMasked: boolean;
  /** The workspace's settings then; they hold no credential. */
  workspace: Workspace;
  /** SyncedView.untilS; reports of versions that did not look ahead have none. */
  untilS?: number;
};

type Changes = {
  isComparable: boolean;
  counts: ReportDiff['counts'];
  total: number;
  gone: number;
  conversations: { key: string; startedAtS: number; changes: ChangeKind[] }[];
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

  /** All reads of `work` see one state of the cache, whatever a sync writes meanwhile. */
  const withSnapshot = async <T>(workspace: Workspace, work: () => Promise<T>): Promise<T> => {
    const query = await workspaces.query(workspace);
    await query.call('holdSnapshot', undefined);
    try {
      return await work();
    } finally {
      if (await query.call('releaseSnapshot', undefined)) onUnseenChange();
    }
  };

  const saveFiles = async (
    prepared: PreparedReport,
    target: { outDir: string; stem: string; formats: readonly ReportFormat[]; isUnattended: boolean },
    signal: AbortSignal,
    onStep: (step: string) => void,
  ): Promise<IssuedFile[]> => {
    const outDir = resolve(target.outDir);
    refuseOwnFiles(outDir, ports.dataDir);
    try {
      makeFolder(outDir);
    } catch (error) {
      throw explainWriteError(error, outDir);
    }
    const files: IssuedFile[] = [];
    for (const format of target.formats) {
      onStep(format === 'pdf' ? 'typesetting' : `writing ${format}`);
      const name = safeFileName(`${target.stem}.${format}`);
      const path = join(outDir, name);
      // Again: a link may lie there under this name.
      refuseOwnFiles(path, ports.dataDir);
      const digest = createHash('sha256');
      let bytes = 0;
      await writeAtomically(
        path,
        (write) =>
          prepared.render(
            format,
            async (chunk) => {
              const chunkBytes = typeof chunk === 'string' ? Buffer.from(chunk, 'utf8') : chunk;
              digest.update(chunkBytes);
              bytes += chunkBytes.length;
              await write(chunk);
            },
            signal,
          ),
        { signal, refuseLinks: target.isUnattended },
      );
      files.push({ format, name, path, sha256: digest.digest('hex'), bytes });
    }
    return files;
  };

  const checkSettings = async (
    name: ReportKindName,
    workspace: Workspace,
    filters: ReportSettings,
    options: ReportSettings,
  ) => {
    const kind = kinds[name];
    const settings = kind.check(filters, options);
    const find = (by: NamedGroup, text: string) => findRowKey(workspaces, workspace, by, text);
    return { ...settings, filters: await resolveFilters(kind.named, settings.filters, find) };
  };

  /** Gathers the figures of a report. `also` reads what else belongs to them, from the same state of the cache. */
  const prepare = async <T>(
    input: ReportInput,
    signal: AbortSignal,
    also: (reach: { fromS: number; toS: number }) => Promise<T>,
  ) => {
    const { workspace, zone } = input;
    const kind = kinds[input.kind];
    const settings = await checkSettings(input.kind, workspace, input.filters, input.options);
    const period = parsePeriod(input.period, { zone, nowMs: input.asOfMs });
    const reach = kind.reach(period, zone);
    const mask = input.mask ? { salt: library.maskSalt(workspace.id) } : null;
    return withSnapshot(workspace, async () => {
      // As far as a scorecard looks: one figure must not differ between the two.
      const seen = await reading.viewOf(workspace, reach, lookaheadS(workspace.figures.rules));
      // To the second: it is printed to the second and must be read back the same.
      const view: SyncedView = { ...seen, nowMs: Math.floor(seen.nowMs / 1000) * 1000 };
      const request: ReportRequest = { ...settings, workspace, period, zone, mask, view };
      const prepared = await kind.prepare(request, signal);
      return { settings, period, reach, view, mask, prepared, also: await also(reach) };
    });
  };

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
    } = await prepare(input, signal, async (span) =>
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
    const files = await saveFiles(
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

  /** The request an issued report was made from, with the view of then or of now. */
  const restore = (
    stored: StoredIssue,
  ): { request: Omit<ReportRequest, 'view'>; live: Workspace; viewThen: SyncedView } => {
    const { report } = stored;
    const kept = JSON.parse(stored.request) as KeptRequest;
    const workspace = workspaceSchema.parse(kept.workspace);
    const period: ParsedPeriod = {
      fromS: Date.parse(report.period.from) / 1000,
      toS: Date.parse(report.period.to) / 1000,
      label: report.periodLabel,
    };
    const mask = report.isMasked ? { salt: library.maskSalt(stored.workspaceId) } : null;
    const { filters, options } = report;
    return {
      request: { filters, options, workspace, period, zone: report.period.zone, mask },
      live: workspaces.find(stored.workspaceId),
      viewThen: {
        nowMs: stored.issuedMs,
        untilS: kept.untilS ?? stored.reach.toS,
        windows: unpack(stored.windows) as SyncedView['windows'],
      },
    };
  };

  /** What is synced now, looking ahead no further than then: days that have passed since are no change of the data. */
  const viewSince = (stored: StoredIssue, live: Workspace, { untilS }: SyncedView): Promise<SyncedView> =>
    reading.viewOf(live, { fromS: stored.reach.fromS, toS: untilS });

  const findChanges = async (stored: StoredIssue, live: Workspace): Promise<Changes> => {
    const none = { appeared: 0, closed: 0, survey: 0, disposition: 0, other: 0 };
    if (stored.fingerprints === null)
      return { isComparable: false, counts: none, total: 0, gone: 0, conversations: [] };
    const query = await workspaces.query(live);
    const { salt, fingerprints: packed, reach } = stored;
    return query.call('changesSince', { ...reach, salt, packed, limit: SHOWN_CHANGES });
  };
  const countChanges = ({ total, gone }: Changes): number => total + gone;

  return {
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
        const { prepared } = await prepare(report, signal, async () => undefined);
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

    async again({ id, outDir }, signal, onStep) {
      const stored = library.reports.findIssue(id);
      const { request, live, viewThen } = restore(stored);
      const { report } = stored;
      const kind = kinds[report.kind];
      onStep('gathering figures');
      const made = await withSnapshot(live, async () => {
        const changes = await findChanges(stored, live);
        const isSame = countChanges(changes) === 0 && stored.forgotten === 0;
        const prepared = await kind.prepare({ ...request, view: viewThen }, signal);
        if (isSame && prepared.contentHash === report.contentHash) return { prepared, changes, isSame: true };
        // Other data under the old date would be a forgery: it is made as of now.
        const view = await viewSince(stored, live, viewThen);
        return { prepared: await kind.prepare({ ...request, view }, signal), changes, isSame: false };
      });
      const [first] = report.files;
      const stem = first === undefined ? report.kind : first.name.slice(0, -extname(first.name).length);
      const target = {
        outDir,
        // Never under the name of the report that was handed in.
        stem: made.isSame ? stem : `${stem} - changed since`,
        formats: report.files.map((file) => file.format),
        isUnattended: false,
      };
      const files = await saveFiles(made.prepared, target, signal, onStep);
      const isIdentical = made.isSame && files.every((file, index) => file.sha256 === report.files[index]?.sha256);
      library.audit(clock.nowMs(), stored.workspaceId, 'report again', { issued: id, isIdentical });
      return { id, isIdentical, message: explainAgain(made, isIdentical, stored, countChanges(made.changes)), files };
    },

    async diff(id) {
      const stored = library.reports.findIssue(id);
      const { request, live, viewThen } = restore(stored);
      const { report } = stored;
      const { changes, now } = await withSnapshot(live, async () => {
        const view = await viewSince(stored, live, viewThen);
        const signal = new AbortController().signal;
        const found = await findChanges(stored, live);
        return { changes: found, now: await kinds[report.kind].prepare({ ...request, view }, signal) };
      });
      const { fromS, toS } = request.period;
      return {
        id,
        issuedAt: report.issuedAt,
        zone: report.period.zone,
        counts: changes.counts,
        gone: changes.gone,
        forgotten: stored.forgotten,
        isComparable: changes.isComparable,
        conversations: changes.conversations
          .toSorted((a, b) => a.startedAtS - b.startedAtS || (a.key < b.key ? -1 : 1))
          .map(({ key, startedAtS, changes: kindsOfChange }) => ({
            key,
            startedAt: isoFromS(startedAtS),
            isInPeriod: startedAtS >= fromS && startedAtS < toS,
            changes: kindsOfChange,
          })),
        figures: diffFigures(unpack(stored.figures) as FigureRow[], now.figures),
        coverageBefore: report.coverage,
        coverageAfter: now.coverage,
        dataAsOfBefore: report.dataAsOf,
        dataAsOfAfter: now.dataAsOf,
      };
    },

    async define(input) {
      const workspace = workspaces.find(input.workspace);
      const isTaken = [...reportKinds, ...reservedReportNames].some((name) => name === input.name.toLowerCase());
      if (isTaken)
        throw new AppError('invalid_input', `A definition cannot be called “${input.name}”. Choose another name.`);
      const zone = input.zone === null ? null : requireZone(input.zone);
      parsePeriod(input.period, { zone: zone ?? workspace.zone, nowMs: clock.nowMs() });
      const settings = await checkSettings(input.kind, workspace, input.filters, input.options);
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

const explainAgain = (
  made: { isSame: boolean; changes: { isComparable: boolean } },
  isIdentical: boolean,
  stored: StoredIssue,
  changed: number,
): string => {
  if (isIdentical) return 'Byte for byte the report that was issued.';
  if (made.isSame)
    return 'The figures are those that were issued, but the files differ: another version of Afterword, or other fonts on this machine, set them.';
  const see = `See “afterword report diff ${stored.report.id}”.`;
  if (stored.forgotten > 0 || changed > 0)
    return `The data have changed since: ${changed} conversations have changed and ${stored.forgotten} were forgotten. The files are made from today's data. ${see}`;
  const unknown = made.changes.isComparable ? '' : ' (which conversations have changed is not known any more)';
  return `The figures are not those that were issued${unknown}. The files are made from today's data. ${see}`;
};
