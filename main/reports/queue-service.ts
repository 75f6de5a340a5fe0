// The queue-service report: service level and waits by queue, what became of every entry, and the same entries under each
// preset of definitions. Owns its choice and order, and refuses figures that do not add up. Pure. May import the contract,
// metrics and its neighbours in reports.
import { AppError } from '../../preload/contract/errors.ts';
import type { ScorecardRow } from '../../preload/contract/scorecard.ts';
import { unnamedKey } from '../metrics/grouping.ts';
import { type EntryColumn, entryColumns, type PresetName, presets } from '../metrics/presets.ts';
import type { QueueReconciliation } from '../metrics/queue-reconciliation.ts';
import type { ReconciledRate, Reconciliation } from '../metrics/reconcile.ts';
import { countOf, type FigureColumn, type ReportDocument, type Table, type TableRow } from './document.ts';
import {
  createMetricColumns,
  type DocumentParts,
  frameDocument,
  type ReportFrame,
  stepTable,
  summarize,
  toCells,
  toRows,
} from './metric-columns.ts';

export type QueueServiceInput = DocumentParts & {
  preset: PresetName;
  queues: readonly ScorecardRow[];
  reconciliation: { total: Reconciliation; queues: readonly QueueReconciliation[] };
};

const noQueue = '(no queue named)';

const outcomeLabels: Record<EntryColumn, string> = {
  answered: 'Answered',
  'reassigned-answered': 'After re-assigning',
  callback: 'Callback',
  voicemail: 'Voicemail',
  'flow-out': 'Flow-out',
  abandoned: 'Abandoned',
  'abandoned-short': 'Short abandon',
  terminated: 'Terminated',
};
const outcomeFormulas: Record<EntryColumn, string> = {
  answered: 'Entries that the agent asked from the queue accepted.',
  'reassigned-answered': 'Entries a supervisor moved, and the next agent accepted.',
  callback: 'Entries whose customer opted for a callback, taken or not.',
  voicemail: 'Last entries that ended in voicemail.',
  'flow-out': 'Entries that nobody answered and that went on to another queue.',
  abandoned: 'Entries the customer left, short ones apart.',
  'abandoned-short': 'Entries the customer left before the limit for short abandons.',
  terminated: 'Entries that ended otherwise: by the system or the bot, or with no agent available.',
};
/** In the CSV each outcome is a column of its own: outcomeFlowOut. */
const outcomeName = (outcome: EntryColumn): string =>
  `outcome${outcome.replace(/(?:^|-)([a-z])/g, (_, letter: string) => letter.toUpperCase())}`;

const countColumn = (name: string, label: string, formula: string): FigureColumn => ({
  kind: 'figure',
  name,
  label,
  unit: 'count',
  formula,
  better: 'neither',
});
const outcomeColumns = entryColumns.map((outcome) =>
  countColumn(outcomeName(outcome), outcomeLabels[outcome], outcomeFormulas[outcome]),
);
const sumColumn = countColumn(
  'outcomeSum',
  'Sum',
  'All outcomes together: the entries offered, each in exactly one outcome.',
);

/** A wrong figure is worse than none: what does not add up is not printed. */
const requireEqual = (what: string, left: number, right: number): void => {
  if (left === right) return;
  throw new AppError(
    'internal',
    `The report was not made: ${what} are ${left} in one count and ${right} in another. Please report this.`,
  );
};

const outcomeRow = (key: string, name: string, { offered, outcomes }: Reconciliation): TableRow => {
  const sum = entryColumns.reduce((total, outcome) => total + outcomes[outcome], 0);
  requireEqual(`the outcomes of ${key}`, sum, offered);
  return {
    key,
    name,
    cells: {
      ...Object.fromEntries(entryColumns.map((outcome) => [outcomeName(outcome), countOf(outcomes[outcome])])),
      outcomeSum: countOf(sum),
    },
  };
};

const toFigure = ({ value, n, low, high }: ReconciledRate) => ({ value, n, low, high });

export const buildQueueService = (input: QueueServiceInput): ReportDocument => {
  const { frame, preset, compared, steps, queues, reconciliation } = input;
  const { short, group } = createMetricColumns(frame.csatPolarity);
  const { total } = reconciliation;
  requireEqual('the entries offered', total.offered, compared.total.offered.value ?? 0);
  const ruled = total.presets.find(({ name }) => name === preset);
  requireEqual('the entries in the service level', ruled?.serviceLevel.n ?? 0, compared.total.serviceLevel.n);
  requireEqual('the entries in the abandon rate', ruled?.abandonRate.n ?? 0, compared.total.abandonRate.n);

  const columns = (
    ['offered', 'answered', 'answerRate', 'serviceLevel', 'asaMean', 'asaP90', 'abandonRate', 'lostRate'] as const
  ).map(short);
  const nameOf = (key: string, name: string): string => (key === unnamedKey ? noQueue : name);
  const totalCells = toCells(compared.total);
  const queueTable: Table = {
    id: 'queue',
    title: 'Queues',
    intro: 'By entries offered, most first. A conversation in two queues is an entry in both.',
    nameLabel: 'Queue',
    empty: 'No entry was offered to a queue in this period.',
    columns,
    rows: toRows(queues, columns, noQueue),
    total: { key: '(total)', name: summaryName(frame), cells: totalCells },
    drawing: { kind: 'interval', column: 'serviceLevel' },
    isKept: true,
    pageRows: 2000,
  };
  const outcomeTable: Table = {
    id: 'outcome',
    title: 'What became of every entry',
    intro:
      'Each entry offered is in exactly one column, so each line adds up: offered = answered + answered after reassigning + callback + voicemail + flow-out + abandoned + short abandon + terminated. Lost is abandoned + short abandon + terminated.',
    nameLabel: 'Queue',
    empty: 'No entry was offered to a queue in this period.',
    columns: [...outcomeColumns, sumColumn],
    rows: reconciliation.queues
      .toSorted((a, b) => b.reconciliation.offered - a.reconciliation.offered || (a.key < b.key ? -1 : 1))
      .map(({ key, name, reconciliation: own }) => outcomeRow(key, nameOf(key, name), own)),
    total: outcomeRow('(total)', summaryName(frame), total),
    drawing: { kind: 'stack', columns: outcomeColumns.map(({ name }) => name) },
    isKept: true,
    pageRows: 2000,
  };
  requireEqual(
    'the entries of all queues',
    reconciliation.queues.reduce((sum, queue) => sum + queue.reconciliation.offered, 0),
    total.offered,
  );
  const presetTable: Table = {
    id: 'preset',
    title: 'The same entries under other definitions',
    intro: `${presets[preset].label} is the preset of this report; its service level: ${presets[preset].serviceLevel.source}.`,
    nameLabel: 'Preset',
    empty: '',
    columns: [
      short('serviceLevel'),
      countColumn('serviceLevelLeftOut', 'Left out of it', ''),
      short('abandonRate'),
      countColumn('abandonRateLeftOut', 'Left out of it', ''),
    ],
    rows: total.presets.map(({ name, label, serviceLevel, abandonRate }) => ({
      key: name,
      name: name === preset ? `${label} (this report)` : label,
      cells: {
        serviceLevel: toFigure(serviceLevel),
        serviceLevelLeftOut: countOf(serviceLevel.leftOut),
        abandonRate: toFigure(abandonRate),
        abandonRateLeftOut: countOf(abandonRate.leftOut),
      },
    })),
    total: null,
    drawing: { kind: 'interval', column: 'serviceLevel' },
    isKept: true,
    pageRows: 10,
  };
  return frameDocument(frame, {
    kind: 'queue-service',
    title: 'Queue service',
    headlines: ['offered', 'serviceLevel', 'asaMean', 'abandonRate'],
    summary: summarize(
      [
        group('Volume', ['offered', 'answered', 'conversations', 'afterHoursShare']),
        group('Service', ['serviceLevel', 'answerRate', 'asaMean', 'asaMedian', 'asaP90', 'reOffersPerAnswered']),
        group('Lost', [
          'abandoned',
          'shortAbandons',
          'abandonRate',
          'lostRate',
          'abandonTimeMedian',
          'abandonTimeP90',
          'abandonedWithAgent',
        ]),
        group('Elsewhere', ['callbackRate', 'callbackCompletion', 'voicemailShare', 'queueTransferRate']),
      ],
      compared,
      summaryName(frame),
    ),
    tables: [
      outcomeTable,
      stepTable(steps, short('offered'), short('serviceLevel'), [short('asaMean'), short('abandonRate')]),
      queueTable,
      presetTable,
    ],
  });
};

const summaryName = ({ narrowed }: ReportFrame): string => (narrowed === '' ? 'All queues' : narrowed);
