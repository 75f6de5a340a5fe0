// Runs npm, the one that runs us where there is one.
import { spawnSync } from 'node:child_process';
import { root } from './shipped.ts';

export const runNpm = (words: readonly string[]): { stdout: string; stderr: string; status: number | null } => {
  const own = process.env.npm_execpath;
  const [command, before] = own === undefined ? ['npm', []] : [process.execPath, [own]];
  const run = spawnSync(command, [...before, ...words], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    // npm is a script of the shell's on Windows.
    shell: own === undefined && process.platform === 'win32',
  });
  if (run.error) throw run.error;
  return run;
};
