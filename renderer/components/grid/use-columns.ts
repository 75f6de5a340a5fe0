// A table's columns as the user arranged them: order, widths, which are shown. TanStack Table keeps the state; it is
// remembered under the table's name, with widths as they are at 100 % text size.
import {
  columnOrderingFeature,
  columnResizingFeature,
  columnSizingFeature,
  columnVisibilityFeature,
  type ReactTable,
  tableFeatures,
  useTable,
} from '@tanstack/react-table';
import { useMemo } from 'react';
import { useStored } from '../../hooks/stored.ts';
import { useRemPx } from '../../theme/text-size.ts';
import type { GridColumn } from './column.ts';

const features = tableFeatures({
  columnOrderingFeature,
  columnResizingFeature,
  columnSizingFeature,
  columnVisibilityFeature,
});
type Layout = { order: string[]; widths: Record<string, number>; shown: Record<string, boolean> };
const untouched: Layout = { order: [], widths: {}, shown: {} };
const NARROWEST_PX = 48;
type Updater<T> = T | ((before: T) => T);
const update = <T>(updater: Updater<T>, before: T): T =>
  typeof updater === 'function' ? (updater as (before: T) => T)(before) : updater;

export type ColumnTable = ReactTable<typeof features, object>;
export type ArrangedColumns<R> = {
  table: ColumnTable;
  /** Shown ones, in the user's order. */
  columns: readonly GridColumn<R>[];
  widthOf(id: string): number;
  totalPx: number;
  move(id: string, by: number): void;
  moveTo(id: string, targetId: string): void;
  widen(id: string, byPx: number): void;
  reset(): void;
};

const noRows: object[] = [];

/** Whether a column of a table is shown, for who asks before the columns are there. */
export const useShown = (name: string): ((id: string, isOptional: boolean) => boolean) => {
  const [layout] = useStored<Layout>(`columns.${name}`, untouched);
  return (id, isOptional) => layout.shown[id] ?? !isOptional;
};

export const useColumns = <R>(name: string, all: readonly GridColumn<R>[]): ArrangedColumns<R> => {
  const [layout, setLayout] = useStored<Layout>(`columns.${name}`, untouched);
  const scale = useRemPx() / 16;
  const ids = all.map(({ id }) => id);
  const known = layout.order.filter((id) => ids.includes(id));
  // A column that is new since the order was kept stands at the end.
  const order = [...known, ...ids.filter((id) => !known.includes(id))];
  const definitions = useMemo(
    () => all.map(({ id, widthPx }) => ({ id, size: widthPx * scale, minSize: NARROWEST_PX * scale, maxSize: 4000 })),
    [all, scale],
  );
  const sizing = Object.fromEntries(Object.entries(layout.widths).map(([id, px]) => [id, px * scale]));
  const visibility = Object.fromEntries(all.map(({ id, isOptional }) => [id, layout.shown[id] ?? !isOptional]));
  const table = useTable({
    features,
    columns: definitions,
    data: noRows,
    columnResizeMode: 'onChange',
    state: { columnOrder: order, columnSizing: sizing, columnVisibility: visibility },
    onColumnOrderChange: (updater) => setLayout({ ...layout, order: update(updater, order) }),
    onColumnSizingChange: (updater) =>
      setLayout({
        ...layout,
        widths: Object.fromEntries(Object.entries(update(updater, sizing)).map(([id, px]) => [id, px / scale])),
      }),
    onColumnVisibilityChange: (updater) => setLayout({ ...layout, shown: update(updater, visibility) }),
  });
  const byId = new Map(all.map((column) => [column.id, column]));
  const visible = table.getVisibleLeafColumns();
  const moveTo = (id: string, targetId: string): void => {
    const without = order.filter((one) => one !== id);
    const at = order.indexOf(targetId);
    setLayout({ ...layout, order: [...without.slice(0, at), id, ...without.slice(at)] });
  };
  return {
    table,
    columns: visible.flatMap((column) => byId.get(column.id) ?? []),
    widthOf: (id) => visible.find((column) => column.id === id)?.getSize() ?? 0,
    totalPx: visible.reduce((sum, column) => sum + column.getSize(), 0),
    move(id, by) {
      const shown = visible.map((column) => column.id);
      const target = shown[shown.indexOf(id) + by];
      if (target !== undefined) moveTo(id, target);
    },
    moveTo,
    widen(id, byPx) {
      const now = visible.find((column) => column.id === id)?.getSize() ?? 0;
      setLayout({ ...layout, widths: { ...layout.widths, [id]: Math.max(NARROWEST_PX, now / scale + byPx) } });
    },
    reset: () => setLayout(untouched),
  };
};
