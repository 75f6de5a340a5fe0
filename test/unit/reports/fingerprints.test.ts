import { zstdCompressSync as zstdCompress, zstdDecompressSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ConversationRecord } from '../../../main/model.ts';
import { compareFingerprints, packFingerprints, removeKeys } from '../../../main/reports/fingerprints.ts';
import { makeRecord } from '../metrics/records.ts';

const salt = Buffer.from('00112233445566778899aabbccddeeff', 'hex');
const base = makeRecord();
const record = (n: number, fields: Partial<ConversationRecord> = {}): ConversationRecord => ({
  ...base,
  key: `c-${n}`,
  ...fields,
});
const compare = (before: ConversationRecord[], after: ConversationRecord[], limit = 100) => {
  const found = compareFingerprints(packFingerprints(salt, before), salt, after, limit);
  const changed = Object.fromEntries(found.changed.map(({ conversation, changes }) => [conversation.key, changes]));
  return { ...found, changed };
};

describe('what a conversation has done', () => {
  test('nothing, whatever the order', () => {
    const records = [record(1), record(2), record(3)];
    const found = compare(records, records.toReversed());
    expect(found).toMatchObject({ isComparable: true, total: 0, gone: 0, changed: {} });
  });

  test.each<[string, Partial<ConversationRecord>, Partial<ConversationRecord>, string[]]>([
    ['a late survey', {}, { surveyType: 'csat', csatScore: 4 }, ['survey']],
    [
      'another comment',
      { surveyType: 'csat', csatScore: 4 },
      { surveyType: 'csat', csatScore: 4, csatFeedback: 'Hm' },
      ['survey'],
    ],
    ['an edited disposition', { dispositions: ['A'] }, { dispositions: ['B'] }, ['disposition']],
    ['a disposition removed', { dispositions: ['A'] }, { dispositions: [] }, ['disposition']],
    ['an edited remark', { dispositionRemarks: ['a'] }, { dispositionRemarks: ['b'] }, ['disposition']],
    ['closing', { isOpen: true, dispositions: [] }, { isOpen: false, endedAtS: 9, dispositions: ['A'] }, ['closed']],
    [
      'closing with a survey',
      { isOpen: true },
      { isOpen: false, surveyType: 'nps', npsScore: 9 },
      ['closed', 'survey'],
    ],
    ['opening again', { isOpen: false }, { isOpen: true }, ['other']],
    ['another channel', { channel: 'Voice' }, { channel: 'Web' }, ['other']],
    ['two things', { dispositions: ['A'] }, { dispositions: ['B'], channel: 'x' }, ['disposition', 'other']],
  ])('%s', (_, before, after, changes) => {
    const found = compare([record(1), record(2, before)], [record(2, after), record(1)]);
    expect(found.changed).toEqual({ 'c-2': changes });
    expect(found.total).toBe(1);
  });

  test('appeared, and gone', () => {
    const found = compare([record(1), record(2)], [record(2), record(3)]);
    expect(found).toMatchObject({ gone: 1, total: 1, changed: { 'c-3': ['appeared'] } });
  });

  test('the list is cut, the counts are of all', () => {
    const after = Array.from({ length: 30 }, (_, n) => record(n));
    const found = compare([], after, 7);
    expect(Object.keys(found.changed)).toHaveLength(7);
    expect(found).toMatchObject({ total: 30, counts: { appeared: 30 } });
  });

  test('where it is stored and who named it does not matter', () => {
    const stored = { ...record(1), id: 7, sources: ['v1-calls'] as const };
    expect(compare([stored], [{ ...stored, id: 8, sources: ['v2-calls'] as const } as ConversationRecord]).total).toBe(
      0,
    );
  });
});

test('any set of planted changes is found, each as what it is', () => {
  const kinds = ['none', 'survey', 'disposition', 'other', 'closed', 'appeared', 'gone'] as const;
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...kinds), { maxLength: 60 }), (plan) => {
      const before: ConversationRecord[] = [];
      const after: ConversationRecord[] = [];
      for (const [n, kind] of plan.entries()) {
        if (kind !== 'appeared') before.push(record(n, { isOpen: kind === 'closed' }));
        if (kind === 'gone') continue;
        after.push(
          record(n, {
            ...(kind === 'survey' ? { surveyType: 'csat', csatScore: 1 } : {}),
            ...(kind === 'disposition' ? { dispositions: ['edited'] } : {}),
            ...(kind === 'other' ? { reason: 'edited' } : {}),
            isOpen: false,
          }),
        );
      }
      const found = compare(before, after);
      const expected = Object.fromEntries(
        [...plan.entries()]
          .filter(([, kind]) => kind !== 'none' && kind !== 'gone')
          .map(([n, kind]) => [`c-${n}`, [kind]]),
      );
      expect(found.changed).toEqual(expected);
      expect(found.gone).toBe(plan.filter((kind) => kind === 'gone').length);
    }),
    { numRuns: 60 },
  );
});

describe('forgetting', () => {
  const records = Array.from({ length: 50 }, (_, n) => record(n, { surveyType: 'csat', csatScore: 3 }));

  test('takes every trace of a conversation out, and of that one only', () => {
    const packed = packFingerprints(salt, records);
    const without = removeKeys(packed, salt, ['c-7', 'c-9999']);
    expect(without.removed).toBe(1);
    const left = records.filter(({ key }) => key !== 'c-7');
    expect(Buffer.from(without.packed)).toEqual(Buffer.from(packFingerprints(salt, left)));
    // As if it had never been there.
    expect(compareFingerprints(without.packed, salt, records, 10).counts.appeared).toBe(1);
  });

  test('nothing readable is kept: no key, no score, and equal surveys look unlike', () => {
    const bytes = zstdDecompressSync(packFingerprints(salt, records));
    expect(bytes.includes('c-1')).toBe(false);
    const surveyColumn = bytes
      .subarray(5 + 50 * 8, 5 + 50 * 12)
      .toString('hex')
      .match(/.{8}/g);
    expect(new Set(surveyColumn).size).toBe(50);
  });

  test('another salt gives other hashes: two reports cannot be laid over each other', () => {
    const other = Buffer.alloc(16, 7);
    expect(compareFingerprints(packFingerprints(other, records), salt, records, 0)).toMatchObject({ gone: 50 });
  });
});

test('10,000 conversations without surveys take less than 18 bytes each', () => {
  const many = Array.from({ length: 10_000 }, (_, n) => record(n, { dispositions: ['A'] }));
  expect(packFingerprints(salt, many).length).toBeLessThan(180_000);
});

test('fingerprints of a later form say that they cannot be compared, and go whole when one of theirs is forgotten', () => {
  const packed = packFingerprints(salt, [record(1)]);
  const bytes = zstdDecompressSync(packed);
  bytes.writeUInt8(2, 0);
  const later = zstdCompress(bytes);
  expect(compareFingerprints(later, salt, [record(1)], 1)).toMatchObject({ isComparable: false, total: 0 });
  expect(zstdDecompressSync(removeKeys(later, salt, ['c-1']).packed).readUInt32LE(1)).toBe(0);
});
