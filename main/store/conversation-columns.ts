// Which column of a conversation becomes which field, said once for the reader of whole conversations and for the source of the
// index. By position and not by name: the index reads a million conversations so.
import type { Campaign, Consult, ConversationRecord, Destination, Joined, Offer, Skill, Tag } from '../model.ts';
import type { Db } from './open.ts';
import { soundCount, soundList, soundPeople, soundTimeMs, soundTimeS } from './sound-values.ts';
import type { TermReader } from './terms.ts';

type Value = string | number | null;
type Columns = Value[];
/** A conversation's row with the rows below it, in order. */
export type ConversationColumns = {
  id: number;
  conversation: Columns;
  destinations: readonly Columns[];
  offers: readonly Columns[];
};

/** `whole`: as they are; `marks`: 1 or 0 for notes and feedback, so that long texts are not read, and no campaign. */
export type Texts = 'whole' | 'marks';
const textColumns: Record<Texts, { feedback: string; campaign: string; notes: string }> = {
  whole: { feedback: 'feedback', campaign: ', campaign', notes: 'notes' },
  marks: { feedback: 'feedback IS NOT NULL', campaign: '', notes: 'notes IS NOT NULL' },
};

/** Reads the conversations whose id is `which`, in the order of their ids. */
export const prepareColumns = (db: Db, which: string, texts: Texts) => {
  const { feedback, campaign, notes } = textColumns[texts];
  const conversations = db
    .prepare(
      `SELECT id, key, conversation_id, session_id, started_s, ended_s, channel, direction, final_status, smart_status,
         reason, disconnecting_event, bot, intent, survey_type, is_voicemail, automation_bots, user_id, channel_user_id,
         customer_phone, center_phone, customer_first_name, customer_last_name, customer_email, skills, dispositions,
         remarks, user_tags, session_tags, csat_score, nps_score, like_score, ${feedback}, is_shadow, is_open${campaign}
       FROM conversation WHERE id ${which} ORDER BY id`,
    )
    .raw();
  const destinations = db
    .prepare(
      `SELECT conversation, position, type, queue, entered_s, callback_opted, callback_opted_ms, callback_accepted_ms
       FROM destination WHERE conversation ${which} ORDER BY conversation, position`,
    )
    .raw();
  const offers = db
    .prepare(
      `SELECT conversation, destination, agent, handled, assigned_s, accepted_s, first_response_s, ended_s, acw_ended_s,
         first_response_duration_s, interaction_s, hold_s, acw_s, non_response, ${notes}, consults, joined
       FROM offer WHERE conversation ${which} ORDER BY conversation, destination, position`,
    )
    .raw();
  return (...parameters: Value[]): ConversationColumns[] => {
    const destinationsOf = groupByFirst(destinations.all(...parameters) as Columns[]);
    const offersOf = groupByFirst(offers.all(...parameters) as Columns[]);
    return (conversations.all(...parameters) as Columns[]).map((conversation) => {
      const id = num(conversation[0]);
      return { id, conversation, destinations: destinationsOf.get(id) ?? none, offers: offersOf.get(id) ?? none };
    });
  };
};

const none: Columns[] = [];
const groupByFirst = (rows: readonly Columns[]): Map<number, Columns[]> => {
  const groups = new Map<number, Columns[]>();
  for (const row of rows) {
    const key = num(row[0]);
    const group = groups.get(key);
    if (group) group.push(row);
    else groups.set(key, [row]);
  }
  return groups;
};

const num = (value: Value | undefined): number => (value === null || value === undefined ? 0 : (value as number));
const whole = (value: Value | undefined): number | null => (value === undefined ? null : (value as number | null));
const str = (value: Value | undefined): string | null => (value === undefined ? null : (value as string | null));
const text = (value: Value | undefined): string | null => (typeof value === 'string' ? value : null);
const list = <T>(value: Value | undefined): T[] => soundList<T>(text(value));
const people = <T extends object>(value: Value | undefined): T[] => soundPeople<T>(text(value));
const timeS = (value: Value | undefined): number | null => soundTimeS(whole(value));
const timeMs = (value: Value | undefined): number | null => soundTimeMs(whole(value));
const duration = (value: Value | undefined): number | null => soundCount(whole(value));
const flag = (value: Value | undefined): boolean | null => (value === null || value === undefined ? null : value === 1);

const toOffer = (o: Columns, terms: TermReader): Offer => ({
  ...terms.agent(whole(o[2])),
  handled: o[3] === 1,
  assignedAtS: timeS(o[4]),
  acceptedAtS: timeS(o[5]),
  firstResponseAtS: timeS(o[6]),
  endedAtS: timeS(o[7]),
  acwEndedAtS: timeS(o[8]),
  firstResponseS: duration(o[9]),
  interactionS: duration(o[10]),
  holdS: duration(o[11]),
  acwS: duration(o[12]),
  notes: list<string>(o[14]),
  nonResponseEvent: terms.term(whole(o[13])),
  consults: people<Consult>(o[15]),
  joined: people<Joined>(o[16]),
});

const toDestination = (d: Columns, terms: TermReader): Destination => {
  const queue = terms.queue(whole(d[3]));
  return {
    type: terms.term(whole(d[2])) ?? '',
    queueId: queue.queueId,
    queueName: queue.name,
    enteredAtS: timeS(d[4]),
    callbackOpted: flag(d[5]),
    callbackOptedAtMs: timeMs(d[6]),
    callbackAcceptedAtMs: timeMs(d[7]),
    offers: [],
  };
};

/** Read with `marks`, it is without notes, feedback and campaign. */
export const toRecord = (columns: ConversationColumns, terms: TermReader): ConversationRecord => {
  const { conversation: c, destinations, offers } = columns;
  const stops = destinations.map((d) => toDestination(d, terms));
  for (const o of offers) {
    const stop = stops[destinations.findIndex((d) => d[1] === o[1])];
    stop?.offers.push(toOffer(o, terms));
  }
  const campaign = c.length > 35 ? text(c[35]) : null;
  return {
    key: str(c[1]) ?? '',
    conversationId: str(c[2]),
    sessionId: str(c[3]),
    startedAtS: soundTimeS(num(c[4])),
    endedAtS: timeS(c[5]),
    channel: terms.term(whole(c[6])),
    direction: terms.term(whole(c[7])),
    finalStatus: terms.term(whole(c[8])),
    smartStatus: terms.term(whole(c[9])),
    reason: terms.term(whole(c[10])),
    disconnectingEvent: terms.term(whole(c[11])),
    botId: terms.term(whole(c[12])),
    lastIntentName: terms.term(whole(c[13])),
    surveyType: terms.term(whole(c[14])),
    isVoicemail: flag(c[15]),
    automationBotIds: list<string>(c[16]),
    userId: str(c[17]),
    channelSpecificUserId: str(c[18]),
    customerPhone: str(c[19]),
    centerPhone: str(c[20]),
    customerFirstName: str(c[21]),
    customerLastName: str(c[22]),
    customerEmail: str(c[23]),
    skills: list<Skill>(c[24]),
    dispositions: list<string>(c[25]),
    dispositionRemarks: list<string>(c[26]),
    userTags: list<Tag>(c[27]),
    sessionTags: list<Tag>(c[28]),
    csatScore: whole(c[29]),
    npsScore: whole(c[30]),
    likeDislikeScore: whole(c[31]),
    csatFeedback: text(c[32]),
    campaign: campaign === null ? null : (JSON.parse(campaign) as Campaign),
    destinations: stops,
    isShadow: c[33] === 1,
    isOpen: c[34] === 1,
  };
};

/** One conversation as the index reads it. Codes are ids of dimension rows; 0 is none. */
export type IndexRow = {
  id: number;
  /** Without notes, feedback, campaign, consults' and joined users' details beyond what metrics need. */
  record: ConversationRecord;
  hasNote: boolean;
  hasFeedback: boolean;
  channel: number;
  direction: number;
  finalStatus: number;
  smartStatus: number;
  bot: number;
  intent: number;
  survey: number;
  agents: readonly number[];
  handledAgents: readonly number[];
  queues: readonly number[];
};

/** From columns read with `marks`. */
export const toIndexRow = (columns: ConversationColumns, terms: TermReader): IndexRow => {
  const { id, conversation: c, destinations, offers } = columns;
  const agents: number[] = [];
  const handledAgents: number[] = [];
  const queues: number[] = [];
  let hasNote = false;
  for (const d of destinations) if (d[3] !== null) queues.push(num(d[3]));
  for (const o of offers) {
    const agent = o[2] as number | null;
    if (agent !== null) {
      agents.push(agent);
      if (o[3] === 1) handledAgents.push(agent);
    }
    hasNote ||= o[14] === 1;
  }
  return {
    id,
    hasNote,
    hasFeedback: c[32] === 1,
    channel: num(c[6]),
    direction: num(c[7]),
    finalStatus: num(c[8]),
    smartStatus: num(c[9]),
    bot: num(c[12]),
    intent: num(c[13]),
    survey: num(c[14]),
    agents,
    handledAgents,
    queues,
    record: toRecord(columns, terms),
  };
};
