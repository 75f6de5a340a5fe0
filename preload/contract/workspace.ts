// A workspace: one Kore account and app, and how it is synced and reported on. Imports zod only.
import { z } from 'zod';
import { endpointSchema } from './conversation.ts';
import { defaultFigureSettings, figureSettingsSchema } from './figures.ts';
import { csatPolaritySchema } from './scorecard.ts';

/** A made-up contact centre: the same values make the same conversations. Bounds are UTC epoch seconds. */
export const sampleSchema = z.object({
  seed: z.number().int(),
  conversations: z.number().int().min(1).max(5_000_000),
  fromS: z.number().int(),
  toS: z.number().int(),
});
export type SampleSettings = z.infer<typeof sampleSchema>;

export const retentionDaysSchema = z.number().int().min(1).max(36_500).nullable();

export const workspaceSchema = z.object({
  id: z.string(),
  name: z.string(),
  host: z.string(),
  accountId: z.string(),
  appId: z.string(),
  /** Client ID of the JWT app; null when the workspace signs in with a pasted token. */
  clientId: z.string().nullable(),
  endpoints: z.array(endpointSchema).min(1),
  requestsPerMinute: z.number().int().positive(),
  /** IANA name: the zone in which days, weeks and reports are cut. */
  zone: z.string(),
  csatPolarity: csatPolaritySchema,
  /** How its figures are counted and judged. Reports issued before this existed were counted by the defaults. */
  figures: figureSettingsSchema.default(defaultFigureSettings),
  channels: z.array(z.string()),
  queues: z.array(z.string()),
  direction: z.enum(['Inbound', 'Outbound', 'Both']).nullable(),
  /** What began earlier than so many days ago is forgotten after each sync; null: nothing is. */
  retentionDays: retentionDaysSchema.default(null),
  /** What its sample contact centre is made from; null for a real account. */
  sample: sampleSchema.nullable(),
});
export type Workspace = z.infer<typeof workspaceSchema>;

/** What hangs on a workspace and goes with it. */
export const belongingsSchema = z.object({
  definitions: z.number().int(),
  schedules: z.number().int(),
  /** Entries of the list of issued reports, not their files. */
  issuedReports: z.number().int(),
  searches: z.number().int(),
  /** Conversations its user had forgotten: without the record, the same account connected again fetches them again. */
  forgotten: z.number().int(),
});
export type Belongings = z.infer<typeof belongingsSchema>;
