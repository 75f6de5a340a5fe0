// Whether a customer came back, in the second calculator; and what only all conversations together can tell.
import type { ConversationRecord } from '../../../main/model.ts';
import { customerOf, isMicro, isVoice } from './conversation.ts';
import type { Segment } from './handling.ts';
import type { PlainOptions } from './sheet.ts';
import { surveyScore } from './survey.ts';

export type Known = {
  /** By customer. */
  contacts: Map<string, ConversationRecord[]>;
  holdChannels: Set<string>;
  surveyedPlaces: Set<string>;
};
export const placeOf = (r: ConversationRecord): string => `${r.channel}\n${r.botId}`;

export const learn = (
  usable: readonly ConversationRecord[],
  closed: readonly ConversationRecord[],
  o: PlainOptions,
): Known => {
  const contacts = new Map<string, ConversationRecord[]>();
  for (const r of usable) {
    const who = customerOf(r);
    if (who === null || r.direction?.toLowerCase() === 'outbound' || (isMicro(r) && !o.countMicro)) continue;
    contacts.set(who, [...(contacts.get(who) ?? []), r]);
  }
  const holdChannels = new Set<string>();
  for (const r of closed)
    for (const d of r.destinations)
      for (const offer of d.offers)
        if (offer.handled && offer.holdS !== null && isVoice(r)) holdChannels.add(r.channel ?? '');
  const surveyedPlaces = new Set<string>();
  for (const r of closed) if (surveyScore(r)?.score != null) surveyedPlaces.add(placeOf(r));
  return { contacts, holdChannels, surveyedPlaces };
};

export type FollowUp = {
  who: string | null;
  endS: number;
  /** The customer's other contacts, so many seconds after the end. */
  later(afterS: number, untilS: number): ConversationRecord[];
  /** Whether everything so far ahead of the end is known. */
  canTell(aheadS: number): boolean;
};

export const followUpOf = (
  r: ConversationRecord,
  o: PlainOptions,
  contacts: Known['contacts'],
  segments: readonly Segment[],
): FollowUp => {
  const endS = segments.length > 0 ? Math.max(...segments.map((s) => s.end)) : (r.endedAtS ?? r.startedAtS);
  const who = customerOf(r);
  return {
    who,
    endS,
    later: (afterS, untilS) =>
      (who === null ? [] : (contacts.get(who) ?? [])).filter(
        (c) => c.key !== r.key && c.startedAtS - endS > afterS && c.startedAtS - endS <= untilS,
      ),
    canTell(aheadS) {
      if (endS + aheadS >= o.horizonS) return false;
      for (const hole of o.holes ?? []) if (hole.fromS < endS + aheadS && hole.toS > endS) return false;
      return true;
    },
  };
};
