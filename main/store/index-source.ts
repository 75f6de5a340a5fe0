// What the search index is built from: conversations in the few columns it needs, the log of changes, and the marks by
// which a saved index proves that it belongs to this file. Reads only. What we never wrote is damage (sound-values.ts).
import type { ConversationRecord, Destination, Offer, Skill, Tag } from '../model.ts';
import type { Db } from './open.ts';
import { damagedContent, soundCount, soundList, soundPeople, soundTimeMs, soundTimeS } from './sound-values.ts';
import type { TermReader } from './terms.ts';

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

/** Where in the log of changes an index stands. */
export type ChangePoint = { seq: number; nonce: number | null };

export type IndexSource = {
  /** Differs for every cache file, and after every forgetting. */
  identity(): string;
  newestChange(): ChangePoint;
  /** Conversations changed since; null when the log does not reach back there or is another's. */
  changedSince(point: ChangePoint): number[] | null;
  /** The first so many of those changes, and the place behind them. */
  nextChanges(point: ChangePoint, limit: number): { ids: number[]; point: ChangePoint } | null;
  /** All conversations in the order of their ids, in blocks. */
  allRows(): Generator<IndexRow[]>;
  /** Those of these that (still) exist. */
  rowsOf(ids: readonly number[]): IndexRow[];
  count(): number;
  /** 0 when there is none. */
  lastId(): number;
};

/** Few enough that a block is gone again before the collector of garbage takes it for something that lasts. */
const BLOCK = 250;

/** A thousand times the largest cache that was measured. */
const LARGEST_ID = 1_000_000_000;

type Value = string | number | null;
type Columns = Value[];
const num = (value: Value | undefined): number => (value === null || value === undefined ? 0 : (value as number));
const whole = (value: Value | undefined): number | null => (value === undefined ? null : (value as number | null));
const str = (value: Value | undefined): string | null => (value === undefined ? null : (value as string | null));
const list = <T>(value: Value | undefined): T[] => soundList<T>(str(value));
const timeS = (value: Value | undefined): number | null => soundTimeS(whole(value));
const timeMs = (value: Value | undefined): number | null => soundTimeMs(whole(value));
const duration = (value: Value | undefined): number | null => soundCount(whole(value));
const flag = (value: Value | undefined): boolean | null => (value === null || value === undefined ? null : value === 1);

const conversationColumns = `id, key, conversation_id, session_id, started_s, ended_s, channel, direction, final_status, smart_status,
  reason, disconnecting_event, bot, intent, survey_type, is_voicemail, automation_bots, user_id, channel_user_id,
  customer_phone, center_phone, customer_first_name, customer_last_name, customer_email, skills, dispositions, remarks,
  user_tags, session_tags, csat_score, nps_score, like_score, feedback IS NOT NULL, is_shadow, is_open`;
const destinationColumns = `conversation, position, type, queue, entered_s, callback_opted, callback_opted_ms, callback_accepted_ms`;
const offerColumns = `conversation, destination, agent, handled, assigned_s, accepted_s, first_response_s, ended_s, acw_ended_s,
  first_response_duration_s, interaction_s, hold_s, acw_s, non_response, notes IS NOT NULL, consults, joined`;

export const createIndexSource = (db: Db, terms: TermReader): IndexSource => {
  const byRange = 'BETWEEN ? AND ?';
  const byIds = 'IN (SELECT value FROM json_each(?))';
  const prepare = (which: string) => ({
    conversations: db.prepare(`SELECT ${conversationColumns} FROM conversation WHERE id ${which} ORDER BY id`).raw(),
    destinations: db
      .prepare(
        `SELECT ${destinationColumns} FROM destination WHERE conversation ${which} ORDER BY conversation, position`,
      )
      .raw(),
    offers: db
      .prepare(
        `SELECT ${offerColumns} FROM offer WHERE conversation ${which} ORDER BY conversation, destination, position`,
      )
      .raw(),
  });
  const ofRange = prepare(byRange);
  const ofIds = prepare(byIds);
  const selectIdentity = db.prepare(`SELECT cache_id || ' ' || forgets FROM index_identity`).pluck();
  const selectNewest = db.prepare('SELECT seq, nonce FROM conversation_change ORDER BY seq DESC LIMIT 1');
  const selectNonce = db.prepare('SELECT nonce FROM conversation_change WHERE seq = ?').pluck();
  const selectOldest = db.prepare('SELECT min(seq) FROM conversation_change').pluck();
  const selectChanged = db.prepare('SELECT DISTINCT conversation FROM conversation_change WHERE seq > ?').pluck();
  const selectNext = db.prepare(
    'SELECT seq, nonce, conversation FROM conversation_change WHERE seq > ? ORDER BY seq LIMIT ?',
  );
  const selectLastId = db.prepare('SELECT max(id) FROM conversation').pluck();
  const selectNextId = db.prepare('SELECT min(id) FROM conversation WHERE id > ?').pluck();
  const selectFirstId = db.prepare<[], number | null>('SELECT min(id) FROM conversation').pluck();
  const selectCount = db.prepare('SELECT count(*) FROM conversation').pluck();

  /** Before the first change there is nothing to compare; everything since must be in the log. */
  const isKnown = ({ seq, nonce }: ChangePoint): boolean => {
    if (seq !== 0) return selectNonce.get(seq) === nonce;
    const oldest = selectOldest.get() as number | null;
    return oldest === null || oldest === 1;
  };
  /** Every place up to it takes room in the index. Ids are given one after the other. */
  const lastId = (): number => {
    const last = (selectLastId.get() as number | null) ?? 0;
    if (last > LARGEST_ID || (selectFirstId.get() ?? 1) < 1) throw damagedContent();
    return last;
  };

  const toOffer = (o: Columns): Offer => ({
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
    notes: [],
    nonResponseEvent: terms.term(whole(o[13])),
    consults: soundPeople(str(o[15])),
    joined: soundPeople(str(o[16])),
  });

  const toRow = (c: Columns, destinations: readonly Columns[], offers: readonly Columns[]): IndexRow => {
    const agents: number[] = [];
    const handledAgents: number[] = [];
    const queues: number[] = [];
    let hasNote = false;
    const stops = destinations.map((d): Destination => {
      const queue = terms.queue(whole(d[3]));
      if (d[3] !== null) queues.push(num(d[3]));
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
    });
    for (const o of offers) {
      const stop = stops[destinations.findIndex((d) => d[1] === o[1])];
      stop?.offers.push(toOffer(o));
      if (o[2] !== null) agents.push(num(o[2]));
      if (o[2] !== null && o[3] === 1) handledAgents.push(num(o[2]));
      hasNote ||= o[14] === 1;
    }
    return {
      id: num(c[0]),
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
      record: {
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
        csatFeedback: null,
        campaign: null,
        destinations: stops,
        isShadow: c[33] === 1,
        isOpen: c[34] === 1,
      },
    };
  };

  const none: Columns[] = [];
  const readRows = (statements: ReturnType<typeof prepare>, parameters: (string | number)[]): IndexRow[] => {
    const destinations = groupByFirst(statements.destinations.all(...parameters) as Columns[]);
    const offers = groupByFirst(statements.offers.all(...parameters) as Columns[]);
    return (statements.conversations.all(...parameters) as Columns[]).map((c) =>
      toRow(c, destinations.get(num(c[0])) ?? none, offers.get(num(c[0])) ?? none),
    );
  };

  return {
    identity: () => selectIdentity.get() as string,
    newestChange: () => (selectNewest.get() as ChangePoint | undefined) ?? { seq: 0, nonce: null },
    changedSince: (point) => (isKnown(point) ? (selectChanged.all(point.seq) as number[]) : null),
    nextChanges(point, limit) {
      if (!isKnown(point)) return null;
      const changes = selectNext.all(point.seq, limit) as (ChangePoint & { conversation: number })[];
      const { seq, nonce } = changes.at(-1) ?? point;
      return { ids: [...new Set(changes.map(({ conversation }) => conversation))], point: { seq, nonce } };
    },
    *allRows() {
      const last = lastId();
      // After a hole of any size the next id is looked up.
      for (let from = selectNextId.get(0) as number | null; from !== null && from <= last; ) {
        yield readRows(ofRange, [from, from + BLOCK - 1]);
        from = selectNextId.get(from + BLOCK - 1) as number | null;
      }
    },
    rowsOf: (ids) => readRows(ofIds, [JSON.stringify(ids)]),
    count: () => selectCount.get() as number,
    lastId,
  };
};

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

/** So many of the last changes are kept; an index that is further behind is built anew, which takes no longer. */
const KEPT_CHANGES = 500_000;

export const pruneChanges = (db: Db): void => {
  db.prepare('DELETE FROM conversation_change WHERE seq <= (SELECT max(seq) FROM conversation_change) - ?').run(
    KEPT_CHANGES,
  );
};
