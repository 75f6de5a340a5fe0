// Which conversations were followed by another of the same customer, from the columns, for all conversations at once. The same
// questions as metrics/repeats.ts asks of records; whether the answer can be known yet is the period's business. May import the
// metrics and fact-store.ts.

import type { JudgedConversation } from '../metrics/conversation-series.ts';
import type { ConversationFact } from '../metrics/entry-facts.ts';
import type { Repairs } from '../metrics/repairs.ts';
import { reconnectS } from '../metrics/repeats.ts';
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

export const createContacts = (store: FactStore, repairs: Repairs): Contacts => {
  const { conversations, size, words } = store;
  const { customer, customerCheck, startedAtS, endedAtS, flags, rawIntent, queues, contactQueues } = conversations;
  const contact = flagBit(conversationFlags, 'isContact');
  const shadow = flagBit(conversationFlags, 'isShadow');
  const micro = flagBit(conversationFlags, 'isMicroContact');
  const closed = flagBit(conversationFlags, 'isClosed');
  const isLeftOut = (repairs.shadows === 'left-out' ? shadow : 0) | (repairs.microSessions === 'left-out' ? micro : 0);

  // Customers by number, so that the contacts of one stand side by side, oldest first.
  const found = new Uint32Array(size);
  let count = 0;
  for (let id = 1; id < size; id += 1) {
    const bits = flags.array[id] as number;
    if ((bits & contact) === 0 || (bits & isLeftOut) !== 0) continue;
    found[count] = id;
    count += 1;
  }
  const ids = found.subarray(0, count);
  const compareCustomers = (left: number, right: number): number =>
    (customer.array[left] as number) - (customer.array[right] as number) ||
    (customerCheck.array[left] as number) - (customerCheck.array[right] as number);
  ids.sort(
    (left, right) =>
      compareCustomers(left, right) || (startedAtS.array[left] as number) - (startedAtS.array[right] as number),
  );
  /** Where the contacts of a conversation's customer begin that start after `afterS`. */
  const firstAfter = (id: number, afterS: number): number => {
    let low = 0;
    let high = count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const other = ids[middle] as number;
      const order = compareCustomers(other, id) || (startedAtS.array[other] as number) - afterS;
      if (order <= 0) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  const isIdentified = (id: number): boolean => getValue(customer, id) !== null;
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
    const intent = rawIntent.array[other] as number;
    if (intent !== 0 && intent === rawIntent.array[id]) return true;
    const own = listOf(queues.array[id] as number);
    return own.length > 0 && listOf(contactQueues.array[other] as number).some((queue) => own.includes(queue));
  };

  const judge = (id: number, repeatDays: number): number => {
    const endS = endedAtS.array[id] as number;
    const untilS = endS + Math.max(repeatDays, 7) * dayS;
    let bits = 0;
    for (let at = firstAfter(id, endS); at < count; at += 1) {
      const other = ids[at] as number;
      const startS = startedAtS.array[other] as number;
      if (startS > untilS || compareCustomers(other, id) !== 0) break;
      if (other === id) continue;
      const sinceS = startS - endS;
      if (sinceS <= dayS) bits |= followed.within1d;
      if (sinceS <= 7 * dayS) bits |= followed.within7d;
      if (sinceS <= reconnectS) bits |= followed.reconnected;
      else if (sinceS <= repeatDays * dayS) bits |= followed.repeated | (isAlike(id, other) ? followed.alike : 0);
    }
    return bits;
  };
  const answers = new Map<number, Uint8Array>();
  return {
    follow(repeatDays) {
      let bits = answers.get(repeatDays);
      if (bits === undefined) {
        bits = new Uint8Array(size);
        for (let id = 1; id < size; id += 1)
          if (((flags.array[id] as number) & closed) !== 0 && isIdentified(id)) bits[id] = judge(id, repeatDays);
        answers.set(repeatDays, bits);
      }
      return bits;
    },
    hasContact(id, days, isFed) {
      if (!isIdentified(id)) return false;
      const endS = endedAtS.array[id] as number;
      for (let at = firstAfter(id, endS); at < count; at += 1) {
        const other = ids[at] as number;
        if ((startedAtS.array[other] as number) - endS > days * dayS || compareCustomers(other, id) !== 0) return false;
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
