// The agent-scorecards report: what the page says and what the CSV holds, both from one scorecard. Owns the choice and
// the order of what is shown; the layout is templates/agent-scorecards.typ. Pure. May import the contract and its
// neighbours in reports; the metric registry comes in as data.
import { createHash } from 'node:crypto';
import { AppError } from '../../preload/contract/errors.ts';
import {
  type CsatPolarity,
  type MetricName,
  type MetricValue,
  metricNames,
  type Scorecard,
  type ScorecardRow,
} from '../../preload/contract/scorecard.ts';
import {
  type DisplayRule,
  describeChange,
  describeCoverage,
  formatN,
  formatRange,
  type Tone,
  toCell,
} from './cells.ts';
import { type CsvColumn, csvHeader, csvLine } from './csv.ts';
import { frameColumns } from './document.ts';
import { formatFigure, formatInstant, formatPeriod, type MetricMeta, noFigure, unitWords } from './figures.ts';
import { maskAgentId, maskScorecard } from './masking.ts';
import { chartTrend, drawInterval, findScales, type Scale, type TrendPoint } from './scorecard-charts.ts';

export type { DisplayRule };

export type AgentScorecardsInput = {
  scorecard: Scorecard;
  /** The pooled figures of all agents: what each is held against. */
  total: Record<MetricName, MetricValue>;
  /** Where the rows are not all agents: the pooled figures of those they are. */
  own?: Record<MetricName, MetricValue>;
  /** The scorecard of the period before, for the change columns. */
  previous: Scorecard | null;
  /** Steps within the period for each agentId, oldest first; at most 36 an agent. */
  trend?: ReadonlyMap<string, readonly TrendPoint[]>;
  metricMeta: readonly MetricMeta[];
  displayRule: DisplayRule;
  /** ISO 8601. */
  generatedAt: string;
  workspaceName: string;
  csatPolarity: CsatPolarity;
  /** Puts agents under the pseudonyms of masked exports; null prints their names. */
  mask: { salt: string } | null;
  /** Names the set of formulas, such as "Afterword 1". */
  definitionPreset: string;
  /** Sentences to print under the summary, such as how many open conversations were left out. */
  dataNotes?: readonly string[];
  paper?: 'a4' | 'us-letter';
};

const metricGroups: readonly { label: string; names: readonly MetricName[] }[] = [
  { label: 'Volume', names: ['handled', 'conversations'] },
  {
    label: 'Handling',
    names: ['ahtMean', 'ahtMedian', 'ahtP90', 'talkMean', 'holdRate', 'holdMean', 'acwMean'],
  },
  { label: 'Response', names: ['ringMedian', 'firstResponseMedian', 'firstResponseP90'] },
  { label: 'Offers and transfers', names: ['acceptRate', 'ronaRate', 'transferRate', 'consultRate'] },
  { label: 'Surveys', names: ['csatTop2', 'csatMean', 'nps', 'likeRate'] },
];

const shortLabels: Partial<Record<MetricName, string>> = {
  handled: 'Handled',
  ahtMean: 'AHT mean',
  ahtMedian: 'AHT median',
  ahtP90: 'AHT p90',
  acwMean: 'ACW mean',
  holdRate: 'Hold rate',
  acceptRate: 'Accept rate',
  ronaRate: 'RONA rate',
  transferRate: 'Transfer rate',
  csatTop2: 'CSAT top two',
  csatMean: 'CSAT mean',
};

const csatMetric = (polarity: CsatPolarity): MetricName => (polarity === 'unset' ? 'csatMean' : 'csatTop2');
const summaryMetrics = (polarity: CsatPolarity): MetricName[] => [
  'handled',
  'ahtMean',
  'ahtMedian',
  'ahtP90',
  'acwMean',
  'holdRate',
  'acceptRate',
  'ronaRate',
  'transferRate',
  csatMetric(polarity),
];

const compareText = new Intl.Collator('en').compare;
const sortRows = (rows: readonly ScorecardRow[]): ScorecardRow[] =>
  rows.toSorted(
    (a, b) =>
      (b.metrics.handled.value ?? 0) - (a.metrics.handled.value ?? 0) ||
      compareText(a.name, b.name) ||
      (a.key < b.key ? -1 : 1),
  );

/** The input with masking applied and the rows in the order of the report: the one thing both outputs start from. */
const prepare = (input: AgentScorecardsInput): AgentScorecardsInput => {
  const { mask, previous, trend } = input;
  const scorecard = mask ? maskScorecard(input.scorecard, mask.salt) : input.scorecard;
  return {
    ...input,
    scorecard: { ...scorecard, rows: sortRows(scorecard.rows) },
    previous: mask && previous ? maskScorecard(previous, mask.salt) : previous,
    ...(mask && trend
      ? { trend: new Map([...trend].map(([key, points]) => [maskAgentId(key, mask.salt).key, points])) }
      : {}),
  };
};

const listFigures = (metrics: Record<MetricName, MetricValue>): unknown[] =>
  metricNames.map((name) => {
    const { value, n, low, high } = metrics[name];
    return [name, value, n, low, high];
  });

/** SHA-256 over every figure of the scorecard, its period and its coverage, in one fixed order: the same on each re-make. */
const hashFigures = ({ scorecard, total, definitionPreset }: AgentScorecardsInput): string => {
  const { period, dataAsOf, coverage, rows } = scorecard;
  const figures = [
    [definitionPreset, period.from, period.to, period.zone, dataAsOf, coverage.isComplete, coverage.fraction],
    coverage.holes.map((hole) => [hole.from, hole.to, hole.state]),
    listFigures(total),
    rows.map((row) => [row.key, row.name, listFigures(row.metrics)]),
  ];
  return createHash('sha256').update(JSON.stringify(figures)).digest('hex');
};

const describeStanding = ({ low, high }: MetricValue, team: number | null, tone: Tone): string => {
  if (tone !== 'plain' || low === null || high === null || team === null) return '';
  return low > team ? 'above' : high < team ? 'below' : 'no clear difference';
};

const buildMetricRow = (
  input: AgentScorecardsInput,
  meta: MetricMeta,
  row: ScorecardRow,
  before: ScorecardRow | undefined,
  scale: Scale | undefined,
) => {
  const { displayRule, total, previous } = input;
  const value = row.metrics[meta.name];
  const { unit } = meta;
  const team = total[meta.name];
  const cell = toCell(unit, value, displayRule);
  const isCount = unit === 'count';
  const earlier = before?.metrics[meta.name];
  const earlierCell = earlier && toCell(unit, earlier, displayRule);
  // Across a hole in either period a difference says nothing about the agent.
  const canCompare = input.scorecard.coverage.isComplete && previous?.coverage.isComplete === true;
  return {
    label: meta.label,
    ...cell,
    n: formatN(unit, value),
    range: formatRange(unit, value, displayRule),
    bar: scale === undefined ? null : drawInterval(unit, value, team, scale, displayRule),
    team: isCount ? '' : toCell(unit, team, displayRule).text,
    previous: earlierCell?.text ?? noFigure,
    previousTone: earlierCell?.tone ?? 'none',
    change: canCompare && earlier ? describeChange(unit, value, earlier, displayRule) : noFigure,
    standing: isCount ? '' : describeStanding(value, team.value, cell.tone),
  };
};

const listNotes = (input: AgentScorecardsInput): string[] => [
  ...(input.mask ? ['Agents are shown under pseudonyms; the same agent has the same one in every masked file.'] : []),
  ...(input.csatPolarity === 'unset'
    ? ['Which end of the CSAT scale is the good one has not been confirmed, so CSAT is shown as scored and not judged.']
    : []),
  ...(input.previous && !(input.previous.coverage.isComplete && input.scorecard.coverage.isComplete)
    ? ['This period or the one before is not fully synced, so no changes are printed.']
    : []),
  ...(input.own === undefined ? [] : ['This report is about one agent. “Team” is all agents together.']),
  ...(input.dataNotes ?? []),
];

/**
 * Everything the template prints, as JSON, with each figure already in its printed form and each bar as positions 0-1.
 * Agents come with most handled first. Throws AppError invalid_input when a trend has more steps than a page can hold.
 */
export const buildAgentScorecardsData = (rawInput: AgentScorecardsInput) => {
  const input = prepare(rawInput);
  const { scorecard, total, displayRule, csatPolarity, previous } = input;
  const { zone } = scorecard.period;
  const metas = new Map(
    input.metricMeta.map((meta) => [
      meta.name,
      meta.name === 'csatTop2' && csatPolarity === 'unset' ? { ...meta, label: 'CSAT, scores 4 and 5' } : meta,
    ]),
  );
  const metaOf = (name: MetricName): MetricMeta => {
    const meta = metas.get(name);
    if (meta === undefined) throw new AppError('internal', `The report was not told about the metric ${name}.`);
    return meta;
  };
  const scales = findScales(scorecard.rows, total, [...metas.values()], displayRule);
  const beforeByKey = new Map(previous?.rows.map((row) => [row.key, row]));
  const columns = summaryMetrics(csatPolarity);
  const headlineNames: MetricName[] = ['handled', 'ahtMean', 'acceptRate', csatMetric(csatPolarity)];
  const hash = hashFigures(input);

  const buildAgent = (row: ScorecardRow, index: number) => ({
    id: `agent-${index + 1}`,
    name: row.name,
    key: row.key,
    headlines: headlineNames.map((name) => {
      const meta = metaOf(name);
      const { text, tone } = toCell(meta.unit, row.metrics[name], displayRule);
      const isCount = meta.unit === 'count';
      return {
        label: meta.label,
        text,
        tone,
        n: isCount ? '' : `n\u202f=\u202f${formatFigure(row.metrics[name].n, 'count')}`,
        team: isCount ? '' : toCell(meta.unit, total[name], displayRule).text,
      };
    }),
    groups: metricGroups.map(({ label, names }) => ({
      label,
      rows: names.map((name) => buildMetricRow(input, metaOf(name), row, beforeByKey.get(row.key), scales.get(name))),
    })),
    trend: chartTrend(input.trend?.get(row.key) ?? [], displayRule),
  });

  return {
    paper: input.paper ?? 'a4',
    title: 'Agent scorecards',
    workspace: input.workspaceName,
    period: formatPeriod(scorecard.period),
    zone,
    previousPeriod: previous ? formatPeriod(previous.period) : null,
    dataAsOf: scorecard.dataAsOf === null ? 'never synced' : formatInstant(scorecard.dataAsOf, zone),
    generatedAt: formatInstant(input.generatedAt, zone),
    coverage: describeCoverage(scorecard.coverage, scorecard.period),
    conversations: formatFigure((input.own ?? total).conversations.value, 'count'),
    handled: formatFigure((input.own ?? total).handled.value, 'count'),
    agentCount: scorecard.rows.length,
    isMasked: input.mask !== null,
    notes: listNotes(input),
    summary: {
      columns: columns.map((name) => ({
        label: shortLabels[name] ?? metaOf(name).label,
        unit: unitWords[metaOf(name).unit],
      })),
      rows: scorecard.rows.map((row, index) => ({
        id: `agent-${index + 1}`,
        name: row.name,
        cells: columns.map((name) => toCell(metaOf(name).unit, row.metrics[name], displayRule)),
      })),
      team: columns.map((name) => toCell(metaOf(name).unit, total[name], displayRule)),
    },
    agents: scorecard.rows.map(buildAgent),
    definitions: metricGroups
      .flatMap(({ names }) => names)
      .map((name) => {
        const { label, unit, direction, formula } = metaOf(name);
        const better = direction === 'more' ? 'more' : direction === 'less' ? 'less' : noFigure;
        return { label, unit: unitWords[unit], better, formula };
      }),
    definitionPreset: input.definitionPreset,
    hash,
    shortHash: hash.slice(0, 12),
  };
};
export type AgentScorecardsData = ReturnType<typeof buildAgentScorecardsData>;

/**
 * The same figures as CSV lines, header first, one line an agent in the order of the report: for each metric its value,
 * `…N`, `…Low` and `…High`. Values are whole (rates 0-1, durations in seconds, whatever their n): a program rounds and
 * hides by itself.
 */
export const agentScorecardsCsv = function* (rawInput: AgentScorecardsInput): Generator<string> {
  const input = prepare(rawInput);
  const { rows } = input.scorecard;
  const columns: CsvColumn<ScorecardRow>[] = [
    { name: 'key', kind: 'text', value: (row) => row.key },
    { name: 'name', kind: 'text', value: (row) => row.name },
    ...metricNames.flatMap((name): CsvColumn<ScorecardRow>[] => [
      { name, kind: 'number', value: (row) => row.metrics[name].value },
      { name: `${name}N`, kind: 'number', value: (row) => row.metrics[name].n },
      { name: `${name}Low`, kind: 'number', value: (row) => row.metrics[name].low },
      { name: `${name}High`, kind: 'number', value: (row) => row.metrics[name].high },
    ]),
    ...frameColumns(input.scorecard, input.definitionPreset, hashFigures(input)),
  ];
  yield csvHeader(columns);
  for (const row of rows) yield csvLine(columns, row);
};
