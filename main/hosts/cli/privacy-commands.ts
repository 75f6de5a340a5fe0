// The commands about people's data: forgetting, and the audit of what was taken out or removed.
import { type Command, Option } from 'commander';
import { AppError } from '../../../preload/contract/errors.ts';
import type { AuditEntry, Forgotten } from '../../../preload/contract/privacy.ts';
import { printJson } from './commands.ts';
import { confirm, readSecretFromStdin } from './prompt.ts';
import type { Act, Readers } from './run.ts';
import type { Session } from './session.ts';

type Json = { json?: true };
type InWorkspace = { workspace?: string };

const many = (n: number, one: string, several = `${one}s`): string => `${n} ${n === 1 ? one : several}`;

export const readDays = (text: string): number => {
  const days = /^(\d{1,5})d?$/.exec(text)?.[1];
  if (days === undefined) throw new AppError('invalid_input', `“${text}” is not a number of days. Write 400d.`);
  return Number(days);
};

const describeForgotten = (begin: string, forgotten: Forgotten): string => {
  const { conversations, quarantined, searches, definitions, schedules, issuedReports } = forgotten;
  const named = [
    searches > 0 ? many(searches, 'saved search', 'saved searches') : '',
    definitions > 0 ? many(definitions, 'saved report') : '',
    schedules > 0 ? many(schedules, 'schedule') : '',
    issuedReports > 0
      ? many(issuedReports, 'entry of the list of issued reports', 'entries of the list of issued reports')
      : '',
  ].filter((part) => part !== '');
  const also =
    named.length === 0
      ? ''
      : `\nAlso removed, because they named the customer: ${named.join(', ')}. Report files stay where they are.`;
  return `${begin} ${conversations} conversations and ${quarantined} unreadable records.${also}`;
};

type ForgetOptions = Json & InWorkspace & { customer?: string; linked?: true; olderThan?: string; yes?: true };

const askCustomer = async (session: Session, customer: string, { workspace, linked }: ForgetOptions): Promise<void> => {
  const count = await session.call('forget.count', { workspace, customer });
  const others = count.linked - count.conversations;
  if (!linked && others > 0)
    session.note(
      `${many(others, 'more conversation shares', 'more conversations share')} a phone, an e-mail or an id with them: --linked forgets those too.`,
    );
  await confirm(`Forget ${linked ? count.linked : count.conversations} conversations of this customer for good?`);
};

const forget = async (session: Session, options: ForgetOptions): Promise<void> => {
  const { olderThan, workspace } = options;
  // From standard input it stands in no argument list and no shell history.
  const customer = options.customer === '-' ? await readSecretFromStdin() : options.customer;
  if ((customer === undefined) === (olderThan === undefined))
    throw new AppError('invalid_input', 'Say what to forget: either --customer KEY or --older-than 400d.');
  if (options.linked && customer === undefined)
    throw new AppError('invalid_input', '--linked goes with --customer: it says whose other conversations to forget.');
  const olderThanDays = olderThan === undefined ? undefined : readDays(olderThan);
  if (!options.yes && customer !== undefined) await askCustomer(session, customer, options);
  else if (!options.yes) await confirm(`Forget everything older than ${olderThanDays} days for good?`);
  const linked = options.linked === true;
  const forgotten = await session.call('forget.run', { workspace, customer, linked, olderThanDays });
  const { ended, ...now } = forgotten;
  const isNothing = Object.values(now).every((count) => count === 0);
  // By age there may be nothing to do each day; a key that belongs to nobody is most likely mistyped.
  if (customer !== undefined && isNothing && ended === null)
    throw new AppError(
      'not_found',
      'Nothing was forgotten: no conversation has that key. Give the whole e-mail, phone number (+1 202 555 0142), user id or channel user id, as “afterword show ID --json” has it, and no field name before it.',
    );
  if (options.json) printJson(session, forgotten);
  else {
    if (ended !== null)
      session.print(describeForgotten('A forgetting that had not come to its end is done now:', ended));
    if (ended === null || !isNothing) session.print(describeForgotten('Forgot', now));
    else if (customer !== undefined) session.note('No other conversation has the key that you gave.');
  }
};

const describeEntry = ({ at, workspace, workspaceId, action, details }: AuditEntry): string => {
  const where = workspace ?? (workspaceId === null ? '' : '(removed)');
  const said = Object.entries(details).map(([name, value]) => `${name}=${value}`);
  return [at, where, action, said.join(' ')].filter((part) => part !== '').join('  ');
};

const audit = async (session: Session, options: Json & InWorkspace & { limit: number }): Promise<void> => {
  const { workspace, limit } = options;
  const entries = await session.call('audit.list', { workspace, limit });
  if (options.json) printJson(session, entries);
  else if (entries.length === 0) session.print('Nothing was exported, reported or removed yet.');
  else session.print(entries.map(describeEntry).join('\n'));
};

export const addPrivacyCommands = (program: Command, act: Act, { readWhole }: Readers): void => {
  const json = new Option('--json', 'print one JSON value on stdout');
  const workspace = new Option('--workspace <name>', 'which workspace, when there are several');
  program
    .command('forget')
    .description('remove conversations from the cache for good')
    .option('--customer <key>', 'phone, e-mail, user id or channel user id; - reads it from standard input')
    .option('--linked', 'with --customer: also what shares a phone, an e-mail or an id with their conversations')
    .option('--older-than <days>', 'for example 400d')
    .option('--yes', 'do not ask')
    .addOption(workspace)
    .addOption(json)
    .action((options) => act((session) => forget(session, options)));
  program
    .command('audit')
    .description('what was exported, reported, forgotten and removed, and when; newest first')
    .option('--limit <n>', 'entries to show', readWhole, 100)
    .option('--workspace <name>', 'of this workspace only')
    .addOption(json)
    .action((options) => act((session) => audit(session, options)));
};
