// When the sessions of a sample centre start: exact counts for each hour from a weekday and hour profile, then one even
// slot of the hour for each session. Any start can be computed on its own, starts never go back, and nothing but one
// number for each hour is kept. Imports random only.
import { hash32, toFraction } from './random.ts';

const hourS = 3600;
const dayS = 86400;

/** Share of a day's volume by UTC hour: a morning peak, a lunch dip, an evening tail, a thin night. */
const hourProfile = [
  0.6, 0.4, 0.3, 0.3, 0.4, 0.8, 1.8, 3.6, 6.4, 8.2, 8.8, 8.4, 7.0, 6.6, 7.6, 7.8, 7.2, 6.0, 4.6, 3.6, 2.8, 2.0, 1.4,
  0.9,
];
/** Sunday first, as Date.getUTCDay counts. */
const weekdayProfile = [0.35, 1.25, 1.1, 1.0, 1.0, 1.05, 0.5];

export type Timeline = {
  /** Number of sessions. */
  total: number;
  /** UTC epoch second at which session `index` (0 .. total - 1) starts. Never smaller than that of `index - 1`. */
  startAt(index: number): number;
};

/** Spreads exactly `total` starts over fromS <= start < toS (UTC epoch seconds). */
export const createTimeline = (seed: number, fromS: number, toS: number, total: number): Timeline => {
  const firstHour = Math.floor(fromS / hourS);
  const hours = Math.max(1, Math.ceil(toS / hourS) - firstHour);
  const weights = new Float64Array(hours + 1);
  for (let hour = 0; hour < hours; hour += 1) {
    const beginS = Math.max(fromS, (firstHour + hour) * hourS);
    const endS = Math.min(toS, (firstHour + hour + 1) * hourS);
    const day = Math.floor(beginS / dayS);
    // 1970-01-01 was a Thursday.
    const weekday = weekdayProfile[(day + 4) % 7] ?? 1;
    const mood = 0.88 + 0.24 * toFraction(hash32(seed, day, 0xda7));
    const profile = hourProfile[Math.floor((beginS % dayS) / hourS)] ?? 1;
    weights[hour + 1] = (weights[hour] ?? 0) + (profile * weekday * mood * (endS - beginS)) / hourS;
  }
  const totalWeight = weights[hours] ?? 1;
  const firstIndex = Float64Array.from(weights, (weight) => Math.round((total * weight) / totalWeight));

  const hourOf = (index: number): number => {
    let low = 0;
    let high = hours - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if ((firstIndex[middle] ?? 0) <= index) low = middle;
      else high = middle - 1;
    }
    return low;
  };

  return {
    total,
    startAt: (index) => {
      const hour = hourOf(index);
      const first = firstIndex[hour] ?? 0;
      const count = (firstIndex[hour + 1] ?? total) - first;
      const beginS = Math.max(fromS, (firstHour + hour) * hourS);
      const endS = Math.min(toS, (firstHour + hour + 1) * hourS);
      const slot = index - first + toFraction(hash32(seed, index, 0x57a7));
      return beginS + Math.floor((slot * (endS - beginS)) / count);
    },
  };
};
