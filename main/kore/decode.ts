// One raw row of the Call Details API to one ConversationRecord. Owns what every field means and which rows are bad.
// Pure; imports wire, decode-destinations and the model's types.
import type { Campaign, ConversationRecord, Skill, SurveyType, Tag } from '../model.ts';
import { readDestinations } from './decode-destinations.ts';
import { BadRowError, isPlainObject, objectIdEpochS, parseTimeMs, WireObject } from './wire.ts';

export type DecodedRow =
  | { ok: true; record: ConversationRecord; warnings: string[] }
  | { ok: false; path: string; reason: string; sessionId: string | null; conversationId: string | null };

/** The warning of a row whose start had to be taken from its sessionId. */
export const startFromId = 'sessionStartTime: missing or not readable, taken from the sessionId';

/**
 * Decodes one row of any version of the API. Never throws.
 *
 * A row is bad, to be put aside with `path` and `reason` (which hold no value of the row), when it is not an object; has
 * neither conversationId nor sessionId; has no readable start and no sessionId to take it from; has a time that is there
 * but not readable, or a duration that is negative or not a number; or has something else where destinations, agents
 * and consults are objects. Everything else that is odd is left out with a warning, which names the field only.
 *
 * The record's key is the conversationId, else the sessionId: bot-only rows have no conversationId.
 */
export function decodeRow(raw: unknown): DecodedRow {
  if (!isPlainObject(raw)) {
    return { ok: false, path: '', reason: 'the row is not an object', sessionId: null, conversationId: null };
  }
  const warnings: string[] = [];
  const row = new WireObject(raw, '', warnings);
  const conversationId = row.text('conversationId');
  const sessionId = row.text('sessionId');
  try {
    const key = conversationId ?? sessionId;
    if (key === null) throw row.bad('sessionId', 'neither a conversationId nor a sessionId');
    return { ok: true, record: decodeRecord(row, key, conversationId, sessionId, warnings), warnings };
  } catch (error) {
    if (!(error instanceof BadRowError)) throw error;
    return { ok: false, path: error.path, reason: error.reason, sessionId, conversationId };
  }
}

/** Every field in the order of ConversationRecord, always the same: merge.ts relies on it for hashing. */
function decodeRecord(
  row: WireObject,
  key: string,
  conversationId: string | null,
  sessionId: string | null,
  warnings: string[],
): ConversationRecord {
  const metaInfo = row.object('metaInfo');
  const transfer = metaInfo?.object('agentTransferConfig') ?? null;
  const customerInfo = row.object('customerinfo') ?? metaInfo?.object('customerinfo') ?? null;
  const direction = readDirection(row, customerInfo);
  const customer = readCustomer(customerInfo, metaInfo, direction);
  const survey = readSurvey(row);
  const channel = readChannel(row);
  const channelSpecificUserId = row.text('channelSpecificUserId');
  const finalStatus = row.text('finalStatus');
  return {
    key,
    conversationId,
    sessionId,
    startedAtS: readStartS(row, sessionId, warnings),
    endedAtS: row.timeS('sessionEndTime'),
    channel,
    direction,
    finalStatus,
    smartStatus: row.text('smartStatus'),
    reason: row.text('reason'),
    disconnectingEvent: row.text('disconnectingEvent'),
    isVoicemail: row.flag('isVoicemail'),
    // The oldest table calls the bot's id appId, though its rows say botId.
    botId: row.text('botId') ?? row.text('appId'),
    automationBotIds: readAutomationBotIds(row, transfer),
    userId: row.text('userId'),
    channelSpecificUserId,
    customerPhone: customer.phone,
    centerPhone: customer.centerPhone,
    customerFirstName: customer.firstName,
    customerLastName: customer.lastName,
    customerEmail: customer.email,
    skills: readSkills(row),
    dispositions: row.texts('dispositions'),
    dispositionRemarks: row.texts('dispositionRemarks'),
    lastIntentName: transfer?.text('lastIntentName') ?? null,
    surveyType: survey.type,
    csatScore: survey.csat,
    npsScore: survey.nps,
    likeDislikeScore: survey.likeDislike,
    csatFeedback: row.text('csatFeedback'),
    userTags: readTags(row, 'userleveltags'),
    sessionTags: readTags(row, 'sessionleveltags'),
    campaign: readCampaign(row),
    destinations: readDestinations(row),
    isShadow: isShadowRow({ conversationId, channel, channelSpecificUserId }),
    isOpen: isOpenStatus(finalStatus),
  };
}

/**
 * Whether a row is the agent-assist shadow of another conversation: it has no conversationId of its own, and its channel
 * is `agentassist` or its channelSpecificUserId points at a conversation (`…/agentassist/c-…`). Counting it would count
 * that conversation as resolved by the bot as well.
 */
export function isShadowRow(
  row: Pick<ConversationRecord, 'conversationId' | 'channel' | 'channelSpecificUserId'>,
): boolean {
  if (row.conversationId !== null) return false;
  return (
    row.channel?.toLowerCase() === 'agentassist' ||
    (row.channelSpecificUserId?.toLowerCase().includes('/agentassist/c-') ?? false)
  );
}

/**
 * Whether a conversation with this finalStatus can still change by itself: no status yet, or a word with OPEN or ACTIVE
 * in it (TRANSIENT_OPEN is the one seen). Every other word ends it (CLOSED, BotResolved, USER ABANDONED, Dropped, and
 * words not seen yet), even when an accepted agent has no interactionEndTime: such a row would never close.
 */
export function isOpenStatus(finalStatus: string | null): boolean {
  return finalStatus === null || /OPEN|(?<!IN)ACTIVE/i.test(finalStatus);
}

function readStartS(row: WireObject, sessionId: string | null, warnings: string[]): number {
  const startedAtMs = parseTimeMs(row.raw('sessionStartTime'));
  if (startedAtMs !== null) return Math.floor(startedAtMs / 1000);
  const createdAtS = objectIdEpochS(sessionId);
  if (createdAtS === null) {
    throw row.bad('sessionStartTime', row.has('sessionStartTime') ? 'not a readable time' : 'missing');
  }
  warnings.push(startFromId);
  return createdAtS;
}

// Old rows carry the platform's own channel ids, newer ones the names it shows.
const channelNames = new Map([
  ['rtm', 'Web/Mobile Client'],
  ['web/mobile client', 'Web/Mobile Client'],
  ['voice', 'Voice'],
  ['korevg', 'Voice'],
  ['audiocodes', 'Voice'],
]);

function readChannel(row: WireObject): string | null {
  const channel = row.text('channel');
  if (channel === null) return null;
  return channelNames.get(channel.toLowerCase().replace(/\s*\/\s*/g, '/')) ?? channel;
}

function readDirection(row: WireObject, customerInfo: WireObject | null): ConversationRecord['direction'] {
  const direction = row.text('Direction') ?? customerInfo?.text('Direction') ?? null;
  if (direction === null) return null;
  const word = direction.toLowerCase();
  return word === 'inbound' ? 'Inbound' : word === 'outbound' ? 'Outbound' : direction;
}

type Customer = {
  phone: string | null;
  centerPhone: string | null;
  firstName: string | null;
  lastName: string | null;
  email: string | null;
};

/**
 * customerinfo when the row has one, even with blank fields, for metaInfo can hold somebody else's profile. Only a row
 * without it (the API leaves it out unless asked) falls back to metaInfo.
 */
function readCustomer(
  customerInfo: WireObject | null,
  metaInfo: WireObject | null,
  direction: ConversationRecord['direction'],
): Customer {
  if (customerInfo !== null) {
    const customer = {
      phone: customerInfo.text('CustomerPhone'),
      centerPhone: customerInfo.text('CenterPhone'),
      firstName: customerInfo.text('CustomerFirstName'),
      lastName: customerInfo.text('CustomerLastName'),
      email: customerInfo.text('CustomerEmail'),
    };
    if (direction !== 'Outbound' || !isSwapped(customer, metaInfo)) return customer;
    return { ...customer, phone: customer.centerPhone, centerPhone: customer.phone };
  }
  return {
    phone:
      metaInfo?.text('endUserNumber') ??
      (direction === 'Inbound' ? metaInfo?.text('caller') : null) ??
      (direction === 'Outbound' ? metaInfo?.text('callee') : null) ??
      metaInfo?.text('phoneNumber') ??
      null,
    centerPhone: null,
    firstName: metaInfo?.text('firstName') ?? null,
    lastName: metaInfo?.text('lastName') ?? null,
    email: metaInfo?.text('email') ?? metaInfo?.text('emailId') ?? null,
  };
}

/** Old v2 rows of outbound calls have the two numbers the wrong way round: the one called is the customer's. */
function isSwapped(customer: Customer, metaInfo: WireObject | null): boolean {
  const called = digitsOf(metaInfo?.text('endUserNumber') ?? metaInfo?.text('callee') ?? null);
  return called !== '' && called === digitsOf(customer.centerPhone) && called !== digitsOf(customer.phone);
}

const digitsOf = (phone: string | null): string => phone?.replace(/\D/g, '') ?? '';

function readAutomationBotIds(row: WireObject, transfer: WireObject | null): string[] {
  const ids = row.texts('automationBotIDs');
  return [...new Set(ids.length > 0 ? ids : (transfer?.texts('automationBotId') ?? []))];
}

function readSkills(row: WireObject): Skill[] {
  return row
    .objects('skills')
    .map((skill) => ({ id: skill.text('id'), name: skill.text('name') }))
    .filter((skill) => skill.id !== null || skill.name !== null);
}

function readTags(row: WireObject, field: string): Tag[] {
  const tags: Tag[] = [];
  for (const tag of row.objects(field)) {
    const name = tag.text('name');
    if (name !== null) tags.push({ name, value: tag.text('value') });
    else row.warn(field, 'an entry has no name, left out');
  }
  return tags;
}

const surveyTypes = new Map<string, SurveyType>([
  ['csat', 'csat'],
  ['nps', 'nps'],
  ['likedislike', 'likeDislike'],
]);

function readSurvey(row: WireObject): {
  type: ConversationRecord['surveyType'];
  csat: number | null;
  nps: number | null;
  likeDislike: number | null;
} {
  const csat = row.number('csatScore');
  const nps = row.number('npsScore');
  const likeDislike = row.number('likeDislikeScore');
  const word = row.text('surveyType');
  if (word !== null) {
    // The tables also write "like/dislike".
    return { type: surveyTypes.get(word.toLowerCase().replace(/[^a-z]/g, '')) ?? word, csat, nps, likeDislike };
  }
  const types: SurveyType[] = [];
  if (csat !== null) types.push('csat');
  if (nps !== null) types.push('nps');
  if (likeDislike !== null) types.push('likeDislike');
  return { type: types.length === 1 ? (types[0] ?? null) : null, csat, nps, likeDislike };
}

/** Null for rows of no campaign, which carry a campaigninfo with no campaign in it, only a repeated disposition. */
function readCampaign(row: WireObject): Campaign | null {
  const info = row.object('campaigninfo');
  if (info === null) return null;
  const ids = {
    campaignName: info.text('campaignName'),
    campaignId: info.text('campaignId'),
    campaignInstanceId: info.text('campaignInstanceId'),
    campaignDialingListId: info.text('campaignDialingListId'),
  };
  if (Object.values(ids).every((id) => id === null)) return null;
  return {
    ...ids,
    attempt: info.integer('attempt'),
    contactStatus: info.text('contactStatus'),
    runAtMs: info.timeMs('campaignRunDate'),
    contactListNames: info.texts('contactListName'),
  };
}
