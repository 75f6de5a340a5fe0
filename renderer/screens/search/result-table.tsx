// The conversations found, row by row. Keeps which of them are in sight to itself: the screen around it is not drawn again
// while one scrolls.
import type { ReactNode } from 'react';
import { DataGrid, type DataGridProps } from '../../components/grid/data-grid.tsx';
import { Failure } from '../../components/states.tsx';
import { type Found, useFoundPages } from './use-results.ts';

type ResultTableProps = Omit<DataGridProps<Found>, 'label' | 'rowAt' | 'onRange'> & {
  workspace: string;
  query: string;
  /** As search.run takes it. */
  order: string;
  /** Shown in place of the table; the first rows are asked for all the same. */
  instead: ReactNode;
};

export const ResultTable = ({ workspace, query, order, instead, ...grid }: ResultTableProps): ReactNode => {
  const pages = useFoundPages(workspace, query, order);
  if (instead !== null) return instead;
  if (pages.error) return <Failure error={pages.error} onRetry={pages.retry} />;
  return <DataGrid {...grid} label="Conversations found" rowAt={pages.rowAt} onRange={pages.onRange} />;
};
