// Reports that were issued: made again from what was kept of them, and compared with what the data say today.
import { extname } from 'node:path';
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import type { ParsedInput } from '../../preload/contract/procedures.ts';
import type {
  AgainResult,
  ChangeKind,
  ReportDiff,
  ReportKindName,
  ReportSettings,
} from '../../preload/contract/report.ts';
import { type Workspace, workspaceSchema } from '../../preload/contract/workspace.ts';
import type { ParsedPeriod } from '../metrics/period.ts';
import { isoFromS } from '../model-json.ts';
import type { Clock } from '../ports.ts';
import { diffFigures, type FigureRow } from '../reports/kind.ts';
import type { Library } from '../store/library.ts';
import type { StoredIssue } from '../store/report-store.ts';
import type { Reading, SyncedView } from './reading.ts';
import type { ReportKind, ReportRequest } from './report-kinds.ts';
import type { ReportMaking } from './report-making.ts';
import type { Workspaces } from './workspaces.ts';

const SHOWN_CHANGES = 1000;

/** How figures and windows are kept with an issued report. */
export const pack = (value: unknown): Uint8Array => zstdCompressSync(JSON.stringify(value));
const unpack = (bytes: Uint8Array): unknown => JSON.parse(zstdDecompressSync(bytes).toString('utf8'));

/** What an issued report's `request` holds: see IssuedReport for the parts that are shown. */
export type KeptRequest = {
  periodExpression: string;
  filters: ReportSettings;
  options: ReportSettings;
  isMasked: boolean;
  /** The workspace's settings then; they hold no credential. */
  workspace: Workspace;
  /** SyncedView.untilS; reports of versions that did not look ahead have none. */
  untilS?: number;
};

export type IssuedReports = {
  again(input: ParsedInput<'report.again'>, signal: AbortSignal, onStep: (step: string) => void): Promise<AgainResult>;
  diff(id: number): Promise<ReportDiff>;
};

type Changes = {
  isComparable: boolean;
  counts: ReportDiff['counts'];
  total: number;
  gone: number;
  conversations: { key: string; startedAtS: number; changes: ChangeKind[] }[];
};

export const createIssuedReports = (
  clock: Clock,
  library: Library,
  workspaces: Workspaces,
  reading: Reading,
  kinds: Record<ReportKindName, ReportKind>,
  { withSnapshot, saveFiles }: ReportMaking,
): IssuedReports => {
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
  };
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
