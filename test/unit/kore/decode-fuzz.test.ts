// Mutated rows and mutated page texts through the normaliser. Whatever comes in, what comes out is either a record of the
// model's exact shape, a row put aside, or an AppError; never another error, never a changed prototype, never a value of
// the row in a path, a reason, a warning or a message.
import fc from 'fast-check';
import { afterEach, expect, test } from 'vitest';
import { z } from 'zod';
import { decodeRow } from '../../../main/kore/decode.ts';
import { canonicalJson, mergeRecords } from '../../../main/kore/merge.ts';
import { parsePage } from '../../../main/kore/page.ts';
import { AppError } from '../../../preload/contract/errors.ts';
import {
  agentRow,
  agents,
  answeredAgent,
  baseS,
  botOnlyRow,
  callbackRow,
  campaignRow,
  naive,
  openRow,
  outboundRow,
  pageText,
  reassignedRow,
  shadowRow,
  v1AgentRow,
} from '../../support/rows.ts';

// The model again, as a schema that allows nothing more: ids and texts are never blank, seconds are whole and of a
// possible age, durations are not negative.
const text = z.string().refine((value) => value !== '' && value === value.trim());
const maybeText = text.nullable();
const atS = z
  .number()
  .int()
  .min(Date.UTC(2000, 0, 1) / 1000 - 86_400)
  .max(Date.UTC(2100, 0, 2) / 1000);
const maybeAtS = atS.nullable();
const maybeAtMs = z.number().int().nullable();
const maybeS = z.number().int().min(0).nullable();
const person = { agentId: maybeText, name: maybeText, email: maybeText };
const tags = z.array(z.strictObject({ name: text, value: maybeText }));
const offer = z.strictObject({
  ...person,
  handled: z.boolean(),
  assignedAtS: maybeAtS,
  acceptedAtS: maybeAtS,
  firstResponseAtS: maybeAtS,
  firstResponseS: maybeS,
  endedAtS: maybeAtS,
  interactionS: maybeS,
  holdS: maybeS,
  acwS: maybeS,
  acwEndedAtS: maybeAtS,
  notes: z.array(text),
  nonResponseEvent: maybeText,
  consults: z.array(
    z.strictObject({
      ...person,
      assignedAtS: maybeAtS,
      acceptedAtS: maybeAtS,
      endedAtS: maybeAtS,
      isMerged: z.boolean().nullable(),
    }),
  ),
  joined: z.array(z.strictObject({ ...person, joinedAtS: maybeAtS, endedAtS: maybeAtS })),
});
const recordSchema = z.strictObject({
  key: text,
  conversationId: maybeText,
  sessionId: maybeText,
  startedAtS: atS,
  endedAtS: maybeAtS,
  channel: maybeText,
  direction: maybeText,
  finalStatus: maybeText,
  smartStatus: maybeText,
  reason: maybeText,
  disconnectingEvent: maybeText,
  isVoicemail: z.boolean().nullable(),
  botId: maybeText,
  automationBotIds: z.array(text),
  userId: maybeText,
  channelSpecificUserId: maybeText,
  customerPhone: maybeText,
  centerPhone: maybeText,
  customerFirstName: maybeText,
  customerLastName: maybeText,
  customerEmail: maybeText,
  skills: z.array(z.strictObject({ id: maybeText, name: maybeText })),
  dispositions: z.array(text),
  dispositionRemarks: z.array(text),
  lastIntentName: maybeText,
  surveyType: maybeText,
  csatScore: z.number().nullable(),
  npsScore: z.number().nullable(),
  likeDislikeScore: z.number().nullable(),
  csatFeedback: maybeText,
  userTags: tags,
  sessionTags: tags,
  campaign: z
    .strictObject({
      campaignName: maybeText,
      campaignId: maybeText,
      campaignInstanceId: maybeText,
      campaignDialingListId: maybeText,
      attempt: z.number().int().nullable(),
      contactStatus: maybeText,
      runAtMs: maybeAtMs,
      contactListNames: z.array(text),
    })
    .nullable(),
  destinations: z.array(
    z.strictObject({
      type: text,
      queueId: maybeText,
      queueName: maybeText,
      enteredAtS: maybeAtS,
      callbackOpted: z.boolean().nullable(),
      callbackOptedAtMs: maybeAtMs,
      callbackAcceptedAtMs: maybeAtMs,
      offers: z.array(offer),
    }),
  ),
  isShadow: z.boolean(),
  isOpen: z.boolean(),
});

const canary = 'CANARY';
const rich = answeredAgent(baseS, agents.ada, {
  holdDuration: 5,
  ConsultingAgents: [{ ...agents.cy, assignedAt: naive(baseS) }, { name: '+12025550177' }],
  JoinedUsers: [{ ...agents.ben, joinedAt: naive(baseS), end: naive(baseS + 9) }],
});
const baseTexts = [
  agentRow(),
  agentRow({
    destinations: [{ destinationType: 'QueueEntry', respondingAgent: rich, nonRespondingAgents: [rich, rich] }, rich],
  }),
  v1AgentRow({ surveyType: 'likeDislike', likeDislikeScore: 1 }),
  outboundRow(),
  campaignRow(),
  reassignedRow(),
  callbackRow(),
  openRow(),
  botOnlyRow(),
  shadowRow(),
].map((row) => JSON.stringify(row));

const weirdValues: unknown[] = [
  null,
  '',
  ' ',
  '-',
  'NO',
  'YES',
  true,
  false,
  0,
  -1,
  1.5,
  2 ** 53 + 2,
  1e308,
  [],
  {},
  [[]],
  [null],
  [{}],
  { name: canary },
  [canary],
  canary,
  `${canary}\uD800\0`,
  '2025-02-30T00:00:00',
  '2025-09-30T12:00:00.5+14:00',
  '0000-00-00 00:00:00',
  '57',
  '-57',
  'x'.repeat(5000),
];
const valueArb = fc.oneof(
  fc.constantFrom(...weirdValues),
  fc.jsonValue({ maxDepth: 2 }),
  fc.string().map((word) => `${canary}${word}`),
);
const nameArb = fc.constantFrom('__proto__', 'constructor', 'toString', 'hasOwnProperty', 'length', '', canary);
type Edit = {
  at: number;
  kind: 'set' | 'delete' | 'wrap' | 'unwrap' | 'recase' | 'add' | 'copy';
  value: unknown;
  name: string;
};
const editArb: fc.Arbitrary<Edit> = fc.record({
  at: fc.nat(),
  kind: fc.constantFrom('set', 'set', 'set', 'delete', 'wrap', 'unwrap', 'recase', 'add', 'copy'),
  value: valueArb,
  name: nameArb,
});

type Slot = { holder: Record<string, unknown>; name: string };

/** Every place in a value where something stands, lists included. */
function slotsOf(value: unknown, slots: Slot[] = []): Slot[] {
  if (typeof value !== 'object' || value === null) return slots;
  const holder = value as Record<string, unknown>;
  for (const name of Object.keys(holder)) {
    slots.push({ holder, name });
    slotsOf(holder[name], slots);
  }
  return slots;
}

/** Sets as JSON.parse would: `__proto__` becomes an ordinary field. */
const put = (holder: object, name: string, value: unknown): unknown =>
  Object.defineProperty(holder, name, { value, writable: true, enumerable: true, configurable: true });

function applyEdit(root: { row: unknown }, edit: Edit): void {
  const slots = slotsOf(root);
  const slot = slots[edit.at % slots.length];
  if (slot === undefined) return;
  const { holder, name } = slot;
  const current = holder[name];
  if (edit.kind === 'set') put(holder, name, edit.value);
  else if (edit.kind === 'delete' && !Array.isArray(holder)) delete holder[name];
  else if (edit.kind === 'wrap') put(holder, name, [current]);
  else if (edit.kind === 'unwrap')
    put(holder, name, Array.isArray(current) ? current[0] : (JSON.stringify(current) ?? null));
  else if (edit.kind === 'recase' && !Array.isArray(holder)) put(holder, name.toUpperCase(), current);
  else if (edit.kind === 'copy' && Array.isArray(current)) put(holder, name, [...current, ...current]);
  else if (edit.kind === 'add') {
    const target = typeof current === 'object' && current !== null ? current : holder;
    if (!Array.isArray(target)) put(target, edit.name, edit.value);
  }
}

const mutatedRowArb = fc
  .tuple(fc.constantFrom(...baseTexts), fc.array(editArb, { minLength: 1, maxLength: 4 }))
  .map(([base, edits]) => {
    const root: { row: unknown } = { row: JSON.parse(base) };
    for (const edit of edits) applyEdit(root, structuredClone(edit));
    const json = JSON.stringify(root.row);
    return json === undefined ? null : JSON.parse(json);
  });

const prototypeNames = [Object.prototype, Array.prototype, Function.prototype].map((prototype) =>
  Object.getOwnPropertyNames(prototype).join(),
);

afterEach(() => {
  expect(
    [Object.prototype, Array.prototype, Function.prototype].map((prototype) =>
      Object.getOwnPropertyNames(prototype).join(),
    ),
  ).toEqual(prototypeNames);
});

/** Checks one outcome; true when the row was decoded. */
function checkRow(row: unknown): boolean {
  const result = decodeRow(row);
  if (!result.ok) {
    expect(result.path).toMatch(/^[A-Za-z0-9.[\]]*$/);
    expect(`${result.path} ${result.reason}`).not.toContain(canary);
    return false;
  }
  expect(result.warnings.join()).not.toContain(canary);
  const parsed = recordSchema.safeParse(result.record);
  if (!parsed.success) throw new Error(`a record of another shape: ${parsed.error.message}`);
  const { record } = result;
  if (record.key !== (record.conversationId ?? record.sessionId)) throw new Error('a wrong key');
  const merged = mergeRecords([{ endpoint: 'v2-calls', record }]);
  const json = canonicalJson(record);
  if (json !== JSON.stringify(record) || canonicalJson(merged) !== json) throw new Error('merging changed the record');
  return true;
}

test('10,000 mutated rows', () => {
  let decodedCount = 0;
  let count = 0;
  fc.assert(
    fc.property(mutatedRowArb, (row) => {
      count += 1;
      if (checkRow(row)) decodedCount += 1;
    }),
    { numRuns: 10_000 },
  );
  // Both outcomes must be common, or the mutations would prove nothing.
  expect(decodedCount / count).toBeGreaterThan(0.3);
  expect(decodedCount / count).toBeLessThan(0.95);
}, 180_000);

test('2,000 values that never were rows', () => {
  fc.assert(
    fc.property(fc.oneof(valueArb, fc.anything({ withBigInt: true, withDate: true, withMap: true })), (value) => {
      checkRow(value);
    }),
    { numRuns: 2000 },
  );
}, 180_000);

const page = pageText([agentRow(), botOnlyRow(), campaignRow()]).replace('a bill', 'a\nbill');
const pageEditArb = fc.record({
  at: fc.nat(),
  length: fc.nat({ max: 12 }),
  insert: fc.oneof(
    fc.constantFrom(
      '',
      '"',
      '\\',
      '\n',
      '\0',
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '12345678901234567890',
      '"__proto__":{"x":1},',
      '\\u00',
      '\uD800',
    ),
    fc.string({ maxLength: 5 }),
    fc.constant('['.repeat(500)),
  ),
});

test('3,000 mutated page texts', () => {
  let readCount = 0;
  fc.assert(
    fc.property(fc.array(pageEditArb, { minLength: 1, maxLength: 3 }), fc.boolean(), (edits, isTruncated) => {
      let mutated = page;
      for (const edit of edits) {
        const at = edit.at % mutated.length;
        mutated = mutated.slice(0, at) + edit.insert + mutated.slice(at + edit.length);
      }
      if (isTruncated) mutated = mutated.slice(0, (edits[0]?.at ?? 0) % (mutated.length + 1));
      try {
        for (const row of parsePage(mutated).rows) checkRow(row);
        readCount += 1;
      } catch (error) {
        if (!(error instanceof AppError)) throw error;
        expect(JSON.stringify(error.toBody())).not.toMatch(/casey|202555|Sample/i);
      }
    }),
    { numRuns: 3000 },
  );
  expect(readCount).toBeGreaterThan(100);
}, 180_000);
