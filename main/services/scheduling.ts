// Schedules: what is due is claimed, made and recorded, each due instant once whatever number of processes ask.
import { randomUUID } from 'node:crypto';
import { mkdir, realpath } from 'node:fs/promises';
import { isAbsolute } from 'node:path';
import { AppError } from '../../preload/contract/errors.ts';
import type { ParsedInput } from '../../preload/contract/procedures.ts';
import type { IssuedReport, RunDueResult, Schedule, ScheduleRun } from '../../preload/contract/report.ts';
import type { PeriodCoverage } from '../../preload/contract/scorecard.ts';
import { parsePeriod, requireZone } from '../metrics/period.ts';
import type { Ports } from '../ports.ts';
import { explainWriteError } from '../reports/atomic-file.ts';
import { checkNamePattern } from '../schedule/name-pattern.ts';
import { dueInstants, nextDue, type ScheduleRule } from '../schedule/planner.ts';
import type { Library } from '../store/library.ts';
import type { Claim, Plan, StoredSchedule } from '../store/schedule-store.ts';
import { stackForLog, toErrorBody } from '../workers/rpc.ts';
import type { Reporting } from './reporting.ts';
import type { Syncing } from './syncing.ts';
import type { Workspaces } from './workspaces.ts';

/** Due instants this far back are caught up with; what is older is recorded as missed. */
const RUNS_BACK = 10;
/** The first attempt and three more. */
const ATTEMPTS_MAX = 4;
const BEAT_EVERY_MS = 15_000;
/** Eight beats: a machine under load skips some, a process that ended skips all. */
const STALE_MS = 120_000;
/** Three more attempts span three quarters of an hour: a network that is away for a moment is back by then. */
const RETRY_AFTER_MS = 15 * 60_000;
const SHOWN_RUNS = 20;

export type Scheduling = {
  add(input: ParsedInput<'schedule.add'>): Promise<Schedule>;
  list(): Schedule[];
  enable(input: ParsedInput<'schedule.enable'>): Schedule;
  remove(id: number): void;
  /** Whether `runDue` has something to do. What failed is due again only after a quarter of an hour. */
  isDue(): boolean;
  runDue(input: { sync: boolean }, signal: AbortSignal, onStep: (step: string) => void): Promise<RunDueResult>;
};

const plan: Plan = (rule, afterMs, untilMs) => ({
  dues: dueInstants(rule, afterMs, untilMs),
  nextDueMs: nextDue(rule, untilMs),
});

const isoFromMs = (epochMs: number): string => `${new Date(epochMs).toISOString().slice(0, 19)}Z`;

/** A period that means another one a year later. */
const isRelative = (period: string, zone: string, nowMs: number): boolean =>
  parsePeriod(period, { zone, nowMs }).fromS !== parsePeriod(period, { zone, nowMs: nowMs + 400 * 86_400_000 }).fromS;

const checkDays = ({ cadence, weekday, monthDay }: ParsedInput<'schedule.add'>): void => {
  if ((cadence === 'weekly') !== (weekday !== null))
    throw new AppError('invalid_input', 'A weekly schedule, and only that, has a day of the week.');
  if ((cadence === 'monthly') !== (monthDay !== null))
    throw new AppError('invalid_input', 'A monthly schedule, and only that, has a day of the month (1 to 31).');
};

const describeCoverage = ({ isComplete, fraction }: PeriodCoverage): string =>
  isComplete ? '' : `Only ${Math.floor(fraction * 1000) / 10} % of the period was synced; the report says so.`;

/** The folder, made if need be, under its real name: unattended runs refuse one that is reached through a link. */
const prepareFolder = async (folder: string): Promise<string> => {
  if (!isAbsolute(folder))
    throw new AppError('invalid_input', `“${folder}” is not a whole path. A schedule runs from anywhere: give one.`);
  try {
    await mkdir(folder, { recursive: true });
    return await realpath(folder);
  } catch (error) {
    throw explainWriteError(error, folder);
  }
};

export const createScheduling = (
  ports: Ports,
  library: Library,
  workspaces: Workspaces,
  reporting: Reporting,
  syncing: Pick<Syncing, 'run'>,
): Scheduling => {
  const { clock, log } = ports;
  const { schedules } = library;

  const show = (schedule: StoredSchedule): Schedule => ({
    id: schedule.id,
    definition: schedule.definition,
    cadence: schedule.cadence,
    time: schedule.time,
    weekday: schedule.weekday,
    monthDay: schedule.monthDay,
    zone: schedule.zone,
    period: schedule.period,
    folder: schedule.folder,
    namePattern: schedule.namePattern,
    isEnabled: schedule.isEnabled,
    nextDueAt: schedule.isEnabled ? isoFromMs(schedule.nextDueMs) : null,
    runs: schedules.runs(schedule.id, SHOWN_RUNS),
  });

  /** Shows a sign of life until the work ends, and stops the work when the claim was lost. */
  const keepAlive = async <T>(
    claim: Claim,
    signal: AbortSignal,
    work: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> => {
    const ended = new AbortController();
    const lost = new AbortController();
    const beating = (async () => {
      for (;;) {
        await clock.sleep(BEAT_EVERY_MS, ended.signal);
        if (!schedules.beat(claim, clock.nowMs())) lost.abort(lostClaim());
      }
    })().catch((error: unknown) => {
      if (!ended.signal.aborted) lost.abort(error);
    });
    try {
      return await work(AbortSignal.any([signal, lost.signal]));
    } finally {
      ended.abort();
      await beating;
    }
  };

  const make = (claim: Claim, signal: AbortSignal, onStep: (step: string) => void): Promise<IssuedReport> => {
    const schedule = schedules.find(claim.scheduleId);
    const definition = reporting.findDefinition(schedule.definition);
    const workspace = workspaces.find(definition.workspaceId);
    return reporting.issue(
      {
        workspace,
        definition: definition.name,
        kind: definition.kind,
        period: schedule.period,
        asOfMs: claim.asOfMs,
        zone: definition.zone ?? workspace.zone,
        filters: definition.filters,
        options: definition.options,
        formats: definition.formats,
        mask: definition.mask,
        outDir: schedule.folder,
        namePattern: schedule.namePattern,
        date: parsePeriod('today', { zone: schedule.zone, nowMs: claim.asOfMs }).label,
        isUnattended: true,
        beforeWrite: () => {
          if (!schedules.beat(claim, clock.nowMs())) throw lostClaim();
        },
        onRecorded: (issuedId, { coverage }) => {
          schedules.finish(claim, clock.nowMs(), 'done', describeCoverage(coverage), issuedId);
        },
      },
      signal,
      onStep,
    );
  };

  /** One sync a workspace and call; every run after a failed one fails with its sentence and is tried again next time. */
  const createSyncOnce = (signal: AbortSignal, onStep: (step: string) => void) => {
    const synced = new Map<string, Promise<unknown>>();
    return (scheduleId: number): Promise<unknown> => {
      const { workspaceId } = reporting.findDefinition(schedules.find(scheduleId).definition);
      const started =
        synced.get(workspaceId) ??
        syncing.run({ workspace: workspaceId }, signal, ({ rows }) => onStep(`syncing, ${rows} rows`));
      synced.set(workspaceId, started);
      return started;
    };
  };

  const run = async (
    claim: Claim,
    prepare: (scheduleId: number) => Promise<unknown>,
    signal: AbortSignal,
    onStep: (step: string) => void,
  ): Promise<ScheduleRun | null> => {
    try {
      await keepAlive(claim, signal, async (ownSignal) => {
        await prepare(claim.scheduleId);
        await make(claim, ownSignal, onStep);
      });
    } catch (error) {
      const body = toErrorBody(error);
      log.warn('scheduled run failed', { schedule: claim.scheduleId, code: body.code, stack: stackForLog(error) });
      try {
        schedules.finish(claim, clock.nowMs(), 'failed', body.message, null);
      } catch (lost) {
        // Whoever has it now records its end.
        if (lost instanceof AppError && lost.code === 'sync_busy') return null;
        throw lost;
      }
    }
    return schedules.run(claim.runId);
  };

  return {
    async add(input) {
      checkDays(input);
      checkNamePattern(input.namePattern);
      const definition = reporting.findDefinition(input.definition);
      const workspace = workspaces.find(definition.workspaceId);
      const reportZone = definition.zone ?? workspace.zone;
      const zone = requireZone(input.zone ?? reportZone);
      const period = input.period ?? definition.period;
      const nowMs = clock.nowMs();
      if (!isRelative(period, reportZone, nowMs))
        throw new AppError(
          'invalid_input',
          `“${period}” is always the same days. A schedule needs a relative period, such as last-week or yesterday.`,
        );
      const folder = await prepareFolder(input.folder);
      const { cadence, time, weekday, monthDay, namePattern } = input;
      const rule: ScheduleRule = { cadence, time, weekday, monthDay, zone };
      const id = schedules.add(
        { ...rule, definitionId: definition.id, period, folder, namePattern, nextDueMs: nextDue(rule, nowMs) },
        nowMs,
      );
      return show(schedules.find(id));
    },
    list: () => schedules.list().map(show),
    enable({ id, isEnabled }) {
      const nowMs = clock.nowMs();
      schedules.setEnabled(id, isEnabled, nowMs, nextDue(schedules.find(id), nowMs));
      return show(schedules.find(id));
    },
    remove: (id) => schedules.remove(id),
    isDue() {
      const nowMs = clock.nowMs();
      const retryBeforeMs = nowMs - RETRY_AFTER_MS;
      return schedules.isOwed({ nowMs, attemptsMax: ATTEMPTS_MAX, retryBeforeMs, staleMs: STALE_MS });
    },
    async runDue({ sync }, signal, onStep) {
      const begunMs = clock.nowMs();
      const result: RunDueResult = { runs: [], missed: 0 };
      const syncOnce = createSyncOnce(signal, onStep);
      const prepare = sync ? syncOnce : async (): Promise<void> => undefined;
      for (;;) {
        signal.throwIfAborted();
        const { claim, missed } = schedules.claim({
          nowMs: clock.nowMs(),
          begunMs,
          token: randomUUID(),
          plan,
          runsBack: RUNS_BACK,
          attemptsMax: ATTEMPTS_MAX,
          staleMs: STALE_MS,
        });
        result.missed += missed;
        if (claim === null) return result;
        onStep(`the report due ${isoFromMs(claim.dueMs)}`);
        const ended = await run(claim, prepare, signal, onStep);
        if (ended) result.runs.push(ended);
      }
    },
  };
};

const lostClaim = (): AppError => new AppError('sync_busy', 'Another process has taken this run over.');
