// Which cell of a table is active and which block is selected, moved by keys and pointer as in a spreadsheet.
import { notifications } from '@mantine/notifications';
import { type ClipboardEvent, type KeyboardEvent, useState } from 'react';
import { formatMany } from '../../model/format.ts';
import { type Block, blockAsTsv, blockOf, type Cell, type GridColumn } from './column.ts';

export type Selection = {
  active: Cell;
  block: Block;
  select(cell: Cell, isExtending: boolean): void;
  /** Gives whether the key was one of ours. */
  onKey(event: KeyboardEvent): boolean;
  onCopy(event: ClipboardEvent): void;
};

export const useSelection = <R>(options: {
  rowCount: number;
  columns: readonly GridColumn<R>[];
  rowsPerPage: number;
  rowAt(index: number): R | undefined;
  onMove(cell: Cell): void;
}): Selection => {
  const { rowCount, columns, rowsPerPage, rowAt, onMove } = options;
  const [kept, setKept] = useState<{ active: Cell; anchor: Cell }>({
    active: { row: 0, column: 0 },
    anchor: { row: 0, column: 0 },
  });
  const clamp = ({ row, column }: Cell): Cell => ({
    row: Math.max(0, Math.min(rowCount - 1, row)),
    column: Math.max(0, Math.min(columns.length - 1, column)),
  });
  const active = clamp(kept.active);
  const anchor = clamp(kept.anchor);
  const select = (cell: Cell, isExtending: boolean): void => {
    const target = clamp(cell);
    setKept({ active: target, anchor: isExtending ? anchor : target });
    onMove(target);
  };
  return {
    active,
    block: blockOf(active, anchor),
    select,
    onKey(event) {
      const isMod = event.ctrlKey || event.metaKey;
      const { row, column } = active;
      if (isMod && event.key.toLowerCase() === 'a') {
        setKept({ anchor: { row: 0, column: 0 }, active: clamp({ row: rowCount, column: columns.length }) });
        return true;
      }
      const far = Number.MAX_SAFE_INTEGER;
      const moves: Record<string, Cell> = {
        ArrowDown: { row: isMod ? far : row + 1, column },
        ArrowUp: { row: isMod ? 0 : row - 1, column },
        ArrowRight: { row, column: isMod ? far : column + 1 },
        ArrowLeft: { row, column: isMod ? 0 : column - 1 },
        PageDown: { row: row + rowsPerPage, column },
        PageUp: { row: row - rowsPerPage, column },
        Home: isMod ? { row: 0, column: 0 } : { row, column: 0 },
        End: isMod ? { row: far, column: far } : { row, column: far },
        ...(isMod ? {} : { j: { row: row + 1, column }, k: { row: row - 1, column } }),
      };
      const move = moves[event.key];
      if (move === undefined) return false;
      select(move, event.shiftKey);
      return true;
    },
    onCopy(event) {
      const { text, missing } = blockAsTsv(blockOf(active, anchor), columns, rowAt);
      event.clipboardData.setData('text/plain', text);
      event.preventDefault();
      if (missing > 0)
        notifications.show({
          color: 'yellow',
          title: 'Copied in part',
          message: `${formatMany(missing, 'row')} of the block ${missing === 1 ? 'was' : 'were'} not loaded yet and left out. Use Export for everything.`,
        });
    },
  };
};
