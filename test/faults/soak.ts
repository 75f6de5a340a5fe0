// A compressed day of one window that is never closed: syncs by a fast clock against a server that fails, gains rows and
// changes them; searches, scorecards, exports, a schedule. A model of the server says what the cache must hold; memory,
// open files and the log of the cache are watched from the first to the last minute.
import { readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { makeRows } from '../kore-server/generate.ts';
import { type Fault, type KoreRequest, type KoreRow, startKoreServer } from '../kore-server/server.ts';
import { makeTempDir, openTestApp } from '../support/app.ts';
import { createFastClock } from '../support/fast-clock.ts';
import { compareRows, createRandom, type Difference, iso, readLines } from './world.ts';

export type SoakFigures = {
  seconds: number;
  /** Of the clock that the program sees. */
  hours: number;
  syncs: number;
  failedSyncs: number;
  requests: number;
  faults: number;
  reads: number;
  exports: number;
  reports: number;
  /** Least squares over the second half, in MB for an hour of real time and for a thousand syncs. */
  slopeMbPerHour: number;
  slopeMbPer1000Syncs: number;
  rssMb: { first: number; last: number; most: number };
  files: { first: number; last: number; most: number };
  walMb: { most: number; last: number };
  unhandled: number;
  rows: number;
  difference: Difference;
};

const MB = 1024 * 1024;
const DAY_S = 86_400;
/** What passes by itself: a sync outlives it. The last one stops a run. */
const faultsOf = (random: (below: number) => number): Fault | undefined => {
  const passing: Fault[] = [
    { kind: 'throttled', retryAfter: 3 },
    { kind: 'server-error', status: 500 },
    { kind: 'server-error', status: 503, retryAfter: 2 },
    { kind: 'truncated-json' },
    { kind: 'invalid-json' },
    { kind: 'raw-newlines' },
    { kind: 'empty' },
    { kind: 'html' },
    { kind: 'reset' },
    { kind: 'expired-token' },
  ];
  const roll = random(1000);
  return roll < 100 ? passing[roll % passing.length] : undefined;
};

const countFiles = (): number => (process.platform === 'linux' ? readdirSync('/proc/self/fd').length : 0);

const slopeOf = (points: readonly { at: number; value: number }[]): number => {
  const n = points.length;
  const meanAt = points.reduce((sum, { at }) => sum + at, 0) / n;
  const mean = points.reduce((sum, { value }) => sum + value, 0) / n;
  const top = points.reduce((sum, { at, value }) => sum + (at - meanAt) * (value - mean), 0);
  const bottom = points.reduce((sum, { at }) => sum + (at - meanAt) ** 2, 0);
  return bottom === 0 ? 0 : top / bottom;
};

const round = (value: number, digits = 1): number => Number(value.toFixed(digits));

export const soak = async (options: {
  seconds: number;
  seed?: number;
  rows?: number;
  onSample?: (text: string) => void;
}): Promise<SoakFigures> => {
  const { seconds, seed = 1, rows: count = 400 } = options;
  const random = createRandom(seed);
  const clock = createFastClock();
  const endS = Math.floor(clock.nowMs() / 1000) - 3600;
  // What comes in the course of the day is made beforehand; all of it lies in the 72 hours that every sync asks for again.
  const all = makeRows({ seed, count, days: 2, endS });
  const later: KoreRow[] = all.filter((_, index) => index % 3 === 0);
  const server = await startKoreServer({
    rows: all.filter((_, index) => index % 3 !== 0),
    nowMs: clock.nowMs,
    onRequest: () => {
      const fault = faultsOf(random);
      if (fault) figures.faults += 1;
      return fault;
    },
  });
  const dataDir = makeTempDir();
  const app = openTestApp({ dataDir, token: server.token, clock });
  const model = new Map(all.filter((_, index) => index % 3 !== 0).map((row) => [String(row.v2.sessionId), row]));
  const figures = { syncs: 0, failedSyncs: 0, faults: 0, reads: 0, exports: 0, reports: 0, unhandled: 0 };
  const onUnhandled = (): void => {
    figures.unhandled += 1;
  };
  process.on('unhandledRejection', onUnhandled);
  const samples: { at: number; syncs: number; rss: number; files: number; wal: number }[] = [];
  const range = { from: iso(endS - 4 * DAY_S), to: iso(endS + 60) };
  const startedMs = performance.now();
  const startedClockMs = clock.nowMs();

  const sync = async (): Promise<void> => {
    try {
      await app.sync(range);
      figures.syncs += 1;
    } catch (error) {
      // What a server that fails may do to a sync; anything else is a fault of ours.
      const code = (error as { code?: string }).code ?? '';
      if (!/^(auth_rejected|server_error|unexpected_response|captive_portal|network_unreachable)$/.test(code))
        throw error;
      figures.failedSyncs += 1;
    }
  };
  const change = (): void => {
    for (let more = random(3); more > 0; more -= 1) {
      const row = later.pop();
      if (!row) break;
      server.addRow(row);
      model.set(String(row.v2.sessionId), row);
    }
    const ids = [...model.keys()];
    const id = ids[random(ids.length)] ?? '';
    const old = model.get(id);
    if (!old) return;
    const row = { ...old, v2: { ...old.v2, dispositionRemarks: [`edited ${figures.syncs}`] } };
    server.replaceRow(id, row);
    model.set(id, row);
  };
  const read = async (): Promise<void> => {
    const words = ['refund', 'edited', 'aht:>60', 'channel:voice', ''];
    await app.call('search.run', { query: words[random(words.length)] ?? '', limit: 20 });
    await app.call('scorecard.get', { by: 'agent', period: 'last-7-days' });
    await app.call('coverage.get', {});
    figures.reads += 3;
  };
  const exportAll = async (): Promise<Difference> => {
    const out = join(dataDir, 'soak.ndjson');
    await app.runJob('export.run', { what: 'conversations', query: '', format: 'ndjson', out, mask: false });
    const difference = compareRows(readLines(out), [...model.values()], new Set());
    rmSync(out);
    figures.exports += 1;
    return difference;
  };
  const [workspace] = await app.connect(server).then(() => app.call('workspaces.list', {}));
  const wal = join(dataDir, 'workspaces', workspace?.id ?? '', 'cache.db-wal');
  let requests = 0;
  const sample = (): void => {
    // The simulator's own account of the requests would be the largest thing that grows here.
    requests += server.requests.length;
    (server.requests as KoreRequest[]).length = 0;
    // With --expose-gc: what is garbage is no leak.
    globalThis.gc?.();
    const size = statSync(wal, { throwIfNoEntry: false })?.size ?? 0;
    samples.push({
      ...{ at: performance.now() - startedMs, syncs: figures.syncs },
      ...{ rss: process.memoryUsage().rss, files: countFiles(), wal: size },
    });
    const { rss, heapUsed, external } = process.memoryUsage();
    options.onSample?.(
      [figures.syncs, rss, heapUsed, external].map((value) => (value > 1e6 ? round(value / MB) : value)).join(' '),
    );
  };

  try {
    await sync();
    await app.call('report.define', {
      ...{ name: 'Every hour', kind: 'agent-scorecards', period: 'yesterday', formats: ['csv'], mask: false },
    });
    await app.call('schedule.add', { definition: 'Every hour', cadence: 'daily', time: '07:00', folder: dataDir });
    for (let turn = 0; performance.now() - startedMs < seconds * 1000; turn += 1) {
      change();
      await sync();
      if (turn % 3 === 0) await read();
      if (turn % 20 === 0) await exportAll();
      // Five minutes until the next sync.
      clock.skip(300_000);
      if (turn % 50 === 49) {
        const due = await app.runJob('schedule.run-due', { sync: false });
        if (due.kind === 'schedule') figures.reports += due.runs.filter(({ state }) => state === 'done').length;
      }
      if (turn % 5 === 0) sample();
    }
    // Quiet at last: whatever failed is asked for again.
    for (let attempt = 0; attempt < 20; attempt += 1) {
      const before = figures.failedSyncs;
      await sync();
      const { ranges } = await app.call('coverage.get', {});
      if (figures.failedSyncs === before && ranges.every(({ state }) => state === 'complete')) break;
    }
    const difference = await exportAll();
    sample();
    const second = samples.slice(Math.floor(samples.length / 2));
    const mostOf = (pick: (one: (typeof samples)[number]) => number): number => Math.max(...samples.map(pick));
    const first = samples[0];
    const last = samples.at(-1);
    if (!first || !last) throw new Error('nothing was measured');
    return {
      ...figures,
      seconds: round((performance.now() - startedMs) / 1000),
      hours: round((clock.nowMs() - startedClockMs) / 3_600_000),
      requests: requests + server.requests.length,
      slopeMbPerHour: round(slopeOf(second.map(({ at, rss }) => ({ at: at / 3_600_000, value: rss / MB })))),
      slopeMbPer1000Syncs: round(slopeOf(second.map(({ syncs, rss }) => ({ at: syncs / 1000, value: rss / MB })))),
      rssMb: { first: round(first.rss / MB), last: round(last.rss / MB), most: round(mostOf(({ rss }) => rss) / MB) },
      files: { first: first.files, last: last.files, most: mostOf(({ files }) => files) },
      walMb: { most: round(mostOf(({ wal: size }) => size) / MB), last: round(last.wal / MB) },
      rows: model.size,
      difference,
    };
  } finally {
    process.off('unhandledRejection', onUnhandled);
    await app.close();
    await server.close();
    rmSync(dataDir, { recursive: true, force: true });
  }
};
