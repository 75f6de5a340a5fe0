// Pure: how many rows an account has in a stretch of time, learned from what was fetched, to size windows before they
// are asked for. An estimate can only cost requests, never rows.

const HOUR_S = 3600;
const HOURS_A_WEEK = 168;
/** An hour of the week never seen yet may be busier than the ones seen: plan for a bit more. */
const UNSEEN_FACTOR = 1.3;

type Bucket = { agents: number; bots: number; seconds: number };
const emptyBucket = (): Bucket => ({ agents: 0, bots: 0, seconds: 0 });

export type Density = {
  /** Learns from a stretch that was seen whole. Rows outside it are ignored. */
  observe(fromS: number, toS: number, rows: Iterable<{ startedAtS: number | null; isBotOnly: boolean }>): void;
  /** Learns from counts per hour (`hour` = floor(epoch seconds / 3600)) of stretches known to be whole. */
  observeHours(hours: Iterable<{ hour: number; agents: number; bots: number }>): void;
  /** Rows to expect in [fromS, toS), null while nothing is known. In per-set paging the larger set counts, else the sum. */
  predict(fromS: number, toS: number, isPerSet: boolean): number | null;
  /** True when each hour of [fromS, toS) was seen, in this week or another: a Monday tells little of a Sunday. */
  knows(fromS: number, toS: number): boolean;
  /** The latest moment before `toS` from which at most `load` rows are expected, not earlier than `fromS`. */
  spanStart(fromS: number, toS: number, load: number, isPerSet: boolean): number | null;
};

export const createDensity = (): Density => {
  const hours = new Map<number, Bucket>();
  const weekHours = Array.from({ length: HOURS_A_WEEK }, emptyBucket);
  const dayHours = Array.from({ length: 24 }, emptyBucket);
  const all = emptyBucket();

  const add = (hour: number, agents: number, bots: number, seconds: number): void => {
    const own = hours.get(hour) ?? emptyBucket();
    hours.set(hour, own);
    for (const bucket of [own, weekHours[hour % HOURS_A_WEEK], dayHours[hour % 24], all]) {
      if (!bucket) continue;
      bucket.agents += agents;
      bucket.bots += bots;
      bucket.seconds += seconds;
    }
  };

  const rate = (bucket: Bucket, isPerSet: boolean): number =>
    (isPerSet ? Math.max(bucket.agents, bucket.bots) : bucket.agents + bucket.bots) / bucket.seconds;

  const ratePerSecond = (hour: number, isPerSet: boolean): number => {
    const own = hours.get(hour);
    if (own && own.seconds >= HOUR_S / 2) return rate(own, isPerSet);
    const sameWeekHour = weekHours[hour % HOURS_A_WEEK];
    if (sameWeekHour && sameWeekHour.seconds > 0) return rate(sameWeekHour, isPerSet);
    const sameDayHour = dayHours[hour % 24];
    if (sameDayHour && sameDayHour.seconds > 0) return rate(sameDayHour, isPerSet) * UNSEEN_FACTOR;
    return rate(all, isPerSet) * UNSEEN_FACTOR;
  };

  return {
    observe(fromS, toS, rows) {
      const counts = new Map<number, { agents: number; bots: number }>();
      for (const row of rows) {
        if (row.startedAtS === null || row.startedAtS < fromS || row.startedAtS >= toS) continue;
        const hour = Math.floor(row.startedAtS / HOUR_S);
        const count = counts.get(hour) ?? { agents: 0, bots: 0 };
        count[row.isBotOnly ? 'bots' : 'agents'] += 1;
        counts.set(hour, count);
      }
      for (let hour = Math.floor(fromS / HOUR_S); hour * HOUR_S < toS; hour += 1) {
        const seconds = Math.min(toS, (hour + 1) * HOUR_S) - Math.max(fromS, hour * HOUR_S);
        add(hour, counts.get(hour)?.agents ?? 0, counts.get(hour)?.bots ?? 0, seconds);
      }
    },
    observeHours(counts) {
      for (const { hour, agents, bots } of counts) add(hour, agents, bots, HOUR_S);
    },
    predict(fromS, toS, isPerSet) {
      if (all.seconds === 0) return null;
      let load = 0;
      for (let hour = Math.floor(fromS / HOUR_S); hour * HOUR_S < toS; hour += 1) {
        const seconds = Math.min(toS, (hour + 1) * HOUR_S) - Math.max(fromS, hour * HOUR_S);
        load += ratePerSecond(hour, isPerSet) * seconds;
      }
      return load;
    },
    knows(fromS, toS) {
      const last = Math.min(Math.ceil(toS / HOUR_S), Math.floor(fromS / HOUR_S) + HOURS_A_WEEK);
      for (let hour = Math.floor(fromS / HOUR_S); hour < last; hour += 1)
        if (weekHours[hour % HOURS_A_WEEK]?.seconds === 0) return false;
      return true;
    },
    spanStart(fromS, toS, load, isPerSet) {
      if (all.seconds === 0) return null;
      let left = load;
      let endS = toS;
      while (endS > fromS) {
        const hour = Math.floor((endS - 1) / HOUR_S);
        const startS = Math.max(fromS, hour * HOUR_S);
        const perSecond = ratePerSecond(hour, isPerSet);
        const expected = perSecond * (endS - startS);
        // At least a second, and not one of an hour that does not hold it.
        const latestS = Math.min(endS, toS - 1);
        if (expected > left) return Math.max(startS, Math.min(latestS, Math.ceil(endS - left / perSecond)));
        left -= expected;
        endS = startS;
      }
      return fromS;
    },
  };
};
