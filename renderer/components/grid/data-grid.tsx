// A table for many rows: only what is in sight is drawn. Columns can be chosen, moved and resized; cells selected and copied;
// all of it by keyboard. Rows are asked for by index, so that they can be fetched as they come into sight.
import { useVirtualizer } from '@tanstack/react-virtual';
import { type ReactNode, useEffect, useId, useRef, useState } from 'react';
import { formatCount } from '../../model/format.ts';
import { useRemPx } from '../../theme/text-size.ts';
import type { GridSort } from './column.ts';
import { GridHeader } from './grid-header.tsx';
import './grid.css';
import { cellIdOf, GridRow, type RowActions, rowIdOf } from './grid-row.tsx';
import type { ArrangedColumns } from './use-columns.ts';
import { useSelection } from './use-selection.ts';

const ROW_REM = 1.875;
/** How many more rows come into sight without all of them changing their slots. */
const SPARE_SLOTS = 8;
/** A taller element than this cannot be scrolled in Chromium. */
const TALLEST_PX = 16_000_000;

/** How many rows a table can show at this size of text. */
export const useRowLimit = (): number => Math.floor(TALLEST_PX / (ROW_REM * useRemPx()));

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

/** The list of before for as long as the new one holds the same, so that rows can tell that nothing has changed. */
const useSame = <T,>(list: readonly T[]): readonly T[] => {
  const kept = useRef(list);
  const isSame = kept.current.length === list.length && kept.current.every((item, at) => item === list[at]);
  if (!isSame) kept.current = list;
  return kept.current;
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
  const { totalPx } = arranged;
  const columns = useSame(arranged.columns);
  const widthsPx = useSame(columns.map(({ id: column }) => arranged.widthOf(column)));
  const id = useId();
  const scroller = useRef<HTMLDivElement>(null);
  const rowPx = ROW_REM * useRemPx();
  const rowCount = Math.min(props.rowCount, useRowLimit());
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
  // A row that leaves the sight stays where it is in the document and shows one that comes into it: what is thrown away or moved
  // is made anew by the browser, boxes and layers and all, and was 60 MB after ten seconds of scrolling.
  const slots = useRef(0);
  if (items.length > slots.current) slots.current = items.length + SPARE_SLOTS;
  const slotOf = (index: number): number => index % slots.current;
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
  const { active, block } = selection;
  const isActiveDrawn = items.some(({ index }) => index === active.row);
  const latest = useRef({ selection, rowAt, onOpen });
  latest.current = { selection, rowAt, onOpen };
  const [actions] = useState<RowActions>(() => ({
    press: (row, column, isExtending) => latest.current.selection.select({ row, column }, isExtending),
    drag: (row, column) => latest.current.selection.select({ row, column }, true),
    open(index) {
      const row = latest.current.rowAt(index);
      if (row !== undefined) latest.current.onOpen?.(row, index);
    },
  }));

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
      {...(isActiveDrawn ? { 'aria-activedescendant': cellIdOf(id, active.row, active.column) } : {})}
      tabIndex={0}
      onKeyDown={(event) => {
        if (event.target !== event.currentTarget) return;
        const row = rowAt(active.row);
        if (event.key === 'Enter' && row !== undefined && onOpen) onOpen(row, active.row);
        else if (!selection.onKey(event)) return;
        event.preventDefault();
      }}
      onCopy={selection.onCopy}
    >
      <GridHeader arranged={arranged} sort={sort} {...(onSort ? { onSort } : {})} />
      {/* biome-ignore lint/a11y/useSemanticElements: as above */}
      <div
        className="grid-body"
        role="rowgroup"
        // The order for whoever reads the rows without seeing them.
        aria-owns={items.map(({ index }) => rowIdOf(id, index)).join(' ')}
        style={{ height: rows.getTotalSize(), width: totalPx }}
      >
        {[...items]
          .sort((a, b) => slotOf(a.index) - slotOf(b.index))
          .map(({ index, start }) => {
            const row = rowAt(index);
            const isInSelection = index >= block.fromRow && index <= block.toRow;
            return (
              <GridRow
                key={slotOf(index)}
                id={id}
                index={index}
                row={row}
                columns={columns}
                widthsPx={widthsPx}
                startPx={start}
                heightPx={rowPx}
                totalPx={totalPx}
                selectedFrom={isInSelection ? block.fromColumn : -1}
                selectedTo={isInSelection ? block.toColumn : -1}
                activeColumn={active.row === index ? active.column : -1}
                isMarked={row !== undefined && isMarked?.(row) === true}
                actions={actions}
              />
            );
          })}
      </div>
      {rowCount < props.rowCount ? (
        // biome-ignore lint/a11y/useSemanticElements: as above
        <div role="rowgroup">
          {/* biome-ignore lint/a11y/useSemanticElements lint/a11y/useFocusableInteractive: as above */}
          <div role="row" className="grid-end">
            {/* biome-ignore lint/a11y/useSemanticElements lint/a11y/useFocusableInteractive: as above */}
            <div role="gridcell">
              A table ends after {formatCount(rowCount)} rows. Another order or a narrower search shows the others.
            </div>
          </div>
        </div>
      ) : null}
    </div>
  );
};
