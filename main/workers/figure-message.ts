// Scorecards on their way between threads: the figures of all rows as one run of numbers, which costs a tenth of as many small
// objects, most of it on the thread that must not wait. Imports the contract's types only.
import type { MetricName, MetricValue, ScorecardRow } from '../../preload/contract/scorecard.ts';

type Figures<Notes> = { rows: ScorecardRow[]; total: Record<MetricName, MetricValue>; notes: Notes };
export type PackedFigures<Notes> = {
  keys: string[];
  names: string[];
  metrics: MetricName[];
  /** Why a metric has no value, where that is so in every row. */
  reasons: (string | null)[];
  /** Value, n, low and high of each metric, row by row, the total last; NaN is null. */
  numbers: Float64Array;
  notes: Notes;
};

const PARTS = 4;
const toNumber = (value: number | null): number => value ?? Number.NaN;
const toNull = (value: number | undefined): number | null =>
  value === undefined || Number.isNaN(value) ? null : value;

export const packFigures = <Notes>({ rows, total, notes }: Figures<Notes>): PackedFigures<Notes> => {
  const metrics = Object.keys(total) as MetricName[];
  const numbers = new Float64Array((rows.length + 1) * metrics.length * PARTS);
  let at = 0;
  for (const own of [...rows.map((row) => row.metrics), total])
    for (const metric of metrics) {
      const { value, n, low, high } = own[metric];
      numbers[at] = toNumber(value);
      numbers[at + 1] = n;
      numbers[at + 2] = toNumber(low);
      numbers[at + 3] = toNumber(high);
      at += PARTS;
    }
  return {
    keys: rows.map(({ key }) => key),
    names: rows.map(({ name }) => name),
    metrics,
    reasons: metrics.map((metric) => total[metric].reason ?? null),
    numbers,
    notes,
  };
};

export const unpackFigures = <Notes>(packed: PackedFigures<Notes>): Figures<Notes> => {
  const { keys, names, metrics, reasons, numbers, notes } = packed;
  const read = (row: number): Record<MetricName, MetricValue> => {
    const own = {} as Record<MetricName, MetricValue>;
    metrics.forEach((metric, column) => {
      const at = (row * metrics.length + column) * PARTS;
      const reason = reasons[column] ?? null;
      own[metric] = {
        value: toNull(numbers[at]),
        n: numbers[at + 1] as number,
        low: toNull(numbers[at + 2]),
        high: toNull(numbers[at + 3]),
        ...(reason === null ? {} : { reason }),
      };
    });
    return own;
  };
  return {
    rows: keys.map((key, row) => ({ key, name: names[row] as string, metrics: read(row) })),
    total: read(keys.length),
    notes,
  };
};
