// The callbacks report: how many customers chose to be called back, whether they were and how soon, and each callback.
// Owns its choice and order. Pure. May import the contract and its neighbours in reports.
import type { ScorecardRow } from '../../preload/contract/scorecard.ts';
import { type FigureColumn, type ReportDocument, singleOf, type Table } from './document.ts';
import type { CallbackRow } from './list-rows.ts';
import {
  createMetricColumns,
  type DocumentParts,
  frameDocument,
  stepTable,
  summarize,
  toCells,
  toRows,
} from './metric-columns.ts';

export type CallbacksInput = DocumentParts & {
  queues: readonly ScorecardRow[];
  callbacks: readonly CallbackRow[];
};

const waitColumn: FigureColumn = {
  kind: 'figure',
  name: 'callbackSeconds',
  label: 'Time to callback',
  unit: 'seconds',
  formula: '',
  better: 'neither',
  isSingle: true,
};

export const buildCallbacks = ({ frame, compared, steps, queues, callbacks }: CallbacksInput): ReportDocument => {
  const { short, group } = createMetricColumns(frame.csatPolarity);
  const name = frame.narrowed === '' ? 'All queues' : frame.narrowed;
  const columns = (['callbackRate', 'callbackCompletion', 'callbackTimeMedian', 'callbackTimeP90'] as const).map(short);
  const list: Table = {
    id: 'callback',
    title: 'Each callback',
    intro: 'By the time the customer chose it, newest first.',
    nameLabel: 'Conversation',
    empty: 'No customer chose a callback in this period.',
    columns: [
      { kind: 'text', name: 'queue', label: 'Queue', share: 1 },
      { kind: 'time', name: 'enteredAt', label: 'Entered', share: 0.95 },
      { kind: 'time', name: 'optedAt', label: 'Chosen', share: 0.95 },
      { kind: 'time', name: 'acceptedAt', label: 'Taken', share: 0.95 },
      waitColumn,
      { kind: 'text', name: 'agent', label: 'Agent', share: 1 },
    ],
    rows: callbacks.map(({ key, position, queue, enteredAt, optedAt, acceptedAt, waitS, agent }) => ({
      // A conversation can have several.
      key: `${key}#${position}`,
      name: key,
      cells: {
        queue,
        enteredAt,
        optedAt,
        acceptedAt,
        callbackSeconds: singleOf(waitS),
        agent,
      },
    })),
    total: null,
    drawing: null,
    isKept: false,
    pageRows: 300,
  };
  return frameDocument(frame, {
    kind: 'callbacks',
    title: 'Callbacks',
    headlines: ['offered', 'callbackRate', 'callbackCompletion', 'callbackTimeMedian'],
    summary: summarize(
      [
        group('Volume', ['offered', 'callbackRate']),
        group('Callbacks', ['callbackCompletion', 'callbackTimeMedian', 'callbackTimeP90']),
      ],
      compared,
      name,
    ),
    tables: [
      stepTable(steps, short('offered'), short('callbackRate'), [
        short('callbackTimeMedian'),
        short('callbackTimeP90'),
      ]),
      {
        id: 'queue',
        title: 'Queues',
        intro: 'By entries offered, most first. Only calls can opt for a callback.',
        nameLabel: 'Queue',
        empty: 'No entry was offered to a queue in this period.',
        columns: [short('offered'), ...columns],
        rows: toRows(queues, [short('offered'), ...columns], '(no queue named)'),
        total: { key: '(total)', name, cells: toCells(compared.total) },
        drawing: { kind: 'interval', column: 'callbackRate' },
        isKept: true,
        pageRows: 2000,
      },
      list,
    ],
    notes: [
      'Callbacks chosen less than 24 hours before the data end are in no completion rate: they may still be taken.',
    ],
  });
};
