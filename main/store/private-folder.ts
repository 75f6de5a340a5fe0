// Whose the data folder is. Imports Node and the contract.
import { statSync } from 'node:fs';
import { AppError } from '../../preload/contract/errors.ts';

export type FolderOwner = { mode: number; uid: number; gid: number };

/**
 * Why a folder is no place for a cache; null when it is one. Who can write into it can put a library.db of their own there,
 * which sends the sign-in to a host of theirs, or a link that leads the cache to another place. Root may own it. A group may
 * write only when it is the user's own: many systems make one for each user, under the user's number.
 */
export const findFolderFault = (folder: FolderOwner, ownUid: number): string | null => {
  if (folder.uid !== ownUid && folder.uid !== 0 && ownUid !== 0) return 'belongs to another user';
  if ((folder.mode & 0o002) !== 0) return 'can be written to by every user of this computer';
  if ((folder.mode & 0o020) !== 0 && folder.gid !== folder.uid) return 'can be written to by a group of users';
  return null;
};

/** Throws AppError output_failed. A folder that is not there yet is made for its owner alone. On Windows its inherited rights apply. */
export const refuseSharedFolder = (path: string): void => {
  const found = statSync(path, { throwIfNoEntry: false });
  const ownUid = process.geteuid?.();
  if (found === undefined || ownUid === undefined) return;
  const fault = findFolderFault(found, ownUid);
  if (fault !== null)
    throw new AppError(
      'output_failed',
      `The data folder ${path} ${fault}, who could read customers' data or have your sign-in sent elsewhere. Make it yours alone (chmod 700), or choose another one with --data-dir.`,
    );
};
