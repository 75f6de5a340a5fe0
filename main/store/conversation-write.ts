// Writes one conversation and everything below it: the row, its destinations and offers, its text for the search.
// Callers own the transaction, and finish at its end.
import type { Campaign, ConversationRecord, Offer } from '../model.ts';
import type { Db } from './open.ts';
import { createTextWriter, type SearchText } from './search-text.ts';
import type { TermWriter } from './terms.ts';

const json = (list: readonly unknown[]): string | null => (list.length === 0 ? null : JSON.stringify(list));
const bit = (value: boolean | null): number | null => (value === null ? null : Number(value));

const conversationColumns = [
  'key',
  'conversation_id',
  'session_id',
  'started_s',
  'ended_s',
  'channel',
  'direction',
  'final_status',
  'smart_status',
  'reason',
  'disconnecting_event',
  'bot',
  'intent',
  'survey_type',
  'is_voicemail',
  'automation_bots',
  'user_id',
  'channel_user_id',
  'customer_phone',
  'center_phone',
  'customer_first_name',
  'customer_last_name',
  'customer_email',
  'skills',
  'dispositions',
  'remarks',
  'user_tags',
  'session_tags',
  'campaign',
  'csat_score',
  'nps_score',
  'like_score',
  'feedback',
  'is_shadow',
  'is_open',
  'content_hash',
] as const;

export type ConversationWriter = {
  /** Adds the conversation, or replaces the one with this id. Gives its id. */
  save(record: ConversationRecord, contentHash: Uint8Array, existingId: number | null, text: SearchText): number;
  remove(id: number): void;
  /** Writes what is written in one go for everything saved since: the search text, the log of what was added. */
  finish(): void;
  /** Forgets what `finish` would write: the transaction is rolled back. */
  reset(): void;
};

export const createConversationWriter = (db: Db, terms: TermWriter): ConversationWriter => {
  const texts = createTextWriter(db);
  const added: number[] = [];
  const insert = db.prepare(
    `INSERT INTO conversation (${conversationColumns.join(', ')}) VALUES (${conversationColumns.map(() => '?').join(', ')})`,
  );
  const update = db.prepare(
    `UPDATE conversation SET ${conversationColumns.map((c) => `${c} = ?`).join(', ')} WHERE id = ?`,
  );
  // Changes and removals are logged by triggers. Added ones are not: a trigger makes SQLite copy every page that an insert
  // touches, so that the statement can be undone by itself.
  const logAdded = db.prepare(
    'INSERT INTO conversation_change (conversation, nonce) SELECT value, random() >> 12 FROM json_each(?)',
  );
  const deleteConversation = db.prepare('DELETE FROM conversation WHERE id = ?');
  const deleteDestinations = db.prepare('DELETE FROM destination WHERE conversation = ?');
  const insertDestination = db.prepare('INSERT INTO destination VALUES (?, ?, ?, ?, ?, ?, ?, ?)');
  const insertOffer = db.prepare('INSERT INTO offer VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)');

  const toColumns = (r: ConversationRecord, contentHash: Uint8Array): unknown[] => [
    r.key,
    r.conversationId,
    r.sessionId,
    r.startedAtS,
    r.endedAtS,
    terms.term('channel', r.channel),
    terms.term('direction', r.direction),
    terms.term('final_status', r.finalStatus),
    terms.term('smart_status', r.smartStatus),
    terms.term('reason', r.reason),
    terms.term('disconnecting_event', r.disconnectingEvent),
    terms.term('bot', r.botId),
    terms.term('intent', r.lastIntentName),
    terms.term('survey_type', r.surveyType),
    bit(r.isVoicemail),
    json(r.automationBotIds),
    r.userId,
    r.channelSpecificUserId,
    r.customerPhone,
    r.centerPhone,
    r.customerFirstName,
    r.customerLastName,
    r.customerEmail,
    json(r.skills),
    json(r.dispositions),
    json(r.dispositionRemarks),
    json(r.userTags),
    json(r.sessionTags),
    campaignJson(r.campaign),
    r.csatScore,
    r.npsScore,
    r.likeDislikeScore,
    r.csatFeedback,
    Number(r.isShadow),
    Number(r.isOpen),
    contentHash,
  ];

  const saveOffer = (id: number, destination: number, position: number, o: Offer): void => {
    insertOffer.run(
      id,
      destination,
      position,
      terms.agent(o),
      Number(o.handled),
      o.assignedAtS,
      o.acceptedAtS,
      o.firstResponseAtS,
      o.endedAtS,
      o.acwEndedAtS,
      o.firstResponseS,
      o.interactionS,
      o.holdS,
      o.acwS,
      terms.term('non_response', o.nonResponseEvent),
      json(o.notes),
      json(o.consults),
      json(o.joined),
    );
  };

  return {
    save(record, contentHash, existingId, text) {
      const columns = toColumns(record, contentHash);
      let id: number;
      if (existingId === null) {
        id = Number(insert.run(...columns).lastInsertRowid);
        added.push(id);
      } else {
        id = existingId;
        update.run(...columns, id);
        deleteDestinations.run(id);
      }
      for (const [position, d] of record.destinations.entries()) {
        insertDestination.run(
          id,
          position,
          terms.term('destination_type', d.type),
          terms.queue({ queueId: d.queueId, name: d.queueName }),
          d.enteredAtS,
          bit(d.callbackOpted),
          d.callbackOptedAtMs,
          d.callbackAcceptedAtMs,
        );
        for (const [offerPosition, offer] of d.offers.entries()) saveOffer(id, position, offerPosition, offer);
      }
      texts.put(id, text, existingId === null);
      return id;
    },
    remove(id) {
      texts.remove(id);
      deleteConversation.run(id);
    },
    finish() {
      if (added.length > 0) logAdded.run(JSON.stringify(added));
      added.length = 0;
      texts.flush();
    },
    reset() {
      added.length = 0;
      texts.reset();
    },
  };
};

const campaignJson = (campaign: Campaign | null): string | null =>
  campaign === null ? null : JSON.stringify(campaign);
