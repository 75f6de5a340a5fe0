// The conversation as the program works with it: normalised, in UTC, with units in the names. Pure types, no imports
// beyond the contract. Suffixes: `AtS` UTC epoch seconds, `AtMs` UTC epoch milliseconds, `S` a duration in seconds.
// `null` means the API did not say; an empty list means it said nothing or an empty list.
import type { Endpoint } from '../preload/contract/conversation.ts';

export type Tag = { name: string; value: string | null };
export type Skill = { id: string | null; name: string | null };

/** An agent (or, with agentId null, an outside number) asked for advice during a segment. Never part of AHT. */
export type Consult = {
  agentId: string | null;
  name: string | null;
  email: string | null;
  assignedAtS: number | null;
  acceptedAtS: number | null;
  endedAtS: number | null;
  isMerged: boolean | null;
};

export type Joined = {
  agentId: string | null;
  name: string | null;
  email: string | null;
  joinedAtS: number | null;
  endedAtS: number | null;
};

/** One assignment of one agent. `handled` when accepted; then it is a segment in the sense of metrics.md. */
export type Offer = {
  agentId: string | null;
  name: string | null;
  email: string | null;
  handled: boolean;
  assignedAtS: number | null;
  acceptedAtS: number | null;
  firstResponseAtS: number | null;
  firstResponseS: number | null;
  endedAtS: number | null;
  /** Wall clock from accept to end, hold included. */
  interactionS: number | null;
  holdS: number | null;
  acwS: number | null;
  acwEndedAtS: number | null;
  notes: string[];
  nonResponseEvent: string | null;
  consults: Consult[];
  joined: Joined[];
};

export type DestinationType = 'QueueEntry' | 'AgentSegment';

/** One stop of the conversation, in the API's order; in a queue entry the responding agent's offer comes first. */
export type Destination = {
  /** 'QueueEntry' or 'AgentSegment'; an unknown word is kept as the API wrote it. */
  type: DestinationType | (string & {});
  queueId: string | null;
  queueName: string | null;
  enteredAtS: number | null;
  callbackOpted: boolean | null;
  callbackOptedAtMs: number | null;
  callbackAcceptedAtMs: number | null;
  offers: Offer[];
};

export type Campaign = {
  campaignName: string | null;
  campaignId: string | null;
  campaignInstanceId: string | null;
  campaignDialingListId: string | null;
  attempt: number | null;
  contactStatus: string | null;
  runAtMs: number | null;
  contactListNames: string[];
};

export type SurveyType = 'csat' | 'nps' | 'likeDislike';

export type ConversationRecord = {
  /** conversationId, else sessionId: see decodeRow. */
  key: string;
  conversationId: string | null;
  sessionId: string | null;
  startedAtS: number;
  endedAtS: number | null;
  channel: string | null;
  direction: 'Inbound' | 'Outbound' | (string & {}) | null;
  finalStatus: string | null;
  smartStatus: string | null;
  reason: string | null;
  disconnectingEvent: string | null;
  isVoicemail: boolean | null;
  botId: string | null;
  automationBotIds: string[];
  userId: string | null;
  channelSpecificUserId: string | null;
  customerPhone: string | null;
  centerPhone: string | null;
  customerFirstName: string | null;
  customerLastName: string | null;
  customerEmail: string | null;
  skills: Skill[];
  dispositions: string[];
  dispositionRemarks: string[];
  lastIntentName: string | null;
  surveyType: SurveyType | (string & {}) | null;
  csatScore: number | null;
  npsScore: number | null;
  likeDislikeScore: number | null;
  csatFeedback: string | null;
  userTags: Tag[];
  sessionTags: Tag[];
  campaign: Campaign | null;
  destinations: Destination[];
  /** An agent-assist shadow of another conversation: excluded from every figure. */
  isShadow: boolean;
  /** Not finished when it was fetched: in no rate, fetched again. */
  isOpen: boolean;
};

/** A record together with where it came from: what the cache holds. */
export type StoredConversation = ConversationRecord & { id: number; sources: Endpoint[] };
