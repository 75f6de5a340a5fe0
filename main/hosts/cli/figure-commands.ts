// What the commands about figures do: cards, peers, rows behind a figure, reconciliations, settings, targets, teams.
import type { TrendUnit } from '../../../preload/contract/comparison.ts';
import { AppError } from '../../../preload/contract/errors.ts';
import type { CompositeWeight } from '../../../preload/contract/figures.ts';
import {
  type CsatPolarity,
  type MetricName,
  metricNames,
  type ScorecardGroup,
} from '../../../preload/contract/scorecard.ts';
import { oneOf, printJson } from './commands.ts';
import { type CountingOptions, readRuleChanges } from './counting-options.ts';
import {
  type Counts,
  formatCard,
  formatFigureRows,
  formatPeers,
  formatReconciliation,
  formatSettings,
  formatTargets,
  formatTeams,
} from './format-figures.ts';
import type { Session } from './session.ts';

type Json = { json?: true };
type InWorkspace = { workspace?: string };
type Period = { period: string; zone?: string };
type ByGroup = { by: ScorecardGroup; agent?: string };

const readMetric = (text: string): MetricName => oneOf('metric', metricNames, text);
/** A number as people write it; throws AppError. */
const readNumber = (text: string): number => {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) throw new AppError('invalid_input', `“${text}” is not a number.`);
  return value;
};

export type CountedOptions = Json & InWorkspace & Period & ByGroup & CountingOptions;
const toInput = (options: CountedOptions) => ({
  workspace: options.workspace,
  by: options.by,
  agent: options.agent,
  period: options.period,
  zone: options.zone,
  rules: readRuleChanges(options),
});

const readCounts = async (session: Session): Promise<Counts> =>
  new Set((await session.call('metrics.list', {})).flatMap(({ name, unit }) => (unit === 'count' ? [name] : [])));

export const card = async (
  session: Session,
  key: string,
  options: CountedOptions & { step?: TrendUnit },
): Promise<void> => {
  const found = await session.call('scorecard.card', { ...toInput(options), key, unit: options.step });
  if (options.json) printJson(session, found);
  else session.print(formatCard(found, await readCounts(session)));
};

export const peers = async (session: Session, metric: string, options: CountedOptions): Promise<void> => {
  const found = await session.call('scorecard.peers', { ...toInput(options), metric: readMetric(metric) });
  if (options.json) printJson(session, found);
  else session.print(formatPeers(found, (await readCounts(session)).has(readMetric(metric))));
};

export type FigureOptions = CountedOptions & { key?: string; limit: number; offset: number };
export const figure = async (session: Session, metric: string, options: FigureOptions): Promise<void> => {
  const { key, limit, offset } = options;
  const found = await session.call('figure.rows', {
    ...toInput(options),
    metric: readMetric(metric),
    key,
    limit,
    offset,
  });
  if (options.json) printJson(session, found);
  else session.print(formatFigureRows(found, (await readCounts(session)).has(readMetric(metric))));
};

export type ReconcileOptions = Json & InWorkspace & Period & CountingOptions & { entries: number; offset: number };
export const reconcile = async (session: Session, options: ReconcileOptions): Promise<void> => {
  const { preset, ...rules } = readRuleChanges(options);
  if (preset !== undefined)
    throw new AppError('invalid_input', 'A reconciliation counts under every preset: leave --preset out.');
  const { workspace, period, zone, entries, offset } = options;
  const found = await session.call('reconcile.run', { workspace, period, zone, rules, limit: entries, offset });
  if (options.json) printJson(session, found);
  else session.print(formatReconciliation(found));
};

export const showSettings = async (session: Session, options: Json & InWorkspace): Promise<void> => {
  const found = await session.call('settings.get', { workspace: options.workspace });
  if (options.json) printJson(session, found);
  else session.print(formatSettings(found));
};

/** Reads “csatTop2=3:0.5:0.9”: weight, floor, target. */
const readWeight = (text: string): CompositeWeight => {
  const [name = '', numbers = ''] = text.split('=');
  const parts = numbers.split(':');
  const [weight, floor, target] = parts.map(readNumber);
  if (parts.length !== 3 || weight === undefined || floor === undefined || target === undefined)
    throw new AppError(
      'invalid_input',
      `“${text}” is no weight. Write METRIC=WEIGHT:FLOOR:TARGET, as csatTop2=3:0.5:0.9.`,
    );
  return { metric: readMetric(name), weight, floor, target };
};

export type SettingsOptions = Json & InWorkspace & CountingOptions & { csatPolarity?: CsatPolarity; weight?: string[] };
export const setSettings = async (session: Session, options: SettingsOptions): Promise<void> => {
  const found = await session.call('settings.set', {
    workspace: options.workspace,
    csatPolarity: options.csatPolarity,
    rules: readRuleChanges(options),
    composite: options.weight?.map(readWeight),
  });
  if (options.json) printJson(session, found);
  else session.print(formatSettings(found));
};

export type TargetOptions = Json & InWorkspace & { by: ScorecardGroup; key?: string; from?: string };

export const setTarget = async (
  session: Session,
  metric: string,
  value: string,
  options: TargetOptions,
): Promise<void> => {
  const { workspace, by, key = null, from } = options;
  const target = readNumber(value);
  const saved = await session.call('targets.set', { workspace, metric: readMetric(metric), by, key, target, from });
  if (options.json) printJson(session, saved);
  else session.print(formatTargets([saved]));
};

export const listTargets = async (session: Session, options: Json & InWorkspace): Promise<void> => {
  const targets = await session.call('targets.list', { workspace: options.workspace });
  if (options.json) printJson(session, targets);
  else session.print(formatTargets(targets));
};

export const removeTarget = async (session: Session, metric: string, options: TargetOptions): Promise<void> => {
  const { workspace, by, key = null, from } = options;
  const { removed } = await session.call('targets.remove', { workspace, metric: readMetric(metric), by, key, from });
  session.print(`Removed ${removed} ${removed === 1 ? 'target' : 'targets'}.`);
};

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
