// The rows of a long answer, a page at a time as they come into sight.
import { keepPreviousData, useQueries, useQueryClient } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import type { AppError } from '../../preload/contract/errors.ts';
import type { ProcedureInput, ProcedureName, ProcedureOutput } from '../../preload/contract/procedures.ts';
import { useBridge } from '../bridge/context.tsx';

export type Pages<R> = {
  rowAt(index: number): R | undefined;
  /** Tell which rows are in sight. */
  onRange(first: number, last: number): void;
  error: AppError | null;
  retry(): void;
};

/** Pages out of sight: whoever scrolls through thousands of rows must not hold them all. */
const KEPT_MS = 30_000;

export const usePages = <N extends ProcedureName, R>({
  name,
  question,
  pageRows,
  inputOf,
  rowsOf,
}: {
  name: N;
  /** What tells this answer from others. */
  question: Readonly<Record<string, unknown>>;
  pageRows: number;
  /** `before` is the page before this one, where it is here and as fresh as this one will be. */
  inputOf(offset: number, before: ProcedureOutput<N> | undefined): ProcedureInput<N>;
  rowsOf(answer: ProcedureOutput<N>): readonly R[];
}): Pages<R> => {
  const bridge = useBridge();
  const queries = useQueryClient();
  // Pages, not rows: who shows them is drawn again with every change of this.
  const [{ firstPage, lastPage }, setRange] = useState({ firstPage: 0, lastPage: 0 });
  const wanted = Array.from({ length: lastPage - firstPage + 1 }, (_, index) => firstPage + index);
  const keyOf = (page: number): readonly unknown[] => [name, { ...question, page }];
  const pages = useQueries({
    queries: wanted.map((page) => ({
      queryKey: keyOf(page),
      queryFn: () => {
        const before = queries.getQueryState<ProcedureOutput<N>>(keyOf(page - 1));
        // While the data changed, all pages are asked for anew and side by side: none can follow another then.
        const isFresh = before !== undefined && !before.isInvalidated && before.fetchStatus === 'idle';
        return bridge.call(name, inputOf(page * pageRows, isFresh ? before.data : undefined));
      },
      // Made once for each answer: a row is the same object for as long as it is here.
      select: rowsOf,
      staleTime: Number.POSITIVE_INFINITY,
      gcTime: KEPT_MS,
      // Keeps the old rows until the new are there, so that nothing flickers while one types.
      ...(page === 0 ? { placeholderData: keepPreviousData as never } : {}),
    })),
  });
  const rows = useMemo(() => {
    const map = new Map<number, R>();
    for (const [at, page] of wanted.entries()) {
      const data = pages[at]?.data as readonly R[] | undefined;
      for (const [index, row] of (data ?? []).entries()) map.set(page * pageRows + index, row);
    }
    return map;
  }, [pages, wanted, pageRows]);
  const failed = pages.find(({ isError }) => isError);
  return {
    rowAt: (index) => rows.get(index),
    onRange(first, last) {
      const next = { firstPage: Math.floor(first / pageRows), lastPage: Math.floor(last / pageRows) };
      setRange((before) => (before.firstPage === next.firstPage && before.lastPage === next.lastPage ? before : next));
    },
    error: (failed?.error as AppError | undefined) ?? null,
    retry: () => {
      for (const page of pages) if (page.isError) void page.refetch();
    },
  };
};
