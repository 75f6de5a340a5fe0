// The titles of a table's columns: sort by a click, move by dragging or Ctrl+arrows, resize by the edge or
// Ctrl+Shift+arrows.
import type { KeyboardEvent, ReactNode } from 'react';
import { Icon } from '../icon.tsx';
import type { GridColumn, GridSort } from './column.ts';
import type { ArrangedColumns } from './use-columns.ts';

const WIDEN_PX = 16;

const sortOf = (column: GridColumn<never>, sort: GridSort | null): 'ascending' | 'descending' | 'none' | undefined => {
  if (!column.isSortable) return undefined;
  if (sort?.id !== column.id) return 'none';
  return sort.isDescending ? 'descending' : 'ascending';
};

export const GridHeader = <R,>({
  arranged,
  sort,
  onSort,
}: {
  arranged: ArrangedColumns<R>;
  sort: GridSort | null;
  onSort?: (id: string) => void;
}): ReactNode => {
  const { columns, table, totalPx, widthOf } = arranged;
  const headers = table.getHeaderGroups()[0]?.headers ?? [];
  const onKey = (event: KeyboardEvent, id: string): void => {
    if (!(event.ctrlKey || event.metaKey) || !/^Arrow(Left|Right)$/.test(event.key)) return;
    const direction = event.key === 'ArrowRight' ? 1 : -1;
    if (event.shiftKey) arranged.widen(id, direction * WIDEN_PX);
    else arranged.move(id, direction);
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: see data-grid.tsx
    <div className="grid-head" role="rowgroup" style={{ width: totalPx }}>
      {/* biome-ignore lint/a11y/useSemanticElements: see data-grid.tsx */}
      {/* biome-ignore lint/a11y/useFocusableInteractive: its buttons have the focus */}
      <div className="grid-titles" role="row" aria-rowindex={1}>
        {columns.map((column, index) => {
          const header = headers.find(({ column: own }) => own.id === column.id);
          const isSorted = sort?.id === column.id;
          return (
            // biome-ignore lint/a11y/useSemanticElements: see data-grid.tsx
            // biome-ignore lint/a11y/useFocusableInteractive: its button has the focus
            <div
              key={column.id}
              role="columnheader"
              aria-colindex={index + 1}
              aria-sort={sortOf(column, sort)}
              className={column.align === 'end' ? 'grid-title end' : 'grid-title'}
              style={{ width: widthOf(column.id) }}
              draggable
              onDragStart={(event) => event.dataTransfer.setData('text/x-afterword-column', column.id)}
              onDragOver={(event) => {
                if (event.dataTransfer.types.includes('text/x-afterword-column')) event.preventDefault();
              }}
              onDrop={(event) => {
                const id = event.dataTransfer.getData('text/x-afterword-column');
                if (id !== '' && id !== column.id) arranged.moveTo(id, column.id);
                event.preventDefault();
              }}
            >
              <button
                type="button"
                className="grid-title-button"
                title={column.about ?? column.header}
                onClick={() => column.isSortable && onSort?.(column.id)}
                onKeyDown={(event) => onKey(event, column.id)}
              >
                <span className="clip">{column.header}</span>
                {isSorted ? <Icon name={sort.isDescending ? 'sortDown' : 'sortUp'} size={0.75} /> : null}
              </button>
              {header === undefined ? null : (
                // Its keys are on the title: the edge is for the pointer alone.
                <span
                  className="grid-edge"
                  aria-hidden="true"
                  onPointerDown={(event) => event.stopPropagation()}
                  onMouseDown={(event) => {
                    event.preventDefault();
                    header.getResizeHandler()(event);
                  }}
                  onDoubleClick={() => header.column.resetSize()}
                />
              )}
            </div>
          );
        })}
      </div>
    </div>
  );
};
