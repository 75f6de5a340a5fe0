// One row of a table. Drawn again only when something of its own has changed: while one scrolls, the rows that stay in
// sight cost nothing.
import { memo, type ReactNode } from 'react';
import type { GridColumn } from './column.ts';

/** The same object for as long as the table is there. */
export type RowActions = {
  press(row: number, column: number, isExtending: boolean): void;
  drag(row: number, column: number): void;
  open(row: number): void;
};

export type GridRowProps<R> = {
  /** Of the table: what its cells' ids begin with. */
  id: string;
  index: number;
  /** Undefined while it is not loaded. */
  row: R | undefined;
  columns: readonly GridColumn<R>[];
  widthsPx: readonly number[];
  startPx: number;
  heightPx: number;
  totalPx: number;
  /** Columns of this row that are in the selected block, both included; -1 where none is. */
  selectedFrom: number;
  selectedTo: number;
  /** -1: the active cell is in another row. */
  activeColumn: number;
  isMarked: boolean;
  actions: RowActions;
};

export const rowIdOf = (id: string, row: number): string => `${id}-${row}`;
export const cellIdOf = (id: string, row: number, column: number): string => `${id}-${row}-${column}`;

const Cell = <R,>({ row, column }: { row: R | undefined; column: GridColumn<R> }): ReactNode => {
  if (row === undefined) return <span className="grid-waiting" />;
  if (column.render) return column.render(row);
  const text = column.text(row);
  return (
    <span className="clip" title={text}>
      {text}
    </span>
  );
};

const Row = <R,>(props: GridRowProps<R>): ReactNode => {
  const { id, index, row, columns, widthsPx, selectedFrom, selectedTo, activeColumn, actions } = props;
  return (
    // biome-ignore lint/a11y/useSemanticElements: see data-grid.tsx
    // biome-ignore lint/a11y/useFocusableInteractive: the grid has the focus and names the active cell
    <div
      id={rowIdOf(id, index)}
      role="row"
      aria-rowindex={index + 2}
      className={props.isMarked ? 'grid-row marked' : 'grid-row'}
      style={{ transform: `translateY(${props.startPx}px)`, height: props.heightPx, width: props.totalPx }}
      onDoubleClick={() => actions.open(index)}
    >
      {columns.map((column, at) => {
        const isSelected = at >= selectedFrom && at <= selectedTo;
        return (
          // biome-ignore lint/a11y/useSemanticElements: see data-grid.tsx
          // biome-ignore lint/a11y/useFocusableInteractive: as above
          <div
            key={column.id}
            id={cellIdOf(id, index, at)}
            role="gridcell"
            aria-colindex={at + 1}
            aria-selected={isSelected}
            className={`grid-cell${column.align === 'end' ? ' end' : ''}${isSelected ? ' selected' : ''}${at === activeColumn ? ' active' : ''}`}
            style={{ width: widthsPx[at] }}
            onPointerDown={(event) => {
              if (event.button === 0) actions.press(index, at, event.shiftKey);
            }}
            onPointerEnter={(event) => {
              if (event.buttons === 1) actions.drag(index, at);
            }}
          >
            <Cell row={row} column={column} />
          </div>
        );
      })}
    </div>
  );
};

export const GridRow = memo(Row) as typeof Row;
