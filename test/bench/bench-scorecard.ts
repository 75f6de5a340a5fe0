// The scorecard of all agents over the whole period, with exact percentiles: ten figures against DuckDB and SQLite with the same
// ten, the twelve that a screen shows at first, every figure there is, and the cases behind one.
import { resolveTeams } from '../../main/metrics/teams.ts';
import { openCacheForReading } from '../../main/store/cache.ts';
import { unpackFigures } from '../../main/workers/figure-message.ts';
import type { ScorecardInput } from '../../main/workers/figure-queries.ts';
import type { QueryHandlers } from '../../main/workers/query-worker.ts';
import type { WorkerClient } from '../../main/workers/rpc.ts';
import { defaultRules } from '../../preload/contract/counting.ts';
import type { MetricName } from '../../preload/contract/scorecard.ts';
import { openQuery, periodFromS, periodToS } from './data.ts';
import type { Duck } from './duck.ts';
import { cpuMs, interleave, requireEqual, summarize, timeMs } from './measure.ts';
import { formatMs, type Line, lineOfLimit, lineOfRatio } from './report.ts';

const DAY_S = 86_400;
const WARM_RUNS = 40;

const ten = [
  ...(['handled', 'ahtMean', 'ahtMedian', 'ahtP90', 'acwMean', 'acwRate', 'acwKnownRate'] as const),
  ...(['firstResponseMedian', 'firstResponseP90', 'holdMean'] as const),
] satisfies MetricName[];
const twelve = [
  ...(['handled', 'conversations', 'ahtMean', 'ahtMedian', 'ahtP90', 'talkMean', 'holdRate', 'acwMean'] as const),
  ...(['firstResponseMedian', 'transferRate', 'csatTop2', 'nps'] as const),
] satisfies MetricName[];

const calls = `('voice', 'korevg', 'audiocodes', 'campaign')`;
const duckSql = `SELECT s.agentId AS agent, count(*) AS handled,
    sum(interactionSeconds + coalesce(acwSeconds, 0)) / count(interactionSeconds) AS ahtMean,
    quantile_cont(interactionSeconds + coalesce(acwSeconds, 0), [0.5, 0.9]) AS ahts,
    avg(acwSeconds) AS acwMean, avg(CASE WHEN acwSeconds > 0 THEN 1 WHEN acwSeconds = 0 THEN 0 END) AS acwRate,
    count(acwSeconds) / count(*) AS acwKnownRate,
    quantile_cont(firstResponseSeconds, [0.5, 0.9]) FILTER (WHERE lower(s.channel) NOT IN ${calls}) AS responses,
    avg(holdSeconds) FILTER (WHERE lower(s.channel) IN ${calls} AND holdSeconds > 0) AS holdMean
  FROM segments s SEMI JOIN (SELECT key FROM conversations WHERE NOT isOpen AND NOT isShadow) c ON c.key = s.conversationKey
  WHERE s.handled AND s.endedAt >= to_timestamp(${periodFromS}) AND s.endedAt < to_timestamp(${periodToS}) GROUP BY 1 ORDER BY 1`;

const sqliteSql = `WITH calls AS MATERIALIZED (SELECT id FROM term WHERE kind = 'channel' AND lower(value) IN ${calls})
  SELECT a.agent_id AS agent, count(*) AS handled, avg(o.interaction_s + ifnull(o.acw_s, 0)) AS ahtMean,
    percentile(o.interaction_s + ifnull(o.acw_s, 0), 50) AS ahtMedian, percentile(o.interaction_s + ifnull(o.acw_s, 0), 90) AS ahtP90,
    avg(o.acw_s) AS acwMean, avg(o.acw_s > 0) AS acwRate, count(o.acw_s) * 1.0 / count(*) AS acwKnownRate,
    percentile(o.first_response_duration_s, 50) FILTER (WHERE c.channel NOT IN calls) AS firstResponseMedian,
    percentile(o.first_response_duration_s, 90) FILTER (WHERE c.channel NOT IN calls) AS firstResponseP90,
    avg(o.hold_s) FILTER (WHERE c.channel IN calls AND o.hold_s > 0) AS holdMean
  FROM offer o JOIN conversation c ON c.id = o.conversation JOIN agent a ON a.id = o.agent
  WHERE o.handled = 1 AND c.is_open = 0 AND c.is_shadow = 0 AND o.ended_s >= ${periodFromS} AND o.ended_s < ${periodToS}
  GROUP BY 1 ORDER BY 1`;

/** `days` earlier than the whole period, so that no answer is one that was given before. */
const inputOf = (metrics: readonly MetricName[] | null, daysEarlier = 0): ScorecardInput => ({
  by: 'agent',
  fromS: periodFromS - daysEarlier * DAY_S,
  toS: periodToS - daysEarlier * DAY_S,
  csatPolarity: 'unset',
  zone: 'UTC',
  rules: defaultRules,
  teams: resolveTeams([], 'UTC'),
  horizonS: periodToS,
  holes: [],
  ...(metrics === null ? {} : { metrics }),
});

export const benchScorecard = async (
  path: string,
  client: WorkerClient<QueryHandlers>,
  duck: Duck,
): Promise<Line[]> => {
  const ask = async (metrics: readonly MetricName[] | null, daysEarlier = 0) =>
    unpackFigures(await client.call('scorecard', inputOf(metrics, daysEarlier)));
  const db = openCacheForReading(path);
  const plain = db.prepare(sqliteSql);

  const found = await ask(ten);
  const rows = found.rows
    .filter(({ metrics }) => (metrics.handled?.value ?? 0) > 0)
    .map(({ key, metrics }) => [key, ...ten.map((name) => round(metrics[name].value))])
    .sort((a, b) => (String(a[0]) < String(b[0]) ? -1 : 1));
  const duckRows = (await duck.rows(duckSql)).map((row) => {
    const [ahtMedian, ahtP90] = row.ahts as number[];
    const [firstResponseMedian, firstResponseP90] = (row.responses as number[] | null) ?? [null, null];
    const figures: Record<string, unknown> = { ...row, ahtMedian, ahtP90, firstResponseMedian, firstResponseP90 };
    return [row.agent, ...ten.map((name) => round(figures[name]))];
  });
  const plainRows = (plain.all() as Record<string, unknown>[]).map((row) => [
    row.agent,
    ...ten.map((name) => round(row[name])),
  ]);
  requireEqual('scorecard, DuckDB', rows, duckRows);
  requireEqual('scorecard, SQLite', rows, plainRows);

  const times = await interleave(9, { ours: () => ask(ten), duck: () => duck.rows(duckSql), plain: () => plain.all() });
  db.close();
  const mine = times.ours ?? { medianMs: Number.NaN, p95Ms: Number.NaN, runs: 0 };

  await ask(twelve);
  const warm: number[] = [];
  const startedCpuMs = cpuMs();
  for (let run = 0; run < WARM_RUNS; run += 1) warm.push(await timeMs(() => ask(twelve, run % 10)));
  const headline = summarize(warm);
  const headlineCpuMs = (cpuMs() - startedCpuMs) / headline.runs;
  await ask(null);
  const every: number[] = [];
  for (let run = 0; run < 9; run += 1) every.push(await timeMs(() => ask(null, run % 3)));
  const listing = (key: string | null) =>
    client.call('figureRows', { ...inputOf(null), metric: 'ahtMean', key, limit: 100, offset: 0 });
  const [first] = found.rows;
  await listing(null);
  const whole = summarize(await repeat(5, () => listing(null)));
  const own = summarize(await repeat(5, () => listing(first?.key ?? null)));
  const peers = summarize(await repeat(5, () => client.call('comparePeers', { ...inputOf(null), metric: 'ahtMean' })));
  const reconciled = summarize(
    await repeat(3, () => client.call('reconcile', { ...inputOf(null), by: 'queue', limit: 100, offset: 0 })),
  );

  // What a start costs before the first scorecard: the facts are read, and put in order.
  const fresh = openQuery(path);
  await fresh.call('coverage', undefined);
  const firstMs = await timeMs(() => fresh.call('scorecard', inputOf(twelve)));
  await fresh.call('close', undefined);
  await fresh.close();

  const agents = `${rows.length} agents, 180 days`;
  const peerLine = (name: string, peer: { medianMs: number } | null, bar: number): Line =>
    lineOfRatio(
      'scorecard, ten figures, median',
      { text: formatMs(mine.medianMs), ms: mine.medianMs },
      peer && { name, text: formatMs(peer.medianMs), ms: peer.medianMs },
      bar,
    );
  return [
    peerLine('DuckDB', times.duck, 8),
    peerLine('plain SQL', times.plain, 40),
    lineOfLimit(`scorecard, ${agents}, 12 figures, p95 of ${headline.runs}`, headline.p95Ms, formatMs, 10),
    lineOfLimit('the same, median', headline.medianMs, formatMs, null),
    lineOfLimit('the same, processor time, mean', headlineCpuMs, formatMs, null),
    lineOfLimit(`the same, every figure, median of ${every.length}`, summarize(every).medianMs, formatMs, null),
    lineOfLimit('the same, 12 figures, first after a start', firstMs, formatMs, null),
    lineOfLimit('100 cases behind a figure of all agents, median', whole.medianMs, formatMs, null),
    lineOfLimit('100 cases behind a figure of one agent, median', own.medianMs, formatMs, null),
    lineOfLimit('one metric compared over all agents, median', peers.medianMs, formatMs, null),
    lineOfLimit('queue entries under every preset, median', reconciled.medianMs, formatMs, null),
  ];
};

const repeat = async (runs: number, work: () => unknown): Promise<number[]> => {
  const times: number[] = [];
  for (let run = 0; run < runs; run += 1) times.push(await timeMs(work));
  return times;
};

const round = (value: unknown): number | null =>
  value === null || value === undefined ? null : Math.round(Number(value) * 1e6) / 1e6;
