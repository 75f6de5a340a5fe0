// The zones on whose clocks the commands print times: each workspace's own.
import type { Session } from './session.ts';

/** By the workspace's name, as listed. */
export const listZones = async (session: Session): Promise<Map<string, string>> =>
  new Map((await session.call('workspaces.list', {})).map(({ name, zone }) => [name, zone]));

/** Of a workspace by name or id; the only one when left out, as every command takes it. */
export const findZone = async (session: Session, nameOrId: string | undefined): Promise<string> => {
  const all = await session.call('workspaces.list', {});
  const wanted = nameOrId?.toLowerCase();
  const found =
    wanted === undefined
      ? all[0]
      : (all.find(({ id }) => id === nameOrId) ?? all.find(({ name }) => name.toLowerCase() === wanted));
  return found?.zone ?? 'UTC';
};
