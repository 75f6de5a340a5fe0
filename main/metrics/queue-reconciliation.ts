// The reconciliation of presets for each queue and for all of them, fed conversation by conversation. Pure. May import the
// model and its neighbours in metrics.
import type { ConversationRecord } from '../model.ts';
import type { EntryFact } from './entry-facts.ts';
import { deriveFacts } from './facts.ts';
import { unnamedKey } from './grouping.ts';
import { presetNames, type Thresholds } from './presets.ts';
import { type Reconciliation, reconcile } from './reconcile.ts';
import type { Repairs } from './repairs.ts';

/** `key`: the queue's id, or unnamedKey where the API names none. */
export type QueueReconciliation = { key: string; name: string; reconciliation: Reconciliation };

export type ReconciliationOptions = {
  /** First instant of the period and the first after it, UTC epoch seconds: entries count at their entry time. */
  fromS: number;
  toS: number;
  thresholds: Thresholds;
  repairs: Repairs;
  /** Only this queue; left out: all. */
  queue?: string;
};

/** Counts every offered entry of the period under each preset. A conversation whose key was fed before is passed over. */
export const reconcileQueues = (
  records: Iterable<ConversationRecord>,
  { fromS, toS, thresholds, repairs, queue }: ReconciliationOptions,
): { total: Reconciliation; queues: QueueReconciliation[] } => {
  const seen = new Set<string>();
  const entriesByKey = new Map<string, { name: string; namedAtS: number; entries: EntryFact[] }>();
  for (const record of records) {
    if (seen.has(record.key)) continue;
    seen.add(record.key);
    for (const entry of deriveFacts(record, repairs).entries) {
      const { enteredAtS, isOffered } = entry;
      if (!isOffered || enteredAtS === null || enteredAtS < fromS || enteredAtS >= toS) continue;
      const key = entry.queueId ?? unnamedKey;
      if (queue !== undefined && key !== queue) continue;
      const own = entriesByKey.get(key) ?? { name: key, namedAtS: Number.NEGATIVE_INFINITY, entries: [] };
      entriesByKey.set(key, own);
      own.entries.push(entry);
      // The newest name wins, as in scorecards.
      if (entry.queueName !== null && enteredAtS > own.namedAtS) {
        own.name = entry.queueName;
        own.namedAtS = enteredAtS;
      }
    }
  }
  const queues = [...entriesByKey].map(([key, { name, entries }]) => ({
    key,
    name,
    reconciliation: reconcile(entries, presetNames, thresholds),
  }));
  const all = [...entriesByKey.values()].flatMap(({ entries }) => entries);
  return { total: reconcile(all, presetNames, thresholds), queues };
};
