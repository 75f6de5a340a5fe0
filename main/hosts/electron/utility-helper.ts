// Helper processes in a packaged app, which cannot run as Node: utility processes. Electron's part is handed in.
import { fileURLToPath } from 'node:url';
import type { UtilityProcess } from 'electron';
import type { StartHelper } from '../../ports.ts';

export type ForkUtility = (
  path: string,
  words: string[],
  options: { env: NodeJS.ProcessEnv; stdio: 'ignore' },
) => Pick<UtilityProcess, 'postMessage' | 'on' | 'kill'>;

export const createUtilityHelper =
  (fork: ForkUtility): StartHelper =>
  (entry, env) => {
    const child = fork(fileURLToPath(entry), [], { env, stdio: 'ignore' });
    return {
      send: (message) => child.postMessage(message),
      onReply: (listener) => child.on('message', listener),
      onEnd: (listener) => {
        child.on('exit', listener);
        child.on('error', listener);
      },
      kill: () => child.kill(),
    };
  };
