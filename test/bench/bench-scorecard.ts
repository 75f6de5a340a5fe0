// The scorecard of all agents over the whole period, with exact percentiles: the product's, with every figure, against DuckDB
// and SQLite with the main figures.
import { resolveTeams } from '../../main/metrics/teams.ts';
import { openCacheForReading } from '../../main/store/cache.ts';
import type { QueryHandlers } from '../../main/workers/query-worker.ts';
import type { WorkerClient } from '../../main/workers/rpc.ts';
import { defaultRules } from '../../preload/contract/counting.ts';
import { periodFromS, periodToS } from './data.ts';
import type { Duck } from './duck.ts';
import { interleave, requireEqual, timeMs } from './measure.ts';
import { formatMs, type Line, lineOfLimit, lineOfRatio } from './report.ts';

const duckSql = `SELECT s.agentId AS agent, count(*) AS handled,
    sum(interactionSeconds + coalesce(acwSeconds, 0)) / count(interactionSeconds) AS aht,
    quantile_cont(interactionSeconds + coalesce(acwSeconds, 0), [0.5, 0.9]) AS ahts,
    quantile_cont(acwSeconds, [0.5, 0.9]) AS acws, quantile_cont(firstResponseSeconds, [0.5, 0.9]) AS responses,
    avg(holdSeconds) AS hold
  FROM segments s SEMI JOIN (SELECT key FROM conversations WHERE NOT isOpen AND NOT isShadow) c ON c.key = s.conversationKey
  WHERE s.handled AND s.endedAt >= to_timestamp(${periodFromS}) AND s.endedAt < to_timestamp(${periodToS}) GROUP BY 1 ORDER BY 1`;

const sqliteSql = `SELECT a.agent_id AS agent, count(*) AS handled, avg(o.interaction_s + ifnull(o.acw_s, 0)) AS aht,
    percentile(o.interaction_s + ifnull(o.acw_s, 0), 50) AS ahtMedian, percentile(o.interaction_s + ifnull(o.acw_s, 0), 90) AS ahtP90,
    percentile(o.acw_s, 50) AS acwMedian, percentile(o.acw_s, 90) AS acwP90,
    percentile(o.first_response_duration_s, 50) AS responseMedian, percentile(o.first_response_duration_s, 90) AS responseP90,
    avg(o.hold_s) AS hold
  FROM offer o JOIN conversation c ON c.id = o.conversation JOIN agent a ON a.id = o.agent
  WHERE o.handled = 1 AND c.is_open = 0 AND c.is_shadow = 0 AND o.ended_s >= ${periodFromS} AND o.ended_s < ${periodToS}
  GROUP BY 1 ORDER BY 1`;

export const benchScorecard = async (
  path: string,
  client: WorkerClient<QueryHandlers>,
  duck: Duck,
): Promise<Line[]> => {
  const askOurs = () =>
    client.call('scorecard', {
      by: 'agent',
      fromS: periodFromS,
      toS: periodToS,
      csatPolarity: 'unset',
      zone: 'UTC',
      rules: defaultRules,
      teams: resolveTeams([], 'UTC'),
      horizonS: periodToS,
      holes: [],
    });
  const db = openCacheForReading(path);
  const plain = db.prepare(sqliteSql);

  let ours: Awaited<ReturnType<typeof askOurs>> | null = null;
  const onceMs = await timeMs(async () => {
    ours = await askOurs();
  });
  const found = ours as unknown as Awaited<ReturnType<typeof askOurs>>;
  const rows = found.rows
    .filter(({ metrics }) => (metrics.handled?.value ?? 0) > 0)
    .map(({ key, metrics }) => [
      key,
      metrics.handled?.value,
      round(metrics.ahtMean?.value),
      round(metrics.ahtMedian?.value),
      round(metrics.ahtP90?.value),
    ])
    .sort((a, b) => (String(a[0]) < String(b[0]) ? -1 : 1));
  const duckRows = (await duck.rows(duckSql)).map((row) => {
    const [p50, p90] = row.ahts as number[];
    return [row.agent, Number(row.handled), round(Number(row.aht)), round(p50), round(p90)];
  });
  const plainRows = (plain.all() as Record<string, number | string>[]).map((row) => [
    row.agent,
    row.handled,
    round(Number(row.aht)),
    round(Number(row.ahtMedian)),
    round(Number(row.ahtP90)),
  ]);
  requireEqual('scorecard, DuckDB', rows, duckRows);
  requireEqual('scorecard, SQLite', rows, plainRows);

  // A side that needs seconds is not asked as often: the medians then rest on fewer runs.
  const rounds = onceMs > 20_000 ? 1 : onceMs > 2000 ? 3 : 9;
  const times = await interleave(rounds, { ours: askOurs, duck: () => duck.rows(duckSql), plain: () => plain.all() });
  db.close();
  const mine = times.ours ?? { medianMs: Number.NaN, p95Ms: Number.NaN, runs: 0 };
  return [
    lineOfLimit(`scorecard, ${rows.length} agents, 180 days, p95 of ${mine.runs}`, mine.p95Ms, formatMs, 10),
    lineOfRatio(
      'scorecard, median',
      { text: formatMs(mine.medianMs), ms: mine.medianMs },
      times.duck && { name: 'DuckDB', text: formatMs(times.duck.medianMs), ms: times.duck.medianMs },
      8,
    ),
    lineOfRatio(
      'scorecard, median',
      { text: formatMs(mine.medianMs), ms: mine.medianMs },
      times.plain && { name: 'plain SQL', text: formatMs(times.plain.medianMs), ms: times.plain.medianMs },
      40,
    ),
  ];
};

const round = (value: number | null | undefined): number | null =>
  value === null || value === undefined ? null : Math.round(value * 1e6) / 1e6;
