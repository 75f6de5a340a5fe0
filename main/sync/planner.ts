// Pure: which stretch of time to ask for next. Newest first; windows as long as their expected rows can be paged; a
// window that proved too full is cut where the rows seen suggest, so that what was seen need not be fetched again.
import type { Density } from './density.ts';
import { MAX_OFFSET, type Paging, type SeenRow } from './walk.ts';

/** Half-open [fromS, toS), UTC epoch seconds. */
export type Range = { fromS: number; toS: number };
export type PlannedWindow = Range & { seed: readonly SeenRow[] };

/** "Days' range can't be more than seven days" (the API's documents), one second short to be safe. */
export const MAX_SPAN_S = 7 * 86_400 - 1;
const FIRST_SPAN_S = 86_400;
/** Expected rows stay below the reach, by a share for what changes and by a spread for chance: overflow costs requests. */
const FILL = 0.88;
const SPREAD = 1.6;
/** A weekday after a quiet weekend may hold so many times more: then it is asked for in steps no longer than this. */
const SURPRISE = 3;
const UNKNOWN_SPAN_S = 2 * 86_400;
const RESYNC_S = 72 * 3600;
const DEEP_RESYNC_S = 14 * 86_400;
/** The long look back leaves alone what was fetched so lately: a run that goes on after an interruption. */
const FRESH_S = 12 * 3600;
export const FIRST_SYNC_S = 30 * 86_400;

export type Planner = {
  /** The next window to fetch, newest first; null when all are handed out. */
  next(): PlannedWindow | null;
  /** Where the next window would end; null when all are handed out. */
  newestS(): number | null;
  /** Puts a window back in parts; false when it is a single second and cannot be cut. */
  split(window: PlannedWindow, seen: Iterable<SeenRow>, reason: 'capped' | 'unstable' | 'range-too-long'): boolean;
  /** Windows still to be handed out and the rows expected in them. */
  outlook(): { windows: number; rows: number | null };
};

/** The most rows (of the larger set, in per-set paging) that one window can deliver. */
const reachOf = (paging: Paging): number => {
  // Offsets held to ten rows add too little to be planned with: one page is the reach.
  if (paging.unit === 'rows') return paging.maxOffset === null ? Number.POSITIVE_INFINITY : paging.pageSize;
  return ((paging.maxOffset ?? MAX_OFFSET) + 1) * paging.pageSize;
};

const targetOf = (paging: Paging): number => {
  const reach = reachOf(paging);
  return Math.min(reach * FILL, reach === Number.POSITIVE_INFINITY ? reach : reach - SPREAD * Math.sqrt(reach));
};

export const createPlanner = (ranges: readonly Range[], density: Density, paging: Paging): Planner => {
  let maxSpanS = MAX_SPAN_S;
  const pending: PlannedWindow[] = [];
  const put = (window: PlannedWindow): void => {
    if (window.fromS >= window.toS) return;
    pending.push(window);
    pending.sort((a, b) => b.toS - a.toS);
  };
  for (const range of ranges) put({ ...range, seed: [] });

  /** How many windows a stretch wants, so that they come out even instead of ending in a sliver. */
  const windowsFor = (range: Range): { windows: number; rows: number | null } => {
    const rows = density.predict(range.fromS, range.toS, paging.isPerSet);
    const bySpan = Math.ceil((range.toS - range.fromS) / maxSpanS);
    const byLoad = rows === null ? 1 : Math.ceil(rows / targetOf(paging));
    return { windows: Math.max(1, bySpan, byLoad), rows };
  };

  /** Small steps while days of the week are new that may hold several times what is expected. */
  const startOf = (range: Range): number => {
    const startS = startByLoad(range);
    const nearS = range.toS - UNKNOWN_SPAN_S;
    if (startS >= nearS || density.knows(startS, range.toS)) return startS;
    const expected = density.predict(startS, range.toS, paging.isPerSet) ?? 0;
    return expected * SURPRISE > targetOf(paging) ? nearS : startS;
  };

  const startByLoad = (range: Range): number => {
    const earliestS = Math.max(range.fromS, range.toS - maxSpanS);
    const { windows, rows } = windowsFor(range);
    if (rows === null) return Math.max(earliestS, range.toS - FIRST_SPAN_S);
    if (windows === 1) return earliestS;
    if (rows === 0 || reachOf(paging) === Number.POSITIVE_INFINITY)
      return Math.max(earliestS, range.toS - Math.ceil((range.toS - range.fromS) / windows));
    return density.spanStart(earliestS, range.toS, rows / windows, paging.isPerSet) ?? earliestS;
  };

  return {
    next() {
      const newest = pending.shift();
      if (!newest || newest.seed.length > 0) return newest ?? null;
      const fromS = startOf(newest);
      put({ fromS: newest.fromS, toS: fromS, seed: [] });
      return { fromS, toS: newest.toS, seed: [] };
    },
    newestS: () => pending[0]?.toS ?? null,
    split(window, seen, reason) {
      const spanS = window.toS - window.fromS;
      if (spanS <= 1) return false;
      const middleS = window.fromS + Math.floor(spanS / 2);
      if (reason === 'range-too-long') maxSpanS = Math.min(maxSpanS, Math.ceil(spanS / 2));
      const cut = reason === 'capped' ? findCut(window, [...seen]) : null;
      const cutS = cut?.atS ?? middleS;
      const parts: PlannedWindow[] = [
        { fromS: window.fromS, toS: cutS, seed: cut?.seenSide === 'older' ? cut.rows : [] },
        { fromS: cutS, toS: window.toS, seed: cut?.seenSide === 'newer' ? cut.rows : [] },
      ];
      if (cut) {
        const known = cut.seenSide === 'newer' ? parts[1] : parts[0];
        if (known) density.observe(known.fromS, known.toS, cut.rows);
      }
      for (const part of parts) put(paging.isPerSet ? { ...part, seed: [] } : part);
      return true;
    },
    outlook() {
      let windows = 0;
      let rows: number | null = 0;
      for (const range of pending) {
        const expected = windowsFor(range);
        windows += expected.windows;
        rows = rows === null || expected.rows === null ? null : rows + expected.rows;
      }
      return { windows, rows };
    },
  };
};

type Cut = { atS: number; seenSide: 'older' | 'newer'; rows: SeenRow[] };

/**
 * Where a capped window's seen rows stop. Guesses from the larger set's extremes which end the server began at; the
 * guess is only used to choose the cut, and the walk of the seen side proves or discards it. The cut is a second
 * in which no row was seen, so that it falls between rows whether or not bounds are inclusive.
 */
const findCut = (window: Range, seen: readonly SeenRow[]): Cut | null => {
  const agents = seen.filter((row) => !row.isBotOnly);
  const guides = agents.length > 0 ? agents : seen;
  const times = guides.flatMap((row) => (row.startedAtS === null ? [] : [row.startedAtS]));
  if (times.length === 0) return null;
  const oldestS = times.reduce((a, b) => Math.min(a, b));
  const newestS = times.reduce((a, b) => Math.max(a, b));
  const gapOlder = oldestS - window.fromS;
  const gapNewer = window.toS - newestS;
  const isEvident = Math.max(gapOlder, gapNewer) > (window.toS - window.fromS) / 20;
  if (!isEvident) return null;
  const taken = new Set(seen.map((row) => row.startedAtS));
  if (gapOlder >= gapNewer) {
    let atS = oldestS + 1;
    while (taken.has(atS) && atS < window.toS) atS += 1;
    if (atS >= window.toS) return null;
    return { atS, seenSide: 'newer', rows: seen.filter((row) => row.startedAtS !== null && row.startedAtS >= atS) };
  }
  let atS = newestS - 1;
  while (taken.has(atS) && atS > window.fromS) atS -= 1;
  if (atS <= window.fromS) return null;
  return { atS, seenSide: 'older', rows: seen.filter((row) => row.startedAtS !== null && row.startedAtS <= atS) };
};

export type CoveredRange = Range & { state: 'complete' | 'open' | 'capped' | 'failed'; fetchedMs: number | null };

export type RangeChoice = {
  nowS: number;
  /** As the user asked; null where the user left it open. */
  fromS: number | null;
  toS: number | null;
  /** Where the runs without an end began so far; null before the first. */
  wantedFromS: number | null;
  /** What is known of one endpoint, in time order, without overlaps. */
  covered: readonly CoveredRange[];
  /** True when the daily, longer look back is due. */
  isDeepDue: boolean;
};

/**
 * What one endpoint must be asked for: every part of the wanted range that is not complete, and the trailing part
 * again, because records change after they close (surveys, dispositions, open ones that end). What was still within
 * that trailing time when it was last fetched is asked for again too: after a holiday it may lie far back.
 * The wanted range begins where the user says, else where an earlier run without an end began, else 30 days ago. A
 * range with both ends is wanted once; what it left unfinished is asked for again, the time around it is not.
 */
export const chooseRanges = ({ nowS, fromS, toS, wantedFromS, covered, isDeepDue }: RangeChoice): Range[] => {
  const endS = toS ?? nowS;
  const startS = fromS ?? wantedFromS ?? endS - FIRST_SYNC_S;
  const ranges: Range[] = [];
  let cursorS = startS;
  for (const known of covered) {
    if (known.state !== 'complete' || known.fetchedMs === null) continue;
    const fetchedS = Math.floor(known.fetchedMs / 1000);
    const isDeep = isDeepDue && Math.abs(nowS - fetchedS) >= FRESH_S;
    const settledToS = Math.min(endS, fetchedS) - (isDeep ? DEEP_RESYNC_S : RESYNC_S);
    const keepFromS = Math.max(known.fromS, startS);
    const keepToS = Math.min(known.toS, settledToS);
    if (keepFromS >= keepToS) continue;
    if (cursorS < keepFromS) ranges.push({ fromS: cursorS, toS: keepFromS });
    cursorS = Math.max(cursorS, keepToS);
  }
  if (cursorS < endS) ranges.push({ fromS: cursorS, toS: endS });
  const isUnfinished = (known: CoveredRange): boolean => known.state !== 'complete' && known.fromS < startS;
  const unfinished = fromS !== null ? [] : covered.filter(isUnfinished);
  return [
    ...unfinished.map((known) => ({ fromS: known.fromS, toS: Math.min(known.toS, startS) })),
    ...ranges,
  ].reverse();
};
