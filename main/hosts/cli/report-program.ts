// The words of `report …` and `schedule …`.
import { type Command, Option } from 'commander';
import { cadences, reportFormats, reportKinds } from '../../../preload/contract/report.ts';
import * as commands from './report-commands.ts';
import type { Act, Readers } from './run.ts';

/** `report NAME` makes a report; its other words are commands of their own, and no definition can be called so. */
export const addReportCommands = (program: Command, act: Act, { readWhole, collect, list }: Readers): void => {
  const json = new Option('--json', 'print one JSON value on stdout');
  const workspace = new Option('--workspace <name>', 'which workspace, when there are several');
  const filter = new Option('--filter <name=value>', 'of the kind, for example agent=ID; may be given several times');
  const option = new Option('--option <name=value>', 'of the kind, for example paper=us-letter');
  filter.argParser(collect);
  option.argParser(collect);

  const report = program.command('report').description('make a report, or look at those that were issued');
  report
    .command('run <report>', { isDefault: true })
    .description(`make a report: a saved definition, or ${reportKinds.join(', ')}; “run” may be left out`)
    .option('--period <period>', '2025-09, 2025-W40, last-week, FROM..TO (days included); default: the definition’s')
    .option('--format <formats>', `${reportFormats.join(',')} (default: the definition’s, else both)`, list)
    .option('--out <dir>', 'folder for the files', '.')
    .option('--mask', 'agents under stable pseudonyms')
    .option('--no-mask', 'agents by name, whatever the definition says')
    .option('--zone <name>', 'IANA time zone; default: the definition’s, else the workspace’s')
    .addOption(filter)
    .addOption(option)
    .addOption(workspace)
    .addOption(json)
    .action((name, options) => act((session) => commands.runReport(session, name, options)));
  report
    .command('list')
    .description('the reports that were issued, newest first')
    .option('--limit <n>', 'how many', readWhole, 50)
    .addOption(json)
    .action((options) => act((session) => commands.listReports(session, options)));
  report
    .command('again <id>')
    .description('make the files of an issued report again: the same bytes while the data are the same')
    .requiredOption('--out <dir>', 'folder for the files')
    .addOption(json)
    .action((id, options) => act((session) => commands.reportAgain(session, id, options)));
  report
    .command('diff <id>')
    .description('what has changed since a report was issued, and how its figures moved')
    .addOption(json)
    .action((id, options) => act((session) => commands.diffReport(session, id, options)));
  report
    .command('define <name> <kind>')
    .description('save a definition, in the place of the one of that name')
    .requiredOption('--period <period>', 'relative (last-week) or fixed (2025-09)')
    .option('--format <formats>', reportFormats.join(','), list, ['pdf', 'csv'])
    .option('--mask', 'agents under stable pseudonyms')
    .option('--zone <name>', 'IANA time zone; default: the workspace’s')
    .addOption(filter)
    .addOption(option)
    .addOption(workspace)
    .addOption(json)
    .action((name, kind, options) => act((session) => commands.defineReport(session, name, kind, options)));
  report
    .command('definitions')
    .description('the saved definitions')
    .addOption(json)
    .action((options) => act((session) => commands.listDefinitions(session, options)));
  report
    .command('undefine <name>')
    .description('remove a definition; reports issued from it stay')
    .action((name) => act((session) => commands.undefineReport(session, name)));

  const schedule = program.command('schedule').description('reports that are made by themselves (docs/schedules.md)');
  schedule
    .command('add <definition>')
    .description('make a saved report daily, weekly or monthly')
    .requiredOption('--every <cadence>', cadences.join(', '))
    .requiredOption('--at <time>', 'local time, 07:30')
    .option('--on <day>', 'weekly: monday … sunday; monthly: 1 to 31')
    .option('--zone <name>', 'IANA time zone of that time; default: the report’s')
    .option('--period <period>', 'relative, such as last-week; default: the definition’s')
    .requiredOption('--folder <dir>', 'where the files go')
    .option('--name <pattern>', 'file name of {kind} {period} {workspace} {date}')
    .addOption(json)
    .action((definition, options) => act((session) => commands.addSchedule(session, definition, options)));
  schedule
    .command('list')
    .description('schedules with their last and next run, and what failed or was missed')
    .addOption(json)
    .action((options) => act((session) => commands.listSchedules(session, options)));
  schedule
    .command('pause <id>')
    .description('owe no run until it is resumed')
    .action((id) => act((session) => commands.enableSchedule(session, id, false)));
  schedule
    .command('resume <id>')
    .description('go on with the next run')
    .action((id) => act((session) => commands.enableSchedule(session, id, true)));
  schedule
    .command('remove <id>')
    .description('remove a schedule and its run log; reports issued by it stay')
    .action((id) => act((session) => commands.removeSchedule(session, id)));
  schedule
    .command('run-due')
    .description('make what is due; meant for cron, systemd, launchd and Task Scheduler')
    .option('--sync', 'fetch each workspace with something due first')
    .addOption(json)
    .action((options) => act((session) => commands.runDue(session, options)));
};
