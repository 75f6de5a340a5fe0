// How entries, sessions and contacts are counted: whose definitions, limits, repairs, opening hours. Imports zod only.
import { z } from 'zod';

export const presetNames = ['afterword', 'kore', 'genesys', 'talkdesk'] as const;
export const presetNameSchema = z.enum(presetNames);
export type PresetName = z.infer<typeof presetNameSchema>;

const waitS = z.number().int().min(0).max(86_400);
/** Time limits of one kind of channel, in seconds. */
export const waitLimitsSchema = z.strictObject({
  /** Answered within this many seconds is within service level. */
  serviceLevelS: waitS,
  /** An abandon after less than this is short. 0: none is. */
  shortAbandonS: waitS,
});
export const thresholdsSchema = z.strictObject({ voice: waitLimitsSchema, written: waitLimitsSchema });
export type WaitLimits = z.infer<typeof waitLimitsSchema>;
export type Thresholds = z.infer<typeof thresholdsSchema>;

/** The three repairs of odd rows (metrics definitions, facts 6, 7 and 8). */
export const repairsSchema = z.strictObject({
  /** 'left-out': agent-assist shadows count nowhere. 'counted': as sessions of their own, as the API lists them. */
  shadows: z.enum(['left-out', 'counted']),
  /** 'left-out': bot sessions under 10 s resolve nothing and are no contact. 'counted': like any other. */
  microSessions: z.enum(['left-out', 'counted']),
  /** 'repaired': an entry moved by a supervisor is answered by the next destination. 'as-recorded': it is not. */
  reassignments: z.enum(['repaired', 'as-recorded']),
});
export type Repairs = z.infer<typeof repairsSchema>;

export const dateSchema = z.iso.date('write a day as 2025-09-30');
const minuteOfDay = z.number().int().min(0).max(1440);
const openSpanSchema = z
  .strictObject({ fromMinute: minuteOfDay, toMinute: minuteOfDay })
  .refine(({ fromMinute, toMinute }) => fromMinute < toMinute, 'opening hours must begin before they end');
/** Opening hours on the workspace's local clock. */
export const openingHoursSchema = z.strictObject({
  /** Monday first: the open spans of each weekday in minutes since midnight; `toMinute` is the first minute closed. */
  week: z.array(z.array(openSpanSchema)).length(7),
  /** Local dates on which it is closed all day. */
  holidays: z.array(dateSchema),
});
export type OpeningHours = z.infer<typeof openingHoursSchema>;

/** How entries, sessions and contacts are counted. Each can be set otherwise for one call. */
export const countingRulesSchema = z.strictObject({
  preset: presetNameSchema,
  thresholds: thresholdsSchema,
  repairs: repairsSchema,
  /** Null: not set, and no after-hours figure. */
  openingHours: openingHoursSchema.nullable(),
  /** Within how many days a new contact is a repeat. */
  repeatDays: z.number().int().min(1).max(30),
});
export type CountingRules = z.infer<typeof countingRulesSchema>;
/** What one call counts otherwise than the workspace. */
export const ruleChangesSchema = z.strictObject({
  preset: presetNameSchema.optional(),
  thresholds: z
    .strictObject({ voice: waitLimitsSchema.partial().optional(), written: waitLimitsSchema.partial().optional() })
    .optional(),
  repairs: repairsSchema.partial().optional(),
  openingHours: openingHoursSchema.nullable().optional(),
  repeatDays: countingRulesSchema.shape.repeatDays.optional(),
});
export type RuleChanges = z.infer<typeof ruleChangesSchema>;

/** 80/20 for calls and 60 s for chats are custom, not a standard; there is no standard for short abandons either. */
export const defaultThresholds: Thresholds = {
  voice: { serviceLevelS: 20, shortAbandonS: 5 },
  written: { serviceLevelS: 60, shortAbandonS: 0 },
};
export const defaultRepairs: Repairs = { shadows: 'left-out', microSessions: 'left-out', reassignments: 'repaired' };

export const defaultRules: CountingRules = {
  preset: 'afterword',
  thresholds: defaultThresholds,
  repairs: defaultRepairs,
  openingHours: null,
  repeatDays: 7,
};
