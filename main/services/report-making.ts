// The making of a report: its figures gathered from one state of the cache, its files written.
import { createHash } from 'node:crypto';
import { join, resolve } from 'node:path';
import type { IssuedFile, ReportFormat, ReportKindName, ReportSettings } from '../../preload/contract/report.ts';
import type { Workspace } from '../../preload/contract/workspace.ts';
import { type ParsedPeriod, parsePeriod } from '../metrics/period.ts';
import { lookaheadS } from '../metrics/rules.ts';
import { explainWriteError, safeFileName, writeAtomically } from '../reports/atomic-file.ts';
import type { CheckedSettings, PreparedReport } from '../reports/kind.ts';
import type { Library } from '../store/library.ts';
import { makeFolder } from '../store/open.ts';
import { refuseOwnFiles } from './output.ts';
import type { Reading, SyncedView } from './reading.ts';
import { resolveFilters } from './report-filters.ts';
import type { ReportKind, ReportRequest } from './report-kinds.ts';
import type { ReportInput } from './report-request.ts';
import { findRowKey, type NamedGroup } from './row-keys.ts';
import type { Workspaces } from './workspaces.ts';

type Target = { outDir: string; stem: string; formats: readonly ReportFormat[]; isUnattended: boolean };

type Gathered<T> = {
  settings: CheckedSettings;
  period: ParsedPeriod;
  reach: { fromS: number; toS: number };
  view: SyncedView;
  mask: ReportRequest['mask'];
  prepared: PreparedReport;
  also: T;
};

export type ReportMaking = {
  /** All reads of `work` see one state of the cache, whatever a sync writes meanwhile. */
  withSnapshot<T>(workspace: Workspace, work: () => Promise<T>): Promise<T>;
  /** Settings with defaults filled in and names resolved to keys; throws AppError invalid_input or not_found. */
  checkSettings(
    name: ReportKindName,
    workspace: Workspace,
    filters: ReportSettings,
    options: ReportSettings,
  ): Promise<CheckedSettings>;
  /** Gathers the figures of a report. `also` reads what else belongs to them, from the same state of the cache. */
  prepare<T>(
    input: ReportInput,
    signal: AbortSignal,
    also: (reach: { fromS: number; toS: number }) => Promise<T>,
  ): Promise<Gathered<T>>;
  /** A file for each format, whole or not at all; throws AppError output_failed. */
  saveFiles(
    prepared: PreparedReport,
    target: Target,
    signal: AbortSignal,
    onStep: (step: string) => void,
  ): Promise<IssuedFile[]>;
};

export const createReportMaking = (
  dataDir: string,
  library: Library,
  workspaces: Workspaces,
  reading: Reading,
  kinds: Record<ReportKindName, ReportKind>,
  /** The data changed while a report held them still: whoever asked meanwhile was shown the old. */
  onUnseenChange: () => void,
): ReportMaking => {
  const withSnapshot: ReportMaking['withSnapshot'] = async (workspace, work) => {
    const query = await workspaces.query(workspace);
    await query.call('holdSnapshot', undefined);
    try {
      return await work();
    } finally {
      if (await query.call('releaseSnapshot', undefined)) onUnseenChange();
    }
  };

  const checkSettings: ReportMaking['checkSettings'] = async (name, workspace, filters, options) => {
    const kind = kinds[name];
    const settings = kind.check(filters, options);
    const find = (by: NamedGroup, text: string) => findRowKey(workspaces, workspace, by, text);
    return { ...settings, filters: await resolveFilters(kind.named, settings.filters, find) };
  };

  const prepare: ReportMaking['prepare'] = async (input, signal, also) => {
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

  const saveFiles: ReportMaking['saveFiles'] = async (prepared, target, signal, onStep) => {
    const outDir = resolve(target.outDir);
    refuseOwnFiles(outDir, dataDir);
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
      refuseOwnFiles(path, dataDir);
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

  return { withSnapshot, checkSettings, prepare, saveFiles };
};
