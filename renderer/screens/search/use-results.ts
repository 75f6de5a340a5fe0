// The answer to a search: count and facets in one call, rows a page at a time as they come into sight.
import type { UseQueryResult } from '@tanstack/react-query';
import type { Conversation } from '../../../preload/contract/conversation.ts';
import type { AppError } from '../../../preload/contract/errors.ts';
import type { SearchResult } from '../../../preload/contract/procedures.ts';
import { useCall } from '../../bridge/context.tsx';
import { type Pages, usePages } from '../../hooks/pages.ts';

const PAGE = 100;
/** This window's own name: what is typed next cancels the counting of what was typed before, here and nowhere else. */
const client = `search-${crypto.randomUUID()}`;

export type Found = Conversation & { highlights: SearchResult['highlights'][number] };

const rowsOf = ({ rows, highlights }: SearchResult): Found[] =>
  rows.map((row, index) => ({ ...row, highlights: highlights[index] ?? [] }));

export const useOverview = (workspace: string, query: string): UseQueryResult<SearchResult, AppError> =>
  useCall('search.run', { workspace, query, limit: 0, facets: true, client }, { isKept: true });

export const useFoundPages = (workspace: string, query: string, sort: string): Pages<Found> =>
  usePages({
    name: 'search.run',
    question: { workspace, query, sort },
    pageRows: PAGE,
    inputOf: (offset, before) => ({
      ...{ workspace, query, sort, limit: PAGE, facets: false },
      // By key no row is lost or doubled; by offset one can jump.
      ...(before?.next ? { after: before.next } : { offset }),
    }),
    rowsOf,
  });
