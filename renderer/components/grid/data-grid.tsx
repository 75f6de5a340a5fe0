// A table for many rows: only what is in sight is drawn. Columns can be chosen, moved and resized; cells selected and copied;
// all of it by keyboard. Rows are asked for by index, so that they can be fetched as they come into sight.
import { useVirtualizer } from '@tanstack/react-virtual';
import { type ReactNode, useEffect, useId, useRef } from 'react';
import { useRemPx } from '../../theme/text-size.ts';
import { type GridSort, isInBlock } from './column.ts';
import { GridHeader } from './grid-header.tsx';
import './grid.css';
import type { ArrangedColumns } from './use-columns.ts';
import { useSelection } from './use-selection.ts';

const ROW_REM = 1.875;
/** A taller element than this cannot be scrolled in Chromium. */
const TALLEST_PX = 16_000_000;

export type DataGridProps<R> = {
  label: string;
  arranged: ArrangedColumns<R>;
  rowCount: number;
  /** Undefined while the row is not loaded. */
  rowAt(index: number): R | undefined;
  sort?: GridSort | null;
  onSort?(id: string): void;
  /** Enter or a double click on a row. */
  onOpen?(row: R, index: number): void;
  /** The active cell moved to a row. */
  onActive?(row: R | undefined, index: number): void;
  /** The rows in sight, both included. */
  onRange?(first: number, last: number): void;
  /** The first column stays when the others scroll away. */
  isFirstPinned?: boolean;
  /** Marks a row, such as the one shown beside the table. */
  isMarked?(row: R): boolean;
};

export const DataGrid = <R,>(props: DataGridProps<R>): ReactNode => {
  const {
    label,
    arranged,
    rowAt,
    sort = null,
    onSort,
    onOpen,
    onActive,
    onRange,
    isMarked,
    isFirstPinned = false,
  } = props;
  const { columns, totalPx, widthOf } = arranged;
  const id = useId();
  const scroller = useRef<HTMLDivElement>(null);
  const rowPx = ROW_REM * useRemPx();
  const rowCount = Math.min(props.rowCount, Math.floor(TALLEST_PX / rowPx));
  const rows = useVirtualizer({
    count: rowCount,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowPx,
    overscan: 8,
    scrollPaddingStart: rowPx,
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: heights change with the size of a rem
  useEffect(() => rows.measure(), [rowPx]);

  const items = rows.getVirtualItems();
  const first = items[0]?.index ?? 0;
  const last = items.at(-1)?.index ?? 0;
  const report = useRef(onRange);
  report.current = onRange;
  useEffect(() => report.current?.(first, last), [first, last]);

  const selection = useSelection({
    rowCount,
    columns,
    rowsPerPage: Math.max(1, Math.floor((scroller.current?.clientHeight ?? rowPx * 20) / rowPx) - 2),
    rowAt,
    onMove({ row }) {
      rows.scrollToIndex(row);
      onActive?.(rowAt(row), row);
    },
  });
  const cellId = (row: number, column: number): string => `${id}-${row}-${column}`;
  const isActiveDrawn = items.some(({ index }) => index === selection.active.row);

  return (
    // biome-ignore lint/a11y/useSemanticElements: a table element cannot be drawn in part and scrolled
    <div
      ref={scroller}
      className={isFirstPinned ? 'grid pinned' : 'grid'}
      role="grid"
      aria-label={label}
      aria-rowcount={props.rowCount + 1}
      aria-colcount={columns.length}
      aria-multiselectable="true"
      {...(isActiveDrawn ? { 'aria-activedescendant': cellId(selection.active.row, selection.active.column) } : {})}
      tabIndex={0}
      onKeyDown={(event) => {
        if (event.target !== event.currentTarget) return;
        const row = rowAt(selection.active.row);
        if (event.key === 'Enter' && row !== undefined && onOpen) onOpen(row, selection.active.row);
        else if (!selection.onKey(event)) return;
        event.preventDefault();
      }}
      onCopy={selection.onCopy}
    >
      <GridHeader arranged={arranged} sort={sort} {...(onSort ? { onSort } : {})} />
      {/* biome-ignore lint/a11y/useSemanticElements: as above */}
      <div className="grid-body" role="rowgroup" style={{ height: rows.getTotalSize(), width: totalPx }}>
        {items.map(({ index, start }) => {
          const row = rowAt(index);
          return (
            // biome-ignore lint/a11y/useSemanticElements: as above
            // biome-ignore lint/a11y/useFocusableInteractive: the grid has the focus and names the active cell
            <div
              key={index}
              role="row"
              aria-rowindex={index + 2}
              className={row !== undefined && isMarked?.(row) ? 'grid-row marked' : 'grid-row'}
              style={{ transform: `translateY(${start}px)`, height: rowPx, width: totalPx }}
              onDoubleClick={() => row !== undefined && onOpen?.(row, index)}
            >
              {columns.map((column, at) => {
                const isSelected = isInBlock(selection.block, index, at);
                const isActive = selection.active.row === index && selection.active.column === at;
                return (
                  // biome-ignore lint/a11y/useSemanticElements: as above
                  // biome-ignore lint/a11y/useFocusableInteractive: as above
                  <div
                    key={column.id}
                    id={cellId(index, at)}
                    role="gridcell"
                    aria-colindex={at + 1}
                    aria-selected={isSelected}
                    className={`grid-cell${column.align === 'end' ? ' end' : ''}${isSelected ? ' selected' : ''}${isActive ? ' active' : ''}`}
                    style={{ width: widthOf(column.id) }}
                    onPointerDown={(event) => {
                      if (event.button === 0) selection.select({ row: index, column: at }, event.shiftKey);
                    }}
                    onPointerEnter={(event) => {
                      if (event.buttons === 1) selection.select({ row: index, column: at }, true);
                    }}
                  >
                    {row === undefined ? (
                      <span className="grid-waiting" />
                    ) : column.render ? (
                      column.render(row)
                    ) : (
                      <span className="clip" title={column.text(row)}>
                        {column.text(row)}
                      </span>
                    )}
                  </div>
                );
              })}
            </div>
          );
        })}
      </div>
    </div>
  );
};
