// Searching while a sync writes as fast as it can, through the whole app: how much longer a search takes than at rest,
// whether each answer is of one moment, and how long the host thread is held up. The API is a process of its own.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleepMs } from 'node:timers/promises';
import { cachePath } from '../../main/store/cache.ts';
import type { KoreServer } from '../kore-server/server.ts';
import { openTestApp, type TestApp } from '../support/app.ts';
import { benchDir, periodToS, vocabulary } from './data.ts';
import { requireEqual, summarize, type Timings, timeMs } from './measure.ts';
import { formatMs, formatRate, type Line, lineOfLimit } from './report.ts';

const NEW_ROWS = 20_000;
const WEEK_S = 7 * 86_400;
const SEARCHES_AT_REST = 120;
/** Between two searches: somebody types. */
const PAUSE_MS = 20;

type Address = Pick<KoreServer, 'origin' | 'token' | 'accountId' | 'appId'>;

const startServer = async (): Promise<{ address: Address; process: ChildProcess }> => {
  const child = fork(join(import.meta.dirname, 'busy-server.ts'), [String(NEW_ROWS), String(periodToS + WEEK_S)]);
  const [address] = (await once(child, 'message')) as [Address];
  return { address, process: child };
};

/** Word by word from the common to the rare, refined by a field: the n-th search is the same kind of work in each turn. */
const refinements = ['', 'channel:voice', 'direction:inbound', 'has:survey', 'aht:>600'];
const questionAt = (n: number): string =>
  `${vocabulary[(n * 37) % 3000]} ${refinements[n % refinements.length]}`.trim();

const askAt = async (app: TestApp, n: number): Promise<void> => {
  const { total, facets } = await app.call('search.run', { query: questionAt(n), limit: 50 });
  const days = (facets.day ?? []).reduce((sum, { count }) => sum + count, 0);
  requireEqual(`days of “${questionAt(n)}”, which add up to its total at any moment`, days, total);
};

/** A new data folder whose only workspace holds a copy of the bench's cache. */
const openCopy = async (path: string, address: Address, folder: string): Promise<TestApp> => {
  const first = openTestApp({ dataDir: folder, token: address.token });
  await first.connect(address as KoreServer);
  const [workspace] = await first.call('workspaces.list', {});
  await first.close();
  const copy = cachePath(folder, workspace?.id ?? '');
  mkdirSync(dirname(copy), { recursive: true, mode: 0o700 });
  for (const suffix of ['', '-wal'])
    if (existsSync(`${path}${suffix}`)) copyFileSync(`${path}${suffix}`, `${copy}${suffix}`);
  for (const name of ['search-index.bin', 'search-index.bin.facts'])
    if (existsSync(join(dirname(path), name))) copyFileSync(join(dirname(path), name), join(dirname(copy), name));
  return openTestApp({ dataDir: folder, token: address.token });
};

type Turn = Timings & { hostMaxMs: number; hostP99Ms: number; hostMaxCpuMs: number };

/**
 * The most processor time that this thread takes between two ticks of a clock of a millisecond: no task is longer. Other
 * programs that keep the machine busy do not count, as they do in how late a tick is. Systems count in steps of up to 4 ms.
 */
const watchLongestTask = (): (() => number) => {
  const read = (): number => {
    const { user, system } = process.threadCpuUsage();
    return (user + system) / 1000;
  };
  let longestMs = 0;
  let lastMs = read();
  const timer = setInterval(() => {
    const nowMs = read();
    longestMs = Math.max(longestMs, nowMs - lastMs);
    lastMs = nowMs;
  }, 1);
  return () => {
    clearInterval(timer);
    return longestMs;
  };
};

/** Searches until `isOver`, and how late the host thread was to its timers meanwhile. */
const searchUntil = async (app: TestApp, from: number, isOver: (n: number) => boolean): Promise<Turn> => {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  const longestTask = watchLongestTask();
  delay.enable();
  const times: number[] = [];
  for (let n = 0; !isOver(n); n += 1) {
    times.push(await timeMs(() => askAt(app, from + n)));
    await sleepMs(PAUSE_MS);
  }
  delay.disable();
  return {
    ...summarize(times),
    hostMaxMs: delay.max / 1e6,
    hostP99Ms: delay.percentile(99) / 1e6,
    hostMaxCpuMs: longestTask(),
  };
};

export const benchBusy = async (path: string, conversations: number): Promise<Line[]> => {
  const folder = mkdtempSync(join(benchDir, 'busy-'));
  const server = await startServer();
  try {
    const app = await openCopy(path, server.address, folder);
    try {
      requireEqual('the copied cache', (await app.call('search.run', { query: '', limit: 1 })).total, conversations);
      const atRest = await searchUntil(app, 0, (n) => n === SEARCHES_AT_REST);
      let isSynced = false;
      const startedMs = performance.now();
      const syncing = app
        .sync({
          from: new Date(periodToS * 1000).toISOString(),
          to: new Date((periodToS + WEEK_S) * 1000).toISOString(),
        })
        .finally(() => {
          isSynced = true;
        });
      const busy = await searchUntil(app, SEARCHES_AT_REST, () => isSynced);
      const { inserted } = await syncing;
      const ms = performance.now() - startedMs;
      requireEqual(
        'rows after the sync',
        (await app.call('search.run', { query: '', limit: 1 })).total,
        conversations + inserted,
      );
      return [
        lineOfLimit(`search at rest, through the app, p95 of ${atRest.runs}`, atRest.p95Ms, formatMs, null),
        lineOfLimit(
          `search during a sync of ${formatRate(inserted, ms)}, p95 of ${busy.runs}`,
          busy.p95Ms,
          formatMs,
          null,
        ),
        lineOfLimit('the same, against rest', busy.p95Ms / atRest.p95Ms, (r) => `${r.toFixed(2)}x`, 2),
        lineOfLimit('the same, median against rest', busy.medianMs / atRest.medianMs, (r) => `${r.toFixed(2)}x`, null),
        lineOfLimit('longest the host thread was held up during the sync', busy.hostMaxMs, formatMs, 50),
        lineOfLimit('the same, p99', busy.hostP99Ms, formatMs, null),
        lineOfLimit('its longest task in processor time, at most', busy.hostMaxCpuMs, formatMs, null),
        lineOfLimit('the same at rest, longest', atRest.hostMaxMs, formatMs, null),
      ];
    } finally {
      await app.close();
    }
  } finally {
    server.process.disconnect();
    rmSync(folder, { recursive: true, force: true });
  }
};
