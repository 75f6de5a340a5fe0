// What `report …` and `schedule …` do: calls the app, prints text for people or one JSON value for scripts.
import { resolve } from 'node:path';
import { AppError, exitCodes } from '../../../preload/contract/errors.ts';
import type { JobProgress } from '../../../preload/contract/procedures.ts';
import {
  cadences,
  type ReportFormat,
  type ReportSettings,
  reportFormats,
  reportKinds,
} from '../../../preload/contract/report.ts';
import { fromCaller } from '../data-dir.ts';
import { oneOf, printJson } from './commands.ts';
import { dueTime, formatDefinitions, formatDiff, formatIssued, formatRuns, formatSchedules } from './format-reports.ts';
import type { Session } from './session.ts';
import { listZones } from './workspace-zone.ts';

type Json = { json?: true };

/** Leaves out what is undefined: options that were not given. */
const given = <T extends object>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };

const toFormats = (formats: string[]): ReportFormat[] =>
  formats.map((format) => oneOf('format', reportFormats, format));

/** NAME=VALUE, several times, each name once. */
const toSettings = (pairs: readonly string[] = []): ReportSettings => {
  const settings: ReportSettings = {};
  for (const pair of pairs) {
    const at = pair.indexOf('=');
    if (at < 1) throw new AppError('invalid_input', `“${pair}” is not NAME=VALUE.`);
    const name = pair.slice(0, at);
    if (Object.hasOwn(settings, name)) throw new AppError('invalid_input', `“${name}” is given twice.`);
    settings[name] = pair.slice(at + 1);
  }
  return settings;
};

const toId = (text: string): number => {
  if (!/^\d{1,15}$/.test(text))
    throw new AppError('invalid_input', `“${text}” is not a number. See “afterword report list”.`);
  return Number(text);
};

const showSteps =
  (session: Session) =>
  (progress: JobProgress): void => {
    if (progress.kind === 'report') session.showProgress(progress.step);
  };

export type RunOptions = Json & {
  workspace?: string;
  period?: string;
  format?: string[];
  out: string;
  mask?: boolean;
  zone?: string;
  filter?: string[];
  option?: string[];
};

export const runReport = async (session: Session, report: string, options: RunOptions): Promise<void> => {
  const { workspace, period, mask, zone, filter, option } = options;
  const input = {
    report,
    outDir: fromCaller(options.out),
    ...given({
      workspace,
      period,
      mask,
      zone,
      formats: options.format && toFormats(options.format),
      filters: filter && toSettings(filter),
      options: option && toSettings(option),
    }),
  };
  const result = await session.runJob('report.run', input, showSteps(session));
  if (result.kind !== 'report') throw new Error('a report ended as something else');
  const { report: issued } = result;
  if (!issued.coverage.isComplete)
    session.note(
      `Warning: ${Math.floor(issued.coverage.fraction * 1000) / 10} % of the period is synced; the report says so. See “afterword coverage”.`,
    );
  if (options.json) {
    const { id, contentHash, coverage } = issued;
    printJson(session, { files: result.files, rows: result.rows, id, contentHash, coverage });
  } else {
    session.print(result.files.join('\n'));
    session.note(`Issued as report ${issued.id}.`);
  }
};

export const listReports = async (session: Session, options: Json & { limit: number }): Promise<void> => {
  const found = await session.call('report.list', { limit: options.limit });
  if (options.json) printJson(session, found);
  else session.print(formatIssued(found, await listZones(session)));
};

export const reportAgain = async (session: Session, id: string, options: Json & { out: string }): Promise<void> => {
  const result = await session.runJob(
    'report.again',
    { id: toId(id), outDir: fromCaller(options.out) },
    showSteps(session),
  );
  if (result.kind !== 'report-again') throw new Error('a report ended as something else');
  const { kind: _, ...again } = result;
  if (options.json) {
    printJson(session, again);
    return;
  }
  session.print(again.files.map((file) => file.path).join('\n'));
  session.note(again.message);
};

export const diffReport = async (session: Session, id: string, options: Json): Promise<void> => {
  const diff = await session.call('report.diff', { id: toId(id) });
  if (options.json) printJson(session, diff);
  else session.print(formatDiff(diff));
};

export type DefineOptions = Json & {
  workspace?: string;
  period: string;
  format: string[];
  mask?: true;
  zone?: string;
  filter?: string[];
  option?: string[];
};

export const defineReport = async (
  session: Session,
  name: string,
  kind: string,
  options: DefineOptions,
): Promise<void> => {
  const { workspace, zone, filter, option } = options;
  const definition = await session.call('report.define', {
    name,
    kind: oneOf('report', reportKinds, kind),
    period: options.period,
    formats: toFormats(options.format),
    mask: options.mask === true,
    filters: toSettings(filter),
    options: toSettings(option),
    ...given({ workspace, zone }),
  });
  if (options.json) printJson(session, definition);
  else session.print(`Saved “${definition.name}”. Make it with: afterword report "${definition.name}" --out DIR`);
};

export const listDefinitions = async (session: Session, options: Json): Promise<void> => {
  const found = await session.call('report.definitions', {});
  if (options.json) printJson(session, found);
  else session.print(formatDefinitions(found));
};

export const undefineReport = async (session: Session, name: string): Promise<void> => {
  await session.call('report.undefine', { name });
};

const weekdays = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const;

export type ScheduleOptions = Json & {
  every: string;
  at: string;
  on?: string;
  zone?: string;
  period?: string;
  folder: string;
  name?: string;
};

export const addSchedule = async (session: Session, definition: string, options: ScheduleOptions): Promise<void> => {
  const cadence = oneOf('cadence', cadences, options.every);
  const { on, zone, period, name: namePattern } = options;
  if ((on === undefined) !== (cadence === 'daily'))
    throw new AppError(
      'invalid_input',
      cadence === 'daily'
        ? 'A daily schedule runs every day: leave --on out.'
        : `Say on which day: ${cadence === 'weekly' ? '--on monday' : '--on 1 (to 31; the last day where a month is shorter)'}.`,
    );
  const schedule = await session.call('schedule.add', {
    definition,
    cadence,
    time: options.at,
    folder: resolve(options.folder),
    ...given({ zone, period, namePattern }),
    ...(cadence === 'weekly' && on !== undefined
      ? { weekday: weekdays.indexOf(oneOf('weekday', weekdays, on.toLowerCase())) + 1 }
      : {}),
    ...(cadence === 'monthly' && on !== undefined ? { monthDay: toId(on) } : {}),
  });
  if (options.json) printJson(session, schedule);
  else {
    session.print(formatSchedules([schedule]));
    session.note('It runs when something calls “afterword schedule run-due”: docs/schedules.md has the lines.');
  }
};

export const listSchedules = async (session: Session, options: Json): Promise<void> => {
  const found = await session.call('schedule.list', {});
  if (options.json) printJson(session, found);
  else session.print(formatSchedules(found));
};

export const enableSchedule = async (session: Session, id: string, isEnabled: boolean): Promise<void> => {
  session.print(formatSchedules([await session.call('schedule.enable', { id: toId(id), isEnabled })]));
};

export const removeSchedule = async (session: Session, id: string): Promise<void> => {
  await session.call('schedule.remove', { id: toId(id) });
};

export const runDue = async (session: Session, options: Json & { sync?: true }): Promise<void> => {
  const result = await session.runJob('schedule.run-due', { sync: options.sync === true }, showSteps(session));
  if (result.kind !== 'schedule') throw new Error('schedules ended as something else');
  const { runs, missed } = result;
  const schedules = runs.length === 0 ? [] : await session.call('schedule.list', {});
  const zones = new Map(schedules.map(({ id, zone }) => [id, zone]));
  if (options.json) printJson(session, { runs, missed });
  else if (runs.length > 0) session.print(formatRuns(runs, zones));
  if (missed > 0) session.note(`${missed} runs were due too long ago and are recorded as missed.`);
  const failed = runs.filter((run) => run.state === 'failed');
  if (failed.length > 0) session.exitCode = exitCodes.output_failed;
  // Cron sends what is on stderr.
  for (const run of failed) session.note(`Schedule ${run.schedule}, due ${dueTime(run, zones)}: ${run.message}`);
};
