// The rules of one call: what a workspace counts by, with what the call asks otherwise; opening hours as a calendar; how far
// ahead of a period contacts must be known. Pure. May import the contract, local-time.ts and
// presets.ts.
import {
  type CountingRules,
  defaultRules,
  type OpeningHours,
  type RuleChanges,
} from '../../preload/contract/counting.ts';
import type { BusinessCalendar } from './local-time.ts';
import { presets } from './presets.ts';

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

/** Name and version of the formulas in force, to be printed with every report. */
export const nameDefinitions = ({ preset }: CountingRules): string => `${presets[preset].label} 1`;

/** One sentence for each rule that is not the usual one, so that no figure counted otherwise passes for a usual one. */
export const describeUnusualRules = (rules: CountingRules): string[] => {
  const { thresholds, repairs, repeatDays, openingHours } = rules;
  const usual = defaultRules;
  const limits = (['voice', 'written'] as const).flatMap((kind) => {
    const { serviceLevelS, shortAbandonS } = thresholds[kind];
    const isUsual =
      serviceLevelS === usual.thresholds[kind].serviceLevelS && shortAbandonS === usual.thresholds[kind].shortAbandonS;
    return isUsual
      ? []
      : `Limits on ${kind === 'voice' ? 'calls' : 'written channels'}: service level within ${serviceLevelS} s, an abandon is short below ${shortAbandonS} s.`;
  });
  return [
    ...limits,
    ...(repairs.shadows === 'counted' ? ['Agent-assist shadows are counted as sessions.'] : []),
    ...(repairs.microSessions === 'counted' ? ['Micro-sessions are counted like other sessions.'] : []),
    ...(repairs.reassignments === 'as-recorded' ? ['Entries that a supervisor moved count as recorded.'] : []),
    ...(repeatDays === usual.repeatDays ? [] : [`A new contact within ${repeatDays} days is a repeat.`]),
    ...(openingHours === null ? [] : ['After hours is what lies outside the workspace’s opening hours.']),
  ];
};
