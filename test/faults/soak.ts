// A compressed day of one window that is never closed: syncs by a fast clock against a server that fails, gains rows and
// changes them; searches, scorecards, exports, a schedule. A model of the server says what the cache must hold; memory,
// open files and the log of the cache are watched from the first to the last minute. The program runs in a process of its own
// (soak-program.ts): what the server, the model and the comparison hold is no part of its figures.
import { rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { makeRows } from '../kore-server/generate.ts';
import { type Fault, type KoreRequest, type KoreRow, startKoreServer } from '../kore-server/server.ts';
import { makeTempDir } from '../support/app.ts';
import { startProgram } from './soak-process.ts';
import type { ProgramMemory } from './soak-program.ts';
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
  /** Of the program alone, by the kind of memory: see `kinds`. */
  memoryMb: Record<MemoryKind, Growth>;
  /** What is alive in the heap of each thread and in the buffers it holds. */
  threadsMb: Record<string, Growth>;
  /** How many there are in all threads: open files; timers, sockets, ports and the like. */
  files: Growth;
  resources: Growth;
  /** Objects that can be listened to: when every thread is there, and at the end. */
  emitters: { first: number; last: number };
  /** Bytes of the cache, which memory may grow with. */
  cacheMb: Range;
  walMb: { most: number; last: number };
  unhandled: number;
  warnings: number;
  rows: number;
  difference: Difference;
};

export type Range = { first: number; last: number; most: number };
/** Least squares over the second half, for a thousand syncs. */
export type Growth = Range & { slopePer1000Syncs: number };

const MB = 1024 * 1024;
const DAY_S = 86_400;
/** Of a steady soak: so many texts come back again and again. */
const STEADY_TEXTS = 20;
/** A collection of garbage in every thread takes longer than a sync. */
const SAMPLE_EVERY_TURNS = 10;

const sumOf = (numbers: readonly number[]): number => numbers.reduce((sum, value) => sum + value, 0);
const aliveOf = ({ heapUsed, external }: ProgramMemory['threads'][number]): number => heapUsed + external;
const kinds = {
  /** All that the system counts as the program's. */
  rss: ({ rss }: ProgramMemory) => rss,
  /** Of it, what is the program's own; what is left are mapped files, which the system takes back when it needs room. */
  own: ({ own }: ProgramMemory) => own,
  mapped: ({ mapped }: ProgramMemory) => mapped,
  /** What is alive in the heaps of all threads, buffers included. Only this is what the program holds on to. */
  alive: ({ threads }: ProgramMemory) => sumOf(threads.map(aliveOf)),
  /** What V8 has taken for these heaps, full or not; of it, the part for what is new, which it keeps at its largest. */
  heaps: ({ threads }: ProgramMemory) => sumOf(threads.map(({ taken }) => taken)),
  young: ({ threads }: ProgramMemory) => sumOf(threads.map(({ young }) => young)),
  /** What is neither: SQLite's pages, the network's buffers, and what the allocator of the system keeps. */
  beside: ({ own, threads }: ProgramMemory) => own - sumOf(threads.map(({ taken }) => taken)),
} satisfies Record<string, (memory: ProgramMemory) => number>;
export type MemoryKind = keyof typeof kinds;

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

const slopeOf = (points: readonly { at: number; value: number }[]): number => {
  const n = points.length;
  const meanAt = points.reduce((sum, { at }) => sum + at, 0) / n;
  const mean = points.reduce((sum, { value }) => sum + value, 0) / n;
  const top = points.reduce((sum, { at, value }) => sum + (at - meanAt) * (value - mean), 0);
  const bottom = points.reduce((sum, { at }) => sum + (at - meanAt) ** 2, 0);
  return bottom === 0 ? 0 : top / bottom;
};

const round = (value: number, digits = 1): number => Number(value.toFixed(digits));

type Sample = { syncs: number; wal: number; cache: number; memory: ProgramMemory };

const rangeOf = (values: readonly number[], unit = MB): Range => ({
  first: round((values[0] ?? 0) / unit),
  last: round((values.at(-1) ?? 0) / unit),
  most: round(Math.max(...values) / unit),
});
const growthOf = (samples: readonly Sample[], read: (memory: ProgramMemory) => number, unit = MB): Growth => {
  const second = samples.slice(Math.floor(samples.length / 2));
  const points = second.map(({ syncs, memory }) => ({ at: syncs / 1000, value: read(memory) / unit }));
  return {
    ...rangeOf(
      samples.map(({ memory }) => read(memory)),
      unit,
    ),
    slopePer1000Syncs: round(slopeOf(points), 2),
  };
};
const growthOfThreads = (samples: readonly Sample[]): Record<string, Growth> => {
  const names = new Set(samples.flatMap(({ memory }) => memory.threads.map(({ name }) => name)));
  const growthOfThread = (name: string): Growth => {
    const isThere = ({ memory }: Sample): boolean => memory.threads.some((thread) => thread.name === name);
    const ofName = ({ threads }: ProgramMemory): number =>
      sumOf(threads.filter((thread) => thread.name === name).map(aliveOf));
    return growthOf(samples.filter(isThere), ofName);
  };
  return Object.fromEntries([...names].map((name) => [name, growthOfThread(name)]));
};
const resourcesOf = ({ threads }: ProgramMemory): number =>
  sumOf(threads.flatMap(({ resources }) => Object.values(resources)));

const sizeOf = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0;

export const soak = async (options: {
  seconds: number;
  /** So many at least, however long they take. */
  turns?: number;
  seed?: number;
  rows?: number;
  /** The rows and their texts stay as many as they are: what grows then does not grow with the cache. */
  isSteady?: boolean;
  /** A folder for snapshots of every heap: in the middle and at the end. */
  snapshots?: string | null;
  /** To see that a leak is seen. */
  isLeaky?: boolean;
  onSample?: (text: string) => void;
}): Promise<SoakFigures> => {
  const {
    seconds,
    turns = 0,
    seed = 1,
    rows: count = 400,
    isSteady = false,
    snapshots = null,
    isLeaky = false,
  } = options;
  const random = createRandom(seed);
  const endS = Math.floor(Date.now() / 1000) - 3600;
  // What comes in the course of the day is made beforehand; all of it lies in the 72 hours that every sync asks for again.
  const all = makeRows({ seed, count, days: 2, endS });
  const isLater = (index: number): boolean => !isSteady && index % 3 === 0;
  const later: KoreRow[] = all.filter((_, index) => isLater(index));
  const server = await startKoreServer({
    rows: all.filter((_, index) => !isLater(index)),
    onRequest: () => {
      const fault = faultsOf(random);
      if (fault) figures.faults += 1;
      return fault;
    },
  });
  const dataDir = makeTempDir();
  const app = startProgram(dataDir, server.token, isLeaky);
  const model = new Map(all.filter((_, index) => !isLater(index)).map((row) => [String(row.v2.sessionId), row]));
  const figures = { syncs: 0, failedSyncs: 0, faults: 0, reads: 0, exports: 0, reports: 0 };
  const samples: Sample[] = [];
  const range = { from: iso(endS - 4 * DAY_S), to: iso(endS + 60) };
  const startedMs = performance.now();

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
    const row = {
      ...old,
      v2: { ...old.v2, dispositionRemarks: [`edited ${isSteady ? random(STEADY_TEXTS) : figures.syncs}`] },
    };
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
  const cache = join(dataDir, 'workspaces', workspace?.id ?? '', 'cache.db');
  let requests = 0;
  /** How many objects can be listened to; a snapshot of each heap. */
  const lookClosely = async (folder: string | null): Promise<number> => {
    const { threads } = await app.measure({ isThorough: true, snapshots: folder });
    return sumOf(threads.map(({ emitters }) => emitters ?? 0));
  };
  const sample = async (): Promise<void> => {
    requests += server.requests.length;
    (server.requests as KoreRequest[]).length = 0;
    const memory = await app.measure({ isThorough: false });
    samples.push({ syncs: figures.syncs, wal: sizeOf(`${cache}-wal`), cache: sizeOf(cache), memory });
    const sizes = Object.entries(kinds).map(([kind, read]) => `${kind} ${round(read(memory) / MB, 2)}`);
    const threads = memory.threads.map(
      (thread) => `${thread.name} ${round(aliveOf(thread) / MB, 2)} of ${round(thread.taken / MB)}`,
    );
    options.onSample?.([`${figures.syncs} syncs`, ...sizes, ...threads].join('  '));
  };

  try {
    await sync();
    await app.call('report.define', {
      ...{ name: 'Every hour', kind: 'agent-scorecards', period: 'yesterday', formats: ['csv'], mask: false },
    });
    await app.call('schedule.add', { definition: 'Every hour', cadence: 'daily', time: '07:00', folder: dataDir });
    let firstEmitters = 0;
    let isFirstHalf = true;
    for (let turn = 0; turn < turns || performance.now() - startedMs < seconds * 1000; turn += 1) {
      change();
      await sync();
      if (turn % 3 === 0) await read();
      if (turn % 20 === 0) await exportAll();
      // Every thread is there now.
      if (turn === 0) firstEmitters = await lookClosely(null);
      // Five minutes until the next sync.
      await app.skip(300_000);
      if (turn % 50 === 49) {
        const due = await app.runJob('schedule.run-due', { sync: false });
        if (due.kind === 'schedule') figures.reports += due.runs.filter(({ state }) => state === 'done').length;
      }
      if (turn % SAMPLE_EVERY_TURNS === SAMPLE_EVERY_TURNS - 1) await sample();
      if (isFirstHalf && performance.now() - startedMs > seconds * 500) {
        isFirstHalf = false;
        if (snapshots !== null) await lookClosely(snapshots);
      }
    }
    // Quiet at last: whatever failed is asked for again.
    for (let attempt = 0; attempt < 20; attempt += 1) {
      const before = figures.failedSyncs;
      await sync();
      const { ranges } = await app.call('coverage.get', {});
      if (figures.failedSyncs === before && ranges.every(({ state }) => state === 'complete')) break;
    }
    const difference = await exportAll();
    await sample();
    const lastEmitters = await lookClosely(snapshots);
    const first = samples[0]?.memory;
    const last = samples.at(-1)?.memory;
    if (!first || !last) throw new Error('nothing was measured');
    const growthOfKind = ([kind, read]: [string, (memory: ProgramMemory) => number]): [string, Growth] => [
      kind,
      growthOf(samples, read),
    ];
    const walMb = rangeOf(samples.map(({ wal }) => wal));
    return {
      ...figures,
      seconds: round((performance.now() - startedMs) / 1000),
      hours: round((last.clockMs - first.clockMs) / 3_600_000),
      requests,
      memoryMb: Object.fromEntries(Object.entries(kinds).map(growthOfKind)) as SoakFigures['memoryMb'],
      threadsMb: growthOfThreads(samples),
      files: growthOf(samples, ({ files }) => files, 1),
      resources: growthOf(samples, resourcesOf, 1),
      emitters: { first: firstEmitters, last: lastEmitters },
      cacheMb: rangeOf(samples.map((one) => one.cache)),
      walMb: { most: walMb.most, last: walMb.last },
      ...{ unhandled: last.unhandled, warnings: last.warnings, rows: model.size, difference },
    };
  } finally {
    await app.close();
    await server.close();
    rmSync(dataDir, { recursive: true, force: true });
  }
};
