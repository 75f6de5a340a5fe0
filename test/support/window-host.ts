// The browser host on an empty data folder, with the real page, for tests of the window and of its transport.
import { existsSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'vite';
import { newestMs } from '../../main/hosts/browser/built-page.ts';
import { type BrowserHost, startBrowserHost } from '../../main/hosts/browser/host.ts';
import type { Log, LogFields, SecretStore } from '../../main/ports.ts';
import type { AppError } from '../../preload/contract/errors.ts';
import { errorFromBody } from '../../preload/contract/errors.ts';
import type { ProcedureInput, ProcedureName, ProcedureOutput } from '../../preload/contract/procedures.ts';
import { makeTempDir } from './app.ts';

const root = join(import.meta.dirname, '../..');

/**
 * Folder of the built page, named by its newest source: test files run side by side, and one must not build over what
 * another is reading.
 */
export const buildPage = async (): Promise<string> => {
  const sources = ['renderer', 'preload', 'vite.config.ts', 'main/hosts/page.ts'].map((path) => join(root, path));
  const folder = join(root, '.cache/test-page', String(Math.floor(Math.max(...sources.map(newestMs)))));
  if (existsSync(folder)) return folder;
  const outDir = `${folder}-${process.pid}`;
  // The page that is shipped: a test runner's own setting would give React's development build.
  const { NODE_ENV } = process.env;
  process.env.NODE_ENV = 'production';
  await build({
    configFile: join(root, 'vite.config.ts'),
    root: join(root, 'renderer'),
    logLevel: 'error',
    build: { outDir },
  });
  if (NODE_ENV === undefined) delete process.env.NODE_ENV;
  else process.env.NODE_ENV = NODE_ENV;
  try {
    renameSync(outDir, folder);
  } catch (error) {
    // Another test file was first, with the same source.
    if (!existsSync(folder)) throw error;
    rmSync(outDir, { recursive: true });
  }
  return folder;
};

export type LogLine = { level: keyof Log; message: string; fields: LogFields };

export type WindowHost = BrowserHost & {
  dataDir: string;
  /** In memory, in the place of the keychain. */
  secrets: SecretStore;
  /** What was logged as a warning or worse. */
  warnings: readonly LogLine[];
  /** The procedures that were called and answered, in order. */
  calls: readonly unknown[];
  /** A session as a window would have it. */
  openSession(): Promise<string>;
  /** One request to the host, with the headers of our own page unless `headers` says otherwise. */
  request(path: string, init?: { method?: string; headers?: Record<string, string>; body?: string }): Promise<Response>;
  /** A call past the transport. Throws AppError. */
  call<N extends ProcedureName>(name: N, input: ProcedureInput<N>): Promise<ProcedureOutput<N>>;
  /** Makes up a contact centre, syncs it, waits for the end. */
  syncSample(days: number, conversations: number): Promise<void>;
};

export const openWindowHost = async (options: { page: string; dataDir?: string }): Promise<WindowHost> => {
  const dataDir = options.dataDir ?? makeTempDir();
  const warnings: LogLine[] = [];
  const calls: unknown[] = [];
  const kept = new Map<string, string>();
  const keep =
    (level: keyof Log) =>
    (message: string, fields: LogFields = {}): void => {
      if (message === 'call') calls.push(fields.name);
      if (level === 'warn' || level === 'error') warnings.push({ level, message, fields });
    };
  const secrets: SecretStore = {
    get: async (id) => kept.get(id) ?? null,
    set: async (id, secret) => void kept.set(id, secret),
    delete: async (id) => kept.delete(id),
  };
  const host = await startBrowserHost({
    dataDir,
    log: { debug: keep('debug'), info: keep('info'), warn: keep('warn'), error: keep('error') },
    page: options.page,
    env: {},
    secrets,
  });
  const request: WindowHost['request'] = (path, init = {}) =>
    fetch(`${host.origin}${path}`, { redirect: 'manual', ...init });
  const call: WindowHost['call'] = async (name, input) => {
    const result = await host.app.call(name, input);
    if (!result.ok) throw errorFromBody(result.error) satisfies AppError;
    return result.data;
  };
  return {
    ...host,
    dataDir,
    secrets,
    warnings,
    calls,
    request,
    call,
    async openSession() {
      const key = new URL(host.issueAddress()).hash.slice(1);
      const response = await request('/session', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(key),
      });
      return ((await response.json()) as { session: string }).session;
    },
    async syncSample(days, conversations) {
      await call('sample.connect', { seed: 1, days, conversations });
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const end = host.app.subscribe('job.done', ({ result }) =>
        result.ok ? resolve() : reject(errorFromBody(result.error)),
      );
      await call('sync.start', { workspace: 'Sample' });
      await promise.finally(end);
    },
    async close() {
      await host.close();
      if (options.dataDir === undefined) rmSync(dataDir, { recursive: true, force: true });
    },
  };
};
