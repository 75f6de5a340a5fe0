// The search of the store against a slow loop over the same records, and against whatever a keyboard can produce.
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parsePeriod } from '../../../main/metrics/period.ts';
import type { ConversationRecord } from '../../../main/model.ts';
import { parseQuery, type Query } from '../../../main/search/query.ts';
import { createSearchStore, facetNames, type SearchStore } from '../../../main/store/search-store.ts';
import { AppError } from '../../../preload/contract/errors.ts';
import { makeRows } from '../../kore-server/generate.ts';
import { openTestCache, type TestCache } from '../../support/cache.ts';
import { recordOf } from '../../support/decoded.ts';
import { makeTempFolder } from '../../support/temp-dir.ts';
import { type Condition, createPlainSearch, type PlainQuery, type Term, textsOf, tokensOf } from './plain-search.ts';

const endS = Date.UTC(2025, 9, 15) / 1000;
const DAY_S = 86_400;
const parseDay = (day: string) => parsePeriod(day, { zone: 'UTC', nowMs: endS * 1000 });
const parse = (text: string): Query => parseQuery(text, parseDay);

/** Sample conversations, some of them with the texts that searches stumble over. */
const makeRecords = (): ConversationRecord[] => {
  const rows = makeRows({ seed: 21, count: 800, days: 20, endS, asOfS: endS + 3600 });
  const odd: Partial<ConversationRecord>[] = [
    { csatFeedback: 'Crème brûlée für GROSSE Mühe: naïve coöperation' },
    { csatFeedback: 'AND OR NOT NEAR "quoted" (parens) col:umn star* ^caret' },
    { customerFirstName: 'Zoë', customerLastName: 'Ångström', customerEmail: 'zoe_100%@example.com' },
    { customerFirstName: 'Żaneta', customerLastName: "O'Brien-Smith", customerPhone: '+1 (555) 010-0123' },
    { dispositionRemarks: ['50% off', 'under_score', 'back\\slash'], dispositions: ['100% done', 'a_b'] },
    // The picture stands last: SQLite, which knows an older Unicode, takes it for a word, so that no phrase reaches across.
    { csatFeedback: '退款 请求 ok 🙂', userTags: [{ name: 'Überweisung', value: 'STRASSE' }] },
    { userId: 'user%1', channelSpecificUserId: 'chan_1', lastIntentName: 'Größe ändern' },
  ];
  return rows.map(({ v1, v2 }, index) => ({
    ...recordOf(index % 2 === 0 ? v2 : (v1 ?? v2)),
    ...(index % 9 === 0 ? odd[(index / 9) % odd.length] : {}),
  }));
};

let records: ConversationRecord[] = [];
let keyOf = new Map<number, string>();
let cache: TestCache;
let store: SearchStore;
let plain: ReturnType<typeof createPlainSearch>;
const folder = makeTempFolder();

beforeAll(() => {
  records = makeRecords();
  cache = openTestCache(join(folder.path, 'cache.db'));
  // A queue that only has a name, and one whose name changes.
  const named = records.find((r) => r.destinations.some((stop) => stop.queueId !== null));
  const stop = named?.destinations.find((d) => d.queueId !== null);
  if (!named || !stop) throw new Error('the sample has no queue');
  records[records.indexOf(named)] = {
    ...named,
    destinations: [
      { ...stop, queueName: 'Zz renamed' },
      { ...stop, queueId: null, queueName: 'Nameless queue' },
    ],
  };
  const ids = cache.saveAll(records);
  keyOf = new Map(ids.map((id, index) => [id, records[index]?.key ?? '']));
  store = createSearchStore(cache.db);
  plain = createPlainSearch(records);
});
afterAll(() => {
  cache.db.close();
  folder.remove();
});

const keys = (ids: readonly number[]): string[] => ids.map((id) => keyOf.get(id) ?? '?');

const quote = (value: string): string => (/[\s"]/.test(value) ? `"${value.replaceAll('"', '')}"` : value);
const writeTerm = ({ words, isPrefix }: Term): string =>
  isPrefix ? `${words}*` : words.includes(' ') ? `"${words}"` : words;
const day = (atS: number): string => new Date(atS * 1000).toISOString().slice(0, 10);
const writeCondition = (c: Condition): string => {
  if ('atS' in c) return `${c.kind === 'from' ? 'after' : 'before'}:${day(c.atS)}`;
  return `${c.isNegated ? '-' : ''}${c.kind === 'text' ? c.field : c.kind}:${quote(c.value)}`;
};
/** The query as a user would write it. */
const write = ({ wanted, unwanted, conditions }: PlainQuery): string =>
  [...wanted.map(writeTerm), ...conditions.map(writeCondition), ...unwanted.map((term) => `-${writeTerm(term)}`)].join(
    ' ',
  );

/** Changes how a word is written without changing what it says. */
const disguise = (word: string, how: number): string =>
  how === 0 ? word : how === 1 ? word.toUpperCase() : word.normalize(how === 2 ? 'NFD' : 'NFC');

describe('a search', () => {
  /** Words, phrases and values taken from a record, so that most queries find something. */
  const term: fc.Arbitrary<Term> = fc
    .record({
      record: fc.nat(),
      text: fc.nat(),
      word: fc.nat(),
      length: fc.constantFrom(1, 1, 1, 2, 3),
      isPrefix: fc.constantFrom(false, false, true),
      how: fc.nat(3),
      isRaw: fc.boolean(),
    })
    .map(({ record, text, word, length, isPrefix, how, isRaw }) => {
      const picked = records[record % records.length];
      const texts = picked ? textsOf(picked).filter((t) => tokensOf(t).length > 0) : [];
      const source = texts[text % texts.length] ?? 'refund';
      // As written, accents and all, or as folded.
      const words = isRaw ? source.split(/[^\p{L}\p{N}\p{M}]+/u).filter((w) => w !== '') : tokensOf(source);
      const at = word % words.length;
      const chosen = words.slice(at, at + (isPrefix ? 1 : length)).join(' ');
      const isLong = [...chosen].length > 3;
      return isPrefix && isLong
        ? { words: disguise([...chosen].slice(0, 3).join(''), how), isPrefix: true }
        : { words: disguise(chosen, how) };
    });
  const condition: fc.Arbitrary<Condition> = fc.oneof(
    fc
      .record({ record: fc.nat(), which: fc.nat(), part: fc.nat(3), isNegated: fc.constantFrom(false, false, true) })
      .map(({ record, which, part, isNegated }): Condition => {
        const r = records[record % records.length];
        const stop = r?.destinations[0];
        const offer = r?.destinations.flatMap((d) => d.offers)[0];
        const choices: [string, string | null | undefined][] = [
          ['agent', offer?.agentId],
          ['agent', offer?.name],
          ['agent', offer?.email],
          ['queue', stop?.queueId],
          ['queue', stop?.queueName],
          ['queue', 'zz renamed'],
          ['queue', 'Nameless queue'],
          ['channel', r?.channel],
          ['status', r?.finalStatus],
          ['status', r?.smartStatus],
          ['direction', r?.direction],
          ['disposition', r?.dispositions[0]],
          ['bot', r?.botId],
          ['intent', r?.lastIntentName],
          ['survey', r?.surveyType],
          ['customer', r?.customerLastName],
          ['customer', r?.userId],
          [
            'customer',
            r?.customerFirstName && r.customerLastName ? `${r.customerFirstName} ${r.customerLastName}` : null,
          ],
          ['phone', r?.customerPhone],
          ['phone', 'no digits'],
          ['email', r?.customerEmail],
          ['email', '_100%'],
          ['disposition', '0%'],
          ['disposition', 'a_b'],
          ['disposition', 'axb'],
          ['id', r?.key],
          ['id', r?.sessionId],
        ];
        const usable = choices.filter((choice): choice is [string, string] => !!choice[1]?.trim());
        const [field, value] = usable[which % usable.length] ?? ['channel', 'voice'];
        const cut = field === 'id' || part > 1 ? value : value.slice(0, Math.ceil(value.length / 2)).trim();
        const clean = cut.replaceAll('"', '');
        return { kind: 'text', field, value: part === 1 ? clean.toUpperCase() : clean, isNegated };
      }),
    fc.record({
      kind: fc.constant('has' as const),
      value: fc.constantFrom('callback', 'consult', 'transfer', 'voicemail', 'note', 'feedback', 'survey'),
      isNegated: fc.boolean(),
    }),
    fc.record({
      kind: fc.constant('is' as const),
      value: fc.constantFrom('open', 'shadow', 'botonly'),
      isNegated: fc.boolean(),
    }),
    fc.record({ kind: fc.constantFrom('from' as const, 'to' as const), back: fc.nat(21) }).map(({ kind, back }) => ({
      kind,
      atS: endS - back * DAY_S,
    })),
  );
  const arbitraryQuery = (): fc.Arbitrary<PlainQuery> =>
    fc
      .record({
        wanted: fc.array(term, { maxLength: 2 }),
        unwanted: fc.array(term, { maxLength: 1 }),
        conditions: fc.array(condition, { maxLength: 2 }),
      })
      .map((q) => (q.wanted.length + q.conditions.length === 0 ? { ...q, unwanted: [] } : q));

  test('gives the rows, the order, the total, the pages and the facets of a plain loop', () => {
    let withResults = 0;
    fc.assert(
      fc.property(arbitraryQuery(), fc.integer({ min: 1, max: 60 }), (query, pageSize) => {
        const text = write(query);
        const parsed = parse(text);
        const found = plain.find(query);
        const expected = found.map((r) => r.key);
        if (expected.length > 0 && expected.length < records.length) withResults += 1;
        expect({ text, keys: keys(store.ids(parsed, 'started', 1000, 0)) }).toEqual({ text, keys: expected });
        expect(keys(store.ids(parsed, '-started', 1000, 0))).toEqual(expected.toReversed());
        expect(store.count(parsed)).toBe(expected.length);
        const pages: string[] = [];
        for (let offset = 0; offset <= expected.length; offset += pageSize)
          pages.push(...keys(store.ids(parsed, 'started', pageSize, offset)));
        expect(pages).toEqual(expected);
        expect({ text, facets: store.facets(parsed) }).toEqual({ text, facets: plain.facets(found) });
      }),
      { numRuns: 300 },
    );
    // Queries that find nothing, or everything, prove little.
    expect(withResults).toBeGreaterThan(90);
  });

  test('walks through everything block by block for an export, each row once, oldest first', () => {
    for (const query of [parse(''), parse('has:note -channel:email')]) {
      const walked: string[] = [];
      let after = { startedS: Number.MIN_SAFE_INTEGER, id: 0 };
      for (let block = store.rowsAfter(query, after, 37); block.length > 0; block = store.rowsAfter(query, after, 37)) {
        walked.push(...keys(block.map(({ id }) => id)));
        after = block.at(-1) ?? after;
      }
      expect(walked.toSorted()).toEqual(keys(store.ids(query, 'started', 1000, 0)).toSorted());
      const started = new Map(records.map((r) => [r.key, r.startedAtS]));
      const times = walked.map((key) => started.get(key) ?? 0);
      expect(times).toEqual(times.toSorted((a, b) => a - b));
    }
  });

  test('narrows to what a facet counted', () => {
    const { agent, queue, channel, intent } = store.facets(parse(''));
    for (const [field, facet] of Object.entries({ agent, queue, channel, intent }))
      for (const { value, count } of facet.slice(0, 12)) {
        // A name may be part of another; an id is not.
        const isId = field === 'agent' || field === 'queue';
        const found = store.count(parse(`${field}:${quote(value)}`));
        if (isId) expect({ field, value, found }).toEqual({ field, value, found: count });
        else expect(found).toBeGreaterThanOrEqual(count);
      }
  });

  test('finds a conversation by its id or its session’s', () => {
    const [id, key] = [...keyOf][5] ?? [0, ''];
    const record = records.find((r) => r.key === key);
    expect(store.findByAnyId(key)).toBe(id);
    expect(store.findByAnyId(record?.sessionId ?? '')).toBe(id);
    expect(store.findByAnyId('nothing')).toBeNull();
  });

  test('folds accents and case in the text', () => {
    const count = (text: string): number => store.count(parse(text));
    expect(count('creme')).toBeGreaterThan(0);
    for (const same of ['Crème', 'CRÈME', 'cre\u0300me', 'creme*', 'cr*']) {
      if (same !== 'cr*') expect([same, count(same)]).toEqual([same, count('creme')]);
    }
    expect(count('angstrom')).toBe(count('Ångström'));
    expect(count('strasse')).toBe(count('STRASSE'));
    expect(count('"AND OR NOT"')).toBeGreaterThan(0);
    expect(count('AND OR NOT NEAR')).toBe(count('near not or and'));
    expect(count('退款')).toBeGreaterThan(0);
  });
});

describe('whatever is typed', () => {
  test('gets an answer or a sentence, and never an error of the database', () => {
    const pieces = [
      '"',
      "'",
      '*',
      '-',
      '--',
      ':',
      '(',
      ')',
      '{',
      '}',
      '^',
      '+',
      ',',
      ';',
      '\\',
      '%',
      '_',
      '#',
      '@',
      '/',
      '<',
      '>',
      '?',
      ' ',
      '\t',
      '\n',
      '\u0000',
      '\u0001',
      '\u200b',
      '\ufeff',
      '\ud800',
      '\udc00',
      '🙂',
      'é',
      'e\u0301',
      '\u0301',
      'ß',
      '退',
      'AND',
      'OR',
      'NOT',
      'NEAR',
      'NEAR(a b, 2)',
      'notes:',
      'rowid:',
      'agent:',
      'queue:',
      'has:',
      'is:',
      'note',
      'open',
      'after:',
      'before:',
      'on:',
      '2025-09-30',
      '2025-W40',
      'phone:',
      'id:',
      'a',
      'ab',
      'abc',
      '1',
      '%%',
      '\u{1e900}',
      '²',
    ];
    const typed = fc.oneof(
      { weight: 3, arbitrary: fc.array(fc.constantFrom(...pieces), { maxLength: 14 }).map((parts) => parts.join('')) },
      { weight: 1, arbitrary: fc.array(fc.constantFrom(...pieces), { maxLength: 10 }).map((parts) => parts.join(' ')) },
      { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 30 }) },
    );
    let answered = 0;
    let refused = 0;
    fc.assert(
      fc.property(typed, (text) => {
        let query: Query;
        try {
          query = parse(text);
        } catch (error) {
          if (!(error instanceof AppError) || error.code !== 'invalid_input') throw error;
          refused += 1;
          return;
        }
        store.ids(query, '-started', 3, 0);
        answered += 1;
      }),
      { numRuns: 5000 },
    );
    expect(answered).toBeGreaterThan(1000);
    expect(refused).toBeGreaterThan(500);
  });

  test('may be as long as the contract allows', () => {
    for (const text of [
      'a '.repeat(1000),
      '-a '.repeat(600).concat('channel:voice'),
      'ab* '.repeat(500),
      `"${'word '.repeat(390)}"`,
      'agent:a '.repeat(80),
      `agent:"${'%_\\'.repeat(600)}"`,
      'x'.repeat(2000),
    ]) {
      const query = parse(text.slice(0, 2000).trimEnd());
      expect(store.count(query)).toBeGreaterThanOrEqual(0);
      expect(Object.keys(store.facets(query))).toEqual([...facetNames]);
    }
  });
});
