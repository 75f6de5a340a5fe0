// Runs one sync of one workspace: takes the lease, plans, fetches windows a few at a time, commits page by page, and
// keeps the books. Everything slow or blocking is somewhere else: the network in kore, the store in the writer worker.
import { randomUUID } from 'node:crypto';
import type { Endpoint } from '../../preload/contract/conversation.ts';
import { AppError, type ErrorCode } from '../../preload/contract/errors.ts';
import type { SyncProgress, SyncSummary } from '../../preload/contract/sync.ts';
import type { PageResponse } from '../kore/types.ts';
import type { Clock, Log } from '../ports.ts';
import type { CoverageWindow } from '../store/coverage-store.ts';
import type { WorkerClient } from '../workers/rpc.ts';
import type { WriterHandlers } from '../workers/writer-worker.ts';
import { createDensity } from './density.ts';
import { failpoint } from './failpoints.ts';
import { chooseRanges, createPlanner, type PlannedWindow, type Planner } from './planner.ts';
import type { RateLimiter } from './rate-limit.ts';
import type { Requester } from './request.ts';
import { createWalk, newPaging, type Paging } from './walk.ts';

export type SyncWriter = Pick<WorkerClient<WriterHandlers>, 'call'>;

export type SyncOptions = {
  workspaceName: string;
  endpoints: readonly Endpoint[];
  perMinute: number;
  /** UTC epoch seconds, null where the user left it open. */
  fromS: number | null;
  toS: number | null;
  writer: SyncWriter;
  requester: Requester;
  limiter: RateLimiter;
  clock: Clock;
  log: Log;
  signal: AbortSignal;
  onProgress: (progress: SyncProgress) => void;
};

/** Windows fetched at once: enough to spend 60 requests a minute when each takes six seconds. */
const PARALLEL_WINDOWS = 6;
const BEAT_MS = 20_000;
const DEEP_RESYNC_EVERY_MS = 24 * 3600_000;
const DENSITY_LOOKBACK_S = 56 * 86_400;
const MAX_QUARANTINED_SHARE = 0.01;
const QUARANTINE_CHECK_ROWS = 1000;
/** So many windows failing one after another mean the server, not the window. */
const MAX_FAILED_IN_A_ROW = 3;
/** After these the next window would fail as well. */
const windowFaults: ReadonlySet<ErrorCode> = new Set(['server_error', 'unexpected_response', 'bad_request']);

type EndpointRun = {
  endpoint: Endpoint;
  planner: Planner;
  paging: Paging;
  density: ReturnType<typeof createDensity>;
  isProbing: boolean;
};

/**
 * Syncs and gives the summary. Throws AppError: sync_busy, cancelled, bad_data_limit, and what the client and the
 * store throw; whatever was fetched until then is kept, and the next run goes on from there.
 */
export const runSync = async (options: SyncOptions): Promise<SyncSummary> => {
  const { writer, clock, log } = options;
  const leaseToken = randomUUID();
  const startedMonotonicMs = clock.monotonicMs();
  await writer.call('takeLease', { token: leaseToken, pid: process.pid, nowMs: clock.nowMs() });
  failpoint('lease-taken');
  const beat = setInterval(
    () => void writer.call('beat', { token: leaseToken, nowMs: clock.nowMs() }).catch(() => undefined),
    BEAT_MS,
  );
  beat.unref();
  const run = createRun(options, leaseToken);
  try {
    const runId = await writer.call('startRun', { nowMs: clock.nowMs() });
    let failure: unknown = null;
    try {
      await run.plan();
      await run.fetchAll();
    } catch (error) {
      failure = error;
    }
    failpoint('before-run-finished');
    const status = failure === null ? 'done' : failure instanceof AppError ? failure.code : 'internal';
    const { requests, mostInAMinute } = options.limiter.totals();
    const { windows, ...rowTotals } = run.totals;
    const totals = { requests, ...rowTotals };
    await writer.call('finishRun', {
      runId,
      nowMs: clock.nowMs(),
      status,
      totals,
      state: failure === null ? run.endState() : {},
    });
    failpoint('run-finished');
    log.info('sync ended', { status, ...totals, ...windows });
    if (failure !== null) throw failure;
    const durationSeconds = Math.round((clock.monotonicMs() - startedMonotonicMs) / 100) / 10;
    return { workspace: options.workspaceName, ...totals, windows, durationSeconds, rateMax: mostInAMinute };
  } finally {
    clearInterval(beat);
    await writer.call('dropLease', { token: leaseToken });
  }
};

const createRun = (options: SyncOptions, leaseToken: string) => {
  const { writer, clock, log, limiter, requester } = options;
  const stop = new AbortController();
  const signal = AbortSignal.any([options.signal, stop.signal]);
  const totals = {
    rows: 0,
    inserted: 0,
    updated: 0,
    unchanged: 0,
    quarantined: 0,
    windows: { complete: 0, split: 0, capped: 0, failed: 0 },
  };
  const runs: EndpointRun[] = [];
  let inFlight = 0;
  let failedInARow = 0;
  let deepResyncAtMs: number | null = null;

  const plan = async (): Promise<void> => {
    const nowMs = clock.nowMs();
    const nowS = Math.floor(nowMs / 1000);
    const lastDeepMs = Number((await writer.call('getState', { name: 'deep_resync_ms' })) ?? 0);
    const isDeepDue = options.toS === null && Math.abs(nowMs - lastDeepMs) > DEEP_RESYNC_EVERY_MS;
    if (isDeepDue) deepResyncAtMs = nowMs;
    const coverage = await writer.call('coverage', undefined);
    const hours = await writer.call('hourCounts', { fromS: nowS - DENSITY_LOOKBACK_S });
    const openWindows: CoverageWindow[] = [];
    for (const endpoint of options.endpoints) {
      const covered = coverage.filter((window) => window.endpoint === endpoint);
      const ranges = chooseRanges({ nowS, fromS: options.fromS, toS: options.toS, covered, isDeepDue });
      for (const range of ranges) openWindows.push({ endpoint, ...range, state: 'open', fetchedMs: null, note: null });
      const density = createDensity();
      density.observeHours(
        hours.filter(({ hour }) =>
          covered.some((c) => c.state === 'complete' && c.fromS <= hour * 3600 && (hour + 1) * 3600 <= c.toS),
        ),
      );
      const paging = newPaging();
      runs.push({ endpoint, density, paging, planner: createPlanner(ranges, density, paging), isProbing: false });
    }
    await writer.call('putWindows', { leaseToken, windows: openWindows });
    failpoint('plan-recorded');
  };

  const reportProgress = (): void => {
    const { requests } = limiter.totals();
    const outlooks = runs.map((run) => run.planner.outlook());
    const waiting = outlooks.reduce((sum, outlook) => sum + outlook.windows, 0);
    const done = totals.windows.complete + totals.windows.capped + totals.windows.failed;
    const rowsLeft = outlooks.reduce<number | null>(
      (sum, o) => (sum === null || o.rows === null ? null : sum + o.rows),
      0,
    );
    const rowsPerRequest = requests === 0 ? 0 : totals.rows / requests;
    const requestsLeft =
      rowsLeft === null ? null : waiting + inFlight + (rowsPerRequest > 1 ? rowsLeft / rowsPerRequest : 0);
    options.onProgress({
      windowsDone: done,
      windowsKnown: done + inFlight + waiting,
      rows: totals.rows,
      requests,
      requestsPerMinute: limiter.currentRate(),
      secondsLeft: requestsLeft === null ? null : Math.ceil((requestsLeft / options.perMinute) * 60),
    });
  };

  const checkQuarantine = (isEnd: boolean): void => {
    const allowed = Math.max(1, totals.rows * MAX_QUARANTINED_SHARE);
    if (totals.quarantined <= allowed || (!isEnd && totals.rows < QUARANTINE_CHECK_ROWS)) return;
    throw new AppError(
      'bad_data_limit',
      `${totals.quarantined} of ${totals.rows} records could not be read, more than 1 %. The sync stopped so that no figure is built on such data; what could be read is kept. Run “afterword doctor” for what is wrong with them, and report it.`,
      { details: { quarantined: totals.quarantined, rows: totals.rows } },
    );
  };

  const settle = (
    run: EndpointRun,
    window: PlannedWindow,
    state: CoverageWindow['state'],
    note: string | null,
  ): CoverageWindow => ({
    endpoint: run.endpoint,
    fromS: window.fromS,
    toS: window.toS,
    state,
    fetchedMs: clock.nowMs(),
    note,
  });
  const record = (window: CoverageWindow): Promise<unknown> =>
    writer.call('putWindows', { leaseToken, windows: [window] });

  /** Walks one window to its end. What it settles is committed together with its last page. */
  const fetchWindow = async (run: EndpointRun, window: PlannedWindow): Promise<void> => {
    const walk = createWalk(run.paging, window.seed);
    let passStartedMs = clock.nowMs();
    for (let step = walk.step(); step.kind === 'fetch'; step = walk.step()) {
      if (walk.isPassStart()) passStartedMs = clock.nowMs();
      const request = {
        endpoint: run.endpoint,
        fromS: window.fromS,
        toS: window.toS,
        offset: step.offset,
        limit: run.paging.pageSize,
      };
      const read = async (page: PageResponse) => ({
        ...(await writer.call('decode', { endpoint: run.endpoint, text: page.text })),
        requestedMs: page.requestedAtMs,
      });
      let page: Awaited<ReturnType<typeof read>>;
      try {
        page = await requester.fetch(request, read, signal);
      } catch (error) {
        if (error instanceof AppError && error.code === 'bad_request' && step.offset > 0) {
          walk.refuse();
          continue;
        }
        throw error;
      }
      failpoint('page-decoded');
      walk.accept(page);
      const isComplete = walk.step().kind === 'complete';
      const result = await writer.call('commit', {
        pageId: page.pageId,
        leaseToken,
        requestedMs: page.requestedMs,
        passStartedMs,
        window: isComplete ? settle(run, window, 'complete', null) : null,
      });
      failpoint('page-committed');
      totals.rows += page.rows.length;
      totals.inserted += result.inserted;
      totals.updated += result.updated;
      totals.unchanged += result.unchanged;
      totals.quarantined += result.quarantined;
      checkQuarantine(false);
      reportProgress();
    }
    const end = walk.step();
    if (end.kind === 'complete') {
      totals.windows.complete += 1;
      run.density.observe(window.fromS, window.toS, walk.seen().values());
      failpoint('window-complete');
    } else if (end.kind === 'capped' || end.kind === 'unstable') {
      if (run.planner.split(window, walk.seen().values(), end.kind)) {
        totals.windows.split += 1;
        failpoint('window-split');
        return;
      }
      totals.windows.capped += 1;
      const note =
        end.kind === 'capped' ? 'one second holds more rows than the API can page' : 'rows kept moving between pages';
      await record(settle(run, window, 'capped', note));
      log.error('window cannot be fetched whole', {
        endpoint: run.endpoint,
        fromS: window.fromS,
        toS: window.toS,
        note,
      });
    }
  };

  const handleFailure = async (run: EndpointRun, window: PlannedWindow, error: unknown): Promise<void> => {
    if (!(error instanceof AppError) || signal.aborted) throw error;
    if (error.code === 'range_too_long' && run.planner.split(window, [], 'range-too-long')) {
      totals.windows.split += 1;
      return;
    }
    if (!windowFaults.has(error.code)) throw error;
    totals.windows.failed += 1;
    failedInARow += 1;
    await record(settle(run, window, 'failed', error.code));
    log.error('window failed', { endpoint: run.endpoint, fromS: window.fromS, toS: window.toS, code: error.code });
    if (failedInARow >= MAX_FAILED_IN_A_ROW) throw error;
  };

  /** The newest window of all endpoints; while an endpoint's paging is unknown, only one of its windows at a time. */
  const takeNext = (): { run: EndpointRun; window: PlannedWindow } | null => {
    let best: { run: EndpointRun; newestS: number } | null = null;
    for (const run of runs) {
      const newestS = run.planner.newestS();
      if (newestS === null || run.isProbing) continue;
      if (best === null || newestS > best.newestS) best = { run, newestS };
    }
    const window = best?.run.planner.next();
    return best && window ? { run: best.run, window } : null;
  };

  const work = async (wake: () => void): Promise<void> => {
    for (let task = takeNext(); task !== null; task = takeNext()) {
      const { run, window } = task;
      run.isProbing = run.paging.unit === null;
      inFlight += 1;
      try {
        await fetchWindow(run, window);
        failedInARow = 0;
      } catch (error) {
        await handleFailure(run, window, error);
      } finally {
        inFlight -= 1;
        run.isProbing = false;
      }
      reportProgress();
      wake();
    }
  };

  /** Keeps up to PARALLEL_WINDOWS windows going until nothing is left to hand out and nothing under way. */
  const fetchAll = async (): Promise<void> => {
    const workers = new Set<Promise<void>>();
    let failure: unknown = null;
    const fill = (): void => {
      while (failure === null && workers.size < PARALLEL_WINDOWS && canStart()) {
        const worker = work(fill).catch((error: unknown) => {
          failure ??= error;
          stop.abort(error);
        });
        workers.add(worker);
        void worker.then(() => {
          workers.delete(worker);
        });
      }
    };
    reportProgress();
    fill();
    while (workers.size > 0) {
      await Promise.race(workers);
      fill();
    }
    if (failure !== null) throw failure;
    checkQuarantine(true);
  };
  const canStart = (): boolean => runs.some((run) => !run.isProbing && run.planner.newestS() !== null);

  const endState = (): Record<string, string> =>
    deepResyncAtMs === null ? {} : { deep_resync_ms: String(deepResyncAtMs) };
  return { plan, fetchAll, totals, endState };
};
