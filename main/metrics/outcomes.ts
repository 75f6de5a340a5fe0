// How each queue entry of a conversation ended, and which entry an agent segment belongs to. Pure. May import the model.
// Source of the rules: metrics definitions, section 1 ("ENTRY outcome") and facts 5 and 8 of section 0.
import type { ConversationRecord, Destination, Offer } from '../model.ts';

/** Every queue entry has exactly one of these, so their counts add up to the entries offered. */
export const entryOutcomes = [
  'callback',
  'answered',
  'reassigned-answered',
  'voicemail',
  'flow-out',
  'open',
  'abandoned',
  'terminated',
] as const;
export type EntryOutcome = (typeof entryOutcomes)[number];

export type EntryClassification = {
  outcome: EntryOutcome;
  /** Seconds the customer waited in this entry; null where the data cannot say. */
  waitS: number | null;
};

const isQueueEntry = (destination: Destination): boolean => destination.type === 'QueueEntry';
const isAgentSegment = (destination: Destination): boolean => destination.type === 'AgentSegment';
const findHandledOffer = (destination: Destination): Offer | null =>
  destination.offers.find((offer) => offer.handled) ?? null;

/**
 * Not finished, so in no rate: the API says so, or a handled segment has no end yet (section 1, `open`). Stricter than
 * `record.isOpen` alone.
 */
export const isUnfinished = (record: ConversationRecord): boolean =>
  record.isOpen ||
  record.destinations.some((destination) =>
    destination.offers.some((offer) => offer.handled && offer.endedAtS === null),
  );

/**
 * The queue entry each destination belongs to, as an index into `destinations`; null when it belongs to none.
 *
 * A queue entry belongs to itself. Agent segments right after an entry that nobody has accepted yet belong to that
 * entry: a supervisor moved the waiting customer to another agent, and the API writes the answer as the next
 * destination (fact 8). Once somebody has accepted, later agent segments are transfers and belong to no queue.
 */
export const findOwningEntries = (destinations: readonly Destination[]): (number | null)[] => {
  let waitingEntry: number | null = null;
  return destinations.map((destination, index) => {
    if (isQueueEntry(destination)) {
      waitingEntry = findHandledOffer(destination) ? null : index;
      return index;
    }
    const owner = isAgentSegment(destination) ? waitingEntry : null;
    if (!isAgentSegment(destination) || findHandledOffer(destination)) waitingEntry = null;
    return owner;
  });
};

/** The accepted offer that answered the entry at `entryIndex`: its own responder, else the one it was moved to. */
export const findAnsweringOffer = (destinations: readonly Destination[], entryIndex: number): Offer | null => {
  const entry = destinations[entryIndex];
  if (entry === undefined) return null;
  const responder = findHandledOffer(entry);
  if (responder) return responder;
  for (let index = entryIndex + 1; index < destinations.length; index += 1) {
    const following = destinations[index];
    if (following === undefined || !isAgentSegment(following)) return null;
    const accepted = findHandledOffer(following);
    if (accepted) return accepted;
  }
  return null;
};

/** `finish - start` in seconds, or null when either is unknown or the result would be negative. */
const elapsedS = (startS: number | null, finishS: number | null): number | null =>
  startS === null || finishS === null || finishS < startS ? null : finishS - startS;

const hasCustomerLeft = (record: ConversationRecord): boolean =>
  /user/i.test(record.disconnectingEvent ?? '') ||
  /abandon/i.test(record.smartStatus ?? '') ||
  /^user abandoned$/i.test(record.finalStatus ?? '');

/**
 * Classifies one queue entry; the first rule that matches wins. `finalStatus` alone is not an outcome (fact 5).
 *
 * Wait in seconds: accepted - entered for answered entries; session end - entered for entries lost or sent to voicemail
 * (the API has no time of abandonment, so this is a proxy); null for callbacks, flow-outs and open entries, and whenever
 * a time is missing or the difference would be negative. With `isReassignmentRepaired` false only the entry's own
 * responder answers it, as the API records it (fact 8).
 *
 * @throws RangeError when `destinationIndex` is not a queue entry of the record.
 */
export const classifyEntry = (
  record: ConversationRecord,
  destinationIndex: number,
  isReassignmentRepaired = true,
): EntryClassification => {
  const { destinations } = record;
  const entry = destinations[destinationIndex];
  if (entry === undefined || !isQueueEntry(entry)) {
    throw new RangeError(`Destination ${destinationIndex} is not a queue entry.`);
  }
  // A callback that was taken also has an accepted offer, so callbacks come first.
  if (entry.callbackOpted === true) return { outcome: 'callback', waitS: null };

  const answer = isReassignmentRepaired ? findAnsweringOffer(destinations, destinationIndex) : findHandledOffer(entry);
  if (answer) {
    const outcome = findHandledOffer(entry) ? 'answered' : 'reassigned-answered';
    return { outcome, waitS: elapsedS(entry.enteredAtS, answer.acceptedAtS) };
  }
  const isLastEntry = !destinations.slice(destinationIndex + 1).some(isQueueEntry);
  const waitUntilEndS = elapsedS(entry.enteredAtS, record.endedAtS);
  if (record.isVoicemail === true && isLastEntry) return { outcome: 'voicemail', waitS: waitUntilEndS };
  if (!isLastEntry) return { outcome: 'flow-out', waitS: null };
  if (isUnfinished(record)) return { outcome: 'open', waitS: null };
  return { outcome: hasCustomerLeft(record) ? 'abandoned' : 'terminated', waitS: waitUntilEndS };
};
