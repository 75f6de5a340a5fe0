// A process of ours for one piece of work that must not stay in the program: it blocks (the keychain's prompt) or leaves
// memory behind (the PDF compiler). It is given one message over a private channel, answers once, and is killed. Owns the
// life of such a process; entry.ts is its other end. Imports Node and ports.
import { fork } from 'node:child_process';
import type { StartHelper } from '../ports.ts';

/** The process ended, or could not be started or reached, before it answered. */
export class HelperEnded extends Error {}

// A helper inherits what the desktop session is found by, but no credential of a headless run.
const helperEnvironment = (): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('AFTERWORD_')));

/** A Node process. A packaged app cannot run as Node: its host hands in a utility process of Electron's in this place. */
const forkHelper: StartHelper = (entry, env) => {
  const child = fork(entry, {
    env,
    execArgv: [],
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  const ends: (() => void)[] = [];
  const end = (): void => {
    for (const listener of ends) listener();
  };
  child.on('error', end);
  child.once('exit', end);
  return {
    send: (message) => {
      child.send(message as object, (error) => error && end());
    },
    onReply: (listener) => child.once('message', listener),
    onEnd: (listener) => ends.push(listener),
    kill: () => child.kill('SIGKILL'),
  };
};

export type AskOptions = { start?: StartHelper | undefined; signal?: AbortSignal | undefined };

/**
 * Starts a process of `entry`, hands it the message, and gives its answer. Rejects with the signal's reason when that is
 * aborted first, and with HelperEnded. The process is gone in every case.
 */
export const askHelper = (entry: URL, message: unknown, { start = forkHelper, signal }: AskOptions): Promise<unknown> =>
  new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const helper = start(entry, helperEnvironment());
    let isSettled = false;
    const settle = (finish: () => void): void => {
      if (isSettled) return;
      isSettled = true;
      signal?.removeEventListener('abort', abort);
      helper.kill();
      finish();
    };
    const abort = (): void => settle(() => reject(signal?.reason));
    signal?.addEventListener('abort', abort, { once: true });
    helper.onReply((reply) => settle(() => resolve(reply)));
    helper.onEnd(() => settle(() => reject(new HelperEnded())));
    helper.send(message);
  });
