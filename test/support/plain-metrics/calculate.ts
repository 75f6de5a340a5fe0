// A second calculator of every scorecard metric, in plain loops over decoded conversations, written from the metric
// definitions with none of the product's metrics code, so that a comparison can fail. Slow on purpose: it keeps lists. May
// import the model's types and nothing else of the product.
import type { ConversationRecord } from '../../../main/model.ts';
import { putBotSession } from './bot.ts';
import { putBusyTime } from './busy-time.ts';
import { isClosed, lastEntryOf } from './conversation.ts';
import { keysAt } from './grouping.ts';
import { putHandling } from './handling.ts';
import { putOutcome } from './outcome.ts';
import { putQueueEntries } from './queue.ts';
import { followUpOf, learn, placeOf } from './repeats.ts';
import { createSheet, isOfStaff, isWithin, type PlainOptions, type PlainValue } from './sheet.ts';
import { putSurvey, surveyScore } from './survey.ts';
import { toValues } from './values.ts';

export const calculatePlainly = (
  records: readonly ConversationRecord[],
  o: PlainOptions,
): { rows: Map<string, Record<string, PlainValue>>; total: Record<string, PlainValue> } => {
  const sheet = createSheet();
  const usable = records.filter((r) => o.countShadows || !r.isShadow);
  const closed = usable.filter(isClosed);
  const known = learn(usable, closed, o);
  for (const r of closed) {
    const segments = putHandling(sheet, r, o, known.holdChannels);
    putQueueEntries(sheet, r, o, segments);
    const last = segments.at(-1);
    // The conversation as a whole is its last agent's.
    if (isOfStaff(o) && last === undefined) continue;
    const queue = last?.queue ?? r.destinations[lastEntryOf(r)]?.queueId ?? null;
    const keyAt = (atS: number): (string | null)[] => keysAt(r, o, last?.agent ?? null, queue, atS);
    const followUp = followUpOf(r, o, known.contacts, segments);
    putOutcome(sheet, r, o, segments, followUp, keyAt);
    if (!isWithin(r.startedAtS, o)) continue;
    const key = keyAt(r.startedAtS);
    putSurvey(sheet, r, o, key);
    if (known.surveyedPlaces.has(placeOf(r))) sheet.put(key, 'surveyCoverage', surveyScore(r)?.score != null);
    putBotSession(sheet, r, o, segments, followUp, key);
  }
  putBusyTime(sheet);
  const rows = new Map<string, Record<string, PlainValue>>();
  for (const [key, { lists }] of sheet.rows) rows.set(key, toValues(lists, o));
  return { rows, total: toValues(sheet.totals, o) };
};
