// Figures set against something, as text for people: cards, peers, the rows behind a figure, reconciliations, settings.
import {
  type Card,
  entryColumns,
  type FigureRows,
  type ReconciliationTable,
} from '../../../preload/contract/comparison.ts';
import type { CountingRules } from '../../../preload/contract/counting.ts';
import type { Target, Team } from '../../../preload/contract/figures.ts';
import type { ProcedureOutput } from '../../../preload/contract/procedures.ts';
import { type MetricName, type MetricValue, metricNames } from '../../../preload/contract/scorecard.ts';
import { describeFrame, formatTable, plain } from './format.ts';
import { localTime } from './local-time.ts';

/** Plain numbers with at most four places: what a figure is in is said by its name and by docs/metrics.md. */
const number = (value: number | null | undefined): string =>
  value === null || value === undefined ? '–' : String(Math.round(value * 10_000) / 10_000);
const range = (low: number | null, high: number | null): string =>
  low === null || high === null ? '' : `${number(low)} to ${number(high)}`;
/** Below five cases an estimate says nothing: only the n is shown. Counts stand for themselves. */
const shown = (isCount: boolean, { value, n }: MetricValue): string =>
  value !== null && n < 5 && !isCount ? `n=${n}` : number(value);
/** The metrics that are counts. */
export type Counts = ReadonlySet<MetricName>;

const frameOf = (frame: Pick<FigureRows, 'period' | 'dataAsOf' | 'coverage' | 'rules'>): string =>
  `${describeFrame(frame)}, definitions: ${frame.rules.preset}`;

export const formatTeams = (teams: readonly Team[]): string =>
  teams.length === 0
    ? 'There is no team yet. Make one with: afterword team add NAME --agent ID'
    : formatTable(
        ['team', 'agent', 'from', 'to'],
        teams.flatMap(({ name, members }) =>
          members.length === 0
            ? [[name, '–', '', '']]
            : members.map(({ agent, from, to }) => [name, agent, from ?? '', to ?? '']),
        ),
      );

export const formatTargets = (targets: readonly Target[]): string =>
  targets.length === 0
    ? 'There is no target yet. Set one with: afterword target set METRIC VALUE --by agent'
    : formatTable(
        ['metric', 'by', 'key', 'target', 'from'],
        targets.map(({ metric, by, key, target, from }) => [
          metric,
          by,
          key ?? '(all)',
          number(target),
          from === '1970-01-01' ? 'ever' : from,
        ]),
        [3],
      );

const formatHours = ({ openingHours }: CountingRules): string => {
  if (openingHours === null) return 'not set';
  const time = (minute: number): string =>
    `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
  const days = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'].flatMap((day, index) => {
    const spans = openingHours.week[index] ?? [];
    return spans.length === 0
      ? []
      : `${day} ${spans.map(({ fromMinute, toMinute }) => `${time(fromMinute)}-${time(toMinute)}`).join(' ')}`;
  });
  const { holidays } = openingHours;
  return `${days.join(', ') || 'never open'}${holidays.length > 0 ? `; closed on ${holidays.join(', ')}` : ''}`;
};

export const formatSettings = ({ csatPolarity, rules, composite }: ProcedureOutput<'settings.get'>): string => {
  const { thresholds, repairs } = rules;
  return formatTable(
    ['setting', 'value'],
    [
      ['CSAT scale', csatPolarity],
      ['definitions', rules.preset],
      ['service level', `voice ${thresholds.voice.serviceLevelS} s, written ${thresholds.written.serviceLevelS} s`],
      ['short abandon', `voice ${thresholds.voice.shortAbandonS} s, written ${thresholds.written.shortAbandonS} s`],
      ['shadows', repairs.shadows],
      ['micro-sessions', repairs.microSessions],
      ['reassignments', repairs.reassignments],
      ['repeat within', `${rules.repeatDays} days`],
      ['opening hours', formatHours(rules)],
      ...composite.map(({ metric, weight, floor, target }) => [
        'composite',
        `${metric} weighs ${number(weight)}: 0 points at ${number(floor)}, 100 at ${number(target)}`,
      ]),
    ],
  );
};

export const formatReconciliation = (found: ReconciliationTable): string => {
  const counted = ({ hit, miss }: { hit: number; miss: number }): string =>
    hit > 0 && miss > 0 ? `${hit} + ${miss}` : hit > 0 ? `${hit} count` : miss > 0 ? `${miss} below` : 'left out';
  const table = (name: 'serviceLevel' | 'abandonRate'): string =>
    formatTable(
      ['outcome', 'entries', ...found.presets.map(({ label }) => label)],
      [
        ...entryColumns.map((column) => [
          column,
          String(found.outcomes[column]),
          ...found.presets.map((preset) =>
            found.outcomes[column] === 0 ? '–' : counted(preset[name].byOutcome[column]),
          ),
        ]),
        ['offered', String(found.offered), ...found.presets.map((preset) => `${preset[name].hits}/${preset[name].n}`)],
        ['figure', '', ...found.presets.map((preset) => number(preset[name].value))],
      ],
      [1],
    );
  const others = (['acwMean', 'nps', 'queueTransferRate'] as const).map((name) => [
    name,
    ...found.presets.map((preset) =>
      preset[name].value === null ? '–' : `${shown(false, preset[name])} (n ${preset[name].n})`,
    ),
  ]);
  const entries = formatTable(
    [
      'entered',
      'queue',
      'outcome',
      'wait',
      ...found.presets.map(({ label }) => `${label} SL / abandon`),
      'conversation',
    ],
    found.entries.map((entry) => [
      localTime(entry.enteredAt, found.period.zone),
      entry.queueName ?? entry.queue ?? '–',
      entry.outcome,
      number(entry.waitSeconds),
      ...found.presets.map(({ name }) => `${entry.verdicts[name].serviceLevel} / ${entry.verdicts[name].abandonRate}`),
      entry.conversation,
    ]),
    [3],
  );
  return [
    describeFrame(found),
    '',
    'Service level',
    table('serviceLevel'),
    '',
    'Abandon rate',
    table('abandonRate'),
    '',
    formatTable(['other figures', ...found.presets.map(({ label }) => label)], others),
    '',
    '“3 + 2”: 3 in the numerator and the denominator, 2 in the denominator alone. “count”: all in both. “below”: all in the denominator alone.',
    ...(found.entries.length > 0 ? ['', entries] : []),
  ].join('\n');
};

export const formatFigureRows = (found: FigureRows, isCount: boolean): string =>
  [
    frameOf(found),
    `${found.label} = ${shown(isCount, found.figure)}, n ${found.figure.n}: ${found.formula}`,
    '',
    formatTable(
      ['at', 'agent', 'queue', 'value', 'over', 'in n', 'conversation'],
      found.rows.map((row) => [
        localTime(row.at, found.period.zone),
        row.agentName ?? row.agent ?? '–',
        row.queueName ?? row.queue ?? '–',
        number(row.value),
        number(row.over),
        row.isCounted ? 'yes' : 'no',
        row.conversation,
      ]),
      [3, 4],
    ),
    '',
    found.total === 0
      ? 'There is nothing behind it: no case in the period, or a metric that means nothing for this group (docs/metrics.md).'
      : `${found.rows.length} of ${found.total} rows shown; ${found.counted} in n, from ${found.conversations} conversations.`,
  ].join('\n');

type Peers = ProcedureOutput<'scorecard.peers'>;
export const formatPeers = (found: Peers, isCount: boolean): string =>
  [
    `${found.metric}, ${found.direction === 'neither' ? 'neither more nor less is better: not ranked' : `${found.direction} is better`}; all together ${shown(isCount, found.pooled)} (n ${found.pooled.n})`,
    '',
    formatTable(
      ['name', 'value', 'n', 'interval', 'rank', '99.8 % limits', 'outside', 'shrunk', 'for its mix'],
      found.rows.map((row) => [
        row.name,
        row.display === 'hide' ? `n=${row.n}` : `${number(row.value)}${row.display === 'grey' ? ' (few)' : ''}`,
        String(row.n),
        row.display === 'hide' ? '' : range(row.low, row.high),
        row.rank === null ? '' : `${row.rank.best}-${row.rank.worst} of ${row.rank.of}`,
        row.funnel === null ? '' : range(row.funnel.low, row.funnel.high),
        row.isOutsideFunnel ? 'outside' : '',
        number(row.shrunk),
        row.display === 'hide' ? '' : number(row.mix?.adjusted),
      ]),
      [1, 2],
    ),
  ].join('\n');

const cardMetrics = (card: Card): MetricName[] => metricNames.filter((name) => card.row.metrics[name].value !== null);

export const formatCard = (card: Card, counts: Counts): string => {
  const { row, previous, composite } = card;
  const figures = cardMetrics(card).map((name) => {
    const figure = row.metrics[name];
    const peer = card.peers[name];
    const before = previous.metrics?.[name];
    const target = card.targets.find(({ metric }) => metric === name);
    return [
      name,
      shown(counts.has(name), figure),
      String(figure.n),
      figure.n < 5 ? '' : range(figure.low, figure.high),
      before === undefined ? '–' : shown(counts.has(name), before),
      peer?.peers == null ? '' : `${number(peer.peers.p25)} / ${number(peer.peers.p50)} / ${number(peer.peers.p75)}`,
      peer?.rank == null ? '' : `${peer.rank.best}-${peer.rank.worst} of ${peer.rank.of}`,
      target === undefined ? '' : `${number(target.target)}: ${target.verdict}`,
    ];
  });
  const trend = card.trend.map(({ label, isPartial, metrics }) => [
    `${label}${isPartial ? ' (partial)' : ''}`,
    ...(['handled', 'ahtMean', 'acceptRate', 'transferRate'] as const).map((name) =>
      metrics === null ? '–' : shown(counts.has(name), metrics[name]),
    ),
  ]);
  const score = composite.score === null ? 'none' : number(Math.round(composite.score * 10) / 10);
  return [
    plain(`${row.name} (${row.key})`),
    frameOf(card),
    '',
    formatTable(
      ['metric', 'value', 'n', 'interval', 'before', 'peers 25/50/75 %', 'rank', 'target'],
      figures,
      [1, 2, 4],
    ),
    '',
    formatTable([card.trendUnit, 'handled', 'ahtMean', 'acceptRate', 'transferRate'], trend, [1, 2, 3, 4]),
    '',
    `Composite: ${score}, from ${Math.round(composite.weightCovered * 100)} % of the weight${composite.score === null ? ' (60 % needed)' : ''}.`,
    ...composite.parts.map(
      ({ metric, weight, points, contribution }) =>
        `  ${metric}: weight ${number(weight)}, ${points === null ? 'no value (n 30 needed)' : `${number(Math.round(points))} points, adds ${number(contribution)}`}`,
    ),
  ].join('\n');
};
