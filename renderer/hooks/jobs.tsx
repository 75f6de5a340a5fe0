// Long work under way and just done: started here or elsewhere (a schedule), told by events. One list for the tray, the
// status bar and the screens that wait for a job.
import { createContext, type ReactNode, useContext, useEffect, useMemo, useSyncExternalStore } from 'react';
import { AppError, errorFromBody } from '../../preload/contract/errors.ts';
import type { JobProgress, JobResult, ProcedureInput } from '../../preload/contract/procedures.ts';
import type { Bridge } from '../bridge/bridge.ts';
import { useBridge } from '../bridge/context.tsx';

export type JobName = 'sync.start' | 'report.run' | 'report.again' | 'schedule.run-due' | 'export.run';
export type JobState = 'running' | 'done' | 'failed' | 'cancelled';
export type Job = {
  id: string;
  label: string;
  /** The workspace it was started for; null when another part of the program started it. */
  workspaceId: string | null;
  name: JobName | null;
  state: JobState;
  isCancelling: boolean;
  startedMs: number;
  progress: JobProgress | null;
  result: JobResult | null;
  error: AppError | null;
};

type JobListener = (job: Job) => void;
export type Jobs = {
  /** Newest first. */
  list(): readonly Job[];
  subscribe(listener: () => void): () => void;
  /** Hears every job that ends, whoever started it. */
  onEnd(listener: JobListener): () => void;
  /** Throws AppError. */
  start<N extends JobName>(
    name: N,
    input: ProcedureInput<N>,
    label: string,
    workspaceId: string | null,
  ): Promise<string>;
  cancel(id: string): Promise<void>;
  clearEnded(): void;
  connect(): () => void;
};

const KEPT = 20;
const foreignLabels: Record<JobProgress['kind'] | JobResult['kind'], string> = {
  sync: 'Sync',
  report: 'Report',
  'report-again': 'Report again',
  schedule: 'Scheduled reports',
  export: 'Export',
};

export const createJobs = (bridge: Bridge): Jobs => {
  let jobs: readonly Job[] = [];
  const listeners = new Set<() => void>();
  const endListeners = new Set<JobListener>();
  const set = (next: readonly Job[]): void => {
    jobs = next.slice(0, KEPT);
    for (const listener of listeners) listener();
  };
  /** An event can come before the answer that names the job. */
  const upsert = (id: string, changes: Partial<Job>): Job => {
    const known = jobs.find((job) => job.id === id);
    const fresh: Job = {
      ...{ id, label: '', workspaceId: null, name: null, state: 'running', isCancelling: false },
      ...{ startedMs: Date.now(), progress: null, result: null, error: null },
    };
    const job = { ...(known ?? fresh), ...changes };
    set(known ? jobs.map((one) => (one.id === id ? job : one)) : [job, ...jobs]);
    return job;
  };
  const labelled = (id: string, kind: keyof typeof foreignLabels): Partial<Job> =>
    jobs.find((job) => job.id === id)?.label ? {} : { label: foreignLabels[kind] };

  return {
    list: () => jobs,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    onEnd(listener) {
      endListeners.add(listener);
      return () => endListeners.delete(listener);
    },
    async start(name, input, label, workspaceId) {
      const { jobId } = (await bridge.call(name, input)) as { jobId: string };
      upsert(jobId, { label, name, workspaceId });
      return jobId;
    },
    async cancel(id) {
      upsert(id, { isCancelling: true });
      await bridge.call('jobs.cancel', { jobId: id });
    },
    clearEnded: () => set(jobs.filter((job) => job.state === 'running')),
    connect() {
      const ends = [
        bridge.on('job.progress', ({ jobId, progress }) => {
          // What was on its way when the job ended must not wake it up again.
          if (jobs.find((job) => job.id === jobId)?.state === 'running' || !jobs.some((job) => job.id === jobId))
            upsert(jobId, { progress, ...labelled(jobId, progress.kind) });
        }),
        bridge.on('job.done', ({ jobId, result }) => {
          const job = result.ok
            ? upsert(jobId, { state: 'done', result: result.data, ...labelled(jobId, result.data.kind) })
            : upsert(jobId, {
                state: result.error.code === 'cancelled' ? 'cancelled' : 'failed',
                error: errorFromBody(result.error),
              });
          for (const listener of endListeners) listener(job);
        }),
      ];
      return () => {
        for (const end of ends) end();
      };
    },
  };
};

const JobsContext = createContext<Jobs | null>(null);

export const JobsProvider = ({ children }: { children: ReactNode }): ReactNode => {
  const bridge = useBridge();
  const jobs = useMemo(() => createJobs(bridge), [bridge]);
  useEffect(() => jobs.connect(), [jobs]);
  return <JobsContext value={jobs}>{children}</JobsContext>;
};

export const useJobs = (): Jobs => {
  const jobs = useContext(JobsContext);
  if (jobs === null) throw new AppError('internal', 'The list of jobs is missing. Restart Afterword.');
  return jobs;
};

export const useJobList = (): readonly Job[] => {
  const jobs = useJobs();
  return useSyncExternalStore(jobs.subscribe, jobs.list);
};
