// Runs the real command line as a child process, with a data folder of its own, no keychain, no proxy and nothing else
// inherited from the machine's session. Owns how tests start it and how they connect it to the simulator.
import { type ChildProcess, spawn } from 'node:child_process';
import { buffer } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import type { KoreServer } from '../kore-server/server.ts';

const program = fileURLToPath(new URL('../../main/hosts/cli/main.ts', import.meta.url));

export type CliOptions = {
  dataDir: string;
  /** Added to an environment that holds no credential. */
  env?: Record<string, string>;
  /** Standard input; empty when left out. */
  input?: string;
  /** The child is killed after this and the run rejects. */
  timeoutMs?: number;
};
/** `code` is null when a signal ended it. */
export type CliRun = { code: number | null; stdout: string; stderr: string };
export type StartedCli = { child: ChildProcess; pid: number; done: Promise<CliRun> };

const environment = (options: CliOptions): Record<string, string> => ({
  PATH: process.env.PATH ?? '',
  LANG: 'C.UTF-8',
  TZ: 'UTC',
  // Whatever is written beside the data folder by mistake lands in it, where tests look.
  HOME: options.dataDir,
  // No keychain can be reached, and none is started.
  DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nonexistent/bus',
  AFTERWORD_DATA_DIR: options.dataDir,
  ...options.env,
});

/** Starts `afterword …words`; the caller may watch it, signal it, and awaits `done`. */
export const startCli = (words: readonly string[], options: CliOptions): StartedCli => {
  const { input = '', timeoutMs = 120_000 } = options;
  const child = spawn(process.execPath, [program, ...words], {
    env: environment(options),
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  // A program that fails early leaves its input unread; that is its right.
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  const ended = new Promise<number | null>((resolve, reject) => {
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new Error(`afterword ${words[0] ?? ''} was still running after ${timeoutMs} ms`));
    }, timeoutMs);
    child.once('error', reject);
    child.once('close', (code) => {
      clearTimeout(timer);
      resolve(code);
    });
  });
  // Not text(): it drops a byte order mark, which is part of what was printed.
  const done = Promise.all([ended, buffer(child.stdout), buffer(child.stderr)]).then(([code, stdout, stderr]) => ({
    code,
    stdout: stdout.toString('utf8'),
    stderr: stderr.toString('utf8'),
  }));
  return { child, pid: child.pid ?? 0, done };
};

/** Runs `afterword …words` to its end. */
export const runCli = (words: readonly string[], options: CliOptions): Promise<CliRun> => startCli(words, options).done;

/** Runs it, expects exit code 0, and gives standard output. */
export const runWell = async (words: readonly string[], options: CliOptions): Promise<string> => {
  const run = await runCli(words, options);
  expect(run, `afterword ${words.join(' ')}`).toMatchObject({ code: 0 });
  return run.stdout;
};

/** Runs it with `--json` and gives the one value that stands on standard output. */
export const runJson = async (words: readonly string[], options: CliOptions): Promise<unknown> =>
  JSON.parse(await runWell([...words, '--json'], options));

/** Expects a failure: its exit code, nothing on standard output, and a sentence on standard error. */
export const expectFailure = (run: CliRun, code: number, sentence: RegExp): void => {
  expect(run.stderr).toMatch(sentence);
  expect({ code: run.code, stdout: run.stdout }).toEqual({ code, stdout: '' });
};

/** The words of `connect` for a simulator; its budget is no test's concern unless `more` says otherwise. */
export const connectWords = (
  server: Pick<KoreServer, 'origin' | 'accountId' | 'appId' | 'clientId'>,
  more: readonly string[] = [],
): string[] => [
  ...['connect', 'Test', '--host', server.origin, '--account-id', server.accountId, '--app-id', server.appId],
  ...['--client-id', server.clientId, '--zone', 'UTC', '--rate', '100000', '--no-store', ...more],
];

/** Connects the workspace “Test” to a simulator without asking it; credentials are the later runs' own. */
export const connectCli = async (
  server: KoreServer,
  options: CliOptions,
  more: readonly string[] = [],
): Promise<void> => {
  await runWell(connectWords(server, ['--unchecked', ...more]), options);
};

/** The environment that signs in to a simulator. */
export const credentialOf = (server: KoreServer): Record<string, string> => ({
  AFTERWORD_CLIENT_SECRET: server.clientSecret,
});
