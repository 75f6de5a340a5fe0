// Metrics of the registry as columns and rows of reports: what each is called on a page, and the frame that every report
// of tables has. Pure. May import the contract, metrics and its neighbours in reports.
import {
  type CsatPolarity,
  type MetricName,
  type MetricValue,
  metricNames,
  type Period,
  type ScorecardRow,
} from '../../preload/contract/scorecard.ts';
import { unnamedKey } from '../metrics/grouping.ts';
import { attributionTimes, findDirection, metricRegistry } from '../metrics/registry.ts';
import type { FigureColumn, ReportDocument, Summary, Table, TableRow } from './document.ts';

/** Labels that fit a narrow column; the registry's stand in the summary and the definitions. */
const shortLabels: Partial<Record<MetricName, string>> = {
  ahtMean: 'AHT mean',
  ahtMedian: 'AHT median',
  ahtP90: 'AHT p90',
  acwMean: 'ACW mean',
  transferRate: 'Transfer rate',
  ronaRate: 'RONA rate',
  csatTop2: 'CSAT top two',
  csatMean: 'CSAT mean',
  asaMean: 'ASA mean',
  asaMedian: 'ASA median',
  asaP90: 'ASA p90',
  callbackRate: 'Callback opt rate',
  callbackCompletion: 'Completion',
  callbackTimeMedian: 'Time to callback',
  callbackTimeP90: 'Time p90',
  botSessions: 'Sessions',
  containment: 'Contained',
  containmentLessMicro: 'Without micro',
  adjustedContainment: 'Adjusted 24 h',
  adjustedContainment7d: 'Adjusted 7 d',
  escalationServedRate: 'Served',
  botLengthMedian: 'Length median',
  microSessions: 'Micro- sessions',
  preQueueAbandons: 'Left before a queue',
  surveyCoverage: 'Survey coverage',
  noRepeatRate: 'No-repeat rate',
};

/** Without a confirmed polarity no end of the scale is called good or bad (fact 12). */
const unjudgedLabels: Partial<Record<MetricName, string>> = {
  csatTop2: 'CSAT, scores 4 and 5',
  csatBottom2: 'CSAT, scores 1 and 2',
};

export type MetricColumns = {
  /** With the registry's label, for the summary. */
  whole(name: MetricName): FigureColumn;
  /** With a short label, for tables. */
  short(name: MetricName): FigureColumn;
  /** A group of the summary. */
  group(label: string, names: readonly MetricName[]): { label: string; columns: FigureColumn[] };
};

export const createMetricColumns = (polarity: CsatPolarity): MetricColumns => {
  const whole = (name: MetricName): FigureColumn => {
    const definition = metricRegistry[name];
    const { label, unit, grain } = definition;
    const unjudged = polarity === 'unset' ? unjudgedLabels[name] : undefined;
    const formula = unjudged === undefined ? definition.formula : `${unjudged.replace('CSAT, s', 'S')} / scores.`;
    return {
      kind: 'figure',
      name,
      label: unjudged ?? label,
      unit,
      formula: `${formula} Counted at ${attributionTimes[grain]}.`,
      better: findDirection(definition, polarity),
    };
  };
  return {
    whole,
    group: (label, names) => ({ label, columns: names.map(whole) }),
    short: (name) => {
      const column = whole(name);
      const isJudged = polarity !== 'unset' || unjudgedLabels[name] === undefined;
      return { ...column, label: (isJudged ? shortLabels[name] : undefined) ?? column.label };
    },
  };
};

/** The CSAT figure that may head a page. */
export const csatMetric = (polarity: CsatPolarity): MetricName => (polarity === 'unset' ? 'csatMean' : 'csatTop2');

export type Metrics = Record<MetricName, MetricValue>;

export const toCells = (metrics: Metrics): TableRow['cells'] => metrics;

/** Rows of a scorecard that have anything in these columns, most of the first column first; its key breaks ties. */
export const toRows = (
  rows: readonly ScorecardRow[],
  columns: readonly FigureColumn[],
  unnamed: string,
): TableRow[] => {
  const names = columns
    .map(({ name }) => metricNames.find((metric) => metric === name))
    .filter((name) => name !== undefined);
  const [lead = 'handled'] = names;
  const sizeOf = (row: ScorecardRow): number => row.metrics[lead].value ?? 0;
  return rows
    .filter((row) => names.some((name) => row.metrics[name].n > 0))
    .toSorted((a, b) => sizeOf(b) - sizeOf(a) || (a.key < b.key ? -1 : 1))
    .map(({ key, name, metrics }) => ({ key, name: key === unnamedKey ? unnamed : name, cells: toCells(metrics) }));
};

/** One step of the period with its pooled figures; null where nothing of it is synced. */
export type StepFigures = { label: string; metrics: Metrics | null; isPartial: boolean };

/** The steps as a table beside its chart. A step that is not synced has no figures, not zeros. */
export const stepTable = (
  steps: readonly StepFigures[],
  bars: FigureColumn,
  line: FigureColumn,
  more: readonly FigureColumn[] = [],
): Table => ({
  id: 'step',
  title: 'Within the period',
  intro: '',
  nameLabel: 'Step',
  empty: 'The period has not begun.',
  columns: [bars, line, ...more],
  rows: steps.map(({ label, metrics }) => ({ key: label, name: label, cells: metrics ?? {} })),
  total: null,
  drawing: { kind: 'steps', bars: bars.name, line: line.name },
  isKept: true,
  pageRows: 36,
  partial: new Set(steps.filter((step) => step.isPartial).map((step) => step.label)),
  missing: new Set(steps.filter((step) => step.metrics === null).map((step) => step.label)),
});

/** What every kind is given alike. */
export type ReportFrame = Omit<
  ReportDocument,
  'kind' | 'title' | 'headlines' | 'summary' | 'tables' | 'isLandscape' | 'notes'
> & {
  csatPolarity: CsatPolarity;
  /** Sentences of the data, before the kind's own. */
  notes: readonly string[];
};

/** Pooled figures now and in the period before. */
export type Compared = { total: Metrics; previous: { period: Period; metrics: Metrics; canCompare: boolean } | null };

/** What every report is made of, before its own rows. */
export type DocumentParts = { frame: ReportFrame; compared: Compared; steps: readonly StepFigures[] };

export const summarize = (groups: Summary['groups'], { total, previous }: Compared, name: string): Summary => ({
  groups,
  total: { key: '(total)', name, cells: toCells(total) },
  previous: previous && {
    period: previous.period,
    cells: toCells(previous.metrics),
    canCompare: previous.canCompare,
  },
});

/** Puts the kind's own parts into the frame. */
export const frameDocument = (
  { csatPolarity: _, notes, ...frame }: ReportFrame,
  parts: Pick<ReportDocument, 'kind' | 'title' | 'headlines' | 'summary' | 'tables'> & {
    notes?: readonly string[];
    isLandscape?: boolean;
  },
): ReportDocument => ({
  ...frame,
  ...parts,
  isLandscape: parts.isLandscape ?? false,
  notes: [
    ...(frame.isMasked
      ? ['People are shown under pseudonyms; the same person has the same one in every masked file.']
      : []),
    ...(parts.summary.previous && !parts.summary.previous.canCompare
      ? ['This period or the one before is not fully synced, so no changes are printed.']
      : []),
    ...(parts.notes ?? []),
    ...notes,
  ],
});
