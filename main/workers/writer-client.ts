// Calls to the writer of one workspace, and to the thread that reads pages for it: two threads behind one client. The second is
// there while a sync needs it.
import { MessageChannel } from 'node:worker_threads';
import type { Endpoint } from '../../preload/contract/conversation.ts';
import type { DecodedPage, ReaderHandlers } from './reader-worker.ts';
import { createRightOfWay, type SharedAsking } from './right-of-way.ts';
import { connectWorker, type WorkerClient } from './rpc.ts';
import type { WriterHandlers, WriterThreadData } from './writer-worker.ts';

/** A thread that has had no page to read for so long ends; the next sync starts another. */
const IDLE_MS = 10_000;
/**
 * Room for what is new, of which each of the two keeps what it once used. Left to itself V8 takes up to 192 MB for it: after
 * 1,600 syncs of a program that stayed open, the reader’s heap had taken 130 MB, and with this bound 29. Taking in 12,000 rows costs as
 * much processor time as without (1.71 and 1.70 s, medians of 8 on a busy machine; 1.86 with 16 MB): see docs/reliability.md.
 */
const limits = { maxYoungGenerationSizeMb: 24 };

export type WriterClient = Pick<WorkerClient<WriterHandlers>, 'call' | 'close'> & {
  /** Reads a page, whose bytes it takes over, and has the writer hold it until it is committed. Throws AppError. */
  decode(input: { endpoint: Endpoint; body: Uint8Array }): Promise<DecodedPage>;
};

export type WriterOptions = {
  /** Null for a plain cache. */
  cacheKey?: Uint8Array | null;
  /** Whoever its threads pause for; without it they never do. */
  asking?: SharedAsking;
};

export const connectWriter = (
  cachePath: string,
  onUnexpected: (stack: string) => void,
  { cacheKey = null, asking = createRightOfWay().shared }: WriterOptions = {},
): WriterClient => {
  const writer = connectWorker<WriterHandlers>(
    new URL('./writer-worker.ts', import.meta.url),
    { cachePath, cacheKey, asking } satisfies WriterThreadData,
    onUnexpected,
    { resourceLimits: limits },
  );
  let reader: WorkerClient<ReaderHandlers> | null = null;
  let idle: NodeJS.Timeout | undefined;
  let reading = 0;
  let lastPageId = 0;

  const startReader = (): WorkerClient<ReaderHandlers> => {
    const { port1, port2 } = new MessageChannel();
    const started = connectWorker<ReaderHandlers>(
      new URL('./reader-worker.ts', import.meta.url),
      { toWriter: port1, asking },
      onUnexpected,
      { transfer: [port1], resourceLimits: limits },
    );
    // Arrives before any commit of what is read: calls are taken in order.
    void writer.call('takePages', { from: port2 }, { transfer: [port2] }).catch(() => undefined);
    return started;
  };
  const endReader = async (): Promise<void> => {
    clearTimeout(idle);
    const ended = reader;
    reader = null;
    await ended?.close();
  };

  return {
    call: writer.call,
    async decode(input) {
      clearTimeout(idle);
      reader ??= startReader();
      reading += 1;
      lastPageId += 1;
      const pageId = lastPageId;
      try {
        const { buffer } = input.body;
        const isWhole = buffer instanceof ArrayBuffer && buffer.byteLength === input.body.byteLength;
        const transfer = isWhole ? [buffer] : [];
        return { pageId, ...(await reader.call('read', { pageId, ...input }, { transfer })) };
      } finally {
        reading -= 1;
        if (reading === 0) idle = setTimeout(() => void endReader(), IDLE_MS).unref();
      }
    },
    async close() {
      await endReader();
      await writer.close();
    },
  };
};
