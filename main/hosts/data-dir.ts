// Where data lives unless told otherwise. Imports Node only.
import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';

/** A variable that is empty, or no whole path, says nothing: data must not come to lie wherever a program happens to be started. */
const wholePath = (path: string | undefined): string | undefined =>
  path !== undefined && isAbsolute(path) ? path : undefined;

/** The platform's own place for an application's data; the same for every host, so that they share it. */
export const defaultDataDir = (env: NodeJS.ProcessEnv, platform: NodeJS.Platform = process.platform): string => {
  if (platform === 'win32')
    return join(wholePath(env.LOCALAPPDATA) ?? join(homedir(), 'AppData', 'Local'), 'Afterword');
  if (platform === 'darwin') return join(homedir(), 'Library', 'Application Support', 'Afterword');
  return join(wholePath(env.XDG_DATA_HOME) ?? join(homedir(), '.local', 'share'), 'afterword');
};

/** A path as the caller means it: npm runs scripts in the project's folder and tells where it was called. */
export const fromCaller = (path: string): string => {
  const { INIT_CWD, npm_lifecycle_event: script } = process.env;
  return resolve(script !== undefined && INIT_CWD !== undefined ? INIT_CWD : process.cwd(), path);
};

/** The folder of a host's words, else of the environment, else the platform's; an empty one is none. */
export const resolveDataDir = (given: string | undefined, env: NodeJS.ProcessEnv): string =>
  fromCaller(given || env.AFTERWORD_DATA_DIR || defaultDataDir(env));
