// Answers as text for people: aligned tables, no colours, nothing a pipe would choke on.
import type { Conversation } from '../../../preload/contract/conversation.ts';
import type { DoctorCheck, JobProgress, SavedSearch, SearchResult } from '../../../preload/contract/procedures.ts';
import type {
  CoverageRange,
  MetricName,
  MetricValue,
  Scorecard,
  SomeFigures,
} from '../../../preload/contract/scorecard.ts';
import type { SyncSummary } from '../../../preload/contract/sync.ts';
import { localMinute, localTime, zoneNote } from './local-time.ts';

const count = (n: number, one: string, many = `${one}s`): string => `${n.toLocaleString('en')} ${n === 1 ? one : many}`;
/** m:ss of whole seconds: rounded before it is divided, or 8:59.9 would read 8:00. */
const minutes = (seconds: number): string => {
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`;
};
/** Terminal control characters in data must not reach the terminal. */
export const plain = (text: string): string => text.replace(/\p{Cc}+/gu, ' ');
const clip = (text: string, width: number): string => (text.length > width ? `${text.slice(0, width - 1)}…` : text);

/** Columns as wide as their widest cell; numbers to the right. */
export const formatTable = (
  header: readonly string[],
  rows: readonly (readonly string[])[],
  rightAligned: readonly number[] = [],
): string => {
  const lines = [header, ...rows].map((cells) => cells.map(plain));
  const widths = header.map((_, column) => Math.max(...lines.map((cells) => cells[column]?.length ?? 0)));
  return lines
    .map((cells) =>
      cells
        .map((cell, column) =>
          rightAligned.includes(column) ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
        )
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
};

export const describeSync = (progress: JobProgress): string => {
  if (progress.kind !== 'sync') return '';
  const left = progress.secondsLeft === null ? '' : `, about ${minutes(progress.secondsLeft)} left`;
  return `${progress.windowsDone}/${progress.windowsKnown} windows, ${count(progress.rows, 'row')}, ${count(progress.requests, 'request')} (${progress.requestsPerMinute}/min)${left}`;
};

/** `isSample`: of the made-up contact centre, whose rate nobody limits. */
export const formatSync = (summary: SyncSummary, isSample: boolean): string => {
  const { windows } = summary;
  const trouble = [
    windows.capped > 0 ? `${windows.capped} capped` : '',
    windows.failed > 0 ? `${windows.failed} failed` : '',
    summary.quarantined > 0 ? `${count(summary.quarantined, 'unreadable record')}` : '',
  ].filter((part) => part !== '');
  return [
    `Synced “${summary.workspace}” in ${summary.durationSeconds} s: ${count(summary.rows, 'row')} in ${count(summary.requests, 'request')} (at most ${summary.rateMax} in a minute${isSample ? '; the sample is on this machine and sets no limit, an account of Kore’s allows 60' : ''}).`,
    `${summary.inserted} new, ${summary.updated} changed, ${summary.unchanged} unchanged; ${count(windows.complete, 'window')} complete${trouble.length > 0 ? `, ${trouble.join(', ')}` : ''}.`,
  ].join('\n');
};

export const formatCoverage = (ranges: readonly CoverageRange[], zone: string): string =>
  ranges.length === 0
    ? 'Nothing is synced yet. Run: afterword sync'
    : `${formatTable(
        ['from', 'to', 'state', 'rows', 'fetched'],
        ranges.map((range) => [
          localTime(range.from, zone),
          localTime(range.to, zone),
          range.state,
          range.rows.toLocaleString('en'),
          localTime(range.fetchedAt, zone),
        ]),
        [3],
      )}\n\n${zoneNote(zone)}`;

const agentsOf = (c: Conversation): string =>
  [
    ...new Set(c.destinations.flatMap((d) => d.offers.filter((o) => o.handled).map((o) => o.name ?? o.agentId ?? '?'))),
  ].join(', ');
const textOf = (c: Conversation): string =>
  c.destinations.flatMap((d) => d.offers.flatMap((o) => o.notes))[0] ??
  c.csatFeedback ??
  c.dispositionRemarks[0] ??
  c.lastIntentName ??
  '';

export const formatHits = (found: SearchResult, zone: string): string => {
  const hits = formatTable(
    ['started', 'channel', 'status', 'agent', 'text', 'id'],
    found.rows.map((c, row) => [
      localTime(c.startedAt, zone),
      c.channel ?? '–',
      c.finalStatus ?? '–',
      clip(agentsOf(c) || '–', 24),
      clip(plain(found.highlights[row]?.[0]?.text ?? textOf(c)), 60),
      c.key,
    ]),
  );
  const facets = Object.entries(found.facets)
    .filter(([, values]) => values.length > 0)
    .map(
      ([name, values]) =>
        `${name}: ${values
          .slice(0, 6)
          .map((v) => `${plain(v.label)} (${v.count})`)
          .join(', ')}${values.length > 6 ? ', …' : ''}`,
    );
  const total = `${count(found.total, 'conversation')} found in ${found.tookMs} ms${found.rows.length < found.total ? `, ${found.rows.length} shown` : ''}.${found.rows.length > 0 ? ` ${zoneNote(zone)}` : ''}`;
  return [...(found.rows.length > 0 ? [hits, ''] : []), ...(facets.length > 0 ? [...facets, ''] : []), total].join(
    '\n',
  );
};

export const formatSaved = (searches: readonly SavedSearch[], zone: string): string =>
  searches.length === 0
    ? 'No search is saved yet. Save one with: afterword search QUERY --save NAME'
    : `${formatTable(
        ['name', 'query', 'sort', 'saved'],
        searches.map(({ name, query, sort, savedAt }) => [name, query, sort, localTime(savedAt, zone)]),
      )}\n\n${zoneNote(zone)}`;

export const formatConversation = (c: Conversation, zone: string): string => {
  const time = (iso: string | null): string => localTime(iso, zone);
  const lines: [string, string | null][] = [
    ['id', c.key],
    ['session', c.sessionId],
    ['started', `${time(c.startedAt)} (times are those of ${zone})`],
    ['ended', c.endedAt === null ? null : time(c.endedAt)],
    ['channel', [c.channel, c.direction].filter((part) => part !== null).join(', ')],
    [
      'status',
      [c.finalStatus, c.smartStatus, c.reason, c.disconnectingEvent].filter((part) => part !== null).join(' / '),
    ],
    [
      'customer',
      [c.customer.firstName, c.customer.lastName, c.customer.phone, c.customer.email]
        .filter((part) => part !== null)
        .join(' '),
    ],
    ['intent', c.lastIntentName],
    ['dispositions', c.dispositions.join(', ') || null],
    ['remarks', c.dispositionRemarks.join(' | ') || null],
    [
      'survey',
      c.surveyType === null
        ? null
        : `${c.surveyType} ${c.csatScore ?? c.npsScore ?? c.likeDislikeScore ?? ''} ${c.csatFeedback ?? ''}`.trim(),
    ],
    ['sources', c.sources.join(', ')],
  ];
  for (const destination of c.destinations) {
    lines.push([
      '→',
      `${destination.queueName ?? destination.queueId ?? destination.type}${destination.enteredAt === null ? '' : ` entered ${time(destination.enteredAt)}`}`,
    ]);
    for (const offer of destination.offers) {
      const who = offer.name ?? offer.agentId ?? '?';
      const what = offer.handled
        ? `handled from ${offer.acceptedAt === null ? '?' : time(offer.acceptedAt)} for ${offer.interactionSeconds ?? '?'} s (hold ${offer.holdSeconds ?? 0} s, after-call work ${offer.acwSeconds ?? 0} s)`
        : `did not answer${offer.nonResponseEvent === null ? '' : ` (${offer.nonResponseEvent})`}`;
      lines.push(['  ', `${who} ${what}`], ...offer.notes.map((note): [string, string] => ['  ', `“${note}”`]));
    }
  }
  return lines
    .flatMap(([label, value]) => (value === null || value === '' ? [] : [`${label.padEnd(13)}${plain(value)}`]))
    .join('\n');
};

type ShownMetric = { name: MetricName; label: string; show: (value: number) => string };
const percent = (value: number): string => `${(value * 100).toFixed(1)} %`;
const shownMetrics: readonly ShownMetric[] = [
  { name: 'handled', label: 'handled', show: String },
  { name: 'ahtMean', label: 'AHT', show: minutes },
  { name: 'ahtP90', label: 'AHT p90', show: minutes },
  { name: 'talkMean', label: 'talk', show: minutes },
  { name: 'acwMean', label: 'ACW', show: minutes },
  { name: 'ringMedian', label: 'ring', show: minutes },
  { name: 'acceptRate', label: 'accept', show: percent },
  { name: 'ronaRate', label: 'RONA', show: percent },
  { name: 'transferRate', label: 'transfer', show: percent },
  { name: 'csatTop2', label: 'CSAT top 2', show: percent },
  { name: 'nps', label: 'NPS', show: (value) => value.toFixed(0) },
];
export const shownMetricNames: MetricName[] = shownMetrics.map(({ name }) => name);
/** Below five cases a figure says nothing about a person: only the count is shown (metrics.md section 3). */
const MIN_SHOWN_N = 5;
/** Below thirty it is unsure, and the count stands beside it. */
const SURE_N = 30;
const showMetric = (figure: MetricValue | undefined, metric: ShownMetric): string => {
  if (figure === undefined || figure.value === null) return '–';
  const { value, n } = figure;
  if (metric.name === 'handled') return metric.show(value);
  if (n < MIN_SHOWN_N) return `n=${n}`;
  return n < SURE_N ? `${metric.show(value)} (${n})` : metric.show(value);
};

/** How much of a period the figures know. */
const describeCoverage = ({
  period: { from, zone },
  coverage: { isComplete, fraction, holes, notOverAt },
}: Pick<Scorecard, 'period' | 'coverage'>): string => {
  if (notOverAt !== undefined && notOverAt <= from) return 'has not begun';
  const running = notOverAt === undefined ? [] : [`not over: figures reach to ${localMinute(notOverAt, zone)}`];
  if (isComplete) return [...running, notOverAt === undefined ? 'fully synced' : 'synced so far'].join(', ');
  // Rounded down: 99.96 % must not read as a whole.
  const synced = (Math.floor(fraction * 1000) / 10).toFixed(1);
  const times = holes
    .slice(0, 3)
    .map((hole) => `${localMinute(hole.from, zone)} to ${localMinute(hole.to, zone)} (${hole.state})`);
  const more = holes.length > 3 ? ' …' : '';
  return [...running, `only ${synced} % synced; not synced: ${times.join(', ')}${more}`].join(', ');
};

/** What the figures under it are about: period, zone, the time of the data, what is not synced. */
export const describeFrame = (frame: Pick<Scorecard, 'period' | 'coverage' | 'dataAsOf'>): string => {
  const { from, to, zone } = frame.period;
  return `${localMinute(from, zone)} to ${localMinute(to, zone)} (${zone}), data as of ${localMinute(frame.dataAsOf, zone)}, ${describeCoverage(frame)}`;
};

export const formatScorecard = (scorecard: SomeFigures): string => {
  const lines = [...scorecard.rows, { name: 'all', metrics: scorecard.total }];
  const table = formatTable(
    ['name', ...shownMetrics.map((metric) => metric.label)],
    lines.map((row) => [
      clip(row.name, 28),
      ...shownMetrics.map((metric) => showMetric(row.metrics[metric.name], metric)),
    ]),
    shownMetrics.map((_, index) => index + 1),
  );
  return [
    `${describeFrame(scorecard)}, definitions: ${scorecard.rules.preset}`,
    '',
    table,
    '',
    'AHT = interaction (hold included) + after-call work, mean, min:sec. n=3: fewer than 5 cases, no figure.',
    'In brackets: the number of cases where it is below 30. --json has it for every figure, with 95 % intervals.',
    ...(scorecard.csatPolarity === 'unset'
      ? ['CSAT is taken as 5 = best until you say which end is good: afterword settings set --csat-polarity …']
      : []),
  ].join('\n');
};

const marks: Record<DoctorCheck['state'], string> = {
  ok: 'ok     ',
  warning: 'warning',
  failed: 'FAILED ',
  skipped: 'skipped',
};
export const formatDoctor = (checks: readonly DoctorCheck[]): string =>
  checks.map((check) => `${marks[check.state]}  ${check.name.padEnd(12)}  ${plain(check.message)}`).join('\n');
