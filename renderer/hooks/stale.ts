// Keeps what is shown fresh: when the program says that data changed, reads about it are asked again. A sync changes data
// with every page, so changes are gathered for a moment first.
import type { QueryClient } from '@tanstack/react-query';
import type { ProcedureName } from '../../preload/contract/procedures.ts';
import type { Bridge } from '../bridge/bridge.ts';
import { type Topic, topicsOf } from '../bridge/context.tsx';

const GATHER_MS = 250;

/** For as long as the window lives. Comes before the first read, or a change right after that would be missed. */
export const keepFresh = (bridge: Bridge, queries: QueryClient): void => {
  const gathered = new Set<Topic>();
  const flush = (): void => {
    const topics = new Set(gathered);
    gathered.clear();
    void queries.invalidateQueries({
      predicate: ({ queryKey }) => (topicsOf[queryKey[0] as ProcedureName] ?? []).some((topic) => topics.has(topic)),
    });
  };
  bridge.on('data.changed', ({ topics }) => {
    if (gathered.size === 0) window.setTimeout(flush, GATHER_MS);
    for (const topic of topics) gathered.add(topic);
  });
};
