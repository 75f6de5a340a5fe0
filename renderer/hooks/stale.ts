// Keeps what is shown fresh: when the program says that data changed, reads about it are asked again. A sync changes data
// with every page, so changes are gathered for a moment first.
import { useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import type { ProcedureName } from '../../preload/contract/procedures.ts';
import { type Topic, topicsOf, useBridge } from '../bridge/context.tsx';

const GATHER_MS = 250;

export const useStaleReads = (): void => {
  const bridge = useBridge();
  const queries = useQueryClient();
  useEffect(() => {
    const gathered = new Set<Topic>();
    let timer: number | undefined;
    const flush = (): void => {
      timer = undefined;
      const topics = new Set(gathered);
      gathered.clear();
      void queries.invalidateQueries({
        predicate: ({ queryKey }) => (topicsOf[queryKey[0] as ProcedureName] ?? []).some((topic) => topics.has(topic)),
      });
    };
    const end = bridge.on('data.changed', ({ topics }) => {
      for (const topic of topics) gathered.add(topic);
      timer ??= window.setTimeout(flush, GATHER_MS);
    });
    return () => {
      end();
      window.clearTimeout(timer);
    };
  }, [bridge, queries]);
};
