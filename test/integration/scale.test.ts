// docs/scale.md at its word: the DuckDB statements on that page, run over a Parquet export, give the figures of the product's
// own scorecard.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { MetricName, Scorecard } from '../../preload/contract/scorecard.ts';
import { openTestApp, type TestApp } from '../support/app.ts';

const page = readFileSync(join(import.meta.dirname, '../../docs/scale.md'), 'utf8');
const statementsOf = (part: string): string => {
  const found = new RegExp(`^\`\`\`sql duckdb ${part}\\n(.*?)^\`\`\``, 'ms').exec(page)?.[1];
  if (found === undefined) throw new Error(`docs/scale.md has no part “${part}”`);
  return found;
};

/** The column of each figure in the statement's answer, and the one with its n. */
const columns: Partial<Record<MetricName, [value: string, n: string]>> = {
  handled: ['handled', 'handled'],
  conversations: ['conversations', 'conversations'],
  ahtMean: ['ahtMean', 'aht_n'],
  ahtMedian: ['ahtMedian', 'aht_n'],
  ahtP90: ['ahtP90', 'aht_n'],
  talkMean: ['talkMean', 'talkMean_n'],
  holdRate: ['holdRate', 'holdRate_n'],
  holdMean: ['holdMean', 'holdMean_n'],
  acwMean: ['acwMean', 'acwMean_n'],
  ringMedian: ['ringMedian', 'ringMedian_n'],
  firstResponseMedian: ['firstResponseMedian', 'firstResponse_n'],
  firstResponseP90: ['firstResponseP90', 'firstResponse_n'],
  acceptRate: ['acceptRate', 'offers_n'],
  ronaRate: ['ronaRate', 'offers_n'],
  transferRate: ['transferRate', 'handled'],
  consultRate: ['consultRate', 'consultRate_n'],
  csatTop2: ['csatTop2', 'csat_n'],
  csatMean: ['csatMean', 'csat_n'],
  nps: ['nps', 'nps_n'],
  likeRate: ['likeRate', 'likeRate_n'],
};

let app: TestApp;
let scorecard: Scorecard;
const from = Math.floor(Date.now() / 86_400_000) * 86_400_000 - 30 * 86_400_000;
const day = (days: number): string => new Date(from + days * 86_400_000).toISOString().slice(0, 10);

beforeAll(async () => {
  app = openTestApp({ token: 'none' });
  await app.call('sample.connect', { seed: 7, days: 34, conversations: 1500 });
  await app.runJob('sync.start', { from: day(-3) });
  scorecard = await app.call('scorecard.get', { by: 'agent', period: `${day(0)}..${day(19)}`, zone: 'UTC' });
});
afterAll(() => app.close());

const runPage = async (mask: boolean): Promise<Map<string, Record<string, unknown>>> => {
  const lake = join(app.dataDir, mask ? 'masked-lake' : 'lake');
  for (const what of ['conversations', 'segments', 'queue-entries'] as const)
    await app.runJob('export.run', { what, query: '', format: 'parquet', out: `${lake}-${what}`, mask });
  expect(readdirSync(`${lake}-segments`).length).toBeGreaterThan(1);
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  try {
    await connection.run(statementsOf('tables').replaceAll("'lake/", `'${lake}-`));
    await connection.run(statementsOf('period').replace('2025-09-01', day(0)).replace('2025-10-01', day(20)));
    const reader = await connection.runAndReadAll(statementsOf('scorecard'));
    return new Map(reader.getRowObjectsJS().map((row) => [String(row.agent), row]));
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
};

// DuckDB adds up the two neighbours of a quantile in another order, which moves the last bits of the double.
const settle = (name: string, value: number | null): number | null =>
  value !== null && /Median|P90/.test(name) ? Number(value.toFixed(9)) : value;

const toNumber = (value: unknown): number | null => (value === null || value === undefined ? null : Number(value));

test('the statements of the page give the scorecard’s figures, values and n', async () => {
  const found = await runPage(false);
  expect(scorecard.rows.length).toBeGreaterThan(10);
  const expected = scorecard.rows.flatMap(({ key, metrics }) =>
    Object.entries(columns).map(([name]) => {
      const { value, n } = metrics[name as MetricName] ?? { value: null, n: 0 };
      return { key, name, value: n === 0 ? null : settle(name, value), n };
    }),
  );
  const given = scorecard.rows.flatMap(({ key }) =>
    Object.entries(columns).map(([name, [value, n]]) => {
      const row = found.get(key);
      const count = toNumber(row?.[n]) ?? 0;
      return { key, name, value: count === 0 ? null : settle(name, toNumber(row?.[value])), n: count };
    }),
  );
  expect(given).toEqual(expected);
  expect([...found.keys()].filter((key) => !scorecard.rows.some((row) => row.key === key))).toEqual([]);
  // Every figure was put to the test on somebody.
  for (const name of Object.keys(columns))
    expect(expected.some((e) => e.name === name && e.n > 0 && e.value !== 0)).toBe(true);
});

test('a masked export gives the same figures under pseudonyms', async () => {
  const found = await runPage(true);
  const plain = scorecard.rows.map(({ metrics }) => metrics.handled?.value ?? 0).sort((a, b) => a - b);
  expect([...found.values()].map((row) => Number(row.handled ?? 0)).sort((a, b) => a - b)).toEqual(plain);
  expect([...found.keys()].filter((key) => scorecard.rows.some((row) => row.key === key))).toEqual([]);
}, 240_000);
