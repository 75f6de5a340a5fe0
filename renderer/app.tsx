// Puts the window together: providers outside, then either the first run or the shell.
import { MantineProvider } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { lazy, type ReactNode, Suspense } from 'react';
import type { Workspace } from '../preload/contract/workspace.ts';
import type { Bridge } from './bridge/bridge.ts';
import { BridgeProvider, useCall } from './bridge/context.tsx';
import { Failure, Loading } from './components/states.tsx';
import { JobsProvider } from './hooks/jobs.tsx';
import { useRoute } from './hooks/route.ts';
import { WorkspaceProvider } from './hooks/workspace.tsx';
import { Shell } from './shell/shell.tsx';
import { useTextSize } from './theme/text-size.ts';
import { theme } from './theme/theme.ts';

const Welcome = lazy(async () => ({ default: (await import('./screens/welcome/welcome.tsx')).Welcome }));

const hasSome = (all: readonly Workspace[]): all is readonly [Workspace, ...Workspace[]] => all.length > 0;

const Start = (): ReactNode => {
  useTextSize();
  const { screen } = useRoute();
  const workspaces = useCall('workspaces.list', {});
  // A read that failed after one that did not must not take the window away.
  if (workspaces.data === undefined)
    return workspaces.isError ? (
      <Failure error={workspaces.error} onRetry={() => void workspaces.refetch()} />
    ) : (
      <Loading label="Starting" />
    );
  const all = workspaces.data;
  if (!hasSome(all) || screen === 'welcome')
    return (
      <Suspense fallback={<Loading label="Starting" />}>
        <Welcome isFirst={!hasSome(all)} />
      </Suspense>
    );
  return (
    <WorkspaceProvider all={all}>
      <Shell />
    </WorkspaceProvider>
  );
};

export const createQueries = (): QueryClient =>
  new QueryClient({
    defaultOptions: {
      // The program is on this machine: asking again by itself would only hide what is wrong.
      queries: { retry: false, refetchOnWindowFocus: false, refetchOnReconnect: false, networkMode: 'always' },
      mutations: { networkMode: 'always' },
    },
  });

export const App = ({ bridge, queries }: { bridge: Bridge; queries: QueryClient }): ReactNode => (
  // Every colour and class is in style sheets, so that the page adds no style tag of its own.
  <MantineProvider theme={theme} defaultColorScheme="auto" withCssVariables={false} withGlobalClasses={false}>
    <QueryClientProvider client={queries}>
      <BridgeProvider bridge={bridge}>
        {/* Inside: a notification can hold buttons that call the program. */}
        <Notifications position="bottom-right" limit={4} zIndex={400} />
        <JobsProvider>
          <Start />
        </JobsProvider>
      </BridgeProvider>
    </QueryClientProvider>
  </MantineProvider>
);
