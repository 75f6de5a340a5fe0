import { describe, expect, test } from 'vitest';
import { decoded, failureOf, recordOf, withAgent } from '../../support/decoded.ts';
import {
  agentRow,
  automationBotId,
  baseS,
  botOnlyRow,
  campaignRow,
  centerPhone,
  customerPhone,
  naive,
  outboundRow,
  queueEntry,
  type RawRow,
  shadowRow,
  v1AgentRow,
} from '../../support/rows.ts';

describe('customer', () => {
  const noCustomer = { customerPhone: null, customerFirstName: null, customerLastName: null, customerEmail: null };

  test.each(['customerinfo', 'customerInfo', 'CustomerInfo'])('stands in %s', (name) => {
    const row = agentRow({ customerinfo: undefined, [name]: { CustomerPhone: '+12025550155' } });
    expect(recordOf(row).customerPhone).toBe('+12025550155');
  });

  test('stands in metaInfo.customerinfo, as the tables have it', () => {
    const metaInfo = { customerinfo: { CustomerPhone: '+12025550155', Direction: 'Outbound' }, firstName: 'Other' };
    expect(recordOf(agentRow({ customerinfo: undefined, Direction: undefined, metaInfo }))).toMatchObject({
      customerPhone: '+12025550155',
      customerFirstName: null,
      direction: 'Outbound',
    });
  });

  test('blank customerinfo is not filled from metaInfo, whose names can be another person', () => {
    const customerinfo = { CustomerPhone: '', CenterPhone: '', CustomerFirstName: '', CustomerEmail: '' };
    expect(recordOf(agentRow({ customerinfo }))).toMatchObject(noCustomer);
  });

  test('a row without customerinfo (not asked for) takes it from metaInfo', () => {
    const metaInfo = {
      firstName: 'Casey',
      lastName: 'Caller',
      emailId: 'casey.caller@example.com',
      phoneNumber: '5550142',
    };
    expect(recordOf(agentRow({ customerinfo: undefined, metaInfo }))).toMatchObject({
      customerPhone: '5550142',
      centerPhone: null,
      customerFirstName: 'Casey',
      customerLastName: 'Caller',
      customerEmail: 'casey.caller@example.com',
    });
    expect(recordOf(agentRow({ customerinfo: undefined, metaInfo: undefined }))).toMatchObject(noCustomer);
  });

  test.each([
    ['Inbound', { endUserNumber: '1', caller: '2', callee: '3', phoneNumber: '4' }, '1'],
    ['Inbound', { caller: '2', callee: '3', phoneNumber: '4' }, '2'],
    ['Outbound', { caller: '2', callee: '3', phoneNumber: '4' }, '3'],
    [undefined, { caller: '2', callee: '3', phoneNumber: '4' }, '4'],
    ['Inbound', { email: 'a@example.com', emailId: 'b@example.com' }, null],
  ])('%s: phone out of %j', (Direction, metaInfo, phone) => {
    expect(recordOf(agentRow({ customerinfo: undefined, Direction, metaInfo })).customerPhone).toBe(phone);
  });

  test('outbound with the numbers swapped is set right', () => {
    expect(recordOf(outboundRow())).toMatchObject({ direction: 'Outbound', customerPhone, centerPhone });
    const metaInfo = { callee: customerPhone.replace('+', '') };
    expect(recordOf(outboundRow({ metaInfo }))).toMatchObject({ customerPhone, centerPhone });
  });

  test('outbound with the numbers right (v1) stays', () => {
    const customerinfo = { CustomerPhone: customerPhone, CenterPhone: centerPhone };
    expect(recordOf(outboundRow({ customerinfo }))).toMatchObject({ customerPhone, centerPhone });
  });

  test('without proof, and inbound, nothing is swapped', () => {
    expect(recordOf(outboundRow({ metaInfo: undefined }))).toMatchObject({
      customerPhone: centerPhone,
      centerPhone: customerPhone,
    });
    expect(recordOf(outboundRow({ Direction: 'Inbound' })).customerPhone).toBe(centerPhone);
    const same = { CustomerPhone: customerPhone, CenterPhone: customerPhone };
    expect(recordOf(outboundRow({ customerinfo: same }))).toMatchObject({ customerPhone, centerPhone: customerPhone });
  });

  test("metaInfo's profile never names an agent", () => {
    const metaInfo = { firstName: 'Profile', lastName: 'Person', email: 'profile.person@example.com' };
    const destinations = [queueEntry(baseS, { respondingAgent: { agentId: 'u-1', assignedAt: naive(baseS) } })];
    const record = recordOf(agentRow({ metaInfo, destinations }));
    expect(record.destinations[0]?.offers[0]).toMatchObject({ agentId: 'u-1', name: null, email: null });
    expect(JSON.stringify(record)).not.toContain('Profile');
  });
});

describe('surveys', () => {
  test.each([
    [{ surveyType: 'csat', csatScore: 4 }, 'csat', 4, null, null],
    [{ surveyType: 'CSAT', csatScore: '4' }, 'csat', 4, null, null],
    [{ surveyType: 'nps', npsScore: 0 }, 'nps', null, 0, null],
    [{ surveyType: 'likeDislike', likeDislikeScore: 1 }, 'likeDislike', null, null, 1],
    [{ surveyType: 'LIKEDISLIKE', likeDislikeScore: 0 }, 'likeDislike', null, null, 0],
    [{ surveyType: 'like/dislike', likeDislikeScore: 0 }, 'likeDislike', null, null, 0],
    [{ surveyType: 'effort', csatScore: 3 }, 'effort', 3, null, null],
    [{ csatScore: 5 }, 'csat', 5, null, null],
    [{ npsScore: 10 }, 'nps', null, 10, null],
    [{ likeDislikeScore: 0 }, 'likeDislike', null, null, 0],
    [{ csatScore: 5, npsScore: 10 }, null, 5, 10, null],
    [{ csatScore: '', surveyType: '' }, null, null, null, null],
  ])('%j', (fields, surveyType, csatScore, npsScore, likeDislikeScore) => {
    expect(recordOf(agentRow(fields))).toMatchObject({ surveyType, csatScore, npsScore, likeDislikeScore });
  });

  test('csatFeedback is kept with nps and likeDislike too', () => {
    expect(recordOf(agentRow({ surveyType: 'nps', npsScore: 2, csatFeedback: 'services' })).csatFeedback).toBe(
      'services',
    );
  });

  test('a score that is no number is left out with a warning', () => {
    expect(decoded(agentRow({ surveyType: 'csat', csatScore: 'very good' }))).toMatchObject({
      record: { surveyType: 'csat', csatScore: null },
      warnings: ['csatScore: not a number, left out'],
    });
  });
});

describe('campaign', () => {
  test('a campaign row', () => {
    expect(recordOf(campaignRow()).campaign).toEqual({
      campaignName: 'Autumn renewals',
      campaignId: 'cd-1',
      campaignInstanceId: 'cid-2',
      campaignDialingListId: 'cdl-3',
      attempt: 2,
      contactStatus: 'no-answer',
      runAtMs: (baseS - 3600) * 1000 - 500,
      contactListNames: ['Renewals A'],
    });
  });

  test('campaigninfo of a row of no campaign: attempt "" and a repeated disposition are nothing', () => {
    expect(decoded(agentRow({ campaigninfo: { attempt: '', contactStatus: 'Resolved' } }))).toMatchObject({
      record: { campaign: null },
      warnings: [],
    });
  });

  test.each([
    ['', null],
    [3, 3],
    ['3', 3],
    [2.5, null],
    ['many', null],
  ])('attempt %j is %j', (attempt, expected) => {
    const campaigninfo = { campaignDialingListId: 'cdl-3', attempt };
    expect(recordOf(campaignRow({ campaigninfo })).campaign?.attempt).toBe(expected);
  });
});

describe('lists', () => {
  test('dispositions and remarks are kept as given, trimmed, blanks dropped, "-" kept', () => {
    const row = agentRow({
      dispositions: [' DROP-OFF ', '', 'ESCALATED', 'ESCALATED'],
      dispositionRemarks: ['-', ' '],
    });
    expect(recordOf(row)).toMatchObject({
      dispositions: ['DROP-OFF', 'ESCALATED', 'ESCALATED'],
      dispositionRemarks: ['-'],
    });
    expect(recordOf(agentRow({ dispositions: 'Resolved', dispositionRemarks: null }))).toMatchObject({
      dispositions: ['Resolved'],
      dispositionRemarks: [],
    });
  });

  test('automationBotIDs, else the bot of the transfer, each once', () => {
    expect(recordOf(agentRow({ automationBotIDs: ['st-a', 'st-b', 'st-a'] })).automationBotIds).toEqual([
      'st-a',
      'st-b',
    ]);
    expect(recordOf(agentRow({ automationBotIDs: [] })).automationBotIds).toEqual([automationBotId]);
    expect(recordOf(agentRow({ metaInfo: undefined })).automationBotIds).toEqual([]);
  });

  test('lastIntentName stands in the transfer configuration', () => {
    expect(recordOf(agentRow()).lastIntentName).toBe('Pay Bill');
    expect(recordOf(outboundRow()).lastIntentName).toBeNull();
  });

  test('tag values are text or null', () => {
    const sessionleveltags = [
      { name: 'a', value: '1' },
      { name: 'b', value: 12 },
      { name: 'c', value: '' },
      { name: 'd' },
      { name: '', value: 'lost' },
      { name: 'e', value: { deep: 1 } },
      'lost',
    ];
    const { record, warnings } = decoded(
      agentRow({ sessionleveltags, userleveltags: { name: 'accountnum', value: '9' } }),
    );
    expect(record.sessionTags).toEqual([
      { name: 'a', value: '1' },
      { name: 'b', value: '12' },
      { name: 'c', value: null },
      { name: 'd', value: null },
      { name: 'e', value: null },
    ]);
    expect(record.userTags).toEqual([{ name: 'accountnum', value: '9' }]);
    expect(warnings.join()).not.toContain('lost');
    expect(warnings).toHaveLength(3);
  });

  test('groups that were not selected are absent', () => {
    const row = agentRow({
      skills: undefined,
      customerinfo: undefined,
      userleveltags: undefined,
      sessionleveltags: undefined,
    });
    expect(recordOf(row)).toMatchObject({ skills: [], userTags: [], sessionTags: [] });
  });
});

describe('shadows of agent-assist', () => {
  test('a bot-only row of channel agentassist', () => {
    expect(recordOf(shadowRow()).isShadow).toBe(true);
    expect(recordOf(shadowRow({ channel: 'AgentAssist', channelSpecificUserId: null })).isShadow).toBe(true);
    expect(recordOf(shadowRow({ channel: 'rtm' })).isShadow).toBe(true);
  });

  test('not with a conversationId of its own, though the user id points at another one', () => {
    const channelSpecificUserId = '68000000000000000000aaaa/agentassist/c-0000009-1111-4222-8333-444455556666';
    expect(recordOf(agentRow({ channel: 'telegram', channelSpecificUserId })).isShadow).toBe(false);
    expect(recordOf(agentRow({ channel: 'agentassist' })).isShadow).toBe(false);
  });

  test('not any other bot-only row', () => {
    expect(recordOf(botOnlyRow({ channelSpecificUserId: 'x/agentassist/visitor' })).isShadow).toBe(false);
  });
});

describe('versions', () => {
  test('v1: no voicemail, smartStatus or reason, but surveys', () => {
    expect(recordOf(v1AgentRow())).toMatchObject({
      isVoicemail: null,
      smartStatus: null,
      reason: null,
      direction: 'Inbound',
      surveyType: 'csat',
      csatScore: 4,
      csatFeedback: 'Friendly and quick',
    });
  });

  test('v2 of 2024: no disconnectingEvent, no automationBotIDs, no callback fields', () => {
    const destinations = [queueEntry(baseS, { CallbackOpted: undefined })];
    expect(decoded(agentRow({ disconnectingEvent: undefined, destinations }))).toMatchObject({
      record: { disconnectingEvent: null, destinations: [{ callbackOpted: null }] },
      warnings: [],
    });
  });

  test('fields not known are no trouble', () => {
    expect(decoded(agentRow({ somethingNew: { a: [1] } })).record).toEqual(recordOf(agentRow()));
  });
});

describe('rows put aside', () => {
  test.each([[null], [undefined], [5], ['text'], [[]], [true]])('%j is not an object', (row) => {
    expect(failureOf(row)).toEqual({
      ok: false,
      path: '',
      reason: 'the row is not an object',
      sessionId: null,
      conversationId: null,
    });
  });

  test('neither conversationId nor sessionId', () => {
    for (const ids of [
      { conversationId: undefined, sessionId: undefined },
      { conversationId: '', sessionId: ' ' },
      { conversationId: {}, sessionId: [] },
    ]) {
      expect(failureOf(agentRow(ids))).toMatchObject({ path: 'sessionId', sessionId: null, conversationId: null });
    }
  });

  test.each([['QueueEntry'], [{}], [5], [true]])('destinations %j is not a list', (destinations) => {
    expect(failureOf(agentRow({ destinations }))).toMatchObject({ path: 'destinations', reason: 'not a list' });
  });

  test.each([[null], ['QueueEntry'], [5], [[]]])('a destination %j is not an object', (stop) => {
    expect(failureOf(agentRow({ destinations: [queueEntry(baseS), stop] }))).toMatchObject({
      path: 'destinations[1]',
      reason: 'not an object',
    });
  });

  test('an agent or a consult that is not an object, since counts depend on them', () => {
    const queue = (fields: RawRow) => agentRow({ destinations: [queueEntry(baseS, fields)] });
    expect(failureOf(queue({ respondingAgent: 'Ada' })).path).toBe('destinations[0].respondingAgent');
    expect(failureOf(queue({ nonRespondingAgents: [null] })).path).toBe('destinations[0].nonRespondingAgents[0]');
    expect(failureOf(withAgent({ ConsultingAgents: [5] })).path).toBe(
      'destinations[0].respondingAgent.ConsultingAgents[0]',
    );
  });

  test('other odd shapes are left out with a warning and do not cost the row', () => {
    const { record, warnings } = decoded(
      agentRow({ metaInfo: 'text', customerinfo: [1], skills: 'x', campaigninfo: 5, userId: {}, dispositions: [{}] }),
    );
    expect(record).toMatchObject({ customerPhone: null, skills: [], campaign: null, userId: null, dispositions: [] });
    expect(warnings.map((warning) => warning.split(':')[0]).sort()).toEqual(
      ['campaigninfo', 'customerinfo', 'dispositions', 'metaInfo', 'skills', 'userId'].sort(),
    );
  });
});

test('text that SQLite would not give back unchanged is made safe', () => {
  const row = agentRow({ reason: 'half \uD800 pair', userId: 'nul\0byte', smartStatus: '\0' });
  expect(recordOf(row)).toMatchObject({ reason: 'half \uFFFD pair', userId: 'nulbyte', smartStatus: null });
});
