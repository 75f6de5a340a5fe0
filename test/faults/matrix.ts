// The fault matrix: cases, what became of them, and the table. A fault is survived when the program ended as it says it
// does (done, killed by us, or a coded refusal) and the data afterwards are right.
import { addDifferences, type Difference, noDifference, type World } from './world.ts';

export type Outcome = {
  isSurvived: boolean;
  difference: Difference;
  note?: string;
  /** Rows that were there again before anything was asked of the server. */
  kept?: number;
};
export type FaultCase = { group: string; name: string; run(world: World): Promise<Outcome> };

export type Line = {
  group: string;
  injected: number;
  survived: number;
  difference: Difference;
  seconds: number;
  kept: number[];
  failures: string[];
};

export const isGood = (line: Line): boolean =>
  line.injected > 0 &&
  line.survived === line.injected &&
  line.difference.lost + line.difference.doubled + line.difference.wrong === 0;

/** Runs the cases one after another; a case that throws is not survived. */
export const runCases = async (
  world: World,
  cases: readonly FaultCase[],
  onCase: (text: string) => void = () => undefined,
): Promise<Line[]> => {
  const lines = new Map<string, Line>();
  for (const { group, name, run } of cases) {
    const line = lines.get(group) ?? {
      ...{ group, injected: 0, survived: 0, difference: noDifference, seconds: 0, kept: [], failures: [] },
    };
    lines.set(group, line);
    const startedMs = performance.now();
    let outcome: Outcome;
    try {
      outcome = await run(world);
    } catch (error) {
      outcome = {
        isSurvived: false,
        difference: noDifference,
        note: error instanceof Error ? error.message : 'failed',
      };
    }
    line.injected += 1;
    if (outcome.kept !== undefined) line.kept.push(outcome.kept);
    line.difference = addDifferences(line.difference, outcome.difference);
    line.seconds += (performance.now() - startedMs) / 1000;
    const { lost, doubled, wrong } = outcome.difference;
    const isOk = outcome.isSurvived && lost + doubled + wrong === 0;
    if (isOk) line.survived += 1;
    else line.failures.push(`${name}: ${lost} lost, ${doubled} doubled, ${wrong} wrong. ${outcome.note ?? ''}`);
    onCase(
      `${isOk ? 'survived' : 'NOT SURVIVED'}  ${group}, ${name}: ${lost} lost, ${doubled} doubled, ${wrong} wrong`,
    );
  }
  return [...lines.values()];
};

export const formatTable = (lines: readonly Line[]): string => {
  const heads = ['fault', 'injected', 'survived', 'rows lost', 'rows doubled', 'wrong answers', 'seconds'];
  const rows = lines.map(({ group, injected, survived, difference, seconds }) => [
    group,
    ...[injected, survived, difference.lost, difference.doubled, difference.wrong].map(String),
    seconds.toFixed(1),
  ]);
  const widths = heads.map((head, column) => Math.max(head.length, ...rows.map((row) => (row[column] ?? '').length)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0))).join(' | ')} |`;
  return [line(heads), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
};
