// What scripts may rely on: what a search prints for machines, and which of six conversations each query finds.
import { describe, expect, test } from 'vitest';
import { searchResultSchema } from '../../preload/contract/procedures.ts';
import { runJson, runWell } from '../support/cli.ts';
import { expectKeys, expectTimes } from '../support/promised-json.ts';
import { agents, objectIdAt } from '../support/rows.ts';
import { minuteS } from '../support/six-conversations.ts';
import { useSyncedCli } from '../support/synced-cli.ts';

const { options } = useSyncedCli();

describe('search', () => {
  test('--json: keys, facets with counts, newest first', async () => {
    const found = await runJson(['search'], options);
    expectKeys(found, 'search');
    const { total, rows: hits, facets } = searchResultSchema.parse(found);
    expect(total).toBe(6);
    expect(hits.map((hit) => hit.startedAt)).toEqual(
      [50, 40, 30, 20, 10, 0].map((minutes) => new Date(minuteS(minutes) * 1000).toISOString().replace('.000', '')),
    );
    for (const hit of hits) expectKeys(hit, 'conversation');
    for (const values of Object.values(facets)) for (const value of values) expectKeys(value, 'facet');
    // As the field agent: finds them: everybody a conversation was offered to.
    expect(facets.agent).toEqual([
      { value: agents.ada.agentId, label: 'Ada Sample', count: 4 },
      { value: agents.ben.agentId, label: 'Ben Sample', count: 2 },
    ]);
    expect(facets.channel).toEqual([
      { value: 'Voice', label: 'Voice', count: 3 },
      { value: 'Web/Mobile Client', label: 'Web/Mobile Client', count: 2 },
      { value: 'campaign', label: 'campaign', count: 1 },
    ]);
    expect(facets.survey).toEqual([{ value: 'csat', label: 'csat', count: 1 }]);
    expect(expectTimes(found)).toBeGreaterThan(40);
  });

  test.each<[string[], number[]]>([
    [['"quick and friendly"'], []],
    [['custom*', '-agent:ben'], [4]],
    [
      ['bill', '-customer'],
      [6, 1],
    ],
    [['agent:"Ben Sample"', 'has:consult'], [1]],
    [['queue:billing', 'has:callback'], [4]],
    [['is:open', 'agent:ada'], [6]],
    [['direction:outbound', 'channel:campaign'], [5]],
    [
      ['status:closed', 'phone:555-0142', '-is:botonly', '-has:survey'],
      [5, 4, 3],
    ],
    [
      ['disposition:resolved', 'after:2025-09-30', 'before:2025-10-01'],
      [4, 3, 1],
    ],
  ])('%j finds conversations %j', async (words, expected) => {
    const found = searchResultSchema.parse(await runJson(['search', ...words], options));
    expect(found.rows.map((hit) => hit.key)).toEqual(expected.map((n) => `c-000000${n}`));
    expect(found.total).toBe(expected.length);
  });

  test('--limit, --offset and --sort', async () => {
    const found = await runJson(['search', '--limit', '2', '--offset', '1', '--sort', 'started'], options);
    const { total, rows: hits } = searchResultSchema.parse(found);
    expect({ total, keys: hits.map((hit) => hit.key) }).toEqual({
      total: 6,
      keys: [objectIdAt(minuteS(10), 2), 'c-0000003'],
    });
  });

  test('highlights, the next page, and any order', async () => {
    const first = await runJson(['search', 'bill', '--limit', '1', '--sort', '-aht'], options);
    const { highlights, next, total, rows: hits } = searchResultSchema.parse(first);
    expect(highlights).toHaveLength(1);
    for (const mark of highlights.flat()) expectKeys(mark, 'highlight');
    expect(
      highlights.flat().map(({ field, text, marks }) => [field, marks.map(([a, b]) => text.slice(a, b))]),
    ).toContainEqual(['notes', ['bill']]);
    expect(next).not.toBeNull();
    const second = searchResultSchema.parse(
      await runJson(['search', 'bill', '--limit', '1000', '--sort', '-aht', '--after', next ?? ''], options),
    );
    expect(second.rows).toHaveLength(total - 1);
    expect(second.rows.map(({ key }) => key)).not.toContain(hits[0]?.key);
    expect(second.next).toBeNull();
  });

  test('--save, --saved and saved', async () => {
    await runWell(['search', 'queue:billing', '--sort', 'started', '--save', 'Bills'], options);
    const saved = await runJson(['saved'], options);
    expect(saved).toMatchObject([{ name: 'Bills', query: 'queue:billing', sort: 'started' }]);
    expectKeys((saved as object[])[0], 'savedSearch');
    expect(expectTimes(saved)).toBe(1);
    const plain = searchResultSchema.parse(await runJson(['search', 'queue:billing', '--sort', 'started'], options));
    const again = searchResultSchema.parse(await runJson(['search', '--saved', 'bills'], options));
    expect(again.rows).toEqual(plain.rows);
    const narrowed = searchResultSchema.parse(await runJson(['search', '--saved', 'bills', 'has:callback'], options));
    expect(narrowed.total).toBe(1);
    expect(await runWell(['saved'], options)).toMatch(
      /^name +query +sort +saved\nBills +queue:billing +started +\d{4}-\d\d-\d\d [\d:]{8}\n\nTimes are those of UTC\.\n$/,
    );
    expect(await runWell(['saved', '--remove', 'Bills'], options)).toMatch(/No search is saved yet/);
  });

  test('for people, with --facets', async () => {
    const stdout = await runWell(['search', 'queue:billing', '--facets'], options);
    expect(stdout).toMatch(/^started +channel +status +agent +text +id\n/);
    expect(stdout).toMatch(/agent: Ada Sample \(3\)/);
    expect(stdout).toMatch(/\n3 conversations found in [\d.]+ ms\. Times are those of UTC\.\n$/);
  });
});
