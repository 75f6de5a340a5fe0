// The answer to a search: count and facets in one call, rows a page at a time as they come into sight.
import { keepPreviousData, type UseQueryResult, useQueries } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import type { Conversation } from '../../../preload/contract/conversation.ts';
import type { AppError } from '../../../preload/contract/errors.ts';
import type { SearchResult } from '../../../preload/contract/procedures.ts';
import { callKey, useBridge, useCall } from '../../bridge/context.tsx';

const PAGE = 100;

export type Results = {
  overview: UseQueryResult<SearchResult, AppError>;
  rowAt(index: number): Conversation | undefined;
  /** Tell which rows are in sight. */
  onRange(first: number, last: number): void;
  pageError: AppError | null;
  retryPages(): void;
};

export const useResults = (workspace: string, query: string, sort: 'started' | '-started'): Results => {
  const bridge = useBridge();
  const overview = useCall('search.run', { workspace, query, limit: 0, facets: true }, { isKept: true });
  const [range, setRange] = useState({ first: 0, last: PAGE - 1 });
  const firstPage = Math.floor(range.first / PAGE);
  const lastPage = Math.floor(range.last / PAGE);
  const wanted = Array.from({ length: lastPage - firstPage + 1 }, (_, index) => firstPage + index);
  const pages = useQueries({
    queries: wanted.map((page) => {
      const input = { workspace, query, sort, limit: PAGE, offset: page * PAGE, facets: false };
      return {
        queryKey: callKey('search.run', input),
        queryFn: () => bridge.call('search.run', input),
        staleTime: Number.POSITIVE_INFINITY,
        // Keeps the old rows until the new are there, so that nothing flickers while one types.
        ...(page === 0 ? { placeholderData: keepPreviousData as never } : {}),
      };
    }),
  });
  const rows = useMemo(() => {
    const map = new Map<number, Conversation>();
    for (const [at, page] of wanted.entries())
      for (const [index, row] of ((pages[at]?.data as SearchResult | undefined)?.rows ?? []).entries())
        map.set(page * PAGE + index, row);
    return map;
  }, [pages, wanted]);
  const failed = pages.find(({ isError }) => isError);
  return {
    overview,
    rowAt: (index) => rows.get(index),
    onRange: (first, last) =>
      setRange((before) => (before.first === first && before.last === last ? before : { first, last })),
    pageError: (failed?.error as AppError | undefined) ?? null,
    retryPages: () => {
      for (const page of pages) if (page.isError) void page.refetch();
    },
  };
};
