// Runs one sync of one workspace: takes the lease, plans, fetches, keeps the books. Everything slow or blocking is somewhere
// else: the network in kore, the store in the writer worker.
import { randomUUID } from 'node:crypto';
import type { Endpoint } from '../../preload/contract/conversation.ts';
import { AppError } from '../../preload/contract/errors.ts';
import type { SyncProgress, SyncSummary } from '../../preload/contract/sync.ts';
import { failpoint } from '../failpoints.ts';
import type { Clock, Log } from '../ports.ts';
import { createBooks } from './books.ts';
import { fetchWindows } from './fetch.ts';
import { planRun, type SyncWriter } from './plan.ts';
import type { RateLimiter } from './rate-limit.ts';
import type { Requester } from './request.ts';

export type SyncOptions = {
  workspaceName: string;
  endpoints: readonly Endpoint[];
  perMinute: number;
  /** UTC epoch seconds, null where the user left it open. */
  fromS: number | null;
  toS: number | null;
  /** Nothing before it is asked for, whatever was wanted once; null: no bound. UTC epoch seconds. */
  earliestS?: number | null;
  writer: SyncWriter;
  requester: Requester;
  limiter: RateLimiter;
  clock: Clock;
  log: Log;
  signal: AbortSignal;
  onProgress: (progress: SyncProgress) => void;
};

const BEAT_MS = 20_000;

/**
 * Syncs and gives the summary. Throws AppError: sync_busy, cancelled, bad_data_limit, and what the client and the
 * store throw; whatever was fetched until then is kept, and the next run goes on from there.
 */
export const runSync = async (options: SyncOptions): Promise<SyncSummary> => {
  const { endpoints, fromS, toS, earliestS = null, writer, requester, limiter, clock, log, signal } = options;
  const leaseToken = randomUUID();
  const startedMonotonicMs = clock.monotonicMs();
  await writer.call('takeLease', { token: leaseToken, pid: process.pid, nowMs: clock.nowMs() });
  failpoint('lease-taken');
  // What matters about the lease is checked with every commit; a missed beat or a lease left behind is only worth a line.
  const logLeaseTrouble = (error: unknown): void =>
    log.warn('the lease could not be touched', { code: error instanceof AppError ? error.code : 'internal' });
  const beat = setInterval(
    () => void writer.call('beat', { token: leaseToken, nowMs: clock.nowMs() }).catch(logLeaseTrouble),
    BEAT_MS,
  );
  beat.unref();
  const books = createBooks(options);
  try {
    const runId = await writer.call('startRun', { nowMs: clock.nowMs() });
    let failure: unknown = null;
    let stateAtEnd: Record<string, string> = {};
    try {
      const plan = await planRun({
        endpoints,
        fromS,
        toS,
        earliestS,
        nowMs: clock.nowMs(),
        leaseToken,
        writer,
      });
      failpoint('plan-recorded');
      await fetchWindows({ plans: plan.endpoints, leaseToken, writer, requester, books, clock, log, signal });
      // A look back with a hole is not done: coverage would not show it, since the earlier answer stays complete.
      if (books.totals.windows.failed === 0) stateAtEnd = plan.stateAtEnd;
    } catch (error) {
      failure = error;
    }
    failpoint('before-run-finished');
    const status = failure === null ? 'done' : failure instanceof AppError ? failure.code : 'internal';
    const { requests, mostInAMinute } = limiter.totals();
    const { windows, ...rowTotals } = books.totals;
    const totals = { requests, ...rowTotals };
    await writer.call('finishRun', { runId, nowMs: clock.nowMs(), status, totals, state: stateAtEnd });
    failpoint('run-finished');
    log.info('sync ended', { status, ...totals, ...windows });
    if (failure !== null) throw failure;
    const durationSeconds = Math.round((clock.monotonicMs() - startedMonotonicMs) / 100) / 10;
    return { workspace: options.workspaceName, ...totals, windows, durationSeconds, rateMax: mostInAMinute };
  } finally {
    clearInterval(beat);
    await writer.call('dropLease', { token: leaseToken }).catch(logLeaseTrouble);
  }
};
