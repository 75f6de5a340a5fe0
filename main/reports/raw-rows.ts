// The raw-rows report: the conversations themselves, the first of them on paper and all in the CSV, which is a table of
// every field. Owns the choice of columns on paper. Pure. May import the contract and its neighbours in reports.
import type { Conversation } from '../../preload/contract/conversation.ts';
import { countOf, type FigureColumn, type ReportDocument, singleOf } from './document.ts';
import { frameDocument, type ReportFrame } from './metric-columns.ts';

/** What a page shows of a conversation: a list to find it by, not the whole of it. */
export type RawRow = {
  key: string;
  startedAt: string;
  channel: string | null;
  direction: string | null;
  queues: string | null;
  agents: string | null;
  handleS: number | null;
  status: string | null;
  dispositions: string | null;
  customer: string | null;
};

const join = (items: readonly (string | null)[]): string | null => {
  const known = [...new Set(items.filter((item) => item !== null && item !== ''))];
  return known.length === 0 ? null : known.join('; ');
};

export const toRawRow = (conversation: Conversation): RawRow => {
  const { customer, destinations } = conversation;
  const offers = destinations.flatMap((stop) => stop.offers).filter((offer) => offer.handled);
  const times = offers.flatMap(({ interactionSeconds, acwSeconds }) =>
    interactionSeconds === null ? [] : [interactionSeconds + (acwSeconds ?? 0)],
  );
  // First and last name are one pseudonym where people are masked.
  const name = [...new Set([customer.firstName, customer.lastName].filter((part) => part))].join(' ');
  return {
    key: conversation.key,
    startedAt: conversation.startedAt,
    channel: conversation.channel,
    direction: conversation.direction,
    queues: join(destinations.map((stop) => stop.queueName)),
    agents: join(offers.map((offer) => offer.name)),
    handleS: times.length === 0 ? null : times.reduce((sum, seconds) => sum + seconds, 0),
    status: conversation.finalStatus,
    dispositions: join(conversation.dispositions),
    customer: name === '' ? null : name,
  };
};

export type RawRowsInput = {
  frame: ReportFrame;
  /** At most RAW_PAGE_ROWS. */
  rows: readonly RawRow[];
  total: number;
  /** SHA-256 over the lines of the CSV. */
  linesHash: string;
};

/** Rows on paper: some thirty pages. */
export const RAW_PAGE_ROWS = 1000;

const rowsColumn: FigureColumn = {
  kind: 'figure',
  name: 'rows',
  label: 'Conversations',
  unit: 'count',
  formula: 'Conversations that began in the period, open ones and agent-assist shadows too.',
  better: 'neither',
};

export const buildRawRows = ({ frame, rows, total, linesHash }: RawRowsInput): ReportDocument => ({
  ...frameDocument(frame, {
    kind: 'raw-rows',
    title: 'Conversations',
    isLandscape: true,
    headlines: ['rows'],
    summary: {
      groups: [{ label: 'Rows', columns: [rowsColumn] }],
      total: { key: '(total)', name: 'All conversations', cells: { rows: countOf(total) } },
      previous: null,
    },
    tables: [
      {
        id: 'row',
        title: 'Rows',
        intro:
          'By start, oldest first. Handle time is interaction and after-call work of all who handled it. The CSV has every field.',
        nameLabel: 'Conversation',
        empty: 'No conversation began in this period.',
        columns: [
          { kind: 'time', name: 'startedAt', label: 'Started', share: 0.9 },
          { kind: 'text', name: 'channel', label: 'Channel', share: 0.6 },
          { kind: 'text', name: 'direction', label: 'Direction', share: 0.5 },
          { kind: 'text', name: 'customer', label: 'Customer', share: 0.9 },
          { kind: 'text', name: 'queues', label: 'Queues', share: 0.9 },
          { kind: 'text', name: 'agents', label: 'Agents', share: 0.9 },
          {
            kind: 'figure',
            name: 'handleSeconds',
            label: 'Handle time',
            unit: 'seconds',
            formula: '',
            better: 'neither',
            isSingle: true,
          },
          { kind: 'text', name: 'status', label: 'Status', share: 0.75 },
          { kind: 'text', name: 'dispositions', label: 'Dispositions', share: 0.9 },
        ],
        rows: rows.map(({ key, handleS, ...texts }) => ({
          key,
          name: key,
          cells: { ...texts, handleSeconds: singleOf(handleS) },
        })),
        total: null,
        drawing: null,
        isKept: false,
        pageRows: RAW_PAGE_ROWS,
      },
    ],
    notes:
      total > rows.length
        ? [
            `Printed are the first ${rows.length} of ${total} conversations: paper is no place for more. The CSV of this report has all ${total}.`,
          ]
        : [],
  }),
  linesHash,
});
