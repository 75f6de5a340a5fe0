import { describe, expect, test } from 'vitest';
import { displayRule } from '../../../main/metrics/registry.ts';
import { agentScorecardsCsv, buildAgentScorecardsData } from '../../../main/reports/agent-scorecards.ts';
import { formatChange, formatFigure, formatPeriod, type MetricMeta } from '../../../main/reports/figures.ts';
import { chartTrend, findScales, roundUpTop, toPosition } from '../../../main/reports/scorecard-charts.ts';
import type { MetricValue, ScorecardRow } from '../../../preload/contract/scorecard.ts';
import { makeScorecardsInput, sampleMetricMeta } from './sample-scorecard.ts';

const blank = '\u202f';

/** Input of one agent with chosen values for some metrics. */
const withMetrics = (
  metrics: Partial<Record<string, MetricValue>>,
  total: Partial<Record<string, MetricValue>> = {},
) => {
  const input = makeScorecardsInput(1);
  const [row] = input.scorecard.rows;
  if (row === undefined) throw new Error('no row');
  Object.assign(row.metrics, metrics);
  Object.assign(input.total, total);
  return input;
};
const rowOf = (input: ReturnType<typeof makeScorecardsInput>, label: string) =>
  buildAgentScorecardsData(input)
    .agents[0]?.groups.flatMap((group) => group.rows)
    .find((row) => row.label === label);

describe('figures', () => {
  test.each([
    [252.4, 'seconds', '4:12'],
    [59.6, 'seconds', '1:00'],
    [3599.6, 'seconds', '1:00:00'],
    [0, 'seconds', '0:00'],
    [0.9345, 'fraction', `93.5${blank}%`],
    [1, 'fraction', `100.0${blank}%`],
    [1234567, 'count', `1${blank}234${blank}567`],
    [999, 'count', '999'],
    [30.4, 'points', '+30'],
    [-12, 'points', '−12'],
    [-0.4, 'points', '0'],
    [4.456, 'score', '4.46'],
    [null, 'seconds', '–'],
  ] as const)('%d %s is printed %j', (value, unit, text) => {
    expect(formatFigure(value, unit)).toBe(text);
  });

  test.each([
    [-12.2, 'seconds', '−0:12'],
    [0.0234, 'fraction', `+2.3${blank}pp`],
    [0.0001, 'fraction', `±0.0${blank}pp`],
    [5, 'count', '+5'],
  ] as const)('a change of %d %s is printed %j', (change, unit, text) => {
    expect(formatChange(change, unit)).toBe(text);
  });

  test.each([
    ['2025-08-31T22:00:00Z', '2025-09-30T22:00:00Z', '1 Sep 2025 – 30 Sep 2025'],
    // The last Sunday of October has 25 hours in Berlin.
    ['2025-10-25T22:00:00Z', '2025-10-26T23:00:00Z', '26 Oct 2025'],
    ['2025-09-01T06:30:00Z', '2025-09-01T22:00:00Z', '1 Sep 2025, 08:30 to 2 Sep 2025, 00:00'],
  ])('the period %s to %s is printed %j', (from, to, text) => {
    expect(formatPeriod({ from, to, zone: 'Europe/Berlin' })).toBe(text);
  });
});

describe('small samples', () => {
  const figure = { value: 0.5, low: 0.4, high: 0.6 };
  const team = { acceptRate: { value: 0.3, n: 9000, low: null, high: null } };

  test('below 5 only the n is printed, with no bar, range, change or standing', () => {
    expect(rowOf(withMetrics({ acceptRate: { ...figure, n: 4 } }, team), 'Accept rate')).toMatchObject({
      text: 'n=4',
      tone: 'hidden',
      range: '',
      bar: null,
      change: '–',
      standing: '',
    });
  });

  test('from 5 to 29 the value is grey and takes no stand', () => {
    expect(rowOf(withMetrics({ acceptRate: { ...figure, n: 29 } }, team), 'Accept rate')).toMatchObject({
      text: `50.0${blank}%`,
      tone: 'grey',
      n: '29',
      range: `40.0${blank}% to 60.0${blank}%`,
      standing: '',
    });
  });

  test.each([
    [0.3, 'above'],
    [0.7, 'below'],
    [0.45, 'no clear difference'],
  ])('from 30 on it stands against a team at %d: %s', (value, standing) => {
    const input = withMetrics(
      { acceptRate: { ...figure, n: 30 } },
      { acceptRate: { value, n: 900, low: null, high: null } },
    );
    expect(rowOf(input, 'Accept rate')).toMatchObject({ tone: 'plain', standing });
  });

  test('a count is printed whatever it is', () => {
    expect(rowOf(withMetrics({ handled: { value: 3, n: 3, low: null, high: null } }), 'Handled')).toMatchObject({
      text: '3',
      tone: 'plain',
    });
  });
});

describe('buildAgentScorecardsData', () => {
  test('lists agents with most handled first, in the summary, on the pages and in the CSV', () => {
    const data = buildAgentScorecardsData(makeScorecardsInput(12));
    const handled = data.summary.rows.map((row) => Number(row.cells[0]?.text.replaceAll(blank, '')));
    expect(handled).toEqual(handled.toSorted((a, b) => b - a));
    expect(data.agents.map((agent) => agent.name)).toEqual(data.summary.rows.map((row) => row.name));
    const names = [...agentScorecardsCsv(makeScorecardsInput(12))]
      .slice(1)
      .map((line) => line.split('","')[1]?.split('"')[0]);
    expect(names).toEqual(data.agents.map((agent) => agent.name));
  });

  test('says at the top what is not synced, rounds it down, and prints no change over a hole', () => {
    const input = makeScorecardsInput(1);
    const hole = { from: '2025-09-04T08:00:00Z', to: '2025-09-04T09:00:00Z', state: 'failed' } as const;
    input.scorecard.coverage = { isComplete: false, fraction: 0.99996, holes: [hole] };
    const data = buildAgentScorecardsData(input);
    expect(data.coverage).toMatchObject({
      isComplete: false,
      percent: `99.9${blank}%`,
      holes: ['4 Sep 2025, 10:00 to 4 Sep 2025, 11:00 (failed)'],
    });
    const changes = data.agents.flatMap((agent) =>
      agent.groups.flatMap((group) => group.rows.map((row) => row.change)),
    );
    expect(new Set(changes)).toEqual(new Set(['–']));
  });

  test('prints the change from the period before when both are whole', () => {
    const input = withMetrics({ ahtMean: { value: 300, n: 400, low: 290, high: 310 } });
    const before = input.previous?.rows[0];
    if (before) before.metrics.ahtMean = { value: 312.4, n: 300, low: null, high: null };
    expect(rowOf(input, 'Handle time, mean')).toMatchObject({ previous: '5:12', change: '−0:12' });
  });

  test('with CSAT polarity unset shows scores, not top-two, and says so', () => {
    const labels = (polarity: 'unset' | 'lower-is-better'): string[] =>
      buildAgentScorecardsData({ ...makeScorecardsInput(1), csatPolarity: polarity }).agents[0]?.headlines.map(
        (headline) => headline.label,
      ) ?? [];
    expect(labels('unset')).toContain('CSAT, mean');
    expect(labels('lower-is-better')).toContain('CSAT, top two');
    const data = buildAgentScorecardsData({ ...makeScorecardsInput(1), csatPolarity: 'unset' });
    expect(JSON.stringify(data)).not.toContain('top two');
    expect(data.notes.join()).toMatch(/not been confirmed/u);
  });

  test('masked, holds no name and no id of an agent, in the PDF data and in the CSV', () => {
    const input = { ...makeScorecardsInput(10), mask: { salt: 'for tests' } };
    const out = JSON.stringify(buildAgentScorecardsData(input)) + [...agentScorecardsCsv(input)].join('');
    for (const { key, name } of input.scorecard.rows) {
      expect(out).not.toContain(key);
      for (const part of name.split(' ').slice(0, 2)) expect(out).not.toContain(part);
    }
    const agent = buildAgentScorecardsData(input).agents[0];
    expect(agent?.name).toMatch(/^Agent [0-9A-F]{10}$/u);
    // The trend and the period before still belong to the right agent.
    expect(agent?.trend).not.toBeNull();
    expect(agent?.groups[0]?.rows[0]?.previous).not.toBe('–');
  });

  test('hash: the same for the same figures whatever the row order or print time, another for any other figure', () => {
    const hashOf = (change: (input: ReturnType<typeof makeScorecardsInput>) => void): string => {
      const input = makeScorecardsInput(4);
      change(input);
      return buildAgentScorecardsData(input).hash;
    };
    const base = hashOf(() => undefined);
    expect(base).toMatch(/^[0-9a-f]{64}$/u);
    expect(hashOf((input) => input.scorecard.rows.reverse())).toBe(base);
    expect(hashOf((input) => Object.assign(input, { generatedAt: '2030-01-01T00:00:00Z' }))).toBe(base);
    expect(hashOf((input) => Object.assign(input.scorecard.rows[0]?.metrics.nps ?? {}, { low: -99 }))).not.toBe(base);
    expect(hashOf((input) => Object.assign(input, { definitionPreset: 'other' }))).not.toBe(base);
  });
});

test('the CSV holds the raw figures that the pages print', () => {
  const input = makeScorecardsInput(3);
  const lines = [...agentScorecardsCsv(input)];
  const cells = lines.map((line) =>
    line
      .replace(/^\uFEFF/u, '')
      .trimEnd()
      .split(',')
      .map((cell) => cell.replaceAll('"', '')),
  );
  const [header = [], ...records] = cells;
  const at = (record: string[] | undefined, name: string): string => record?.[header.indexOf(name)] ?? 'missing';
  expect(records).toHaveLength(3);
  const { agents } = buildAgentScorecardsData(input);
  for (const [index, agent] of agents.entries()) {
    const printed = agent.groups.flatMap((group) => group.rows);
    expect(printed).toHaveLength(20);
    for (const row of printed) {
      const { name, unit, label } = sampleMetricMeta.find((meta) => meta.label === row.label) as MetricMeta;
      const value = Number(at(records[index], name));
      expect(row?.text, label).toBe(formatFigure(value, unit));
      if (unit === 'count') continue;
      expect(row?.n, label).toBe(at(records[index], `${name}N`));
      const low = at(records[index], `${name}Low`);
      const high = at(records[index], `${name}High`);
      expect(row?.range, label).toBe(
        low === '' ? '' : `${formatFigure(Number(low), unit)} to ${formatFigure(Number(high), unit)}`,
      );
    }
  }
  expect(at(records[0], 'periodFrom')).toBe('2025-08-31T22:00:00Z');
  expect(at(records[0], 'zone')).toBe('Europe/Berlin');
  expect(at(records[0], 'coverageFraction')).toBe('1');
  expect(at(records[0], 'dataHash')).toBe(buildAgentScorecardsData(input).hash);
});

describe('charts', () => {
  const metas = sampleMetricMeta.filter((meta) => meta.name === 'acceptRate' || meta.name === 'handled');
  const makeRow = (acceptRate: MetricValue): ScorecardRow => {
    const [row] = makeScorecardsInput(1).scorecard.rows;
    if (row === undefined) throw new Error('no row');
    return { ...row, metrics: { ...row.metrics, acceptRate } };
  };

  test('a wild small sample does not stretch the scale; it is clipped and marked', () => {
    const rows = [
      makeRow({ value: 0.9, n: 400, low: 0.88, high: 0.92 }),
      makeRow({ value: 0.2, n: 6, low: 0.05, high: 0.6 }),
    ];
    const total = { ...makeScorecardsInput(1).total, acceptRate: { value: 0.8, n: 900, low: null, high: null } };
    const scales = findScales(rows, total, metas, displayRule);
    expect([...scales.keys()]).toEqual(['acceptRate']);
    const scale = scales.get('acceptRate') ?? { from: 0, to: 0 };
    expect(scale.from).toBeCloseTo(0.8 - 0.06 * 0.12, 10);
    expect(scale.to).toBeCloseTo(0.92 + 0.06 * 0.12, 10);
    expect(toPosition(0.2, scale)).toEqual({ at: 0, isOutside: true });
    expect(toPosition((scale.from + scale.to) / 2, scale).at).toBeCloseTo(0.5, 10);
  });

  test('an axis ends at a round value that leaves at most half of it empty', () => {
    expect([1, 3, 7, 42, 235, 610, 1001].map((most) => roundUpTop(most, 'count'))).toEqual([
      ...[1, 3, 8, 50, 300, 800, 2000],
    ]);
    for (let most = 1; most <= 20_000; most += 1) {
      const top = roundUpTop(most, 'count');
      expect(top >= most && top <= most * 2).toBe(true);
    }
    expect([0, 0.04, 0.2, 0.42, 0.51, 1].map((most) => roundUpTop(most, 'fraction'))).toEqual([
      ...[0.1, 0.1, 0.2, 0.5, 1, 1],
    ]);
    // The ends of a survey's scale.
    expect(roundUpTop(3.88, 'score')).toBe(5);
  });

  test('a trend leaves gaps, hides means of fewer than 5 and refuses what a page cannot hold', () => {
    const trend = chartTrend(
      [
        { label: 'W1', handled: 80, ahtMean: 240 },
        { label: 'W2', handled: null, ahtMean: null },
        { label: 'W3', handled: 3, ahtMean: 900, isPartial: true },
      ],
      displayRule,
    );
    expect(trend).toMatchObject({ handledTop: '80', ahtTop: '5:00' });
    expect(trend?.points).toMatchObject([
      { handled: '80', barAt: 1, aht: '4:00', lineAt: 0.8, isMissing: false },
      { handled: 'unsynced', barAt: null, aht: '–', lineAt: null, isMissing: true },
      { handled: '3', barAt: 3 / 80, aht: 'n=3', lineAt: null, isPartial: true },
    ]);
    expect(chartTrend([], displayRule)).toBeNull();
    const many = Array.from({ length: 37 }, (_, i) => ({ label: String(i), handled: 1, ahtMean: 1 }));
    expect(() => chartTrend(many, displayRule)).toThrow(/at most 36 steps/u);
  });
});
