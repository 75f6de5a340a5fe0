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
  const [range, setRange] = useState({ first: 0, last: pageRows - 1 });
  const firstPage = Math.floor(range.first / pageRows);
  const lastPage = Math.floor(range.last / pageRows);
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
      staleTime: Number.POSITIVE_INFINITY,
      // Keeps the old rows until the new are there, so that nothing flickers while one types.
      ...(page === 0 ? { placeholderData: keepPreviousData as never } : {}),
    })),
  });
  const rows = useMemo(() => {
    const map = new Map<number, R>();
    for (const [at, page] of wanted.entries()) {
      const data = pages[at]?.data as ProcedureOutput<N> | undefined;
      for (const [index, row] of (data === undefined ? [] : rowsOf(data)).entries())
        map.set(page * pageRows + index, row);
    }
    return map;
  }, [pages, wanted, rowsOf, pageRows]);
  const failed = pages.find(({ isError }) => isError);
  return {
    rowAt: (index) => rows.get(index),
    onRange: (first, last) =>
      setRange((before) => (before.first === first && before.last === last ? before : { first, last })),
    error: (failed?.error as AppError | undefined) ?? null,
    retry: () => {
      for (const page of pages) if (page.isError) void page.refetch();
    },
  };
};
