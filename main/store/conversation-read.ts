// Reads conversations back whole, in blocks: the one place where rows become a StoredConversation again.
import { type Endpoint, endpoints } from '../../preload/contract/conversation.ts';
import type { Campaign, Consult, Destination, Joined, Offer, Skill, StoredConversation, Tag } from '../model.ts';
import type { Db } from './open.ts';
import { soundCount, soundList, soundPeople, soundTimeMs, soundTimeS } from './sound-values.ts';
import type { TermReader } from './terms.ts';

type ConversationRow = {
  id: number;
  key: string;
  conversation_id: string | null;
  session_id: string | null;
  started_s: number;
  ended_s: number | null;
  channel: number | null;
  direction: number | null;
  final_status: number | null;
  smart_status: number | null;
  reason: number | null;
  disconnecting_event: number | null;
  bot: number | null;
  intent: number | null;
  survey_type: number | null;
  is_voicemail: number | null;
  automation_bots: string | null;
  user_id: string | null;
  channel_user_id: string | null;
  customer_phone: string | null;
  center_phone: string | null;
  customer_first_name: string | null;
  customer_last_name: string | null;
  customer_email: string | null;
  skills: string | null;
  dispositions: string | null;
  remarks: string | null;
  user_tags: string | null;
  session_tags: string | null;
  campaign: string | null;
  csat_score: number | null;
  nps_score: number | null;
  like_score: number | null;
  feedback: string | null;
  is_shadow: number;
  is_open: number;
};
type DestinationRow = {
  conversation: number;
  position: number;
  type: number;
  queue: number | null;
  entered_s: number | null;
  callback_opted: number | null;
  callback_opted_ms: number | null;
  callback_accepted_ms: number | null;
};
type OfferRow = {
  conversation: number;
  destination: number;
  position: number;
  agent: number | null;
  handled: number;
  assigned_s: number | null;
  accepted_s: number | null;
  first_response_s: number | null;
  ended_s: number | null;
  acw_ended_s: number | null;
  first_response_duration_s: number | null;
  interaction_s: number | null;
  hold_s: number | null;
  acw_s: number | null;
  non_response: number | null;
  notes: string | null;
  consults: string | null;
  joined: string | null;
};

const flag = (value: number | null): boolean | null => (value === null ? null : value === 1);

export type ConversationReader = {
  /** The conversations with these ids, in the order of the ids; ids that do not exist are left out. Throws AppError db_corrupt. */
  byIds(ids: readonly number[]): StoredConversation[];
};

export const createConversationReader = (db: Db, terms: TermReader): ConversationReader => {
  const wanted = 'IN (SELECT value FROM json_each(?))';
  const selectConversations = db.prepare(`SELECT * FROM conversation WHERE id ${wanted}`);
  const selectDestinations = db.prepare(
    `SELECT * FROM destination WHERE conversation ${wanted} ORDER BY conversation, position`,
  );
  const selectOffers = db.prepare(
    `SELECT * FROM offer WHERE conversation ${wanted} ORDER BY conversation, destination, position`,
  );
  const selectSources = db.prepare(`SELECT conversation, endpoint FROM source_row WHERE conversation ${wanted}`);

  const toOffer = (row: OfferRow): Offer => ({
    ...terms.agent(row.agent),
    handled: row.handled === 1,
    assignedAtS: soundTimeS(row.assigned_s),
    acceptedAtS: soundTimeS(row.accepted_s),
    firstResponseAtS: soundTimeS(row.first_response_s),
    firstResponseS: soundCount(row.first_response_duration_s),
    endedAtS: soundTimeS(row.ended_s),
    interactionS: soundCount(row.interaction_s),
    holdS: soundCount(row.hold_s),
    acwS: soundCount(row.acw_s),
    acwEndedAtS: soundTimeS(row.acw_ended_s),
    notes: soundList<string>(row.notes),
    nonResponseEvent: terms.term(row.non_response),
    consults: soundPeople<Consult>(row.consults),
    joined: soundPeople<Joined>(row.joined),
  });

  const toDestination = (row: DestinationRow, offers: Offer[]): Destination => {
    const queue = terms.queue(row.queue);
    return {
      type: terms.term(row.type) ?? '',
      queueId: queue.queueId,
      queueName: queue.name,
      enteredAtS: soundTimeS(row.entered_s),
      callbackOpted: flag(row.callback_opted),
      callbackOptedAtMs: soundTimeMs(row.callback_opted_ms),
      callbackAcceptedAtMs: soundTimeMs(row.callback_accepted_ms),
      offers,
    };
  };

  const toConversation = (
    row: ConversationRow,
    destinations: Destination[],
    sources: Endpoint[],
  ): StoredConversation => ({
    id: row.id,
    key: row.key,
    conversationId: row.conversation_id,
    sessionId: row.session_id,
    startedAtS: soundTimeS(row.started_s),
    endedAtS: soundTimeS(row.ended_s),
    channel: terms.term(row.channel),
    direction: terms.term(row.direction),
    finalStatus: terms.term(row.final_status),
    smartStatus: terms.term(row.smart_status),
    reason: terms.term(row.reason),
    disconnectingEvent: terms.term(row.disconnecting_event),
    isVoicemail: flag(row.is_voicemail),
    botId: terms.term(row.bot),
    automationBotIds: soundList<string>(row.automation_bots),
    userId: row.user_id,
    channelSpecificUserId: row.channel_user_id,
    customerPhone: row.customer_phone,
    centerPhone: row.center_phone,
    customerFirstName: row.customer_first_name,
    customerLastName: row.customer_last_name,
    customerEmail: row.customer_email,
    skills: soundList<Skill>(row.skills),
    dispositions: soundList<string>(row.dispositions),
    dispositionRemarks: soundList<string>(row.remarks),
    lastIntentName: terms.term(row.intent),
    surveyType: terms.term(row.survey_type),
    csatScore: row.csat_score,
    npsScore: row.nps_score,
    likeDislikeScore: row.like_score,
    csatFeedback: row.feedback,
    userTags: soundList<Tag>(row.user_tags),
    sessionTags: soundList<Tag>(row.session_tags),
    campaign: row.campaign === null ? null : (JSON.parse(row.campaign) as Campaign),
    destinations,
    isShadow: row.is_shadow === 1,
    isOpen: row.is_open === 1,
    sources: endpoints.filter((endpoint) => sources.includes(endpoint)),
  });

  return {
    byIds(ids) {
      const parameter = JSON.stringify(ids);
      const offers = groupBy(selectOffers.all(parameter) as OfferRow[], (row) => row.conversation);
      const destinations = groupBy(selectDestinations.all(parameter) as DestinationRow[], (row) => row.conversation);
      const sources = groupBy(
        selectSources.all(parameter) as { conversation: number; endpoint: Endpoint }[],
        (row) => row.conversation,
      );
      const conversations = new Map(
        (selectConversations.all(parameter) as ConversationRow[]).map((row) => {
          const ownOffers = offers.get(row.id) ?? [];
          const ownDestinations = (destinations.get(row.id) ?? []).map((destination) =>
            toDestination(destination, ownOffers.filter((o) => o.destination === destination.position).map(toOffer)),
          );
          const ownSources = (sources.get(row.id) ?? []).map((source) => source.endpoint);
          return [row.id, toConversation(row, ownDestinations, ownSources)];
        }),
      );
      return ids.flatMap((id) => conversations.get(id) ?? []);
    },
  };
};

const groupBy = <T>(rows: readonly T[], key: (row: T) => number): Map<number, T[]> => {
  const groups = new Map<number, T[]>();
  for (const row of rows) {
    const group = groups.get(key(row));
    if (group) group.push(row);
    else groups.set(key(row), [row]);
  }
  return groups;
};
