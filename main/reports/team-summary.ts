// The team-summary report: the pooled figures of all agents, what moved since the period before, and each team and agent
// beside them. Owns its choice and order. Pure. May import the contract and its neighbours in reports.
import type { ScorecardRow } from '../../preload/contract/scorecard.ts';
import type { ReportDocument, Table } from './document.ts';
import {
  createMetricColumns,
  csatMetric,
  type DocumentParts,
  frameDocument,
  stepTable,
  summarize,
  toCells,
  toRows,
} from './metric-columns.ts';

export type TeamSummaryInput = DocumentParts & {
  agents: readonly ScorecardRow[];
  /** Left out of the report when there is none. */
  teams: readonly ScorecardRow[];
};

export const buildTeamSummary = ({ frame, compared, steps, agents, teams }: TeamSummaryInput): ReportDocument => {
  const { short, group } = createMetricColumns(frame.csatPolarity);
  const csat = csatMetric(frame.csatPolarity);
  const columns = (
    ['handled', 'ahtMean', 'ahtMedian', 'acwMean', 'acceptRate', 'transferRate', csat, 'noRepeatRate'] as const
  ).map(short);
  const tableOf = (id: string, title: string, nameLabel: string, rows: readonly ScorecardRow[]): Table => ({
    id,
    title,
    intro: 'By number handled, most first: an order, not a ranking.',
    nameLabel,
    empty: 'No agent handled, was offered, or was rated for a conversation in this period.',
    columns,
    rows: toRows(rows, columns, id === 'team' ? '(no team)' : '(not named by the API)'),
    total: { key: '(total)', name: 'All agents', cells: toCells(compared.total) },
    drawing: { kind: 'interval', column: 'ahtMean' },
    isKept: true,
    pageRows: 2000,
  });
  return frameDocument(frame, {
    kind: 'team-summary',
    title: 'Team summary',
    headlines: ['handled', 'ahtMean', 'acceptRate', csat],
    summary: summarize(
      [
        group('Volume', ['handled', 'conversations', 'throughput']),
        group('Handling', ['ahtMean', 'ahtMedian', 'ahtP90', 'talkMean', 'holdRate', 'acwMean', 'busyTime']),
        group('Offers and transfers', ['acceptRate', 'ronaRate', 'rejectRate', 'transferRate', 'consultRate']),
        group('Response in writing', ['firstResponseMedian', 'firstResponseP90', 'noReplyRate']),
        group('Customers', ['noRepeatRate', csat, 'nps', 'likeRate', 'surveyCoverage', 'wrapUpCoverage']),
      ],
      compared,
      'All agents',
    ),
    tables: [
      stepTable(steps, short('handled'), short('ahtMean'), [short('acceptRate'), short('transferRate')]),
      ...(teams.length === 0 ? [] : [tableOf('team', 'Teams', 'Team', teams)]),
      tableOf('agent', 'Agents', 'Agent', agents),
    ],
  });
};
