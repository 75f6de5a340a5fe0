// The program that the soak watches, alone in a process: the app with its threads, and nothing of the simulator, the model or
// the comparison. Does what its parent says, one thing at a time, and says what it holds.
import { EventEmitter } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { BroadcastChannel } from 'node:worker_threads';
import type { ProcedureInput, ProcedureName } from '../../preload/contract/procedures.ts';
import { openTestApp } from '../support/app.ts';
import { createFastClock } from '../support/fast-clock.ts';
import {
  type AskThreads,
  CHANNEL,
  type Look,
  measureThread,
  type ThreadAnswer,
  type ThreadMemory,
} from './soak-thread.ts';

export type ProgramMemory = {
  /** Bytes that the system counts as the program's: all, and (on Linux) those of its own and those of mapped files. */
  rss: number;
  own: number;
  mapped: number;
  threads: ThreadMemory[];
  files: number;
  /** Rejections that nobody heard, and warnings of Node (too many listeners). */
  unhandled: number;
  warnings: number;
  /** Of the clock that the program sees. */
  clockMs: number;
};

export type ProgramCall =
  | { name: 'connect'; input: { origin: string; accountId: string; appId: string } }
  | { name: 'sync'; input: { from: string; to: string } }
  | { name: 'call'; input: { procedure: ProcedureName; input: unknown } }
  | { name: 'job'; input: { procedure: 'export.run' | 'schedule.run-due'; input: unknown } }
  | { name: 'skip'; input: { ms: number } }
  | { name: 'measure'; input: Look }
  | { name: 'close'; input: null };
export type ToProgram = ProgramCall & { id: number };
export type FromProgram = { id: number } & ({ value: unknown } | { error: { code: string | null; message: string } });

const [dataDir = '', token = '', mode] = process.argv.slice(2);
const clock = createFastClock();
const app = openTestApp({ dataDir, token, clock });

const MB = 1024 * 1024;
const leaked: unknown[] = [];

let unhandled = 0;
let warnings = 0;
process.on('unhandledRejection', () => {
  unhandled += 1;
});
process.on('warning', ({ name }) => {
  // Of counting objects.
  if (name !== 'ExperimentalWarning') warnings += 1;
});

let workers = 0;
process.on('worker', (worker) => {
  workers += 1;
  worker.once('exit', () => {
    workers -= 1;
  });
});
const channel = new BroadcastChannel(CHANNEL);
let asked = 0;
/** All threads that are there now; one that ends meanwhile is left out. */
const measureThreads = (look: Look): Promise<ThreadMemory[]> =>
  new Promise((resolve) => {
    asked += 1;
    const found: ThreadMemory[] = [];
    const end = (): void => {
      clearTimeout(timer);
      resolve([measureThread(look), ...found.sort((a, b) => a.threadId - b.threadId)]);
    };
    const timer = setTimeout(end, 60_000);
    channel.onmessage = (event: unknown) => {
      const { data } = event as { data: AskThreads | ThreadAnswer };
      if (!('answer' in data) || data.answer !== asked) return;
      found.push(data.memory);
      if (found.length >= workers) end();
    };
    const ask: AskThreads = { ask: asked, look };
    channel.postMessage(ask);
    if (workers === 0) end();
  });

const readStatus = (): { own: number; mapped: number } => {
  if (process.platform !== 'linux') return { own: 0, mapped: 0 };
  const status = readFileSync('/proc/self/status', 'utf8');
  const bytesOf = (field: string): number =>
    Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]) * 1024;
  return { own: bytesOf('RssAnon'), mapped: bytesOf('RssFile') + bytesOf('RssShmem') };
};

const measure = async (look: Look): Promise<ProgramMemory> => {
  // The clock's own account of the sleeps is the test's.
  clock.sleeps.length = 0;
  const threads = await measureThreads(look);
  return {
    ...{ rss: process.memoryUsage.rss(), ...readStatus(), threads },
    files: process.platform === 'linux' ? readdirSync('/proc/self/fd').length : 0,
    ...{ unhandled, warnings, clockMs: clock.nowMs() },
  };
};

const perform = async (call: ProgramCall): Promise<unknown> => {
  switch (call.name) {
    case 'connect':
      return app.connect(call.input);
    case 'sync':
      if (mode === 'leaky') leaked.push(Buffer.alloc(MB, 1), new EventEmitter(), new EventEmitter());
      return app.sync(call.input);
    case 'call':
      return app.call(call.input.procedure, call.input.input as ProcedureInput<ProcedureName>);
    case 'job':
      return app.runJob(call.input.procedure, call.input.input as ProcedureInput<'export.run'>);
    case 'skip':
      return clock.skip(call.input.ms);
    case 'measure':
      return measure(call.input);
    case 'close':
      channel.close();
      return app.close();
  }
};

process.on('message', (message: ToProgram) => {
  const answer = (end: FromProgram): void => void process.send?.(end);
  perform(message).then(
    (value) => answer({ id: message.id, value: value ?? null }),
    (error: unknown) => {
      const { code = null, stack = '' } = error as { code?: string; stack?: string };
      answer({ id: message.id, error: { code, message: stack } });
    },
  );
});
process.on('disconnect', () => process.exit(1));
