// One record out of what several endpoints say about one conversation, and its canonical text for hashing. Pure; imports
// the contract's list of endpoints, the model's types and the two derived flags of decode.
import { type Endpoint, endpoints } from '../../preload/contract/conversation.ts';
import { AppError } from '../../preload/contract/errors.ts';
import type { Campaign, Consult, ConversationRecord, Destination, Joined, Offer, Skill, Tag } from '../model.ts';
import { isOpenStatus, isShadowRow } from './decode.ts';

export type RecordPart = { endpoint: Endpoint; record: ConversationRecord };

/**
 * Merges what each endpoint says, field by field; the order of `parts` does not matter.
 *
 * A closed part outranks an open one, then the order of `endpoints` in the contract decides, then (one endpoint twice)
 * the canonical text. In each field the first value in that order that is neither null nor empty wins. Destinations
 * start from the longest list (of two equally long, the higher-ranked): a list of the same shape (same length and types,
 * and no two different queue ids) fills its gaps, a list of another shape is left out, because its stops cannot be
 * matched. Offers inside a stop likewise: the longest list, matched by agent and how many times that agent came before.
 * isShadow and isOpen are worked out again from the merged fields.
 */
export function mergeRecords(parts: readonly RecordPart[]): ConversationRecord {
  const [first] = parts;
  if (first === undefined) throw new AppError('internal', 'There was no record to merge.');
  if (parts.length === 1) return combine([first.record]);
  return combine([...parts].sort(compareParts).map((part) => part.record));
}

/**
 * The record as JSON with every field in one fixed order, whatever order the given object has, and nothing but the
 * fields of a ConversationRecord: two equal records have equal texts. For content hashes.
 */
export const canonicalJson = (record: ConversationRecord): string => JSON.stringify(combine([record]));

function compareParts(a: RecordPart, b: RecordPart): number {
  const byState = Number(a.record.isOpen) - Number(b.record.isOpen);
  if (byState !== 0) return byState;
  const byEndpoint = endpoints.indexOf(a.endpoint) - endpoints.indexOf(b.endpoint);
  if (byEndpoint !== 0) return byEndpoint;
  const textA = canonicalJson(a.record);
  const textB = canonicalJson(b.record);
  return textA < textB ? -1 : textA > textB ? 1 : 0;
}

/** The first value of a field that says something, else whatever the first item has (null or an empty list). */
function pick<T, K extends keyof T>(items: readonly T[], field: K): T[K] {
  for (const item of items) {
    const value = item[field];
    if (value !== null && !(Array.isArray(value) && value.length === 0)) return value;
  }
  return (items[0] as T)[field];
}

/** `records` are in order of rank and not empty. Always makes new objects, with their fields in one fixed order. */
function combine(records: readonly ConversationRecord[]): ConversationRecord {
  const conversationId = pick(records, 'conversationId');
  const sessionId = pick(records, 'sessionId');
  const channel = pick(records, 'channel');
  const channelSpecificUserId = pick(records, 'channelSpecificUserId');
  const finalStatus = pick(records, 'finalStatus');
  return {
    key: conversationId ?? sessionId ?? pick(records, 'key'),
    conversationId,
    sessionId,
    startedAtS: pick(records, 'startedAtS'),
    endedAtS: pick(records, 'endedAtS'),
    channel,
    direction: pick(records, 'direction'),
    finalStatus,
    smartStatus: pick(records, 'smartStatus'),
    reason: pick(records, 'reason'),
    disconnectingEvent: pick(records, 'disconnectingEvent'),
    isVoicemail: pick(records, 'isVoicemail'),
    botId: pick(records, 'botId'),
    automationBotIds: [...pick(records, 'automationBotIds')],
    userId: pick(records, 'userId'),
    channelSpecificUserId,
    customerPhone: pick(records, 'customerPhone'),
    centerPhone: pick(records, 'centerPhone'),
    customerFirstName: pick(records, 'customerFirstName'),
    customerLastName: pick(records, 'customerLastName'),
    customerEmail: pick(records, 'customerEmail'),
    skills: pick(records, 'skills').map(orderSkill),
    dispositions: [...pick(records, 'dispositions')],
    dispositionRemarks: [...pick(records, 'dispositionRemarks')],
    lastIntentName: pick(records, 'lastIntentName'),
    surveyType: pick(records, 'surveyType'),
    csatScore: pick(records, 'csatScore'),
    npsScore: pick(records, 'npsScore'),
    likeDislikeScore: pick(records, 'likeDislikeScore'),
    csatFeedback: pick(records, 'csatFeedback'),
    userTags: pick(records, 'userTags').map(orderTag),
    sessionTags: pick(records, 'sessionTags').map(orderTag),
    campaign: combineCampaigns(records),
    destinations: combineDestinations(records),
    isShadow: isShadowRow({ conversationId, channel, channelSpecificUserId }),
    isOpen: isOpenStatus(finalStatus),
  };
}

function combineCampaigns(records: readonly ConversationRecord[]): Campaign | null {
  const all = records.flatMap((record) => record.campaign ?? []);
  const [first] = all;
  if (first === undefined) return null;
  const same = all.filter(
    (campaign) =>
      agree(campaign.campaignId, first.campaignId) && agree(campaign.campaignInstanceId, first.campaignInstanceId),
  );
  return {
    campaignName: pick(same, 'campaignName'),
    campaignId: pick(same, 'campaignId'),
    campaignInstanceId: pick(same, 'campaignInstanceId'),
    campaignDialingListId: pick(same, 'campaignDialingListId'),
    attempt: pick(same, 'attempt'),
    contactStatus: pick(same, 'contactStatus'),
    runAtMs: pick(same, 'runAtMs'),
    contactListNames: [...pick(same, 'contactListNames')],
  };
}

/** Whether two ids can be the same: equal, or one of them not known. */
const agree = (a: string | null, b: string | null): boolean => a === null || b === null || a === b;

function longest<T>(lists: readonly T[][]): T[] {
  return lists.reduce((best, list) => (list.length > best.length ? list : best), []);
}

function combineDestinations(records: readonly ConversationRecord[]): Destination[] {
  const lists = records.map((record) => record.destinations);
  const base = longest(lists);
  // One group of alternatives for each stop, kept in order of rank. Queue ids already in the group must agree as well.
  const groups: Destination[][] = base.map(() => []);
  const queueIds = base.map((stop) => stop.queueId);
  for (const list of lists) {
    const isSameShape =
      list.length === base.length &&
      list.every((stop, index) => stop.type === base[index]?.type && agree(stop.queueId, queueIds[index] ?? null));
    if (!isSameShape) continue;
    for (const [index, stop] of list.entries()) {
      groups[index]?.push(stop);
      queueIds[index] ??= stop.queueId;
    }
  }
  return groups.map((stops) => combineStops(stops));
}

function combineStops(stops: readonly Destination[]): Destination {
  return {
    type: pick(stops, 'type'),
    queueId: pick(stops, 'queueId'),
    queueName: pick(stops, 'queueName'),
    enteredAtS: pick(stops, 'enteredAtS'),
    callbackOpted: pick(stops, 'callbackOpted'),
    callbackOptedAtMs: pick(stops, 'callbackOptedAtMs'),
    callbackAcceptedAtMs: pick(stops, 'callbackAcceptedAtMs'),
    offers: combineOffers(stops.map((stop) => stop.offers)),
  };
}

function combineOffers(lists: readonly Offer[][]): Offer[] {
  const base = longest(lists);
  if (lists.length === 1) return base.map((offer) => combineOffer([offer]));
  const byName = lists.map((list) => new Map(nameOffers(list)));
  return nameOffers(base).map(([name]) => combineOffer(byName.flatMap((offers) => offers.get(name) ?? [])));
}

/** An agent can be asked several times in one stop, so an offer's name is the agent and a count. */
function nameOffers(offers: readonly Offer[]): [string, Offer][] {
  const counts = new Map<string | null, number>();
  return offers.map((offer) => {
    const count = counts.get(offer.agentId) ?? 0;
    counts.set(offer.agentId, count + 1);
    return [`${count} ${offer.agentId ?? ''}`, offer];
  });
}

function combineOffer(offers: readonly Offer[]): Offer {
  return {
    agentId: pick(offers, 'agentId'),
    name: pick(offers, 'name'),
    email: pick(offers, 'email'),
    // Accepted once is accepted: the accept time of any of them ends up in the merged offer too.
    handled: offers.some((offer) => offer.handled),
    assignedAtS: pick(offers, 'assignedAtS'),
    acceptedAtS: pick(offers, 'acceptedAtS'),
    firstResponseAtS: pick(offers, 'firstResponseAtS'),
    firstResponseS: pick(offers, 'firstResponseS'),
    endedAtS: pick(offers, 'endedAtS'),
    interactionS: pick(offers, 'interactionS'),
    holdS: pick(offers, 'holdS'),
    acwS: pick(offers, 'acwS'),
    acwEndedAtS: pick(offers, 'acwEndedAtS'),
    notes: [...pick(offers, 'notes')],
    nonResponseEvent: pick(offers, 'nonResponseEvent'),
    consults: pick(offers, 'consults').map(orderConsult),
    joined: pick(offers, 'joined').map(orderJoined),
  };
}

const orderTag = (tag: Tag): Tag => ({ name: tag.name, value: tag.value });

const orderSkill = (skill: Skill): Skill => ({ id: skill.id, name: skill.name });

const orderConsult = (consult: Consult): Consult => ({
  agentId: consult.agentId,
  name: consult.name,
  email: consult.email,
  assignedAtS: consult.assignedAtS,
  acceptedAtS: consult.acceptedAtS,
  endedAtS: consult.endedAtS,
  isMerged: consult.isMerged,
});

const orderJoined = (joined: Joined): Joined => ({
  agentId: joined.agentId,
  name: joined.name,
  email: joined.email,
  joinedAtS: joined.joinedAtS,
  endedAtS: joined.endedAtS,
});
