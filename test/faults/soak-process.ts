// Starts the program that the soak watches in a process of its own, and asks it by name. Owns the life of that process.
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { JobResult, ProcedureInput, ProcedureName, ProcedureOutput } from '../../preload/contract/procedures.ts';
import type { FromProgram, ProgramCall, ProgramMemory } from './soak-program.ts';
import type { Look } from './soak-thread.ts';

export type Program = {
  connect(server: { origin: string; accountId: string; appId: string }): Promise<void>;
  /** Rejects with an error that has the `code` of ours. */
  sync(range: { from: string; to: string }): Promise<void>;
  call<N extends ProcedureName>(procedure: N, input: ProcedureInput<N>): Promise<ProcedureOutput<N>>;
  runJob<N extends 'export.run' | 'schedule.run-due'>(procedure: N, input: ProcedureInput<N>): Promise<JobResult>;
  /** Lets time pass while nothing is done. */
  skip(ms: number): Promise<void>;
  measure(look: Look): Promise<ProgramMemory>;
  close(): Promise<void>;
};

const fileOf = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

/** `isLeaky`: one that holds on to a megabyte and two emitters for every sync, to see that this is seen. */
export const startProgram = (dataDir: string, token: string, isLeaky = false): Program => {
  const child = fork(fileOf('./soak-program.ts'), [dataDir, token, ...(isLeaky ? ['leaky'] : [])], {
    // Counting objects is experimental in this Node.
    execArgv: ['--expose-gc', '--disable-warning=ExperimentalWarning', '--import', fileOf('./soak-thread.ts')],
  });
  const pending = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>();
  let lastId = 0;
  const ended = new Promise<void>((resolve) =>
    child.once('exit', (code, signal) => {
      for (const { reject } of pending.values()) reject(new Error(`the program ended: ${signal ?? code}`));
      pending.clear();
      resolve();
    }),
  );
  child.on('message', (message: FromProgram) => {
    const call = pending.get(message.id);
    pending.delete(message.id);
    if ('value' in message) call?.resolve(message.value);
    else call?.reject(Object.assign(new Error(message.error.message), { code: message.error.code ?? undefined }));
  });
  const ask = (call: ProgramCall): Promise<unknown> =>
    new Promise((resolve, reject) => {
      if (!child.connected) return reject(new Error('the program has ended'));
      lastId += 1;
      pending.set(lastId, { resolve, reject });
      child.send({ ...call, id: lastId });
    });
  const run = async (call: ProgramCall): Promise<void> => void (await ask(call));
  return {
    connect: ({ origin, accountId, appId }) => run({ name: 'connect', input: { origin, accountId, appId } }),
    sync: (input) => run({ name: 'sync', input }),
    call: (procedure, input) => ask({ name: 'call', input: { procedure, input } }) as Promise<never>,
    runJob: (procedure, input) => ask({ name: 'job', input: { procedure, input } }) as Promise<JobResult>,
    skip: (ms) => run({ name: 'skip', input: { ms } }),
    measure: (look) => ask({ name: 'measure', input: look }) as Promise<ProgramMemory>,
    async close() {
      try {
        await run({ name: 'close', input: null });
      } finally {
        child.kill('SIGKILL');
        await ended;
      }
    },
  };
};
