// One run of the command line: the ports of this host, the app, and waiting for jobs.
import packageJson from '../../../package.json' with { type: 'json' };
import { cancelledError, errorFromBody } from '../../../preload/contract/errors.ts';
import type {
  JobProgress,
  JobResult,
  ProcedureInput,
  ProcedureName,
  ProcedureOutput,
} from '../../../preload/contract/procedures.ts';
import { type App, createApp, createKeychain } from '../../app.ts';
import type { StartHelper } from '../../ports.ts';
import { systemClock } from '../clock.ts';
import { resolveDataDir } from '../data-dir.ts';
import { createLog, type LogLevel } from '../log.ts';

export type Session = {
  /** As App.call, but throws the failure. */
  call<N extends ProcedureName>(name: N, input: ProcedureInput<N>): Promise<ProcedureOutput<N>>;
  /** Starts a job and waits for its end; Ctrl-C cancels it. */
  runJob<N extends 'sync.start' | 'report.run' | 'report.again' | 'schedule.run-due' | 'export.run'>(
    name: N,
    input: ProcedureInput<N>,
    onProgress: (progress: JobProgress) => void,
  ): Promise<JobResult>;
  print(text: string): void;
  /** To stderr: for people, not for pipes. */
  note(text: string): void;
  /** A line that is written over, only on a terminal. */
  showProgress(text: string): void;
  exitCode: number;
  close(): Promise<void>;
};

const writeStdout = (bytes: Uint8Array): Promise<void> =>
  new Promise((resolve, reject) => {
    process.stdout.write(bytes, (error) => (error ? reject(error) : resolve()));
  });

/**
 * Names and texts are other people's: what could move a cursor, rename a window or turn the figures behind it around
 * (U+202A to U+202E, U+2066 to U+2069) must not reach the terminal.
 */
export const withoutControls = (text: string): string =>
  text.replaceAll(/(?![\n\t])[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu, ' ');

/** What another program that runs the command line puts in place of this host's own. */
export type SessionParts = { startHelper?: StartHelper };

export const openSession = (options: { dataDir?: string; log: string }, parts: SessionParts = {}): Session => {
  // The reader of a pipe may leave (head, less): that is not a failure of ours.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 73));
  const app: App = createApp({
    dataDir: resolveDataDir(options.dataDir, process.env),
    secrets: createKeychain(parts),
    ...parts,
    env: process.env,
    http: async () => (await import('../dispatcher.ts')).createDispatcher(process.env),
    clock: systemClock,
    log: createLog({ destination: 'stderr', level: options.log as LogLevel }),
    writeStdout,
    version: packageJson.version,
  });
  let hasProgress = false;
  const clearProgress = (): void => {
    if (hasProgress) process.stderr.write('\r\u001b[2K');
    hasProgress = false;
  };
  const session: Session = {
    exitCode: 0,
    async call(name, input) {
      const result = await app.call(name, input);
      if (!result.ok) throw errorFromBody(result.error);
      return result.data;
    },
    runJob: (name, input, onProgress) =>
      new Promise((resolve, reject) => {
        let jobId: string | null = null;
        let isCancelled = false;
        const cancel = (): void => {
          isCancelled = true;
          if (jobId !== null) void app.call('jobs.cancel', { jobId });
        };
        process.once('SIGINT', cancel);
        process.once('SIGTERM', cancel);
        const ends = [
          app.subscribe('job.progress', (event) => event.jobId === jobId && onProgress(event.progress)),
          app.subscribe('job.done', (event) => {
            if (event.jobId !== jobId) return;
            for (const end of ends) end();
            process.off('SIGINT', cancel);
            process.off('SIGTERM', cancel);
            clearProgress();
            if (event.result.ok) resolve(event.result.data);
            else reject(errorFromBody(event.result.error));
          }),
        ];
        session.call(name, input).then(
          (started) => {
            jobId = (started as { jobId: string }).jobId;
            if (isCancelled) cancel();
          },
          (error: unknown) => reject(error ?? cancelledError()),
        );
      }),
    print: (text) => {
      process.stdout.write(`${withoutControls(text)}\n`);
    },
    note: (text) => {
      clearProgress();
      process.stderr.write(`${withoutControls(text)}\n`);
    },
    showProgress: (text) => {
      if (!process.stderr.isTTY) return;
      process.stderr.write(`\r\u001b[2K${text.slice(0, (process.stderr.columns ?? 80) - 1)}`);
      hasProgress = true;
    },
    close: async () => {
      clearProgress();
      await app.close();
    },
  };
  app.subscribe('notice', ({ message }) => session.note(message));
  return session;
};
