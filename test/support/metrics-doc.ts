// docs/metrics.md, written from the metric registry and the presets. Pure: write-metrics-doc.ts saves it.

import { reconnectS } from '../../main/metrics/conversation-series.ts';
import {
  defaultThresholds,
  entryColumns,
  type JudgedEntry,
  judgeAbandon,
  judgeServiceLevel,
  presetNames,
  presets,
  type Verdict,
} from '../../main/metrics/presets.ts';
import {
  attributionTimes,
  findDirection,
  type MetricDefinition,
  type MetricGrain,
  metricRegistry,
} from '../../main/metrics/registry.ts';
import { microSessionS } from '../../main/metrics/repairs.ts';
import { metricNames } from '../../preload/contract/scorecard.ts';

const unitWords: Record<MetricDefinition['unit'], string> = {
  count: 'count',
  seconds: 'seconds',
  fraction: 'fraction 0-1, printed as %',
  points: 'points, -100 to 100',
  score: 'score on the survey’s scale',
  ratio: 'ratio',
  'per-hour': 'cases an hour',
};
const intervalWords: Record<MetricDefinition['statistic']['kind'], string> = {
  count: 'none: a count stands for itself',
  share: 'Wilson, 95 %',
  bracket: 'Wilson, 95 %, from the low end of those sure to the high end of those sure and unknown',
  mean: 'Student’s t, 95 %',
  quantile: 'order statistics, 95 %; none below n = 6 (median) or 36 (90th percentile)',
  'net-score': 'standard error of the net score, 95 %',
  sum: 'none',
  ratio: 'none: the parts are not independent',
  max: 'none',
  refused: 'none',
};

const describeDirection = (definition: MetricDefinition): string => {
  const words = { more: 'more is better', less: 'less is better', neither: 'neither' };
  if (typeof definition.direction === 'string') return words[definition.direction];
  const unset = words[findDirection(definition, 'unset')];
  const higher = words[findDirection(definition, 'higher-is-better')];
  const lower = words[findDirection(definition, 'lower-is-better')];
  return `${unset} until the CSAT scale is confirmed; then ${higher === lower ? higher : `${higher}, or ${lower} where low scores are good`}`;
};

const describeInterval = ({ statistic }: MetricDefinition): string => {
  const words = intervalWords[statistic.kind];
  return statistic.kind === 'mean' ? `${words}; none below n = ${statistic.minimumN}` : words;
};

const describeMetric = (name: (typeof metricNames)[number]): string[] => {
  const definition = metricRegistry[name];
  const { label, unit, grain, groups, formula, numerator, denominator, exclusions, source, statistic } = definition;
  return [
    `### ${label}`,
    '',
    `\`${name}\` · ${unitWords[unit]} · ${describeDirection(definition)} · by ${groups.join(', ')} · counted at ${attributionTimes[grain]}`,
    '',
    formula,
    ...(statistic.kind === 'refused' ? ['', statistic.reason] : []),
    '',
    `- Numerator: ${numerator}`,
    `- Denominator: ${denominator}`,
    `- Left out: ${exclusions}`,
    `- Interval: ${describeInterval(definition)}`,
    ...(definition.dependsOnPreset ? ['- Depends on the preset of definitions: see below.'] : []),
    `- Source: ${source}`,
    '',
  ];
};

const sections: readonly { title: string; grains: readonly MetricGrain[] }[] = [
  { title: 'Handling', grains: ['segment', 'conversation', 'consult', 'agent-day'] },
  { title: 'Offers', grains: ['offer'] },
  { title: 'Queues', grains: ['entry', 'arrival'] },
  { title: 'Customers', grains: ['contact', 'survey'] },
  { title: 'Bots and survey coverage', grains: ['session'] },
];

const verdictWords: Record<Verdict, string> = { hit: 'counts', miss: 'in the denominator', 'left-out': 'left out' };

/** One entry of each kind, judged by the very rules that the figures use. */
const judgedExamples: Record<(typeof entryColumns)[number], JudgedEntry> = {
  answered: { outcome: 'answered', waitS: 1, isVoice: true, isAbandonedWithAgent: false },
  'reassigned-answered': { outcome: 'reassigned-answered', waitS: 1, isVoice: true, isAbandonedWithAgent: false },
  callback: { outcome: 'callback', waitS: null, isVoice: true, isAbandonedWithAgent: false },
  voicemail: { outcome: 'voicemail', waitS: 60, isVoice: true, isAbandonedWithAgent: false },
  'flow-out': { outcome: 'flow-out', waitS: null, isVoice: true, isAbandonedWithAgent: false },
  abandoned: { outcome: 'abandoned', waitS: 60, isVoice: true, isAbandonedWithAgent: false },
  'abandoned-short': { outcome: 'abandoned', waitS: 1, isVoice: true, isAbandonedWithAgent: false },
  terminated: { outcome: 'terminated', waitS: 60, isVoice: true, isAbandonedWithAgent: false },
};

/** A table with even columns, as the formatter writes it. */
const layOut = ([header = [], ...rows]: readonly (readonly string[])[]): string[] => {
  const widths = header.map((_, column) => Math.max(3, ...[header, ...rows].map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  return [line(header), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)];
};

const presetTable = (judge: typeof judgeServiceLevel): string[] =>
  layOut([
    ['Outcome', ...presetNames.map((name) => presets[name].label)],
    ...entryColumns.map((column) => [
      column,
      ...presetNames.map((name) => verdictWords[judge(judgedExamples[column], presets[name], defaultThresholds)]),
    ]),
  ]);

const { voice, written } = defaultThresholds;

/** The whole page, with a line break at its end. */
export const renderMetricsDoc = (): string =>
  [
    '# Metrics',
    '',
    'This page is written from the metric registry by `npm run docs:metrics`; a test fails when the two differ.',
    '',
    'Sums are pooled and divided once; averages are never averaged. Percentiles are type 7 (linear interpolation). Below',
    'n = 5 only the n is shown, up to 29 the value in grey and out of every ranking and composite, from 30 on it is ranked. A',
    'metric that means nothing for a grouping is there with no value and n = 0. Rows count at different times, so totals of',
    'queues, agents and surveys over one period need not speak of the same conversations.',
    '',
    'What an agent did counts for the team of that moment. A conversation with several dispositions is in the row of each, and',
    'once in the total. Rows without a direction are inbound if the customer entered a queue.',
    '',
    ...sections.flatMap(({ title, grains }) => [
      `## ${title}`,
      '',
      ...metricNames.filter((name) => grains.includes(metricRegistry[name].grain)).flatMap(describeMetric),
    ]),
    '## Presets of definitions',
    '',
    `Limits unless set otherwise: service level ${voice.serviceLevelS} s on calls and ${written.serviceLevelS} s on written channels;`,
    `an abandon is short below ${voice.shortAbandonS} s on calls and never on written channels. Every offered entry is in one outcome, and the`,
    'outcomes add up to offered.',
    '',
    'Service level (an answer in time counts; a late one, or one after an unknown wait, is in the denominator):',
    '',
    ...presetTable(judgeServiceLevel),
    '',
    'Abandon rate:',
    '',
    ...presetTable(judgeAbandon),
    '',
    ...layOut([
      [
        'Preset',
        'Abandoned with an agent',
        'Transfers of a queue over',
        'After-call work mean over',
        'NPS promoters, detractors',
      ],
      ...presetNames.map((name) => {
        const { label, abandonRate, queueTransfersOver, acwOver, nps } = presets[name];
        const withAgent = abandonRate.countsWithAgent ? 'an abandon' : 'answered';
        return [label, withAgent, queueTransfersOver, acwOver, `${nps.promotersFrom}-10, 0-${nps.detractorsTo}`];
      }),
    ]),
    '',
    ...presetNames.flatMap((name) => {
      const { label, serviceLevel, abandonRate } = presets[name];
      return [`- ${label}, service level: ${serviceLevel.source}`, `- ${label}, abandon rate: ${abandonRate.source}`];
    }),
    '',
    '## Comparisons',
    '',
    '- Ranks have ties: a row is surely behind only those whose whole 95 % interval is better than its own. Only n of 30 and more.',
    '- Funnel limits are 99.8 %, about the pooled value: Wilson’s for shares, pooled ± 3.09 s/√n for means.',
    '- Shrinkage, for ordering alone: (x + k p) / (n + k), with k from the spread between rows (beta-binomial, moments).',
    '- Adjustment for mix: observed / expected, where expected is the whole group’s value in each cell of queue, channel and',
    '  direction, weighted with the row’s own cases.',
    '- A target is missed, or met, only if the whole interval lies on that side.',
    '- The composite maps each metric in a straight line from 0 at its floor to 100 at its target. Metrics without a value, with n',
    '  below 30, or on an unconfirmed CSAT scale give their weight to the others; below 60 % of the weight there is none.',
    '- Repeat contacts are looked for up to the end of what is synced, not only to the end of the period. A conversation whose',
    '  window reaches into time that is not synced is in no repeat figure.',
    '',
    '## Repairs',
    '',
    'Each can be turned off; the scorecard says how many rows it touched.',
    '',
    '- Agent-assist shadows: rows that repeat a call as a bot session of 0 s. Left out of everything.',
    `- Micro-sessions: bot-only sessions under ${microSessionS} s. Adjusted containment does not count them as contained, the session`,
    '  length leaves them out, and they are no repeat contact; containment is shown with and without them.',
    '- Reassignment: an entry that a supervisor moved to another agent is answered by the next destination.',
    '',
    `A contact within ${reconnectS} s of the end is a reconnect, not a repeat.`,
    '',
  ].join('\n');
