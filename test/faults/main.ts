// npm run faults: the whole fault matrix, for real, as one table. Ends with 1 when a fault was not survived, or when a row
// was lost, doubled or wrong.  --only TEXT: groups whose name holds it.  --long: ten minutes of two processes at once.
import { parseArgs } from 'node:util';
import { damageCases } from './damage.ts';
import { killCases } from './kill.ts';
import { formatTable, isGood, runCases } from './matrix.ts';
import { migrationCases } from './migration.ts';
import { createWorld } from './world.ts';

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    long: { type: 'boolean', default: false },
    verbose: { type: 'boolean', default: false },
  },
});

const cases = [...killCases(values.long ? 20 : 4), ...migrationCases, ...damageCases()].filter(
  ({ group, name }) => values.only === undefined || `${group}, ${name}`.includes(values.only),
);
const world = await createWorld();
try {
  const lines = await runCases(world, cases, (text) => {
    if (values.verbose) process.stderr.write(`${text}\n`);
  });
  process.stdout.write(`${formatTable(lines)}\n`);
  for (const { group, failures } of lines)
    for (const failure of failures) process.stdout.write(`NOT SURVIVED  ${group}: ${failure}\n`);
  process.exitCode = lines.length > 0 && lines.every(isGood) ? 0 : 1;
} finally {
  await world.close();
}
