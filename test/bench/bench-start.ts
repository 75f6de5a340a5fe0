// The start: a new process, the query worker, the saved search index, the first page with its facets. And the memory after it.
import { join } from 'node:path';
import { median, requireEqual, runProgram } from './measure.ts';
import { formatMs, type Line, lineOfLimit } from './report.ts';

const ROUNDS = 3;
type Answer = { total: number; shown: number; readyMs: number; restBytes: number; peakBytes: number };

const runChild = async (path: string, mode: 'start' | 'export'): Promise<Answer> =>
  JSON.parse(await runProgram(process.execPath, [join(import.meta.dirname, 'child.ts'), path, mode])) as Answer;

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(0)} MB`;

/** The index must have been saved before: closing the query worker saves it. */
export const benchStart = async (path: string, conversations: number): Promise<Line[]> => {
  const answers: Answer[] = [];
  for (let round = 0; round < ROUNDS; round += 1) answers.push(await runChild(path, 'start'));
  for (const { total, shown } of answers) requireEqual('the first page', [total, shown], [conversations, 50]);
  const exported = await runChild(path, 'export');
  return [
    lineOfLimit(
      'start of the query worker, to the first page, warm',
      median(answers.map(({ readyMs }) => readyMs)),
      formatMs,
      1000,
    ),
    lineOfLimit(
      'memory at rest, command line and query worker',
      median(answers.map(({ restBytes }) => restBytes)),
      megabytes,
      400e6,
    ),
    lineOfLimit('memory that a CSV export adds at most', exported.peakBytes - exported.restBytes, megabytes, 200e6),
  ];
};
