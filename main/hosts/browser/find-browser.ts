// Finds an installed Chromium, Chrome or Edge, which can show an address in a window of its own. Imports Node only.
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';

const isProgram = (path: string): boolean => {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    // Not there, or not ours to start: look further.
    return false;
  }
};

/** Where they are looked for, first choice first. */
const browserCandidates = (env: NodeJS.ProcessEnv, platform: NodeJS.Platform): string[] => {
  const chosen = env.AFTERWORD_BROWSER === undefined ? [] : [env.AFTERWORD_BROWSER];
  if (platform === 'darwin') {
    const names = ['Google Chrome', 'Chromium', 'Microsoft Edge'];
    return [...chosen, ...names.map((name) => `/Applications/${name}.app/Contents/MacOS/${name}`)];
  }
  if (platform === 'win32') {
    const roots = [env.PROGRAMFILES, env['PROGRAMFILES(X86)'], env.LOCALAPPDATA].filter((root) => root !== undefined);
    const programs = ['Google\\Chrome\\Application\\chrome.exe', 'Microsoft\\Edge\\Application\\msedge.exe'];
    return [...chosen, ...programs.flatMap((program) => roots.map((root) => `${root}\\${program}`))];
  }
  const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'microsoft-edge'];
  const folders = [...(env.PATH ?? '').split(delimiter).filter((folder) => folder !== ''), '/usr/bin', '/snap/bin'];
  return [...chosen, ...names.flatMap((name) => folders.map((folder) => join(folder, name)))];
};

/** Absolute path of a browser; null when there is none. AFTERWORD_BROWSER names one that is looked for first. */
export const findBrowser = (env: NodeJS.ProcessEnv = process.env, platform = process.platform): string | null =>
  browserCandidates(env, platform).find(isProgram) ?? null;
