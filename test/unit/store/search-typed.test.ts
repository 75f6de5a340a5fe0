// The search against whatever a keyboard can produce: an answer or a pointed sentence, soon.
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { facetNames } from '../../../main/index/facets.ts';
import { AppError } from '../../../preload/contract/errors.ts';
import { openTestCache, type TestCache } from '../../support/cache.ts';
import { daysIn, openTestIndex, type TestIndex } from '../../support/search-index.ts';
import { makeSearchRecords } from '../../support/search-sample.ts';
import { makeTempFolder } from '../../support/temp-dir.ts';

const endS = Date.UTC(2025, 9, 15) / 1000;
const folder = makeTempFolder();
let cache: TestCache;
let found: TestIndex;

beforeAll(() => {
  const path = join(folder.path, 'cache.db');
  cache = openTestCache(path);
  cache.saveAll(makeSearchRecords(3000, endS));
  found = openTestIndex(path, daysIn('Europe/Berlin', endS * 1000));
});
afterAll(() => {
  found.db.close();
  cache.db.close();
  folder.remove();
});

describe('whatever is typed', () => {
  const pieces = [
    ...[
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
      '=',
      '..',
    ],
    ...[
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
      'ｶﾞ',
    ],
    ...[
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
    ],
    ...[
      'before:',
      'on:',
      '2025-09-30',
      '2025-W40',
      '-7d',
      'last-week',
      'phone:',
      'id:',
      'tag:',
      'tag:tier=',
      'aht:',
      '>600',
      '10m',
    ],
    ...[
      'csat:<=2',
      'nps:',
      'liked:yes',
      'outcome:',
      'answered',
      'handled:',
      'a',
      'ab',
      'abc',
      '1',
      '%%',
      '\u{1e900}',
      '²',
      '5550100',
    ],
  ];

  test('gets an answer or a pointed sentence, and never anything else, 10,000 times', { timeout: 240_000 }, () => {
    const typed = fc.oneof(
      { weight: 3, arbitrary: fc.array(fc.constantFrom(...pieces), { maxLength: 14 }).map((parts) => parts.join('')) },
      { weight: 3, arbitrary: fc.array(fc.constantFrom(...pieces), { maxLength: 10 }).map((parts) => parts.join(' ')) },
      { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 30 }) },
    );
    let answered = 0;
    let refused = 0;
    let slowestMs = 0;
    fc.assert(
      fc.property(typed, (text) => {
        const startedMs = performance.now();
        try {
          found.search(text, { limit: 3 });
          answered += 1;
        } catch (error) {
          if (!(error instanceof AppError) || error.code !== 'invalid_input') throw error;
          const at = error.details?.at;
          if (at === undefined) expect(error.message).toMatch(/only unwanted words/);
          else {
            expect(error.message).toContain(`at character ${at}: `);
            expect(at).toBeLessThanOrEqual(text.length + 1);
          }
          refused += 1;
        }
        slowestMs = Math.max(slowestMs, performance.now() - startedMs);
      }),
      { numRuns: 10_000 },
    );
    expect(answered).toBeGreaterThan(2000);
    expect(refused).toBeGreaterThan(2000);
    expect(slowestMs).toBeLessThan(2000);
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
      `${'('.repeat(30)}a${')'.repeat(30)}`,
    ]) {
      const answer = found.search(text.slice(0, 2000).trimEnd(), { withFacets: true });
      expect(answer.total).toBeGreaterThanOrEqual(0);
      expect(Object.keys(answer.facets ?? {})).toEqual([...facetNames]);
    }
    for (const [text, sentence] of [
      [Array.from({ length: 100 }, (_, n) => `w${n}`).join(' '), /at most 64 words/],
      ['('.repeat(1000), /nested too deeply/],
      ['NOT '.repeat(400).concat('a'), /nested too deeply/],
      [`${'-('.repeat(500)}a`, /nested too deeply/],
    ] as const)
      expect(() => found.search(text)).toThrow(sentence);
  });
});
