// Scorecards: what a figure of a period is counted from and by, and the answers made of it.
import type { RuleChanges } from '../../preload/contract/counting.ts';
import type { ParsedInput } from '../../preload/contract/procedures.ts';
import type { Scorecard, ScorecardGroup } from '../../preload/contract/scorecard.ts';
import type { Workspace } from '../../preload/contract/workspace.ts';
import { type ParsedPeriod, parsePeriod, requireZone } from '../metrics/period.ts';
import { applyRuleChanges, lookaheadS } from '../metrics/rules.ts';
import type { ScorecardFigures } from '../metrics/scorecard.ts';
import { resolveTeams } from '../metrics/teams.ts';
import { isoFromS } from '../model-json.ts';
import type { Ports } from '../ports.ts';
import type { CoverageWindow } from '../store/coverage-store.ts';
import { type CoverageSpan, coverPeriod, dataAsOf, summarizeCoverage } from '../sync/coverage.ts';
import type { ScorecardInput } from '../workers/query-worker.ts';
import type { Workspaces } from './workspaces.ts';

export type ScorecardWithFigures = { scorecard: Scorecard; figures: ScorecardFigures };

/** The moment a report speaks of: what was synced then. The same view of the same data gives the same report. */
export type SyncedView = {
  /** UTC epoch milliseconds: what lies after it is not a hole yet. */
  nowMs: number;
  windows: readonly CoverageWindow[];
};

export type ScorecardChoice = {
  /** Counts only this agent's work, whatever the group. */
  agent?: string;
  /** What was synced when; left out: what is now. */
  view?: SyncedView;
  /** What to count otherwise than the workspace. */
  rules?: RuleChanges;
};

export type Scorecards = {
  get(input: ParsedInput<'scorecard.get'>): Promise<Scorecard>;
  /** For reports: the scorecard of a period already cut, with the pooled figures beside it. */
  scorecardOf(
    workspace: Workspace,
    by: ScorecardGroup,
    period: ParsedPeriod,
    zone: string,
    choice?: ScorecardChoice,
  ): Promise<ScorecardWithFigures>;
  /** What is synced now of the workspace's endpoints, within a range. */
  viewOf(workspace: Workspace, range: { fromS: number; toS: number }): Promise<SyncedView>;
};

/** From where on contacts are not known, and where before that some may be missing. */
const findUnknown = (
  spans: readonly CoverageSpan[],
  fromS: number,
  untilS: number,
  nowS: number,
): { horizonS: number; holes: { fromS: number; toS: number }[] } => {
  const endS = Math.max(fromS, Math.min(untilS, nowS));
  const holes = coverPeriod(spans, fromS, endS, nowS).holes.map(({ from, to }) => ({
    fromS: Date.parse(from) / 1000,
    toS: Date.parse(to) / 1000,
  }));
  const last = holes.at(-1);
  return { horizonS: last !== undefined && last.toS >= endS ? last.fromS : endS, holes };
};

export const createScorecards = (ports: Ports, workspaces: Workspaces): Scorecards => {
  const { clock } = ports;

  const viewOf: Scorecards['viewOf'] = async (workspace, { fromS, toS }) => {
    const windows = (await (await workspaces.query(workspace)).call('coverage', undefined)).filter(
      (w) => workspace.endpoints.includes(w.endpoint) && w.fromS < toS && w.toS > fromS,
    );
    return { nowMs: clock.nowMs(), windows };
  };

  /** Everything a count of a period depends on but the conversations. */
  const prepare = async (
    workspace: Workspace,
    by: ScorecardGroup,
    { fromS, toS }: ParsedPeriod,
    zone: string,
    { agent, view, rules: changes }: ScorecardChoice,
  ) => {
    const rules = applyRuleChanges(workspace.figures.rules, changes);
    const untilS = toS + lookaheadS(rules);
    const { windows, nowMs } = view ?? (await viewOf(workspace, { fromS, toS: untilS }));
    const nowS = Math.floor(nowMs / 1000);
    const spans = summarizeCoverage(windows, workspace.endpoints);
    const input: ScorecardInput = {
      by,
      fromS,
      toS,
      csatPolarity: workspace.csatPolarity,
      zone,
      rules,
      teams: resolveTeams(workspace.figures.teams, zone),
      ...findUnknown(spans, fromS, untilS, nowS),
      ...(agent === undefined ? {} : { agentKey: agent }),
    };
    const asOfMs = dataAsOf(windows, fromS, toS);
    return {
      input,
      rules,
      period: { from: isoFromS(fromS), to: isoFromS(toS), zone },
      dataAsOf: asOfMs === null ? null : isoFromS(Math.floor(asOfMs / 1000)),
      coverage: coverPeriod(spans, fromS, toS, nowS),
    };
  };

  const scorecardOf: Scorecards['scorecardOf'] = async (workspace, by, period, zone, choice = {}) => {
    const { input, rules, ...frame } = await prepare(workspace, by, period, zone, choice);
    const figures = await (await workspaces.query(workspace)).call('scorecard', input);
    const { rows, total, notes } = figures;
    return { scorecard: { ...frame, rows, total, notes, rules }, figures };
  };

  return {
    async get(input) {
      const workspace = workspaces.find(input.workspace);
      const zone = requireZone(input.zone ?? workspace.zone);
      const period = parsePeriod(input.period, { zone, nowMs: clock.nowMs() });
      return (await scorecardOf(workspace, input.by, period, zone, toChoice(input))).scorecard;
    },
    scorecardOf,
    viewOf,
  };
};

const toChoice = ({
  agent,
  rules,
}: {
  agent?: string | undefined;
  rules?: RuleChanges | undefined;
}): ScorecardChoice => ({
  ...(agent === undefined ? {} : { agent }),
  ...(rules === undefined ? {} : { rules }),
});
