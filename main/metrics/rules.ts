// The rules of one call: what a workspace counts by, with what the call asks otherwise; opening hours as a calendar; how far
// ahead of a period contacts must be known. Pure. May import the contract and local-time.ts.
import type { CountingRules, OpeningHours, RuleChanges } from '../../preload/contract/counting.ts';
import type { BusinessCalendar } from './local-time.ts';

/** Adjusted containment looks this far whatever makes a contact a repeat. */
const leastLookaheadDays = 7;

/** Seconds after the end of a period in which contacts decide its figures. */
export const lookaheadS = ({ repeatDays }: CountingRules): number =>
  Math.max(leastLookaheadDays, repeatDays) * 86_400 + 1;

/** `undefined` changes nothing. */
const overlay = <T extends object>(base: T, changes: { [K in keyof T]?: T[K] | undefined } = {}): T => ({
  ...base,
  ...Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined)),
});

export const applyRuleChanges = (rules: CountingRules, changes: RuleChanges = {}): CountingRules => ({
  preset: changes.preset ?? rules.preset,
  thresholds: {
    voice: overlay(rules.thresholds.voice, changes.thresholds?.voice),
    written: overlay(rules.thresholds.written, changes.thresholds?.written),
  },
  repairs: overlay(rules.repairs, changes.repairs),
  openingHours: changes.openingHours === undefined ? rules.openingHours : changes.openingHours,
  repeatDays: changes.repeatDays ?? rules.repeatDays,
});

export const toCalendar = ({ week, holidays }: OpeningHours, zone: string): BusinessCalendar => ({
  zone,
  weekly: Object.fromEntries(week.map((spans, index) => [index + 1, spans])),
  holidays,
});
