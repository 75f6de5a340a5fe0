// What each command does: calls the app, prints text for people or one JSON value for scripts.
import { endpointSchema } from '../../../preload/contract/conversation.ts';
import { AppError } from '../../../preload/contract/errors.ts';
import {
  exportFormats,
  exportKinds,
  type JobProgress,
  type ProcedureInput,
  type SavedSearch,
} from '../../../preload/contract/procedures.ts';
import { type ScorecardGroup, scorecardGroups } from '../../../preload/contract/scorecard.ts';
import type { SyncSummary } from '../../../preload/contract/sync.ts';
import { fromCaller } from '../data-dir.ts';
import { type CountingOptions, readRuleChanges } from './counting-options.ts';
import {
  describeSync,
  formatConversation,
  formatCoverage,
  formatDoctor,
  formatHits,
  formatSaved,
  formatScorecard,
  formatSync,
  shownMetricNames,
} from './format.ts';
import { askSecret, readSecretFromStdin } from './prompt.ts';
import type { Session } from './session.ts';
import { findZone } from './workspace-zone.ts';

type Json = { json?: true };
type InWorkspace = { workspace?: string };
/** JSON escapes the control characters below 0x20 itself; the others would be lost on their way to the terminal. */
export const printJson = (session: Session, value: unknown): void =>
  session.print(
    JSON.stringify(value, null, 2).replaceAll(
      /[\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g,
      (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
    ),
  );

export const oneOf = <T extends string>(what: string, choices: readonly T[], value: string): T => {
  const found = choices.find((choice) => choice === value);
  if (found === undefined)
    throw new AppError('invalid_input', `There is no ${what} “${value}”. There are: ${choices.join(', ')}.`);
  return found;
};

export type ConnectOptions = Json & {
  host: string;
  accountId: string;
  appId: string;
  clientId?: string;
  endpoint?: string[];
  rate?: number;
  zone?: string;
  secretStdin?: true;
  tokenStdin?: true;
  store: boolean;
  unchecked?: true;
};

export const connect = async (session: Session, name: string, options: ConnectOptions): Promise<void> => {
  const workspace = await session.call('workspaces.connect', {
    name,
    host: options.host,
    accountId: options.accountId,
    appId: options.appId,
    clientId: options.clientId,
    endpoints: options.endpoint?.map((endpoint) => oneOf('endpoint', endpointSchema.options, endpoint)),
    requestsPerMinute: options.rate,
    zone: options.zone,
    credential: await readCredential(options),
    store: options.store,
    check: options.unchecked !== true,
  });
  if (options.json) printJson(session, workspace);
  else
    session.print(
      `${options.unchecked ? 'Saved' : 'Connected'} “${workspace.name}”. Fetch its conversations with: afterword sync "${workspace.name}"`,
    );
};

const readCredential = async (options: ConnectOptions): Promise<Parameters<typeof toInput>[0]> => {
  if (options.secretStdin && options.tokenStdin)
    throw new AppError('invalid_input', 'Give either --secret-stdin or --token-stdin.');
  if (options.tokenStdin) return toInput({ kind: 'token', token: await readSecretFromStdin() });
  if (options.secretStdin) return toInput({ kind: 'client-secret', secret: await readSecretFromStdin() });
  const isInEnvironment = ['AFTERWORD_TOKEN', 'AFTERWORD_CLIENT_SECRET', 'CREDENTIALS_DIRECTORY'].some(
    (key) => process.env[key] !== undefined,
  );
  if (isInEnvironment || options.unchecked || !process.stdin.isTTY) return toInput({ kind: 'existing' });
  return options.clientId === undefined
    ? toInput({ kind: 'token', token: await askSecret('Token (JWT): ') })
    : toInput({ kind: 'client-secret', secret: await askSecret('Client secret: ') });
};
type CredentialInput =
  | { kind: 'token'; token: string }
  | { kind: 'client-secret'; secret: string }
  | { kind: 'existing' };
const toInput = (input: CredentialInput): CredentialInput => input;

const runSync = async (session: Session, input: ProcedureInput<'sync.start'>): Promise<SyncSummary> => {
  const result = await session.runJob('sync.start', input, (progress) => session.showProgress(describeSync(progress)));
  if (result.kind !== 'sync') throw new Error('a sync ended as something else');
  const { windows } = result.summary;
  if (windows.capped > 0)
    session.note(
      `Warning: ${windows.capped} stretches hold more rows than the API can deliver and are incomplete: see “afterword coverage”.`,
    );
  if (windows.failed > 0)
    session.note(`Warning: ${windows.failed} stretches could not be fetched; the next sync tries them again.`);
  return result.summary;
};

const printSync = async (session: Session, summary: SyncSummary, options: Json): Promise<void> => {
  const workspaces = await session.call('workspaces.list', {});
  const isSample = workspaces.some(({ name, sample }) => name === summary.workspace && sample !== null);
  if (options.json) printJson(session, summary);
  else session.print(formatSync(summary, isSample));
  if (summary.windows.failed > 0) session.exitCode = 69;
};

export const sync = async (
  session: Session,
  name: string | undefined,
  options: Json & { from?: string; to?: string },
): Promise<void> => {
  const input = { workspace: name, from: options.from, to: options.to };
  await printSync(session, await runSync(session, input), options);
};

export const coverage = async (session: Session, name: string | undefined, options: Json): Promise<void> => {
  const found = await session.call('coverage.get', { workspace: name });
  if (options.json) printJson(session, found);
  else session.print(formatCoverage(found.ranges, await findZone(session, name)));
};

export type SearchOptions = Json &
  InWorkspace & {
    limit: number;
    offset: number;
    after?: string;
    sort?: string;
    facets?: true;
    saved?: string;
    save?: string;
  };

export const search = async (session: Session, words: string[], options: SearchOptions): Promise<void> => {
  const { limit, offset, after, workspace } = options;
  const unknown = words.find((word) => word.startsWith('--'));
  if (unknown !== undefined)
    throw new AppError('invalid_input', `A search has no option “${unknown}”. See “afterword help search”.`);
  const saved = options.saved === undefined ? null : await findSaved(session, options.saved, workspace);
  const query = [saved?.query ?? '', ...words].filter((part) => part !== '').join(' ');
  const sort = options.sort ?? saved?.sort;
  if (options.save !== undefined) {
    const { name } = await session.call('search.save', { workspace, name: options.save, query, sort });
    session.note(`Saved as “${name}”.`);
  }
  const found = await session.call('search.run', {
    workspace,
    query,
    limit,
    offset,
    after,
    sort,
    facets: options.facets === true || options.json === true,
  });
  if (options.json) printJson(session, found);
  else session.print(formatHits(found, await findZone(session, workspace)));
};

const findSaved = async (session: Session, name: string, workspace: string | undefined): Promise<SavedSearch> => {
  const all = await session.call('search.saved', { workspace });
  const found = all.find((one) => one.name.toLowerCase() === name.toLowerCase());
  if (found) return found;
  const names = all.length === 0 ? 'There are none yet.' : `There are: ${all.map((one) => one.name).join(', ')}.`;
  throw new AppError('not_found', `There is no saved search called “${name}”. ${names}`);
};

export const saved = async (session: Session, options: Json & InWorkspace & { remove?: string }): Promise<void> => {
  const { workspace, remove } = options;
  if (remove !== undefined) await session.call('search.unsave', { workspace, name: remove });
  const all = await session.call('search.saved', { workspace });
  if (options.json) printJson(session, all);
  else session.print(formatSaved(all, await findZone(session, workspace)));
};

export const show = async (
  session: Session,
  id: string,
  options: Json & InWorkspace & { raw?: true },
): Promise<void> => {
  if (options.raw) {
    printJson(session, await session.call('conversation.raw', { workspace: options.workspace, id }));
    return;
  }
  const conversation = await session.call('conversation.get', { workspace: options.workspace, id });
  if (options.json) printJson(session, conversation);
  else session.print(formatConversation(conversation, await findZone(session, options.workspace)));
};

export type ScorecardOptions = Json &
  InWorkspace &
  CountingOptions & { by: ScorecardGroup; agent?: string; period: string; zone?: string; previous?: true };

export const scorecard = async (session: Session, options: ScorecardOptions): Promise<void> => {
  const { agent, zone, period } = options;
  const input = {
    workspace: options.workspace,
    by: oneOf('group', scorecardGroups, options.by),
    period,
    agent,
    zone,
    rules: readRuleChanges(options),
    previous: options.previous === true,
  };
  if (options.json) printJson(session, await session.call('scorecard.get', input));
  else
    session.print(
      formatScorecard(
        await session.call('scorecard.figures', { ...input, metrics: shownMetricNames, previous: false }),
      ),
    );
};

export type ExportOptions = InWorkspace & { query: string; format: string; out: string; mask?: true };

export const exportRows = async (session: Session, what: string, options: ExportOptions): Promise<void> => {
  const showRows = (progress: JobProgress): void => {
    if (progress.kind === 'export') session.showProgress(`${progress.rows} rows`);
  };
  const input = {
    workspace: options.workspace,
    what: oneOf('export', exportKinds, what),
    query: options.query,
    format: oneOf('format', exportFormats, options.format),
    out: options.out === '-' ? '-' : fromCaller(options.out),
    mask: options.mask === true,
  };
  const result = await session.runJob('export.run', input, showRows);
  if (result.kind === 'export' && options.out !== '-') session.note(`${result.rows} rows written to ${options.out}`);
};

export const sample = async (
  session: Session,
  options: Json & { days: number; conversations: number; seed: number },
): Promise<void> => {
  const { days, conversations, seed } = options;
  const workspace = await session.call('sample.connect', { days, conversations, seed });
  const from = workspace.sample ? new Date(workspace.sample.fromS * 1000).toISOString() : undefined;
  await printSync(session, await runSync(session, { workspace: workspace.id, from }), options);
};

export const doctor = async (
  session: Session,
  name: string | undefined,
  options: Json & { bundle?: string },
): Promise<void> => {
  if (options.bundle !== undefined) {
    const written = await session.call('doctor.bundle', { out: fromCaller(options.bundle) });
    if (options.json) printJson(session, written);
    else
      session.print(
        `${written.path}\nIt holds nobody’s data by design. Look through it before you send it all the same.`,
      );
    return;
  }
  const found = await session.call('doctor.run', { workspace: name });
  if (options.json) printJson(session, found);
  else session.print(formatDoctor(found.checks));
  const failed = found.checks.filter((check) => check.state === 'failed').map((check) => check.name);
  if (failed.length > 0) session.exitCode = failed.includes('credential') ? 77 : 69;
};
