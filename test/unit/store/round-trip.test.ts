// What is saved is what is read, whatever it holds; what is replaced or removed leaves nothing behind.
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type {
  Campaign,
  Consult,
  ConversationRecord,
  Destination,
  Joined,
  Offer,
  Skill,
  Tag,
} from '../../../main/model.ts';
import { hashOf, openTestCache, type TestCache } from '../../support/cache.ts';
import { makeTempFolder } from '../../support/temp-dir.ts';

/** What cleaned text of the API may be: anything but empty, half a letter or a NUL. */
const text = fc
  .oneof(
    fc.constantFrom(
      'Voice',
      'a',
      "O'Brien",
      '"',
      '\\',
      '%_',
      '[]',
      'null',
      '0',
      '-',
      'Zoë\nÅ',
      '退款',
      '👩‍👩‍👧',
      '\u202e',
      '\ufffd',
    ),
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }),
    fc.string({ unit: 'binary', minLength: 1, maxLength: 8 }),
  )
  .filter((value) => value !== '' && !value.includes('\u0000') && value.isWellFormed());
const maybe = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(arbitrary, { nil: null, freq: 3 });
const listOf = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T[]> => fc.array(arbitrary, { maxLength: 3 });
const atS = fc.integer({ min: 946_684_800, max: 4_102_444_799 });
const atMs = fc.integer({ min: 946_684_800_000, max: 4_102_444_799_999 });
const durationS = fc.integer({ min: 0, max: 10_000_000 });
const score = fc.oneof(fc.integer({ min: -10, max: 10 }), fc.constantFrom(0, 4.5, 0.1, 1e-7));
const flag = fc.boolean();

const identity = { agentId: maybe(fc.constantFrom('u-1', 'u-2', 'ü 3')), name: maybe(text), email: maybe(text) };
const consult: fc.Arbitrary<Consult> = fc.record({
  ...identity,
  assignedAtS: maybe(atS),
  acceptedAtS: maybe(atS),
  endedAtS: maybe(atS),
  isMerged: maybe(flag),
});
const joined: fc.Arbitrary<Joined> = fc.record({ ...identity, joinedAtS: maybe(atS), endedAtS: maybe(atS) });
const offer: fc.Arbitrary<Offer> = fc.record({
  ...identity,
  handled: flag,
  assignedAtS: maybe(atS),
  acceptedAtS: maybe(atS),
  firstResponseAtS: maybe(atS),
  firstResponseS: maybe(durationS),
  endedAtS: maybe(atS),
  interactionS: maybe(durationS),
  holdS: maybe(durationS),
  acwS: maybe(durationS),
  acwEndedAtS: maybe(atS),
  notes: listOf(text),
  nonResponseEvent: maybe(text),
  consults: listOf(consult),
  joined: listOf(joined),
});
const destination: fc.Arbitrary<Destination> = fc.record({
  type: fc.oneof(fc.constantFrom('QueueEntry', 'AgentSegment'), text),
  queueId: maybe(fc.constantFrom('q-1', 'q-2', 'q-3')),
  queueName: maybe(fc.oneof(fc.constantFrom('Billing', 'Sales'), text)),
  enteredAtS: maybe(atS),
  callbackOpted: maybe(flag),
  callbackOptedAtMs: maybe(atMs),
  callbackAcceptedAtMs: maybe(atMs),
  offers: listOf(offer),
});
const campaign: fc.Arbitrary<Campaign> = fc.record({
  campaignName: maybe(text),
  campaignId: maybe(text),
  campaignInstanceId: maybe(text),
  campaignDialingListId: maybe(text),
  attempt: maybe(fc.nat(20)),
  contactStatus: maybe(text),
  runAtMs: maybe(atMs),
  contactListNames: listOf(text),
});
const tag: fc.Arbitrary<Tag> = fc.record({ name: text, value: maybe(text) });
const skill: fc.Arbitrary<Skill> = fc.record({ id: maybe(text), name: maybe(text) });

const record: fc.Arbitrary<ConversationRecord> = fc.record({
  // Few keys, so that records replace each other.
  key: fc.constantFrom('k-1', 'k-2', 'k-3', 'K-1', 'é', 'e\u0301'),
  conversationId: maybe(text),
  sessionId: maybe(text),
  startedAtS: atS,
  endedAtS: maybe(atS),
  channel: maybe(text),
  direction: maybe(text),
  finalStatus: maybe(text),
  smartStatus: maybe(text),
  reason: maybe(text),
  disconnectingEvent: maybe(text),
  isVoicemail: maybe(flag),
  botId: maybe(text),
  automationBotIds: listOf(text),
  userId: maybe(text),
  channelSpecificUserId: maybe(text),
  customerPhone: maybe(text),
  centerPhone: maybe(text),
  customerFirstName: maybe(text),
  customerLastName: maybe(text),
  customerEmail: maybe(text),
  skills: listOf(skill),
  dispositions: listOf(text),
  dispositionRemarks: listOf(text),
  lastIntentName: maybe(text),
  surveyType: maybe(text),
  csatScore: maybe(score),
  npsScore: maybe(score),
  likeDislikeScore: maybe(score),
  csatFeedback: maybe(text),
  userTags: listOf(tag),
  sessionTags: listOf(tag),
  campaign: maybe(campaign),
  destinations: listOf(destination),
  isShadow: flag,
  isOpen: flag,
});

let cache: TestCache;
const folder = makeTempFolder();
beforeAll(() => {
  cache = openTestCache(join(folder.path, 'cache.db'));
});
afterAll(() => {
  cache.db.close();
  folder.remove();
});

const clear = (): void => {
  for (const id of cache.db.prepare('SELECT id FROM conversation').pluck().all() as number[]) cache.writer.remove(id);
};
beforeEach(clear);

const count = (table: string): number => cache.db.prepare(`SELECT count(*) FROM ${table}`).pluck().get() as number;
const match = (expression: string): number[] =>
  cache.db
    .prepare('SELECT rowid FROM conversation_text WHERE conversation_text MATCH ? ORDER BY rowid')
    .pluck()
    .all(expression) as number[];
const expectSound = (): void => {
  expect(cache.db.pragma('foreign_key_check')).toEqual([]);
  // Throws when the index contradicts itself.
  cache.db.exec(`INSERT INTO conversation_text (conversation_text) VALUES ('integrity-check')`);
};

/** A queue that the row does not name is shown by a name that another row gave it: not compared then. */
const withoutLookedUp = (read: ConversationRecord, saved: ConversationRecord): ConversationRecord => ({
  ...read,
  destinations: read.destinations.map((stop, index) => {
    const own = saved.destinations[index];
    return own?.queueName === null && own.queueId !== null ? { ...stop, queueName: null } : stop;
  }),
});

describe('a conversation', () => {
  test('is read as it was saved, through any order of saving, replacing and removing', () => {
    const step = fc.oneof(
      { weight: 4, arbitrary: record.map((saved) => ({ kind: 'save' as const, saved })) },
      { weight: 1, arbitrary: fc.nat(5).map((which) => ({ kind: 'remove' as const, which })) },
    );
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 12 }), (steps) => {
        clear();
        const held = new Map<string, { id: number; saved: ConversationRecord }>();
        for (const action of steps) {
          if (action.kind === 'save') {
            const { saved } = action;
            const known = held.get(saved.key)?.id ?? null;
            const id = cache.writer.save(saved, hashOf(saved), known);
            if (known !== null) expect(id).toBe(known);
            held.set(saved.key, { id, saved });
          } else {
            const [key, entry] = [...held][action.which] ?? [];
            if (key === undefined || !entry) continue;
            cache.writer.remove(entry.id);
            held.delete(key);
          }
        }
        // Asked for backwards, with an id that is not there: the order asked for is the order given.
        const expected = [...held.values()].reverse();
        const read = cache.reader.byIds([...expected.map(({ id }) => id), 999_999]);
        expect(read.map((r, index) => withoutLookedUp(r, expected[index]?.saved ?? r))).toEqual(
          expected.map(({ id, saved }) => ({ ...saved, id, sources: [] })),
        );
        const stops = expected.flatMap(({ saved }) => saved.destinations);
        expect([count('conversation'), count('destination'), count('offer')]).toEqual([
          expected.length,
          stops.length,
          stops.flatMap((stop) => stop.offers).length,
        ]);
        expect(count('conversation_text_docsize')).toBe(expected.length);
        expectSound();
      }),
      { numRuns: 150 },
    );
  });

  const [base] = fc.sample(record, { numRuns: 1, seed: 5 });
  if (!base) throw new Error('no sample');
  const stop: Destination = {
    type: 'QueueEntry',
    queueId: 'q-9',
    queueName: null,
    enteredAtS: null,
    callbackOpted: null,
    callbackOptedAtMs: null,
    callbackAcceptedAtMs: null,
    offers: [],
  };

  test('is found by its text, and no longer by the text it had before', () => {
    const saved = { ...base, csatFeedback: 'firstword', destinations: [] };
    const id = cache.writer.save(saved, hashOf(saved), null);
    expect(match('firstword')).toEqual([id]);
    const changed = { ...saved, csatFeedback: 'secondword' };
    cache.writer.save(changed, hashOf(changed), id);
    expect([match('firstword'), match('secondword')]).toEqual([[], [id]]);
    cache.writer.remove(id);
    expect(match('secondword')).toEqual([]);
    expect(['conversation', 'destination', 'offer', 'source_row', 'conversation_text_docsize'].map(count)).toEqual([
      0, 0, 0, 0, 0,
    ]);
    expectSound();
  });

  test('takes its sources with it when it goes, and names them in the order in which they win', () => {
    const id = cache.writer.save(base, hashOf(base), null);
    cache.db.exec(`INSERT INTO raw_page VALUES (1, 'v1-calls', 1, x'00')`);
    for (const endpoint of ['v1-calls', 'v2-interactions'])
      cache.db.prepare(`INSERT INTO source_row VALUES (?, ?, 1, 0, x'00', 1)`).run(id, endpoint);
    expect(cache.reader.byIds([id])[0]?.sources).toEqual(['v2-interactions', 'v1-calls']);
    cache.writer.remove(id);
    expect(count('source_row')).toBe(0);
    cache.db.exec('DELETE FROM raw_page');
  });

  test('shows a queue without a name by the newest name that its id was given, and its own name before that', () => {
    const records = [
      { ...base, key: 'a', destinations: [{ ...stop, queueName: 'Old name' }] },
      { ...base, key: 'b', destinations: [stop] },
      { ...base, key: 'c', destinations: [{ ...stop, queueName: 'New name' }] },
    ];
    const ids = cache.saveAll(records);
    expect(cache.reader.byIds(ids).map((r) => r.destinations[0]?.queueName)).toEqual([
      'Old name',
      'New name',
      'New name',
    ]);
  });

  test('with the key of another is refused', () => {
    cache.writer.save(base, hashOf(base), null);
    expect(() => cache.writer.save(base, hashOf(base), null)).toThrow(/UNIQUE/);
  });

  test('many are read in one go, in the order asked for', () => {
    const records = Array.from({ length: 1200 }, (_, n) => ({
      ...base,
      key: `many-${n}`,
      startedAtS: 1_000_000_000 + n,
    }));
    const ids = cache.saveAll(records).toReversed();
    expect(cache.reader.byIds(ids).map((r) => r.key)).toEqual(records.map((r) => r.key).toReversed());
  });
});
