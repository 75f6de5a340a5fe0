// One session of the sample centre with everything that will ever be known about it; what the API shows of it at a given
// moment is render.ts's business. Owns the types and the bot-only sessions. Times: UTC epoch seconds unless named Ms.

import { intents } from './intents.ts';
import { type Customer, makeCustomer } from './names.ts';
import { Random } from './random.ts';
import type { Agent, Queue, Staff } from './staff.ts';
import { pickSkill, writeUtterance } from './texts.ts';

export type SampleConsult = {
  /** Null when an outside number was asked; then `name` is that number. */
  agent: Agent | null;
  name: string;
  assignedS: number;
  acceptedS: number | null;
  endS: number;
};

export type SampleJoined = { agent: Agent; joinedS: number; endS: number };

/** One assignment of one agent. `acceptedS` null: the agent never answered, see `nonResponse`. */
export type SampleOffer = {
  agent: Agent;
  assignedS: number | null;
  acceptedS: number | null;
  firstResponseS: number | null;
  endS: number | null;
  holdS: number | null;
  acwS: number | null;
  notes: string[];
  nonResponse: 'Ignored' | 'Supervisor Reassigned' | null;
  consults: SampleConsult[];
  joined: SampleJoined[];
};

export type SampleQueueEntry = {
  kind: 'QueueEntry';
  queue: Queue;
  /** Null on outbound entries: the API then gives neither EnterTime nor queueName. */
  enterS: number | null;
  callback: { optedMs: number; acceptedMs: number } | null;
  responding: SampleOffer | null;
  nonResponding: SampleOffer[];
};

export type SampleStop = SampleQueueEntry | { kind: 'AgentSegment'; offer: SampleOffer };

export type SampleSurvey = {
  type: 'csat' | 'nps' | 'likeDislike';
  score: number;
  feedback: string | null;
  /** The answer is in the API from this second on. */
  atS: number;
};

export type SampleCampaign = {
  name: string;
  id: string;
  instanceId: string;
  dialingListId: string;
  attempt: number;
  contactStatus: 'answered' | 'no-answer' | 'busy' | 'failed';
  runAtMs: number;
  contactLists: string[];
};

export type SampleTag = { name: string; value: string };

export type SampleSession = {
  index: number;
  kind: 'bot' | 'shadow' | 'agent';
  sessionId: string;
  /** Null on bot-only and shadow sessions. */
  conversationId: string | null;
  startS: number;
  /** sessionEndTime as the API gives it: not the end of the conversation. */
  endS: number;
  /** Until this second the API shows the session as TRANSIENT_OPEN; a bot-only session appears only then. */
  closedAtS: number;
  channel: string;
  isVoice: boolean;
  direction: 'Inbound' | 'Outbound';
  isVoicemail: boolean;
  finalStatus: string;
  smartStatus: string;
  reason: string;
  disconnectingEvent: string;
  botId: string;
  orgId: string;
  accountId: string;
  customer: Customer;
  centerPhone: string;
  channelSpecificUserId: string | null;
  intentName: string;
  utterance: string;
  dispositions: string[];
  remarks: string[];
  /** A supervisor's correction, in the API from `atS` on. */
  edit: { atS: number; dispositions: string[] } | null;
  survey: SampleSurvey | null;
  skills: { id: string; name: string }[];
  userTags: SampleTag[];
  sessionTags: SampleTag[];
  campaign: SampleCampaign | null;
  stops: SampleStop[];
};

/** What every session of one centre is made from. */
export type SessionContext = {
  seed: number;
  staff: Staff;
  customers: number;
  skillIds: readonly string[];
  centerPhones: readonly string[];
  campaigns: readonly { name: string; id: string; dialingListId: string; contactList: string }[];
};

/** The first 8 hex digits are the start second, as in a MongoDB ObjectId; the last 6 make it unique. */
export const makeSessionId = (startS: number, index: number, random: Random): string =>
  startS.toString(16).padStart(8, '0') + random.hex(10) + index.toString(16).padStart(6, '0');

/** Depends on seed and index alone, so that a shadow can name the call it belongs to. */
export const makeConversationId = (seed: number, index: number): string => {
  const random = new Random(seed, index, 0xc0);
  const digits = random.hex(25);
  const unique = index.toString(16).padStart(6, '0');
  return `c-${digits.slice(0, 7)}-${digits.slice(7, 11)}-${digits.slice(11, 15)}-${digits.slice(15, 19)}-${digits.slice(19)}${unique}`;
};

/** Frequent callers are frequent: low numbers come back more often. */
export const pickCustomer = (context: SessionContext, random: Random): Customer =>
  makeCustomer(context.seed, Math.floor(random.fraction() ** 1.7 * context.customers));

export const makeSkills = (context: SessionContext, random: Random): { id: string; name: string }[] => {
  if (!random.chance(0.22)) return [];
  const { index, name } = pickSkill(random);
  return [{ id: context.skillIds[index] ?? random.hex(24), name }];
};

/** Marks that the telephone channel leaves; `callerNumber` is the customer's own number. */
export const makeVoiceTags = (phone: string, reachedAgentTransfer: boolean, random: Random): SampleTag[] => {
  const tags = [
    { name: 'audioCodesCallDisconnect', value: '1' },
    { name: 'callerNumber', value: phone },
  ];
  if (reachedAgentTransfer) tags.push({ name: 'voiceAgentTransferStart', value: '1' });
  if (random.chance(0.3)) tags.push({ name: 'voiceAutomationSuccess', value: '1' });
  tags.push({ name: 'welcomeMessageTwilio', value: '1' });
  return tags;
};

export const makeUserTags = (customer: Customer, random: Random): SampleTag[] => {
  if (!random.chance(0.18)) return [];
  const tags = [{ name: 'accountnum', value: customer.accountNumber }];
  if (random.chance(0.4)) tags.push({ name: 'tier', value: random.pick(['gold', 'silver', 'trial']) });
  return tags;
};

export type BotKind = 'bot' | 'bot-hangup' | 'bot-dropped' | 'shadow';

/** A session that no agent saw. `parentIndex`: the call that a shadow belongs to. */
export const makeBotSession = (
  context: SessionContext,
  index: number,
  startS: number,
  kind: BotKind,
  parentIndex: number | null,
): SampleSession => {
  const { seed, staff } = context;
  const random = new Random(seed, index, 0xb07);
  const isShadow = kind === 'shadow' && parentIndex !== null;
  const isVoice = !isShadow && (kind === 'bot-hangup' || random.chance(0.4));
  const intent = random.int(0, intents.length - 1);
  const customer = pickCustomer(context, random);
  let lengthS = isVoice ? random.skewedSeconds(70, 0.7, 6, 900) : random.skewedSeconds(45, 1, 3, 3600);
  let channel = isVoice ? 'Voice' : 'Web/Mobile Client';
  let channelSpecificUserId: string | null = customer.email;
  let disconnectingEvent = '';
  if (isVoice) {
    channelSpecificUserId = `${staff.accountId}/korevg/${random.guid()}`;
    disconnectingEvent = random.chance(0.6) ? 'Bot Hangup' : 'User Hangup';
  } else if (random.chance(0.04)) {
    channelSpecificUserId = null;
  } else if (random.chance(0.03)) {
    channel = random.chance(0.5) ? 'rtm' : 'Kiosk ';
  }
  if (kind === 'bot-hangup') {
    lengthS = 2;
    disconnectingEvent = 'Bot Hangup';
  }
  if (isShadow) {
    lengthS = 0;
    channel = 'agentassist';
    channelSpecificUserId = `${staff.accountId}/agentassist/${makeConversationId(seed, parentIndex)}`;
  }
  return {
    index,
    kind: isShadow ? 'shadow' : 'bot',
    sessionId: makeSessionId(startS, index, random),
    conversationId: null,
    startS,
    endS: startS + lengthS,
    closedAtS: startS + lengthS,
    channel,
    isVoice,
    direction: 'Inbound',
    isVoicemail: false,
    finalStatus: kind === 'bot-dropped' ? 'Dropped' : 'BotResolved',
    smartStatus: 'CLOSED AT BOT',
    reason: '',
    disconnectingEvent,
    botId: staff.botIds[random.int(0, staff.botIds.length - 1)] ?? '',
    orgId: staff.orgId,
    accountId: staff.accountId,
    customer,
    centerPhone: isVoice ? random.pick(context.centerPhones) : '',
    channelSpecificUserId,
    intentName: intents[intent]?.name ?? '',
    utterance: writeUtterance(intent, random),
    dispositions: [],
    remarks: [],
    edit: null,
    survey: null,
    skills: [],
    userTags: makeUserTags(customer, random),
    sessionTags: isVoice ? makeVoiceTags(customer.phone, false, random) : [],
    campaign: null,
    stops: [],
  };
};
