// Plans one run: which stretches of time each endpoint is asked for, recorded in the coverage before the first request.
import type { Endpoint } from '../../preload/contract/conversation.ts';
import type { CoverageWindow } from '../store/coverage-store.ts';
import type { WriterClient } from '../workers/writer-client.ts';
import { createDensity, type Density } from './density.ts';
import { chooseRanges, createPlanner, FIRST_SYNC_S, type Planner, type Range } from './planner.ts';
import { newPaging, type Paging } from './walk.ts';

const DAY_S = 86_400;
const DAY_MS = DAY_S * 1000;
const DEEP_RESYNC_S = 14 * DAY_S;
const DENSITY_LOOKBACK_S = 56 * DAY_S;
/** Conversations still open when they leave the look back are asked for by name once a day, this long and so many. */
const OPEN_LOOKBACK_S = 90 * DAY_S;
const MAX_OPEN_LOOKUPS = 50;

/** Before it the user had everything forgotten. */
const FORGOTTEN_BEFORE = 'forgotten_before_s';
const wantedFrom = (endpoint: Endpoint): string => `wanted_from_s:${endpoint}`;

export type SyncWriter = Pick<WriterClient, 'call' | 'decode'>;

/** One endpoint's part of a run. */
export type EndpointPlan = {
  endpoint: Endpoint;
  planner: Planner;
  paging: Paging;
  density: Density;
  /** A window is out to learn the paging: the next one waits for what it finds. */
  isProbing: boolean;
};

export type RunPlan = {
  endpoints: EndpointPlan[];
  /** What to remember when the run ends well. */
  stateAtEnd: Record<string, string>;
};

export type PlanOptions = {
  endpoints: readonly Endpoint[];
  fromS: number | null;
  toS: number | null;
  /** Nothing before it is asked for. */
  earliestS: number | null;
  nowMs: number;
  leaseToken: string;
  writer: SyncWriter;
};

export const planRun = async (options: PlanOptions): Promise<RunPlan> => {
  const { endpoints, fromS, toS, earliestS, nowMs, leaseToken, writer } = options;
  const nowS = Math.floor(nowMs / 1000);
  /** One that is still to come was written while the clock was ahead: it would leave out everything up to then. */
  const readTime = async (name: string): Promise<number | null> => {
    const valueS = Number((await writer.call('getState', { name })) ?? Number.NaN);
    return valueS <= nowS ? valueS : null;
  };
  const lastDeepMs = Number((await writer.call('getState', { name: 'deep_resync_ms' })) ?? 0);
  // A range that does not hold the whole long look back is none.
  const reachesBack = toS === null && (fromS === null || fromS <= nowS - DEEP_RESYNC_S);
  const isDeepDue = reachesBack && Math.abs(nowMs - lastDeepMs) > DAY_MS;
  const coverage = await writer.call('coverage', undefined);
  const hours = await writer.call('hourCounts', { fromS: nowS - DENSITY_LOOKBACK_S });
  const openStarts = isDeepDue
    ? await writer.call('openStarts', { fromS: nowS - OPEN_LOOKBACK_S, toS: nowS, limit: MAX_OPEN_LOOKUPS })
    : [];
  const forgottenBeforeS = (await readTime(FORGOTTEN_BEFORE)) ?? 0;
  // Who names the time wants it back.
  const floorS = Math.max(earliestS ?? 0, fromS === null ? forgottenBeforeS : 0);
  const plans: EndpointPlan[] = [];
  const windows: CoverageWindow[] = [];
  const state: Record<string, string> = {};
  if (toS === null && fromS !== null && fromS < forgottenBeforeS) state[FORGOTTEN_BEFORE] = String(fromS);
  for (const endpoint of endpoints) {
    const covered = coverage.filter((window) => window.endpoint === endpoint);
    const wantedFromS = await readTime(wantedFrom(endpoint));
    const chosen = chooseRanges({ nowS, fromS, toS, wantedFromS, covered, isDeepDue });
    if (toS === null && chosen.length > 0)
      state[wantedFrom(endpoint)] = String(
        fromS === null ? (wantedFromS ?? nowS - FIRST_SYNC_S) : Math.min(fromS, wantedFromS ?? fromS),
      );
    const ranges = [...chosen, ...secondsOutside(chosen, openStarts)]
      .map((range) => ({ ...range, fromS: Math.max(range.fromS, floorS) }))
      .filter((range) => range.fromS < range.toS);
    for (const range of ranges) windows.push({ endpoint, ...range, state: 'open', fetchedMs: null, note: null });
    const density = createDensity();
    const isWhole = (hour: number): boolean =>
      covered.some((c) => c.state === 'complete' && c.fromS <= hour * 3600 && (hour + 1) * 3600 <= c.toS);
    density.observeHours(hours.filter(({ hour }) => isWhole(hour)));
    const paging = newPaging();
    plans.push({ endpoint, density, paging, planner: createPlanner(ranges, density, paging), isProbing: false });
  }
  await writer.call('putWindows', { leaseToken, windows, state });
  return { endpoints: plans, stateAtEnd: isDeepDue ? { deep_resync_ms: String(nowMs) } : {} };
};

/** The single seconds that no chosen range holds. */
const secondsOutside = (ranges: readonly Range[], seconds: readonly number[]): Range[] =>
  seconds
    .filter((atS) => !ranges.some((range) => range.fromS <= atS && atS < range.toS))
    .map((atS) => ({ fromS: atS, toS: atS + 1 }));
