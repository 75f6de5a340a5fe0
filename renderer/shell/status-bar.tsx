// The line at the bottom: how fresh the data are, in which zone times are shown, what runs, whether there is a network.
import { UnstyledButton } from '@mantine/core';
import { type ReactNode, useSyncExternalStore } from 'react';
import { useCall } from '../bridge/context.tsx';
import { Icon } from '../components/icon.tsx';
import { go } from '../hooks/route.ts';
import { useWorkspace } from '../hooks/workspace.tsx';
import { summarizeFreshness } from '../model/coverage.ts';
import { formatSpan } from '../model/format.ts';
import { JobsTray } from './jobs-tray.tsx';

const subscribeOnline = (listener: () => void): (() => void) => {
  window.addEventListener('online', listener);
  window.addEventListener('offline', listener);
  return () => {
    window.removeEventListener('online', listener);
    window.removeEventListener('offline', listener);
  };
};
const useIsOnline = (): boolean => useSyncExternalStore(subscribeOnline, () => navigator.onLine);

export const StatusBar = ({ onHelp }: { onHelp(): void }): ReactNode => {
  const { workspace, formats } = useWorkspace();
  const coverage = useCall('coverage.get', { workspace: workspace.id });
  const isOnline = useIsOnline();
  const freshness = coverage.data ? summarizeFreshness(coverage.data.ranges) : null;
  const ageS = freshness?.completeTo ? (Date.now() - Date.parse(freshness.completeTo)) / 1000 : null;
  const zoneName = formats.zoneName(new Date().toISOString());
  return (
    <footer className="status">
      <UnstyledButton className="status-button" onClick={() => go('coverage')}>
        <Icon name="clock" size={0.875} />
        {freshness?.completeTo && ageS !== null ? (
          <span className="number">
            Data up to {formats.moment(freshness.completeTo)} ({ageS < 120 ? 'now' : `${formatSpan(ageS)} ago`})
          </span>
        ) : coverage.isPending ? (
          'Reading…'
        ) : coverage.isError ? (
          'What is synced could not be read'
        ) : (
          'Nothing synced yet'
        )}
      </UnstyledButton>
      <JobsTray />
      {isOnline ? null : (
        <span className="status-button tone-warn" role="status">
          <Icon name="warning" size={0.875} />
          Offline: all that is synced works, syncing waits
        </span>
      )}
      <span className="push clip" title={`All times are in ${workspace.zone}`}>
        <span className="wide">Times in </span>
        {workspace.zone}
        {zoneName === workspace.zone ? '' : ` (${zoneName})`}
      </span>
      <UnstyledButton className="status-button" onClick={onHelp} aria-label="Keyboard shortcuts">
        <Icon name="keyboard" size={0.875} />?
      </UnstyledButton>
    </footer>
  );
};
