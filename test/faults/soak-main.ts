// npm run soak: a compressed day, one minute of it; --long ten minutes; --seconds N so many. Prints the figures of
// docs/reliability.md and ends with 1 when the cache is not the server's, or a limit is broken.
import { parseArgs } from 'node:util';
import { soak } from './soak.ts';

const { values } = parseArgs({
  options: {
    long: { type: 'boolean', default: false },
    seconds: { type: 'string' },
    verbose: { type: 'boolean', default: false },
    seed: { type: 'string', default: '1' },
  },
});

const seconds = values.seconds === undefined ? (values.long ? 600 : 60) : Number(values.seconds);
const figures = await soak({
  seconds,
  seed: Number(values.seed),
  ...(values.verbose ? { onSample: (text: string) => process.stderr.write(`${text}\n`) } : {}),
});
process.stdout.write(`${JSON.stringify(figures, null, 2)}\n`);
const { difference, files, walMb, unhandled } = figures;
const faults = [
  difference.lost + difference.doubled + difference.wrong > 0 && 'the cache is not the server’s',
  files.last > files.first + 10 && 'open files grow',
  walMb.most > 64 && 'the log of the cache grows',
  unhandled > 0 && 'a rejection nobody heard',
  // A short run measures the warming up.
  seconds >= 600 && figures.slopeMbPerHour > 60 && 'memory grows',
].filter((fault) => fault !== false);
for (const fault of faults) process.stdout.write(`NOT RIGHT  ${fault}\n`);
// Whatever a leak would keep alive has been counted above.
process.exit(faults.length === 0 ? 0 : 1);
