// Notices that the server wrote its times in another zone than the one asked for. Pure; imports wire only.
import { objectIdEpochS } from './wire.ts';

const minRows = 10;
const stepS = 900;
const toleranceS = 2;
const farthestZoneS = 14 * 3600;

/**
 * Seconds by which the server's clock readings are ahead of UTC (19800 for India), or null when nothing is proven.
 *
 * The first eight hex digits of a sessionId are the UTC second of its creation, which is the session's start to the
 * second. When at least ten rows with such an id all differ by one and the same non-zero multiple of 15 minutes (2 s
 * either way), the times are in another zone. One row that agrees with its id is enough for null; leave out rows whose
 * start was itself taken from the id (the warning `startFromId` of decodeRow).
 */
export function findZoneError(rows: readonly { sessionId: string | null; startedAtS: number }[]): number | null {
  let shiftS: number | null = null;
  let count = 0;
  for (const row of rows) {
    const createdAtS = objectIdEpochS(row.sessionId);
    if (createdAtS === null) continue;
    const differenceS = row.startedAtS - createdAtS;
    const rowShiftS = Math.round(differenceS / stepS) * stepS;
    if (rowShiftS === 0 || Math.abs(rowShiftS) > farthestZoneS) return null;
    if (Math.abs(differenceS - rowShiftS) > toleranceS) return null;
    if (shiftS !== null && shiftS !== rowShiftS) return null;
    shiftS = rowShiftS;
    count += 1;
  }
  return count >= minRows ? shiftS : null;
}
