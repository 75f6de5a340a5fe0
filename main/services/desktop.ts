// What a page asks of the machine, checked: which files may be opened, which addresses, which folders may be listed. A
// page that somebody else got a hold of must not start a program or look through the disk. Imports Node, the contract,
// ports.
import { readdir, realpath, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, extname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { AppError } from '../../preload/contract/errors.ts';
import { type FolderList, openableFormats, type UpdateState } from '../../preload/contract/host.ts';
import type { ParsedInput, ProcedureOutput } from '../../preload/contract/procedures.ts';
import type { Desktop, Ports } from '../ports.ts';

/** Kore.ai's documentation and consoles. Everything else is refused: the app shows text that customers wrote. */
const isAllowedHost = (host: string): boolean => host === 'kore.ai' || host.endsWith('.kore.ai');

const noWindow = (): AppError =>
  new AppError('invalid_input', 'This needs a window: start Afterword with “npm start” or from the desktop.');

/** The address as it will be opened. Throws AppError invalid_input. */
export const checkExternalUrl = (text: string): string => {
  const url = URL.parse(text);
  const isAllowed =
    url !== null &&
    url.protocol === 'https:' &&
    url.port === '' &&
    url.username === '' &&
    url.password === '' &&
    isAllowedHost(url.hostname);
  if (!isAllowed)
    throw new AppError('invalid_input', 'Afterword opens pages of kore.ai only. Copy the address instead.');
  return url.href;
};

// \\server\share and //server/share: even looking at one sends the user's password hash to that server.
const isNetworkPath = (path: string): boolean => /^[\\/]{2}/.test(path);

const checkAbsolute = (path: string): string => {
  if (!isAbsolute(path) || isNetworkPath(path) || path.includes('\0'))
    throw new AppError('invalid_input', 'The path must be a full one on this computer.');
  return resolve(path);
};

/** The file behind `path`, links followed. Throws AppError unless it is a regular file of a format that we write. */
const checkOwnFile = async (path: string): Promise<string> => {
  const real = await realpath(checkAbsolute(path)).catch(() => null);
  if (real === null) {
    throw new AppError('not_found', 'That file is not there any more. It may have been moved, renamed or deleted.');
  }
  const isOwnFormat = openableFormats.some((format) => `.${format}` === extname(real).toLowerCase());
  if (isNetworkPath(real) || !isOwnFormat || !(await stat(real)).isFile())
    throw new AppError('invalid_input', `Afterword opens ${openableFormats.join(', ')} files only.`);
  return real;
};

const isInside = (folder: string, path: string): boolean => {
  const steps = relative(folder, path);
  return steps === '' || (steps !== '..' && !steps.startsWith(`..${sep}`) && !isAbsolute(steps));
};

const maxFoldersListed = 1000;

/** The folders in `path` (left out: the user's own folder), without hidden ones. Nothing above the user's own is listed. */
const listFolders = async (path: string | undefined): Promise<FolderList> => {
  const home = await realpath(homedir());
  const folder = await realpath(path === undefined ? home : checkAbsolute(path)).catch(() => null);
  if (folder === null) throw new AppError('not_found', 'That folder is not there any more. Choose another one.');
  if (!isInside(home, folder))
    throw new AppError('invalid_input', `Choose a folder in ${home}, or type the path of another one.`);
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => null);
  if (entries === null) throw new AppError('invalid_input', 'That folder cannot be read. Choose another one.');
  const folders = entries
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
    .map((entry) => ({ name: entry.name, path: join(folder, entry.name) }))
    .toSorted((a, b) => a.name.localeCompare(b.name))
    .slice(0, maxFoldersListed);
  return { path: folder, parent: folder === home ? null : dirname(folder), folders };
};

const unsupported: UpdateState = { state: 'unsupported', reason: 'This copy of Afterword does not update itself.' };

export type DesktopService = {
  info(): ProcedureOutput<'host.info'>;
  chooseFolder(input: ParsedInput<'host.choose-folder'>): Promise<ProcedureOutput<'host.choose-folder'>>;
  chooseFile(input: ParsedInput<'host.choose-file'>): Promise<ProcedureOutput<'host.choose-file'>>;
  listFolders(input: ParsedInput<'host.list-folders'>): Promise<FolderList>;
  openPath(input: ParsedInput<'host.open-path'>): Promise<Record<string, never>>;
  showPath(input: ParsedInput<'host.show-path'>): Promise<Record<string, never>>;
  openExternal(input: ParsedInput<'host.open-external'>): Promise<Record<string, never>>;
  update(): UpdateState;
  checkForUpdate(): Promise<UpdateState>;
  installUpdate(): Record<string, never>;
};

export const createDesktopService = (ports: Ports): DesktopService => {
  const desktop = (): Desktop => {
    if (ports.desktop === undefined) throw noWindow();
    return ports.desktop;
  };
  return {
    info: () => desktop().info,
    async chooseFolder({ startAt }) {
      const { dialogs } = desktop();
      return { path: (await dialogs?.chooseFolder(startAt && checkAbsolute(startAt))) ?? null };
    },
    async chooseFile({ startAt, suggestedName }) {
      const { dialogs } = desktop();
      return { path: (await dialogs?.chooseFile(startAt && checkAbsolute(startAt), suggestedName)) ?? null };
    },
    async listFolders({ path }) {
      // Where the system draws the dialog, no page has a reason to see the names of folders.
      if (desktop().dialogs !== undefined) throw new AppError('invalid_input', 'Use the dialog of the system.');
      return listFolders(path);
    },
    async openPath({ path }) {
      await desktop().openPath(await checkOwnFile(path));
      return {};
    },
    async showPath({ path }) {
      await desktop().showPath(await checkOwnFile(path));
      return {};
    },
    async openExternal({ url }) {
      await desktop().openExternal(checkExternalUrl(url));
      return {};
    },
    update: () => ports.desktop?.updater?.get() ?? unsupported,
    checkForUpdate: async () => (await ports.desktop?.updater?.check()) ?? unsupported,
    installUpdate() {
      const updater = ports.desktop?.updater;
      if (updater === undefined) throw new AppError('invalid_input', unsupported.reason);
      updater.install();
      return {};
    },
  };
};
