// How a workspace's figures are counted and judged: rules, CSAT scale, composite, teams and targets, kept in library.db with
// the workspace.
import { AppError } from '../../preload/contract/errors.ts';
import type { FigureSettings, Target, Team } from '../../preload/contract/figures.ts';
import type { ParsedInput, ProcedureOutput } from '../../preload/contract/procedures.ts';
import { totalKey, unnamedKey } from '../metrics/grouping.ts';
import { dayOf } from '../metrics/period.ts';
import { metricRegistry } from '../metrics/registry.ts';
import { applyRuleChanges } from '../metrics/rules.ts';
import { putTarget } from '../metrics/targets.ts';
import { findDoubleMember } from '../metrics/teams.ts';
import type { Clock } from '../ports.ts';
import type { Library } from '../store/library.ts';
import type { Workspaces } from './workspaces.ts';

export type FigureSettingsService = {
  get(input: ParsedInput<'settings.get'>): ProcedureOutput<'settings.get'>;
  set(input: ParsedInput<'settings.set'>): ProcedureOutput<'settings.set'>;
  listTeams(input: ParsedInput<'teams.list'>): Team[];
  saveTeam(input: ParsedInput<'teams.save'>): Team;
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
      change(workspace, (figures) => ({
        ...figures,
        rules: applyRuleChanges(figures.rules, rules),
        composite: composite ?? figures.composite,
      }));
      if (csatPolarity !== undefined) library.setCsatPolarity(workspaces.find(workspace).id, csatPolarity);
      return get({ workspace });
    },

    listTeams: ({ workspace }) => workspaces.find(workspace).figures.teams.toSorted(byName),
    saveTeam({ workspace, formerName, name, members }) {
      if ([unnamedKey, totalKey].includes(name))
        throw new AppError('invalid_input', `“${name}” cannot be a team’s name: it stands for other rows.`);
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
