// The words of the commands about counting: `team …`.
import { type Command, Option } from 'commander';
import * as commands from './figure-commands.ts';
import type { Act, Readers } from './run.ts';

export const addFigureCommands = (program: Command, act: Act, { collect }: Readers): void => {
  const json = new Option('--json', 'print one JSON value on stdout');
  const workspace = new Option('--workspace <name>', 'which workspace, when there are several');

  const team = program.command('team').description('teams of agents, for “scorecard --by team”');
  team
    .command('add <name>')
    .description('add agents to a team; makes the team when there is none of that name')
    .option('--agent <id>', 'agentId; may be given several times', collect)
    .option('--from <day>', 'their first day in the team, 2025-09-01; default: ever since')
    .option('--to <day>', 'their last day in the team; default: until further notice')
    .addOption(workspace)
    .addOption(json)
    .action((name, options) => act((session) => commands.addToTeam(session, name, options)));
  team
    .command('list')
    .description('the teams and who is in them')
    .addOption(workspace)
    .addOption(json)
    .action((options) => act((session) => commands.listTeams(session, options)));
  team
    .command('remove <name>')
    .description('remove a team, or with --agent only those from it')
    .option('--agent <id>', 'agentId; may be given several times', collect)
    .addOption(workspace)
    .action((name, options) => act((session) => commands.removeTeam(session, name, options)));
};
