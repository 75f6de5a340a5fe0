// Whether a customer came back, asked of an index of contacts by customer: what the columns of index/fact-contacts.ts are held to.
// Source: metrics definitions, sections 2.4 (repeat rate, FCR proxy) and 2.5 (adjusted containment).
import { type RepeatJudgement, reconnectS } from '../../main/metrics/conversation-series.ts';
import { type ConversationFact, findCustomerKey, isMicroSession } from '../../main/metrics/entry-facts.ts';
import type { Repairs } from '../../main/metrics/repairs.ts';
import type { ConversationRecord } from '../../main/model.ts';

const dayS = 86_400;

type Contact = { key: string; startedAtS: number; intent: string | null; queueIds: readonly string[] };

export type ContactIndex = Map<string, Contact[]>;

/**
 * Notes that a customer got in touch. Outbound conversations and unidentified customers are none, nor are shadows and
 * micro-sessions unless they are counted; open conversations are, and bot-only ones whatever their direction says.
 */
export const noteContact = (index: ContactIndex, record: ConversationRecord, repairs: Repairs): void => {
  if (record.direction?.toLowerCase() === 'outbound') return;
  if (record.isShadow && repairs.shadows === 'left-out') return;
  if (repairs.microSessions === 'left-out' && isMicroSession(record)) return;
  const customer = findCustomerKey(record);
  if (customer === null) return;
  const contact: Contact = {
    key: record.key,
    startedAtS: record.startedAtS,
    intent: record.lastIntentName,
    queueIds: record.destinations.flatMap((stop) => (stop.type === 'QueueEntry' && stop.queueId ? stop.queueId : [])),
  };
  const contacts = index.get(customer);
  if (contacts === undefined) index.set(customer, [contact]);
  else contacts.push(contact);
};

/** The other contacts of the same customer that start in (end + afterS, end + untilS]. */
const contactsAfter = (index: ContactIndex, fact: ConversationFact, afterS: number, untilS: number): Contact[] => {
  const contacts = fact.customerKey === null ? undefined : index.get(fact.customerKey);
  return (contacts ?? []).filter(({ key, startedAtS }) => {
    const sinceS = startedAtS - fact.endedAtS;
    return key !== fact.key && sinceS > afterS && sinceS <= untilS;
  });
};

/** Whether all contacts that start in a range are known. UTC epoch seconds. */
export type IsKnown = (fromS: number, untilS: number) => boolean;

/**
 * What followed a conversation within `days`, or null while that cannot be known: the customer is not identified, or the
 * window reaches the horizon or a stretch that is not synced (left out, not counted as good).
 */
export const judgeRepeat = (
  index: ContactIndex,
  fact: ConversationFact,
  days: number,
  isKnown: IsKnown,
): RepeatJudgement | null => {
  if (fact.customerKey === null || !isKnown(fact.endedAtS, fact.endedAtS + days * dayS)) return null;
  const repeats = contactsAfter(index, fact, reconnectS, days * dayS);
  return {
    isRepeated: repeats.length > 0,
    isReconnected: contactsAfter(index, fact, 0, reconnectS).length > 0,
    isRepeatedAlike: repeats.some(
      ({ intent, queueIds }) =>
        (intent !== null && intent === fact.intent) || queueIds.some((queueId) => fact.queueIds.includes(queueId)),
    ),
  };
};

/** Whether any contact followed a bot session within `days`; null while that cannot be known, as in judgeRepeat. */
export const hasContactWithin = (
  index: ContactIndex,
  fact: ConversationFact,
  days: number,
  isKnown: IsKnown,
): boolean | null =>
  fact.customerKey === null || !isKnown(fact.endedAtS, fact.endedAtS + days * dayS)
    ? null
    : contactsAfter(index, fact, 0, days * dayS).length > 0;
