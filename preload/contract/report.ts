// Reports as scripts and the window see them: saved definitions, issued reports and what has changed since, schedules
// and their runs. Imports zod only.
import { z } from 'zod';
import { periodCoverageSchema, periodSchema } from './scorecard.ts';

export const reportKinds = [
  'agent-scorecards',
  'team-summary',
  'queue-service',
  'bot-containment',
  'dispositions',
  'surveys',
  'callbacks',
  'raw-rows',
] as const;
export const reportKindSchema = z.enum(reportKinds);
export type ReportKindName = z.infer<typeof reportKindSchema>;

export const reportFormats = ['pdf', 'csv'] as const;
export const reportFormatSchema = z.enum(reportFormats);
export type ReportFormat = z.infer<typeof reportFormatSchema>;

/** Words of the command line that follow `report`, so that no definition can be called like one. */
export const reservedReportNames = ['list', 'again', 'diff', 'define', 'definitions', 'undefine', 'help', 'run'];

/** Settings of one kind of report; each kind checks its own. */
export const reportSettingsSchema = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]));
export type ReportSettings = z.infer<typeof reportSettingsSchema>;

export const definitionInputSchema = z.object({
  name: z.string().trim().min(1).max(80),
  kind: reportKindSchema,
  /** 2025-09, last-week, FROM..TO …: read anew, in the zone, whenever the report is made. */
  period: z.string().min(1),
  /** IANA name; null: the workspace's, whatever it is then. */
  zone: z.string().nullable().default(null),
  filters: reportSettingsSchema.default({}),
  options: reportSettingsSchema.default({}),
  formats: z.array(reportFormatSchema).min(1),
  mask: z.boolean(),
});

export const reportDefinitionSchema = z.object({
  ...definitionInputSchema.shape,
  zone: z.string().nullable(),
  filters: reportSettingsSchema,
  options: reportSettingsSchema,
  workspace: z.string(),
  createdAt: z.string(),
});
export type ReportDefinition = z.infer<typeof reportDefinitionSchema>;

export const issuedFileSchema = z.object({
  format: reportFormatSchema,
  name: z.string(),
  /** Where it was written. It may have been moved since. */
  path: z.string(),
  sha256: z.string(),
  bytes: z.number().int(),
});
export type IssuedFile = z.infer<typeof issuedFileSchema>;

export const issuedReportSchema = z.object({
  id: z.number().int(),
  workspace: z.string(),
  /** The saved definition's name then; null when only a kind was named. */
  definition: z.string().nullable(),
  kind: reportKindSchema,
  periodExpression: z.string(),
  periodLabel: z.string(),
  period: periodSchema,
  filters: reportSettingsSchema,
  options: reportSettingsSchema,
  isMasked: z.boolean(),
  issuedAt: z.string(),
  dataAsOf: z.string().nullable(),
  coverage: periodCoverageSchema,
  rowCounts: z.record(z.string(), z.number().int()),
  /** Name and version of the formulas. */
  definitions: z.string(),
  /** SHA-256 over every figure: printed on the report. */
  contentHash: z.string(),
  files: z.array(issuedFileSchema),
});
export type IssuedReport = z.infer<typeof issuedReportSchema>;

export const reportPreviewSchema = z.object({
  /** Of the whole PDF. */
  pageCount: z.number().int(),
  /** The pages asked for, each an SVG document; fewer at the end. */
  pages: z.array(z.string()),
});
export type ReportPreview = z.infer<typeof reportPreviewSchema>;

/** What a conversation can have done since a report was issued. */
export const changeKinds = ['appeared', 'closed', 'survey', 'disposition', 'other'] as const;
export const changeKindSchema = z.enum(changeKinds);
export type ChangeKind = z.infer<typeof changeKindSchema>;

export const conversationChangeSchema = z.object({
  key: z.string(),
  startedAt: z.string(),
  /** False: it began outside the period, in the comparison period or before, and may still count in a figure. */
  isInPeriod: z.boolean(),
  changes: z.array(changeKindSchema).min(1),
});

const figureValueSchema = z.object({ value: z.number().nullable(), n: z.number().int() });
export const figureChangeSchema = z.object({
  key: z.string(),
  name: z.string(),
  figure: z.string(),
  /** Null: there was no such row. */
  before: figureValueSchema.nullable(),
  after: figureValueSchema.nullable(),
});
export type FigureChange = z.infer<typeof figureChangeSchema>;

export const reportDiffSchema = z.object({
  id: z.number().int(),
  issuedAt: z.string(),
  /** The report's. */
  zone: z.string(),
  /** Conversations by what they have done; one can be in several. */
  counts: z.record(changeKindSchema, z.number().int()),
  /** Conversations that are no longer there under their key: a bot session that became a conversation, mostly. */
  gone: z.number().int(),
  /** Conversations whose user had them forgotten: nothing is known of them any more. */
  forgotten: z.number().int(),
  /** False when what the comparison needs was dropped to save room: then only the figures are compared. */
  isComparable: z.boolean(),
  /** At most 1,000, by start; the counts are of all. */
  conversations: z.array(conversationChangeSchema),
  figures: z.array(figureChangeSchema),
  coverageBefore: periodCoverageSchema,
  coverageAfter: periodCoverageSchema,
  dataAsOfBefore: z.string().nullable(),
  dataAsOfAfter: z.string().nullable(),
});
export type ReportDiff = z.infer<typeof reportDiffSchema>;

export const againResultSchema = z.object({
  id: z.number().int(),
  /** Every file has the bytes it had when it was issued. */
  isIdentical: z.boolean(),
  /** What differs and why, when something does. */
  message: z.string(),
  files: z.array(issuedFileSchema),
});
export type AgainResult = z.infer<typeof againResultSchema>;

export const cadences = ['daily', 'weekly', 'monthly'] as const;
export const cadenceSchema = z.enum(cadences);
export type Cadence = z.infer<typeof cadenceSchema>;

const localTimeSchema = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'write a time of day such as 07:30');
/** ISO: 1 is Monday, 7 is Sunday. */
const weekdaySchema = z.number().int().min(1).max(7).nullable();
/** In a shorter month its last day stands for it. */
const monthDaySchema = z.number().int().min(1).max(31).nullable();

export const scheduleInputSchema = z.object({
  definition: z.string().min(1),
  cadence: cadenceSchema,
  time: localTimeSchema,
  weekday: weekdaySchema.default(null),
  monthDay: monthDaySchema.default(null),
  /** Null: the definition's zone, else the workspace's, as it is now. */
  zone: z.string().nullable().default(null),
  /** A relative period; null: the definition's. */
  period: z.string().min(1).nullable().default(null),
  /** An absolute path. */
  folder: z.string().min(1),
  /** {kind} {period} {workspace} {date}; {date} is the day the run was due. */
  namePattern: z.string().min(1).max(200).default('{kind} {workspace} {period}'),
});

export const runStates = ['claimed', 'done', 'failed', 'missed'] as const;
export const scheduleRunSchema = z.object({
  schedule: z.number().int(),
  dueAt: z.string(),
  state: z.enum(runStates),
  attempts: z.number().int(),
  startedAt: z.string().nullable(),
  finishedAt: z.string().nullable(),
  /** Why it failed or what to know about it; empty when there is nothing to say. */
  message: z.string(),
  issuedId: z.number().int().nullable(),
});
export type ScheduleRun = z.infer<typeof scheduleRunSchema>;

export const scheduleSchema = z.object({
  id: z.number().int(),
  definition: z.string(),
  cadence: cadenceSchema,
  time: z.string(),
  weekday: weekdaySchema,
  monthDay: monthDaySchema,
  zone: z.string(),
  period: z.string(),
  folder: z.string(),
  namePattern: z.string(),
  isEnabled: z.boolean(),
  /** Null while it is paused. */
  nextDueAt: z.string().nullable(),
  /** Newest first. */
  runs: z.array(scheduleRunSchema),
});
export type Schedule = z.infer<typeof scheduleSchema>;

export const runDueResultSchema = z.object({
  /** What this call ran, each with its end. */
  runs: z.array(scheduleRunSchema),
  /** Due instants too far back to run, recorded now. */
  missed: z.number().int(),
});
export type RunDueResult = z.infer<typeof runDueResultSchema>;
