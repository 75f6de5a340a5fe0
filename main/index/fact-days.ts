// The working time of agents from the columns: each day of each agent is measured once and kept, and only days that a period
// cuts are measured again. May import the metrics, fact-views.ts and fact-store.ts.
import { type BusyTime, measureBusyTime, type Shift } from '../metrics/busy-time.ts';
import { createDayReader } from '../metrics/local-time.ts';
import { createSegmentReader } from './fact-readers.ts';
import type { FactStore } from './fact-store.ts';
import type { SlotRange } from './fact-sums.ts';
import type { FactView } from './fact-views.ts';

type Day = { from: number; to: number; busy: BusyTime; firstHour: number; lastHour: number };

export type DayMeasure = (ranges: readonly SlotRange[]) => BusyTime | null;

const hourOf = (atS: number): number => Math.floor(atS / 3600);

/** Measures one agent's rows of the view of segments; null when no row has the times for it. */
export const createDayMeasure = (store: FactStore, view: FactView, zone: string): DayMeasure => {
  const dayOf = createDayReader(zone);
  const read = createSegmentReader(store);
  const shiftsOf = (from: number, to: number): Shift[] => {
    const shifts: Shift[] = [];
    for (let at = from; at < to; at += 1) {
      const { acceptedAtS, assignedAtS, endedAtS, workEndedAtS, isVoice } = read(view.rows[at] as number);
      if (acceptedAtS === null || endedAtS < acceptedAtS) continue;
      shifts.push({ day: dayOf(endedAtS), assignedAtS, acceptedAtS, endedAtS, workEndedAtS, isWritten: !isVoice });
    }
    return shifts;
  };
  const measure = (from: number, to: number): Day | null => {
    const shifts = shiftsOf(from, to);
    const [first] = shifts;
    const last = shifts.at(-1);
    if (first === undefined || last === undefined) return null;
    return {
      from,
      to,
      busy: measureBusyTime(shifts),
      firstHour: hourOf(first.endedAtS),
      lastHour: hourOf(last.endedAtS),
    };
  };
  /** The days of the run a place lies in, by the place where the run begins. */
  const known = new Map<number, Day[]>();
  const daysOf = (at: number): { days: Day[]; to: number } => {
    let low = 0;
    let high = view.runs.length;
    while (low + 1 < high) {
      const middle = (low + high) >>> 1;
      if ((view.runs[middle]?.from ?? 0) <= at) low = middle;
      else high = middle;
    }
    const run = view.runs[low] ?? { from: 0, to: 0 };
    let days = known.get(run.from);
    if (days === undefined) {
      days = [];
      for (let from = run.from; from < run.to; ) {
        const day = dayOf(view.times[from] as number);
        let to = from + 1;
        while (to < run.to && dayOf(view.times[to] as number) === day) to += 1;
        const measured = measure(from, to);
        if (measured !== null) days.push(measured);
        from = to;
      }
      known.set(run.from, days);
    }
    return { days, to: run.to };
  };

  return (ranges) => {
    const [only] = ranges;
    if (only === undefined) return null;
    // Rows that are apart may share a day: they are measured together.
    if (ranges.length > 1 || only.from >= view.oddFrom) {
      const shifts = ranges.flatMap(({ from, to }) => shiftsOf(from, to));
      return shifts.length === 0 ? null : measureBusyTime(shifts);
    }
    const total: BusyTime = {
      segments: 0,
      busyS: 0,
      spanS: 0,
      writtenS: 0,
      writtenUnionS: 0,
      peak: 0,
      activeHours: 0,
    };
    let lastHour: number | null = null;
    for (const whole of daysOf(only.from).days) {
      if (whole.to <= only.from || whole.from >= only.to) continue;
      const isWhole = whole.from >= only.from && whole.to <= only.to;
      const day = isWhole ? whole : measure(Math.max(whole.from, only.from), Math.min(whole.to, only.to));
      if (day === null) continue;
      const { busy } = day;
      total.segments += busy.segments;
      total.busyS += busy.busyS;
      total.spanS += busy.spanS;
      total.writtenS += busy.writtenS;
      total.writtenUnionS += busy.writtenUnionS;
      total.peak = Math.max(total.peak, busy.peak);
      // Where a zone is not whole hours off, one hour can lie in two days.
      total.activeHours += busy.activeHours - (lastHour === day.firstHour ? 1 : 0);
      lastHour = day.lastHour;
    }
    return total.segments === 0 ? null : total;
  };
};
