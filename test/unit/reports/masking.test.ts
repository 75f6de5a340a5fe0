import { describe, expect, test } from 'vitest';
import { maskAgentId, maskConversation, maskScorecard } from '../../../main/reports/masking.ts';
import { type Conversation, conversationSchema } from '../../../preload/contract/conversation.ts';
import { makeConversation } from './sample-conversation.ts';
import { makeScorecardsInput } from './sample-scorecard.ts';

const salt = 'a salt for tests only';

/** What must not survive, in any letter case and with any separators between digits. */
const canaries = [
  'quillan',
  'vorstmeyer',
  'ottoline',
  'zwart',
  'supra',
  'visor',
  'piet',
  'canary-user',
  'canary-channel',
];
const canaryDigits = ['2025550143', '2025550199', '2025550177', '4111111111111111'];

const findLeaks = (conversation: Conversation): string[] => {
  const json = JSON.stringify(conversation).toLowerCase();
  const digits = json.replaceAll(/[\s().+-]/gu, '');
  return [...canaries.filter((canary) => json.includes(canary)), ...canaryDigits.filter((d) => digits.includes(d))];
};

// All of it as one text, with the spellings people use.
const poison =
  'QUILLAN Vorstmeyer (Quillan, vorstmeyers account) +1 202-555-0143 / (202) 555 0143, quillan.v@example.com, ' +
  'via Ottoline Zwart, card 4111 1111 1111 1111, u-canary-user, chan/canary-channel-user, Piet, supra@example.com';

/** Names that somebody set up once: they are scrubbed of addresses and numbers, not of words that are also names. */
const labels = new Set([
  'queueName',
  'lastIntentName',
  'campaignName',
  'contactStatus',
  'contactListName',
  'dispositions',
  'skills',
]);
const labelPoison = 'quillan.v@example.com +1 202-555-0143 card 4111 1111 1111 1111';
const people = new Set(['customer', 'agentId', 'name', 'email']);
const ids = /(?:^key|^sources|At|Id|Ids|RunDate|^id)$/u;

/** Puts the poison into every text but times, ids and the fields that are replaced whole. */
const poisonTexts = (value: unknown, name: string): unknown => {
  if (typeof value === 'string') {
    if (ids.test(name) || people.has(name)) return value;
    return labels.has(name) ? labelPoison : poison;
  }
  if (Array.isArray(value)) return value.map((item) => poisonTexts(item, name));
  if (value === null || typeof value !== 'object' || people.has(name)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, poisonTexts(item, key)]));
};

describe('maskConversation', () => {
  test('lets no canary through from any field as it stands', () => {
    expect(findLeaks(makeConversation()).length).toBeGreaterThan(8);
    const masked = maskConversation(makeConversation(), salt);
    expect(findLeaks(masked)).toEqual([]);
    expect(conversationSchema.parse(masked)).toEqual(masked);
  });

  test('lets no canary through from free text in every field', () => {
    const poisoned = poisonTexts(makeConversation(), '') as Conversation;
    expect(JSON.stringify(poisoned).split('4111 1111').length).toBeGreaterThan(18);
    expect(findLeaks(maskConversation(poisoned, salt))).toEqual([]);
  });

  test('keeps what figures and joins need', () => {
    const source = makeConversation();
    const masked = maskConversation(source, salt);
    expect(masked).toMatchObject({
      key: source.key,
      sessionId: source.sessionId,
      startedAt: source.startedAt,
      dispositions: source.dispositions,
      csatScore: 4,
      skills: source.skills,
      finalStatus: 'CLOSED',
      userTags: source.userTags,
    });
    expect(masked.destinations.map(({ type, queueName }) => [type, queueName])).toEqual([
      ['QueueEntry', 'Billing'],
      ['AgentSegment', null],
    ]);
    expect(masked.destinations[0]?.offers[0]).toMatchObject({
      interactionSeconds: 300,
      notes: ['first note', 'second note'],
    });
  });

  test('gives the same person the same pseudonym, another salt or person another', () => {
    const first = maskConversation(makeConversation(), salt);
    const other = makeConversation();
    const second = maskConversation(
      { ...other, key: 'c-2', customer: { ...other.customer, phone: '+12025550143' } },
      salt,
    );
    expect(second.customer).toEqual(first.customer);
    expect(first.customer.firstName).toMatch(/^Customer [0-9A-F]{10}$/u);
    expect(first.destinations[0]?.offers[0]?.name).toBe(first.destinations[1]?.offers[0]?.name);
    expect(maskConversation(makeConversation(), 'another salt').customer.phone).not.toBe(first.customer.phone);
    const stranger = { ...other, customer: { ...other.customer, phone: '+12025550144' } };
    expect(maskConversation(stranger, salt).customer.firstName).not.toBe(first.customer.firstName);
  });

  test('leaves null as null', () => {
    const source = makeConversation();
    const empty = { phone: null, centerPhone: null, firstName: null, lastName: null, email: null };
    expect(maskConversation({ ...source, customer: empty, userId: null }, salt)).toMatchObject({
      customer: empty,
      userId: null,
    });
  });

  test.each([
    ['rang 202 555 0143 twice', 'rang [number] twice'],
    ['card 4111-1111-1111-1111 ok', 'card [card] ok'],
    ['card 4111-1111-1111-1112 ok', 'card [number] ok'],
    ['on 2025-09-01 at 10:30, 3 items, 125.50', 'on 2025-09-01 at 10:30, 3 items, 125.50'],
    ['mail jo.doe+x@mail.example.com!', 'mail [email]!'],
    ['٠١٢٣٤٥٦٧٨٩', '[number]'],
    ['Annual report for an annex', 'Annual report for an annex'],
    ['Ann-Marie and Ann', 'CUSTOMER and CUSTOMER'],
    ['', ''],
  ])('in text, %j becomes %j', (note, expected) => {
    const source = makeConversation();
    const masked = maskConversation(
      { ...source, customer: { ...source.customer, firstName: 'Ann-Marie', lastName: 'Ann' }, csatFeedback: note },
      salt,
    );
    expect(masked.csatFeedback?.replaceAll(masked.customer.firstName ?? '', 'CUSTOMER')).toBe(expected);
  });

  test('finds names in scripts without blanks, and inflected ones', () => {
    const source = makeConversation();
    const customer = { ...source.customer, firstName: '太郎', lastName: 'Новак' };
    const masked = maskConversation({ ...source, customer, csatFeedback: '太郎さんへ / для Новака' }, salt);
    expect(masked.csatFeedback).not.toMatch(/太郎|Новак/u);
  });

  test('hides a tag whose name hints at a person, whatever is in it', () => {
    const tags = ['callerNumber', 'Account Holder Name', 'customer_ref', 'shipping-address'].map((name) => ({
      name,
      value: 'xyzzy',
    }));
    const masked = maskConversation({ ...makeConversation(), sessionTags: tags }, salt);
    expect(JSON.stringify(masked)).not.toContain('xyzzy');
    expect(new Set(masked.sessionTags.map((tag) => tag.value)).size).toBe(1);
  });
});

test('maskScorecard uses the pseudonyms of the conversations', () => {
  const { scorecard } = makeScorecardsInput(3);
  const masked = maskScorecard({ ...scorecard, rows: scorecard.rows.map((row) => ({ ...row, key: 'a-1' })) }, salt);
  const offer = maskConversation(makeConversation(), salt).destinations[0]?.offers[0];
  expect(masked.rows[0]).toMatchObject({ key: offer?.agentId, name: offer?.name });
  expect(maskAgentId('a-1', salt)).toEqual({ key: offer?.agentId, name: offer?.name });
  expect(JSON.stringify(masked)).not.toContain('Sample');
});
