// Searches through the whole app: threads, contract, saved searches, while a sync runs and after somebody is forgotten.
import { afterEach, describe, expect, test } from 'vitest';
import type { Endpoint } from '../../preload/contract/conversation.ts';
import { AppError } from '../../preload/contract/errors.ts';
import { makeRows } from '../kore-server/generate.ts';
import { type KoreRow, startKoreServer } from '../kore-server/server.ts';
import { openTestApp, type TestApp } from '../support/app.ts';
import { agentRow, answeredAgent, baseS, objectIdAt, queueEntry } from '../support/rows.ts';

const nowS = Math.floor(Date.now() / 1000);
const open: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

const start = async (rows: KoreRow[], endpoints: Endpoint[] = ['v2-interactions']): Promise<TestApp> => {
  const server = await startKoreServer({ rows });
  open.push(() => server.close());
  const app = openTestApp({ token: server.token });
  open.push(() => app.close());
  await app.connect(server, endpoints);
  return app;
};
const sample = (count: number): KoreRow[] => makeRows({ seed: 11, count, days: 20, endS: nowS - 3600 });
const failureOf = async (work: Promise<unknown>): Promise<AppError> => {
  try {
    await work;
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  throw new Error('it went well');
};

/** A call with these notes. */
const noted = (n: number, notes: string[], startedS = baseS): KoreRow => ({
  v2: agentRow(
    {
      conversationId: `c-000000${n}-1111-4222-8333-444455556666`,
      sessionId: objectIdAt(startedS + n, n),
      destinations: [
        queueEntry(startedS + n, { respondingAgent: answeredAgent(startedS + n, undefined, { agentNotes: notes }) }),
      ],
    },
    startedS + n,
  ),
});

describe('a search', () => {
  test('shows where its words stand', async () => {
    const app = await start([noted(1, ['Nothing of interest.', 'A REFUND was due.']), noted(2, ['Refunds and such'])]);
    await app.sync({ from: '2025-09-30', to: '2025-09-30' });
    const found = await app.call('search.run', { query: 'refun* -nothing1', limit: 10, sort: 'started' });
    expect(
      found.highlights.map((marks) =>
        marks.map(({ field, text, marks: m }) => [field, m.map(([a, b]) => text.slice(a, b))]),
      ),
    ).toEqual([[['notes', ['REFUND']]], [['notes', ['Refunds']]]]);
    expect((await app.call('search.run', { query: 'agent:ada', limit: 10 })).highlights).toEqual([[], []]);
  });

  test('pages by key without losing or doubling a row', async () => {
    const app = await start(sample(900));
    await app.sync();
    for (const sort of ['-started', 'started', '-aht', 'agent'] as const) {
      const whole = await app.call('search.run', { query: 'is:open OR -is:open', limit: 1000, sort });
      const keys: string[] = [];
      let after: string | null = null;
      do {
        const page: Awaited<ReturnType<typeof app.call<'search.run'>>> = await app.call('search.run', {
          query: 'is:open OR -is:open',
          limit: 170,
          sort,
          facets: false,
          ...(after === null ? {} : { after }),
        });
        keys.push(...page.rows.map(({ key }) => key));
        after = page.next;
      } while (after !== null);
      expect(keys).toEqual(whole.rows.map(({ key }) => key));
      expect(whole.next).toBeNull();
    }
    const { next } = await app.call('search.run', { query: '', limit: 5 });
    for (const after of ['nonsense', 'W10', next ?? ''])
      expect(await failureOf(app.call('search.run', { query: '', limit: 5, sort: 'aht', after }))).toMatchObject({
        code: 'invalid_input',
      });
  });

  test('sees whole pages only, while a sync runs', async () => {
    const rows = sample(3000);
    const app = await start(rows);
    const seen: number[] = [];
    let isDone = false;
    const syncing = app.sync().finally(() => {
      isDone = true;
    });
    const others = ['has:survey', 'direction:inbound', 'aht:>60', 'customer', '-customer channel:voice'];
    while (!isDone) {
      // Asked again and again, so that what was remembered of them is brought from page to page.
      const query = others[seen.length % others.length] ?? '';
      const other = await app.call('search.run', { query, limit: 1 });
      expect((other.facets.day ?? []).reduce((sum, { count }) => sum + count, 0)).toBe(other.total);
      const { total, facets } = await app.call('search.run', { query: '', limit: 1 });
      seen.push(total);
      // Every conversation has a channel, so the parts must add up to the whole.
      expect((facets.channel ?? []).reduce((sum, { count }) => sum + count, 0)).toBe(total);
      expect((facets.day ?? []).reduce((sum, { count }) => sum + count, 0)).toBe(total);
    }
    const { inserted } = await syncing;
    expect((await app.call('search.run', { query: '', limit: 1 })).total).toBe(inserted);
    expect(seen).toEqual(seen.toSorted((a, b) => a - b));
    expect(new Set(seen).size).toBeGreaterThan(2);
    const exported = await app.exportAll();
    expect(exported.size).toBe(inserted);
  }, 60_000);

  test('is dropped when the same client asks again, and nobody else’s is', async () => {
    const app = await start(sample(300));
    await app.sync();
    const ask = (query: string, client?: string) =>
      app.call('search.run', { query, limit: 5, ...(client === undefined ? {} : { client }) }).then(
        ({ total }) => total,
        (error: AppError) => error.code,
      );
    const all = await ask('');
    const answers = await Promise.all([
      ask('', 'window'),
      ask('', 'other'),
      ask(''),
      ask('customer', 'window'),
      ask('custo*', 'window'),
      ask('is:botonly', 'window'),
    ]);
    const bots = await ask('is:botonly');
    expect(answers).toEqual(['cancelled', all, all, 'cancelled', 'cancelled', bots]);
    expect(await ask('', 'window')).toBe(all);
  });
});

describe('completion', () => {
  test('gives fields, and values with the number of conversations that they find', async () => {
    const app = await start(sample(1500), ['v2-interactions', 'v1-calls']);
    await app.sync();
    const complete = (text: string, limit = 50) => app.call('search.complete', { text, cursor: text.length, limit });
    expect((await complete('qu')).items).toEqual([{ text: 'queue:', label: 'queue', count: null }]);
    expect(await complete('refund ag')).toMatchObject({ from: 7, to: 9, items: [{ text: 'agent:' }] });
    let offered = 0;
    for (const field of [
      'agent',
      'handled',
      'queue',
      'channel',
      'status',
      'outcome',
      'disposition',
      'intent',
      'direction',
      'bot',
      'skill',
      'survey',
      'csat',
      'nps',
      'liked',
      'aht',
      'has',
      'is',
      'on',
      'tag',
    ]) {
      const { items, from, to } = await complete(`x -${field}:`);
      expect([field, from, to]).toEqual([field, 3, 4 + field.length]);
      expect([field, items.length > 0]).toEqual([field, true]);
      for (const { text, count } of items.slice(0, 15)) {
        offered += 1;
        const { total } = await app.call('search.run', { query: text, limit: 0, facets: false });
        expect([text, count]).toEqual([text, total]);
      }
    }
    expect(offered).toBeGreaterThan(100);
    const { items } = await complete('agent:av');
    expect(items.length).toBeGreaterThan(0);
    for (const { label } of items) expect(label.toLowerCase()).toContain('av');
    const { rows } = await app.call('search.run', { query: 'handled:yes', limit: 50 });
    const email = rows.find((row) => row.customer.email !== null)?.customer.email ?? '';
    expect((await complete(`email:${email.slice(0, 6)}`)).items.map(({ label }) => label)).toContain(
      email.toLowerCase(),
    );
    expect((await complete('nothing:')).items).toEqual([]);
    expect((await complete('tag:tier=')).items.map(({ label }) => label).sort()).toEqual([
      'tier=gold',
      'tier=silver',
      'tier=trial',
    ]);
  }, 60_000);
});

describe('a saved search', () => {
  test('is kept, replaced, listed and removed', async () => {
    const app = await start(sample(50));
    const saved = await app.call('search.save', { name: 'Angry', query: 'csat:<=2 refund', sort: '-aht' });
    expect(saved).toMatchObject({ name: 'Angry', query: 'csat:<=2 refund', sort: '-aht' });
    await app.call('search.save', { name: 'Zero', query: '' });
    await app.call('search.save', { name: 'ANGRY', query: 'csat:1' });
    expect((await app.call('search.saved', {})).map(({ name, query, sort }) => [name, query, sort])).toEqual([
      ['ANGRY', 'csat:1', '-started'],
      ['Zero', '', '-started'],
    ]);
    await app.call('search.unsave', { name: 'angry' });
    expect((await app.call('search.saved', {})).map(({ name }) => name)).toEqual(['Zero']);
    expect(await failureOf(app.call('search.unsave', { name: 'angry' }))).toMatchObject({ code: 'not_found' });
    expect(await failureOf(app.call('search.save', { name: 'Broken', query: 'agnt:x' }))).toMatchObject({
      code: 'invalid_input',
    });
  });

  test('goes with the customer it names', async () => {
    const app = await start([noted(1, ['A note.'])]);
    await app.sync({ from: '2025-09-30', to: '2025-09-30' });
    for (const [name, query] of [
      ['By number', 'phone:"+1 (202) 555-0142"'],
      ['By letter', 'refund'],
    ] as const)
      await app.call('search.save', { name, query });
    expect(await app.call('forget.run', { customer: '+12025550142' })).toMatchObject({ conversations: 1 });
    expect((await app.call('search.saved', {})).map(({ name }) => name)).toEqual(['By letter']);
    expect((await app.call('search.run', { query: '', limit: 5 })).total).toBe(0);
  });
});
