// How a workspace's figures are counted and judged: its teams, kept in library.db with the workspace.
import { AppError } from '../../preload/contract/errors.ts';
import type { Team } from '../../preload/contract/figures.ts';
import type { ParsedInput } from '../../preload/contract/procedures.ts';
import { totalKey, unnamedKey } from '../metrics/grouping.ts';
import { findDoubleMember } from '../metrics/teams.ts';
import type { Library } from '../store/library.ts';
import type { Workspaces } from './workspaces.ts';

export type FigureSettingsService = {
  listTeams(input: ParsedInput<'teams.list'>): Team[];
  saveTeam(input: ParsedInput<'teams.save'>): Team;
  removeTeam(input: ParsedInput<'teams.remove'>): void;
};

const isSameName = (left: string, right: string): boolean => left.toLowerCase() === right.toLowerCase();
const byName = (left: Team, right: Team): number => (left.name < right.name ? -1 : 1);

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

export const createFigureSettings = (library: Library, workspaces: Workspaces): FigureSettingsService => {
  const unknownTeam = (name: string, teams: readonly Team[]): AppError =>
    new AppError(
      'not_found',
      `There is no team “${name}”. ${teams.length === 0 ? 'There is none yet.' : `There are: ${teams.map((team) => team.name).join(', ')}.`}`,
    );
  return {
    listTeams: ({ workspace }) => workspaces.find(workspace).figures.teams.toSorted(byName),
    saveTeam({ workspace, formerName, name, members }) {
      if ([unnamedKey, totalKey].includes(name))
        throw new AppError('invalid_input', `“${name}” cannot be a team’s name: it stands for other rows.`);
      const team: Team = { name, members };
      library.changeFigures(workspaces.find(workspace).id, (figures) => {
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
      library.changeFigures(workspaces.find(workspace).id, (figures) => {
        const teams = figures.teams.filter((team) => !isSameName(team.name, name));
        if (teams.length === figures.teams.length) throw unknownTeam(name, figures.teams);
        return { ...figures, teams };
      });
    },
  };
};
