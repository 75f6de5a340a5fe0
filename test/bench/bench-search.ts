// Search: first page, total and every facet, as the window asks for them; against DuckDB on the same questions.
import type { QueryNode } from '../../main/search/ast.ts';
import type { QueryHandlers, SearchInput } from '../../main/workers/query-worker.ts';
import type { WorkerClient } from '../../main/workers/rpc.ts';
import { periodToS, vocabulary } from './data.ts';
import type { Duck } from './duck.ts';
import { cpuMs, requireEqual, runProgram, summarize, timeMs, versionOf } from './measure.ts';
import { formatMs, type Line, lineOfLimit, lineOfRatio } from './report.ts';

const DAY_S = 86_400;
const word = (rank: number): string => vocabulary[rank] ?? '';
const text = (...words: string[]): QueryNode => ({
  kind: 'and',
  nodes: words.map((w) => ({ kind: 'text', words: [w], isPrefix: false })),
});

/** Words from the commonest to the rarest, each asked for once; then two of them, and a beginning. */
const firstQueries = (): QueryNode[] => [
  ...[0, 1, 3, 8, 20, 50, 120, 300, 700, 1500, 3000, 6000, 12_000, 20_000, 29_000].map((rank) => text(word(rank))),
  ...[2, 9, 45, 210].map((rank) => text(word(rank), word(rank * 3 + 4))),
  { kind: 'text', words: [word(5), word(6)], isPrefix: false },
  { kind: 'text', words: [word(900).slice(0, 5)], isPrefix: true },
];

type Refinement = { name: string; node: QueryNode; sql: string };
const refinements = (agents: readonly string[]): Refinement[] => [
  {
    name: 'channel',
    node: { kind: 'value', field: 'channel', value: 'voice', isExact: true },
    sql: `lower(channel) = 'voice'`,
  },
  {
    name: 'agent',
    node: { kind: 'value', field: 'agent', value: (agents[3] ?? '').toLowerCase(), isExact: true },
    sql: `key IN (SELECT conversationKey FROM asked WHERE agentId = '${agents[3]}')`,
  },
  {
    name: 'last 30 days',
    node: { kind: 'time', fromS: periodToS - 30 * DAY_S, toS: periodToS },
    sql: `startedAt >= to_timestamp(${periodToS - 30 * DAY_S}) AND startedAt < to_timestamp(${periodToS})`,
  },
  {
    name: 'inbound',
    node: { kind: 'value', field: 'direction', value: 'inbound', isExact: true },
    sql: `lower(direction) = 'inbound'`,
  },
];

const input = (query: QueryNode): SearchInput => ({
  query,
  sort: { by: 'started', isDescending: true },
  limit: 50,
  start: { offset: 0 },
  zone: 'UTC',
  withFacets: true,
});

const sum = (counts: Iterable<number>): number => [...counts].reduce((all, count) => all + count, 0);

export const benchSearch = async (
  client: WorkerClient<QueryHandlers>,
  duck: Duck,
  rowsPath: string,
): Promise<Line[]> => {
  const agents = (await duck.rows('SELECT agentId FROM asked GROUP BY agentId ORDER BY agentId')).map((row) =>
    String(row.agentId),
  );
  const askOurs = (query: QueryNode) => client.call('search', input(query));

  // The first search of all also loads the index: that is the start's row, not this one's.
  await askOurs({ kind: 'all' });
  const firstTimes: number[] = [];
  for (const query of firstQueries()) firstTimes.push(await timeMs(() => askOurs(query)));

  /** The page, the total, and the counts of five columns and of the agents: as much as DuckDB needs to answer the same. */
  const askDuck = async (where: string) => {
    await duck.rows(`CREATE OR REPLACE TEMP TABLE hits AS SELECT key, startedAt, channel, finalStatus, direction, surveyType, lastIntentName
      FROM conversations WHERE ${where}`);
    const page = await duck.rows(
      'SELECT * FROM conversations WHERE key IN (SELECT key FROM hits ORDER BY startedAt DESC LIMIT 50)',
    );
    const facets =
      await duck.rows(`SELECT channel, finalStatus, direction, surveyType, lastIntentName, count(*) AS n FROM hits
      GROUP BY GROUPING SETS ((), (channel), (finalStatus), (direction), (surveyType), (lastIntentName))`);
    const byAgent = await duck.rows(
      'SELECT agentId, count(*) AS n FROM asked WHERE conversationKey IN (SELECT key FROM hits) GROUP BY agentId',
    );
    return { page, facets, byAgent };
  };

  const ours: number[] = [];
  const theirs: number[] = [];
  let oursCpuMs = 0;
  for (const rank of [0, 7, 60, 400]) {
    const base = text(word(rank));
    await askOurs(base);
    const chosen: Refinement[] = [];
    for (const refinement of refinements(agents)) {
      chosen.push(refinement);
      const query: QueryNode = { kind: 'and', nodes: [base, ...chosen.map(({ node }) => node)] };
      const where = [`contains(text, ' ${word(rank)} ')`, ...chosen.map(({ sql }) => sql)].join(' AND ');
      let found: Awaited<ReturnType<typeof askOurs>> | null = null;
      let answer: Awaited<ReturnType<typeof askDuck>> | null = null;
      const startedCpuMs = cpuMs();
      ours.push(
        await timeMs(async () => {
          found = await askOurs(query);
        }),
      );
      oursCpuMs += cpuMs() - startedCpuMs;
      theirs.push(
        await timeMs(async () => {
          answer = await askDuck(where);
        }),
      );
      const [f, a] = [found, answer] as unknown as [
        Awaited<ReturnType<typeof askOurs>>,
        Awaited<ReturnType<typeof askDuck>>,
      ];
      const title = `“${word(rank)}” with ${chosen.map(({ name }) => name).join(', ')}`;
      const total =
        a.facets.find(
          (row) =>
            [row.channel, row.finalStatus, row.direction, row.surveyType, row.lastIntentName].every(
              (v) => v === null,
            ) && Number(row.n) >= f.total,
        )?.n ?? 0;
      requireEqual(`total of ${title}`, f.total, Number(total));
      requireEqual(`page of ${title}`, f.rows.length, a.page.length);
      requireEqual(
        `offers by agent of ${title}`,
        topCounts((f.facets?.agent ?? []).map(({ count }) => count)),
        topCounts(a.byAgent.map(({ n }) => Number(n))),
      );
    }
  }

  const rg = await versionOf('rg');
  const rgTimes: number[] = [];
  if (rg !== null)
    for (const rank of [0, 50, 3000])
      rgTimes.push(await timeMs(() => runProgram('rg', ['-c', '-w', word(rank), rowsPath])));

  const first = summarize(firstTimes);
  const refined = summarize(ours);
  const duckTimes = summarize(theirs);
  const rgMedian = rgTimes.length > 0 ? summarize(rgTimes).medianMs : null;
  return [
    lineOfLimit(`search, first time, p95 of ${first.runs}`, first.p95Ms, formatMs, 100),
    lineOfRatio(
      'search, first time, median',
      { text: formatMs(first.medianMs), ms: first.medianMs },
      rgMedian === null ? null : { name: 'ripgrep, count only', text: formatMs(rgMedian), ms: rgMedian },
      null,
      'ripgrep is not installed',
    ),
    lineOfLimit(`search, refinement, p95 of ${refined.runs}`, refined.p95Ms, formatMs, 15),
    lineOfLimit('search, refinement, processor time, mean', oursCpuMs / refined.runs, formatMs, null),
    lineOfRatio(
      'search, refinement, median',
      { text: formatMs(refined.medianMs), ms: refined.medianMs },
      { name: 'DuckDB', text: formatMs(duckTimes.medianMs), ms: duckTimes.medianMs },
      20,
    ),
  ];
};

/** The most frequent counts, as both sides must name them; a facet shows at most 50 values. */
const topCounts = (counts: readonly number[]): { sum: number; top: number[] } => {
  const top = [...counts].sort((a, b) => b - a).slice(0, 20);
  return { sum: sum(top), top };
};
