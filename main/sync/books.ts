// The books of one sync run: what was fetched and what became of it, how far it is, and whether the data is too bad to go
// on. Pure but for the clock.
import { AppError } from '../../preload/contract/errors.ts';
import type { SyncProgress } from '../../preload/contract/sync.ts';
import type { Clock } from '../ports.ts';
import type { CommitResult } from './ingest.ts';
import type { RateLimiter } from './rate-limit.ts';

const PROGRESS_EVERY_MS = 250;
const MAX_QUARANTINED_SHARE = 0.01;
/** Before so many rows one unlucky page would decide. */
const QUARANTINE_CHECK_ROWS = 1000;

/** What planners still expect: see Planner.outlook. */
export type Outlook = { windows: number; rows: number | null };

export type Books = {
  readonly totals: {
    rows: number;
    inserted: number;
    updated: number;
    unchanged: number;
    quarantined: number;
    windows: { complete: number; split: number; capped: number; failed: number };
  };
  /** Counts a page. Throws AppError bad_data_limit when more than 1 % of many rows could not be read. */
  addPage(rows: number, result: CommitResult): void;
  /** The same check at the end, however few the rows; a single bad record never fails it. */
  checkQuarantine(): void;
  /** Tells how far the run is, at most four times a second. */
  report(outlooks: () => Outlook[], inFlight: number): void;
};

export const createBooks = (options: {
  limiter: RateLimiter;
  perMinute: number;
  clock: Clock;
  onProgress: (progress: SyncProgress) => void;
}): Books => {
  const { limiter, clock } = options;
  const totals: Books['totals'] = {
    rows: 0,
    inserted: 0,
    updated: 0,
    unchanged: 0,
    quarantined: 0,
    windows: { complete: 0, split: 0, capped: 0, failed: 0 },
  };
  let reportedAtMs = Number.NEGATIVE_INFINITY;

  const checkQuarantine = (): void => {
    if (totals.quarantined <= Math.max(1, totals.rows * MAX_QUARANTINED_SHARE)) return;
    throw new AppError(
      'bad_data_limit',
      `${totals.quarantined} of ${totals.rows} records could not be read, more than 1 %. The sync stopped so that no figure is built on such data; what could be read is kept. Run “afterword doctor” for what is wrong with them, and report it.`,
      { details: { quarantined: totals.quarantined, rows: totals.rows } },
    );
  };

  return {
    totals,
    checkQuarantine,
    addPage(rows, result) {
      totals.rows += rows;
      totals.inserted += result.inserted;
      totals.updated += result.updated;
      totals.unchanged += result.unchanged;
      totals.quarantined += result.quarantined;
      if (totals.rows >= QUARANTINE_CHECK_ROWS) checkQuarantine();
    },
    report(outlooks, inFlight) {
      // The outlook over a long range is work of its own: not for every page.
      if (clock.monotonicMs() - reportedAtMs < PROGRESS_EVERY_MS) return;
      reportedAtMs = clock.monotonicMs();
      const { requests } = limiter.totals();
      const expected = outlooks();
      const waiting = expected.reduce((sum, outlook) => sum + outlook.windows, 0);
      const rowsLeft = expected.reduce<number | null>(
        (sum, { rows }) => (sum === null || rows === null ? null : sum + rows),
        0,
      );
      const rowsPerRequest = requests === 0 ? 0 : totals.rows / requests;
      const requestsLeft =
        rowsLeft === null ? null : waiting + inFlight + (rowsPerRequest > 1 ? rowsLeft / rowsPerRequest : 0);
      const { complete, capped, failed } = totals.windows;
      const windowsDone = complete + capped + failed;
      options.onProgress({
        windowsDone,
        windowsKnown: windowsDone + inFlight + waiting,
        rows: totals.rows,
        requests,
        requestsPerMinute: limiter.currentRate(),
        secondsLeft: requestsLeft === null ? null : Math.ceil((requestsLeft / options.perMinute) * 60),
      });
    },
  };
};
