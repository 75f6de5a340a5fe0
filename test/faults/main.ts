// npm run faults: the whole fault matrix, for real, as one table. Ends with 1 when a fault was not survived, or when a row
// was lost, doubled or wrong.  --only TEXT: groups whose name holds it.  --long: ten minutes of two processes at once; --seconds N: so many.
// --limit: full disks by a limit on the size of files, as where nothing may be mounted.
import { parseArgs } from 'node:util';
import { clockCases } from './clock.ts';
import { damageCases } from './damage.ts';
import { type DiskWay, diskFullCases, findDiskWay } from './disk-full.ts';
import { killCases } from './kill.ts';
import { formatTable, isGood, runCases } from './matrix.ts';
import { migrationCases } from './migration.ts';
import { networkCases } from './network.ts';
import { together } from './together.ts';
import { createWorld } from './world.ts';

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    long: { type: 'boolean', default: false },
    seconds: { type: 'string' },
    limit: { type: 'boolean', default: false },
    verbose: { type: 'boolean', default: false },
  },
});

const way: DiskWay = values.limit ? 'RLIMIT_FSIZE (ulimit -f)' : findDiskWay();
const cases = [
  ...killCases(values.long ? 20 : 2),
  ...migrationCases,
  ...damageCases(values.long ? 5 : 1),
  ...diskFullCases(way),
  ...clockCases,
  together(values.seconds === undefined ? (values.long ? 600 : 20) : Number(values.seconds)),
  ...networkCases,
].filter(({ group, name }) => values.only === undefined || `${group}, ${name}`.includes(values.only));
const world = await createWorld();
try {
  const lines = await runCases(world, cases, (text) => {
    if (values.verbose) process.stderr.write(`${text}\n`);
  });
  process.stdout.write(`${formatTable(lines)}\nDisk full by ${way}.\n`);
  for (const { group, failures } of lines)
    for (const failure of failures) process.stdout.write(`NOT SURVIVED  ${group}: ${failure}\n`);
  for (const { group, kept } of lines)
    if (kept.length > 0)
      process.stdout.write(
        `${group}: of ${world.rows.length} rows ${Math.min(...kept)} to ${Math.max(...kept)} were there again before the next sync, ${kept.toSorted((a, b) => a - b)[kept.length >> 1]} in the middle case\n`,
      );
  process.exitCode = lines.length > 0 && lines.every(isGood) ? 0 : 1;
} finally {
  await world.close();
}
