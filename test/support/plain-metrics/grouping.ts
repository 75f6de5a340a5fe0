// The rows in which the second calculator counts something an agent did or a queue saw at a moment.
import type { ConversationRecord } from '../../../main/model.ts';
import type { PlainOptions } from './sheet.ts';

export const keysAt = (
  r: ConversationRecord,
  o: PlainOptions,
  agent: string | null,
  queue: string | null,
  atS: number,
): (string | null)[] => {
  if (o.by === 'agent') return [agent];
  if (o.by === 'queue') return [queue];
  if (o.by === 'bot') return [r.botId];
  if (o.by === 'channel') return [r.channel?.trim() || null];
  if (o.by === 'intent') return [r.lastIntentName?.trim() || null];
  if (o.by === 'team') {
    const stay = o.stays?.find((one) => one.agent === agent && atS >= one.fromS && atS < one.toS);
    return [stay ? stay.team : null];
  }
  if (o.by === 'direction') {
    if (r.direction === null)
      return [r.destinations.some((d) => d.type === 'QueueEntry' && d.enteredAtS !== null) ? 'Inbound' : null];
    const word = r.direction.trim();
    const lower = word.toLowerCase();
    return [lower === 'inbound' ? 'Inbound' : lower === 'outbound' ? 'Outbound' : word];
  }
  const codes: string[] = [];
  r.dispositions.forEach((raw, i) => {
    const code = raw.trim();
    const isSystem = code.toUpperCase() === 'DROP-OFF' && r.dispositionRemarks[i]?.trim() === '-';
    const name = isSystem ? '(system)' : code;
    if (name !== '' && !codes.includes(name)) codes.push(name);
  });
  return codes.length === 0 ? [null] : codes;
};
