// Scorecards: the answers made of a period's figures. What they are counted from is scorecard-frames.ts's.
import type { Card, FigureRows, ReconciliationTable, Totals } from '../../preload/contract/comparison.ts';
import { AppError } from '../../preload/contract/errors.ts';
import type { ParsedInput, ProcedureOutput } from '../../preload/contract/procedures.ts';
import {
  type MetricInfo,
  type MetricName,
  metricNames,
  type Scorecard,
  type ScorecardGroup,
  type SomeFigures,
} from '../../preload/contract/scorecard.ts';
import type { Workspace } from '../../preload/contract/workspace.ts';
import { lastDayOf, type ParsedPeriod, precedingPeriod } from '../metrics/period.ts';
import { presets } from '../metrics/presets.ts';
import { attributionTimes, findDirection, metricRegistry } from '../metrics/registry.ts';
import type { ScorecardFigures } from '../metrics/scorecard.ts';
import { findTargets, judgeTargets, scoreComposite } from '../metrics/targets.ts';
import { isoFromS } from '../model-json.ts';
import type { Ports } from '../ports.ts';
import { unpackFigures } from '../workers/figure-message.ts';
import { createScorecardFrames, type ScorecardChoice, type SyncedView } from './scorecard-frames.ts';
import type { Workspaces } from './workspaces.ts';

export type ScorecardWithFigures = { scorecard: Scorecard; figures: ScorecardFigures };

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

export const createScorecards = (ports: Ports, workspaces: Workspaces): Scorecards => {
  const { viewOf, prepare, read, prepareTrend, describeStep } = createScorecardFrames(ports.clock, workspaces);

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

const unknownRow = (key: string, by: ScorecardGroup, rows: Scorecard['rows']): AppError => {
  const some = rows.slice(0, 5).map((row) => row.key);
  const known =
    some.length === 0 ? 'Nothing counts in it.' : `Keys are ${some.join(', ')}${rows.length > 5 ? ' …' : ''}`;
  return new AppError('not_found', `There is no ${by} “${key}” in that period. ${known}`);
};
