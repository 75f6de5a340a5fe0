// The made-up data of the bench: rows as the API sends them, kept in a folder outside the project and used again by later
// runs; and caches filled from them by the product's own writer worker.
import {
  closeSync,
  createWriteStream,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { rename } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { createSampleCentre, type SampleCentre } from '../../main/sample/generator.ts';
import { Random } from '../../main/sample/random.ts';
import { selectableFields } from '../../main/sample/render.ts';
import { cacheNeedsWriter, cachePath } from '../../main/store/cache.ts';
import { PARALLEL_WINDOWS } from '../../main/sync/fetch.ts';
import type { QueryHandlers } from '../../main/workers/query-worker.ts';
import { connectWorker, type WorkerClient } from '../../main/workers/rpc.ts';
import { connectWriter, type WriterClient } from '../../main/workers/writer-client.ts';
import { cpuMs } from './measure.ts';

/** Raise it when the same number of conversations would give other rows. */
const DATA_VERSION = 1;
const PAGE_ROWS = 100;
const SEED = 42;
const DAYS = 180;
const AGENTS = 200;
const QUEUES = 30;

export const periodToS = Date.UTC(2025, 9, 1) / 1000;
export const periodFromS = periodToS - DAYS * 86_400;
/** When the made-up pages were asked for: everything in them has ended by then. */
export const requestedMs = (periodToS + 3 * 86_400) * 1000;

export const benchDir = join(process.env.AFTERWORD_BENCH_DIR ?? join(tmpdir(), 'afterword-bench'), `v${DATA_VERSION}`);

const VOCABULARY = 30_000;
const syllables = ['ba', 'ko', 'mi', 'ra', 'te', 'lu', 'so', 'ni', 'ga', 'pe', 'do', 'vi', 'tra', 'sen', 'mol', 'ker'];

/** The words of the made-up language, the most frequent first: "word 0" is as common as “the” in English. */
export const vocabulary: readonly string[] = Array.from({ length: VOCABULARY }, (_, rank) => {
  let word = '';
  for (let rest = rank + 16; rest > 0; rest = Math.floor(rest / 16)) word += syllables[rest % 16];
  return word;
});

// Zipf's law with exponent 1: the word of rank r comes up in proportion to 1 / r.
const cumulative = new Float64Array(VOCABULARY);
vocabulary.forEach((_, rank) => {
  cumulative[rank] = (cumulative[rank - 1] ?? 0) + 1 / (rank + 1);
});

const drawWord = (random: Random): string => {
  const wanted = random.fraction() * (cumulative[VOCABULARY - 1] ?? 0);
  let low = 0;
  let high = VOCABULARY - 1;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((cumulative[middle] ?? 0) < wanted) low = middle + 1;
    else high = middle;
  }
  return vocabulary[low] ?? '';
};

const writeWords = (random: Random): string =>
  Array.from({ length: random.int(20, 60) }, () => drawWord(random)).join(' ');

const surveyFields = ['surveyType', 'csatScore', 'npsScore', 'likeDislikeScore', 'csatFeedback'];

/** One row with everything any endpoint says, and notes as long as people write them. */
const makeRow = (centre: SampleCentre, index: number): Record<string, unknown> => {
  const session = centre.sessionAt(index);
  const asOfS = requestedMs / 1000;
  const row = centre.renderRow(session, 'v2-interactions', { asOfS, selectedFields: selectableFields });
  const v1 = centre.renderRow(session, 'v1-calls', { asOfS });
  for (const name of surveyFields) if (v1[name] !== undefined) row[name] = v1[name];
  const random = new Random(SEED, index, 0xbe7c);
  const addNotes = (offer: unknown): void => {
    if (typeof offer !== 'object' || offer === null || !('agentNotes' in offer) || !('acceptedTime' in offer)) return;
    offer.agentNotes = [...(offer.agentNotes as string[]), writeWords(random)];
  };
  for (const stop of (row.destinations ?? []) as Record<string, unknown>[]) {
    addNotes(stop);
    addNotes(stop.respondingAgent);
  }
  return row;
};

/** The rows as one JSON object a line, made when they are not there. */
export const ensureRows = async (conversations: number): Promise<string> => {
  const path = join(benchDir, `rows-${conversations}.ndjson`);
  if (existsSync(path)) return path;
  mkdirSync(benchDir, { recursive: true, mode: 0o700 });
  const centre = createSampleCentre({
    seed: SEED,
    fromS: periodFromS,
    toS: periodToS,
    conversations,
    agents: AGENTS,
    queues: QUEUES,
    nowS: requestedMs / 1000,
  });
  const out = createWriteStream(`${path}.part`, { mode: 0o600 });
  let lines: string[] = [];
  for (let index = 0; index < conversations; index += 1) {
    lines.push(JSON.stringify(makeRow(centre, index)));
    if (lines.length < 500 && index + 1 < conversations) continue;
    const block = `${lines.join('\n')}\n`;
    lines = [];
    if (!out.write(block)) await new Promise<void>((resolve) => out.once('drain', () => resolve()));
  }
  out.end();
  await finished(out);
  await rename(`${path}.part`, path);
  return path;
};

/** The texts of API pages made of the rows of a file. Read block by block, so that reading is little of what is measured. */
export const readPages = function* (path: string): Generator<string> {
  const file = openSync(path, 'r');
  try {
    const block = Buffer.allocUnsafe(1 << 22);
    const newline = 0x0a;
    let rest = Buffer.alloc(0);
    let rows: string[] = [];
    const toPage = (): string => `{"numResults":${rows.length},"data":[${rows.join(',')}]}`;
    for (let length = readSync(file, block); length > 0; length = readSync(file, block)) {
      const bytes = Buffer.concat([rest, block.subarray(0, length)]);
      let from = 0;
      for (let end = bytes.indexOf(newline); end >= 0; end = bytes.indexOf(newline, from)) {
        rows.push(bytes.toString('utf8', from, end));
        from = end + 1;
        if (rows.length < PAGE_ROWS) continue;
        yield toPage();
        rows = [];
      }
      rest = bytes.subarray(from);
    }
    if (rows.length > 0) yield toPage();
  } finally {
    closeSync(file);
  }
};

const failOnStack = (stack: string): void => {
  process.stderr.write(`${stack}\n`);
};

export const openWriter = (path: string): WriterClient => connectWriter(path, failOnStack);

export const openQuery = (path: string): WorkerClient<QueryHandlers> =>
  connectWorker<QueryHandlers>(
    new URL('../../main/workers/query-worker.ts', import.meta.url),
    { cachePath: path, cacheKey: null },
    failOnStack,
  );

export type IngestRun = {
  rows: number;
  seconds: number;
  /** Of the whole process, user and system: steadier than the clock on a machine that others use. */
  cpuSeconds: number;
  /** Rows a second of the clock, and a second of processor time, for each tenth of the load in order. */
  tenths: number[];
  cpuTenths: number[];
};

/** Seconds of processor time this process has used so far. */
export const cpuS = (): number => cpuMs() / 1000;

/** Feeds pages to the writer as the sync engine does: so many windows under way, each page read, then committed. */
export const ingestPages = async (path: string, pages: Iterable<string>, total: number): Promise<IngestRun> => {
  const writer = openWriter(path);
  const token = 'bench';
  const nowMs = requestedMs;
  await writer.call('takeLease', { token, pid: process.pid, nowMs });
  const tenths: number[] = [];
  const cpuTenths: number[] = [];
  const startedCpuS = cpuS();
  let tenthCpuS = startedCpuS;
  const startedMs = performance.now();
  let tenthMs = startedMs;
  let tenthRows = 0;
  let rows = 0;
  const addRows = (inserted: number): void => {
    rows += inserted;
    tenthRows += inserted;
    if (tenthRows * 10 < total) return;
    tenths.push(tenthRows / ((performance.now() - tenthMs) / 1000));
    cpuTenths.push(tenthRows / (cpuS() - tenthCpuS));
    tenthMs = performance.now();
    tenthCpuS = cpuS();
    tenthRows = 0;
  };
  const left = pages[Symbol.iterator]();
  const walkWindow = async (): Promise<void> => {
    for (let next = left.next(); !next.done; next = left.next()) {
      const page = await writer.decode({ endpoint: 'v2-interactions', body: Buffer.from(next.value) });
      const { inserted, quarantined } = await writer.call('commit', {
        pageId: page.pageId,
        leaseToken: token,
        requestedMs,
        window: null,
        passStartedMs: requestedMs,
        nowMs,
      });
      if (inserted !== page.rows.length || quarantined > 0) throw new Error('the made-up rows were not all taken in');
      addRows(inserted);
    }
  };
  await Promise.all(Array.from({ length: PARALLEL_WINDOWS }, walkWindow));
  const seconds = (performance.now() - startedMs) / 1000;
  const cpuSeconds = cpuS() - startedCpuS;
  await writer.call('putWindows', {
    leaseToken: token,
    windows: [
      {
        endpoint: 'v2-interactions',
        fromS: periodFromS,
        toS: periodToS,
        state: 'complete',
        fetchedMs: requestedMs,
        note: null,
      },
    ],
  });
  await writer.call('dropLease', { token });
  await writer.call('checkpoint', { nowMs: Date.now() });
  await writer.call('close', undefined);
  await writer.close();
  return { rows, seconds, cpuSeconds, tenths, cpuTenths };
};

/** A cache of so many conversations, filled when it is not there; what filling it took is kept beside it. */
export const ensureCache = async (conversations: number): Promise<{ path: string; load: IngestRun }> => {
  const path = cachePath(join(benchDir, `data-${conversations}`), 'bench');
  const notes = join(benchDir, `load-${conversations}.json`);
  if (!existsSync(notes)) {
    rmSync(join(benchDir, `data-${conversations}`), { recursive: true, force: true });
    const rows = await ensureRows(conversations);
    writeFileSync(notes, JSON.stringify(await ingestPages(path, readPages(rows), conversations)));
  }
  if (cacheNeedsWriter(path)) {
    // Filled by an older version: brought up to date as the program does before it reads.
    const writer = openWriter(path);
    await writer.call('getState', { name: 'ready' });
    await writer.call('checkpoint', { nowMs: Date.now() });
    await writer.call('close', undefined);
    await writer.close();
  }
  return { path, load: JSON.parse(readFileSync(notes, 'utf8')) as IngestRun };
};
