// The writer thread of one workspace: the only one that writes its cache.db. Everything the sync does to the store
// happens here, one synchronous step at a time, so that no two steps interleave.
import { type MessagePort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { AppError } from '../../preload/contract/errors.ts';
import { openCacheForWriting } from '../store/cache.ts';
import { type CacheThreadData, receiveKey } from '../store/cache-key.ts';
import type { CoverageWindow } from '../store/coverage-store.ts';
import type { Eraser, ForgetScope } from '../store/erase.ts';
import { seal } from '../store/examine.ts';
import { markInUse } from '../store/health-file.ts';
import { heldHandlers } from '../store/held-file.ts';
import { pruneChanges } from '../store/index-source.ts';
import { inTransaction, toStoreError } from '../store/open.ts';
import { renewSearchText } from '../store/search-text-renewal.ts';
import type { RunTotals } from '../store/sync-store.ts';
import type { BegunForgetting, UnfinishedForgetting } from '../store/unfinished-forgettings.ts';
import {
  type CommitMeta,
  type CommitResult,
  createIngest,
  openIngestStores,
  type PageToCommit,
} from '../sync/ingest.ts';
import type { ReadPage } from '../sync/read-page.ts';
import type { HandedPage } from './reader-worker.ts';
import { createGivingWay, type SharedAsking, standBehind } from './right-of-way.ts';
import { serve } from './rpc.ts';

/** What this thread is started with. */
export type WriterThreadData = CacheThreadData & { asking: SharedAsking };

/** What a program that was killed had forgotten, or could not while another one read. Still in the way: the next time. */
const finishScrub = (eraser: Eraser): void => {
  try {
    eraser.scrub();
  } catch (error) {
    if (!(toStoreError(error, 'The cache') instanceof AppError)) throw error;
  }
};

const createHandlers = () => {
  const { cachePath, cacheKey, asking } = workerData as WriterThreadData;
  receiveKey({ cacheKey });
  standBehind();
  // Before it is opened, since that may migrate it; and in a transaction, since another program may be sealing it now.
  markInUse(cachePath);
  const db = openCacheForWriting(cachePath, cacheKey !== null);
  inTransaction(db, () => markInUse(cachePath));
  renewSearchText(db);
  const stores = openIngestStores(db);
  const { sources, coverage, sync, eraser } = stores;
  const ingest = createIngest(db, stores, createGivingWay(asking));
  const openStarts = db
    .prepare(
      'SELECT DISTINCT started_s FROM conversation WHERE is_open = 1 AND started_s >= ? AND started_s < ? ORDER BY started_s DESC LIMIT ?',
    )
    .pluck();
  const hourCounts = db.prepare(
    `SELECT started_s / 3600 AS hour, sum(conversation_id IS NOT NULL) AS agents, sum(conversation_id IS NULL) AS bots
   FROM conversation WHERE started_s >= ? GROUP BY 1`,
  );
  /** Pages that were read and wait for their commit, or for the sync to end. */
  const held = new Map<number, ReadPage>();
  let pages: MessagePort | null = null;
  const takePage = (pageId: number): ReadPage => {
    // The reader handed it over before it told the engine, so it lies in the port when the engine asks for its commit.
    for (let got = pages && receiveMessageOnPort(pages); got; got = pages && receiveMessageOnPort(pages)) {
      const { pageId, page } = got.message as HandedPage;
      held.set(pageId, page);
    }
    const page = held.get(pageId);
    if (!page) throw new Error(`page ${pageId} is not held`);
    held.delete(pageId);
    return page;
  };
  type Waiting = PageToCommit & { resolve: (result: CommitResult) => void; reject: (error: unknown) => void };
  let waiting: Waiting[] = [];
  /** Pages that came while the last ones were written go into one transaction; when it fails, each into one of its own. */
  const commitWaiting = (): void => {
    const pages = waiting;
    waiting = [];
    if (pages.length === 0) return;
    try {
      const results = ingest.commit(pages);
      for (const [index, { resolve }] of pages.entries()) resolve(results[index] as CommitResult);
    } catch (error) {
      if (pages.length === 1) pages[0]?.reject(error);
      else
        for (const page of pages) {
          waiting = [page];
          commitWaiting();
        }
    }
  };

  finishScrub(eraser);

  return {
    takeLease: (input: { token: string; pid: number; nowMs: number }) =>
      inTransaction(db, () => {
        markInUse(cachePath);
        sync.takeLease(input.token, input.pid, input.nowMs);
      }),
    beat: (input: { token: string; nowMs: number }) => sync.beat(input.token, input.nowMs),
    dropLease: (input: { token: string }) => sync.dropLease(input.token),
    startRun: (input: { nowMs: number }) => sync.startRun(input.nowMs),
    finishRun: (input: {
      runId: number;
      nowMs: number;
      status: string;
      totals: RunTotals;
      state: Record<string, string>;
    }) =>
      inTransaction(db, () => {
        sources.removeUnusedPages();
        for (const [name, value] of Object.entries(input.state)) sync.setState(name, value);
        sync.finishRun(input.runId, input.nowMs, input.status, input.totals);
      }),
    getState: (input: { name: string }) => sync.getState(input.name),
    coverage: () => coverage.list(),
    putWindows: (input: { leaseToken: string; windows: CoverageWindow[]; state?: Record<string, string> }) =>
      inTransaction(db, () => {
        sync.requireLease(input.leaseToken);
        for (const window of input.windows) coverage.put(window);
        for (const [name, value] of Object.entries(input.state ?? {})) sync.setState(name, value);
      }),
    hourCounts: (input: { fromS: number }) =>
      hourCounts.all(input.fromS) as { hour: number; agents: number; bots: number }[],
    /** Start times of conversations that had not ended when they were last fetched, newest first. */
    openStarts: (input: { fromS: number; toS: number; limit: number }) =>
      openStarts.all(input.fromS, input.toS, input.limit) as number[],
    takePages: (input: { from: MessagePort }) => {
      pages = input.from;
      held.clear();
    },
    commit: ({ pageId, ...meta }: CommitMeta & { pageId: number }): Promise<CommitResult> =>
      new Promise((resolve, reject) => {
        const page = takePage(pageId);
        if (waiting.length === 0) setImmediate(commitWaiting);
        waiting.push({ page, meta, resolve, reject });
      }),
    /** Takes in what library.db remembers as forgotten; gives back all that this cache does. */
    joinForgotten: (input: { keyHashes: Uint8Array[] }): Uint8Array[] => {
      if (input.keyHashes.length > 0) {
        markInUse(cachePath);
        eraser.rememberForgotten(input.keyHashes);
      }
      return eraser.forgottenHashes();
    },
    countForget: (input: ForgetScope) => eraser.count(input),
    hasOlder: (input: { beforeS: number }) => eraser.hasOlder(input.beforeS),
    forgetKeys: (input: ForgetScope) => eraser.keysOf(input),
    forget: ({ scope, begun }: { scope: ForgetScope; begun: BegunForgetting }) => {
      markInUse(cachePath);
      // What was asked for before is written before, or it would be there after.
      commitWaiting();
      const forgotten = eraser.forget(scope, begun);
      // Also out of the memory of pages read lately.
      sources.removeUnusedPages();
      return forgotten;
    },
    unfinishedForgettings: () => eraser.unfinished(),
    endTraces: (input: UnfinishedForgetting) => {
      markInUse(cachePath);
      eraser.endTraces(input);
    },
    endForgetting: (input: { id: string }) => {
      markInUse(cachePath);
      eraser.end(input.id);
    },
    scrub: () => {
      markInUse(cachePath);
      eraser.scrub();
    },
    checkpoint: (input: { nowMs: number }) => {
      inTransaction(db, () => markInUse(cachePath));
      pruneChanges(db);
      db.pragma('optimize');
      seal(db, input.nowMs);
    },
    close: () => {
      commitWaiting();
      db.close();
    },
  };
};
export type WriterHandlers = ReturnType<typeof createHandlers> & typeof heldHandlers;

serve(
  createHandlers,
  (error) => toStoreError(error, `The cache (${(workerData as CacheThreadData).cachePath})`),
  heldHandlers,
);
