import { expect, test } from 'vitest';
import type { CsvColumn } from '../../../main/reports/csv.ts';
import {
  conversationColumns,
  queueEntryColumns,
  queueEntryRows,
  segmentColumns,
  segmentRows,
} from '../../../main/reports/flatten.ts';
import { conversationSchema } from '../../../preload/contract/conversation.ts';
import { makeConversation } from './sample-conversation.ts';

const toObject = <Row>(columns: readonly CsvColumn<Row>[], row: Row): { [name: string]: unknown } =>
  Object.fromEntries(columns.map((column) => [column.name, column.value(row)]));

test('a conversation is one line', () => {
  const line = toObject(conversationColumns, conversationSchema.parse(makeConversation()));
  expect(line).toMatchObject({
    key: 'c-0000001-sample',
    automationBotIds: 'st-bot-1; st-bot-2',
    customerPhone: '+1 (202) 555-0143',
    customerCenterPhone: '+12025550199',
    skillIds: 'sk-1',
    skillNames: 'Billing; French',
    dispositions: 'Refund; Follow-up',
    userTags: 'plan=gold; vip',
    sessionTags: 'callerNumber=+12025550143',
    campaignName: 'Autumn',
    campaignId: 'cp-1',
    campaignAttempt: 2,
    campaignContactListName: 'List A; List B',
    destinationCount: 2,
    queueIds: 'q-1',
    agentIds: 'a-1; a-2',
    agentNames: 'Ottoline Zwart; Piet Ignored',
    handledCount: 2,
    interactionSeconds: 410,
    holdSeconds: 20,
    acwSeconds: 40,
    notes: 'first note; second note; third note',
    isShadow: false,
    sources: 'v2-interactions; v1-calls',
  });
});

test('every field of the conversation has a column by the naming rule', () => {
  const names = new Set(conversationColumns.map((column) => column.name));
  expect(names.size).toBe(conversationColumns.length);
  const conversation = makeConversation();
  const capital = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1);
  const expected = Object.entries(conversation).flatMap(([name, value]) => {
    if (name === 'destinations') return ['destinationCount'];
    if (name === 'skills') return ['skillIds', 'skillNames'];
    if (name !== 'customer' && name !== 'campaign') return [name];
    return Object.keys(value ?? {}).map((inner) => (inner.startsWith(name) ? inner : name + capital(inner)));
  });
  expect(expected.length).toBeGreaterThan(38);
  expect(expected.filter((name) => !names.has(name))).toEqual([]);
});

test('what is not said stays empty: no sum of nothing, no list of nothing', () => {
  const conversation = { ...makeConversation(), destinations: [], skills: [], userTags: [], campaign: null };
  expect(toObject(conversationColumns, conversation)).toMatchObject({
    destinationCount: 0,
    handledCount: 0,
    interactionSeconds: null,
    holdSeconds: null,
    acwSeconds: null,
    agentIds: null,
    skillNames: null,
    userTags: null,
    campaignName: null,
    notes: null,
  });
});

test('segments are one line an offer, with every field of it', () => {
  const conversation = makeConversation();
  const lines = [...segmentRows(conversation)].map((row) => toObject(segmentColumns, row));
  expect(
    lines.map((line) => [line.conversationKey, line.destinationPosition, line.offerPosition, line.agentId]),
  ).toEqual([
    ['c-0000001-sample', 1, 1, 'a-1'],
    ['c-0000001-sample', 1, 2, 'a-2'],
    ['c-0000001-sample', 2, 1, 'a-1'],
  ]);
  expect(lines[0]).toMatchObject({
    queueName: 'Billing',
    notes: 'first note; second note',
    consultCount: 1,
    consultNames: '+12025550177',
    consultAssignedAts: '2025-09-01T08:03:00Z',
    consultMergedCount: 1,
    joinedCount: 1,
    joinedAgentIds: 'a-9',
  });
  const offer = conversation.destinations[0]?.offers[0];
  const plain = Object.entries(offer ?? {}).filter(([, value]) => !Array.isArray(value));
  expect(plain.length).toBe(14);
  for (const [name, value] of plain) expect(lines[0]?.[name], name).toEqual(value);
});

test('queue entries leave other stops out and name who handled', () => {
  const lines = [...queueEntryRows(makeConversation())].map((row) => toObject(queueEntryColumns, row));
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatchObject({
    conversationKey: 'c-0000001-sample',
    destinationPosition: 1,
    queueId: 'q-1',
    callbackOpted: true,
    callbackAcceptedAt: '2025-09-01T08:02:00Z',
    offerCount: 2,
    handledCount: 1,
    handledAgentIds: 'a-1',
    firstAcceptedAt: '2025-09-01T08:02:05Z',
  });
});
