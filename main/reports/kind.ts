// What every kind of report gives: figures to keep and to compare, and files to write. Owns the form of figures and how
// they are compared. Imports the contract only.
import type { FigureChange, ReportFormat, ReportSettings } from '../../preload/contract/report.ts';
import type { PeriodCoverage } from '../../preload/contract/scorecard.ts';
import type { WriteChunk } from './atomic-file.ts';
import type { PageImages, PageRange } from './typst.ts';

/** One row of figures as printed (masked when the report is). Never holds a customer's data: it is kept for good. */
export type FigureRow = {
  /** Unique in the report; a kind with several tables puts the table's name before it. */
  key: string;
  name: string;
  figures: Record<string, { value: number | null; n: number }>;
};

export type PreparedReport = {
  /** SHA-256 over every figure, its period, coverage and definitions, as printed on the report. */
  contentHash: string;
  dataAsOf: string | null;
  coverage: PeriodCoverage;
  /** What was counted, by name: rows of the report, conversations behind it … */
  rowCounts: Record<string, number>;
  /** Name and version of the formulas. */
  definitions: string;
  figures: FigureRow[];
  /** Writes one format. The same prepared report gives the same bytes. */
  render(format: ReportFormat, write: WriteChunk, signal: AbortSignal): Promise<void>;
  /** Pages as the PDF would have them. */
  preview(range: PageRange, signal: AbortSignal): Promise<PageImages>;
};

/** Filters and options as the kind understands them, defaults filled in, to be kept with the issue. */
export type CheckedSettings = { filters: ReportSettings; options: ReportSettings };

/** The figures that are not what they were, rows and figures in the order of today's report; rows that went come last. */
export const diffFigures = (before: readonly FigureRow[], after: readonly FigureRow[]): FigureChange[] => {
  const beforeByKey = new Map(before.map((row) => [row.key, row]));
  const afterKeys = new Set(after.map((row) => row.key));
  const pairs = [
    ...after.map((row) => [beforeByKey.get(row.key), row] as const),
    ...before.filter((row) => !afterKeys.has(row.key)).map((row) => [row, undefined] as const),
  ];
  return pairs.flatMap(([old, now]) => {
    const row = now ?? old;
    if (row === undefined) return [];
    const names = new Set([...Object.keys(now?.figures ?? {}), ...Object.keys(old?.figures ?? {})]);
    return [...names].flatMap((figure): FigureChange[] => {
      const [was, is] = [old?.figures[figure] ?? null, now?.figures[figure] ?? null];
      if (was?.value === is?.value && was?.n === is?.n) return [];
      return [{ key: row.key, name: row.name, figure, before: was, after: is }];
    });
  });
};
