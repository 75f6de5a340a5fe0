// The dispositions report: how handled conversations were wrapped up and what they were about. Owns its choice and order.
// Pure. May import the contract, metrics and its neighbours in reports.
import type { MetricValue, ScorecardRow } from '../../preload/contract/scorecard.ts';
import { unnamedKey } from '../metrics/grouping.ts';
import { computeWilsonInterval } from '../metrics/statistics.ts';
import type { FigureColumn, ReportDocument, Table } from './document.ts';
import {
  createMetricColumns,
  csatMetric,
  type DocumentParts,
  frameDocument,
  stepTable,
  summarize,
  toCells,
} from './metric-columns.ts';

export type DispositionsInput = DocumentParts & {
  dispositions: readonly ScorecardRow[];
  intents: readonly ScorecardRow[];
};

const shareColumn = (name: string, what: string): FigureColumn => ({
  kind: 'figure',
  name,
  label: `Share with ${what}`,
  unit: 'fraction',
  formula: `Conversations with this ${what} / conversations that an agent handled. Counted at the end of the interaction.`,
  better: 'neither',
});

const shareOf = (own: number, all: number): MetricValue => {
  const interval = computeWilsonInterval(own, all);
  return { value: all === 0 ? null : own / all, n: all, low: interval?.low ?? null, high: interval?.high ?? null };
};

export const buildDispositions = (input: DispositionsInput): ReportDocument => {
  const { frame, compared, steps, dispositions, intents } = input;
  const { short, group } = createMetricColumns(frame.csatPolarity);
  const csat = csatMetric(frame.csatPolarity);
  const name = frame.narrowed === '' ? 'All handled conversations' : frame.narrowed;
  const tableOf = (
    { id, title, what, none }: { id: string; title: string; what: string; none: string },
    figures: readonly ScorecardRow[],
    intro: string,
  ): Table => {
    const share = shareColumn(`${id}Share`, what);
    const all = compared.total.conversations.value ?? 0;
    const rows = figures
      .filter(({ metrics }) => metrics.conversations.n > 0)
      .toSorted((a, b) => b.metrics.conversations.n - a.metrics.conversations.n || (a.key < b.key ? -1 : 1))
      .map(({ key, name: label, metrics }) => ({
        key,
        name: key === unnamedKey ? none : label,
        cells: { ...toCells(metrics), [share.name]: shareOf(metrics.conversations.n, all) },
      }));
    return {
      id,
      title,
      intro: `By conversations, most first. ${intro}`,
      nameLabel: title.replace(/s$/, ''),
      empty: 'No agent handled a conversation in this period.',
      columns: [short('conversations'), share, short('ahtMean'), short('transferRate'), short(csat)],
      rows,
      total: { key: '(total)', name, cells: toCells(compared.total) },
      drawing: { kind: 'interval', column: share.name },
      isKept: true,
      pageRows: 300,
    };
  };
  return frameDocument(frame, {
    kind: 'dispositions',
    title: 'Dispositions and intents',
    headlines: ['conversations', 'wrapUpCoverage', 'ahtMean', csat],
    summary: summarize(
      [
        group('Volume', ['conversations', 'handled']),
        group('Wrap-up', ['wrapUpCoverage', 'acwMean', 'acwKnownRate', 'acwRate']),
        group('Handling', ['ahtMean', 'transferRate', 'noRepeatRate', csat]),
      ],
      compared,
      name,
    ),
    tables: [
      stepTable(steps, short('conversations'), short('wrapUpCoverage'), [short('ahtMean'), short('transferRate')]),
      tableOf(
        { id: 'disposition', title: 'Dispositions', what: 'code', none: '(none)' },
        dispositions,
        'A conversation with two codes is in both rows, so the shares can add up to more than 100 %. A DROP-OFF that the system set stands apart.',
      ),
      tableOf(
        { id: 'intent', title: 'Intents', what: 'last intent', none: '(none recognised)' },
        intents,
        'The last intent before the conversation was handed on; each conversation is in one row.',
      ),
    ],
  });
};
