// kill -9 at every named place and at random moments, for everything that writes. Afterwards the same is done again, as a
// user would, and the data must be those of a folder that was never touched.
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { fileFailpoints, syncFailpoints } from '../../main/failpoints.ts';
import type { FaultCase, Outcome } from './matrix.ts';
import {
  compareRows,
  createRandom,
  createWorld,
  filesBelow,
  noDifference,
  readByHand,
  readLines,
  sha256,
  type World,
} from './world.ts';

/** Something the command line does, and how to tell afterwards that the folder and what left it are right. */
type Work = {
  name: string;
  prepare(world: World): string;
  words(world: World, dataDir: string): string[];
  /** Whether it was done before the fault: then it may be refused when it is asked for again, in words (2). */
  isDone?(world: World, dataDir: string): boolean;
  /** What is done after the fault; the same again when left out. */
  again?(world: World): string[];
  /** Called after the kill, before the work is done again. Gives what is wrong, or null. */
  afterKill?(world: World, dataDir: string): string | null;
  /** Called after the work was done again. */
  after(world: World, dataDir: string): Promise<Outcome>;
  failpoints: readonly string[];
};

const fine: Outcome = { isSurvived: true, difference: noDifference };
const bad = (note: string): Outcome => ({ isSurvived: false, difference: noDifference, note });
const outOf = (dataDir: string): string => join(dataDir, 'out');

const sync: Work = {
  name: 'sync',
  prepare: (world) => world.fresh(),
  words: (world) => ['sync', '--from', world.range.from, '--to', world.range.to],
  after: async (world, dataDir) => ({ isSurvived: true, difference: await world.compare(dataDir) }),
  failpoints: syncFailpoints,
};

const OLD = 'an older export\n';
const exportRows: Work = {
  name: 'export',
  prepare(world) {
    const dataDir = world.copy();
    mkdirSync(outOf(dataDir));
    writeFileSync(join(outOf(dataDir), 'rows.ndjson'), OLD);
    return dataDir;
  },
  words: (_world, dataDir) => [
    'export',
    'conversations',
    '--format',
    'ndjson',
    '--out',
    join(outOf(dataDir), 'rows.ndjson'),
  ],
  afterKill(world, dataDir) {
    const path = join(outOf(dataDir), 'rows.ndjson');
    if (readFileSync(path, 'utf8') === OLD) return null;
    const { lost, doubled, wrong } = compareRows(readLines(path), world.rows, new Set());
    return lost + doubled + wrong === 0 ? null : 'half an export under its name';
  },
  async after(world, dataDir) {
    const difference = compareRows(readLines(join(outOf(dataDir), 'rows.ndjson')), world.rows, new Set());
    return { isSurvived: true, difference };
  },
  failpoints: fileFailpoints.export,
};

const partsOf = (folder: string): string[] => filesBelow(folder).filter((path) => path.endsWith('.parquet'));
const exportFolder: Work = {
  name: 'export to a folder',
  prepare(world) {
    const dataDir = world.copy();
    mkdirSync(join(outOf(dataDir), 'all', 'month=2001-01'), { recursive: true });
    writeFileSync(join(outOf(dataDir), 'all', 'month=2001-01', 'part-0.parquet'), OLD);
    return dataDir;
  },
  words: (_world, dataDir) => ['export', 'conversations', '--format', 'parquet', '--out', join(outOf(dataDir), 'all')],
  afterKill(_world, dataDir) {
    // Between the two renames there is no folder, and never half of one: the old one stands beside it, whole.
    const parts = partsOf(join(outOf(dataDir), 'all'));
    const isOld = parts.some((path) => path.includes('month=2001-01'));
    if (isOld && parts.length > 1) return 'old and new parts in one folder';
    return parts.length > 0 || partsOf(outOf(dataDir)).some((path) => path.includes('month=2001-01'))
      ? null
      : 'the old export is gone and there is no new one';
  },
  async after(_world, dataDir) {
    const parts = partsOf(join(outOf(dataDir), 'all'));
    return parts.length > 0 && !parts.some((path) => path.includes('2001-01')) ? fine : bad('no whole folder');
  },
  failpoints: fileFailpoints.folder,
};

const report: Work = {
  name: 'report',
  prepare: (world) => world.copy(),
  words: (world, dataDir) => [
    'report',
    'agent-scorecards',
    '--period',
    world.period,
    '--format',
    'csv',
    '--out',
    outOf(dataDir),
  ],
  afterKill(_world, dataDir) {
    const db = new Database(join(dataDir, 'library.db'), { readonly: true });
    try {
      const recorded = db.prepare('SELECT files FROM issued_report').pluck().all() as string[];
      const files = recorded.flatMap((text) => JSON.parse(text) as { path: string; sha256: string }[]);
      const isWrong = files.some((file) => !existsSync(file.path) || sha256(file.path) !== file.sha256);
      return isWrong ? 'a report is recorded whose file is not that file' : null;
    } finally {
      db.close();
    }
  },
  async after(world, dataDir) {
    const difference = await world.compare(dataDir);
    const files = readdirSync(outOf(dataDir)).filter((name) => name.endsWith('.csv'));
    return files.length === 1 ? { isSurvived: true, difference } : bad(`${files.length} files`);
  },
  failpoints: fileFailpoints.report,
};

/** The audit's lines of conversations that were forgotten, and how many forgettings have not come to their end. */
const readForgettings = (world: World, dataDir: string): { counts: number[]; unfinished: number } => {
  const count = `SELECT count(*) FROM sync_state WHERE name LIKE 'forgetting %'`;
  const unfinished = readByHand(world.cacheOf(dataDir), (db) => db.prepare(count).pluck().get() as number);
  const select = `SELECT details FROM audit WHERE action = 'forget'`;
  const lines = readByHand(join(dataDir, 'library.db'), (db) => db.prepare(select).pluck().all() as string[]);
  const counts = lines.map((line) => (JSON.parse(line) as { conversations: number }).conversations);
  return { counts: counts.filter((one) => one > 0), unfinished };
};

const forget: Work = {
  name: 'forget',
  /** The customer's name stands in library.db and in its copy too. */
  prepare(world) {
    const dataDir = world.copy();
    const path = join(dataDir, 'library.db');
    const db = new Database(path);
    db.prepare(
      `INSERT INTO saved_search (workspace, name, query, sort, saved_ms) SELECT id, 'theirs', ?, '-started', 1 FROM workspace`,
    ).run(`email:${world.customer.email}`);
    db.close();
    for (const copy of filesBelow(join(dataDir, 'backups'))) copyFileSync(path, copy);
    return dataDir;
  },
  isDone(world, dataDir) {
    const { counts, unfinished } = readForgettings(world, dataDir);
    return counts.length > 0 && unfinished === 0;
  },
  words: (world) => ['forget', '--customer', world.customer.email, '--yes'],
  async after(world, dataDir) {
    // A later sync must not bring them back; nor may their bytes be anywhere.
    const withoutKeys = world.customer.keys;
    const difference = await world.heal(dataDir, { withoutKeys });
    const { counts, unfinished } = readForgettings(world, dataDir);
    if (counts.length !== 1 || counts[0] !== withoutKeys.size || unfinished > 0)
      return bad(`forgotten by the audit: ${counts.join(', ')}; not ended: ${unfinished}`);
    const traces = filesBelow(dataDir).filter((path) => readFileSync(path).includes(world.customer.email));
    return traces.length === 0 ? { isSurvived: true, difference } : bad(`traces in ${traces.join(', ')}`);
  },
  failpoints: fileFailpoints.forget,
};

/** Nobody asks again: nothing had happened, or the next sync ends it. */
const forgetOnce: Work = {
  ...forget,
  name: 'forget, and a sync',
  isDone: () => false,
  again: (world) => sync.words(world, ''),
  async after(world, dataDir) {
    if (readForgettings(world, dataDir).counts.length > 0) return forget.after(world, dataDir);
    return { isSurvived: true, difference: await world.compare(dataDir) };
  },
};

const backup: Work = {
  name: 'backup',
  prepare: (world) => world.copy(),
  words: () => ['workspace', 'rename', 'Test', 'Renamed'],
  isDone(_world, dataDir) {
    const name = 'SELECT name FROM workspace';
    return readByHand(join(dataDir, 'library.db'), (db) => db.prepare(name).pluck().get()) === 'Renamed';
  },
  async after(world, dataDir) {
    // A copy that could not be made is made with the next change.
    await world.cli(dataDir, ['workspace', 'rename', 'Renamed', 'Renamed']).done;
    const copies = filesBelow(join(dataDir, 'backups'));
    const halves = copies.filter((path) => !/library-\d{4}-\d{2}-\d{2}\.db$/.test(path));
    if (halves.length > 0 || copies.length === 0) return bad(`copies: ${copies.join(', ')}`);
    for (const copy of copies) {
      const db = new Database(copy, { readonly: true });
      const isSound = db.pragma('integrity_check', { simple: true }) === 'ok';
      const names = db.prepare('SELECT name FROM workspace').pluck().all();
      db.close();
      if (!isSound || names.join() !== 'Renamed') return bad('a copy that is not sound, or not of today');
    }
    return { isSurvived: true, difference: await world.compare(dataDir) };
  },
  failpoints: fileFailpoints.backup,
};

const seal: Work = { ...sync, name: 'close', failpoints: fileFailpoints.seal };

/** Zeroes a page in the middle of the cache: the next command finds it and rebuilds. */
const breakCache = (path: string): void => {
  const bytes = readFileSync(path);
  bytes.fill(0, 8192 * 20, 8192 * 24);
  writeFileSync(path, bytes);
};
const rebuild: Work = {
  name: 'rebuild of a damaged cache',
  prepare(world) {
    const dataDir = world.copy();
    breakCache(world.cacheOf(dataDir));
    return dataDir;
  },
  words: () => ['search', 'refund'],
  after: async (world, dataDir) => ({ isSurvived: true, difference: await world.heal(dataDir) }),
  failpoints: fileFailpoints.rebuild,
};

const restore: Work = {
  name: 'restore of library.db',
  prepare(world) {
    const dataDir = world.copy();
    const path = join(dataDir, 'library.db');
    const bytes = readFileSync(path);
    bytes.fill(0, 0, 4096);
    writeFileSync(path, bytes);
    return dataDir;
  },
  words: () => ['workspace', 'list'],
  after: async (world, dataDir) => ({ isSurvived: true, difference: await world.compare(dataDir) }),
  failpoints: fileFailpoints.restore,
};

export const works = { sync, exportRows, exportFolder, report, forget, forgetOnce, backup, seal, rebuild, restore };

const finish = async (work: Work, world: World, dataDir: string): Promise<Outcome> => {
  const fault = work.afterKill?.(world, dataDir) ?? null;
  if (fault !== null) return bad(fault);
  // What was already done cannot always be done again (a renamed workspace, a customer who is gone): said in words, with a code of its own.
  const mayRefuse = work.isDone?.(world, dataDir) ?? false;
  const again = await world.cli(dataDir, work.again?.(world) ?? work.words(world, dataDir)).done;
  if (again.code !== 0 && !(mayRefuse && again.code === 2))
    return bad(`exit ${again.code}: ${again.stderr.slice(0, 300)}`);
  return work.after(world, dataDir);
};

/** Windows are split only where a day holds more than can be paged: in a world of its own. */
const inWorldFor =
  (failpoint: string, run: FaultCase['run']): FaultCase['run'] =>
  async (world) => {
    if (failpoint !== 'window-split') return run(world);
    const dense = await createWorld({ rows: 4000, days: 2 });
    try {
      return await run(dense);
    } finally {
      await dense.close();
    }
  };

export const killCases = (randomKills: number): FaultCase[] =>
  Object.values(works).flatMap((work) => [
    ...work.failpoints.map(
      (failpoint): FaultCase => ({
        group: `kill -9: ${work.name}`,
        name: `at ${failpoint}`,
        run: inWorldFor(failpoint, async (world) => {
          const dataDir = work.prepare(world);
          const killed = await world.cli(dataDir, work.words(world, dataDir), { AFTERWORD_FAILPOINT: failpoint }).done;
          if (killed.signal !== 'SIGKILL')
            return bad(`not reached: exit ${killed.code} ${killed.stderr.slice(0, 200)}`);
          return finish(work, world, dataDir);
        }),
      }),
    ),
    ...Array.from(
      { length: randomKills },
      (_, index): FaultCase => ({
        group: `kill -9: ${work.name}`,
        name: `random moment ${index + 1}`,
        async run(world) {
          const random = createRandom(index + 1 + work.name.length * 100);
          const whole = await world.cli(work.prepare(world), ['--version']).done;
          const dataDir = work.prepare(world);
          const started = world.cli(dataDir, work.words(world, dataDir));
          // Between the start of the program and twice as long as it takes to start.
          const timer = setTimeout(() => started.kill('SIGKILL'), whole.ms * (0.5 + random(1000) / 400));
          await started.done;
          clearTimeout(timer);
          return finish(work, world, dataDir);
        },
      }),
    ),
  ]);
