// What one row of a scorecard gathers: sums by series, calls apart until their hold is known, working time by agent. Pure.
// May import busy-time.ts and series.ts.
import { type BusyTime, measureBusyTime, type Shift } from './busy-time.ts';
import { type Accumulators, addValue } from './series.ts';

export type Group = {
  accumulators: Accumulators;
  /** Hold and talk of calls, kept apart by channel until it is known which channels carry hold. */
  callsByChannel: Map<string, Accumulators>;
  /** By agent and team only: when each agent worked, by agent. */
  shifts: Map<string, Shift[]>;
};

export const findIn = (groups: Map<string, Group>, key: string): Group => {
  let group = groups.get(key);
  if (group === undefined) {
    group = { accumulators: new Map(), callsByChannel: new Map(), shifts: new Map() };
    groups.set(key, group);
  }
  return group;
};

export const findCalls = (group: Group, channel: string): Accumulators => {
  const calls = group.callsByChannel.get(channel) ?? new Map();
  group.callsByChannel.set(channel, calls);
  return calls;
};

export const addShifts = (group: Group, agent: string, shifts: readonly Shift[]): void => {
  const known = group.shifts.get(agent);
  if (known === undefined) group.shifts.set(agent, [...shifts]);
  else for (const shift of shifts) known.push(shift);
};

/** The sums of one agent's working time, as series. */
export const addBusyTime = (into: Accumulators, shifts: readonly Shift[]): void => {
  if (shifts.length > 0) addBusyTotals(into, measureBusyTime(shifts));
};

/** The same of working time already measured. */
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
