// The bot-containment report: what the bots kept, what they handed on and whether anybody answered, by bot and by intent.
// Owns its choice and order. Pure. May import the contract and its neighbours in reports.
import type { ScorecardRow } from '../../preload/contract/scorecard.ts';
import type { ReportDocument, Table } from './document.ts';
import {
  createMetricColumns,
  type DocumentParts,
  frameDocument,
  stepTable,
  summarize,
  toCells,
  toRows,
} from './metric-columns.ts';

export type BotContainmentInput = DocumentParts & {
  bots: readonly ScorecardRow[];
  /** Bot sessions by the last intent. */
  intents: readonly ScorecardRow[];
  left: { shadowConversations: number; microSessions: number };
};

export const buildBotContainment = (input: BotContainmentInput): ReportDocument => {
  const { frame, compared, steps, bots, intents, left } = input;
  const { short, group } = createMetricColumns(frame.csatPolarity);
  const name = frame.narrowed === '' ? 'All bots' : frame.narrowed;
  const botColumns = (
    [
      'botSessions',
      'containment',
      'containmentLessMicro',
      'adjustedContainment',
      'escalationServedRate',
      'botLengthMedian',
      'microSessions',
      'preQueueAbandons',
    ] as const
  ).map(short);
  const intentColumns = (['botSessions', 'escalationRate', 'escalationServedRate'] as const).map(short);
  const shared = {
    empty: 'No bot session began in this period.',
    total: { key: '(total)', name, cells: toCells(compared.total) },
    isKept: true,
    pageRows: 300,
  };
  const tables: Table[] = [
    stepTable(steps, short('botSessions'), short('containment'), [
      short('escalationRate'),
      short('escalationServedRate'),
    ]),
    {
      ...shared,
      id: 'bot',
      title: 'Bots',
      intro: 'By sessions, most first. The API names bots by their ids.',
      nameLabel: 'Bot',
      columns: botColumns,
      rows: toRows(bots, botColumns, '(no bot named)'),
      drawing: { kind: 'interval', column: 'containment' },
    },
    {
      ...shared,
      id: 'intent',
      title: 'Intents',
      intro:
        'By the last intent, most sessions first. The API names an intent only for sessions that were handed on, so those kept have none: what is here says which intents leak, and whether anybody answered.',
      nameLabel: 'Last intent',
      columns: intentColumns,
      rows: toRows(intents, intentColumns, '(none recognised)'),
      drawing: { kind: 'interval', column: 'escalationServedRate' },
    },
  ];
  return frameDocument(frame, {
    kind: 'bot-containment',
    title: 'Bot containment',
    headlines: ['botSessions', 'containment', 'adjustedContainment', 'escalationServedRate'],
    summary: summarize(
      [
        group('Sessions', ['botSessions', 'microSessions', 'preQueueAbandons', 'botLengthMedian']),
        group('Kept', ['containment', 'containmentLessMicro', 'adjustedContainment', 'adjustedContainment7d']),
        group('Handed on', ['escalationRate', 'escalationServedRate']),
      ],
      compared,
      name,
    ),
    tables,
    notes: [
      'Contained says that no agent came into it, not that the customer was helped; the adjusted figures leave out who came back.',
      `Left out: ${left.shadowConversations} agent-assist shadows. Bot-only sessions under 10 s: ${left.microSessions}; “containment” alone counts them as kept.`,
    ],
  });
};
