// How a workspace's figures are counted and judged: counting rules, teams, targets and the composite's weights. Imports zod
// only.
import { z } from 'zod';
import { countingRulesSchema, dateSchema, defaultRules } from './counting.ts';
import { metricNameSchema, scorecardGroupSchema } from './scorecard.ts';

/** An agent's time in a team, in whole local days. */
export const teamMemberSchema = z.strictObject({
  agent: z.string().min(1),
  /** First day in the team; null: ever since. */
  from: dateSchema.nullable(),
  /** Last day in the team, that day included; null: until further notice. */
  to: dateSchema.nullable(),
});
export type TeamMember = z.infer<typeof teamMemberSchema>;
/** The name is the key of its row: unlike any other team's, whatever the case of its letters. */
export const teamSchema = z.strictObject({
  name: z.string().trim().min(1).max(80),
  members: z.array(teamMemberSchema),
});
export type Team = z.infer<typeof teamSchema>;

export const targetSchema = z.strictObject({
  metric: metricNameSchema,
  by: scorecardGroupSchema,
  /** One row's key; null: every row of the group. A row's own target goes before. */
  key: z.string().min(1).nullable(),
  /** In the metric's own unit: fraction 0-1, seconds, count, points. */
  target: z.number(),
  /** First local day from which it holds; it holds until the next of the same metric, group and key. */
  from: dateSchema,
});
export type Target = z.infer<typeof targetSchema>;

/** One part of the weighted composite: 0 points at `floor`, 100 at `target`, in a straight line. */
export const compositeWeightSchema = z
  .strictObject({ metric: metricNameSchema, weight: z.number().positive(), floor: z.number(), target: z.number() })
  .refine(({ floor, target }) => floor !== target, 'floor and target must differ');
export type CompositeWeight = z.infer<typeof compositeWeightSchema>;

export const figureSettingsSchema = z.strictObject({
  rules: countingRulesSchema,
  composite: z.array(compositeWeightSchema),
  teams: z.array(teamSchema),
  targets: z.array(targetSchema),
});
export type FigureSettings = z.infer<typeof figureSettingsSchema>;

/**
 * Weighs what customers got. No handle time: where it is scored, agents rush and transfer. Without a confirmed CSAT scale
 * the CSAT part has no value and gives its weight to the others.
 */
const defaultComposite: CompositeWeight[] = [
  { metric: 'noRepeatRate', weight: 3, floor: 0.6, target: 0.95 },
  { metric: 'csatTop2', weight: 2, floor: 0.5, target: 0.9 },
  { metric: 'acceptRate', weight: 2, floor: 0.7, target: 0.95 },
  { metric: 'transferRate', weight: 2, floor: 0.4, target: 0.05 },
  { metric: 'wrapUpCoverage', weight: 1, floor: 0.5, target: 1 },
];

export const defaultFigureSettings: FigureSettings = {
  rules: defaultRules,
  composite: defaultComposite,
  teams: [],
  targets: [],
};
