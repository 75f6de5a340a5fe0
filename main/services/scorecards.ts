// Scorecards: what a figure of a period is counted from and by, and the answers made of it.
import type { Card, FigureRows, ReconciliationTable, Totals, TrendUnit } from '../../preload/contract/comparison.ts';
import type { RuleChanges } from '../../preload/contract/counting.ts';
import { AppError } from '../../preload/contract/errors.ts';
import type { ParsedInput, ProcedureOutput } from '../../preload/contract/procedures.ts';
import {
  type MetricInfo,
  type MetricName,
  metricNames,
  type PeriodCoverage,
  type Scorecard,
  type ScorecardGroup,
  type SomeFigures,
} from '../../preload/contract/scorecard.ts';
import type { Workspace } from '../../preload/contract/workspace.ts';
import {
  chooseStepUnit,
  lastDayOf,
  type ParsedPeriod,
  parsePeriod,
  precedingPeriod,
  requireZone,
  splitPeriod,
} from '../metrics/period.ts';
import { presets } from '../metrics/presets.ts';
import { attributionTimes, findDirection, metricRegistry } from '../metrics/registry.ts';
import { applyRuleChanges, lookaheadS } from '../metrics/rules.ts';
import type { ScorecardFigures } from '../metrics/scorecard.ts';
import { findTargets, judgeTargets, scoreComposite } from '../metrics/targets.ts';
import { resolveTeams } from '../metrics/teams.ts';
import { isoFromS } from '../model-json.ts';
import type { Ports } from '../ports.ts';
import type { CoverageWindow } from '../store/coverage-store.ts';
import { type CoverageSpan, coverPeriod, dataAsOf, summarizeCoverage } from '../sync/coverage.ts';
import { unpackFigures } from '../workers/figure-message.ts';
import type { ScorecardInput } from '../workers/figure-queries.ts';
import { findRowKey } from './row-keys.ts';
import type { Workspaces } from './workspaces.ts';

export type ScorecardWithFigures = { scorecard: Scorecard; figures: Omit<ScorecardFigures, 'traced'> };

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

export type Scorecards = {
  /** Every metric there is, in the order in which scorecards show them. */
  metrics(): MetricInfo[];
  get(input: ParsedInput<'scorecard.get'>): Promise<Scorecard>;
  totals(input: ParsedInput<'scorecard.totals'>): Promise<Totals>;
  /** The metrics asked for, and those of the composite. */
  figures(input: ParsedInput<'scorecard.figures'>): Promise<SomeFigures>;
  /** Throws AppError not_found when the row has nothing in the period. */
  card(input: ParsedInput<'scorecard.card'>): Promise<Card>;
  peers(input: ParsedInput<'scorecard.peers'>): Promise<ProcedureOutput<'scorecard.peers'>>;
  figureRows(input: ParsedInput<'figure.rows'>): Promise<FigureRows>;
  reconcile(input: ParsedInput<'reconcile.run'>): Promise<ReconciliationTable>;
  /** For reports: the scorecard of a period already cut, with the pooled figures beside it. */
  scorecardOf(
    workspace: Workspace,
    by: ScorecardGroup,
    period: ParsedPeriod,
    zone: string,
    choice?: ScorecardChoice,
  ): Promise<ScorecardWithFigures>;
  /**
   * What is synced now of the workspace's endpoints, within a range; with `aheadS`, so many seconds beyond its end too, as
   * far as they are known by now.
   */
  viewOf(workspace: Workspace, range: { fromS: number; toS: number }, aheadS?: number): Promise<SyncedView>;
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

  const viewOf: Scorecards['viewOf'] = async (workspace, { fromS, toS }, aheadS = 0) => {
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

  const scorecardOf: Scorecards['scorecardOf'] = async (workspace, by, period, zone, choice = {}) => {
    const { input, ...frame } = await prepare(workspace, by, period, zone, choice);
    const figures = unpackFigures(await (await workspaces.query(workspace)).call('scorecard', input));
    const { rows, total, notes } = figures;
    const { csatPolarity } = workspace;
    const { composite } = workspace.figures;
    const scorecard: Scorecard = {
      period: frame.period,
      dataAsOf: frame.dataAsOf,
      coverage: frame.coverage,
      rows,
      total,
      notes,
      rules: frame.rules,
      csatPolarity,
      composites: rows.map(({ key, metrics }) => {
        const { score, weightCovered } = scoreComposite(composite, metrics, csatPolarity);
        return { key, score, weightCovered };
      }),
      previous: null,
      query: {
        by,
        period: period.label,
        zone,
        ...(choice.agent === undefined ? {} : { agent: choice.agent }),
        rules: frame.rules,
      },
    };
    return { scorecard, figures };
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
  /** `metrics` null: every one. */
  const countFor = async (input: ParsedInput<'scorecard.get'>, metrics: readonly MetricName[] | null) => {
    const { workspace, zone, period, choice: asked } = await read(input);
    const needed = [...(metrics ?? []), ...workspace.figures.composite.map(({ metric }) => metric)];
    const choice = metrics === null ? asked : { ...asked, metrics: [...new Set(needed)] };
    const { scorecard } = await scorecardOf(workspace, input.by, period, zone, choice);
    if (!input.previous) return scorecard;
    const before = await scorecardOf(workspace, input.by, precedingPeriod(period, zone), zone, choice);
    const { period: previousPeriod, coverage, rows, total } = before.scorecard;
    return { ...scorecard, previous: { period: previousPeriod, coverage, rows, total } };
  };

  return {
    metrics: () =>
      metricNames.map((name) => {
        const metric = metricRegistry[name];
        const { label, unit, groups, numerator, denominator, exclusions, formula, source } = metric;
        return {
          ...{ name, label, unit, numerator, denominator, exclusions, formula, source },
          direction: {
            unset: findDirection(metric, 'unset'),
            'higher-is-better': findDirection(metric, 'higher-is-better'),
            'lower-is-better': findDirection(metric, 'lower-is-better'),
          },
          groups: [...groups],
          countedAt: attributionTimes[metric.grain],
        };
      }),
    get: (input) => countFor(input, null),
    figures: (input) => countFor(input, input.metrics),
    async totals(input) {
      const { workspace, zone, period, choice } = await read(input);
      const { unit, steps, main, before, ofSteps } = await prepareTrend(input, workspace, zone, period, choice);
      const query = await workspaces.query(workspace);
      const { metrics } = input;
      const [total = {}, totalBefore = {}, ...others] = await query.call(
        'totals',
        [main, before, ...ofSteps].map((part) => ({ ...part.input, metrics })),
      );
      return {
        period: main.period,
        coverage: main.coverage,
        total,
        previous: { period: before.period, coverage: before.coverage, total: totalBefore },
        trendUnit: unit,
        trend: steps.map((step, index) => {
          const { label, isPartial, isUnknown } = describeStep(step, ofSteps[index]?.coverage);
          return { label, isPartial, total: isUnknown ? null : (others[index] ?? null) };
        }),
      };
    },
    async card(input) {
      const { workspace, zone, period, choice } = await read(input);
      const { by, key } = input;
      const { unit, steps, main, before, ofSteps } = await prepareTrend(input, workspace, zone, period, choice);
      const query = await workspaces.query(workspace);
      const { first, others, peers } = await query.call('card', {
        first: main.input,
        others: [before, ...ofSteps].map((part) => part.input),
        key,
      });
      const row = first.rows.find((one) => one.key === key);
      if (row === undefined) throw unknownRow(key, by, first.rows);
      const { csatPolarity, figures } = workspace;
      const targets = findTargets(figures.targets, by, key, lastDayOf(period, zone));
      return {
        period: main.period,
        dataAsOf: main.dataAsOf,
        coverage: main.coverage,
        rules: main.rules,
        csatPolarity,
        by,
        row,
        total: first.total,
        notes: first.notes,
        previous: { period: before.period, coverage: before.coverage, metrics: others[0] ?? null },
        trendUnit: unit,
        trend: steps.map((step, index) => {
          const { label, isPartial, isUnknown } = describeStep(step, ofSteps[index]?.coverage);
          const [from, to] = [isoFromS(step.fromS), isoFromS(step.toS)];
          return { label, from, to, isPartial, metrics: isUnknown ? null : (others[index + 1] ?? null) };
        }),
        peers,
        targets: judgeTargets(targets, row.metrics, csatPolarity),
        composite: scoreComposite(figures.composite, row.metrics, csatPolarity),
      };
    },
    async peers(input) {
      const { workspace, zone, period, choice } = await read(input);
      const { input: counted, ...frame } = await prepare(workspace, input.by, period, zone, choice);
      const query = await workspaces.query(workspace);
      const compared = await query.call('comparePeers', { ...counted, metric: input.metric });
      return { period: frame.period, coverage: frame.coverage, ...compared };
    },
    async figureRows(input) {
      const { workspace, zone, period, choice } = await read(input);
      const { metric, key = null, limit, offset } = input;
      const { input: counted, ...frame } = await prepare(workspace, input.by, period, zone, choice);
      const query = await workspaces.query(workspace);
      const { rows, ...found } = await query.call('figureRows', { ...counted, metric, key, limit, offset });
      const { label, formula } = metricRegistry[metric];
      return {
        ...frame,
        csatPolarity: workspace.csatPolarity,
        ...found,
        label,
        formula,
        rows: rows.map(({ owner, atS, isCounted, value, over }) => ({
          conversation: owner.traits.key,
          at: isoFromS(atS),
          agent: owner.agentId,
          agentName: owner.agentName,
          queue: owner.queueId,
          queueName: owner.queueName,
          isCounted,
          value,
          over,
        })),
      };
    },
    async reconcile(input) {
      const { workspace, zone, period, choice } = await read(input);
      const { limit, offset } = input;
      const { input: counted, ...frame } = await prepare(workspace, 'queue', period, zone, choice);
      const query = await workspaces.query(workspace);
      const found = await query.call('reconcile', { ...counted, limit, offset });
      const { offered, outcomes, presets: judged } = found.reconciliation;
      return {
        ...frame,
        csatPolarity: workspace.csatPolarity,
        offered,
        outcomes,
        presets: judged.map(({ name, label, serviceLevel, abandonRate }, index) => {
          const others = found.figures[index];
          if (others === undefined) throw new Error('a preset without figures');
          return {
            name,
            label,
            serviceLevel,
            abandonRate,
            serviceLevelRule: presets[name].serviceLevel.source,
            abandonRateRule: presets[name].abandonRate.source,
            ...others,
          };
        }),
        entries: found.entries.map(({ entry, column, verdicts }) => ({
          conversation: entry.traits.key,
          enteredAt: isoFromS(entry.enteredAtS ?? 0),
          queue: entry.queueId,
          queueName: entry.queueName,
          outcome: column,
          waitSeconds: entry.waitS,
          verdicts,
        })),
      };
    },
    scorecardOf,
    viewOf,
  };
};

type Counted = {
  workspace?: string | undefined;
  period: string;
  zone?: string | undefined;
  agent?: string | undefined;
  rules?: RuleChanges | undefined;
};

const unknownRow = (key: string, by: ScorecardGroup, rows: Scorecard['rows']): AppError => {
  const some = rows.slice(0, 5).map((row) => row.key);
  const known =
    some.length === 0 ? 'Nothing counts in it.' : `Keys are ${some.join(', ')}${rows.length > 5 ? ' …' : ''}`;
  return new AppError('not_found', `There is no ${by} “${key}” in that period. ${known}`);
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
