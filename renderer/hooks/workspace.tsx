// The open workspace: chosen in the sidebar, remembered between starts. Screens below the provider always have one.
import { createContext, type ReactNode, useContext, useMemo } from 'react';
import { AppError } from '../../preload/contract/errors.ts';
import type { Workspace } from '../../preload/contract/workspace.ts';
import { createFormats, type Formats } from '../model/format.ts';
import { useStored } from './stored.ts';

type Open = { workspace: Workspace; all: readonly Workspace[]; open(id: string): void; formats: Formats };
const WorkspaceContext = createContext<Open | null>(null);

/** The one that was open last, while it is still there. */
export const chooseWorkspace = (all: readonly [Workspace, ...Workspace[]], id: string): Workspace =>
  all.find((one) => one.id === id) ?? all[0];

export const WorkspaceProvider = ({
  all,
  children,
}: {
  all: readonly [Workspace, ...Workspace[]];
  children: ReactNode;
}): ReactNode => {
  const [id, setId] = useStored('workspace', '');
  const workspace = chooseWorkspace(all, id);
  const formats = useMemo(() => createFormats(workspace.zone), [workspace.zone]);
  return <WorkspaceContext value={{ workspace, all, open: setId, formats }}>{children}</WorkspaceContext>;
};

export const useWorkspace = (): Open => {
  const open = useContext(WorkspaceContext);
  if (open === null) throw new AppError('internal', 'No workspace is open. Restart Afterword.');
  return open;
};
