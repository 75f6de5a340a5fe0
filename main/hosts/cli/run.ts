// Builds the commands and runs one: options from words, answers to text or JSON, failures to exit codes.
import { Command, CommanderError, Option } from 'commander';
import packageJson from '../../../package.json' with { type: 'json' };
import { endpoints } from '../../../preload/contract/conversation.ts';
import { AppError, exitCodes } from '../../../preload/contract/errors.ts';
import { exportKinds, sortColumns } from '../../../preload/contract/procedures.ts';
import * as commands from './commands.ts';
import { addFigureCommands } from './figure-program.ts';
import { addPrivacyCommands } from './privacy-commands.ts';
import { addReportCommands } from './report-program.ts';
import { openSession, type Session, type SessionParts, withoutControls } from './session.ts';
import { addWorkspaceCommands } from './workspace-commands.ts';

const readWhole = (text: string): number => {
  if (!/^\d+$/.test(text)) throw new AppError('invalid_input', `“${text}” is not a whole number.`);
  return Number(text);
};
const collect = (value: string, earlier: string[] = []): string[] => [...earlier, value];
/** The parts of a list with commas. */
const list = (text: string): string[] =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');

export type Act = (work: (session: Session) => Promise<void>) => Promise<void>;
export type Readers = { readWhole: typeof readWhole; collect: typeof collect; list: typeof list };

const buildProgram = (act: Act): Command => {
  const program = new Command('afterword')
    .version(packageJson.version)
    .description('Offline search, scorecards and reports over Kore.ai contact-centre conversations')
    .option('--data-dir <dir>', 'folder of the caches and of library.db (or AFTERWORD_DATA_DIR)')
    .addOption(
      new Option('--log <level>', 'what to log to stderr')
        .choices(['debug', 'info', 'warn', 'error', 'silent'])
        .default('error'),
    )
    .exitOverride()
    .showHelpAfterError('(run “afterword help” for what there is)');
  const json = new Option('--json', 'print one JSON value on stdout');
  // No short form: “-word” is a word that a search must not find.
  const workspace = new Option('--workspace <name>', 'which workspace, when there are several');

  program
    .command('connect <name>')
    .description('add a workspace, or change one (what is left out stays), and check that it can sign in')
    .requiredOption('--host <url>', 'for example https://platform.kore.ai')
    .requiredOption('--account-id <id>')
    .requiredOption('--app-id <id>', 'the app (stream) id, st-…')
    .option('--client-id <id>', 'client id of the JWT app, cs-…, when signing in with its secret')
    .option('--endpoint <name>', `${endpoints.join(', ')}; may be given several times`, collect)
    .option('--rate <n>', 'requests a minute (default: 60)', readWhole)
    .option('--zone <name>', 'IANA time zone of days and reports (default: this machine’s)')
    .option('--secret-stdin', 'read the client secret from standard input')
    .option('--token-stdin', 'read a token (JWT) from standard input')
    .option('--no-store', 'keep no credential in the keychain')
    .option('--unchecked', 'do not try the credential')
    .addOption(json)
    .action((name, options) => act((session) => commands.connect(session, name, options)));

  program
    .command('sync [name]')
    .description('fetch what is missing, and the last days again')
    .option('--from <time>', 'ISO date or time; default: since the last sync, at first the last 30 days')
    .option('--to <time>', 'ISO date (that day included) or time; default: now')
    .addOption(json)
    .action((name, options) => act((session) => commands.sync(session, name, options)));

  program
    .command('coverage [name]')
    .description('which time ranges are synced')
    .addOption(json)
    .action((name, options) => act((session) => commands.coverage(session, name, options)));

  program
    .command('search [query...]')
    .description('search offline; for example: search refund agent:avery after:2025-09-01 -duplicate')
    // What begins with one dash is part of the query; commands.search refuses the rest.
    .allowUnknownOption()
    .option('--limit <n>', 'rows to show', readWhole, 20)
    .option('--offset <n>', 'rows to skip', readWhole, 0)
    .option('--after <next>', 'the page behind this one: the “next” of its JSON')
    .option('--sort <column>', `one of ${sortColumns.join(', ')}; with a minus before it the largest first`)
    .option('--saved <name>', 'begin with the saved search of this name')
    .option('--save <name>', 'save this search')
    .option('--facets', 'count the hits by agent, queue, channel, status …')
    .addOption(workspace)
    .addOption(json)
    .action((words: string[], options) => act((session) => commands.search(session, words, options)));

  program
    .command('saved')
    .description('saved searches')
    .option('--remove <name>', 'remove this one')
    .addOption(workspace)
    .addOption(json)
    .action((options) => act((session) => commands.saved(session, options)));

  program
    .command('show <id>')
    .description('one conversation')
    .option('--raw', 'as the API sent it, each endpoint apart')
    .addOption(workspace)
    .addOption(json)
    .action((id, options) => act((session) => commands.show(session, id, options)));

  addWorkspaceCommands(program, act);
  addFigureCommands(program, act, { readWhole, collect, list });
  addReportCommands(program, act, { readWhole, collect, list });

  program
    .command('export <what>')
    .description(`write rows to a file: ${exportKinds.join(', ')}`)
    .option('--query <query>', 'only what this search finds', '')
    .requiredOption('--format <format>', 'csv or ndjson')
    .requiredOption('--out <file>', 'a file, or - for standard output')
    .option('--mask', 'people under stable pseudonyms, personal text scrubbed')
    .addOption(workspace)
    .action((what, options) => act((session) => commands.exportRows(session, what, options)));

  addPrivacyCommands(program, act, { readWhole, collect, list });

  program
    .command('sample')
    .description('make up a contact centre, sync it into the workspace “Sample”, to try everything without an account')
    .option('--days <n>', 'days up to now', readWhole, 30)
    .option('--conversations <n>', 'how many conversations', readWhole, 5000)
    .option('--seed <n>', 'another seed is another contact centre', readWhole, 1)
    .addOption(json)
    .action((options) => act((session) => commands.sample(session, options)));

  program
    .command('doctor [name]')
    .description('what stands between you and your data')
    .option('--bundle <file>', 'write what a support desk needs to this file, and nobody’s data')
    .addOption(json)
    .action((name, options) => act((session) => commands.doctor(session, name, options)));

  return program;
};

/** Runs one command line and gives its exit code. */
export const runCli = async (words: readonly string[], parts: SessionParts = {}): Promise<number> => {
  let exitCode = 0;
  const program = buildProgram(async (work) => {
    const session = openSession(program.opts<{ dataDir?: string; log: string }>(), parts);
    try {
      await work(session);
      exitCode = session.exitCode;
    } finally {
      await session.close();
    }
  });
  try {
    await program.parseAsync([...words], { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : exitCodes.invalid_input;
    const body =
      error instanceof AppError ? error.toBody() : { code: 'internal' as const, message: internalMessage(error) };
    process.stderr.write(`afterword: ${withoutControls(body.message)}\n`);
    return exitCodes[body.code];
  }
};

// Unexpected: the name and the place help a report; the message could hold data and is left out.
const internalMessage = (error: unknown): string => {
  const frame =
    error instanceof Error
      ? (error.stack ?? '')
          .split('\n')
          .find((line) => /^\s+at /.test(line))
          ?.trim()
      : undefined;
  return `Something went wrong inside Afterword (${error instanceof Error ? error.name : 'unknown'} ${frame ?? ''}). Please report this.`;
};
