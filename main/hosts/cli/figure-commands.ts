// What the commands about counting do: teams.
import { AppError } from '../../../preload/contract/errors.ts';
import type { Team } from '../../../preload/contract/figures.ts';
import { printJson } from './commands.ts';
import { formatTable } from './format.ts';
import type { Session } from './session.ts';

type Json = { json?: true };
type InWorkspace = { workspace?: string };

const formatTeams = (teams: readonly Team[]): string =>
  teams.length === 0
    ? 'There is no team yet. Make one with: afterword team add NAME --agent ID'
    : formatTable(
        ['team', 'agent', 'from', 'to'],
        teams.flatMap(({ name, members }) =>
          members.length === 0
            ? [[name, '–', '', '']]
            : members.map(({ agent, from, to }) => [name, agent, from ?? '', to ?? '']),
        ),
      );

export const listTeams = async (session: Session, options: Json & InWorkspace): Promise<void> => {
  const teams = await session.call('teams.list', { workspace: options.workspace });
  if (options.json) printJson(session, teams);
  else session.print(formatTeams(teams));
};

export type AddTeamOptions = Json & InWorkspace & { agent?: string[]; from?: string; to?: string };

/** Adds agents to a team, and makes the team when there is none of that name. */
export const addToTeam = async (session: Session, name: string, options: AddTeamOptions): Promise<void> => {
  const { workspace, agent = [], from = null, to = null } = options;
  const teams = await session.call('teams.list', { workspace });
  const known = teams.find((team) => team.name.toLowerCase() === name.toLowerCase());
  const members = [...(known?.members ?? []), ...agent.map((id) => ({ agent: id, from, to }))];
  const team = await session.call('teams.save', { workspace, name: known?.name ?? name, members });
  if (options.json) printJson(session, team);
  else session.print(`“${team.name}” has ${team.members.length} ${team.members.length === 1 ? 'member' : 'members'}.`);
};

/** Removes a team, or with `agent` only those from it. */
export const removeTeam = async (
  session: Session,
  name: string,
  options: InWorkspace & { agent?: string[] },
): Promise<void> => {
  const { workspace, agent } = options;
  if (agent === undefined) {
    await session.call('teams.remove', { workspace, name });
    session.print(`Removed the team “${name}”. Conversations and agents stay.`);
    return;
  }
  const teams = await session.call('teams.list', { workspace });
  const known = teams.find((team) => team.name.toLowerCase() === name.toLowerCase());
  const stranger = agent.find((id) => !known?.members.some((member) => member.agent === id));
  if (known === undefined || stranger !== undefined)
    throw new AppError('not_found', `“${name}” has no such member. See: afterword team list`);
  const members = known.members.filter((member) => !agent.includes(member.agent));
  await session.call('teams.save', { workspace, name: known.name, members });
  session.print(`“${known.name}” has ${members.length} ${members.length === 1 ? 'member' : 'members'}.`);
};
