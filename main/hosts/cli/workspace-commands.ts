// The commands about workspaces themselves: which there are, another name, how long they keep conversations, and removal with
// all that hangs on one.
import { type Command, Option } from 'commander';
import type { Belongings } from '../../../preload/contract/workspace.ts';
import { fromCaller } from '../data-dir.ts';
import { printJson } from './commands.ts';
import { readDays } from './privacy-commands.ts';
import { confirm } from './prompt.ts';
import type { Act } from './run.ts';
import type { Session } from './session.ts';

type Json = { json?: true };

const listWorkspaces = async (session: Session, options: Json): Promise<void> => {
  const all = await session.call('workspaces.list', {});
  if (options.json) printJson(session, all);
  else if (all.length === 0) session.print('There is no workspace yet. Connect one, or try: afterword sample');
  for (const { name, host, appId, zone, sample } of options.json ? [] : all)
    session.print(`${name}  ${sample === null ? `${host} ${appId}` : 'made up'}  ${zone}`);
};

const renameWorkspace = async (session: Session, workspace: string, name: string, options: Json): Promise<void> => {
  const renamed = await session.call('workspaces.rename', { workspace, name });
  if (options.json) printJson(session, renamed);
  else session.print(`“${workspace}” is called “${renamed.name}” now.`);
};

const many = (n: number, one: string, several = `${one}s`): string => `${n} ${n === 1 ? one : several}`;
const describe = ({ definitions, schedules, searches, issuedReports, forgotten }: Belongings): string =>
  [
    many(definitions, 'saved report'),
    many(schedules, 'schedule'),
    many(searches, 'saved search', 'saved searches'),
    `${many(issuedReports, 'entry', 'entries')} of the list of issued reports`,
    `the record of ${many(forgotten, 'forgotten conversation')}`,
  ].join(', ');

const removeWorkspace = async (session: Session, name: string, options: Json & { yes?: true }): Promise<void> => {
  const belongings = await session.call('workspaces.belongings', { workspace: name });
  if (!options.yes)
    await confirm(
      `Remove “${name}” for good: its conversations, sign-in, settings, teams and targets, ${describe(belongings)}?`,
    );
  const result = await session.call('workspaces.remove', { workspace: name });
  if (options.json) printJson(session, result);
  else session.print(`Removed “${name}” with ${describe(result.removed)}. Report files stay where they are.`);
  if (!result.isSignInRemoved)
    session.note(
      'The keychain could not be reached: it may still hold the sign-in. Remove its entry of “afterword” there.',
    );
};

const keepFor = async (
  session: Session,
  workspace: string,
  time: string,
  options: Json & { yes?: true },
): Promise<void> => {
  const days = time === 'forever' ? null : readDays(time);
  if (days !== null && !options.yes) {
    const before = new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10);
    const { total } = await session.call('search.run', {
      workspace,
      query: `before:${before}`,
      limit: 0,
      facets: false,
    });
    if (total > 0)
      await confirm(`The next sync forgets about ${many(total, 'conversation')} from before ${before}. Go on?`);
  }
  const kept = await session.call('workspaces.keep', { workspace, days });
  if (options.json) printJson(session, kept);
  else
    session.print(
      days === null
        ? `“${kept.name}” keeps its conversations for ever.`
        : `“${kept.name}” keeps conversations for ${many(days, 'day')}; older ones are forgotten after each sync.`,
    );
};

const encrypt = async (session: Session, workspace: string | undefined, options: Json): Promise<void> => {
  const before = await session.call('encryption.get', { workspace });
  const { state } = await session.call('encryption.start', { workspace });
  if (options.json) printJson(session, { state });
  else if (before.state === 'encrypted') session.print('The cache is encrypted already.');
  else session.print('The cache is encrypted now. Copies of it that were made before are not.');
};

const writeKey = async (session: Session, workspace: string, options: Json & { out: string }): Promise<void> => {
  const written = await session.call('encryption.write-key', { workspace, out: fromCaller(options.out) });
  if (options.json) printJson(session, written);
  else
    session.print(
      `${written.path}\nWho has this file can read the cache. Name it in AFTERWORD_CACHE_KEY_FILE where there is no keychain.`,
    );
};

const resetCache = async (session: Session, name: string, options: Json & { yes?: true }): Promise<void> => {
  if (!options.yes)
    await confirm(
      `Remove the conversations of “${name}” from this computer, with the key they are encrypted with? Settings, saved reports and the rest stay; a sync fetches the conversations that the server still has.`,
    );
  const result = await session.call('encryption.reset', { workspace: name });
  if (options.json) printJson(session, result);
  else session.print(`The cache of “${name}” is removed. Say from when on to fetch it: afterword sync --from DATE`);
  if (!result.isKeyRemoved) session.note('The keychain could not be reached: it may still hold the old key.');
};

export const addWorkspaceCommands = (program: Command, act: Act): void => {
  const json = new Option('--json', 'print one JSON value on stdout');
  const workspace = program
    .command('workspace')
    .description('list, rename and remove workspaces; how long they keep conversations; encryption of their caches');
  workspace
    .command('list')
    .description('the workspaces there are')
    .addOption(json)
    .action((options) => act((session) => listWorkspaces(session, options)));
  workspace
    .command('rename <name> <new>')
    .description('give a workspace another name')
    .addOption(json)
    .action((name, next, options) => act((session) => renameWorkspace(session, name, next, options)));
  workspace
    .command('remove <name>')
    .description('remove a workspace and all that belongs to it, but no report file')
    .option('--yes', 'do not ask')
    .addOption(json)
    .action((name, options) => act((session) => removeWorkspace(session, name, options)));
  workspace
    .command('keep <name> <time>')
    .description('how long conversations are kept, such as 400d, or forever')
    .option('--yes', 'do not ask')
    .addOption(json)
    .action((name, time, options) => act((session) => keepFor(session, name, time, options)));
  workspace
    .command('encrypt [name]')
    .description('encrypt a cache that was made without')
    .addOption(json)
    .action((name, options) => act((session) => encrypt(session, name, options)));
  workspace
    .command('key <name>')
    .description('write the key of an encrypted cache into a file, for runs without a keychain')
    .requiredOption('--out <file>', 'a file that is not there yet')
    .addOption(json)
    .action((name, options) => act((session) => writeKey(session, name, options)));
  workspace
    .command('reset <name>')
    .description('remove the cache of a workspace, to fetch it again: for when its key is lost')
    .option('--yes', 'do not ask')
    .addOption(json)
    .action((name, options) => act((session) => resetCache(session, name, options)));
};
