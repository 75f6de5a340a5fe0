// A full disk under everything that writes. On a small file system of its own where one may be mounted, else by a limit on
// the size of files: the caller is told which. Refused in words (73), nothing half, and done once there is room again.
import { execFileSync, spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statfsSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { works } from './kill.ts';
import type { FaultCase, Outcome } from './matrix.ts';
import { filesBelow, noDifference, type World } from './world.ts';

const bad = (note: string): Outcome => ({ isSurvived: false, difference: noDifference, note });

export type DiskWay = 'a mounted tmpfs' | 'RLIMIT_FSIZE (ulimit -f)';

export const findDiskWay = (): DiskWay => {
  const folder = mkdtempSync(join(tmpdir(), 'afterword-mount-'));
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', folder]).status === 0;
  if (mounted) execFileSync('umount', [folder]);
  rmSync(folder, { recursive: true, force: true });
  return mounted ? 'a mounted tmpfs' : 'RLIMIT_FSIZE (ulimit -f)';
};

/** Room left beside what is there, in bytes. */
const rooms = [0, 20_000, 120_000, 600_000];
/** Forgetting writes the cache, library.db, the cache anew and its copies, one after the other: room for each of them to fail. */
const forgetRooms = [...rooms, 300_000, 900_000, 1_500_000, 2_400_000, 3_000_000];

type WorkName = keyof typeof works;
const tried: WorkName[] = ['sync', 'exportRows', 'exportFolder', 'report', 'forget', 'backup', 'rebuild', 'restore'];

/** A refusal is a sentence and a code of its own; 0 when it happened to fit. */
const isHonest = (code: number | null, stderr: string): boolean =>
  code === 0 || (code === 73 && /disk|room|space|could not be written|cannot be (opened|written)/i.test(stderr));

const onSmallDisk = async (world: World, name: WorkName, room: number): Promise<Outcome> => {
  const work = works[name];
  const source = work.prepare(world);
  const disk = world.folder();
  mkdirSync(disk);
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64m', 'tmpfs', disk]);
  try {
    const dataDir = join(disk, 'data');
    cpSync(source, dataDir, { recursive: true });
    const words = work.words(world, dataDir);
    const filler = join(disk, 'filler');
    const { bavail, bsize } = statfsSync(disk);
    writeFileSync(filler, Buffer.alloc(Math.max(0, bavail * bsize - room)));
    const run = await world.cli(dataDir, words).done;
    rmSync(filler);
    if (!isHonest(run.code, run.stderr)) return bad(`exit ${run.code}: ${run.stderr.slice(0, 300)}`);
    const half = filesBelow(disk).filter((path) => /\.(part|tmp|restoring)$/.test(path));
    if (half.length > 0) return bad(`left behind: ${half.join(', ')}`);
    const fault = work.afterKill?.(world, dataDir) ?? null;
    if (fault !== null) return bad(fault);
    if (run.code !== 0 || name === 'sync') {
      const again = await world.cli(dataDir, words).done;
      if (again.code !== 0) return bad(`with room again: exit ${again.code}: ${again.stderr.slice(0, 300)}`);
    }
    return await work.after(world, dataDir);
  } finally {
    execFileSync('umount', [disk]);
  }
};

/** The same with files that may not grow beyond a size: what the system says then is another error, and as final. */
const underLimit = async (world: World, name: WorkName, room: number): Promise<Outcome> => {
  const work = works[name];
  const dataDir = work.prepare(world);
  const path = world.cacheOf(dataDir);
  const largest = name === 'sync' || !existsSync(path) ? 0 : statSync(path).size;
  const blocks = Math.ceil((largest + room) / 512);
  const words = work.words(world, dataDir);
  // The signal that comes with the limit would end the program before it could say anything.
  const limited = ['bash', '-c', `trap '' XFSZ; ulimit -f ${Math.ceil(blocks / 2)}; exec "$@"`, 'bash'];
  const run = await world.cli(dataDir, words, {}, limited).done;
  if (!isHonest(run.code, run.stderr)) return bad(`exit ${run.code}: ${run.stderr.slice(0, 300)}`);
  const fault = work.afterKill?.(world, dataDir) ?? null;
  if (fault !== null) return bad(fault);
  if (run.code !== 0 || name === 'sync') {
    const again = await world.cli(dataDir, words).done;
    if (again.code !== 0) return bad(`without the limit: exit ${again.code}: ${again.stderr.slice(0, 300)}`);
  }
  return work.after(world, dataDir);
};

/** Standard output is a file on the full disk: the last writer there is. */
const standardOutput: FaultCase = {
  group: 'disk full: export to standard output',
  name: 'a pipe that is closed',
  async run(world) {
    const dataDir = world.copy();
    const out = join(dataDir, 'closed.ndjson');
    const run = await world.cli(dataDir, ['export', 'conversations', '--format', 'ndjson', '--out', '-'], {}, [
      'bash',
      '-c',
      `"$@" | head -c 1000 > ${out}; exit "\${PIPESTATUS[0]}"`,
      'bash',
    ]).done;
    if (run.code !== 0 && run.code !== 73) return bad(`exit ${run.code}: ${run.stderr.slice(0, 300)}`);
    if (readFileSync(out).length !== 1000) return bad('not even the beginning');
    rmSync(out);
    return { isSurvived: true, difference: await world.compare(dataDir) };
  },
};

/** A disk that may only be read: what writes is refused in words, and nothing is changed. */
const readOnly: FaultCase[] = [
  {
    group: 'read-only disk',
    name: 'under an export',
    async run(world) {
      const dataDir = world.copy();
      const disk = world.folder();
      mkdirSync(disk);
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=8m,ro', 'tmpfs', disk]);
      try {
        for (const out of ['rows.ndjson', 'no/such/folder/rows.ndjson']) {
          const words = ['export', 'conversations', '--format', 'ndjson', '--out', join(disk, out)];
          const run = await world.cli(dataDir, words).done;
          if (run.code !== 73) return bad(`exit ${run.code}: ${run.stderr.slice(0, 300)}`);
        }
        return { isSurvived: true, difference: await world.compare(dataDir) };
      } finally {
        execFileSync('umount', [disk]);
      }
    },
  },
  {
    group: 'read-only disk',
    name: 'under the data folder',
    async run(world) {
      const source = world.copy();
      const disk = world.folder();
      mkdirSync(disk);
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64m', 'tmpfs', disk]);
      try {
        const dataDir = join(disk, 'data');
        cpSync(source, dataDir, { recursive: true });
        execFileSync('mount', ['-o', 'remount,ro', disk]);
        for (const words of [['search', 'refund'], ['sync'], ['workspace', 'list']]) {
          const run = await world.cli(dataDir, words).done;
          if (run.code !== 73 || !/cannot be opened for writing/.test(run.stderr))
            return bad(`${words[0]}: exit ${run.code}: ${run.stderr.slice(0, 300)}`);
        }
        execFileSync('mount', ['-o', 'remount,rw', disk]);
        return { isSurvived: true, difference: await world.heal(dataDir) };
      } finally {
        execFileSync('umount', [disk]);
      }
    },
  },
];

export const diskFullCases = (way: DiskWay): FaultCase[] => [
  ...tried.flatMap((name) =>
    (name === 'forget' ? forgetRooms : rooms).map(
      (room): FaultCase => ({
        group: `disk full: ${works[name].name}`,
        name: `${room} bytes of room`,
        run: (world) => (way === 'a mounted tmpfs' ? onSmallDisk(world, name, room) : underLimit(world, name, room)),
      }),
    ),
  ),
  standardOutput,
  ...(way === 'a mounted tmpfs' ? readOnly : []),
];
