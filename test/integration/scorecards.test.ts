// Scorecards through the contract, over the sample contact centre: settings, teams, targets, cards, the rows behind a figure,
// and the reconciliation, each against another way to the same number.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { entryColumns } from '../../preload/contract/comparison.ts';
import { presetNames } from '../../preload/contract/counting.ts';
import { metricNames, scorecardGroups } from '../../preload/contract/scorecard.ts';
import { openTestApp, type TestApp } from '../support/app.ts';

let app: TestApp;
const period = 'last-7-days';

beforeAll(async () => {
  app = openTestApp({ token: 'unused' });
  const workspace = await app.call('sample.connect', { seed: 3, days: 21, conversations: 1500 });
  const from = workspace.sample ? new Date(workspace.sample.fromS * 1000).toISOString() : '';
  await app.sync({ from });
}, 120_000);
afterAll(() => app.close());

const agents = async () => (await app.call('scorecard.get', { by: 'agent', period })).rows;

describe('a scorecard', () => {
  test.each(scorecardGroups)(
    'by %s lists the rows of every figure, as many as its n',
    async (by) => {
      const card = await app.call('scorecard.get', { by, period });
      expect(card.rows.length).toBeGreaterThan(0);
      const row = card.rows.toSorted((a, b) => b.metrics.handled.n - a.metrics.handled.n)[0];
      if (row === undefined) throw new Error('no row');
      for (const metric of [
        'handled',
        'conversations',
        'ahtMean',
        'acceptRate',
        'serviceLevel',
        'csatTop2',
        'busyTime',
      ] as const) {
        for (const key of [row.key, undefined]) {
          const figure = key === undefined ? card.total[metric] : row.metrics[metric];
          const found = await app.call('figure.rows', { ...card.query, key, metric, limit: 10_000 });
          expect(found.figure, `${metric} of ${key}`).toEqual(figure);
          expect(found.counted, `${metric} of ${key}`).toBe(figure.n);
          expect(found.rows.filter(({ isCounted }) => isCounted)).toHaveLength(figure.n);
          expect(new Set(found.rows.map(({ conversation }) => conversation)).size).toBe(found.conversations);
        }
      }
    },
    60_000,
  );

  test('pages of rows are parts of the whole', async () => {
    const input = { by: 'agent' as const, period, metric: 'handled' as const };
    const whole = await app.call('figure.rows', { ...input, limit: 10_000 });
    const parts = await Promise.all(
      [0, 50, 100].map((offset) => app.call('figure.rows', { ...input, limit: 50, offset })),
    );
    expect(parts.flatMap(({ rows }) => rows)).toEqual(whole.rows.slice(0, 150));
  });

  test('every listed conversation is in the cache', async () => {
    const { rows } = await app.call('figure.rows', { by: 'queue', period, metric: 'abandonRate', limit: 20 });
    for (const { conversation } of rows)
      expect((await app.call('conversation.get', { id: conversation })).key).toBe(conversation);
  });

  test('the previous period is that period’s own scorecard', async () => {
    const { previous } = await app.call('scorecard.get', { by: 'agent', period, previous: true });
    if (previous === null) throw new Error('no previous period');
    const day = (at: string, plusMs = 0): string => new Date(Date.parse(at) + plusMs).toISOString().slice(0, 10);
    const days = `${day(previous.period.from)}..${day(previous.period.to, -1)}`;
    const own = await app.call('scorecard.get', { by: 'agent', period: days, zone: previous.period.zone });
    expect(own.rows).toEqual(previous.rows);
  });

  test('totals are those of the scorecards of the same periods, and no others are made', async () => {
    const metrics = ['offered', 'serviceLevel', 'ahtMean', 'nps'] as const;
    const pick = (total: Record<string, unknown>) => Object.fromEntries(metrics.map((name) => [name, total[name]]));
    const totals = await app.call('scorecard.totals', { by: 'queue', period, metrics: [...metrics], unit: 'day' });
    const whole = await app.call('scorecard.get', { by: 'queue', period, previous: true });
    expect(totals.total).toEqual(pick(whole.total));
    expect(totals.total.offered?.n).toBeGreaterThan(0);
    expect([totals.period, totals.coverage]).toEqual([whole.period, whole.coverage]);
    expect(totals.previous.total).toEqual(pick(whole.previous?.total ?? {}));
    expect(totals.trend).toHaveLength(7);
    for (const { label, total } of totals.trend)
      expect(total, label).toEqual(pick((await app.call('scorecard.get', { by: 'queue', period: label })).total));
  });

  test('an unknown team, row or opening hours are refused', async () => {
    await expect(app.call('scorecard.card', { by: 'agent', key: 'u-nobody', period })).rejects.toMatchObject({
      code: 'not_found',
    });
    await expect(app.call('teams.remove', { name: 'Nowhere' })).rejects.toMatchObject({ code: 'not_found' });
  });
});

describe('a card', () => {
  test('asked for a few figures, gives them as among all, with the same composite', async () => {
    for (const by of ['agent', 'queue'] as const) {
      const whole = await app.call('scorecard.get', { by, period });
      const few = await app.call('scorecard.figures', { by, period, metrics: ['handled', 'ahtP90'] });
      expect(few.composites).toEqual(whole.composites);
      expect(few.notes).toEqual(whole.notes);
      const pick = ({ key, name, metrics }: (typeof few.rows)[number]) => [key, name, metrics.handled, metrics.ahtP90];
      expect(few.rows.map(pick)).toEqual(whole.rows.map(pick));
      expect(few.total.ahtP90).toEqual(whole.total.ahtP90);
    }
  });

  test('its row, total and steps are those of the scorecards of the same periods', async () => {
    const whole = await app.call('scorecard.get', { by: 'agent', period });
    const row = whole.rows[0];
    if (row === undefined) throw new Error('no row');
    const card = await app.call('scorecard.card', { by: 'agent', key: row.key, period, unit: 'day' });
    expect(card.row).toEqual(row);
    expect(card.total).toEqual(whole.total);
    expect(card.trend).toHaveLength(7);
    for (const step of card.trend) {
      const own = await app.call('scorecard.get', { by: 'agent', period: step.label });
      expect(step.metrics, step.label).toEqual(own.rows.find(({ key }) => key === row.key)?.metrics ?? null);
    }
    const handled = card.trend.reduce((sum, { metrics }) => sum + (metrics?.handled.value ?? 0), 0);
    expect(handled).toBe(row.metrics.handled.value);
    const { score } = card.composite;
    expect(whole.composites.find(({ key }) => key === row.key)?.score).toBe(score);
  });

  test('the week that is not over and the one that begins before the period are partial', async () => {
    const row = (await agents())[0];
    const card = await app.call('scorecard.card', {
      by: 'agent',
      key: row?.key ?? '',
      period: 'this-month',
      unit: 'month',
    });
    expect(card.trend.map(({ isPartial }) => isPartial)).toEqual([true]);
  });

  test('peers agree with the comparison by that metric', async () => {
    const row = (await agents())[0];
    const card = await app.call('scorecard.card', { by: 'agent', key: row?.key ?? '', period });
    const compared = await app.call('scorecard.peers', { by: 'agent', metric: 'acceptRate', period });
    const own = compared.rows.find(({ key }) => key === row?.key);
    expect(card.peers.acceptRate).toMatchObject({
      rank: own?.rank ?? null,
      funnel: own?.funnel ?? null,
      shrunk: own?.shrunk ?? null,
      pooled: compared.pooled,
    });
    // The mix of all rows together is what it is: observed and expected add up to the same.
    const mixes = compared.rows.flatMap(({ mix }) => mix ?? []);
    const observed = mixes.reduce((sum, mix) => sum + mix.observed, 0);
    expect(mixes.reduce((sum, mix) => sum + mix.expected, 0)).toBeCloseTo(observed, 6);
  });
});

describe('settings', () => {
  test('a preset asked for once counts as the same preset set for good', async () => {
    const once = await app.call('scorecard.get', { by: 'queue', period, rules: { preset: 'kore' } });
    const before = await app.call('scorecard.get', { by: 'queue', period });
    expect(before.rules.preset).toBe('afterword');
    expect(once.total.serviceLevel).not.toEqual(before.total.serviceLevel);
    await app.call('settings.set', { rules: { preset: 'kore' } });
    const set = await app.call('scorecard.get', { by: 'queue', period });
    expect(set.rows).toEqual(once.rows);
    await app.call('settings.set', { rules: { preset: 'afterword' } });
    expect((await app.call('scorecard.get', { by: 'queue', period })).rows).toEqual(before.rows);
  });

  test('each repair that is turned off changes what it is about, and the notes still count it', async () => {
    const total = async (rules: Parameters<typeof app.call<'scorecard.get'>>[1]['rules']) =>
      app.call('scorecard.get', { by: 'bot', period, rules });
    const usual = await total({});
    const withShadows = await total({ repairs: { shadows: 'counted' } });
    expect(usual.notes.shadowConversations).toBeGreaterThan(0);
    expect(withShadows.total.botSessions.n - usual.total.botSessions.n).toBe(usual.notes.shadowConversations);
    const withMicro = await total({ repairs: { microSessions: 'counted' } });
    expect(withMicro.notes.microSessions).toBe(usual.notes.microSessions);
    expect(withMicro.total.botLengthMedian.n).toBeGreaterThan(usual.total.botLengthMedian.n);
    const asRecorded = await total({ repairs: { reassignments: 'as-recorded' } });
    expect(usual.total.answered.n - asRecorded.total.answered.n).toBe(usual.notes.reassignedEntries);
    expect(usual.notes.reassignedEntries).toBeGreaterThan(0);
  });

  test('opening hours give an after-hours share, and none without', async () => {
    const open = [{ fromMinute: 0, toMinute: 1440 }];
    const always = { week: Array.from({ length: 7 }, () => open), holidays: [] };
    const share = async (openingHours: typeof always | null) =>
      (await app.call('scorecard.get', { by: 'queue', period, rules: { openingHours } })).total.afterHoursShare;
    expect(await share(null)).toMatchObject({ value: null, n: 0 });
    expect(await share(always)).toMatchObject({ value: 0 });
    const never = { ...always, week: always.week.map(() => []) };
    expect(await share(never)).toMatchObject({ value: 1 });
  });

  test('a service level of no seconds is met by nobody who waited', async () => {
    const rules = { thresholds: { voice: { serviceLevelS: 86_400 }, written: { serviceLevelS: 86_400 } } };
    const { total } = await app.call('scorecard.get', { by: 'queue', period, rules: { ...rules, preset: 'kore' } });
    expect(total.serviceLevel.value).toBeCloseTo(total.answerRate.value ?? -1, 12);
  });

  test('the composite is what it is set to', async () => {
    const { composite } = await app.call('settings.get', {});
    const part = { metric: 'handled' as const, weight: 1, floor: 0, target: 1 };
    await app.call('settings.set', { composite: [part] });
    const { composites, rows } = await app.call('scorecard.get', { by: 'agent', period });
    for (const { key, score } of composites) {
      const handled = rows.find((row) => row.key === key)?.metrics.handled.n ?? 0;
      expect(score).toBe(handled >= 30 ? 100 : null);
    }
    await expect(app.call('settings.set', { composite: [part, part] })).rejects.toMatchObject({
      code: 'invalid_input',
    });
    await app.call('settings.set', { composite });
  });
});

describe('teams and targets', () => {
  test('an agent is in one team at a time, and the teams share out the agents’ work', async () => {
    const [first, second, third] = await agents();
    if (!first || !second || !third) throw new Error('too few agents');
    const member = (agent: string) => ({ agent, from: null, to: null });
    await app.call('teams.save', { name: 'North', members: [member(first.key), member(second.key)] });
    await expect(app.call('teams.save', { name: 'South', members: [member(first.key)] })).rejects.toMatchObject({
      code: 'invalid_input',
    });
    await app.call('teams.save', { name: 'South', members: [member(third.key)] });
    const byTeam = await app.call('scorecard.get', { by: 'team', period });
    const byAgent = await app.call('scorecard.get', { by: 'agent', period });
    expect(byTeam.rows.map(({ key }) => key)).toEqual(['(none)', 'North', 'South']);
    const handled = (key: string) => byTeam.rows.find((row) => row.key === key)?.metrics.handled.n;
    expect(handled('North')).toBe(first.metrics.handled.n + second.metrics.handled.n);
    expect(byTeam.rows.find(({ key }) => key === 'South')?.metrics).toEqual(third.metrics);
    for (const metric of metricNames) expect(byTeam.total[metric].n, metric).toBe(byAgent.total[metric].n);
    await app.call('teams.save', { formerName: 'North', name: 'Nord', members: [] });
    expect((await app.call('teams.list', {})).map(({ name }) => name)).toEqual(['Nord', 'South']);
    await app.call('teams.remove', { name: 'south' });
    await app.call('teams.remove', { name: 'Nord' });
  });

  test('a target is judged on the card of every row it is for', async () => {
    const [row] = await agents();
    const key = row?.key ?? '';
    const saved = await app.call('targets.set', { metric: 'acceptRate', by: 'agent', key: null, target: 0.01 });
    expect(saved.from).toBe('1970-01-01');
    const card = await app.call('scorecard.card', { by: 'agent', key, period });
    expect(card.targets).toEqual([{ ...saved, verdict: 'met' }]);
    await app.call('targets.set', { metric: 'acceptRate', by: 'agent', key, target: 1, from: '2020-01-01' });
    expect((await app.call('scorecard.card', { by: 'agent', key, period })).targets).toMatchObject([
      { target: 1, verdict: 'missed' },
    ]);
    await expect(
      app.call('targets.set', { metric: 'serviceLevel', by: 'agent', key: null, target: 0.8 }),
    ).rejects.toMatchObject({ code: 'invalid_input' });
    expect(await app.call('targets.remove', { metric: 'acceptRate', by: 'agent', key })).toEqual({ removed: 1 });
    expect(await app.call('targets.remove', { metric: 'acceptRate', by: 'agent', key: null })).toEqual({ removed: 1 });
    expect(await app.call('targets.list', {})).toEqual([]);
  });

  test('connecting again leaves settings, teams and targets as they are', async () => {
    await app.call('targets.set', { metric: 'acceptRate', by: 'agent', key: null, target: 0.9 });
    await app.call('sample.connect', { seed: 3, days: 21, conversations: 1500 });
    expect(await app.call('targets.list', {})).toHaveLength(1);
    await app.call('targets.remove', { metric: 'acceptRate', by: 'agent', key: null });
  });
});

test('the reconciliation is the scorecard under each preset, and its entries add up', async () => {
  const table = await app.call('reconcile.run', { period, limit: 10_000 });
  expect(Object.values(table.outcomes).reduce((sum, count) => sum + count, 0)).toBe(table.offered);
  expect(table.entries).toHaveLength(table.offered);
  for (const column of entryColumns)
    expect(table.entries.filter(({ outcome }) => outcome === column)).toHaveLength(table.outcomes[column]);
  expect(table.presets.map(({ name }) => name)).toEqual([...presetNames]);
  for (const preset of table.presets) {
    const { total } = await app.call('scorecard.get', { by: 'queue', period, rules: { preset: preset.name } });
    for (const metric of ['serviceLevel', 'abandonRate'] as const) {
      const { value, n, low, high } = preset[metric];
      expect({ value, n, low, high }, `${metric} by ${preset.name}`).toEqual(total[metric]);
      const verdicts = table.entries.map((entry) => entry.verdicts[preset.name][metric]);
      expect(verdicts.filter((verdict) => verdict === 'hit')).toHaveLength(preset[metric].hits);
      expect(verdicts.filter((verdict) => verdict === 'left-out')).toHaveLength(preset[metric].leftOut);
    }
    expect(preset.acwMean).toEqual(total.acwMean);
    expect(preset.nps).toEqual(total.nps);
    expect(preset.queueTransferRate).toEqual(total.queueTransferRate);
  }
});
