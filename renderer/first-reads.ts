// What a start shows first is asked for while the code that shows it is still on its way: one wait instead of four in a row.
import type { QueryClient } from '@tanstack/react-query';
import type { ProcedureInput, ProcedureName } from '../preload/contract/procedures.ts';
import type { Bridge } from './bridge/bridge.ts';
import { callKey } from './bridge/context.tsx';
import { parseRoute } from './hooks/route.ts';
import { readStored } from './hooks/stored.ts';
import { chooseWorkspace } from './hooks/workspace.tsx';
import { countOfAll } from './screens/home/reads.ts';
import { loadScreen } from './shell/screens.ts';

/** Nothing is shown until then: what would be replaced at once only flickers. Longer than this, people look for a sign of life. */
const BLANK_MS = 300;

/** Resolves when all is there or the time is up; never rejects, for whoever shows a read asks again when it failed. */
export const startReading = async (bridge: Bridge, queries: QueryClient): Promise<void> => {
  const read = <N extends ProcedureName>(name: N, input: ProcedureInput<N>) =>
    queries
      .fetchQuery({ queryKey: callKey(name, input), queryFn: () => bridge.call(name, input) })
      // Whoever shows it asks again, and shows the failure.
      .catch(() => null);
  const { screen } = parseRoute(window.location.hash);
  const readAll = async (): Promise<void> => {
    const all = await read('workspaces.list', {});
    if (all === null || all[0] === undefined) return;
    const workspace = chooseWorkspace([all[0], ...all], readStored('workspace', '')).id;
    await Promise.all([
      read('coverage.get', { workspace }),
      screen === 'home' ? read('search.run', countOfAll(workspace)) : null,
    ]);
  };
  const code = screen === 'welcome' ? null : loadScreen(screen).catch(() => null);
  await Promise.race([Promise.all([readAll(), code]), new Promise((resolve) => setTimeout(resolve, BLANK_MS))]);
};
