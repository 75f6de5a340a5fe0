// A stored conversation as scripts, exports and the window see it: ISO 8601 times in UTC to the second. Pure.
import type { Conversation } from '../preload/contract/conversation.ts';
import type { Destination, Offer, StoredConversation } from './model.ts';

const DAY_S = 86_400;
const twoDigits = Array.from({ length: 60 }, (_, n) => String(n).padStart(2, '0'));
// Rows come in the order of time, so the day is nearly always the last one's: its date is not worked out again.
let lastDay = Number.NaN;
let lastDate = '';

/** "2025-09-30T06:34:48Z"; fractions of a second are cut off. */
export const isoFromS = (epochS: number): string => {
  const day = Math.floor(epochS / DAY_S);
  if (day !== lastDay) {
    lastDate = new Date(day * DAY_S * 1000).toISOString().slice(0, -'00:00:00.000Z'.length);
    lastDay = day;
  }
  const second = Math.floor(epochS) - day * DAY_S;
  const minute = Math.floor(second / 60);
  return `${lastDate}${twoDigits[Math.floor(minute / 60)]}:${twoDigits[minute % 60]}:${twoDigits[second % 60]}Z`;
};
const isoOrNull = (epochS: number | null): string | null => (epochS === null ? null : isoFromS(epochS));
const isoFromMsOrNull = (epochMs: number | null): string | null =>
  epochMs === null ? null : isoFromS(Math.floor(epochMs / 1000));

export const toConversationJson = (c: StoredConversation): Conversation => ({
  conversationId: c.conversationId,
  sessionId: c.sessionId,
  key: c.key,
  startedAt: isoFromS(c.startedAtS),
  endedAt: isoOrNull(c.endedAtS),
  channel: c.channel,
  direction: c.direction,
  finalStatus: c.finalStatus,
  smartStatus: c.smartStatus,
  reason: c.reason,
  disconnectingEvent: c.disconnectingEvent,
  isVoicemail: c.isVoicemail,
  botId: c.botId,
  automationBotIds: c.automationBotIds,
  userId: c.userId,
  channelSpecificUserId: c.channelSpecificUserId,
  customer: {
    phone: c.customerPhone,
    centerPhone: c.centerPhone,
    firstName: c.customerFirstName,
    lastName: c.customerLastName,
    email: c.customerEmail,
  },
  skills: c.skills,
  dispositions: c.dispositions,
  dispositionRemarks: c.dispositionRemarks,
  lastIntentName: c.lastIntentName,
  surveyType: c.surveyType,
  csatScore: c.csatScore,
  npsScore: c.npsScore,
  likeDislikeScore: c.likeDislikeScore,
  csatFeedback: c.csatFeedback,
  userTags: c.userTags,
  sessionTags: c.sessionTags,
  campaign: c.campaign && {
    campaignName: c.campaign.campaignName,
    campaignId: c.campaign.campaignId,
    campaignInstanceId: c.campaign.campaignInstanceId,
    campaignDialingListId: c.campaign.campaignDialingListId,
    attempt: c.campaign.attempt,
    contactStatus: c.campaign.contactStatus,
    campaignRunDate: isoFromMsOrNull(c.campaign.runAtMs),
    contactListName: c.campaign.contactListNames,
  },
  destinations: c.destinations.map(toDestinationJson),
  isShadow: c.isShadow,
  isOpen: c.isOpen,
  sources: c.sources,
});

const toDestinationJson = (d: Destination): Conversation['destinations'][number] => ({
  type: d.type,
  queueId: d.queueId,
  queueName: d.queueName,
  enteredAt: isoOrNull(d.enteredAtS),
  callbackOpted: d.callbackOpted,
  callbackOptedAt: isoFromMsOrNull(d.callbackOptedAtMs),
  callbackAcceptedAt: isoFromMsOrNull(d.callbackAcceptedAtMs),
  offers: d.offers.map(toOfferJson),
});

const toOfferJson = (o: Offer): Conversation['destinations'][number]['offers'][number] => ({
  agentId: o.agentId,
  name: o.name,
  email: o.email,
  handled: o.handled,
  assignedAt: isoOrNull(o.assignedAtS),
  acceptedAt: isoOrNull(o.acceptedAtS),
  firstResponseAt: isoOrNull(o.firstResponseAtS),
  firstResponseSeconds: o.firstResponseS,
  endedAt: isoOrNull(o.endedAtS),
  interactionSeconds: o.interactionS,
  holdSeconds: o.holdS,
  acwSeconds: o.acwS,
  acwEndedAt: isoOrNull(o.acwEndedAtS),
  notes: o.notes,
  nonResponseEvent: o.nonResponseEvent,
  consults: o.consults.map((consult) => ({
    agentId: consult.agentId,
    name: consult.name,
    email: consult.email,
    assignedAt: isoOrNull(consult.assignedAtS),
    acceptedAt: isoOrNull(consult.acceptedAtS),
    endedAt: isoOrNull(consult.endedAtS),
    isMerged: consult.isMerged,
  })),
  joined: o.joined.map((joined) => ({
    agentId: joined.agentId,
    name: joined.name,
    email: joined.email,
    joinedAt: isoOrNull(joined.joinedAtS),
    endedAt: isoOrNull(joined.endedAtS),
  })),
});
