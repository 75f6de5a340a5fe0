// Takes forgotten conversations out of what issued reports remember of theirs.
import { removeKeys } from '../reports/fingerprints.ts';
import type { ReportStore } from '../store/report-store.ts';

/**
 * Removes these conversations from the fingerprints of every issued report of a workspace. `beforeS` (UTC epoch seconds),
 * when everything older is forgotten: a report that reaches no further loses all its fingerprints unread.
 */
export const forgetFingerprints = (
  reports: ReportStore,
  workspaceId: string,
  keys: readonly string[],
  beforeS: number | null,
): void => {
  if (keys.length === 0) return;
  for (const { id, reachToS, salt } of reports.withFingerprints(workspaceId)) {
    if (beforeS !== null && reachToS <= beforeS) {
      reports.replaceFingerprints(id, null, 0);
      continue;
    }
    const packed = reports.fingerprints(id);
    if (packed === null) continue;
    const kept = removeKeys(packed, salt, keys);
    if (kept.removed > 0) reports.replaceFingerprints(id, kept.packed, kept.removed);
  }
  reports.checkpoint();
};
