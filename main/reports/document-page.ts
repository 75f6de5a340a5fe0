// What the pages of a report of tables print, as JSON: each figure in its printed form, each mark as a position 0-1. The
// layout is templates/document.typ. Pure. May import the contract and its neighbours in reports.
import type { MetricValue } from '../../preload/contract/scorecard.ts';
import {
  type DisplayRule,
  describeChange,
  describeCoverage,
  formatN,
  formatRange,
  type PrintedCell,
  toCell,
} from './cells.ts';
import {
  type Cell,
  type Column,
  type FigureColumn,
  figureOf,
  hashDocument,
  type ReportDocument,
  summaryColumns,
  type Table,
  type TableRow,
} from './document.ts';
import { formatFigure, formatInstant, formatPeriod, noFigure, unitWords } from './figures.ts';
import { drawInterval, findScale, roundUpTop } from './scorecard-charts.ts';

/** Characters of one cell: a page must not be filled by what one person wrote. The CSV has the whole. */
const maxTextLength = 400;

const printText = (cell: Cell, column: Column, zone: string): PrintedCell & { n: string } => {
  if (typeof cell !== 'string' || cell === '') return { text: noFigure, tone: 'none', n: '' };
  if (column.kind === 'time') return { text: formatInstant(cell, zone), tone: 'plain', n: '' };
  const characters = Array.from(cell);
  const text = characters.length > maxTextLength ? `${characters.slice(0, maxTextLength).join('')} […]` : cell;
  return { text, tone: 'plain', n: '' };
};

const printCell = (row: TableRow, column: Column, zone: string, rule: DisplayRule): PrintedCell & { n: string } => {
  if (column.kind !== 'figure') return printText(row.cells[column.name] ?? null, column, zone);
  const value = figureOf(row, column.name);
  if (column.isSingle) {
    const tone = value.value === null ? 'none' : 'plain';
    return { text: formatFigure(value.value, column.unit), tone, n: '' };
  }
  const cell = toCell(column.unit, value, rule);
  return { ...cell, n: cell.tone === 'hidden' ? '' : formatN(column.unit, value) };
};

const printSteps = (table: Table, bars: FigureColumn, line: FigureColumn, rule: DisplayRule) => {
  const shownValue = (row: TableRow, { name, unit }: FigureColumn): number | null => {
    const figure = figureOf(row, name);
    return unit !== 'count' && rule(figure.n) === 'hide' ? null : figure.value;
  };
  const topOf = (column: FigureColumn): number =>
    roundUpTop(Math.max(...table.rows.map((row) => shownValue(row, column) ?? 0), 0), column.unit);
  const barsTop = topOf(bars);
  const lineTop = topOf(line);
  return {
    barsLabel: bars.label,
    barsTop: formatFigure(barsTop, bars.unit),
    lineLabel: `${line.label} (${unitWords[line.unit]})`,
    lineTop: formatFigure(lineTop, line.unit),
    points: table.rows.map((row) => {
      const [bar, dot] = [shownValue(row, bars), shownValue(row, line)];
      const isMissing = table.missing?.has(row.key) ?? false;
      return {
        label: row.name,
        isPartial: table.partial?.has(row.key) ?? false,
        isMissing,
        barAt: bar === null || isMissing ? null : bar / barsTop,
        // Points below zero (NPS) stand on the axis: the table has them.
        lineAt: dot === null || isMissing ? null : Math.max(0, dot / lineTop),
        isGrey: line.unit !== 'count' && rule(figureOf(row, line.name).n) === 'grey',
      };
    }),
  };
};

const printStack = (row: TableRow, columns: readonly string[]) => {
  const counts = columns.map((name) => figureOf(row, name).value ?? 0);
  const sum = counts.reduce((total, count) => total + count, 0);
  return sum === 0 ? null : counts.map((count) => count / sum);
};

const isFigure = (column: Column): column is FigureColumn => column.kind === 'figure';

const printTable = (table: Table, zone: string, rule: DisplayRule) => {
  const { columns, drawing, total } = table;
  const rows = table.rows.slice(0, table.pageRows);
  const figureColumn = (name: string): FigureColumn | undefined =>
    columns.filter(isFigure).find((c) => c.name === name);
  const drawn = drawing?.kind === 'interval' ? figureColumn(drawing.column) : undefined;
  const totalValue: MetricValue | null = drawn && total ? figureOf(total, drawn.name) : null;
  const none = { value: null, n: 0, low: null, high: null };
  const scale =
    drawn &&
    findScale(
      table.rows.map((row) => figureOf(row, drawn.name)),
      totalValue ?? none,
      drawn.unit,
      rule,
    );
  const markOf = (row: TableRow) => {
    if (drawing?.kind === 'stack') return { stack: printStack(row, drawing.columns) };
    if (!drawn || !scale) return null;
    const value = figureOf(row, drawn.name);
    const bar = drawInterval(drawn.unit, value, totalValue ?? none, scale, rule);
    return bar && { bar, tone: toCell(drawn.unit, value, rule).tone };
  };
  const printRow = (row: TableRow) => ({
    name: row.name,
    isPartial: table.partial?.has(row.key) ?? false,
    cells: columns.map((column) =>
      table.missing?.has(row.key) && isFigure(column)
        ? { text: 'unsynced', tone: 'hidden', n: '' }
        : printCell(row, column, zone, rule),
    ),
    mark: markOf(row),
  });
  const [bars, line] =
    drawing?.kind === 'steps' ? [figureColumn(drawing.bars), figureColumn(drawing.line)] : [undefined, undefined];
  return {
    id: table.id,
    title: table.title,
    intro: table.intro,
    nameLabel: table.nameLabel,
    empty: table.empty,
    isList: !table.isKept,
    columns: columns.map((column) =>
      isFigure(column)
        ? {
            label: column.label,
            unit: column.isSingle ? '' : unitWords[column.unit],
            isFigure: true,
            isSingle: column.isSingle ?? false,
            share: 0,
          }
        : { label: column.label, unit: '', isFigure: false, isSingle: false, share: column.share },
    ),
    drawing: drawing?.kind ?? '',
    drawnLabel: drawn?.label ?? '',
    stackLabels: drawing?.kind === 'stack' ? drawing.columns.map((name) => figureColumn(name)?.label ?? name) : [],
    steps: bars && line && rows.length > 0 ? printSteps(table, bars, line, rule) : null,
    total: total && rows.length > 0 ? printRow(total) : null,
    rows: rows.map(printRow),
    cut:
      table.rows.length > rows.length
        ? `Printed: the first ${formatFigure(rows.length, 'count')} of ${formatFigure(table.rows.length, 'count')} rows. The CSV of this report has all of them.`
        : '',
  };
};

const printSummary = ({ summary }: ReportDocument, rule: DisplayRule) => {
  const { total, previous } = summary;
  return summary.groups.map(({ label, columns }) => ({
    label,
    rows: columns.map(({ name, label: metric, unit }) => {
      const value = figureOf(total, name);
      const earlier = previous && figureOf(previous, name);
      const before = earlier ? toCell(unit, earlier, rule) : { text: noFigure, tone: 'none' };
      return {
        label: metric,
        ...toCell(unit, value, rule),
        n: formatN(unit, value),
        range: formatRange(unit, value, rule),
        previous: before.text,
        previousTone: before.tone,
        change: previous?.canCompare && earlier ? describeChange(unit, value, earlier, rule) : noFigure,
        reason: value.reason ?? '',
      };
    }),
  }));
};

/** Everything templates/document.typ prints. Figures are hidden or greyed by `rule` as in every other report. */
export const buildDocumentPages = (document: ReportDocument, rule: DisplayRule) => {
  const { period, summary, tables } = document;
  const { zone } = period;
  const hash = hashDocument(document);
  const columns = summaryColumns(summary);
  const defined = new Map<string, FigureColumn>();
  for (const column of [...columns, ...tables.flatMap((table) => table.columns).filter(isFigure)])
    if (!defined.has(column.name)) defined.set(column.name, column);
  return {
    paper: document.paper,
    isLandscape: document.isLandscape,
    title: document.title,
    workspace: document.workspaceName,
    period: formatPeriod(period),
    zone,
    narrowed: document.narrowed,
    previousPeriod: summary.previous ? formatPeriod(summary.previous.period) : null,
    dataAsOf: document.dataAsOf === null ? 'never synced' : formatInstant(document.dataAsOf, zone),
    generatedAt: formatInstant(document.generatedAt, zone),
    coverage: describeCoverage(document.coverage, document.period),
    isMasked: document.isMasked,
    notes: document.notes,
    headlines: document.headlines.flatMap((name) => {
      const column = columns.find((candidate) => candidate.name === name);
      if (column === undefined) return [];
      const value = figureOf(summary.total, name);
      const n = formatN(column.unit, value);
      const before = summary.previous && toCell(column.unit, figureOf(summary.previous, name), rule).text;
      return [
        {
          label: column.label,
          ...toCell(column.unit, value, rule),
          n: n === '' ? '' : `n\u202f=\u202f${n}`,
          before: before ?? '',
        },
      ];
    }),
    summary: printSummary(document, rule),
    tables: tables.map((table) => printTable(table, zone, rule)),
    definitions: [...defined.values()]
      .filter(({ formula }) => formula !== '')
      .map(({ label, unit, better, formula }) => ({
        label,
        unit: unitWords[unit],
        better: better === 'neither' ? noFigure : better,
        formula,
      })),
    definitionPreset: document.definitions,
    hash,
    shortHash: hash.slice(0, 12),
  };
};
