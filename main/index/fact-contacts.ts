// Which conversations were followed by another of the same customer, from the columns, for all conversations at once. Whether
// the answer can be known yet is the period's business. May import the metrics and fact-store.ts.

import { type JudgedConversation, reconnectS } from '../metrics/conversation-series.ts';
import type { ConversationFact } from '../metrics/entry-facts.ts';
import type { Repairs } from '../metrics/repairs.ts';
import { conversationFlags, type FactStore, flagBit } from './fact-store.ts';
import { getValue } from './fact-table.ts';

const dayS = 86_400;
export const followed = { repeated: 1, reconnected: 2, alike: 4, within1d: 8, within7d: 16 } as const;

export type Contacts = {
  /** What followed each conversation, as bits, by id. */
  follow(repeatDays: number): Uint8Array;
  /** Whether another contact of the customer that passes the test began within `days` of a conversation's end. */
  hasContact(id: number, days: number, isFed: (id: number) => boolean): boolean;
};

/** Numbers the customers from 1 on, by conversation; 0 is unknown. */
const numberCustomers = ({ conversations, size }: FactStore): { customers: Uint32Array; count: number } => {
  const { customer, customerCheck } = conversations;
  const hashes = new Float64Array(customer.array);
  const checks = new Float64Array(customerCheck.array);
  const { none } = customer;
  const customers = new Uint32Array(size);
  // Twice as many places as conversations: the first conversation of each customer stands where the hash says, or behind.
  const mask = 2 ** Math.ceil(Math.log2(Math.max(64, size * 2))) - 1;
  const firsts = new Uint32Array(mask + 1);
  let count = 0;
  for (let id = 1; id < size; id += 1) {
    const hash = hashes[id] as number;
    if (hash === none || Number.isNaN(hash)) continue;
    let at = hash % (mask + 1);
    for (;;) {
      const first = firsts[at] as number;
      if (first === 0) {
        firsts[at] = id;
        count += 1;
        customers[id] = count;
        break;
      }
      if (hashes[first] === hash && checks[first] === checks[id]) {
        customers[id] = customers[first] as number;
        break;
      }
      at = (at + 1) & mask;
    }
  }
  return { customers, count };
};

export const createContacts = (store: FactStore, repairs: Repairs): Contacts => {
  const { conversations, size, words } = store;
  const { startedAtS, endedAtS, flags, rawIntent, queues, contactQueues } = conversations;
  const contact = flagBit(conversationFlags, 'isContact');
  const shadow = flagBit(conversationFlags, 'isShadow');
  const micro = flagBit(conversationFlags, 'isMicroContact');
  const closed = flagBit(conversationFlags, 'isClosed');
  const isLeftOut = (repairs.shadows === 'left-out' ? shadow : 0) | (repairs.microSessions === 'left-out' ? micro : 0);
  // Numbers of one width each: a loop that meets several is many times slower.
  const bits = new Int32Array(flags.array);
  const starts = new Float64Array(startedAtS.array);
  const intents = new Int32Array(rawIntent.array);
  const ownQueues = new Int32Array(queues.array);
  const askedQueues = new Int32Array(contactQueues.array);
  const { customers, count: customerCount } = numberCustomers(store);

  // The contacts of a customer stand side by side, oldest first: those of customer c from ends[c - 1] up to ends[c].
  const isWanted = (id: number): boolean => {
    const own = bits[id] as number;
    return (own & contact) !== 0 && (own & isLeftOut) === 0;
  };
  const ends = new Uint32Array(customerCount + 1);
  for (let id = 1; id < size; id += 1)
    if (isWanted(id)) ends[customers[id] as number] = (ends[customers[id] as number] as number) + 1;
  for (let at = 1; at <= customerCount; at += 1) ends[at] = (ends[at] as number) + (ends[at - 1] as number);
  const ids = new Uint32Array(ends[customerCount] as number);
  const next = new Uint32Array(customerCount + 1);
  next.set(ends.subarray(0, customerCount), 1);
  for (let id = 1; id < size; id += 1) {
    if (!isWanted(id)) continue;
    const own = customers[id] as number;
    ids[next[own] as number] = id;
    next[own] = (next[own] as number) + 1;
  }
  for (let own = 1; own <= customerCount; own += 1) {
    const [from, to] = [ends[own - 1] as number, ends[own] as number];
    let at = from + 1;
    while (at < to && (starts[ids[at - 1] as number] as number) <= (starts[ids[at] as number] as number)) at += 1;
    if (at < to)
      ids
        .subarray(from, to)
        .sort((left, right) => (starts[left] as number) - (starts[right] as number) || left - right);
  }
  const endOf = (id: number): number => ends[customers[id] as number] as number;
  /** Where the contacts of a conversation's customer begin that start after `afterS`. */
  const firstAfter = (id: number, afterS: number): number => {
    let low = ends[(customers[id] as number) - 1] as number;
    let high = endOf(id);
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((starts[ids[middle] as number] as number) <= afterS) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  const isIdentified = (id: number): boolean => customers[id] !== 0;
  const lists = new Map<number, readonly string[]>();
  const listOf = (code: number): readonly string[] => {
    let list = lists.get(code);
    if (list === undefined) {
      list = code === 0 ? [] : (JSON.parse(words.values[code] as string) as string[]);
      lists.set(code, list);
    }
    return list;
  };
  const isAlike = (id: number, other: number): boolean => {
    const intent = intents[other] as number;
    if (intent !== 0 && intent === intents[id]) return true;
    const [left, right] = [ownQueues[id] as number, askedQueues[other] as number];
    if (left === 0 || right === 0 || left === right) return left !== 0 && left === right;
    const own = listOf(left);
    return listOf(right).some((queue) => own.includes(queue));
  };

  const judge = (id: number, repeatDays: number): number => {
    const endS = endedAtS.array[id] as number;
    const untilS = endS + Math.max(repeatDays, 7) * dayS;
    const end = endOf(id);
    let after = 0;
    for (let at = firstAfter(id, endS); at < end; at += 1) {
      const other = ids[at] as number;
      const startS = starts[other] as number;
      if (startS > untilS) break;
      if (other === id) continue;
      const sinceS = startS - endS;
      if (sinceS <= dayS) after |= followed.within1d;
      if (sinceS <= 7 * dayS) after |= followed.within7d;
      if (sinceS <= reconnectS) after |= followed.reconnected;
      else if (sinceS <= repeatDays * dayS) {
        after |= followed.repeated;
        if ((after & followed.alike) === 0 && isAlike(id, other)) after |= followed.alike;
      }
    }
    return after;
  };
  const answers = new Map<number, Uint8Array>();
  return {
    follow(repeatDays) {
      let after = answers.get(repeatDays);
      if (after === undefined) {
        after = new Uint8Array(size);
        for (let id = 1; id < size; id += 1)
          if (((bits[id] as number) & closed) !== 0 && isIdentified(id)) after[id] = judge(id, repeatDays);
        answers.set(repeatDays, after);
      }
      return after;
    },
    hasContact(id, days, isFed) {
      if (!isIdentified(id)) return false;
      const endS = endedAtS.array[id] as number;
      const end = endOf(id);
      for (let at = firstAfter(id, endS); at < end; at += 1) {
        const other = ids[at] as number;
        if ((starts[other] as number) - endS > days * dayS) return false;
        if (other !== id && isFed(other)) return true;
      }
      return false;
    },
  };
};

/** Reads conversations as the series judge them: every window known, every place surveyed. */
export const createConversationReader = (
  store: FactStore,
  followedBy: Uint8Array | null,
): ((id: number) => JudgedConversation) => {
  const { conversations } = store;
  const { flags, customer, lengthS } = conversations;
  const bits = Object.fromEntries(conversationFlags.map((name) => [name, flagBit(conversationFlags, name)])) as Record<
    (typeof conversationFlags)[number],
    number
  >;
  const bot = {
    isContained: false,
    isMicro: false,
    isEscalated: false,
    isServed: false,
    lengthS: null as number | null,
  };
  const fact = {} as ConversationFact;
  const repeat = { isRepeated: false, isReconnected: false, isRepeatedAlike: false };
  const judged = { fact, isSurveyed: true } as JudgedConversation;
  return (id) => {
    const own = flags.array[id] as number;
    const isIdentified = getValue(customer, id) !== null;
    const after = followedBy === null ? 0 : (followedBy[id] as number);
    fact.hasAgent = (own & bits.hasAgent) !== 0;
    fact.isInbound = (own & bits.isInbound) !== 0;
    fact.isTransferred = (own & bits.isTransferred) !== 0;
    fact.isVoicemail = (own & bits.isVoicemail) !== 0;
    fact.hasSurvey = (own & bits.hasSurvey) !== 0;
    fact.hasAgentCode = (own & bits.hasAgentCode) !== 0;
    fact.isPreQueueAbandon = (own & bits.isPreQueueAbandon) !== 0;
    fact.customerKey = isIdentified ? 'known' : null;
    bot.isContained = (own & bits.isContained) !== 0;
    bot.isMicro = (own & bits.isMicro) !== 0;
    bot.isEscalated = (own & bits.isEscalated) !== 0;
    bot.isServed = (own & bits.isServed) !== 0;
    bot.lengthS = getValue(lengthS, id);
    fact.bot = (own & bits.isBot) === 0 ? null : bot;
    repeat.isRepeated = (after & followed.repeated) !== 0;
    repeat.isReconnected = (after & followed.reconnected) !== 0;
    repeat.isRepeatedAlike = (after & followed.alike) !== 0;
    judged.repeat = isIdentified ? repeat : null;
    judged.hasContactWithin1d = isIdentified ? (after & followed.within1d) !== 0 : null;
    judged.hasContactWithin7d = isIdentified ? (after & followed.within7d) !== 0 : null;
    return judged;
  };
};
