// What scripts may rely on: a scorecard's keys, metrics and order, the figures of six conversations worked out by hand, and
// what a report says of its files.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { scorecardSchema } from '../../preload/contract/scorecard.ts';
import { runJson, runWell } from '../support/cli.ts';
import { expectKeys, expectTimes } from '../support/promised-json.ts';
import { agents } from '../support/rows.ts';
import { useSyncedCli } from '../support/synced-cli.ts';

const { root, options } = useSyncedCli();

describe('scorecard', () => {
  const period = ['--period', '2025-09-30'];

  test('--json: keys, metric names in order, types', async () => {
    for (const by of ['agent', 'queue', 'bot']) {
      const found = await runJson(['scorecard', '--by', by, ...period], options);
      expectKeys(found, 'scorecard');
      const scorecard = scorecardSchema.parse(found);
      expectKeys(scorecard.period, 'period');
      expect(scorecard.period).toEqual({ from: '2025-09-30T00:00:00Z', to: '2025-10-01T00:00:00Z', zone: 'UTC' });
      expect(scorecard.coverage).toEqual({ isComplete: true, fraction: 1, holes: [] });
      expect(scorecard.rows.length).toBeGreaterThan(0);
      for (const row of scorecard.rows) {
        expectKeys(row, 'scorecardRow');
        expectKeys(row.metrics, 'metrics');
        for (const [name, metric] of Object.entries(row.metrics)) {
          // What the data cannot support says why.
          expectKeys(metric, name === 'occupancy' ? 'refusedMetric' : 'metric');
          if (/Rate$|Top2$/.test(name) && metric.value !== null) {
            expect(metric.value, name).toBeGreaterThanOrEqual(0);
            expect(metric.value, name).toBeLessThanOrEqual(1);
          }
        }
      }
      expect(expectTimes(found)).toBe(3);
    }
  });

  test('figures worked out by hand; the key is the agentId', async () => {
    const { rows: cards } = scorecardSchema.parse(await runJson(['scorecard', ...period], options));
    const ada = cards.find((card) => card.key === agents.ada.agentId);
    expect(ada?.name).toBe('Ada Sample');
    // Three segments of 60 s and 10 s of after-call work each; one of them with 20 s of hold.
    expect(ada?.metrics).toMatchObject({
      handled: { value: 3 },
      conversations: { value: 3 },
      ahtMean: { value: 70, n: 3 },
      ahtMedian: { value: 70, n: 3 },
      acwMean: { value: 10, n: 3 },
      // The two calls do not count: on the phone nobody types a first reply.
      firstResponseMedian: { value: 4, n: 1 },
      ringMedian: { value: 3, n: 3 },
    });
    const only = scorecardSchema.parse(await runJson(['scorecard', ...period, '--agent', agents.ada.agentId], options));
    expect(only.rows).toEqual([ada]);
  });

  test('a period is days of the zone; what was not synced is a hole', async () => {
    const words = ['scorecard', '--period', '2025-09-29..2025-09-30', '--zone', 'Europe/Berlin'];
    const scorecard = scorecardSchema.parse(await runJson(words, options));
    expect(scorecard.period).toEqual({
      from: '2025-09-28T22:00:00Z',
      to: '2025-09-30T22:00:00Z',
      zone: 'Europe/Berlin',
    });
    expect(scorecard.coverage).toEqual({
      isComplete: false,
      // 22 of 48 hours.
      fraction: expect.closeTo(22 / 48, 6),
      holes: [{ from: '2025-09-28T22:00:00Z', to: '2025-09-30T00:00:00Z', state: 'missing' }],
    });
    expect(await runWell(words, options)).toMatch(
      /only 45\.8 % synced; not synced: 2025-09-29 00:00 to 2025-09-30 02:00 \(/,
    );
  });
});

test('report --json lists the files it wrote', async () => {
  const out = join(root, 'reports');
  const words = ['report', 'agent-scorecards', '--period', '2025-09', '--format', 'pdf,csv', '--out', out];
  const report = (await runJson(words, options)) as { files: string[]; rows: number };
  expect(Object.keys(report)).toEqual(['files', 'rows', 'id', 'contentHash', 'coverage']);
  expect(report.files.map((file) => file.slice(-4))).toEqual(['.pdf', '.csv']);
  for (const file of report.files) expect(existsSync(file)).toBe(true);
  expect(
    readFileSync(report.files[0] ?? '')
      .subarray(0, 5)
      .toString(),
  ).toBe('%PDF-');
  const csv = readFileSync(report.files[1] ?? '', 'utf8');
  expect(csv.startsWith('\uFEFF"')).toBe(true);
  expect(csv).toContain('"Ada Sample"');
  expect((await runWell(words, options)).trimEnd().split('\n')).toEqual(report.files);
});
