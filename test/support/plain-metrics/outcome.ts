// What came of a conversation, in the second calculator: wrap-up, whether the customer came back, voicemail.
import type { ConversationRecord } from '../../../main/model.ts';
import type { Segment } from './handling.ts';
import type { FollowUp } from './repeats.ts';
import { isWithin, type PlainOptions, type Sheet } from './sheet.ts';

export const putOutcome = (
  { put }: Sheet,
  r: ConversationRecord,
  o: PlainOptions,
  segments: readonly Segment[],
  { who, endS, later, canTell }: FollowUp,
  keyAt: (atS: number) => (string | null)[],
): void => {
  const stops = r.destinations;
  const entered = stops.filter((d) => d.type === 'QueueEntry' && d.enteredAtS !== null);
  const isInbound = r.direction === null ? entered.length > 0 : r.direction.toLowerCase() === 'inbound';
  const key = keyAt(endS);
  if (isWithin(endS, o) && segments.length > 0) {
    const hasCode = r.dispositions.some(
      (code, i) => !(code.trim().toUpperCase() === 'DROP-OFF' && r.dispositionRemarks[i]?.trim() === '-'),
    );
    put(key, 'wrapUpCoverage', hasCode);
    if (isInbound) {
      put(key, 'identifiedRate', who !== null);
      const windowS = (o.repeatDays ?? 7) * 86_400;
      if (who !== null && canTell(windowS)) {
        const repeats = later(120, windowS);
        put(key, 'repeatRate', repeats.length > 0);
        put(key, 'noRepeatRate', repeats.length === 0);
        put(key, 'reconnectRate', later(0, 120).length > 0);
        const queues = new Set(
          stops.flatMap((d) => (d.type === 'QueueEntry' && d.queueId !== null ? [d.queueId] : [])),
        );
        const isAlike = repeats.some(
          (c) =>
            (c.lastIntentName !== null && c.lastIntentName === r.lastIntentName) ||
            c.destinations.some((d) => d.type === 'QueueEntry' && d.queueId !== null && queues.has(d.queueId)),
        );
        put(key, 'noRepeatStrictRate', !isAlike && !segments.some((s) => s.movedOn));
      }
    }
  }
  const lastEntered = entered.at(-1)?.enteredAtS ?? null;
  if (isInbound && isWithin(lastEntered, o)) put(keyAt(lastEntered), 'voicemailShare', r.isVoicemail === true);
};
