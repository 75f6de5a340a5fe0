// What queues saw, in the second calculator: each entry's outcome, wait, service level, callback and offers refused.
import type { ConversationRecord } from '../../../main/model.ts';
import { answerOf, isVoice, lastEntryOf, outcomeOf, ownerOf } from './conversation.ts';
import { keysAt } from './grouping.ts';
import type { Segment } from './handling.ts';
import { isOfStaff, isWithin, type PlainOptions, type Sheet } from './sheet.ts';

export const putQueueEntries = (
  { put }: Sheet,
  r: ConversationRecord,
  o: PlainOptions,
  segments: readonly Segment[],
): void => {
  const voice = isVoice(r);
  const [callS, callShortS, writtenS, writtenShortS] = o.limits ?? [20, 5, 60, 0];
  const limitS = voice ? callS : writtenS;
  const shortS = voice ? callShortS : writtenShortS;
  const stops = r.destinations;
  const lastEntryIndex = lastEntryOf(r);
  stops.forEach((d, i) => {
    const isInbound = r.direction === null || r.direction.toLowerCase() === 'inbound';
    if (d.type !== 'QueueEntry' || isOfStaff(o) || !isWithin(d.enteredAtS, o) || !isInbound) return;
    const key = keysAt(r, o, null, d.queueId, d.enteredAtS);
    const outcome = outcomeOf(r, i, o.keepReassignments === true);
    const answer = answerOf(r, i, o.keepReassignments === true);
    const isAnswered = outcome === 'answered';
    const raw = isAnswered
      ? (answer?.acceptedAtS ?? Number.NaN) - d.enteredAtS
      : (r.endedAtS ?? Number.NaN) - d.enteredAtS;
    const wait = raw >= 0 ? raw : null;
    const isShort = outcome === 'abandoned' && wait !== null && wait < shortS;
    put(key, 'offered', 1);
    put(key, 'answerRate', isAnswered);
    if (isAnswered) put(key, 'answered', 1);
    if (isAnswered && wait !== null) put(key, 'asa', wait);
    if (isShort) put(key, 'shortAbandons', 1);
    if (outcome === 'abandoned' && !isShort) put(key, 'abandoned', 1);
    if (outcome === 'abandoned' && wait !== null) put(key, 'abandonTime', wait);
    put(key, 'lostRate', outcome === 'abandoned' || outcome === 'terminated');
    const inTime = isAnswered && wait !== null && wait <= limitS;
    const isWithAgent =
      isAnswered && i === lastEntryIndex && (r.smartStatus ?? '').toLowerCase().includes('abandoned with agent');
    if (isWithAgent) put(key, 'abandonedWithAgent', 1);
    if (o.preset === 'afterword') {
      if (!isShort && outcome !== 'callback' && outcome !== 'flow-out' && outcome !== 'voicemail')
        put(key, 'serviceLevel', inTime);
      if (!isShort && outcome !== 'callback') put(key, 'abandonRate', outcome === 'abandoned');
    } else if (o.preset === 'kore') {
      put(key, 'serviceLevel', inTime);
      put(key, 'abandonRate', outcome === 'abandoned' || isWithAgent);
    } else if (o.preset === 'genesys') {
      if (isAnswered || outcome === 'abandoned') put(key, 'serviceLevel', inTime);
      put(key, 'abandonRate', outcome === 'abandoned');
    } else if (!isShort) {
      put(key, 'serviceLevel', inTime);
      put(key, 'abandonRate', outcome === 'abandoned');
    }
    if (voice && d.callbackOpted !== null) put(key, 'callbackRate', d.callbackOpted);
    if (d.callbackOpted) {
      const optedMs = d.callbackOptedAtMs ?? d.enteredAtS * 1000;
      if (optedMs / 1000 + 86_400 < o.horizonS) put(key, 'callbackCompletion', d.callbackAcceptedAtMs !== null);
      const took = (d.callbackAcceptedAtMs ?? Number.NaN) - (d.callbackOptedAtMs ?? Number.NaN);
      if (took >= 0) put(key, 'callbackTime', took / 1000);
    }
    const isMoved = isAnswered && segments.some(({ offer, movedOn }) => offer === answer && movedOn);
    if (isAnswered || o.preset === 'kore') put(key, 'queueTransferRate', isMoved);
    if (o.hours) {
      const local = new Date(d.enteredAtS * 1000).toLocaleString('sv-SE', { timeZone: o.hours.zone });
      const weekday = new Date(`${local.slice(0, 10)}T12:00:00Z`).getUTCDay() || 7;
      const hour = Number(local.slice(11, 13));
      const isOpen =
        o.hours.days.includes(weekday) &&
        !o.hours.closed.includes(local.slice(0, 10)) &&
        hour >= o.hours.from &&
        hour < o.hours.to;
      put(key, 'afterHoursShare', !isOpen);
    }
    let refused = 0;
    stops.forEach((other, k) => {
      if (ownerOf(r, k) === i) for (const offer of other.offers) if (!offer.handled) refused += 1;
    });
    put(key, 'reOffers', refused);
  });
};
