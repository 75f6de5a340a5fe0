// A column of a table: what it shows, how wide it is, and its text for the clipboard.
import type { ReactNode } from 'react';

export type GridColumn<R> = {
  id: string;
  header: string;
  /** What the column means, shown on its title. */
  about?: string;
  /** At 100 % text size. */
  widthPx: number;
  align?: 'end';
  /** The cell as plain text: what is copied, and what is shown when there is no `render`. */
  text(row: R): string;
  render?(row: R): ReactNode;
  isSortable?: boolean;
  /** Hidden until chosen. */
  isOptional?: boolean;
};

export type GridSort = { id: string; isDescending: boolean };
export type Cell = { row: number; column: number };
export type Block = { fromRow: number; toRow: number; fromColumn: number; toColumn: number };

export const blockOf = (a: Cell, b: Cell): Block => ({
  fromRow: Math.min(a.row, b.row),
  toRow: Math.max(a.row, b.row),
  fromColumn: Math.min(a.column, b.column),
  toColumn: Math.max(a.column, b.column),
});

/** As in the CSV files (main/reports/csv.ts): what begins like a formula must not become one when it is pasted. */
const formulaStart = /^[\s\0\uFEFF]*[=+\-@＝＋－＠]/u;
const plainNumber = /^[+-]?[\d.,:]+( ?%)?$/;
const guard = (text: string): string => (formulaStart.test(text) && !plainNumber.test(text) ? `'${text}` : text);

/**
 * A block of cells as a table for the clipboard: a line for each row, cells apart by tabs, titles first when there is more
 * than one cell. Rows that are not loaded are left out and counted.
 */
export const blockAsTsv = <R>(
  block: Block,
  columns: readonly GridColumn<R>[],
  rowAt: (index: number) => R | undefined,
): { text: string; missing: number } => {
  const taken = columns.slice(block.fromColumn, block.toColumn + 1);
  const clean = (text: string): string => guard(text.replace(/[\t\r\n]+/g, ' '));
  const lines: string[] = [];
  let missing = 0;
  for (let index = block.fromRow; index <= block.toRow; index += 1) {
    const row = rowAt(index);
    if (row === undefined) missing += 1;
    else lines.push(taken.map((column) => clean(column.text(row))).join('\t'));
  }
  const isOne = taken.length === 1 && block.fromRow === block.toRow;
  return { text: (isOne ? lines : [taken.map(({ header }) => header).join('\t'), ...lines]).join('\n'), missing };
};
