// The surveys report: scores with their distribution, by queue and by agent, and what customers wrote. Owns its choice and
// order. Pure. May import the contract and its neighbours in reports.
import { metricNames, type ScorecardRow } from '../../preload/contract/scorecard.ts';
import { type FigureColumn, type ReportDocument, singleOf, type Table } from './document.ts';
import type { CommentRow } from './list-rows.ts';
import {
  type Compared,
  createMetricColumns,
  csatMetric,
  type DocumentParts,
  frameDocument,
  stepTable,
  summarize,
  toCells,
  toRows,
} from './metric-columns.ts';

export type SurveysInput = DocumentParts & {
  queues: readonly ScorecardRow[];
  /** Null where the report is about one queue. The total leaves out what no agent handled. */
  agents: { rows: readonly ScorecardRow[]; total: Compared['total'] } | null;
  comments: readonly CommentRow[];
};

const surveyTypes: Record<string, string> = { csat: 'CSAT', nps: 'NPS', likeDislike: 'Like or dislike' };
const scoreShares = metricNames.filter((name) => /^csatShare\d$/.test(name));

export const buildSurveys = (input: SurveysInput): ReportDocument => {
  const { frame, compared, steps, queues, agents, comments } = input;
  const { whole, short, group } = createMetricColumns(frame.csatPolarity);
  const csat = csatMetric(frame.csatPolarity);
  const name = frame.narrowed === '' ? 'All surveys' : frame.narrowed;
  const columns = (['csatMean', 'csatTop2', 'csatBottom2', 'nps', 'likeRate', 'surveyCoverage'] as const).map(short);
  const shareColumn: FigureColumn = {
    ...whole('csatShare1'),
    name: 'csatShare',
    label: 'Share of CSAT scores',
    formula: '',
  };
  const scoreColumn: FigureColumn = {
    kind: 'figure',
    name: 'score',
    label: 'Score',
    unit: 'count',
    formula: '',
    better: 'neither',
    isSingle: true,
  };
  const byRows = (
    id: string,
    title: string,
    nameLabel: string,
    rows: readonly ScorecardRow[],
    unnamed: string,
    total: Table['total'],
  ): Table => ({
    id,
    title,
    intro: 'By survey answers with a CSAT score, most first: an order, not a ranking.',
    nameLabel,
    empty: 'No survey was answered in this period.',
    columns,
    rows: toRows(rows, columns, unnamed)
      .filter(({ cells }) => ['csatMean', 'nps', 'likeRate'].some((metric) => sampleOf(cells[metric]) > 0))
      .toSorted((a, b) => sampleOf(b.cells.csatMean) - sampleOf(a.cells.csatMean)),
    total,
    drawing: { kind: 'interval', column: 'csatMean' },
    isKept: true,
    pageRows: 2000,
  });
  const commentTable: Table = {
    id: 'comment',
    title: 'Comments',
    intro: 'What customers wrote, newest first, by the start of the conversation.',
    nameLabel: 'Conversation',
    empty: 'No customer wrote a comment in this period.',
    columns: [
      { kind: 'time', name: 'startedAt', label: 'Started', share: 0.9 },
      { kind: 'text', name: 'surveyType', label: 'Survey', share: 0.55 },
      scoreColumn,
      { kind: 'text', name: 'queue', label: 'Queue', share: 0.8 },
      { kind: 'text', name: 'agent', label: 'Agent', share: 0.8 },
      { kind: 'text', name: 'comment', label: 'Comment', share: 2.6 },
    ],
    rows: comments.map(({ key, startedAt, surveyType, score, queue, agent, comment }) => ({
      key,
      name: key,
      cells: {
        startedAt,
        surveyType: surveyType === null ? null : (surveyTypes[surveyType] ?? surveyType),
        score: singleOf(score),
        queue,
        agent,
        comment,
      },
    })),
    total: null,
    drawing: null,
    isKept: false,
    pageRows: 300,
  };
  return frameDocument(frame, {
    kind: 'surveys',
    title: 'Surveys',
    headlines: [csat, 'nps', 'likeRate', 'surveyCoverage'],
    summary: summarize(
      [
        group('CSAT', ['csatMean', 'csatTop2', 'csatBottom2', ...scoreShares]),
        group('NPS', ['nps', 'npsPromoterShare', 'npsDetractorShare']),
        group('Others', ['likeRate', 'surveyCoverage']),
      ],
      compared,
      name,
    ),
    tables: [
      {
        id: 'score',
        title: 'CSAT scores',
        intro: '',
        nameLabel: 'Score',
        empty: '',
        columns: [shareColumn],
        rows: scoreShares.map((metric) => ({
          key: metric.slice(-1),
          name: metric.slice(-1),
          cells: { csatShare: compared.total[metric] },
        })),
        total: null,
        drawing: { kind: 'interval', column: 'csatShare' },
        isKept: true,
        pageRows: 5,
      },
      stepTable(steps, short('surveyCoverage'), short('csatMean'), [short('csatTop2'), short('nps')]),
      byRows('queue', 'Queues', 'Queue', queues, '(no queue)', {
        key: '(total)',
        name,
        cells: toCells(compared.total),
      }),
      byRows('agent', 'Agents', 'Agent', agents?.rows ?? [], '(not named by the API)', {
        key: '(total)',
        name: 'All agents',
        cells: toCells(agents?.total ?? compared.total),
      }),
      commentTable,
    ],
    notes:
      frame.csatPolarity === 'unset'
        ? [
            'Which end of the CSAT scale is the good one has not been confirmed, so CSAT is shown as scored and not judged.',
          ]
        : [],
  });
};

const sampleOf = (cell: unknown): number => (cell as { n?: number } | undefined)?.n ?? 0;
