// What reads a workspace's cache: one conversation, coverage, exports. Reports read through it too; searches are searching.ts's,
// scorecards scorecards.ts's.
import { AppError } from '../../preload/contract/errors.ts';
import type { ParsedInput, ProcedureOutput } from '../../preload/contract/procedures.ts';
import type { Workspace } from '../../preload/contract/workspace.ts';
import { isoFromS } from '../model-json.ts';
import type { Ports } from '../ports.ts';
import type { CoverageWindow } from '../store/coverage-store.ts';
import type { Library } from '../store/library.ts';
import { summarizeCoverage } from '../sync/coverage.ts';
import { runExport } from './exporting.ts';
import { refuseOwnFiles } from './output.ts';
import type { SyncedView } from './scorecard-frames.ts';
import type { Scorecards, ScorecardWithFigures } from './scorecards.ts';
import { readQuery } from './searching.ts';
import type { Workspaces } from './workspaces.ts';

export type { ScorecardWithFigures, SyncedView };

export type Reading = {
  show(input: ParsedInput<'conversation.get'>): Promise<ProcedureOutput<'conversation.get'>>;
  raw(input: ParsedInput<'conversation.raw'>): Promise<ProcedureOutput<'conversation.raw'>>;
  coverage(input: ParsedInput<'coverage.get'>): Promise<ProcedureOutput<'coverage.get'>>;
  scorecardOf: Scorecards['scorecardOf'];
  /** For reports: the query thread itself. */
  queryOf: Workspaces['query'];
  viewOf: Scorecards['viewOf'];
  export(
    input: ParsedInput<'export.run'>,
    signal: AbortSignal,
    onProgress: (progress: { rows: number }) => void,
  ): Promise<{ rows: number }>;
};

export const createReading = (
  ports: Ports,
  library: Library,
  workspaces: Workspaces,
  scorecards: Scorecards,
): Reading => {
  const { clock } = ports;
  const windowsOf = async (workspace: Workspace): Promise<CoverageWindow[]> =>
    (await workspaces.query(workspace)).call('coverage', undefined);
  const unknownId = (id: string): AppError =>
    new AppError(
      'not_found',
      `There is no conversation “${id}” in the cache. Give a conversation id or a session id, or sync its day.`,
    );

  return {
    async show(input) {
      const query = await workspaces.query(workspaces.find(input.workspace));
      const conversation = await query.call('show', { id: input.id });
      if (!conversation) throw unknownId(input.id);
      return conversation;
    },
    async raw(input) {
      const query = await workspaces.query(workspaces.find(input.workspace));
      const rows = await query.call('raw', { id: input.id });
      if (!rows) throw unknownId(input.id);
      return rows;
    },
    async coverage(input) {
      const workspace = workspaces.find(input.workspace);
      const spans = summarizeCoverage(await windowsOf(workspace), workspace.endpoints);
      const counts = await (await workspaces.query(workspace)).call('countStarted', { spans });
      const ranges = spans.map((span, index) => ({
        from: isoFromS(span.fromS),
        to: isoFromS(span.toS),
        state: span.state,
        rows: counts[index] ?? 0,
        fetchedAt: span.fetchedMs === null ? null : isoFromS(Math.floor(span.fetchedMs / 1000)),
      }));
      return { workspace: workspace.name, ranges };
    },
    scorecardOf: scorecards.scorecardOf,
    queryOf: (workspace) => workspaces.query(workspace),
    viewOf: scorecards.viewOf,
    async export(input, signal, onProgress) {
      const workspace = workspaces.find(input.workspace);
      if (input.out !== '-') refuseOwnFiles(input.out, ports.dataDir);
      const { what, format, mask } = input;
      let rows = 0;
      let isComplete = false;
      try {
        const result = await runExport(
          await workspaces.query(workspace),
          {
            what,
            format,
            out: input.out,
            query: readQuery(input.query, workspace, clock.nowMs()),
            maskSalt: mask ? library.maskSalt(workspace.id) : null,
          },
          {
            writeStdout: ports.writeStdout,
            signal,
            onProgress: (progress) => {
              rows = progress.rows;
              onProgress(progress);
            },
          },
        );
        rows = result.rows;
        isComplete = true;
        return result;
      } finally {
        // A file is there whole or not at all; what went to standard output is out, whatever happened then.
        if (isComplete || (input.out === '-' && rows > 0))
          library.audit(clock.nowMs(), workspace.id, 'export', { what, format, isMasked: mask, rows, isComplete });
      }
    },
  };
};
