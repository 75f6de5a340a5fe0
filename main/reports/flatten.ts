// The conversation JSON as tables: one line a conversation, an offer or a queue entry. Owns the column lists of the
// CSV and Parquet exports. Imports the contract and csv.ts only.
//
// Names: the dotted JSON name joined in camelCase (`customer.phone` -> `customerPhone`), and a name that repeats its
// parent is not doubled (`campaign.campaignId` -> `campaignId`). A list becomes one cell, its items joined with `; `; a
// list of objects becomes one column for each field (`skills[].id` -> `skillIds`); tags read `name=value`.
import type { Conversation } from '../../preload/contract/conversation.ts';
import type { CsvColumn } from './csv.ts';

type Destination = Conversation['destinations'][number];
type Offer = Destination['offers'][number];
type Tag = Conversation['userTags'][number];

/** One offer with the place it has in its conversation. Positions count from 1. */
export type SegmentRow = {
  conversation: Conversation;
  destination: Destination;
  destinationPosition: number;
  offer: Offer;
  offerPosition: number;
};

/** One queue entry with the place it has in its conversation. Positions count from 1. */
export type QueueEntryRow = { conversation: Conversation; destination: Destination; destinationPosition: number };

const separator = '; ';
const joinList = (items: readonly (string | null)[]): string | null => {
  // Most lists are empty or hold one item.
  if (items.length < 2) return items[0] ?? null;
  const known = items.filter((item) => item !== null);
  return known.length === 0 ? null : known.join(separator);
};
const joinUnique = (items: readonly (string | null)[]): string | null =>
  joinList(items.length < 2 ? items : [...new Set(items)]);
const joinTags = (tags: readonly Tag[]): string | null =>
  joinList(tags.map((tag) => (tag.value === null ? tag.name : `${tag.name}=${tag.value}`)));

/** Sum over the items that are known; null when none is, for "not said" is not zero. */
const sumKnown = (items: readonly (number | null)[]): number | null => {
  const known = items.filter((item) => item !== null);
  return known.length === 0 ? null : known.reduce((total, item) => total + item, 0);
};

// Seven columns ask for the offers of the same conversation, one after the other.
let remembered: { conversation: Conversation; offers: Offer[]; handled: Offer[] } | null = null;
const remember = (conversation: Conversation): { offers: Offer[]; handled: Offer[] } => {
  if (remembered?.conversation === conversation) return remembered;
  const offers = conversation.destinations.flatMap((stop) => stop.offers);
  remembered = { conversation, offers, handled: offers.filter((offer) => offer.handled) };
  return remembered;
};
const offersOf = (conversation: Conversation): Offer[] => remember(conversation).offers;
const handledOf = (conversation: Conversation): Offer[] => remember(conversation).handled;

const text = <Row>(name: string, value: (row: Row) => string | null): CsvColumn<Row> => ({ name, kind: 'text', value });
const time = <Row>(name: string, value: (row: Row) => string | null): CsvColumn<Row> => ({ name, kind: 'time', value });
const integer = <Row>(name: string, value: (row: Row) => number | null): CsvColumn<Row> => ({
  name,
  kind: 'integer',
  value,
});
const number = <Row>(name: string, value: (row: Row) => number | null): CsvColumn<Row> => ({
  name,
  kind: 'number',
  value,
});
const boolean = <Row>(name: string, value: (row: Row) => boolean | null): CsvColumn<Row> => ({
  name,
  kind: 'boolean',
  value,
});

/** One line a conversation. The three durations are sums over handled offers, hold included in the interaction. */
export const conversationColumns: readonly CsvColumn<Conversation>[] = [
  text('conversationId', (c) => c.conversationId),
  text('sessionId', (c) => c.sessionId),
  text('key', (c) => c.key),
  time('startedAt', (c) => c.startedAt),
  time('endedAt', (c) => c.endedAt),
  text('channel', (c) => c.channel),
  text('direction', (c) => c.direction),
  text('finalStatus', (c) => c.finalStatus),
  text('smartStatus', (c) => c.smartStatus),
  text('reason', (c) => c.reason),
  text('disconnectingEvent', (c) => c.disconnectingEvent),
  boolean('isVoicemail', (c) => c.isVoicemail),
  text('botId', (c) => c.botId),
  text('automationBotIds', (c) => joinList(c.automationBotIds)),
  text('userId', (c) => c.userId),
  text('channelSpecificUserId', (c) => c.channelSpecificUserId),
  text('customerPhone', (c) => c.customer.phone),
  text('customerCenterPhone', (c) => c.customer.centerPhone),
  text('customerFirstName', (c) => c.customer.firstName),
  text('customerLastName', (c) => c.customer.lastName),
  text('customerEmail', (c) => c.customer.email),
  text('skillIds', (c) => joinList(c.skills.map((skill) => skill.id))),
  text('skillNames', (c) => joinList(c.skills.map((skill) => skill.name))),
  text('dispositions', (c) => joinList(c.dispositions)),
  text('dispositionRemarks', (c) => joinList(c.dispositionRemarks)),
  text('lastIntentName', (c) => c.lastIntentName),
  text('surveyType', (c) => c.surveyType),
  number('csatScore', (c) => c.csatScore),
  number('npsScore', (c) => c.npsScore),
  number('likeDislikeScore', (c) => c.likeDislikeScore),
  text('csatFeedback', (c) => c.csatFeedback),
  text('userTags', (c) => joinTags(c.userTags)),
  text('sessionTags', (c) => joinTags(c.sessionTags)),
  text('campaignName', (c) => c.campaign?.campaignName ?? null),
  text('campaignId', (c) => c.campaign?.campaignId ?? null),
  text('campaignInstanceId', (c) => c.campaign?.campaignInstanceId ?? null),
  text('campaignDialingListId', (c) => c.campaign?.campaignDialingListId ?? null),
  integer('campaignAttempt', (c) => c.campaign?.attempt ?? null),
  text('campaignContactStatus', (c) => c.campaign?.contactStatus ?? null),
  time('campaignRunDate', (c) => c.campaign?.campaignRunDate ?? null),
  text('campaignContactListName', (c) => joinList(c.campaign?.contactListName ?? [])),
  integer('destinationCount', (c) => c.destinations.length),
  text('queueIds', (c) => joinUnique(c.destinations.map((stop) => stop.queueId))),
  text('queueNames', (c) => joinUnique(c.destinations.map((stop) => stop.queueName))),
  text('agentIds', (c) => joinUnique(offersOf(c).map((offer) => offer.agentId))),
  text('agentNames', (c) => joinUnique(offersOf(c).map((offer) => offer.name))),
  integer('handledCount', (c) => handledOf(c).length),
  integer('interactionSeconds', (c) => sumKnown(handledOf(c).map((offer) => offer.interactionSeconds))),
  integer('holdSeconds', (c) => sumKnown(handledOf(c).map((offer) => offer.holdSeconds))),
  integer('acwSeconds', (c) => sumKnown(handledOf(c).map((offer) => offer.acwSeconds))),
  text('notes', (c) => joinList(offersOf(c).flatMap((offer) => offer.notes))),
  boolean('isShadow', (c) => c.isShadow),
  boolean('isOpen', (c) => c.isOpen),
  text('sources', (c) => joinList(c.sources)),
];

type RowOfConversation = { conversation: Conversation };
const placeColumns = <Row extends RowOfConversation>(): CsvColumn<Row>[] => [
  text('conversationKey', (row) => row.conversation.key),
  text('conversationId', (row) => row.conversation.conversationId),
  time('conversationStartedAt', (row) => row.conversation.startedAt),
  text('channel', (row) => row.conversation.channel),
  text('direction', (row) => row.conversation.direction),
];

/** One line an offer: every field of the offer, with the conversation and the stop it belongs to. */
export const segmentColumns: readonly CsvColumn<SegmentRow>[] = [
  ...placeColumns<SegmentRow>(),
  integer('destinationPosition', (row) => row.destinationPosition),
  text('destinationType', (row) => row.destination.type),
  text('queueId', (row) => row.destination.queueId),
  text('queueName', (row) => row.destination.queueName),
  time('enteredAt', (row) => row.destination.enteredAt),
  integer('offerPosition', (row) => row.offerPosition),
  text('agentId', ({ offer }) => offer.agentId),
  text('name', ({ offer }) => offer.name),
  text('email', ({ offer }) => offer.email),
  boolean('handled', ({ offer }) => offer.handled),
  time('assignedAt', ({ offer }) => offer.assignedAt),
  time('acceptedAt', ({ offer }) => offer.acceptedAt),
  time('firstResponseAt', ({ offer }) => offer.firstResponseAt),
  integer('firstResponseSeconds', ({ offer }) => offer.firstResponseSeconds),
  time('endedAt', ({ offer }) => offer.endedAt),
  integer('interactionSeconds', ({ offer }) => offer.interactionSeconds),
  integer('holdSeconds', ({ offer }) => offer.holdSeconds),
  integer('acwSeconds', ({ offer }) => offer.acwSeconds),
  time('acwEndedAt', ({ offer }) => offer.acwEndedAt),
  text('notes', ({ offer }) => joinList(offer.notes)),
  text('nonResponseEvent', ({ offer }) => offer.nonResponseEvent),
  integer('consultCount', ({ offer }) => offer.consults.length),
  text('consultAgentIds', ({ offer }) => joinList(offer.consults.map((consult) => consult.agentId))),
  text('consultNames', ({ offer }) => joinList(offer.consults.map((consult) => consult.name))),
  text('consultEmails', ({ offer }) => joinList(offer.consults.map((consult) => consult.email))),
  text('consultAssignedAts', ({ offer }) => joinList(offer.consults.map((consult) => consult.assignedAt))),
  text('consultAcceptedAts', ({ offer }) => joinList(offer.consults.map((consult) => consult.acceptedAt))),
  text('consultEndedAts', ({ offer }) => joinList(offer.consults.map((consult) => consult.endedAt))),
  integer('consultMergedCount', ({ offer }) => offer.consults.filter((consult) => consult.isMerged === true).length),
  integer('joinedCount', ({ offer }) => offer.joined.length),
  text('joinedAgentIds', ({ offer }) => joinList(offer.joined.map((user) => user.agentId))),
  text('joinedNames', ({ offer }) => joinList(offer.joined.map((user) => user.name))),
  text('joinedEmails', ({ offer }) => joinList(offer.joined.map((user) => user.email))),
  text('joinedAts', ({ offer }) => joinList(offer.joined.map((user) => user.joinedAt))),
  text('joinedEndedAts', ({ offer }) => joinList(offer.joined.map((user) => user.endedAt))),
];

/** One line a queue entry; the agent columns name who handled it, in the API's order. */
export const queueEntryColumns: readonly CsvColumn<QueueEntryRow>[] = [
  ...placeColumns<QueueEntryRow>(),
  integer('destinationPosition', (row) => row.destinationPosition),
  text('type', (row) => row.destination.type),
  text('queueId', (row) => row.destination.queueId),
  text('queueName', (row) => row.destination.queueName),
  time('enteredAt', (row) => row.destination.enteredAt),
  boolean('callbackOpted', (row) => row.destination.callbackOpted),
  time('callbackOptedAt', (row) => row.destination.callbackOptedAt),
  time('callbackAcceptedAt', (row) => row.destination.callbackAcceptedAt),
  integer('offerCount', (row) => row.destination.offers.length),
  integer('handledCount', (row) => row.destination.offers.filter((offer) => offer.handled).length),
  text('handledAgentIds', (row) =>
    joinList(row.destination.offers.filter((offer) => offer.handled).map((offer) => offer.agentId)),
  ),
  text('handledAgentNames', (row) =>
    joinList(row.destination.offers.filter((offer) => offer.handled).map((offer) => offer.name)),
  ),
  time('firstAcceptedAt', (row) => {
    const times = row.destination.offers.map((offer) => offer.acceptedAt).filter((at) => at !== null);
    // ISO 8601 in one zone sorts as text.
    return times.toSorted()[0] ?? null;
  }),
];

/** The offers of a conversation in the API's order. */
export const segmentRows = function* (conversation: Conversation): Generator<SegmentRow> {
  for (const [index, destination] of conversation.destinations.entries()) {
    for (const [offerIndex, offer] of destination.offers.entries()) {
      const offerPosition = offerIndex + 1;
      yield { conversation, destination, destinationPosition: index + 1, offer, offerPosition };
    }
  }
};

/** The queue entries of a conversation in the API's order; other kinds of stop are left out. */
export const queueEntryRows = function* (conversation: Conversation): Generator<QueueEntryRow> {
  for (const [index, destination] of conversation.destinations.entries()) {
    if (destination.type === 'QueueEntry') yield { conversation, destination, destinationPosition: index + 1 };
  }
};
