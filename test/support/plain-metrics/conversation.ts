// What the second calculator reads from one conversation: who answered, how each entry ended, who the customer is.
import type { ConversationRecord, Offer } from '../../../main/model.ts';

export const isVoice = (r: ConversationRecord): boolean =>
  ['voice', 'korevg', 'audiocodes', 'campaign'].includes((r.channel ?? '').trim().toLowerCase());
export const samePerson = (a: Offer, b: Offer): boolean =>
  a.agentId !== null && b.agentId !== null ? a.agentId === b.agentId : a.name !== null && a.name === b.name;

export const isClosed = (r: ConversationRecord): boolean => {
  if (r.isOpen) return false;
  for (const d of r.destinations) for (const o of d.offers) if (o.handled && o.endedAtS === null) return false;
  return true;
};
/** The entry a stop belongs to: itself, or the unanswered entry right before a run of unaccepted agents' stops. */
export const ownerOf = (r: ConversationRecord, index: number): number | null => {
  const stops = r.destinations;
  if (stops[index]?.type === 'QueueEntry') return index;
  if (stops[index]?.type !== 'AgentSegment') return null;
  for (let k = index - 1; k >= 0; k -= 1) {
    const stop = stops[k];
    if (!stop || stop.offers.some((o) => o.handled)) return null;
    if (stop.type === 'QueueEntry') return k;
    if (stop.type !== 'AgentSegment') return null;
  }
  return null;
};
export const answerOf = (r: ConversationRecord, index: number, keepReassignments: boolean): Offer | null => {
  for (let k = index; k < r.destinations.length; k += 1) {
    const stop = r.destinations[k];
    if (!stop || (k > index && (keepReassignments || stop.type !== 'AgentSegment'))) return null;
    const taken = stop.offers.find((o) => o.handled);
    if (taken) return taken;
  }
  return null;
};
export const customerOf = (r: ConversationRecord): string | null => {
  let digits = '';
  for (const sign of r.customerPhone ?? '') if (!' \t-.()/\u00a0'.includes(sign)) digits += sign;
  if (digits.startsWith('00')) digits = `+${digits.slice(2)}`;
  const rest = digits.slice(1);
  if (digits[0] === '+' && rest[0] !== '0' && rest.length >= 7 && rest.length <= 15 && !/[^0-9]/.test(rest))
    return digits;
  if (r.customerEmail?.includes('@')) return r.customerEmail.trim().toLowerCase();
  if (!isVoice(r) && r.channelSpecificUserId?.trim()) return `id ${r.channelSpecificUserId.trim()}`;
  return null;
};
export const isBotOnly = (r: ConversationRecord): boolean => r.conversationId === null && r.destinations.length === 0;
export const isMicro = (r: ConversationRecord): boolean => {
  const length = (r.endedAtS ?? Number.NaN) - r.startedAtS;
  return isBotOnly(r) && length >= 0 && length < 10;
};
export const nextReceiver = (r: ConversationRecord, index: number): Offer | null | undefined => {
  const next = r.destinations[index + 1];
  if (!next) return undefined;
  return next.type === 'QueueEntry' ? answerOf(r, index + 1, false) : (next.offers[0] ?? null);
};

export const lastEntryOf = (r: ConversationRecord): number =>
  r.destinations.map((d) => d.type).lastIndexOf('QueueEntry');
/** How the queue entry at a stop ended. */
export const outcomeOf = (r: ConversationRecord, i: number, keepReassignments: boolean): string => {
  if (r.destinations[i]?.callbackOpted) return 'callback';
  if (answerOf(r, i, keepReassignments)) return 'answered';
  if (r.isVoicemail && i === lastEntryOf(r)) return 'voicemail';
  if (i !== lastEntryOf(r)) return 'flow-out';
  const left =
    (r.disconnectingEvent ?? '').toLowerCase().includes('user') ||
    (r.smartStatus ?? '').toLowerCase().includes('abandon') ||
    r.finalStatus?.toLowerCase() === 'user abandoned';
  return left ? 'abandoned' : 'terminated';
};
