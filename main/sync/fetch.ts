// Fetches the windows of one run: a few at a time, newest first, page by page, each page committed as it comes. What a
// window's end means (complete, split, capped, failed) is decided and recorded here.
import { AppError, type ErrorCode } from '../../preload/contract/errors.ts';
import { failpoint } from '../failpoints.ts';
import type { PageResponse } from '../kore/types.ts';
import type { Clock, Log } from '../ports.ts';
import type { CoverageWindow } from '../store/coverage-store.ts';
import type { Books } from './books.ts';
import type { EndpointPlan, SyncWriter } from './plan.ts';
import type { PlannedWindow } from './planner.ts';
import type { Requester } from './request.ts';
import { createWalk } from './walk.ts';

/** Windows fetched at once: enough to spend 60 requests a minute when each takes six seconds. */
export const PARALLEL_WINDOWS = 6;
/** So many windows failing one after another mean the server, not the window. */
const MAX_FAILED_IN_A_ROW = 3;
/** After these the next window may well succeed; after any other the run stops. */
const windowFaults: ReadonlySet<ErrorCode> = new Set(['server_error', 'unexpected_response', 'bad_request']);

export type FetchOptions = {
  plans: readonly EndpointPlan[];
  leaseToken: string;
  writer: SyncWriter;
  requester: Requester;
  books: Books;
  clock: Clock;
  log: Log;
  signal: AbortSignal;
};

/**
 * Fetches everything the plans hold. Throws the first failure that is not a single window's own, after all windows under
 * way have stopped; cancelled by the signal like by a failure.
 */
export const fetchWindows = async (options: FetchOptions): Promise<void> => {
  const { plans, leaseToken, writer, requester, books, clock, log } = options;
  const { totals } = books;
  const stop = new AbortController();
  const signal = AbortSignal.any([options.signal, stop.signal]);
  let inFlight = 0;
  let failedInARow = 0;
  const reportProgress = (): void => books.report(() => plans.map((plan) => plan.planner.outlook()), inFlight);

  const settle = (
    plan: EndpointPlan,
    window: PlannedWindow,
    state: CoverageWindow['state'],
    note: string | null,
  ): CoverageWindow => ({
    endpoint: plan.endpoint,
    fromS: window.fromS,
    toS: window.toS,
    state,
    fetchedMs: clock.nowMs(),
    note,
  });
  const record = (window: CoverageWindow): Promise<unknown> =>
    writer.call('putWindows', { leaseToken, windows: [window] });

  /** Walks one window to its end. What it settles is committed together with its last page. */
  const fetchWindow = async (plan: EndpointPlan, window: PlannedWindow): Promise<void> => {
    const walk = createWalk(plan.paging, window.seed);
    let passStartedMs = clock.nowMs();
    for (let step = walk.step(); step.kind === 'fetch'; step = walk.step()) {
      if (walk.isPassStart()) passStartedMs = clock.nowMs();
      const request = {
        endpoint: plan.endpoint,
        fromS: window.fromS,
        toS: window.toS,
        offset: step.offset,
        limit: plan.paging.pageSize,
      };
      const read = async (page: PageResponse) => ({
        ...(await writer.decode({ endpoint: plan.endpoint, body: page.body })),
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
        nowMs: clock.nowMs(),
        window: isComplete ? settle(plan, window, 'complete', null) : null,
      });
      failpoint('page-committed');
      books.addPage(page.rows.length, result);
      reportProgress();
    }
    const end = walk.step();
    if (end.kind === 'complete') {
      totals.windows.complete += 1;
      plan.density.observe(window.fromS, window.toS, walk.seen().values());
      failpoint('window-complete');
    } else if (end.kind === 'capped' || end.kind === 'unstable') {
      if (plan.planner.split(window, walk.seen().values(), end.kind)) {
        totals.windows.split += 1;
        failpoint('window-split');
        return;
      }
      totals.windows.capped += 1;
      const note =
        end.kind === 'capped' ? 'one second holds more rows than the API can page' : 'rows kept moving between pages';
      await record(settle(plan, window, 'capped', note));
      log.error('window cannot be fetched whole', {
        endpoint: plan.endpoint,
        fromS: window.fromS,
        toS: window.toS,
        note,
      });
    }
  };

  const handleFailure = async (plan: EndpointPlan, window: PlannedWindow, error: unknown): Promise<void> => {
    if (!(error instanceof AppError) || signal.aborted) throw error;
    if (error.code === 'range_too_long' && plan.planner.split(window, [], 'range-too-long')) {
      totals.windows.split += 1;
      return;
    }
    if (!windowFaults.has(error.code)) throw error;
    totals.windows.failed += 1;
    failedInARow += 1;
    await record(settle(plan, window, 'failed', error.code));
    log.error('window failed', { endpoint: plan.endpoint, fromS: window.fromS, toS: window.toS, code: error.code });
    if (failedInARow >= MAX_FAILED_IN_A_ROW) throw error;
  };

  /** The newest window of all endpoints; while an endpoint's paging is unknown, only one of its windows at a time. */
  const takeNext = (): { plan: EndpointPlan; window: PlannedWindow } | null => {
    let best: { plan: EndpointPlan; newestS: number } | null = null;
    for (const plan of plans) {
      const newestS = plan.planner.newestS();
      if (newestS === null || plan.isProbing) continue;
      if (best === null || newestS > best.newestS) best = { plan, newestS };
    }
    const window = best?.plan.planner.next();
    return best && window ? { plan: best.plan, window } : null;
  };

  const work = async (wake: () => void): Promise<void> => {
    for (let task = takeNext(); task !== null; task = takeNext()) {
      const { plan, window } = task;
      plan.isProbing = plan.paging.unit === null;
      inFlight += 1;
      try {
        await fetchWindow(plan, window);
        failedInARow = 0;
      } catch (error) {
        await handleFailure(plan, window, error);
      } finally {
        inFlight -= 1;
        plan.isProbing = false;
      }
      reportProgress();
      wake();
    }
  };

  const canStart = (): boolean => plans.some((plan) => !plan.isProbing && plan.planner.newestS() !== null);

  // Keeps up to PARALLEL_WINDOWS windows going until nothing is left to hand out and nothing under way.
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
  books.checkQuarantine();
};
