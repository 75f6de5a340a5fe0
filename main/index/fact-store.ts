// The facts of every conversation in columns: what scorecards count, derived once and kept in step with the store. No rule of a
// workspace is judged here: shadows are kept and marked, and entries stand as repaired and as recorded. May import the metrics
// and fact-table.ts.
import { hash } from 'node:crypto';
import type { ConversationFact, EntryFact } from '../metrics/entry-facts.ts';
import { describeTraits, findCustomerKey, isMicroSession } from '../metrics/entry-facts.ts';
import { type ConversationFacts, deriveFacts, type FactOwner, qualityIssues } from '../metrics/facts.ts';
import { defaultRepairs } from '../metrics/repairs.ts';
import type { ConversationRecord } from '../model.ts';
import {
  addRow,
  createColumn,
  createSavedColumn,
  createTable,
  type FactArray,
  type FactColumn,
  type FactTable,
  reserveColumn,
  setValue,
  strikeOut,
} from './fact-table.ts';

const owned = ['agent', 'agentName', 'queue', 'queueName'] as const;
const segmentNumbers = [
  'endedAtS',
  'interactionS',
  'holdS',
  'acwS',
  'ringS',
  'firstResponseS',
  'consultS',
  'customerFirstResponseS',
  'acceptedAtS',
  'assignedAtS',
  'workEndedAtS',
] as const;
export const segmentFlags = [
  'isVoice',
  'isHoldUnusable',
  'isTransferredOut',
  'isWarm',
  'hasConsult',
  'hasConference',
  'hasReply',
] as const;
const entryNumbers = [
  'enteredAtS',
  'offers',
  'acceptedOffers',
  'callbackOpted',
  'callbackOptedAtMs',
  'callbackAcceptedAtMs',
  'outcome',
  'waitS',
  'recordedOutcome',
  'recordedWaitS',
  'flags',
] as const;
export const entryFlags = [
  'isOffered',
  'isVoice',
  'isAbandonedWithAgent',
  'isTransferred',
  'recordedOffered',
  'recordedAbandonedWithAgent',
  'recordedTransferred',
] as const;
const conversationNumbers = [
  'startedAtS',
  'lastActiveS',
  'channel',
  'rawChannel',
  'direction',
  'intent',
  'rawIntent',
  'dispositions',
  'bot',
  'agent',
  'queue',
  'queues',
  'contactQueues',
  'customer',
  'customerCheck',
  'place',
  'endedAtS',
  'enteredAtS',
  'lengthS',
  'flags',
] as const;
export const conversationFlags = [
  'isThere',
  'isClosed',
  'isShadow',
  'isContact',
  'isMicroContact',
  'hasHold',
  'isInbound',
  'hasAgent',
  'isTransferred',
  'isVoicemail',
  'hasSurvey',
  'hasAgentCode',
  'isPreQueueAbandon',
  'isBot',
  'isContained',
  'isMicro',
  'isEscalated',
  'isServed',
] as const;

const makeTables = () => ({
  segments: createTable([...owned, ...segmentNumbers, 'channel', 'flags', 'issues']),
  offers: createTable([...owned, 'assignedAtS', 'seenAtS', 'result', 'isRateEligible']),
  consults: createTable([...owned, 'acceptedAtS']),
  surveys: createTable(['agent', 'queue', 'startedAtS', 'hasAgent', 'surveyType', 'score', 'issues']),
  entries: createTable(['queue', 'queueName', ...entryNumbers]),
});
export type FactTables = ReturnType<typeof makeTables>;
export type FactTableName = keyof FactTables;
export type ConversationColumns = Record<(typeof conversationNumbers)[number], FactColumn>;

/** Numbers the values of one kind from 1 on; 0 is none. */
export type Words = { values: string[]; codes: Map<string, number> };
const createWords = (values: string[] = ['']): Words => ({
  values,
  codes: new Map(values.slice(1).map((value, at) => [value, at + 1])),
});
export const codeOf = ({ values, codes }: Words, value: string | null): number => {
  if (value === null) return 0;
  const known = codes.get(value);
  if (known !== undefined) return known;
  values.push(value);
  codes.set(value, values.length - 1);
  return values.length - 1;
};

/** Bits of the flags that are set, in the order of `names`. */
const packFlags = <Name extends string>(names: readonly Name[], flags: Readonly<Record<Name, boolean>>): number =>
  names.reduce((bits, name, at) => (flags[name] ? bits | (1 << at) : bits), 0);
export const flagBit = <Name extends string>(names: readonly Name[], name: NoInfer<Name>): number =>
  1 << names.indexOf(name);

export type FactStore = {
  readonly tables: FactTables;
  /** By id. */
  readonly conversations: ConversationColumns;
  /** One more than the highest id. */
  readonly size: number;
  readonly words: Words;
  /** Goes up with every change: what was made of the facts before is stale. */
  readonly version: number;
  count(): number;
  /** Takes out what was known of these conversations. */
  remove(ids: readonly number[]): void;
  /** Adds a conversation that is not in it. */
  put(id: number, record: ConversationRecord): void;
};

/**
 * A customer as 84 bits of a hash: a million different ones have two alike once in 10^13 caches, and a column of numbers holds
 * them where a million texts would not fit.
 */
const hashCustomer = (customer: string | null): { customer: number | null; customerCheck: number | null } => {
  if (customer === null) return { customer: null, customerCheck: null };
  const digest = hash('sha1', customer);
  return {
    customer: Number.parseInt(digest.slice(0, 13), 16),
    customerCheck: Number.parseInt(digest.slice(13, 21), 16) | 0,
  };
};

/** The last thing that happened in it at a queue or an agent. */
const latest = (record: ConversationRecord): number | null => {
  let atS: number | null = null;
  const see = (next: number | null): void => {
    if (next !== null && (atS === null || next > atS)) atS = next;
  };
  for (const { enteredAtS, offers } of record.destinations) {
    see(enteredAtS);
    for (const { endedAtS, assignedAtS } of offers) {
      see(endedAtS);
      see(assignedAtS);
    }
  }
  return atS;
};

const packIssues = (issues: ConversationFacts['segments'][number]['issues']): number =>
  issues.reduce((bits, issue) => bits | (1 << qualityIssues.indexOf(issue)), 0);

/** What a file holds of a store. */
export type SavedFacts = {
  size: number;
  words: string[];
  lengths: Readonly<Record<string, { length: number; struckOut: number }>>;
  /** The array of a column; each can be taken once. */
  take(name: string): FactArray;
};

/** Every column under its name, with how much of it is filled. */
export const listFactColumns = ({
  tables,
  conversations,
  size,
}: Pick<FactStore, 'tables' | 'conversations' | 'size'>): { name: string; column: FactColumn; length: number }[] => [
  ...Object.entries(conversations).map(([name, column]) => ({ name: `conversations ${name}`, column, length: size })),
  ...Object.entries(tables).flatMap(([table, { columns, length }]) =>
    Object.entries(columns).map(([name, column]) => ({ name: `${table} ${name}`, column, length })),
  ),
];

export const createFactStore = (saved: SavedFacts | null = null): FactStore => {
  const tables = makeTables();
  const conversations = Object.fromEntries(
    conversationNumbers.map((name) => [name, createColumn()]),
  ) as ConversationColumns;
  const words = createWords(saved?.words);
  let size = saved?.size ?? 0;
  if (saved !== null) {
    for (const [name, table] of Object.entries(tables)) Object.assign(table, saved.lengths[name]);
    const read = (columns: Record<string, FactColumn>, of: string): void => {
      for (const name of Object.keys(columns)) columns[name] = createSavedColumn(() => saved.take(`${of} ${name}`));
    };
    read(conversations, 'conversations');
    for (const [name, table] of Object.entries(tables)) read(table.columns, name);
  }
  let version = 0;

  const word = (value: string | null): number => codeOf(words, value);
  const ownerOf = ({ agentId, agentName, queueId, queueName }: FactOwner) => ({
    agent: word(agentId),
    agentName: word(agentName),
    queue: word(queueId),
    queueName: word(queueName),
  });
  const list = (values: readonly string[]): number => (values.length === 0 ? 0 : word(JSON.stringify(values)));

  const putConversation = (
    id: number,
    record: ConversationRecord,
    state: ConversationFacts['state'],
    fact: ConversationFact | null,
  ): void => {
    if (id >= size) {
      size = id + 1;
      for (const column of Object.values(conversations)) reserveColumn(column, size);
    }
    const traits = fact?.traits ?? describeTraits(record);
    const customer = findCustomerKey(record);
    const bot = fact?.bot ?? null;
    const values: Record<(typeof conversationNumbers)[number], number | null> = {
      startedAtS: record.startedAtS,
      lastActiveS: latest(record),
      channel: word(traits.channel),
      rawChannel: word(record.channel),
      direction: word(traits.direction),
      intent: word(traits.intent),
      rawIntent: word(record.lastIntentName),
      dispositions: list(traits.dispositions),
      bot: word(record.botId),
      agent: word(fact?.agentId ?? null),
      queue: word(fact?.queueId ?? null),
      queues: list(fact?.queueIds ?? []),
      contactQueues: list(
        record.destinations.flatMap((stop) => (stop.type === 'QueueEntry' && stop.queueId ? stop.queueId : [])),
      ),
      ...hashCustomer(customer),
      place: word(fact?.place ?? null),
      endedAtS: fact?.endedAtS ?? null,
      enteredAtS: fact?.enteredAtS ?? null,
      lengthS: bot?.lengthS ?? null,
      flags: packFlags(conversationFlags, {
        isThere: true,
        isClosed: state === 'closed',
        isShadow: record.isShadow,
        isContact: customer !== null && record.direction?.toLowerCase() !== 'outbound',
        isMicroContact: isMicroSession(record),
        hasHold: record.destinations.some(({ offers }) => offers.some(({ holdS }) => holdS !== null)),
        isInbound: fact?.isInbound === true,
        hasAgent: fact?.hasAgent === true,
        isTransferred: fact?.isTransferred === true,
        isVoicemail: fact?.isVoicemail === true,
        hasSurvey: fact?.hasSurvey === true,
        hasAgentCode: fact?.hasAgentCode === true,
        isPreQueueAbandon: fact?.isPreQueueAbandon === true,
        isBot: bot !== null,
        isContained: bot?.isContained === true,
        isMicro: bot?.isMicro === true,
        isEscalated: bot?.isEscalated === true,
        isServed: bot?.isServed === true,
      }),
    };
    for (const name of conversationNumbers) setValue(conversations[name], id, values[name]);
  };

  const putEntry = (conversation: number, entry: EntryFact, recorded: EntryFact): void => {
    const { queue, queueName } = ownerOf(entry);
    addRow(tables.entries, {
      conversation,
      queue,
      queueName,
      enteredAtS: entry.enteredAtS,
      offers: entry.offers,
      acceptedOffers: entry.acceptedOffers,
      callbackOpted: entry.callbackOpted === null ? null : Number(entry.callbackOpted),
      callbackOptedAtMs: entry.callbackOptedAtMs,
      callbackAcceptedAtMs: entry.callbackAcceptedAtMs,
      outcome: word(entry.outcome),
      waitS: entry.waitS,
      recordedOutcome: word(recorded.outcome),
      recordedWaitS: recorded.waitS,
      flags: packFlags(entryFlags, {
        isOffered: entry.isOffered,
        isVoice: entry.isVoice,
        isAbandonedWithAgent: entry.isAbandonedWithAgent,
        isTransferred: entry.isTransferred,
        recordedOffered: recorded.isOffered,
        recordedAbandonedWithAgent: recorded.isAbandonedWithAgent,
        recordedTransferred: recorded.isTransferred,
      }),
    });
  };

  return {
    tables,
    conversations,
    words,
    get size() {
      return size;
    },
    get version() {
      return version;
    },
    count() {
      const there = flagBit(conversationFlags, 'isThere');
      let count = 0;
      for (let id = 1; id < size; id += 1) if (((conversations.flags.array[id] as number) & there) !== 0) count += 1;
      return count;
    },
    remove(ids) {
      version += 1;
      const gone = new Set(ids);
      for (const table of Object.values(tables)) strikeOut(table as FactTable<string>, gone);
      for (const id of gone) if (id < size) setValue(conversations.flags, id, 0);
    },
    put(id, record) {
      version += 1;
      const repairs = { ...defaultRepairs, shadows: 'counted' } as const;
      const facts = deriveFacts(record, repairs);
      putConversation(id, record, facts.state, facts.conversation);
      for (const segment of facts.segments) {
        const numbers = Object.fromEntries(segmentNumbers.map((name) => [name, segment[name]])) as Record<
          (typeof segmentNumbers)[number],
          number | null
        >;
        addRow(tables.segments, {
          conversation: id,
          ...ownerOf(segment),
          ...numbers,
          channel: word(segment.channel),
          flags: packFlags(segmentFlags, segment),
          issues: packIssues(segment.issues),
        });
      }
      for (const offer of facts.offers)
        addRow(tables.offers, {
          conversation: id,
          ...ownerOf(offer),
          assignedAtS: offer.assignedAtS,
          seenAtS: offer.seenAtS,
          result: word(offer.result),
          isRateEligible: Number(offer.isRateEligible),
        });
      for (const consult of facts.consultsGiven)
        addRow(tables.consults, { conversation: id, ...ownerOf(consult), acceptedAtS: consult.acceptedAtS });
      const { survey } = facts;
      if (survey !== null)
        addRow(tables.surveys, {
          conversation: id,
          agent: word(survey.agentId),
          queue: word(survey.queueId),
          startedAtS: survey.startedAtS,
          hasAgent: Number(survey.hasAgent),
          surveyType: word(survey.surveyType),
          score: survey.score,
          issues: packIssues(survey.issues),
        });
      if (facts.entries.length > 0) {
        const recorded = facts.entries.some(({ outcome }) => outcome === 'reassigned-answered')
          ? deriveFacts(record, { ...repairs, reassignments: 'as-recorded' }).entries
          : facts.entries;
        facts.entries.forEach((entry, at) => {
          putEntry(id, entry, recorded[at] ?? entry);
        });
      }
    },
  };
};
