// Pure: what is synced, over all endpoints of a workspace. A moment counts as complete only when every endpoint is.
import type { Endpoint } from '../../preload/contract/conversation.ts';
import type { PeriodCoverage } from '../../preload/contract/scorecard.ts';
import { isoFromS } from '../model-json.ts';
import type { CoverageWindow, WindowState } from '../store/coverage-store.ts';

/** Half-open [fromS, toS); fetchedMs is the oldest fetch in it, null when a part was never fetched. */
export type CoverageSpan = { fromS: number; toS: number; state: WindowState; fetchedMs: number | null };

const severity: Record<WindowState, number> = { complete: 0, open: 1, capped: 2, failed: 3 };
const worst = (a: WindowState, b: WindowState): WindowState => (severity[a] >= severity[b] ? a : b);
const oldest = (a: number | null, b: number | null): number | null =>
  a === null || b === null ? null : Math.min(a, b);

/** Spans in time order, neighbours of one state joined. Time that no endpoint was ever asked for is in none. */
export const summarizeCoverage = (
  windows: readonly CoverageWindow[],
  endpoints: readonly Endpoint[],
): CoverageSpan[] => {
  const ofWorkspace = windows.filter((window) => endpoints.includes(window.endpoint));
  const edges = [...new Set(ofWorkspace.flatMap((window) => [window.fromS, window.toS]))].sort((a, b) => a - b);
  const lanes = endpoints.map((endpoint) =>
    ofWorkspace.filter((w) => w.endpoint === endpoint).sort((a, b) => a.fromS - b.fromS),
  );
  const cursors = lanes.map(() => 0);
  const spans: CoverageSpan[] = [];
  for (const [index, fromS] of edges.entries()) {
    const toS = edges[index + 1];
    if (toS === undefined) break;
    let state: WindowState = 'complete';
    let fetchedMs: number | null = Number.POSITIVE_INFINITY;
    let isAsked = false;
    for (const [lane, laneWindows] of lanes.entries()) {
      while ((laneWindows[cursors[lane] ?? 0]?.toS ?? Number.POSITIVE_INFINITY) <= fromS)
        cursors[lane] = (cursors[lane] ?? 0) + 1;
      const window = laneWindows[cursors[lane] ?? 0];
      const here = window && window.fromS <= fromS ? window : null;
      isAsked ||= here !== null;
      state = worst(state, here?.state ?? 'open');
      fetchedMs = oldest(fetchedMs, here?.fetchedMs ?? null);
    }
    if (!isAsked) continue;
    const last = spans.at(-1);
    if (last && last.toS === fromS && last.state === state) {
      last.toS = toS;
      last.fetchedMs = oldest(last.fetchedMs, fetchedMs);
    } else {
      spans.push({ fromS, toS, state, fetchedMs });
    }
  }
  return spans;
};

/** How much of [fromS, toS) is synced, and which parts are not. The future of a running period is not a hole. */
export const coverPeriod = (
  spans: readonly CoverageSpan[],
  fromS: number,
  toS: number,
  nowS: number,
): PeriodCoverage => {
  const endS = Math.max(fromS, Math.min(toS, nowS));
  const holes: PeriodCoverage['holes'] = [];
  let cursorS = fromS;
  let completeS = 0;
  const addHole = (holeFromS: number, holeToS: number, state: PeriodCoverage['holes'][number]['state']): void => {
    if (holeFromS < holeToS) holes.push({ from: isoFromS(holeFromS), to: isoFromS(holeToS), state });
  };
  for (const span of spans) {
    const spanFromS = Math.max(span.fromS, fromS);
    const spanToS = Math.min(span.toS, endS);
    if (spanFromS >= spanToS) continue;
    addHole(cursorS, spanFromS, 'missing');
    if (span.state === 'complete') completeS += spanToS - spanFromS;
    else addHole(spanFromS, spanToS, span.state);
    cursorS = spanToS;
  }
  addHole(cursorS, endS, 'missing');
  const fraction = endS === fromS ? 1 : completeS / (endS - fromS);
  const running = nowS < toS ? { notOverAt: isoFromS(endS) } : {};
  return { isComplete: holes.length === 0, fraction, holes, ...running };
};

/** When the newest data of a period was fetched: epoch milliseconds, null when nothing of it was. */
export const dataAsOf = (windows: readonly CoverageWindow[], fromS: number, toS: number): number | null => {
  const fetched = windows.filter((w) => w.fromS < toS && w.toS > fromS).flatMap((w) => w.fetchedMs ?? []);
  return fetched.length === 0 ? null : Math.max(...fetched);
};
