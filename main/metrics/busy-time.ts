// How an agent's time was filled: the union of the segments' times, how many ran side by side, and how dense the day was.
// Pure arithmetic on intervals; may import series.ts.
// Source: metrics definitions, section 2.1 (busy time, concurrency, workload AHT, handling density, throughput).
import { type Accumulators, addValue } from './series.ts';

/** One handled segment of one agent. UTC epoch seconds. */
export type Shift = {
  /** The local day it counts for, that of its end. */
  day: string;
  assignedAtS: number | null;
  acceptedAtS: number;
  endedAtS: number;
  workEndedAtS: number;
  isWritten: boolean;
};

/** Sums over an agent's days. They add up over agents; the peak is a maximum. */
export type BusyTime = {
  segments: number;
  /** Length of the union of accept to end of after-call work, day by day. */
  busyS: number;
  /** From the day's first assignment (or accept) to its last end of work, day by day. */
  spanS: number;
  /** Written segments: their lengths summed, and the length of their union. */
  writtenS: number;
  writtenUnionS: number;
  /** Most written segments at one time; 0 without any. */
  peak: number;
  /** Hours, by UTC instant, in which a segment ended. */
  activeHours: number;
};

type Interval = { startS: number; endS: number };

/** Two clocks agree to about a second, so an overlap under 2 s is none: the next segment merely followed. */
const negligibleOverlapS = 2;

const byStart = (left: Interval, right: Interval): number => left.startS - right.startS || left.endS - right.endS;

/** Length of the union. An overlap below `negligibleS` is not taken off. */
export const measureUnion = (intervals: readonly Interval[], negligibleS = 0): number => {
  let total = 0;
  let current: Interval | null = null;
  for (const next of intervals.toSorted(byStart)) {
    if (current !== null && current.endS - next.startS >= Math.max(negligibleS, 1)) {
      current.endS = Math.max(current.endS, next.endS);
      continue;
    }
    if (current !== null) total += current.endS - current.startS;
    current = { ...next };
  }
  return current === null ? total : total + current.endS - current.startS;
};

/** Most intervals at one time, by a sweep over their starts and ends. Overlaps under 2 s do not count. */
export const findPeak = (intervals: readonly Interval[]): number => {
  const edges = intervals.flatMap(({ startS, endS }) => {
    const shortenedS = endS - (negligibleOverlapS - 1);
    return shortenedS <= startS
      ? []
      : [
          { atS: startS, step: 1 },
          { atS: shortenedS, step: -1 },
        ];
  });
  // At one instant ends come before starts.
  edges.sort((left, right) => left.atS - right.atS || left.step - right.step);
  let now = 0;
  let peak = 0;
  for (const { step } of edges) {
    now += step;
    peak = Math.max(peak, now);
  }
  return peak === 0 && intervals.length > 0 ? 1 : peak;
};

/** The busy time of one agent over the days of a period. */
export const measureBusyTime = (shifts: readonly Shift[]): BusyTime => {
  const result: BusyTime = {
    segments: shifts.length,
    busyS: 0,
    spanS: 0,
    writtenS: 0,
    writtenUnionS: 0,
    peak: 0,
    activeHours: new Set(shifts.map(({ endedAtS }) => Math.floor(endedAtS / 3600))).size,
  };
  for (const ofDay of Map.groupBy(shifts, ({ day }) => day).values()) {
    result.busyS += measureUnion(ofDay.map((shift) => ({ startS: shift.acceptedAtS, endS: shift.workEndedAtS })));
    const firstS = ofDay.reduce(
      (first, { assignedAtS, acceptedAtS }) => Math.min(first, assignedAtS ?? acceptedAtS, acceptedAtS),
      Number.POSITIVE_INFINITY,
    );
    const lastS = ofDay.reduce((last, { workEndedAtS }) => Math.max(last, workEndedAtS), Number.NEGATIVE_INFINITY);
    result.spanS += lastS - firstS;
    const written = ofDay
      .filter(({ isWritten }) => isWritten)
      .map((shift) => ({ startS: shift.acceptedAtS, endS: shift.endedAtS }));
    result.writtenS += written.reduce((sum, { startS, endS }) => sum + endS - startS, 0);
    result.writtenUnionS += measureUnion(written, negligibleOverlapS);
    result.peak = Math.max(result.peak, findPeak(written));
  }
  return result;
};

/** The sums of working time, as series. */
export const addBusyTotals = (into: Accumulators, busy: BusyTime): void => {
  const counted = into.get('busySegments') ?? { n: 0, sum: 0, sumSquares: 0, values: null };
  counted.n += busy.segments;
  counted.sum += busy.segments;
  counted.sumSquares += busy.segments;
  into.set('busySegments', counted);
  addValue(into, 'busyS', busy.busyS, false);
  addValue(into, 'spanS', busy.spanS, false);
  addValue(into, 'activeHours', busy.activeHours, false);
  if (busy.peak === 0) return;
  addValue(into, 'writtenS', busy.writtenS, false);
  addValue(into, 'writtenUnionS', busy.writtenUnionS, false);
  addValue(into, 'peakWritten', busy.peak, true);
};
