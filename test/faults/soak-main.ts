// npm run soak: a compressed day, one minute of it; --long ten minutes; --seconds N so many. --steady: with as many rows and
// texts at the end as at the start. --snapshots FOLDER: of every heap, in the middle and at the end. Prints the figures of
// docs/reliability.md and ends with 1 when the cache is not the server's, or a limit is broken.
import { parseArgs } from 'node:util';
import { soak } from './soak.ts';

const { values } = parseArgs({
  options: {
    long: { type: 'boolean', default: false },
    seconds: { type: 'string' },
    verbose: { type: 'boolean', default: false },
    seed: { type: 'string', default: '1' },
    rows: { type: 'string', default: '400' },
    steady: { type: 'boolean', default: false },
    snapshots: { type: 'string' },
  },
});

const seconds = values.seconds === undefined ? (values.long ? 600 : 60) : Number(values.seconds);
const figures = await soak({
  seconds,
  seed: Number(values.seed),
  rows: Number(values.rows),
  isSteady: values.steady,
  snapshots: values.snapshots ?? null,
  ...(values.verbose ? { onSample: (text: string) => process.stderr.write(`${text}\n`) } : {}),
});
process.stdout.write(`${JSON.stringify(figures, null, 2)}\n`);
const { difference, files, resources, emitters, memoryMb, walMb, unhandled, warnings } = figures;
// Before so many the program still warms up: its code is compiled as it is used.
const isLong = figures.syncs >= 1000;
const faults = [
  difference.lost + difference.doubled + difference.wrong > 0 && 'the cache is not the server’s',
  files.last > files.first + 10 && 'open files grow',
  resources.last > resources.first + 10 && 'what is open in the threads grows',
  walMb.most > 64 && 'the log of the cache grows',
  unhandled > 0 && 'a rejection nobody heard',
  warnings > 0 && 'a warning of Node',
  isLong && emitters.last > emitters.first + 200 && 'objects that are listened to pile up',
  isLong && memoryMb.alive.slopePer1000Syncs > 2 && 'what the program holds grows',
].filter((fault) => fault !== false);
for (const fault of faults) process.stdout.write(`NOT RIGHT  ${fault}\n`);
// Whatever a leak would keep alive has been counted above.
process.exit(faults.length === 0 ? 0 : 1);
