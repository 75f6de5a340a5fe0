// The words of the commands about figures: `scorecard`, `card`, `peers`, `figure`, `reconcile`, `settings …`, `target …`,
// `team …`.
import { type Command, Option } from 'commander';
import { trendUnits } from '../../../preload/contract/comparison.ts';
import { csatPolaritySchema, scorecardGroups } from '../../../preload/contract/scorecard.ts';
import { scorecard } from './commands.ts';
import { addCountingOptions } from './counting-options.ts';
import * as commands from './figure-commands.ts';
import type { Act, Readers } from './run.ts';

export const addFigureCommands = (program: Command, act: Act, readers: Readers): void => {
  const { readWhole, collect } = readers;
  const json = new Option('--json', 'print one JSON value on stdout');
  const workspace = new Option('--workspace <name>', 'which workspace, when there are several');

  const by = (): Option => new Option('--by <group>', 'one row for each').choices([...scorecardGroups]);
  const addPeriod = (command: Command): Command =>
    addCountingOptions(
      command
        .requiredOption('--period <period>', '2025-09, 2025-W40, 2025-09-30, last-week, FROM..TO (days included)')
        .option('--zone <name>', 'IANA time zone; default: the workspace’s'),
      readers,
    )
      .addOption(workspace)
      .addOption(json);
  const addCounted = (command: Command): Command =>
    addPeriod(command.addOption(by().default('agent')).option('--agent <id>', 'only this agent (agentId)'));

  addCounted(program.command('scorecard'))
    .description(`metrics for each ${scorecardGroups.join(', ')}`)
    .option('--previous', 'the period before it too (with --json)')
    .action((options) => act((session) => scorecard(session, options)));
  addCounted(program.command('card <key>'))
    .description('one row of a scorecard: previous period, trend, peers, targets, composite')
    .addOption(
      new Option('--step <unit>', 'of the trend; default: as the period’s length asks').choices([...trendUnits]),
    )
    .action((key, options) => act((session) => commands.card(session, key, options)));
  addCounted(program.command('peers <metric>'))
    .description('all rows by one metric: ranks with ties, funnel limits, order after shrinkage, adjustment for mix')
    .action((metric, options) => act((session) => commands.peers(session, metric, options)));
  addCounted(program.command('figure <metric>'))
    .description('the cases that a figure is made of')
    .option('--key <key>', 'of the row; default: the total')
    .option('--limit <n>', 'rows to show', readWhole, 100)
    .option('--offset <n>', 'rows to skip', readWhole, 0)
    .action((metric, options) => act((session) => commands.figure(session, metric, options)));
  addPeriod(program.command('reconcile'))
    .description('the same queue entries under every preset, and how each was counted')
    .option('--entries <n>', 'how many entries to list one by one', readWhole, 0)
    .option('--offset <n>', 'entries to skip', readWhole, 0)
    .action((options) => act((session) => commands.reconcile(session, options)));

  const settings = program.command('settings').description('how this workspace’s figures are counted');
  settings
    .command('show')
    .description('the settings in force')
    .addOption(workspace)
    .addOption(json)
    .action((options) => act((session) => commands.showSettings(session, options)));
  addCountingOptions(settings.command('set'), readers)
    .description('change what is given, leave the rest')
    .addOption(
      new Option('--csat-polarity <end>', 'which end of the 1-5 CSAT scale is the good one').choices(
        csatPolaritySchema.options,
      ),
    )
    .option('--weight <part>', 'of the composite: METRIC=WEIGHT:FLOOR:TARGET; all given take the place of all', collect)
    .addOption(workspace)
    .addOption(json)
    .action((options) => act((session) => commands.setSettings(session, options)));

  const target = program.command('target').description('what a metric should reach, from a day on');
  target
    .command('set <metric> <value>')
    .description('in the metric’s own unit: fraction 0-1, seconds, count, points')
    .addOption(by().makeOptionMandatory())
    .option('--key <key>', 'of one row; default: every row of the group')
    .option('--from <day>', 'first day; default: ever since for the first one, else today')
    .addOption(workspace)
    .addOption(json)
    .action((metric, value, options) => act((session) => commands.setTarget(session, metric, value, options)));
  target
    .command('list')
    .description('all targets')
    .addOption(workspace)
    .addOption(json)
    .action((options) => act((session) => commands.listTargets(session, options)));
  target
    .command('remove <metric>')
    .description('remove a target; with --from only the one that begins that day')
    .addOption(by().makeOptionMandatory())
    .option('--key <key>', 'of one row; default: the one for every row')
    .option('--from <day>', 'first day')
    .addOption(workspace)
    .action((metric, options) => act((session) => commands.removeTarget(session, metric, options)));

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
