// Writes a sample session as a row of one of the three Call Details endpoints, as the API would show it at a given
// second: what is not known yet is missing. Field names and their case follow the API's sample responses. Imports the
// session types and the contract's endpoint names.
import type { Endpoint } from '../../preload/contract/conversation.ts';
import { documentationAddress } from './names.ts';
import { hash32 } from './random.ts';
import type { SampleOffer, SampleQueueEntry, SampleSession, SampleStop } from './session.ts';

export type WireRow = Record<string, unknown>;

/** The groups of `selectedFields` that a row carries only when they are asked for. */
export const selectableFields = [
  'skills',
  'customerinfo',
  'userleveltags',
  'sessionleveltags',
  'campaigninfo',
] as const;

export type RenderOptions = {
  /** UTC epoch second of the look: anything later is not in the row. */
  asOfS: number;
  /** As in the request body; unknown names are ignored. */
  selectedFields: readonly string[];
};

/** The API's naive form, in UTC: "2025-09-30T12:37:00". */
const formatNaive = (epochS: number): string => new Date(epochS * 1000).toISOString().slice(0, 19);

const formatMs = (epochMs: number): string => new Date(epochMs).toISOString();

/** Whether the API lists the session at all: a bot-only one only when it is over, one with an agent as soon as it starts. */
export const isListed = (session: SampleSession, asOfS: number): boolean =>
  (session.kind === 'agent' ? session.startS : session.closedAtS) <= asOfS;

const renderOffer = (offer: SampleOffer, isOpen: boolean, isV1: boolean, asOfS: number): WireRow => {
  const { acceptedS, assignedS, firstResponseS, endS, acwS } = offer;
  const isAccepted = acceptedS !== null && acceptedS <= asOfS;
  const isEnded = isAccepted && endS !== null && endS <= asOfS && !isOpen;
  const row: WireRow = { agentId: offer.agent.id, agentNotes: isEnded ? offer.notes : [] };
  if (offer.nonResponse === null || !isV1) row.destinationType = 'AgentSegment';
  if (isAccepted) {
    row.status = 'Answered';
    if (firstResponseS !== null && firstResponseS <= asOfS) {
      row.firstResponseTime = formatNaive(firstResponseS);
      row.firstResponseDuration = firstResponseS - acceptedS;
    }
    if (isEnded) {
      row.interactionEndTime = formatNaive(endS);
      row.interactionDuration = endS - acceptedS;
      if (offer.holdS !== null && !isV1) row.holdDuration = offer.holdS;
      if (acwS !== null && endS + acwS <= asOfS) {
        row.afterCallWorkDuration = acwS;
        row.afterCallWorkEndTime = formatNaive(endS + acwS);
      }
    }
  }
  if (!isV1 && offer.nonResponse === null) {
    row.ConsultingAgents = offer.consults
      .filter((consult) => consult.endS <= asOfS)
      .map((consult) => ({
        ...(consult.agent ? { agentId: consult.agent.id, email: consult.agent.email } : {}),
        name: consult.name,
        ...(consult.acceptedS === null ? {} : { acceptedTime: formatNaive(consult.acceptedS) }),
        assignedAt: formatNaive(consult.assignedS),
        consultingEndTime: formatNaive(consult.endS),
      }));
    row.JoinedUsers = offer.joined
      .filter((joined) => joined.endS <= asOfS)
      .map(({ agent, joinedS, endS: leftS }) => ({
        agentId: agent.id,
        email: agent.email,
        name: agent.name,
        joinedAt: formatNaive(joinedS),
        end: formatNaive(leftS),
      }));
  }
  row.email = offer.agent.email;
  row.name = offer.agent.name;
  if (isAccepted) row.acceptedTime = formatNaive(acceptedS);
  if (assignedS !== null) row.assignedAt = formatNaive(assignedS);
  if (offer.nonResponse !== null && !isV1) row.nonResponseEvent = offer.nonResponse;
  return row;
};

const isOffered = (offer: SampleOffer, asOfS: number): boolean => (offer.assignedS ?? offer.acceptedS ?? 0) <= asOfS;

const renderEntry = (entry: SampleQueueEntry, isOpen: boolean, isV1: boolean, asOfS: number): WireRow => {
  const row: WireRow = { destinationType: 'QueueEntry', queueId: entry.queue.id };
  if (entry.enterS !== null) {
    const { callback } = entry;
    row.queueName = entry.queue.name;
    row.CallbackOpted = callback !== null && callback.optedMs <= asOfS * 1000;
    if (callback && callback.optedMs <= asOfS * 1000) {
      row.CallbackOptedTime = formatMs(callback.optedMs);
      if (callback.acceptedMs <= asOfS * 1000) row.userCallbackAcceptTime = formatMs(callback.acceptedMs);
    }
    row.EnterTime = formatNaive(entry.enterS);
  }
  const missed = entry.nonResponding.filter((offer) => isOffered(offer, asOfS));
  if (missed.length > 0) row.nonRespondingAgents = missed.map((offer) => renderOffer(offer, isOpen, isV1, asOfS));
  if (entry.responding && isOffered(entry.responding, asOfS)) {
    row.respondingAgent = renderOffer(entry.responding, isOpen, isV1, asOfS);
  }
  return row;
};

const renderStops = (session: SampleSession, isOpen: boolean, isV1: boolean, asOfS: number): WireRow[] => {
  const isReached = (stop: SampleStop): boolean =>
    stop.kind === 'AgentSegment' ? isOffered(stop.offer, asOfS) : (stop.enterS ?? session.startS) <= asOfS;
  const reached = session.stops.filter(isReached);
  return reached.map((stop, position) => {
    // Whoever handed the conversation on has finished; only the last stop can still be going on.
    const stillGoes = isOpen && position === reached.length - 1;
    return stop.kind === 'AgentSegment'
      ? renderOffer(stop.offer, stillGoes, isV1, asOfS)
      : renderEntry(stop, stillGoes, isV1, asOfS);
  });
};

const renderTransferConfig = (session: SampleSession): WireRow => ({
  skillsIds: session.skills.map((skill) => skill.id),
  overrideAgents: false,
  overrideValues: [],
  assistEvents: { startEvent: { isEnabled: false } },
  automationBotId: session.botId,
  lastIntentName: session.intentName,
  lastIntentuserInput: session.utterance,
  dialog_tone: [],
});

const renderMetaInfo = (session: SampleSession): WireRow => {
  const { customer } = session;
  if (session.direction === 'Outbound') {
    return {
      userId: customer.userId,
      firstName: customer.firstName,
      lastName: customer.lastName,
      caller: session.centerPhone,
      callee: customer.phone,
      countryCode: '1',
      dialedNumber: session.centerPhone,
      endUserNumber: customer.phone,
      ...(session.campaign ? { campaignName: session.campaign.name } : {}),
    };
  }
  if (session.isVoice) {
    return {
      caller: customer.phone,
      callee: session.centerPhone,
      callerHost: documentationAddress(session.index),
      userId: customer.userId,
      dialedNumber: session.centerPhone,
      agentTransferConfig: { ...renderTransferConfig(session), accountId: session.accountId },
      workinghours: { workdays: 'mon,tue,wed,thu,fri', workstart: '8:00 AM', workend: '5:00 PM' },
      profImage: 'no-avatar',
      activationStatus: 'active',
      firstName: '',
      lastName: '',
      orgId: session.orgId,
      _id: customer.userId,
      identities: [{ val: session.channelSpecificUserId, type: 'mapped' }],
      transcribeConfig: { transcribe: true },
    };
  }
  return {
    firstName: customer.firstName,
    lastName: customer.lastName,
    email: customer.email,
    phoneNumber: customer.phone,
    identities: [{ val: session.channelSpecificUserId, type: 'mapped' }],
    agentTransferConfig: renderTransferConfig(session),
    ipAddress: documentationAddress(hash32(session.index, 1)),
    hostDomain: 'https://shop.example.com',
    os: session.index % 3 === 0 ? 'Mac OS X' : 'Windows',
  };
};

/** Callers on the telephone are known by number only; the API leaves their names empty. */
const renderCustomerInfo = (session: SampleSession, isV1: boolean): WireRow => {
  const { customer, isVoice, kind } = session;
  const isNamed = kind === 'agent' && (!isVoice || session.direction === 'Outbound');
  return {
    CustomerPhone: customer.phone,
    CenterPhone: session.centerPhone,
    ...(isV1 && kind !== 'agent' ? { Direction: session.direction } : {}),
    CustomerFirstName: isNamed ? customer.firstName : '',
    CustomerLastName: isNamed ? customer.lastName : '',
    CustomerEmail: isNamed && !isVoice ? customer.email : '',
    ...(isV1 && kind === 'agent' ? { Direction: session.direction } : {}),
  };
};

const renderCampaign = (session: SampleSession, dispositions: string[]): WireRow => {
  const { campaign } = session;
  if (!campaign) return { attempt: '', contactStatus: dispositions[0] ?? '' };
  return {
    campaignName: campaign.name,
    campaignId: campaign.id,
    campaignInstanceId: campaign.instanceId,
    campaignDialingListId: campaign.dialingListId,
    attempt: campaign.attempt,
    contactStatus: campaign.contactStatus,
    campaignRunDate: formatMs(campaign.runAtMs),
    contactListName: campaign.contactLists,
  };
};

const addSelected = (row: WireRow, session: SampleSession, isV1: boolean, asked: readonly string[]): void => {
  if (asked.includes('skills')) row.skills = session.skills;
  if (asked.includes('customerinfo')) row.customerinfo = renderCustomerInfo(session, isV1);
  if (asked.includes('userleveltags')) row.userleveltags = session.userTags;
  if (asked.includes('sessionleveltags')) row.sessionleveltags = session.sessionTags;
};

const renderBotRow = (session: SampleSession, isV1: boolean, options: RenderOptions): WireRow => {
  const row: WireRow = {
    sessionId: session.sessionId,
    channel: session.channel,
    sessionStartTime: formatNaive(session.startS),
    sessionEndTime: formatNaive(session.endS),
    botId: session.botId,
    userId: session.customer.userId,
    channelSpecificUserId: session.channelSpecificUserId,
    orgId: session.orgId,
  };
  if (!isV1) {
    row.smartStatus = session.smartStatus;
    row.reason = '';
  }
  row.disconnectingEvent = session.disconnectingEvent;
  if (!isV1) row.errorDetails = '';
  row.finalStatus = session.finalStatus;
  if (!isV1) row.automationBotIDs = session.kind === 'shadow' ? [] : [session.botId];
  addSelected(row, session, isV1, options.selectedFields);
  return row;
};

const addSurvey = (row: WireRow, session: SampleSession, asOfS: number): void => {
  const { survey } = session;
  if (!survey || survey.atS > asOfS) return;
  row[`${survey.type}Score`] = survey.score;
  row.surveyType = survey.type;
  if (survey.feedback !== null) row.csatFeedback = survey.feedback;
};

/**
 * The row of one endpoint, with naive times in UTC (`timeZoneOffset` 0). v1 rows have surveys but no smartStatus, reason,
 * consults or top-level Direction; both v2 endpoints give the same row. A v2 row of an agent conversation names its
 * automation bots only when no `selectedFields` are asked for, as in the documentation's samples.
 */
export const renderRow = (session: SampleSession, endpoint: Endpoint, options: RenderOptions): WireRow => {
  const isV1 = endpoint === 'v1-calls';
  if (session.kind !== 'agent') return renderBotRow(session, isV1, options);
  const { asOfS, selectedFields } = options;
  const isOpen = asOfS < session.closedAtS;
  const settled = session.edit && session.edit.atS <= asOfS ? session.edit.dispositions : session.dispositions;
  const dispositions = isOpen ? [] : settled;
  const repeatsDisposition = session.reason !== '' && session.reason === session.dispositions[0];

  const row: WireRow = {
    conversationId: session.conversationId,
    sessionId: session.sessionId,
    channel: session.channel,
  };
  if (!isV1) {
    row.isVoicemail = session.isVoicemail && !isOpen ? 'YES' : 'NO';
    row.Direction = session.direction;
  }
  row.finalStatus = isOpen ? 'TRANSIENT_OPEN' : session.finalStatus;
  if (!isV1) {
    row.smartStatus = isOpen ? '' : session.smartStatus;
    row.reason = isOpen ? '' : repeatsDisposition ? dispositions[0] : session.reason;
  }
  row.disconnectingEvent = isOpen ? '' : session.disconnectingEvent;
  if (!isV1) row.errorDetails = '';
  row.botId = session.botId;
  row.dispositions = dispositions;
  row.dispositionRemarks = isOpen ? [] : session.remarks;
  row.metaInfo = renderMetaInfo(session);
  row.sessionStartTime = formatNaive(session.startS);
  row.sessionEndTime = formatNaive(isOpen ? session.startS : session.endS);
  if (session.channelSpecificUserId !== null) row.channelSpecificUserId = session.channelSpecificUserId;
  row.userId = session.customer.userId;
  row.destinations = renderStops(session, isOpen, isV1, asOfS);
  if (isV1) addSurvey(row, session, asOfS);
  else if (selectedFields.length === 0) row.automationBotIDs = [session.botId];
  addSelected(row, session, isV1, selectedFields);
  if (!isV1 && selectedFields.includes('campaigninfo')) row.campaigninfo = renderCampaign(session, dispositions);
  return row;
};
