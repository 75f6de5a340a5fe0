// The window around the screens: sidebar, screen, status line, palette, help, and the commands that work everywhere.
import { Button } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { type ReactNode, Suspense, useEffect, useMemo, useState } from 'react';
import { useBridge } from '../bridge/context.tsx';
import { ErrorBoundary } from '../components/error-boundary.tsx';
import { FileLinks } from '../components/file-links.tsx';
import { Loading } from '../components/states.tsx';
import { type Job, useJobs } from '../hooks/jobs.tsx';
import { formatRoute, go, useRoute } from '../hooks/route.ts';
import { type Command, goCommands, useShortcuts } from '../hooks/shortcuts.ts';
import { useSync } from '../hooks/sync.ts';
import { useWorkspace } from '../hooks/workspace.tsx';
import { describeEnd, filesOf } from '../model/job-text.ts';
import { useTextSize } from '../theme/text-size.ts';
import { ShortcutHelp } from './help.tsx';
import { openPalette, Palette } from './palette.tsx';
import { screenPart } from './screens.ts';
import './shell.css';
import { Sidebar } from './sidebar.tsx';
import { StatusBar } from './status-bar.tsx';

const signInCodes = ['auth_missing', 'auth_rejected', 'auth_scope'];

const tell = (job: Job, workspaceId: string): void => {
  const end = describeEnd(job);
  const isSignIn = job.workspaceId === workspaceId && signInCodes.includes(job.error?.code ?? '');
  notifications.show({
    title: job.label,
    message: (
      <>
        {end.text}
        <FileLinks paths={filesOf(job)} />
        {isSignIn ? (
          <div>
            <Button component="a" size="compact-xs" variant="light" href={formatRoute('settings', { part: 'sign-in' })}>
              Sign-in settings
            </Button>
          </div>
        ) : null}
      </>
    ),
    color: end.tone === 'good' ? 'teal' : end.tone === 'warn' ? 'yellow' : 'red',
    autoClose: end.tone === 'bad' ? false : filesOf(job).length > 0 ? 12_000 : 5_000,
  });
};

export const Shell = (): ReactNode => {
  const { screen } = useRoute();
  const bridge = useBridge();
  const jobs = useJobs();
  const { workspace, all, open } = useWorkspace();
  const { sync, running, stop } = useSync();
  const textSize = useTextSize();
  const [isHelpOpen, setIsHelpOpen] = useState(false);
  useEffect(() => jobs.onEnd((job) => tell(job, workspace.id)), [jobs, workspace.id]);
  useEffect(
    () => bridge.on('notice', ({ message }) => notifications.show({ message, color: 'yellow', autoClose: false })),
    [bridge],
  );

  const commands = useMemo<readonly Command[]>(() => {
    const switches = all
      .filter((one) => one.id !== workspace.id)
      .map(
        (one): Command => ({
          id: `workspace-${one.id}`,
          label: `Open workspace ${one.name}`,
          group: 'Workspace',
          run: () => open(one.id),
        }),
      );
    return [
      ...goCommands,
      { id: 'palette', label: 'Commands', group: 'Do', keys: 'mod+k', run: openPalette },
      running === null
        ? { id: 'sync', label: 'Sync now', group: 'Do', keys: 'mod+r', keywords: 'fetch refresh update', run: sync }
        : { id: 'stop-sync', label: 'Stop the sync', group: 'Do', keywords: 'cancel', run: stop },
      { id: 'find', label: 'Search conversations', group: 'Do', keys: '/', run: () => go('search') },
      { id: 'settings', label: 'Settings', group: 'Do', keys: 'mod+,', run: () => go('settings') },
      { id: 'help', label: 'Keyboard shortcuts', group: 'Do', keys: '?', run: () => setIsHelpOpen(true) },
      { id: 'larger', label: 'Larger text', group: 'Do', keywords: 'zoom size', run: textSize.larger },
      { id: 'smaller', label: 'Smaller text', group: 'Do', keywords: 'zoom size', run: textSize.smaller },
      {
        ...{ id: 'forget', label: 'Forget a customer…', group: 'Do', keywords: 'delete erase privacy gdpr' },
        run: () => go('settings', { part: 'privacy' }),
      },
      ...switches,
      { id: 'connect', label: 'Connect an account…', group: 'Workspace', run: () => go('welcome') },
    ];
  }, [all, workspace.id, open, running, sync, stop, textSize]);
  useShortcuts(commands);

  useEffect(
    () =>
      bridge.on('host.command', ({ command }) => {
        if (command === 'search') go('search');
        if (command === 'sync') sync();
        if (command === 'settings') go('settings');
        if (command === 'about') go('settings', { part: 'about' });
        if (command === 'shortcuts') setIsHelpOpen(true);
      }),
    [bridge, sync],
  );

  const Part = screenPart(screen === 'welcome' ? 'home' : screen);
  return (
    <div className="shell">
      <Sidebar />
      <ErrorBoundary key={`${screen} ${workspace.id}`}>
        <Suspense
          fallback={
            <main className="page">
              <Loading />
            </main>
          }
        >
          <Part key={workspace.id} />
        </Suspense>
      </ErrorBoundary>
      <StatusBar onHelp={() => setIsHelpOpen(true)} />
      <Palette commands={commands} />
      <ShortcutHelp commands={commands} isOpen={isHelpOpen} onClose={() => setIsHelpOpen(false)} />
    </div>
  );
};
