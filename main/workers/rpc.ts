// Calls to a worker thread by name: typed from the worker's own handlers, cancellable, with progress and streamed
// chunks. Errors cross as coded bodies; anything unexpected crosses as `internal`, with its stack for the log only.
import { type MessagePort, parentPort, type ResourceLimits, type Transferable, Worker } from 'node:worker_threads';
import { AppError, cancelledError, type ErrorBody, errorFromBody } from '../../preload/contract/errors.ts';

export type CallContext = {
  signal: AbortSignal;
  progress(value: unknown): void;
  /** Hands out a chunk and waits until the caller has taken it: nothing piles up. The bytes are the caller's then. */
  chunk(bytes: Uint8Array): Promise<void>;
};
/** Each takes an input of its own: nothing is an input of all of them. `WorkerClient` has the types that callers see. */
export type Handlers = Record<string, (input: never, context: CallContext) => unknown>;

type ToWorker =
  | { kind: 'call'; id: number; name: string; input: unknown }
  | { kind: 'cancel'; id: number }
  | { kind: 'taken'; id: number };
type FromWorker =
  | { kind: 'result'; id: number; value: unknown }
  | { kind: 'error'; id: number; body: ErrorBody; stack: string | null }
  | { kind: 'progress'; id: number; value: unknown }
  | { kind: 'chunk'; id: number; bytes: Uint8Array };

export type CallOptions = {
  signal?: AbortSignal | undefined;
  onProgress?: (value: unknown) => void;
  onChunk?: (bytes: Uint8Array) => Promise<void>;
  /** What the input hands over instead of copying it. */
  transfer?: readonly Transferable[];
};
export type WorkerClient<H extends Handlers> = {
  call<K extends keyof H & string>(
    name: K,
    input: Parameters<H[K]>[0],
    options?: CallOptions,
  ): Promise<Awaited<ReturnType<H[K]>>>;
  /** Waits for the thread to end. */
  close(): Promise<void>;
};

/** The body to show for anything thrown: expected failures as they are, the rest as `internal`. */
export const toErrorBody = (error: unknown): ErrorBody =>
  error instanceof AppError
    ? error.toBody()
    : {
        code: 'internal',
        message: 'Something went wrong inside Afterword. Try again; if it stays, run “afterword doctor”.',
      };

/** Name and frames of an unexpected error, without its message: messages can hold data. */
export const stackForLog = (error: unknown): string | null =>
  error instanceof AppError || !(error instanceof Error)
    ? null
    : [
        `${error.name} ${(error as NodeJS.ErrnoException).code ?? ''}`,
        ...(error.stack ?? '').split('\n').filter((l) => /^\s+at /.test(l)),
      ].join('\n');

/**
 * In a worker: answers calls with these handlers until the port closes. When making the handlers fails (a file that
 * cannot be opened), every call answers with that failure.
 */
export const serve = <H extends Handlers>(
  createHandlers: () => H,
  toKnownError: (error: unknown) => unknown,
  /** Answer also then. */
  always: Handlers = {},
): void => {
  const port = parentPort as MessagePort;
  let handlers: H | null = null;
  let openingFailure: unknown = null;
  try {
    handlers = createHandlers();
  } catch (error) {
    openingFailure = error;
  }
  const running = new Map<number, { controller: AbortController; taken: (() => void) | null }>();
  const post = (message: FromWorker): void => port.postMessage(message);
  /** Bytes that own their memory are handed over, not copied; the worker must not look at them again. */
  const postChunk = (id: number, bytes: Uint8Array): void => {
    const { buffer } = bytes;
    const isWhole = buffer instanceof ArrayBuffer && buffer.byteLength === bytes.byteLength;
    port.postMessage({ kind: 'chunk', id, bytes } satisfies FromWorker, isWhole ? [buffer] : []);
  };

  const run = async (id: number, name: string, input: unknown): Promise<void> => {
    const controller = new AbortController();
    const state = { controller, taken: null as (() => void) | null };
    running.set(id, state);
    // One listener for all chunks of a call: an export hands out thousands.
    let refuse: ((error: AppError) => void) | null = null;
    controller.signal.addEventListener('abort', () => refuse?.(cancelledError()), { once: true });
    const context: CallContext = {
      signal: controller.signal,
      progress: (value) => post({ kind: 'progress', id, value }),
      chunk: (bytes) =>
        new Promise((resolve, reject) => {
          controller.signal.throwIfAborted();
          state.taken = resolve;
          refuse = reject;
          postChunk(id, bytes);
        }),
    };
    try {
      const handler = always[name] ?? handlers?.[name];
      if (!handlers && !handler) throw openingFailure;
      if (!handler) throw new Error(`no handler called ${name}`);
      post({ kind: 'result', id, value: await handler(input as never, context) });
    } catch (error) {
      const known = toKnownError(error);
      post({ kind: 'error', id, body: toErrorBody(known), stack: stackForLog(known) });
    } finally {
      running.delete(id);
    }
  };

  port.on('message', (message: ToWorker) => {
    const state = running.get(message.id);
    if (message.kind === 'call') void run(message.id, message.name, message.input);
    else if (message.kind === 'cancel') state?.controller.abort(cancelledError());
    else state?.taken?.();
  });
};

/** Starts a worker and gives typed calls to it. `onUnexpected` receives stacks of internal errors, for the log. */
export const connectWorker = <H extends Handlers>(
  url: URL,
  workerData: unknown,
  onUnexpected: (stack: string) => void,
  { transfer = [], resourceLimits }: { transfer?: Transferable[]; resourceLimits?: ResourceLimits } = {},
): WorkerClient<H> => {
  const worker = new Worker(url, {
    workerData,
    transferList: transfer,
    // Closing a descriptor of a database at the thread's end would take away the locks of all threads: see store/held-file.ts.
    trackUnmanagedFds: false,
    ...(resourceLimits ? { resourceLimits } : {}),
  });
  type Pending = { resolve: (value: unknown) => void; reject: (error: unknown) => void; options: CallOptions };
  const pending = new Map<number, Pending>();
  let nextId = 1;
  let failure: AppError | null = null;

  const failAll = (): void => {
    failure ??= new AppError('internal', 'A background thread of Afterword ended unexpectedly. Start again.');
    for (const call of pending.values()) call.reject(failure);
    pending.clear();
  };
  worker.on('error', (error) => {
    onUnexpected(stackForLog(error) ?? 'unknown error');
    failAll();
  });
  worker.on('exit', failAll);
  worker.on('message', (message: FromWorker) => {
    const call = pending.get(message.id);
    if (!call) return;
    if (message.kind === 'progress') call.options.onProgress?.(message.value);
    else if (message.kind === 'chunk') {
      void Promise.resolve(call.options.onChunk?.(message.bytes)).then(
        () => worker.postMessage({ kind: 'taken', id: message.id } satisfies ToWorker),
        (error: unknown) => {
          pending.delete(message.id);
          worker.postMessage({ kind: 'cancel', id: message.id } satisfies ToWorker);
          call.reject(error);
        },
      );
    } else {
      pending.delete(message.id);
      if (message.kind === 'result') call.resolve(message.value);
      else {
        if (message.stack) onUnexpected(message.stack);
        call.reject(errorFromBody(message.body));
      }
    }
  });

  return {
    call: (name, input, options = {}) =>
      new Promise((resolve, reject) => {
        if (failure) return reject(failure);
        if (options.signal?.aborted) return reject(cancelledError());
        const id = nextId++;
        const cancel = (): void => worker.postMessage({ kind: 'cancel', id } satisfies ToWorker);
        options.signal?.addEventListener('abort', cancel, { once: true });
        const settle =
          <T>(finish: (value: T) => void) =>
          (value: T): void => {
            options.signal?.removeEventListener('abort', cancel);
            finish(value);
          };
        pending.set(id, { resolve: settle(resolve as (value: unknown) => void), reject: settle(reject), options });
        worker.postMessage({ kind: 'call', id, name, input } satisfies ToWorker, options.transfer);
      }),
    close: async () => {
      await worker.terminate();
    },
  };
};
