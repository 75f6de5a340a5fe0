// The one place where everything is put together. A host makes the ports, calls createApp, connects a transport to
// `call` and `subscribe`, and closes.
import { basename } from 'node:path';
import { AppError } from '../preload/contract/errors.ts';
import type { EventName, EventPayload } from '../preload/contract/procedures.ts';
import type { RunDueResult } from '../preload/contract/report.ts';
import { createJobs, type Emit } from './jobs.ts';
import type { Ports } from './ports.ts';
import { type Call, createRouter, type ProcedureHandlers } from './router.ts';
import { createDesktopService } from './services/desktop.ts';
import { createDoctor } from './services/doctor.ts';
import { type DueTimer, startDueTimer } from './services/due-timer.ts';
import { createFigureSettings } from './services/figure-settings.ts';
import { createReading } from './services/reading.ts';
import { createReportKinds } from './services/report-kinds.ts';
import { createReporting } from './services/reporting.ts';
import { createScheduling } from './services/scheduling.ts';
import { createScorecards } from './services/scorecards.ts';
import { createSearching } from './services/searching.ts';
import { createSleeping } from './services/sleeping.ts';
import { createSyncing } from './services/syncing.ts';
import { createWorkspaces } from './services/workspaces.ts';
import { openLibrary } from './store/library.ts';
import { stackForLog } from './workers/rpc.ts';

// Hosts make their ports with these and import nothing below.
export { createKeychain, type KeyringHelper, type StartKeyringHelper } from './secrets/keychain.ts';

export type Listener<N extends EventName> = (payload: EventPayload<N>) => void;

export type App = {
  call: Call;
  /** Gives the function that ends the subscription. */
  subscribe<N extends EventName>(name: N, listener: Listener<N>): () => void;
  /** Sends an event of the host's own, such as an entry of its menu. */
  emit: Emit;
  /** Whether a sync, report or export is under way. */
  isBusy(): boolean;
  /** From now on makes scheduled reports when they are due. For hosts with a window: a command ends before the minute does. */
  watchSchedules(): void;
  /** Stops the syncs under way; they go on after `resume`. */
  suspend(): void;
  resume(): void;
  /** Cancels jobs, waits for them, closes threads and files. */
  close(): Promise<void>;
};

/** Throws AppError when library.db cannot be opened. */
export const createApp = (ports: Ports): App => {
  const library = openLibrary(ports.dataDir);
  const listeners = new Map<EventName, Set<Listener<EventName>>>();
  const emit: Emit = (name, payload) => {
    for (const listener of listeners.get(name) ?? []) listener(payload as EventPayload<EventName>);
  };
  const jobs = createJobs(emit, ports.clock, ports.log);
  const workspaces = createWorkspaces(ports, library);
  const scorecards = createScorecards(ports, workspaces);
  const reading = createReading(ports, library, workspaces, scorecards);
  const figureSettings = createFigureSettings(ports.clock, library, workspaces);
  const searching = createSearching(ports, library, workspaces);
  const syncing = createSyncing(ports, library, workspaces);
  const reporting = createReporting(ports, library, workspaces, reading, createReportKinds(reading), () =>
    emit('data.changed', { topics: ['conversations', 'coverage'] }),
  );
  const doctor = createDoctor(ports, library, workspaces);
  const desktop = createDesktopService(ports);
  const sleeping = createSleeping(ports.clock);
  const scheduling = createScheduling(ports, library, workspaces, reporting, {
    run: (input, signal, onProgress) =>
      sleeping.run(signal, (untilSleep) => syncing.run(input, untilSleep, onProgress)),
  });
  ports.desktop?.updater?.subscribe((state) => emit('update.changed', state));

  const runDue = (sync: boolean): { jobId: string } =>
    jobs.start('schedule', async ({ signal, progress }) => {
      try {
        const result = await scheduling.runDue({ sync }, signal, (step) => progress({ kind: 'report', step }));
        announceRuns(ports.desktop, result);
        return { kind: 'schedule', ...result };
      } finally {
        emit('data.changed', { topics: ['reports', 'schedules', 'conversations', 'coverage'] });
      }
    });
  let dueTimer: DueTimer | null = null;
  /** Syncs first: a report about days that nobody fetched says less than the analyst expects of it. */
  const checkDue = (): void => {
    try {
      // A second sync of a workspace would be refused, and the run with it: the next minute is early enough.
      if (!jobs.isBusy() && scheduling.isDue()) runDue(true);
    } catch (error) {
      ports.log.warn('schedules could not be looked at', { stack: stackForLog(error) });
    }
  };

  const handlers: ProcedureHandlers = {
    'workspaces.list': () => workspaces.list(),
    'workspaces.connect': async (input) => {
      const workspace = await workspaces.connect(input);
      emit('data.changed', { topics: ['workspaces'] });
      return workspace;
    },
    'workspaces.rename': ({ workspace, name }) => {
      const renamed = workspaces.rename(workspace, name);
      emit('data.changed', { topics: ['workspaces', 'reports'] });
      return renamed;
    },
    'workspaces.belongings': ({ workspace }) => library.removal.belongings(workspaces.find(workspace).id),
    'workspaces.remove': async ({ workspace }) => {
      workspaces.find(workspace);
      if (jobs.isBusy())
        throw new AppError('invalid_input', 'Something is still being worked on. Wait for its end, or stop it first.');
      const removed = await workspaces.remove(workspace);
      emit('data.changed', { topics: ['workspaces', 'reports', 'schedules', 'searches'] });
      return removed;
    },
    'sample.connect': (input) => {
      const workspace = workspaces.connectSample(input);
      emit('data.changed', { topics: ['workspaces'] });
      return workspace;
    },
    'sync.start': (input) => {
      workspaces.find(input.workspace);
      return jobs.start('sync', async ({ signal, progress }) => {
        try {
          const summary = await sleeping.run(signal, (untilSleep) =>
            syncing.run(input, untilSleep, (value) => progress({ kind: 'sync', ...value })),
          );
          return { kind: 'sync', summary };
        } finally {
          emit('data.changed', { topics: ['conversations', 'coverage'] });
        }
      });
    },
    'coverage.get': reading.coverage,
    'search.run': searching.run,
    'search.complete': searching.complete,
    'search.saved': searching.saved,
    'search.save': (input) => {
      const saved = searching.save(input);
      emit('data.changed', { topics: ['searches'] });
      return saved;
    },
    'search.unsave': (input) => {
      searching.unsave(input);
      emit('data.changed', { topics: ['searches'] });
      return {};
    },
    'conversation.get': reading.show,
    'conversation.raw': reading.raw,
    'metrics.list': () => scorecards.metrics(),
    'scorecard.get': scorecards.get,
    'scorecard.figures': scorecards.figures,
    'scorecard.card': scorecards.card,
    'scorecard.peers': scorecards.peers,
    'figure.rows': scorecards.figureRows,
    'reconcile.run': scorecards.reconcile,
    'settings.get': figureSettings.get,
    'settings.set': (input) => {
      const settings = figureSettings.set(input);
      emit('data.changed', { topics: ['figures', 'workspaces'] });
      return settings;
    },
    'targets.list': figureSettings.listTargets,
    'targets.set': (input) => {
      const target = figureSettings.setTarget(input);
      emit('data.changed', { topics: ['figures'] });
      return target;
    },
    'targets.remove': (input) => {
      const removed = figureSettings.removeTarget(input);
      emit('data.changed', { topics: ['figures'] });
      return { removed };
    },
    'teams.list': figureSettings.listTeams,
    'teams.save': (input) => {
      const team = figureSettings.saveTeam(input);
      emit('data.changed', { topics: ['figures'] });
      return team;
    },
    'teams.remove': (input) => {
      figureSettings.removeTeam(input);
      emit('data.changed', { topics: ['figures'] });
      return {};
    },
    'report.run': (input) =>
      jobs.start('report', async ({ signal, progress }) => {
        const made = await reporting.run(input, signal, (step) => progress({ kind: 'report', step }));
        emit('data.changed', { topics: ['reports'] });
        ports.desktop?.notify('Report ready', made.files.map((path) => basename(path)).join(', '));
        return { kind: 'report', ...made };
      }),
    'report.list': ({ limit }) => reporting.list(limit),
    'report.again': (input) =>
      jobs.start('report again', async ({ signal, progress }) => ({
        kind: 'report-again',
        ...(await reporting.again(input, signal, (step) => progress({ kind: 'report', step }))),
      })),
    'report.diff': ({ id }) => reporting.diff(id),
    'report.define': (input) => {
      const definition = reporting.define(input);
      emit('data.changed', { topics: ['reports'] });
      return definition;
    },
    'report.definitions': () => reporting.definitions(),
    'report.undefine': ({ name }) => {
      reporting.undefine(name);
      emit('data.changed', { topics: ['reports'] });
      return {};
    },
    'schedule.add': async (input) => {
      const schedule = await scheduling.add(input);
      emit('data.changed', { topics: ['schedules'] });
      return schedule;
    },
    'schedule.list': () => scheduling.list(),
    'schedule.enable': (input) => {
      const schedule = scheduling.enable(input);
      emit('data.changed', { topics: ['schedules'] });
      return schedule;
    },
    'schedule.remove': ({ id }) => {
      scheduling.remove(id);
      emit('data.changed', { topics: ['schedules'] });
      return {};
    },
    'schedule.run-due': ({ sync }) => runDue(sync),
    'export.run': (input) => {
      workspaces.find(input.workspace);
      return jobs.start('export', async ({ signal, progress }) => ({
        kind: 'export',
        ...(await reading.export(input, signal, ({ rows }) => progress({ kind: 'export', rows }))),
      }));
    },
    'forget.count': reading.countCustomer,
    'forget.run': async (input) => {
      const forgotten = await reading.forget(input);
      emit('data.changed', { topics: ['conversations', 'coverage'] });
      return forgotten;
    },
    'doctor.run': doctor.run,
    'jobs.cancel': ({ jobId }) => ({ isCancelled: jobs.cancel(jobId) }),
    'host.info': desktop.info,
    'host.choose-folder': desktop.chooseFolder,
    'host.choose-file': desktop.chooseFile,
    'host.list-folders': desktop.listFolders,
    'host.open-path': desktop.openPath,
    'host.show-path': desktop.showPath,
    'host.open-external': desktop.openExternal,
    'update.get': desktop.update,
    'update.check': desktop.checkForUpdate,
    'update.install': desktop.installUpdate,
  };

  return {
    call: createRouter(handlers, ports.clock, ports.log),
    subscribe(name, listener) {
      const own = listener as Listener<EventName>;
      const group = listeners.get(name) ?? new Set();
      listeners.set(name, group.add(own));
      return () => group.delete(own);
    },
    emit,
    isBusy: jobs.isBusy,
    suspend: sleeping.suspend,
    resume() {
      sleeping.resume();
      dueTimer?.wake();
    },
    watchSchedules() {
      dueTimer ??= startDueTimer(ports.clock, checkDue);
    },
    async close() {
      await dueTimer?.close();
      await jobs.close();
      await workspaces.close();
      library.close();
    },
  };
};

/** Without names: it may show on a locked screen. */
const announceRuns = (desktop: Ports['desktop'], { runs }: RunDueResult): void => {
  const made = runs.filter(({ state }) => state === 'done').length;
  const failed = runs.filter(({ state }) => state === 'failed').length;
  if (made > 0)
    desktop?.notify(
      made === 1 ? 'Report ready' : `${made} reports ready`,
      'Made by schedule. See Reports in Afterword.',
    );
  if (failed > 0)
    desktop?.notify('A scheduled report was not made', 'Reports in Afterword says why, and tries it again.');
};
