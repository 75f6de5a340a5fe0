// Realistic raw rows for tests, through the sample centre's generator.
import { createSampleCentre } from '../../main/sample/generator.ts';
import { selectableFields } from '../../main/sample/render.ts';
import type { KoreRow } from './rows.ts';

export type MakeRowsOptions = {
  seed: number;
  /** Exact number of sessions in the period; unlisted ones (see asOfS) are left out. */
  count: number;
  days: number;
  /** End of the period, UTC epoch seconds. */
  endS: number;
  /** The moment of the look. Left out: a week after endS, when everything has closed and every survey is in. */
  asOfS?: number;
};

/** Rows with all groups and naive times in UTC, in the order of start. `v1` and `v2` are plain objects of their own. */
export const makeRows = ({ seed, count, days, endS, asOfS = endS + 7 * 86400 }: MakeRowsOptions): KoreRow[] => {
  const fromS = endS - days * 86400;
  const centre = createSampleCentre({ seed, fromS, toS: endS, conversations: count, nowS: asOfS });
  const rows: KoreRow[] = [];
  for (const session of centre.sessionsBetween(fromS, endS)) {
    if (!centre.isListed(session)) continue;
    rows.push({
      v1: centre.renderRow(session, 'v1-calls', { selectedFields: selectableFields }),
      v2: centre.renderRow(session, 'v2-interactions', { selectedFields: selectableFields }),
    });
  }
  return rows;
};
