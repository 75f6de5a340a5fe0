// The keychain's process in a packaged app, which cannot run as Node: a utility process. Electron's part is handed in.
import { fileURLToPath } from 'node:url';
import type { UtilityProcess } from 'electron';
import type { KeyringHelper, StartKeyringHelper } from '../../app.ts';

export type ForkUtility = (
  path: string,
  words: string[],
  options: { env: NodeJS.ProcessEnv; stdio: 'ignore' },
) => Pick<UtilityProcess, 'postMessage' | 'on' | 'kill'>;

export const createUtilityHelper =
  (fork: ForkUtility): StartKeyringHelper =>
  (entry, env): KeyringHelper => {
    const child = fork(fileURLToPath(entry), [], { env, stdio: 'ignore' });
    return {
      send: (call) => child.postMessage(call),
      onReply: (listener) => child.on('message', listener),
      onEnd: (listener) => {
        child.on('exit', listener);
        child.on('error', listener);
      },
      kill: () => child.kill(),
    };
  };
