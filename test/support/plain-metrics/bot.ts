// Bot sessions, in the second calculator.
import type { ConversationRecord } from '../../../main/model.ts';
import { isBotOnly, isMicro } from './conversation.ts';
import type { Segment } from './handling.ts';
import type { FollowUp } from './repeats.ts';
import type { PlainOptions, Sheet } from './sheet.ts';

export const putBotSession = (
  { put }: Sheet,
  r: ConversationRecord,
  o: PlainOptions,
  segments: readonly Segment[],
  { who, later, canTell }: FollowUp,
  key: (string | null)[],
): void => {
  if (r.conversationId !== null && r.destinations.length === 0 && r.finalStatus?.toUpperCase() === 'USER ABANDONED')
    put(key, 'preQueueAbandons', 1);
  const only = isBotOnly(r);
  if (r.direction?.toLowerCase() === 'outbound' || (!only && r.automationBotIds.length === 0)) return;
  const tooShort = isMicro(r);
  put(key, 'botSessions', 1);
  put(key, 'containment', only);
  if (!tooShort) put(key, 'containmentLessMicro', only);
  if (tooShort) put(key, 'microSessions', 1);
  put(key, 'escalationRate', r.conversationId !== null);
  if (r.conversationId !== null) put(key, 'escalationServedRate', segments.length > 0);
  const lengthS = (r.endedAtS ?? Number.NaN) - r.startedAtS;
  if (only && lengthS >= 0 && (!tooShort || o.countMicro)) put(key, 'botLengthMedian', lengthS);
  for (const [name, days] of [
    ['adjustedContainment', 1],
    ['adjustedContainment7d', 7],
  ] as const) {
    if (who === null || !canTell(days * 86_400)) continue;
    put(key, name, only && (!tooShort || o.countMicro === true) && later(0, days * 86_400).length === 0);
  }
};
