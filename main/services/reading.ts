// Everything that reads a workspace's cache: search, one conversation, coverage, scorecards, exports, forgetting.
import { AppError } from '../../preload/contract/errors.ts';
import type { ParsedInput, ProcedureOutput } from '../../preload/contract/procedures.ts';
import type { Scorecard, ScorecardGroup } from '../../preload/contract/scorecard.ts';
import type { Workspace } from '../../preload/contract/workspace.ts';
import { type ParsedPeriod, parsePeriod, requireZone } from '../metrics/period.ts';
import type { ScorecardFigures } from '../metrics/scorecard.ts';
import { isoFromS } from '../model-json.ts';
import type { Ports } from '../ports.ts';
import type { CoverageWindow } from '../store/coverage-store.ts';
import type { Library } from '../store/library.ts';
import { coverPeriod, dataAsOf, summarizeCoverage } from '../sync/coverage.ts';
import { runExport } from './exporting.ts';
import { forgetFingerprints } from './forget-fingerprints.ts';
import { readQuery } from './searching.ts';
import type { Workspaces } from './workspaces.ts';

export type ScorecardWithFigures = { scorecard: Scorecard; figures: ScorecardFigures };

/** The moment a report speaks of: what was synced then. The same view of the same data gives the same report. */
export type SyncedView = {
  /** UTC epoch milliseconds: what lies after it is not a hole yet. */
  nowMs: number;
  windows: readonly CoverageWindow[];
};

export type Reading = {
  show(input: ParsedInput<'conversation.get'>): Promise<ProcedureOutput<'conversation.get'>>;
  raw(input: ParsedInput<'conversation.raw'>): Promise<ProcedureOutput<'conversation.raw'>>;
  coverage(input: ParsedInput<'coverage.get'>): Promise<ProcedureOutput<'coverage.get'>>;
  scorecard(input: ParsedInput<'scorecard.get'>): Promise<Scorecard>;
  /** For reports: the scorecard of a period already cut, with the pooled figures beside it. */
  scorecardOf(
    workspace: Workspace,
    by: ScorecardGroup,
    period: ParsedPeriod,
    zone: string,
    options?: { agent?: string; view?: SyncedView },
  ): Promise<ScorecardWithFigures>;
  /** What is synced now of the workspace's endpoints, within a range. */
  viewOf(workspace: Workspace, range: { fromS: number; toS: number }): Promise<SyncedView>;
  export(
    input: ParsedInput<'export.run'>,
    signal: AbortSignal,
    onProgress: (progress: { rows: number }) => void,
  ): Promise<{ rows: number }>;
  countCustomer(input: ParsedInput<'forget.count'>): Promise<{ conversations: number }>;
  forget(input: ParsedInput<'forget.run'>): Promise<{ conversations: number; quarantined: number }>;
};

export const createReading = (ports: Ports, library: Library, workspaces: Workspaces): Reading => {
  const { clock } = ports;
  const windowsOf = async (workspace: Workspace): Promise<CoverageWindow[]> =>
    (await workspaces.query(workspace)).call('coverage', undefined);
  const unknownId = (id: string): AppError =>
    new AppError(
      'not_found',
      `There is no conversation “${id}” in the cache. Give a conversation id or a session id, or sync its day.`,
    );

  const viewOf: Reading['viewOf'] = async (workspace, { fromS, toS }) => {
    const windows = (await windowsOf(workspace)).filter(
      (w) => workspace.endpoints.includes(w.endpoint) && w.fromS < toS && w.toS > fromS,
    );
    return { nowMs: clock.nowMs(), windows };
  };

  const scorecardOf: Reading['scorecardOf'] = async (workspace, by, { fromS, toS }, zone, options = {}) => {
    const { agent } = options;
    const query = await workspaces.query(workspace);
    const { csatPolarity } = workspace;
    const figures = await query.call('scorecard', {
      by,
      fromS,
      toS,
      csatPolarity,
      zone,
      ...(agent === undefined ? {} : { agentKey: agent }),
    });
    const { windows, nowMs } = options.view ?? (await viewOf(workspace, { fromS, toS }));
    const asOfMs = dataAsOf(windows, fromS, toS);
    const nowS = Math.floor(nowMs / 1000);
    const scorecard: Scorecard = {
      period: { from: isoFromS(fromS), to: isoFromS(toS), zone },
      dataAsOf: asOfMs === null ? null : isoFromS(Math.floor(asOfMs / 1000)),
      coverage: coverPeriod(summarizeCoverage(windows, workspace.endpoints), fromS, toS, nowS),
      rows: figures.rows,
    };
    return { scorecard, figures };
  };

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
    async scorecard(input) {
      const workspace = workspaces.find(input.workspace);
      const zone = requireZone(input.zone ?? workspace.zone);
      const period = parsePeriod(input.period, { zone, nowMs: clock.nowMs() });
      const options = input.agent === undefined ? {} : { agent: input.agent };
      return (await scorecardOf(workspace, input.by, period, zone, options)).scorecard;
    },
    scorecardOf,
    viewOf,
    async export(input, signal, onProgress) {
      const workspace = workspaces.find(input.workspace);
      const { what, format, mask } = input;
      const result = await runExport(
        await workspaces.query(workspace),
        {
          what,
          format,
          out: input.out,
          query: readQuery(input.query, workspace, clock.nowMs()),
          maskSalt: mask ? library.maskSalt(workspace.id) : null,
        },
        { writeStdout: ports.writeStdout, signal, onProgress },
      );
      library.audit(clock.nowMs(), workspace.id, 'export', { what, format, isMasked: mask, rows: result.rows });
      return result;
    },
    countCustomer: async (input) => ({
      conversations: await workspaces
        .writer(workspaces.find(input.workspace))
        .call('findCustomers', { customer: input.customer }),
    }),
    async forget(input) {
      const workspace = workspaces.find(input.workspace);
      const { customer, olderThanDays } = input;
      if ((customer === undefined) === (olderThanDays === undefined))
        throw new AppError(
          'invalid_input',
          'Say what to forget: either one customer or everything older than a number of days.',
        );
      const scope =
        customer === undefined
          ? { beforeS: Math.floor(clock.nowMs() / 1000) - (olderThanDays ?? 0) * 86_400 }
          : { customer };
      // First what issued reports know of them: cut short in between, the next try still finds their keys.
      const keys = await workspaces.writer(workspace).call('forgetKeys', scope);
      forgetFingerprints(library.reports, workspace.id, keys, 'beforeS' in scope ? scope.beforeS : null);
      const forgotten = await workspaces.writer(workspace).call('forget', scope);
      if (customer !== undefined) library.searches.removeMentioning(workspace.id, customer);
      library.audit(clock.nowMs(), workspace.id, 'forget', {
        scope: customer === undefined ? `older than ${olderThanDays} days` : 'one customer',
        ...forgotten,
      });
      return forgotten;
    },
  };
};
