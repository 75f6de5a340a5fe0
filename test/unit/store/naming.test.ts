// Which texts name a customer. Too few is a leak; too many costs an analyst a saved search.
import { describe, expect, test } from 'vitest';
import { createNameMatcher } from '../../../main/store/naming.ts';

const isNamed = createNameMatcher({
  keys: ['+12025550177', 'zara.quill@example.com', 'u-9f8e7d6c', '42', 'cx7', 'c-0000-1'],
  names: [
    { first: 'Zara', last: 'van Quíllington' },
    { first: 'Mononym', last: null },
    { first: null, last: null },
  ],
});

describe('a text names the customer', () => {
  test.each([
    'phone:"+1 (202) 555-0177"',
    'phone:2025550177',
    'call 1-202-555-0177 back',
    'email:ZARA.QUILL@example.com',
    'zara.quill',
    'user:u-9f8e7d6c',
    'id:c-0000-1',
    'Quillington refund',
    'QUÍLLINGTON',
    'quilling*',
    'mononym',
    '-quillington',
    'user:CX7 refund',
    'agent:avery quillington',
  ])('%s', (text) => {
    expect(isNamed(text)).toBe(true);
  });
});

describe('a text does not', () => {
  test.each([
    ['', 'nothing'],
    ['refund csat:<=2', 'words of everybody'],
    ['zara', 'a first name that many have'],
    ['phone:2025550178', 'another number'],
    ['phone:5550177', 'too few digits to be theirs'],
    ['42', 'a short id that could be anything'],
    ['cx77', 'a longer id that begins like a short one'],
    ['agent:quillington', 'an agent of that name'],
    ['queue:"Quillington Desk" refund', 'a queue of that name'],
    ['qu*', 'the beginning of many names'],
    ['van', 'a part of a name that many have'],
    ['quillingtonia', 'a longer word'],
    ['example.com', 'a domain'],
  ])('%s (%s)', (text) => {
    expect(isNamed(text)).toBe(false);
  });
});

test('of nobody, names nobody', () => {
  const none = createNameMatcher({ keys: [''], names: [] });
  expect(none('')).toBe(false);
  expect(none('anything 12025550177 at all')).toBe(false);
});
