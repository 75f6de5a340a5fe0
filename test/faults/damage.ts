// Damage on the disk, anywhere in the files: found before anything is answered from it, put aside, rebuilt from the raw pages
// and by the next sync. library.db is untouched by what happens to a cache, and has copies of its own.
import { copyFileSync, existsSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import Database from 'better-sqlite3';
import type { FaultCase, Outcome } from './matrix.ts';
import { createRandom, noDifference, openByHand, sha256, type World } from './world.ts';

const bad = (note: string): Outcome => ({ isSurvived: false, difference: noDifference, note });
type Random = (below: number) => number;
type Damage = (path: string, random: Random) => void;

const overwrite = (path: string, at: number, bytes: Buffer): void => {
  const all = readFileSync(path);
  bytes.copy(all, at);
  writeFileSync(path, all);
};
/** Bytes that differ from those that stand there. */
const flipped = (path: string, at: number, length: number): Buffer =>
  Buffer.from(readFileSync(path).subarray(at, at + length)).map((byte) => byte ^ 0x5a) as Buffer;
const flip =
  (length: number): Damage =>
  (path, random) => {
    const at = random(statSync(path).size - length);
    overwrite(path, at, flipped(path, at, length));
  };
const zero =
  (at: number, length: number): Damage =>
  (path) =>
    overwrite(path, at, Buffer.alloc(length));
const noise = (random: Random, length: number): Buffer => Buffer.from(Array.from({ length }, () => random(256)));
const garbagePage: Damage = (path, random) => {
  const page = random(statSync(path).size / 8192);
  overwrite(path, page * 8192, noise(random, 8192));
};
const cut: Damage = (path, random) => truncateSync(path, 100 + random(statSync(path).size - 200));

const cacheDamages: [string, number, Damage][] = [
  ['16 flipped bytes', 12, flip(16)],
  ['one flipped byte', 6, flip(1)],
  ['a page of noise', 6, garbagePage],
  ['cut off', 4, cut],
  ['zeroed header', 1, zero(0, 100)],
  ['zeroed first page', 1, zero(0, 8192)],
  ['all zeroes', 1, (path) => writeFileSync(path, Buffer.alloc(statSync(path).size))],
];

const wasPutAside = (path: string): boolean => existsSync(join(dirname(path), 'damaged'));

const damageCase = (name: string, damage: Damage, seed: number): FaultCase => ({
  group: 'damage in cache.db',
  name,
  async run(world) {
    const dataDir = world.copy();
    const path = world.cacheOf(dataDir);
    damage(path, createRandom(seed));
    const first = await world.cli(dataDir, ['search', 'refund', '--limit', '0']).done;
    if (first.code !== 0) return bad(`exit ${first.code}: ${first.stderr.slice(0, 300)}`);
    if (!wasPutAside(path)) return bad('not found');
    if (!/was damaged.*put aside and rebuilt/.test(first.stderr)) return bad('not told');
    const sound = new Database(join(dataDir, 'library.db'), { readonly: true });
    const isSound = sound.pragma('integrity_check', { simple: true }) === 'ok';
    sound.close();
    if (!isSound) return bad('library.db was damaged too');
    // Fewer rows for now, but none that is not the server's; the sync brings the rest.
    const rebuilt = await world.compare(dataDir, { isRowsOnly: true });
    const healed = await world.heal(dataDir);
    return {
      isSurvived: rebuilt.doubled + rebuilt.wrong === 0,
      difference: { ...healed, doubled: healed.doubled + rebuilt.doubled, wrong: healed.wrong + rebuilt.wrong },
      kept: world.rows.length - rebuilt.lost,
    };
  },
});

/** Garbage in the log: whatever it says, the file it belongs to is whole. */
const garbageLogs: FaultCase[] = Array.from({ length: 5 }, (_, index) => ({
  group: 'garbage in the -wal',
  name: `seed ${index + 1}`,
  async run(world: World) {
    const dataDir = world.copy();
    const path = world.cacheOf(dataDir);
    const random = createRandom(index + 900);
    writeFileSync(`${path}-wal`, noise(random, 32 + random(60_000)));
    const before = await world.compare(dataDir);
    return { isSurvived: true, difference: before.lost + before.wrong === 0 ? await world.heal(dataDir) : before };
  },
}));

/** Killed in a sync, so that the newest pages are in the log alone; then the log is spoiled. */
const spoiledLogs: FaultCase[] = Array.from({ length: 6 }, (_, index) => ({
  group: 'a spoiled -wal after kill -9',
  name: `seed ${index + 1}`,
  async run(world: World) {
    const dataDir = world.fresh();
    const words = ['sync', '--from', world.range.from, '--to', world.range.to];
    await world.cli(dataDir, words, { AFTERWORD_FAILPOINT: `page-committed:${index + 4}` }).done;
    const log = `${world.cacheOf(dataDir)}-wal`;
    if (!existsSync(log) || statSync(log).size < 1000) return bad('there is no log');
    const random = createRandom(index + 700);
    if (index % 2 === 0) flip(64)(log, random);
    else truncateSync(log, random(statSync(log).size));
    return { isSurvived: true, difference: await world.heal(dataDir) };
  },
}));

const searchOnly: FaultCase = {
  group: 'damage in the search text alone',
  name: 'segments of the index',
  async run(world) {
    const dataDir = world.copy();
    const path = world.cacheOf(dataDir);
    const db = openByHand(path);
    // Sound pages that hold nonsense: what only the search's own check can see.
    db.unsafeMode(true);
    db.prepare('UPDATE conversation_text_data SET block = zeroblob(length(block)) WHERE id > 10').run();
    db.close();
    const health = JSON.parse(readFileSync(`${path}.health`, 'utf8')) as object;
    // As if it had been closed like this, and its week were over.
    writeFileSync(`${path}.health`, JSON.stringify({ ...health, sums: null, checkedMs: 0 }));
    const difference = await world.compare(dataDir);
    return wasPutAside(path) ? bad('the whole cache was rebuilt') : { isSurvived: true, difference };
  },
};

const libraryDamages: [string, Damage][] = [
  ['zeroed header', zero(0, 100)],
  ['zeroed first page', zero(0, 8192)],
  ['cut off', (path) => truncateSync(path, 5000)],
  ['all zeroes', (path) => writeFileSync(path, Buffer.alloc(statSync(path).size))],
  ['a page of noise', (path, random) => overwrite(path, 8192, noise(random, 8192))],
  ['another kind of file', (path) => writeFileSync(path, 'no database, but long enough to be one'.repeat(99))],
];

const libraryCases: FaultCase[] = [
  ...libraryDamages.map(
    ([name, damage], index): FaultCase => ({
      group: 'damage in library.db',
      name,
      async run(world) {
        const dataDir = world.copy();
        damage(join(dataDir, 'library.db'), createRandom(index + 300));
        const run = await world.cli(dataDir, ['workspace', 'list']).done;
        if (run.code !== 0 || !run.stdout.includes('Test')) return bad(`exit ${run.code}: ${run.stderr.slice(0, 300)}`);
        if (!/library\.db\) was damaged/.test(run.stderr)) return bad('not told');
        return { isSurvived: true, difference: await world.heal(dataDir) };
      },
    }),
  ),
  {
    group: 'damage in library.db',
    name: 'and in its newest copy',
    async run(world) {
      const dataDir = world.copy();
      const [newest = ''] = readdirSync(join(dataDir, 'backups'));
      copyFileSync(join(dataDir, 'backups', newest), join(dataDir, 'backups', 'library-2020-01-01.db'));
      for (const path of [join(dataDir, 'library.db'), join(dataDir, 'backups', newest)]) zero(0, 4096)(path, () => 0);
      const run = await world.cli(dataDir, ['workspace', 'list']).done;
      return run.code === 0 ? { isSurvived: true, difference: await world.heal(dataDir) } : bad(run.stderr);
    },
  },
  {
    group: 'damage in library.db',
    name: 'and no copy: refused, untouched',
    async run(world) {
      const dataDir = world.copy();
      const path = join(dataDir, 'library.db');
      for (const name of readdirSync(join(dataDir, 'backups')))
        writeFileSync(join(dataDir, 'backups', name), 'nothing');
      zero(0, 4096)(path, () => 0);
      const before = sha256(path);
      const run = await world.cli(dataDir, ['workspace', 'list']).done;
      if (run.code !== 70 || !/no sound copy/.test(run.stderr)) return bad(`exit ${run.code}: ${run.stderr}`);
      return sha256(path) === before ? { isSurvived: true, difference: noDifference } : bad('touched');
    },
  },
];

export const damageCases = (share = 1): FaultCase[] => [
  ...cacheDamages.flatMap(([name, count, damage], kind) =>
    Array.from({ length: Math.max(1, Math.round(count * share)) }, (_, index) =>
      damageCase(`${name}, seed ${index + 1}`, damage, 1 + kind * 100 + index),
    ),
  ),
  ...garbageLogs,
  ...spoiledLogs,
  searchOnly,
  ...libraryCases,
];
