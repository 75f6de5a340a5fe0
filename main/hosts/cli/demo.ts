// npm run demo: the main job from beginning to end, on made-up data, without an account or a network. Runs the same
// commands a user would type and shows them.
import { rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { runCli } from './run.ts';

const folder = '.demo';
const dataDir = resolve(folder);
const steps: { title: string; words: string[] }[] = [
  {
    title: 'Make up a contact centre of 30 days and sync it over HTTP',
    words: ['sample', '--days', '30', '--conversations', '8000'],
  },
  { title: 'What is synced', words: ['coverage'] },
  { title: 'Search, offline', words: ['search', 'refund', 'has:survey', '--limit', '6', '--facets'] },
  { title: 'Score the agents', words: ['scorecard', '--period', 'last-week'] },
  {
    title: 'Write the report',
    words: ['report', 'agent-scorecards', '--period', 'last-week', '--out', `${folder}/reports`],
  },
  {
    title: 'Export what a search finds, people under pseudonyms',
    words: [
      'export',
      'conversations',
      '--query',
      'status:abandoned',
      '--format',
      'csv',
      '--mask',
      '--out',
      `${folder}/reports/abandoned.csv`,
    ],
  },
];

rmSync(dataDir, { recursive: true, force: true });
for (const { title, words } of steps) {
  process.stdout.write(`\n— ${title}\n$ afterword ${words.join(' ')}\n`);
  process.exitCode = await runCli(['--data-dir', dataDir, ...words]);
  if (process.exitCode !== 0) break;
}
if (process.exitCode === 0)
  process.stdout.write(
    `\nThe reports are in ${folder}/reports. Look further on the same data:\n  npm run -s afterword -- --data-dir ${folder} search "has:callback after:last-week"\n  npm run -s afterword -- --data-dir ${folder} help\n`,
  );
