// The search of a cache of 20,000 sample conversations against slow loops over the same records.
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { entryOutcomes } from '../../../main/metrics/outcomes.ts';
import type { ConversationRecord } from '../../../main/model.ts';
import { type SortColumn, sortColumns } from '../../../preload/contract/procedures.ts';
import { openTestCache, type TestCache } from '../../support/cache.ts';
import { createPlainSearch, type Leaf, type Tree, textsOf, wordsOf } from '../../support/plain-search.ts';
import { daysIn, openTestIndex, type TestIndex } from '../../support/search-index.ts';
import { makeSearchRecords } from '../../support/search-sample.ts';
import { makeTempFolder } from '../../support/temp-dir.ts';

const COUNT = 20_000;
const endS = Date.UTC(2025, 9, 15) / 1000;
const DAY_S = 86_400;
const zone = 'Europe/Berlin';
const days = daysIn(zone, endS * 1000);

let records: ConversationRecord[] = [];
/** By id; ids of a new cache are dense. */
const positionOf: number[] = [];
let idOf: number[] = [];
/** Positions of all records, by start and then by id. */
let byStart: number[] = [];
let cache: TestCache;
let found: TestIndex;
let plain: ReturnType<typeof createPlainSearch>;
const folder = makeTempFolder();

beforeAll(() => {
  records = makeSearchRecords(COUNT, endS);
  const path = join(folder.path, 'cache.db');
  cache = openTestCache(path);
  // A queue that only has a name, and one whose name changes.
  const at = records.findIndex((r) => r.destinations.some((stop) => stop.queueId !== null));
  const named = records[at];
  const stop = named?.destinations.find((d) => d.queueId !== null);
  if (!named || !stop) throw new Error('the sample has no queue');
  records[at] = {
    ...named,
    destinations: [
      { ...stop, queueName: 'Zz renamed' },
      { ...stop, queueId: null, queueName: 'Nameless queue' },
    ],
  };
  idOf = cache.saveAll(records);
  for (const [index, id] of idOf.entries()) positionOf[id] = index;
  byStart = records
    .map((_, index) => index)
    .sort((a, b) => (records[a]?.startedAtS ?? 0) - (records[b]?.startedAtS ?? 0) || (idOf[a] ?? 0) - (idOf[b] ?? 0));
  found = openTestIndex(path, days);
  plain = createPlainSearch(records);
});
afterAll(() => {
  found.db.close();
  cache.db.close();
  folder.remove();
});

const positions = (ids: readonly number[]): number[] => ids.map((id) => positionOf[id] ?? -1);
/** As toEqual, without a thousand lines when it fails. */
const expectSame = (what: string, got: readonly number[], wanted: readonly number[]): void => {
  if (got.length === wanted.length && got.every((id, index) => id === wanted[index])) return;
  const at = got.findIndex((id, index) => id !== wanted[index]);
  const near = (ids: readonly number[]) => ({ length: ids.length, at, ids: ids.slice(Math.max(0, at), at + 5) });
  expect({ what, ...near(got) }).toEqual({ what, ...near(wanted) });
};
const quote = (value: string): string => (/[\s"()]/.test(value) ? `"${value.replaceAll('"', '')}"` : value);
const day = (atS: number): string => new Date((atS + DAY_S / 2) * 1000).toISOString().slice(0, 10);

const writeLeaf = (leaf: Leaf): string => {
  switch (leaf.kind) {
    case 'text':
      return leaf.isPrefix ? `${leaf.words}*` : `"${leaf.words}"`;
    case 'field':
      return `${leaf.field}:${leaf.isExact ? '=' : ''}${quote(leaf.value)}`;
    case 'number':
      return `${leaf.field}:${leaf.operator}${leaf.value}`;
    case 'tag':
      return `tag:${quote(leaf.value === null ? leaf.name : `${leaf.name}=${leaf.value}`)}`;
    case 'after':
    case 'before':
      return `${leaf.kind}:${day(leaf.atS)}`;
    default:
      return `${leaf.kind}:${leaf.value}`;
  }
};
/** The query as a user would write it: no more parentheses than are needed. */
const write = (tree: Tree, isInside = false): string => {
  if ('part' in tree) return 'part' in tree.part ? `-(${write(tree.part)})` : `-${write(tree.part, true)}`;
  if (!('parts' in tree)) return writeLeaf(tree);
  const text = tree.parts
    .map((part) => write(part, tree.kind === 'and' ? part.kind === 'or' : false))
    .join(tree.kind === 'or' ? ' OR ' : ' ');
  return isInside && tree.parts.length > 1 ? `(${text})` : text;
};

/** Changes how a word is written without changing what it says. */
const disguise = (word: string, how: number): string =>
  how === 0 ? word : how === 1 ? word.toUpperCase() : word.normalize(how === 2 ? 'NFD' : 'NFC');

/** Leaves made from records, so that most find something; a few hundred, so that the slow loops can remember them. */
const makeLeaves = (): Leaf[] => {
  const pick = (at: number): ConversationRecord => records[(at * 7919) % records.length] as ConversationRecord;
  const leaves: Leaf[] = [];
  for (let n = 0; n < 160; n += 1) {
    // Every ninth record is an odd one.
    const r = n % 4 === 0 ? (records[(n / 4) * 9] as ConversationRecord) : pick(n);
    const texts = textsOf(r).filter((text) => wordsOf(text).length > 0);
    const source = texts[n % texts.length] ?? 'refund';
    const all = wordsOf(source);
    const at = (n * 31) % all.length;
    const word = all[at] ?? 'refund';
    if (n % 5 === 4 && [...word].length > 3)
      leaves.push({ kind: 'text', words: [...word].slice(0, 3).join(''), isPrefix: true });
    else
      leaves.push({
        kind: 'text',
        words: disguise(all.slice(at, at + 1 + (n % 3 === 0 ? n % 4 : 0)).join(' '), n % 4),
      });
  }
  for (let n = 0; n < 260; n += 1) {
    const r = n % 3 === 0 ? (records[n * 9] as ConversationRecord) : pick(n + 1000);
    const stop = r.destinations[0];
    const offer = r.destinations.flatMap((d) => d.offers)[0];
    const choices: [string, string | null | undefined][] = [
      ['agent', offer?.agentId],
      ['agent', offer?.name],
      ['agent', offer?.email],
      ['handled', offer?.name],
      ['queue', stop?.queueId],
      ['queue', stop?.queueName],
      ['queue', 'zz renamed'],
      ['queue', 'Nameless queue'],
      ['channel', r.channel],
      ['status', r.finalStatus],
      ['status', r.smartStatus],
      ['direction', r.direction],
      ['disposition', r.dispositions[0]],
      ['bot', r.botId],
      ['intent', r.lastIntentName],
      ['skill', r.skills[0]?.name],
      ['survey', r.surveyType],
      ['customer', r.customerLastName],
      ['customer', r.userId],
      ['customer', r.customerFirstName && r.customerLastName ? `${r.customerFirstName} ${r.customerLastName}` : null],
      ['phone', r.customerPhone],
      ['email', r.customerEmail],
      ['email', '_100%'],
      ['disposition', '0%'],
      ['disposition', 'a_b'],
      ['disposition', 'axb'],
      ['id', r.key],
      ['id', r.sessionId],
    ];
    const usable = choices.filter((choice): choice is [string, string] => !!choice[1]?.trim());
    const [field, value] = usable[(n * 13) % usable.length] ?? ['channel', 'voice'];
    const isCut = n % 4 === 1 && field !== 'id' && field !== 'phone';
    const clean = (isCut ? value.slice(0, Math.ceil(value.length / 2)) : value).replaceAll('"', '').trim();
    if (clean === '' || clean.startsWith('=')) continue;
    const isExact = n % 7 === 0 && !['customer', 'phone', 'email', 'id', 'skill'].includes(field);
    leaves.push({
      kind: 'field',
      field,
      value: n % 5 === 2 ? clean.toUpperCase() : clean,
      ...(isExact ? { isExact } : {}),
    });
  }
  for (const value of entryOutcomes) leaves.push({ kind: 'field', field: 'outcome', value });
  for (const field of ['aht', 'hold', 'wait', 'acw'])
    for (const [operator, value] of [
      ['>', 600],
      ['<=', 120],
      ['>=', 60],
      ['<', 30],
      ['=', 0],
    ] as const)
      leaves.push({ kind: 'number', field, operator, value });
  for (const [operator, value] of [
    ['<=', 2],
    ['>', 3],
    ['=', 5],
  ] as const)
    leaves.push({ kind: 'number', field: 'csat', operator, value });
  for (const [operator, value] of [
    ['>=', 9],
    ['<', 7],
  ] as const)
    leaves.push({ kind: 'number', field: 'nps', operator, value });
  for (let n = 0; n < 30; n += 1) {
    const r = pick(n + 5000);
    const tag = [...r.userTags, ...r.sessionTags, { name: 'ÜBERWEISUNG', value: 'straße 5' }][0];
    if (tag && !/[="]/.test(tag.name + (tag.value ?? '')))
      leaves.push({ kind: 'tag', name: tag.name, value: n % 3 === 0 ? null : (tag.value ?? '') });
  }
  for (const value of ['callback', 'consult', 'transfer', 'voicemail', 'note', 'feedback', 'survey'])
    leaves.push({ kind: 'has', value });
  for (const value of ['open', 'shadow', 'botonly']) leaves.push({ kind: 'is', value });
  for (const value of ['yes', 'no']) leaves.push({ kind: 'handled', value });
  for (let back = 0; back < 21; back += 3)
    // Midnight in Berlin, which is two hours ahead of UTC then.
    for (const kind of ['after', 'before'] as const) leaves.push({ kind, atS: endS - back * DAY_S - 2 * 3600 });
  return leaves;
};

describe('a search', () => {
  const makeTrees = (): fc.Arbitrary<Tree> => {
    const leaf = fc.constantFrom(...makeLeaves());
    const { tree } = fc.letrec<{ tree: Tree }>((tie) => ({
      tree: fc.oneof(
        { depthSize: 'small', withCrossShrink: true },
        { weight: 4, arbitrary: leaf },
        {
          weight: 4,
          arbitrary: fc.record({
            kind: fc.constant('and' as const),
            parts: fc.array(tie('tree'), { minLength: 2, maxLength: 3 }),
          }),
        },
        {
          weight: 1,
          arbitrary: fc.record({
            kind: fc.constant('or' as const),
            parts: fc.array(tie('tree'), { minLength: 2, maxLength: 3 }),
          }),
        },
        { weight: 1, arbitrary: fc.record({ kind: fc.constant('not' as const), part: tie('tree') }) },
      ),
    }));
    // A search of unwanted words alone is refused: a field beside them makes it one.
    return tree.map((made) => ({ kind: 'and', parts: [made, { kind: 'before', atS: endS + 30 * DAY_S }] }));
  };

  test('gives the conversations, the total, the pages and the facets of a plain loop, for 5,000 queries', {
    timeout: 300_000,
  }, () => {
    let withResults = 0;
    let run = 0;
    fc.assert(
      fc.property(makeTrees(), fc.integer({ min: 1, max: 60 }), (tree, pageSize) => {
        run += 1;
        const text = write(tree);
        const isFound = plain.find(tree);
        const expected = byStart.filter((at) => isFound[at] === 1);
        if (expected.length > 0 && expected.length < records.length) withResults += 1;
        const withFacets = expected.length < 500 || run % 25 === 0;
        const answer = found.search(text, { withFacets });
        const got = positions(answer.ids);
        expectSame(text, got, expected);
        if (withFacets) expect({ text, facets: answer.facets }).toEqual({ text, facets: plain.facets(expected) });
        const newest = positions(
          found.search(text, { sort: { by: 'started', isDescending: true }, limit: pageSize }).ids,
        );
        expectSame(`${text}, newest`, newest, expected.slice(-pageSize).reverse());
      }),
      { numRuns: 5000, seed: 42 },
    );
    // Queries that find nothing, or everything, prove little.
    expect(withResults).toBeGreaterThan(2500);
  });

  test('sorts by every column, unknown last, the newer first where two are equal; pages by offset and by key', {
    timeout: 240_000,
  }, () => {
    const compare = (a: number | string, b: number | string): number => (a === b ? 0 : a < b ? -1 : 1);
    for (const text of ['queue:billing', 'has:survey -is:open', 'id:nothing1', 'has:feedback OR has:callback'])
      for (const by of sortColumns)
        for (const isDescending of [false, true]) {
          const ids = found.search(text).ids;
          const value = (id: number) => plain.sortValue(positionOf[id] ?? -1, by);
          const started = (id: number): number => records[positionOf[id] ?? -1]?.startedAtS ?? 0;
          const expected = ids.toSorted((a, b) => {
            const [va, vb] = [value(a), value(b)];
            if (va === null || vb === null) {
              if (va !== vb) return va === null ? 1 : -1;
            } else if (va !== vb) return isDescending ? compare(vb, va) : compare(va, vb);
            const order = started(b) - started(a) || b - a;
            return by === 'started' && !isDescending ? -order : order;
          });
          const sort = { by: by as SortColumn, isDescending };
          const what = `${text} by ${isDescending ? '-' : ''}${by}`;
          expectSame(what, found.search(text, { sort }).ids, expected);
          const byOffset: number[] = [];
          const byKey: number[] = [];
          let next: ReturnType<TestIndex['search']>['next'] = null;
          for (let at = 0; at < 200; at += 37) {
            byOffset.push(...found.search(text, { sort, limit: 37, start: { offset: at } }).ids);
            if (at > 0 && next === null) continue;
            const page = found.search(text, {
              sort,
              limit: 37,
              start: next === null ? { offset: 0 } : { after: next },
            });
            byKey.push(...page.ids);
            next = page.next;
          }
          expectSame(`${what}, by offset`, byOffset, expected.slice(0, 222));
          expectSame(`${what}, by key`, byKey, expected.slice(0, 222));
        }
  });

  test('walks through everything block by block for an export, each row once, oldest first', () => {
    for (const text of ['before:2100', 'has:note -channel:email']) {
      const walked: number[] = [];
      const query = found.search(text).ids;
      let after: { startedS: number; id: number } | null = null;
      for (;;) {
        const block: number[] = found.snapshot(() =>
          found.index.walk(
            text === 'before:2100'
              ? { kind: 'all' }
              : {
                  kind: 'and',
                  nodes: [
                    { kind: 'flag', flag: 'note' },
                    { kind: 'not', node: { kind: 'value', field: 'channel', value: 'email', isExact: false } },
                  ],
                },
            after,
            997,
          ),
        );
        if (block.length === 0) break;
        walked.push(...block);
        const last = block.at(-1) ?? 0;
        after = { startedS: found.index.startedOf(last), id: last };
      }
      expectSame(text, walked, query);
      expect(walked.length).toBeGreaterThan(1000);
    }
  });

  test('narrows to exactly what a facet counted', () => {
    const { facets } = found.search('before:2100', { withFacets: true });
    for (const name of [
      'agent',
      'queue',
      'channel',
      'intent',
      'direction',
      'disposition',
      'survey',
      'outcome',
      'bot',
    ] as const)
      for (const { value, count } of facets?.[name].slice(0, 12) ?? []) {
        const written = name === 'outcome' ? value : `=${quote(value)}`;
        expect({ name, value, found: found.search(`${name}:${written}`).total }).toEqual({ name, value, found: count });
      }
  });

  test('finds ids and telephone numbers in any usual spelling', () => {
    const count = (text: string): number => found.search(text).total;
    const record = records.find((r) => r.conversationId !== null && r.sessionId !== null);
    const [key, session] = [record?.key ?? '', record?.sessionId ?? ''];
    for (const spelling of [
      key,
      key.toUpperCase(),
      `{${key}}`,
      key.replaceAll('-', ''),
      session,
      session.toUpperCase(),
    ])
      expect([spelling, count(`id:${quote(spelling)}`)]).toEqual([spelling, 1]);
    expect(count(`id:${key.slice(0, 12)}*`)).toBeGreaterThanOrEqual(1);
    // As a word as well.
    expect(count(session)).toBe(1);
    expect(count(key.replaceAll('-', ''))).toBe(1);
    const numbers = [
      '+1 (555) 010-0123',
      '+15550100123',
      '001 555 0100123',
      '1-555-010-0123',
      '5550100123',
      '05550100123',
      '(555)0100123',
    ];
    const whole = count('phone:15550100123');
    expect(whole).toBeGreaterThan(100);
    for (const spelling of numbers) expect([spelling, count(`phone:"${spelling}"`)]).toEqual([spelling, whole]);
    expect(count('phone:(555)010-0123')).toBe(whole);
    expect(count('1-555-010-0123')).toBe(whole);
    expect(found.text.findByAnyId(key)).toBe(idOf[records.indexOf(record as ConversationRecord)]);
    expect(found.text.findByAnyId('nothing')).toBeNull();
  });

  test('folds accents, case and width, in the text and in the fields', () => {
    const count = (text: string): number => found.search(text).total;
    expect(count('creme')).toBeGreaterThan(0);
    for (const same of ['Crème', 'CRÈME', 'cre\u0300me', 'creme*', 'ｃｒｅｍｅ'])
      expect([same, count(same)]).toEqual([same, count('creme')]);
    expect(count('customer:ångström')).toBeGreaterThan(0);
    expect(count('customer:angstrom')).toBe(count('customer:ÅNGSTRÖM'));
    expect(count('customer:"zoe angstrom"')).toBe(count('customer:Ångström'));
    expect(count('intent:grosse')).toBe(count('intent:GRÖSSE'));
    expect(count('intent:größe')).toBeGreaterThan(0);
    expect(count('tag:überweisung="Straße 5"')).toBe(count('tag:UBERWEISUNG="strasse 5"'));
    expect(count('"AND OR NOT"')).toBeGreaterThan(0);
  });

  test('finds parts of texts in scripts without spaces', () => {
    const count = (text: string): number => found.search(text).total;
    const all = count('退款请求');
    expect(all).toBeGreaterThan(0);
    for (const part of ['退款', '款请', '请求', '返金', 'お願い', '退'])
      expect([part, count(part)]).toEqual([part, all]);
    expect(count('求请')).toBe(0);
    expect(count('เงินคืน')).toBeGreaterThan(0);
    expect(count('customer:田')).toBe(count('customer:山田'));
    expect(count('customer:山田')).toBeGreaterThan(0);
  });
});
