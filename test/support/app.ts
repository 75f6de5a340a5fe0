// The app in this process with real workers, real SQLite and real HTTP: only the clock, the credential and the data
// folder are the test's.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Dispatcher } from 'undici';
import { type App, createApp } from '../../main/app.ts';
import { systemClock } from '../../main/hosts/clock.ts';
import { createDispatcher } from '../../main/hosts/dispatcher.ts';
import type { Clock, Log, SecretStore } from '../../main/ports.ts';
import type { Conversation, Endpoint } from '../../preload/contract/conversation.ts';
import { errorFromBody } from '../../preload/contract/errors.ts';
import type { JobResult, ProcedureInput, ProcedureName, ProcedureOutput } from '../../preload/contract/procedures.ts';
import type { SyncProgress, SyncSummary } from '../../preload/contract/sync.ts';
import type { KoreServer } from '../kore-server/server.ts';
import { noKeychain } from './key-store.ts';

export const makeTempDir = (): string => mkdtempSync(join(tmpdir(), 'afterword-test-'));

const silentLog: Log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

/** A key file named in the environment of the test run encrypts the caches of any test. */
const keyFile = process.env.AFTERWORD_CACHE_KEY_FILE;
export const encryptedRun: Record<string, string> = keyFile === undefined ? {} : { AFTERWORD_CACHE_KEY_FILE: keyFile };

type JobName = 'sync.start' | 'report.run' | 'report.again' | 'schedule.run-due' | 'export.run';

export type TestApp = {
  app: App;
  dataDir: string;
  call<N extends ProcedureName>(name: N, input: ProcedureInput<N>): Promise<ProcedureOutput<N>>;
  connect(
    server: Pick<KoreServer, 'origin' | 'accountId' | 'appId'>,
    endpoints?: Endpoint[],
    requestsPerMinute?: number,
  ): Promise<void>;
  sync(
    input?: { from?: string; to?: string },
    options?: { onProgress?: (progress: SyncProgress, cancel: () => void) => void },
  ): Promise<SyncSummary>;
  /** Starts a job and waits for what it ends with. */
  runJob<N extends JobName>(name: N, input: ProcedureInput<N>): Promise<JobResult>;
  /** Every conversation of the cache, by key, as an export gives it. */
  exportAll(): Promise<Map<string, Conversation>>;
  contentHash(): Promise<string | null>;
  close(): Promise<void>;
};

export const openTestApp = (options: {
  dataDir?: string;
  clock?: Clock;
  token: string;
  http?: Dispatcher;
  /** Left out: there is no keychain. */
  secrets?: SecretStore;
  /** Added to the token. */
  env?: Record<string, string>;
  log?: Log;
}): TestApp => {
  const dataDir = options.dataDir ?? makeTempDir();
  let exported: Buffer[] = [];
  const app = createApp({
    dataDir,
    secrets: options.secrets ?? noKeychain,
    env: { AFTERWORD_TOKEN: options.token, ...encryptedRun, ...options.env },
    http: () => options.http ?? createDispatcher({}),
    clock: options.clock ?? systemClock,
    log: options.log ?? silentLog,
    writeStdout: async (bytes) => {
      exported.push(Buffer.from(bytes));
    },
  });
  const call: TestApp['call'] = async (name, input) => {
    const result = await app.call(name, input);
    if (!result.ok) throw errorFromBody(result.error);
    return result.data;
  };
  const runJob = <N extends JobName>(
    name: N,
    input: ProcedureInput<N>,
    onProgress?: (progress: SyncProgress, cancel: () => void) => void,
  ) =>
    new Promise<JobResult>((resolve, reject) => {
      let jobId = '';
      const ends = [
        app.subscribe('job.progress', (event) => {
          if (event.jobId === jobId && event.progress.kind === 'sync')
            onProgress?.(event.progress, () => void app.call('jobs.cancel', { jobId }));
        }),
        app.subscribe('job.done', (event) => {
          if (event.jobId !== jobId) return;
          for (const end of ends) end();
          if (!event.result.ok) reject(errorFromBody(event.result.error));
          else resolve(event.result.data);
        }),
      ];
      call(name, input).then((started) => {
        jobId = (started as { jobId: string }).jobId;
      }, reject);
    });
  return {
    app,
    dataDir,
    call,
    async connect(server, endpoints = ['v2-interactions'], requestsPerMinute = 100_000) {
      await call('workspaces.connect', {
        name: 'Test',
        host: server.origin,
        accountId: server.accountId,
        appId: server.appId,
        endpoints,
        requestsPerMinute,
        zone: 'UTC',
        credential: { kind: 'existing' },
        store: false,
        check: false,
      });
    },
    async sync(input = {}, { onProgress } = {}) {
      const result = await runJob('sync.start', input, onProgress);
      if (result.kind !== 'sync') throw new Error('no summary');
      return result.summary;
    },
    runJob: (name, input) => runJob(name, input),
    async exportAll() {
      exported = [];
      await runJob('export.run', { what: 'conversations', query: '', format: 'ndjson', out: '-', mask: false });
      const lines = Buffer.concat(exported)
        .toString('utf8')
        .split('\n')
        .filter((line) => line !== '');
      return new Map(
        lines.map((line) => JSON.parse(line) as Conversation).map((conversation) => [conversation.key, conversation]),
      );
    },
    contentHash: async () => (await call('doctor.run', {})).contentHash,
    async close() {
      await app.close();
      if (options.dataDir === undefined) rmSync(dataDir, { recursive: true, force: true });
    },
  };
};
