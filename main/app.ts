// The one place where everything is put together. A host makes the ports, calls createApp, connects a transport to
// `call` and `subscribe`, and closes.
import { basename } from 'node:path';
import { AppError } from '../preload/contract/errors.ts';
import type { EventName, EventPayload } from '../preload/contract/procedures.ts';
import type { RunDueResult } from '../preload/contract/report.ts';
import type { Workspace } from '../preload/contract/workspace.ts';
import { createJobs, type Emit } from './jobs.ts';
import type { Ports } from './ports.ts';
import { createTypesetter } from './reports/typst.ts';
import { type Call, createRouter, type ProcedureHandlers } from './router.ts';
import { createDesktopService } from './services/desktop.ts';
import { createDiagnostics } from './services/diagnostics.ts';
import { createDoctor } from './services/doctor.ts';
import { type DueTimer, startDueTimer } from './services/due-timer.ts';
import { createFigureSettings } from './services/figure-settings.ts';
import { createForgetting } from './services/forgetting.ts';
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
import { explainStoreError } from './store/open.ts';
import { stackForLog } from './workers/rpc.ts';

// Hosts make their ports with these and import nothing below.
export { createKeychain } from './secrets/keychain.ts';
export { logPath } from './services/diagnostics.ts';

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
  /** Opens meanwhile what a window asks for first. */
  warm(): void;
  /** Stops the syncs under way; they go on after `resume`. */
  suspend(): void;
  resume(): void;
  /** Cancels jobs, waits for them, closes threads and files. */
  close(): Promise<void>;
};

/** The statements of library.db run on this thread: a full disk must reach the user in words. */
const explain = (error: unknown): unknown => explainStoreError(error, 'library.db');

/** Throws AppError when library.db cannot be opened. */
export const createApp = (ports: Ports): App => {
  const listeners = new Map<EventName, Set<Listener<EventName>>>();
  const emit: Emit = (name, payload) => {
    for (const listener of listeners.get(name) ?? []) listener(payload as EventPayload<EventName>);
  };
  /** Told when somebody listens: files are opened before any window is. */
  const untold: string[] = [];
  const tell = (message: string): void => {
    if (listeners.has('notice')) emit('notice', { message });
    else untold.push(message);
  };
  const tellOfMending = (message: string): void => {
    // Without names: it may show on a locked screen.
    ports.desktop?.notify('A damaged file was mended', 'Open Afterword to see what to do.');
    tell(message);
  };
  const library = openLibrary(ports.dataDir, {
    nowMs: ports.clock.nowMs,
    restored(backup) {
      ports.log.warn('library.db was damaged and restored', { backup });
      tellOfMending(
        `The file of your workspaces, targets and report definitions (library.db) was damaged. Its copy ${backup} stands in its place: whatever you changed after that copy has to be done again.`,
      );
    },
    noBackup: (error) => ports.log.warn('no copy of library.db could be made', { stack: stackForLog(error) }),
  });
  const jobs = createJobs(emit, ports.clock, ports.log, explain);
  let isClosing = false;
  const workspaces = createWorkspaces(
    ports,
    library,
    (message) => {
      tellOfMending(message);
      emit('data.changed', { topics: ['conversations', 'coverage'] });
    },
    (workspace) => {
      // A forgetting that opens the cache ends what is left itself.
      if (!isClosing && !forgetting.isRunning()) void forgetting.endUnfinished(workspace);
    },
  );
  const scorecards = createScorecards(ports, workspaces);
  const reading = createReading(ports, library, workspaces, scorecards);
  const figureSettings = createFigureSettings(ports.clock, library, workspaces);
  const searching = createSearching(ports, library, workspaces);
  const forgetting = createForgetting(ports, library, workspaces, tell);
  const syncing = createSyncing(ports, library, workspaces, forgetting);
  const reporting = createReporting(
    ports,
    library,
    workspaces,
    reading,
    createReportKinds(reading, createTypesetter(ports.startHelper)),
    () => emit('data.changed', { topics: ['conversations', 'coverage'] }),
  );
  const doctor = createDoctor(ports, library, workspaces);
  const diagnostics = createDiagnostics(ports, library, workspaces, doctor);
  const desktop = createDesktopService(ports);
  const sleeping = createSleeping(ports.clock);
  const scheduling = createScheduling(ports, library, workspaces, reporting, {
    run: (input, signal, onProgress) =>
      sleeping.run(signal, (untilSleep) => syncing.run(input, untilSleep, onProgress)),
  });
  ports.desktop?.updater?.subscribe((state) => emit('update.changed', state));

  const { encryption } = workspaces;
  /** Before a cache is taken away: with it would go what is left to do of a forgetting. */
  const settle = async (workspace: Workspace): Promise<void> => {
    if (jobs.isBusy() || forgetting.isRunning())
      throw new AppError('invalid_input', 'Something is still being worked on. Wait for its end, or stop it first.');
    await forgetting.endUnfinished(workspace);
    await forgetting.settled();
  };
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
      await settle(workspaces.find(workspace));
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
    'scorecard.totals': scorecards.totals,
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
    'teams.save': async (input) => {
      const team = await figureSettings.saveTeam(input);
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
    'report.preview': reporting.preview,
    'report.stop-preview': ({ client }) => ({ isCancelled: reporting.stopPreview(client) }),
    'report.list': ({ limit }) => reporting.list(limit),
    'report.again': (input) =>
      jobs.start('report again', async ({ signal, progress }) => ({
        kind: 'report-again',
        ...(await reporting.again(input, signal, (step) => progress({ kind: 'report', step }))),
      })),
    'report.diff': ({ id }) => reporting.diff(id),
    'report.define': async (input) => {
      const definition = await reporting.define(input);
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
    'forget.count': forgetting.count,
    'forget.run': async (input) => {
      try {
        return await forgetting.forget(input);
      } finally {
        // What failed may have come after the removing.
        emit('data.changed', { topics: ['conversations', 'coverage', 'searches', 'reports', 'schedules'] });
      }
    },
    'workspaces.keep': (input) => {
      const workspace = forgetting.keep(input);
      emit('data.changed', { topics: ['workspaces'] });
      return workspace;
    },
    'encryption.get': ({ workspace }) => ({ state: encryption.state(workspaces.find(workspace)) }),
    'encryption.start': async ({ workspace: name }) => {
      const workspace = workspaces.find(name);
      await settle(workspace);
      await encryption.encrypt(workspace);
      emit('data.changed', { topics: ['workspaces'] });
      return { state: encryption.state(workspace) };
    },
    'encryption.write-key': async ({ workspace, out }) => {
      await encryption.writeKey(workspaces.find(workspace), out);
      return { path: out };
    },
    'encryption.reset': async ({ workspace: name }) => {
      const workspace = workspaces.find(name);
      await settle(workspace);
      const removed = await encryption.reset(workspace);
      emit('data.changed', { topics: ['conversations', 'coverage'] });
      return removed;
    },
    'audit.list': forgetting.audit,
    'doctor.bundle': diagnostics.write,
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
    call: createRouter(handlers, ports.clock, ports.log, explain),
    subscribe(name, listener) {
      const own = listener as Listener<EventName>;
      const group = listeners.get(name) ?? new Set();
      listeners.set(name, group.add(own));
      if (name === 'notice') for (const message of untold.splice(0)) setImmediate(() => emit('notice', { message }));
      return () => group.delete(own);
    },
    emit,
    isBusy: jobs.isBusy,
    suspend: sleeping.suspend,
    resume() {
      sleeping.resume();
      dueTimer?.wake();
    },
    warm() {
      const [only, ...others] = workspaces.list();
      // Of several, only the window knows which it shows.
      if (only === undefined || others.length > 0) return;
      searching
        .run({ workspace: only.id, query: '', limit: 0, offset: 0, sort: '-started', facets: false })
        .catch(() => ports.log.debug('nothing to open yet'));
    },
    watchSchedules() {
      dueTimer ??= startDueTimer(ports.clock, checkDue);
    },
    async close() {
      isClosing = true;
      await dueTimer?.close();
      await jobs.close();
      await forgetting.settled();
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
