// The form that reports of tables share: headline figures, a summary with the period before, tables with drawings. Owns
// what such a report is, its hash, what is kept of it, and its CSV; the page is document-page.ts's. Pure. May import the
// contract and its neighbours in reports.
import { createHash } from 'node:crypto';
import type { ReportKindName } from '../../preload/contract/report.ts';
import type { MetricValue, Period, PeriodCoverage } from '../../preload/contract/scorecard.ts';
import { type CsvColumn, csvHeader, csvLine } from './csv.ts';
import type { MetricUnit } from './figures.ts';
import type { FigureRow } from './kind.ts';

export type FigureColumn = {
  kind: 'figure';
  /** Its name in the CSV: unique in the report, and the same figure wherever it comes again. */
  name: string;
  label: string;
  unit: MetricUnit;
  /** What it means, for the page of definitions. */
  formula: string;
  better: 'more' | 'less' | 'neither';
  /** Each row is one case's own value and no estimate: there is no n to judge it by. */
  isSingle?: true;
};
/** `share`: of the width left over by the figures, beside the first column's. */
export type TextColumn = { kind: 'text' | 'time'; name: string; label: string; share: number };
export type Column = FigureColumn | TextColumn;

/** A figure with its n, a text, an ISO instant; null where there is none. */
export type Cell = MetricValue | string | null;
export type TableRow = { key: string; name: string; cells: Readonly<Record<string, Cell>> };

export type Drawing =
  /** Each row's value with its interval, on one scale. */
  | { kind: 'interval'; column: string }
  /** Each row's parts as shares of their sum. */
  | { kind: 'stack'; columns: readonly string[] }
  /** Rows are steps of the period: one column as bars, another as a line. */
  | { kind: 'steps'; bars: string; line: string };

export type Table = {
  /** The CSV's `section`. */
  id: string;
  title: string;
  /** Sentences above the table: its order, and what it leaves out. */
  intro: string;
  nameLabel: string;
  /** What stands instead of a table without rows. */
  empty: string;
  columns: readonly Column[];
  rows: readonly TableRow[];
  /** The pooled figures, printed first. */
  total: TableRow | null;
  drawing: Drawing | null;
  /** False: its rows are single conversations or what people wrote, of which nothing is kept with the issue. */
  isKept: boolean;
  /** Rows beyond this many are in the CSV only. */
  pageRows: number;
  /** Steps that are not over or not synced whole, and those not synced at all. */
  partial?: ReadonlySet<string>;
  missing?: ReadonlySet<string>;
};

export type Summary = {
  groups: readonly { label: string; columns: readonly FigureColumn[] }[];
  total: TableRow;
  /** The period before. `canCompare` is false across a hole in either: then no change is printed. */
  previous: { period: Period; cells: TableRow['cells']; canCompare: boolean } | null;
};

export type ReportDocument = {
  kind: ReportKindName;
  title: string;
  workspaceName: string;
  period: Period;
  /** ISO 8601. */
  generatedAt: string;
  dataAsOf: string | null;
  coverage: PeriodCoverage;
  isMasked: boolean;
  /** Names the set of formulas, such as "Afterword 1". */
  definitions: string;
  /** What the report is narrowed to, in words; empty when to nothing. */
  narrowed: string;
  /** Columns of the summary that head the first page. */
  headlines: readonly string[];
  summary: Summary;
  tables: readonly Table[];
  /** Sentences about the data, printed under the summary. */
  notes: readonly string[];
  paper: 'a4' | 'us-letter';
  isLandscape: boolean;
  /** SHA-256 over lines that are no table (a list of raw rows); enters the hash. */
  linesHash?: string;
};

export const noValue: MetricValue = { value: null, n: 0, low: null, high: null };

/** A count as a figure: its n is itself. */
export const countOf = (value: number): MetricValue => ({ value, n: value, low: null, high: null });

/** One case's own value, for a column that is `isSingle`. */
export const singleOf = (value: number | null): MetricValue | null =>
  value === null ? null : { value, n: 1, low: null, high: null };

export const figureOf = (row: Pick<TableRow, 'cells'>, name: string): MetricValue => {
  const cell = row.cells[name];
  return typeof cell === 'object' && cell !== null ? cell : noValue;
};

export const summaryColumns = ({ groups }: Summary): FigureColumn[] => groups.flatMap(({ columns }) => columns);

const listCells = ({ cells }: Pick<TableRow, 'cells'>, columns: readonly Column[]): unknown[] =>
  columns.map((column) => {
    const cell = cells[column.name] ?? null;
    return typeof cell === 'object' && cell !== null ? [cell.value, cell.n, cell.low, cell.high] : cell;
  });

/**
 * SHA-256 over every figure and text of the report, its period and its coverage, in one fixed order: the same on each
 * re-make, another for any other figure.
 */
export const hashDocument = (document: ReportDocument): string => {
  const { kind, definitions, narrowed, period, dataAsOf, coverage, summary, tables, notes, linesHash } = document;
  const columns = summaryColumns(summary);
  const parts = [
    [kind, definitions, narrowed, period.from, period.to, period.zone, dataAsOf],
    [coverage.isComplete, coverage.fraction, coverage.holes.map((hole) => [hole.from, hole.to, hole.state])],
    [summary.total.key, listCells(summary.total, columns), summary.previous && listCells(summary.previous, columns)],
    tables.map(({ id, columns: own, rows, total }) => [
      id,
      own.map(({ name }) => name),
      total && listCells(total, own),
      rows.map((row) => [row.key, row.name, listCells(row, own)]),
    ]),
    notes,
    linesHash ?? null,
  ];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
};

const keepFigures = ({ cells }: Pick<TableRow, 'cells'>, columns: readonly Column[]): FigureRow['figures'] =>
  Object.fromEntries(
    columns
      .filter((column) => column.kind === 'figure')
      .map(({ name }) => {
        const { value, n } = figureOf({ cells }, name);
        return [name, { value, n }];
      }),
  );

/** What is kept with the issue and compared later: the figures, never a row of a conversation nor what anybody wrote. */
export const listFigures = ({ summary, tables }: ReportDocument): FigureRow[] => [
  { key: '(total)', name: summary.total.name, figures: keepFigures(summary.total, summaryColumns(summary)) },
  ...tables
    .filter(({ isKept }) => isKept)
    .flatMap(({ id, columns, rows }) =>
      rows.map((row) => ({ key: `${id}:${row.key}`, name: row.name, figures: keepFigures(row, columns) })),
    ),
];

/** What stands at the end of every line of a report's CSV, whatever the line is about. */
export const frameColumns = (
  { period, dataAsOf, coverage }: Pick<ReportDocument, 'period' | 'dataAsOf' | 'coverage'>,
  definitions: string,
  hash: string,
): CsvColumn<unknown>[] => [
  { name: 'periodFrom', kind: 'time', value: () => period.from },
  { name: 'periodTo', kind: 'time', value: () => period.to },
  { name: 'zone', kind: 'text', value: () => period.zone },
  { name: 'dataAsOf', kind: 'time', value: () => dataAsOf },
  { name: 'coverageIsComplete', kind: 'boolean', value: () => coverage.isComplete },
  { name: 'coverageFraction', kind: 'number', value: () => coverage.fraction },
  { name: 'definitionPreset', kind: 'text', value: () => definitions },
  { name: 'dataHash', kind: 'text', value: () => hash },
];

type Line = { section: string; row: TableRow };

/**
 * The report as CSV lines, header first: `section` says which table a line belongs to ("total" and "previous" are the
 * summary's), then the columns of all tables. A figure is its value and, unless it is a count or one case's own, `…N`, `…Low` and `…High`.
 * Values are whole (rates 0-1, durations in seconds, whatever their n). Every row is there, also where the page stops.
 */
export const documentCsv = function* (document: ReportDocument): Generator<string> {
  const { summary, tables, definitions } = document;
  const all = new Map<string, Column>();
  for (const column of [...summaryColumns(summary), ...tables.flatMap((table) => table.columns)])
    if (!all.has(column.name)) all.set(column.name, column);
  const figure = (name: string, part: keyof MetricValue & ('value' | 'n' | 'low' | 'high')) => (line: Line) => {
    const cell = line.row.cells[name];
    return typeof cell === 'object' && cell !== null ? cell[part] : null;
  };
  const columns: CsvColumn<Line>[] = [
    { name: 'section', kind: 'text', value: ({ section }) => section },
    { name: 'key', kind: 'text', value: ({ row }) => row.key },
    { name: 'name', kind: 'text', value: ({ row }) => row.name },
    ...[...all.values()].flatMap(({ kind, name, ...column }): CsvColumn<Line>[] => {
      if (kind === 'figure') {
        const { unit, isSingle } = column as FigureColumn;
        const parts = unit === 'count' || isSingle ? (['value'] as const) : (['value', 'n', 'low', 'high'] as const);
        const suffix = { value: '', n: 'N', low: 'Low', high: 'High' };
        return parts.map((part) => ({ name: `${name}${suffix[part]}`, kind: 'number', value: figure(name, part) }));
      }
      const value = ({ row }: Line): string | null => {
        const cell = row.cells[name];
        return typeof cell === 'string' ? cell : null;
      };
      return [{ name, kind, value }];
    }),
    ...frameColumns(document, definitions, hashDocument(document)),
  ];
  yield csvHeader(columns);
  yield csvLine(columns, { section: 'total', row: summary.total });
  if (summary.previous) {
    const row = { key: '(previous)', name: 'The period before', cells: summary.previous.cells };
    yield csvLine(columns, { section: 'previous', row });
  }
  for (const { id, rows } of tables) for (const row of rows) yield csvLine(columns, { section: id, row });
};
