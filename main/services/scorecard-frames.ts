// What a figure of a period is counted from: the period cut in its zone, what is synced of it, the workspace's rules.
import type { TrendUnit } from '../../preload/contract/comparison.ts';
import type { RuleChanges } from '../../preload/contract/counting.ts';
import type { MetricName, PeriodCoverage, ScorecardGroup } from '../../preload/contract/scorecard.ts';
import type { Workspace } from '../../preload/contract/workspace.ts';
import {
  chooseStepUnit,
  type ParsedPeriod,
  parsePeriod,
  precedingPeriod,
  requireZone,
  splitPeriod,
} from '../metrics/period.ts';
import { applyRuleChanges, lookaheadS } from '../metrics/rules.ts';
import { resolveTeams } from '../metrics/teams.ts';
import { isoFromS } from '../model-json.ts';
import type { Clock } from '../ports.ts';
import type { CoverageWindow } from '../store/coverage-store.ts';
import { type CoverageSpan, coverPeriod, dataAsOf, summarizeCoverage } from '../sync/coverage.ts';
import type { ScorecardInput } from '../workers/figure-queries.ts';
import { findRowKey } from './row-keys.ts';
import type { Workspaces } from './workspaces.ts';

/** The moment a report speaks of: what was synced then. The same view of the same data gives the same report. */
export type SyncedView = {
  /** UTC epoch milliseconds: what lies after it is not a hole yet. */
  nowMs: number;
  /** Nothing that began at or after this instant counts in a figure, nor as a repeat. UTC epoch seconds. */
  untilS: number;
  windows: readonly CoverageWindow[];
};

export type ScorecardChoice = {
  /** Counts only this agent's work, whatever the group. */
  agent?: string;
  /** What was synced when; left out: what is now. */
  view?: SyncedView;
  /** What to count otherwise than the workspace. */
  rules?: RuleChanges;
  /** The metrics to make; left out: every one. */
  metrics?: readonly MetricName[];
};

type Counted = {
  workspace?: string | undefined;
  period: string;
  zone?: string | undefined;
  agent?: string | undefined;
  rules?: RuleChanges | undefined;
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

export const createScorecardFrames = (clock: Clock, workspaces: Workspaces) => {
  /**
   * What is synced now of the workspace's endpoints, within a range; with `aheadS`, so many seconds beyond its end too, as
   * far as they are known by now.
   */
  const viewOf = async (
    workspace: Workspace,
    { fromS, toS }: { fromS: number; toS: number },
    aheadS = 0,
  ): Promise<SyncedView> => {
    const lookUntilS = toS + aheadS;
    const windows = (await (await workspaces.query(workspace)).call('coverage', undefined)).filter(
      (w) => workspace.endpoints.includes(w.endpoint) && w.fromS < lookUntilS && w.toS > fromS,
    );
    const nowMs = clock.nowMs();
    if (aheadS === 0) return { nowMs, untilS: toS, windows };
    const spans = summarizeCoverage(windows, workspace.endpoints);
    const { horizonS } = findUnknown(spans, fromS, lookUntilS, Math.floor(nowMs / 1000));
    return { nowMs, untilS: Math.max(toS, horizonS), windows };
  };

  /** Everything a count of a period depends on but the conversations. */
  const prepare = async (
    workspace: Workspace,
    by: ScorecardGroup,
    { fromS, toS }: ParsedPeriod,
    zone: string,
    { agent, view, rules: changes, metrics }: ScorecardChoice,
  ) => {
    const rules = applyRuleChanges(workspace.figures.rules, changes);
    const lookUntilS = toS + lookaheadS(rules);
    const { windows, nowMs, untilS } = view ?? (await viewOf(workspace, { fromS, toS: lookUntilS }));
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
      ...findUnknown(spans, fromS, Math.min(untilS, lookUntilS), nowS),
      ...(agent === undefined ? {} : { agentKey: agent }),
      ...(metrics === undefined ? {} : { metrics }),
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

  /** What was asked, with the period cut. */
  const read = async (input: Counted) => {
    const workspace = workspaces.find(input.workspace);
    const zone = requireZone(input.zone ?? workspace.zone);
    const period = parsePeriod(input.period, { zone, nowMs: clock.nowMs() });
    const agent = input.agent === undefined ? undefined : await findRowKey(workspaces, workspace, 'agent', input.agent);
    return { workspace, zone, period, choice: toChoice({ agent, rules: input.rules }) };
  };

  /** A period, the one before, and its steps. */
  const prepareTrend = async (
    { by, unit: asked }: { by: ScorecardGroup; unit?: TrendUnit | undefined },
    workspace: Workspace,
    zone: string,
    period: ParsedPeriod,
    choice: ScorecardChoice,
  ) => {
    const unit = asked ?? chooseStepUnit(period, zone);
    const steps = splitPeriod(period, zone, unit);
    const [main, before, ...ofSteps] = await Promise.all(
      [period, precedingPeriod(period, zone), ...steps].map((part) => prepare(workspace, by, part, zone, choice)),
    );
    if (main === undefined || before === undefined) throw new Error('a period without parts');
    return { unit, steps, main, before, ofSteps };
  };
  const describeStep = (
    { label, fromS, toS, isWhole }: ReturnType<typeof splitPeriod>[number],
    coverage: PeriodCoverage | undefined,
  ) => ({
    label,
    isPartial: !isWhole || toS * 1000 > clock.nowMs() || coverage?.isComplete !== true,
    // A step that has not begun has no figures, not zeros.
    isUnknown: coverage?.fraction === 0 || fromS * 1000 > clock.nowMs(),
  });
  return { viewOf, prepare, read, prepareTrend, describeStep };
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
