// Stop-watch and arithmetic of the bench.
import { spawn } from 'node:child_process';

export type Timings = { medianMs: number; p95Ms: number; runs: number };

export const quantile = (values: readonly number[], p: number): number => {
  const ascending = [...values].sort((a, b) => a - b);
  return ascending[Math.min(ascending.length - 1, Math.ceil(p * ascending.length) - 1)] ?? Number.NaN;
};
export const median = (values: readonly number[]): number => {
  const ascending = [...values].sort((a, b) => a - b);
  const middle = ascending.length / 2;
  return ((ascending[Math.ceil(middle) - 1] ?? Number.NaN) + (ascending[Math.floor(middle)] ?? Number.NaN)) / 2;
};
export const summarize = (timesMs: readonly number[]): Timings => ({
  medianMs: median(timesMs),
  p95Ms: quantile(timesMs, 0.95),
  runs: timesMs.length,
});

export const timeMs = async (work: () => unknown): Promise<number> => {
  const startedMs = performance.now();
  await work();
  return performance.now() - startedMs;
};

/** Milliseconds of processor time this process has used so far, all its threads together: steadier than the clock. */
export const cpuMs = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

/** Runs the sides in turn, round after round, so that a busy moment of the machine falls on all of them. */
export const interleave = async <K extends string>(
  rounds: number,
  sides: Record<K, (() => unknown) | null>,
): Promise<Record<K, Timings | null>> => {
  const times = Object.fromEntries(Object.keys(sides).map((name) => [name, []])) as unknown as Record<K, number[]>;
  for (let round = 0; round < rounds; round += 1)
    for (const [name, work] of Object.entries(sides) as [K, (() => unknown) | null][])
      if (work) times[name].push(await timeMs(work));
  return Object.fromEntries(
    (Object.keys(sides) as K[]).map((name) => [name, sides[name] ? summarize(times[name]) : null]),
  ) as Record<K, Timings | null>;
};

/** Runs a program and gives its standard output; throws with its standard error when it fails. */
export const runProgram = (command: string, parameters: readonly string[], input = ''): Promise<string> =>
  new Promise((resolve, reject) => {
    const child = spawn(command, parameters, { stdio: [input === '' ? 'ignore' : 'pipe', 'pipe', 'pipe'] });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout?.on('data', (bytes: Buffer) => out.push(bytes));
    child.stderr?.on('data', (bytes: Buffer) => err.push(bytes));
    child.on('error', reject);
    child.on('close', (code) =>
      code === 0
        ? resolve(Buffer.concat(out).toString('utf8'))
        : reject(new Error(`${command} ended with ${code}: ${Buffer.concat(err).toString('utf8').slice(0, 500)}`)),
    );
    child.stdin?.on('error', reject);
    child.stdin?.end(input);
  });

/** Runs a program; gives the seconds of processor time it took, as the shell counts them. */
export const cpuOfProgramS = async (command: string, parameters: readonly string[]): Promise<number> => {
  const out = await runProgram('sh', ['-c', '"$@" >&2 && times', 'sh', command, ...parameters]);
  const [user = Number.NaN, system = Number.NaN] = (out.trim().split('\n').at(-1) ?? '')
    .split(' ')
    .map((time) => Number(time.split('m')[0]) * 60 + Number.parseFloat(time.split('m')[1] ?? ''));
  return user + system;
};

/** The version a program names, or null when it is not installed. */
export const versionOf = async (
  command: string,
  parameters: readonly string[] = ['--version'],
): Promise<string | null> => {
  try {
    return (await runProgram(command, parameters)).split('\n')[0]?.trim() ?? '';
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
};

export const requireEqual = (what: string, ours: unknown, theirs: unknown): void => {
  const [a, b] = [JSON.stringify(ours), JSON.stringify(theirs)];
  if (a !== b) throw new Error(`not the same work: ${what}: ${a?.slice(0, 300)} against ${b?.slice(0, 300)}`);
};
