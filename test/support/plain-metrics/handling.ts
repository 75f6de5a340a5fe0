// What agents did, in the second calculator: offers, segments, consults given, and the work that putBusyTime measures.
import type { ConversationRecord, Offer } from '../../../main/model.ts';
import { isVoice, nextReceiver, outcomeOf, ownerOf, samePerson } from './conversation.ts';
import { keysAt } from './grouping.ts';
import { isOfStaff, isWithin, type PlainOptions, putInto, type Sheet, sum } from './sheet.ts';

export type Segment = { offer: Offer; agent: string | null; queue: string | null; end: number; movedOn: boolean };

/** The conversation's segments, whenever they were. `holdChannels`: those known to carry hold. */
export const putHandling = (
  sheet: Sheet,
  r: ConversationRecord,
  o: PlainOptions,
  holdChannels: ReadonlySet<string>,
): Segment[] => {
  const { put, rowOf } = sheet;
  const voice = isVoice(r);
  const stops = r.destinations;
  const segments: Segment[] = [];
  const handlingKeys = new Set<string>();
  const latestAssigned: Record<number, number> = {};
  stops.forEach((d, i) => {
    const owner = ownerOf(r, i);
    for (const offer of d.offers)
      if (owner !== null && offer.assignedAtS !== null)
        latestAssigned[owner] = Math.max(latestAssigned[owner] ?? Number.NEGATIVE_INFINITY, offer.assignedAtS);
  });
  for (const [i, d] of stops.entries()) {
    const owner = ownerOf(r, i);
    const entry = owner === null ? undefined : stops[owner];
    const queue = d.queueId ?? entry?.queueId ?? null;
    const direction = r.direction?.toLowerCase() ?? (entry?.enteredAtS != null ? 'inbound' : null);
    for (const offer of d.offers) {
      const offered = keysAt(r, o, offer.agentId, queue, offer.assignedAtS ?? 0);
      // Offers.
      if (isWithin(offer.assignedAtS, o)) {
        for (const one of offered) rowOf(one);
        const event = (offer.nonResponseEvent ?? '').trim().toLowerCase();
        const rangAtEnd =
          owner !== null &&
          outcomeOf(r, owner, false) === 'abandoned' &&
          latestAssigned[owner] === offer.assignedAtS &&
          r.endedAtS !== null &&
          r.endedAtS - offer.assignedAtS >= 0 &&
          r.endedAtS - offer.assignedAtS <= 30;
        const isOut = !offer.handled && (event.includes('reassign') || (event === '' && rangAtEnd));
        if (direction === 'inbound' && !isOut) {
          put(offered, 'acceptRate', offer.handled);
          put(offered, 'rejectRate', !offer.handled && event.includes('reject'));
          put(offered, 'ronaRate', !offer.handled && (event.includes('ignor') || event.includes('time')));
        }
      }
      // Segments.
      if (!offer.handled || offer.endedAtS === null) continue;
      const end = offer.endedAtS;
      const key = keysAt(r, o, offer.agentId, queue, end);
      const receiver = nextReceiver(r, i);
      const moved = receiver !== undefined && (receiver === null || !samePerson(offer, receiver));
      const isFirst = segments.length === 0;
      segments.push({ offer, agent: offer.agentId, queue, end, movedOn: moved });
      for (const consult of offer.consults)
        if (isOfStaff(o) && consult.agentId !== null && isWithin(consult.acceptedAtS, o))
          put(keysAt(r, o, consult.agentId, queue, consult.acceptedAtS), 'consultsGiven', 1);
      if (!isWithin(end, o)) continue;
      for (const one of key) handlingKeys.add(one ?? '(none)');
      put(key, 'handled', 1);
      const rawI = offer.interactionS ?? (offer.acceptedAtS === null ? null : end - offer.acceptedAtS);
      const I = rawI !== null && rawI >= 0 ? rawI : null;
      const rawA = offer.acwS ?? (offer.acwEndedAtS === null ? null : offer.acwEndedAtS - end);
      const A = rawA !== null && rawA >= 0 ? rawA : null;
      const isHoldOdd = offer.holdS !== null && offer.holdS < 0;
      const H = isHoldOdd ? 0 : (offer.holdS ?? 0);
      const isHoldKnown = !isHoldOdd && (!voice || holdChannels.has(r.channel ?? ''));
      if (I !== null) {
        put(key, 'aht', I + (A ?? 0));
        put(key, 'acwPart', A ?? 0);
        if (isHoldKnown) {
          put(key, 'talkMean', Math.max(0, I - H));
          put(key, 'holdPart', H);
          put(key, 'holdWhole', I + (A ?? 0));
        }
      }
      if (voice && isHoldKnown) {
        put(key, 'holdRate', H > 0);
        put(key, 'holdPerCallMean', H);
        if (H > 0) put(key, 'holdMean', H);
      }
      put(key, 'acwKnownRate', A !== null);
      if (A !== null) put(key, 'acwRate', A > 0);
      if (A !== null && A > 0) put(key, 'acwAboveZeroMean', A);
      if (o.preset === 'kore') put(key, 'acwMean', A ?? 0);
      else if (A !== null && (o.preset !== 'genesys' || A > 0)) put(key, 'acwMean', A);
      if (offer.acceptedAtS !== null && offer.assignedAtS !== null && offer.acceptedAtS >= offer.assignedAtS)
        put(key, 'ringMedian', offer.acceptedAtS - offer.assignedAtS);
      if (!voice) {
        if (offer.firstResponseS !== null && offer.firstResponseS >= 0) put(key, 'firstResponse', offer.firstResponseS);
        put(key, 'noReplyRate', offer.firstResponseS === null && offer.firstResponseAtS === null);
        const since = entry?.enteredAtS ?? r.startedAtS;
        if (isFirst && offer.firstResponseAtS !== null && offer.firstResponseAtS >= since)
          put(key, 'customerFirstResponse', offer.firstResponseAtS - since);
      } else {
        put(key, 'consultRate', offer.consults.length > 0);
        put(key, 'conferenceRate', offer.joined.length > 0 || offer.consults.some((c) => c.isMerged));
        const lengths: number[] = [];
        for (const c of offer.consults)
          if (c.acceptedAtS !== null && c.endedAtS !== null && c.endedAtS >= c.acceptedAtS)
            lengths.push(c.endedAtS - c.acceptedAtS);
        if (lengths.length > 0) put(key, 'consultMean', sum(lengths));
      }
      put(key, 'transferRate', moved);
      if (moved) {
        const isAsked = offer.consults.some((c) => {
          if (c.isMerged) return true;
          if (!receiver) return false;
          return c.agentId !== null && receiver.agentId !== null
            ? c.agentId === receiver.agentId
            : c.name !== null && c.name === receiver.name;
        });
        put(key, 'warmShare', isAsked);
      }
      if (offer.acceptedAtS !== null && end >= offer.acceptedAtS) {
        for (const one of key)
          rowOf(one).work.push({
            who: offer.agentId ?? '',
            day: new Date(end * 1000).toLocaleDateString('sv-SE', { timeZone: o.zone }),
            from: Math.min(offer.assignedAtS ?? offer.acceptedAtS, offer.acceptedAtS),
            accept: offer.acceptedAtS,
            end,
            workEnd: Math.max(end, offer.acwEndedAtS ?? end + (A ?? 0)),
            written: !voice,
          });
      }
    }
  }
  for (const key of handlingKeys) putInto(rowOf(key).lists, 'conversations', 1);
  if (handlingKeys.size > 0) putInto(sheet.totals, 'conversations', 1);
  return segments;
};
