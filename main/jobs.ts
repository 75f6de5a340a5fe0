// Long work: started by one call, followed by events, cancelled by another call. One AbortSignal reaches everything a
// job does.
import { randomUUID } from 'node:crypto';
import { cancelledError } from '../preload/contract/errors.ts';
import type { EventName, EventPayload, JobProgress, JobResult } from '../preload/contract/procedures.ts';
import type { Clock, Log } from './ports.ts';
import { stackForLog, toErrorBody } from './workers/rpc.ts';

export type Emit = <N extends EventName>(name: N, payload: EventPayload<N>) => void;

export type JobContext = { signal: AbortSignal; progress(progress: JobProgress): void };
export type Jobs = {
  start(kind: string, work: (context: JobContext) => Promise<JobResult>): { jobId: string };
  cancel(jobId: string): boolean;
  isBusy(): boolean;
  /** Cancels everything and waits until it has ended. */
  close(): Promise<void>;
};

const PROGRESS_EVERY_MS = 200;

/** `explain` turns what the files of this thread throw into coded errors. */
export const createJobs = (emit: Emit, clock: Clock, log: Log, explain: (error: unknown) => unknown): Jobs => {
  const running = new Map<string, { controller: AbortController; done: Promise<void> }>();

  const run = async (
    jobId: string,
    kind: string,
    controller: AbortController,
    work: (context: JobContext) => Promise<JobResult>,
  ): Promise<void> => {
    const startedMs = clock.monotonicMs();
    let lastProgressMs = Number.NEGATIVE_INFINITY;
    const progress = (value: JobProgress): void => {
      if (clock.monotonicMs() - lastProgressMs < PROGRESS_EVERY_MS) return;
      lastProgressMs = clock.monotonicMs();
      emit('job.progress', { jobId, progress: value });
    };
    try {
      const data = await work({ signal: controller.signal, progress });
      log.info('job done', { kind, ms: Math.round(clock.monotonicMs() - startedMs) });
      emit('job.done', { jobId, result: { ok: true, data } });
    } catch (thrown) {
      const error = explain(thrown);
      const body = toErrorBody(error);
      log.warn('job failed', {
        kind,
        code: body.code,
        ms: Math.round(clock.monotonicMs() - startedMs),
        stack: stackForLog(error),
      });
      emit('job.done', { jobId, result: { ok: false, error: body } });
    } finally {
      running.delete(jobId);
    }
  };

  return {
    start(kind, work) {
      const jobId = randomUUID();
      const controller = new AbortController();
      // Begins after the caller has the id, so that no event comes before it.
      const done = new Promise<void>((resolve) =>
        setImmediate(() => void run(jobId, kind, controller, work).then(resolve)),
      );
      running.set(jobId, { controller, done });
      return { jobId };
    },
    cancel(jobId) {
      const job = running.get(jobId);
      job?.controller.abort(cancelledError());
      return job !== undefined;
    },
    isBusy: () => running.size > 0,
    async close() {
      const jobs = [...running.values()];
      for (const job of jobs) job.controller.abort(cancelledError());
      await Promise.all(jobs.map((job) => job.done));
    },
  };
};
