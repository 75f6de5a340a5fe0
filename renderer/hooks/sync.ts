// Syncing the open workspace, from anywhere in the window.
import { notifications } from '@mantine/notifications';
import { useCallback } from 'react';
import { sentenceOf } from '../bridge/context.tsx';
import { type Job, useJobList, useJobs } from './jobs.tsx';
import { useWorkspace } from './workspace.tsx';

export type SyncRange = { from?: string; to?: string };

/** `sync` fetches what is missing; `running` is the sync under way, if there is one. */
export const useSync = (): {
  sync(): void;
  syncRange(range: SyncRange): void;
  stop(): void;
  running: Job | null;
} => {
  const jobs = useJobs();
  const { workspace } = useWorkspace();
  const running =
    useJobList().find(
      (job) =>
        job.state === 'running' &&
        (job.name === 'sync.start' ? job.workspaceId === workspace.id : job.progress?.kind === 'sync'),
    ) ?? null;
  const runningId = running?.id;
  const syncRange = useCallback(
    (range: SyncRange) => {
      jobs
        .start('sync.start', { workspace: workspace.id, ...range }, `Sync ${workspace.name}`, workspace.id)
        .catch((error: unknown) => {
          notifications.show({ title: 'Sync', message: sentenceOf(error), color: 'red', autoClose: false });
        });
    },
    [jobs, workspace.id, workspace.name],
  );
  const sync = useCallback(() => syncRange({}), [syncRange]);
  const stop = useCallback(() => {
    if (runningId !== undefined) void jobs.cancel(runningId);
  }, [jobs, runningId]);
  return { sync, syncRange, stop, running };
};
