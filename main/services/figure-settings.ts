// How a workspace's figures are counted and judged: rules, CSAT scale, composite, teams and targets, kept in library.db with
// the workspace.
import { AppError } from '../../preload/contract/errors.ts';
import type { FigureSettings, Target, Team } from '../../preload/contract/figures.ts';
import type { ParsedInput, ProcedureOutput } from '../../preload/contract/procedures.ts';
import type { MetricInfo, MetricName } from '../../preload/contract/scorecard.ts';
import { totalKey, unnamedKey } from '../metrics/grouping.ts';
import { dayOf } from '../metrics/period.ts';
import { metricRegistry } from '../metrics/registry.ts';
import { applyRuleChanges } from '../metrics/rules.ts';
import { putTarget } from '../metrics/targets.ts';
import { findDoubleMember } from '../metrics/teams.ts';
import type { Clock } from '../ports.ts';
import type { Library } from '../store/library.ts';
import { findRowKey } from './row-keys.ts';
import type { Workspaces } from './workspaces.ts';

export type FigureSettingsService = {
  get(input: ParsedInput<'settings.get'>): ProcedureOutput<'settings.get'>;
  set(input: ParsedInput<'settings.set'>): ProcedureOutput<'settings.set'>;
  listTeams(input: ParsedInput<'teams.list'>): Team[];
  /** A member may be given by name or e-mail; who is not in the cache yet is kept as given. */
  saveTeam(input: ParsedInput<'teams.save'>): Promise<Team>;
  removeTeam(input: ParsedInput<'teams.remove'>): void;
  listTargets(input: ParsedInput<'targets.list'>): Target[];
  setTarget(input: ParsedInput<'targets.set'>): Target;
  /** Gives how many there were. */
  removeTarget(input: ParsedInput<'targets.remove'>): number;
};

/** The first day of a first target: it holds for all that is in the cache. */
const sinceEver = '1970-01-01';

const isSameName = (left: string, right: string): boolean => left.toLowerCase() === right.toLowerCase();
const byName = (left: Team, right: Team): number => (left.name < right.name ? -1 : 1);
const orderOf = ({ metric, by, key, from }: Target): string => JSON.stringify([metric, by, key ?? '', from]);

type MetricUnit = MetricInfo['unit'];
/** What a metric's values lie between: a share of 90 is a mistyped 0.9, and would call everybody's figure missed. */
const bounds: Partial<Record<MetricUnit, { low: number; high: number; hint: string }>> = {
  fraction: { low: 0, high: 1, hint: 'between 0 and 1: write 0.9 for 90 %' },
  points: { low: -100, high: 100, hint: 'between -100 and 100' },
  score: { low: 1, high: 5, hint: 'between 1 and 5' },
};
const checkValue = (metric: MetricName, value: number): void => {
  const { label, unit } = metricRegistry[metric];
  const { low, high, hint } = bounds[unit] ?? { low: 0, high: Number.POSITIVE_INFINITY, hint: '0 or more' };
  if (value < low || value > high) throw new AppError('invalid_input', `${label} (${metric}) is ${hint}.`);
};

const checkTeams = (teams: readonly Team[]): void => {
  for (const { members } of teams) {
    const reversed = members.find(({ from, to }) => from !== null && to !== null && from > to);
    if (reversed)
      throw new AppError('invalid_input', `The days of ${reversed.agent} in the team end before they begin.`);
  }
  const double = findDoubleMember(teams);
  if (double === null) return;
  const { agent, teams: names } = double;
  throw new AppError(
    'invalid_input',
    names[0] === names[1]
      ? `${agent} is in “${names[0]}” twice on some day. Give each stay its own days.`
      : `${agent} would be in “${names[0]}” and in “${names[1]}” on the same day. End one stay before the other begins.`,
  );
};

const unknownTeam = (name: string, teams: readonly Team[]): AppError =>
  new AppError(
    'not_found',
    `There is no team “${name}”. ${teams.length === 0 ? 'There is none yet.' : `There are: ${teams.map((team) => team.name).join(', ')}.`}`,
  );

export const createFigureSettings = (clock: Clock, library: Library, workspaces: Workspaces): FigureSettingsService => {
  const change = (workspace: string | undefined, by: (figures: FigureSettings) => FigureSettings): FigureSettings =>
    library.changeFigures(workspaces.find(workspace).id, by);
  const findMember = async (workspace: string | undefined, text: string): Promise<string> => {
    try {
      return await findRowKey(workspaces, workspaces.find(workspace), 'agent', text);
    } catch (error) {
      if (error instanceof AppError && error.code === 'not_found') return text;
      throw error;
    }
  };
  const get: FigureSettingsService['get'] = ({ workspace }) => {
    const { csatPolarity, figures } = workspaces.find(workspace);
    return { csatPolarity, rules: figures.rules, composite: figures.composite };
  };

  return {
    get,
    set({ workspace, csatPolarity, rules, composite }) {
      const names = composite?.map(({ metric }) => metric) ?? [];
      const double = names.find((name, index) => names.indexOf(name) !== index);
      if (double !== undefined) throw new AppError('invalid_input', `The composite weighs ${double} twice.`);
      for (const { metric, floor, target } of composite ?? []) {
        checkValue(metric, floor);
        checkValue(metric, target);
      }
      change(workspace, (figures) => ({
        ...figures,
        rules: applyRuleChanges(figures.rules, rules),
        composite: composite ?? figures.composite,
      }));
      if (csatPolarity !== undefined) library.setCsatPolarity(workspaces.find(workspace).id, csatPolarity);
      return get({ workspace });
    },

    listTeams: ({ workspace }) => workspaces.find(workspace).figures.teams.toSorted(byName),
    async saveTeam({ workspace, formerName, name, members: given }) {
      if ([unnamedKey, totalKey].includes(name))
        throw new AppError('invalid_input', `“${name}” cannot be a team’s name: it stands for other rows.`);
      const members = await Promise.all(
        given.map(async (member) => ({ ...member, agent: await findMember(workspace, member.agent) })),
      );
      const team: Team = { name, members };
      change(workspace, (figures) => {
        const replaced = formerName ?? name;
        if (formerName !== undefined && !figures.teams.some((other) => isSameName(other.name, formerName)))
          throw unknownTeam(formerName, figures.teams);
        const others = figures.teams.filter((other) => !isSameName(other.name, replaced));
        if (others.some((other) => isSameName(other.name, name)))
          throw new AppError('invalid_input', `There is a team “${name}” already. Choose another name.`);
        const teams = [...others, team];
        checkTeams(teams);
        return { ...figures, teams };
      });
      return team;
    },
    removeTeam({ workspace, name }) {
      change(workspace, (figures) => {
        const teams = figures.teams.filter((team) => !isSameName(team.name, name));
        if (teams.length === figures.teams.length) throw unknownTeam(name, figures.teams);
        return { ...figures, teams };
      });
    },

    listTargets: ({ workspace }) =>
      workspaces.find(workspace).figures.targets.toSorted((left, right) => (orderOf(left) < orderOf(right) ? -1 : 1)),
    setTarget({ workspace, from, ...given }) {
      const { metric, by, key } = given;
      const { groups, label } = metricRegistry[metric];
      if (!groups.includes(by))
        throw new AppError('invalid_input', `${label} means nothing by ${by}. It is counted by ${groups.join(', ')}.`);
      checkValue(metric, given.target);
      const today = dayOf(Math.floor(clock.nowMs() / 1000), workspaces.find(workspace).zone);
      let target: Target = { ...given, from: from ?? today };
      change(workspace, (figures) => {
        const isFirst = !figures.targets.some((one) => one.metric === metric && one.by === by && one.key === key);
        target = { ...given, from: from ?? (isFirst ? sinceEver : today) };
        return { ...figures, targets: putTarget(figures.targets, target) };
      });
      return target;
    },
    removeTarget({ workspace, metric, by, key, from }) {
      let removed = 0;
      change(workspace, (figures) => {
        const targets = figures.targets.filter(
          (one) =>
            one.metric !== metric || one.by !== by || one.key !== key || (from !== undefined && one.from !== from),
        );
        removed = figures.targets.length - targets.length;
        return { ...figures, targets };
      });
      if (removed === 0) throw new AppError('not_found', 'There is no such target. See: afterword target list');
      return removed;
    },
  };
};
