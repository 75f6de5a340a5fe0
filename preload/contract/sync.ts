// What a sync tells while it runs and when it has ended. Imports zod only.
import { z } from 'zod';

export const syncProgressSchema = z.object({
  windowsDone: z.number().int(),
  /** Done, under way and planned; grows when windows are split. */
  windowsKnown: z.number().int(),
  rows: z.number().int(),
  requests: z.number().int(),
  /** Requests in the last 60 seconds. */
  requestsPerMinute: z.number().int(),
  secondsLeft: z.number().int().nullable(),
});
export type SyncProgress = z.infer<typeof syncProgressSchema>;

export const syncSummarySchema = z.object({
  workspace: z.string(),
  requests: z.number().int(),
  rows: z.number().int(),
  inserted: z.number().int(),
  updated: z.number().int(),
  unchanged: z.number().int(),
  quarantined: z.number().int(),
  windows: z.object({
    complete: z.number().int(),
    split: z.number().int(),
    capped: z.number().int(),
    failed: z.number().int(),
  }),
  durationSeconds: z.number(),
  /** The most requests that fell into any 60 seconds. */
  rateMax: z.number().int(),
});
export type SyncSummary = z.infer<typeof syncSummarySchema>;
