// THE contract: every procedure that a window, the command line or a test can call, and every event they can hear.
// Types are inferred from the schemas; inputs are parsed on entry in every host. Imports zod only.
import { z } from 'zod';
import {
  cardSchema,
  figureRowsSchema,
  peerComparisonSchema,
  reconciliationSchema,
  totalsSchema,
  trendUnitSchema,
} from './comparison.ts';
import { conversationSchema, endpointSchema } from './conversation.ts';
import { ruleChangesSchema } from './counting.ts';
import { errorSchema } from './errors.ts';
import { figureSettingsSchema, targetSchema, teamSchema } from './figures.ts';
import { hostEvents, hostProcedures } from './host.ts';
import { privacyProcedures } from './privacy.ts';
import {
  againResultSchema,
  definitionInputSchema,
  issuedReportSchema,
  reportDefinitionSchema,
  reportDiffSchema,
  reportFormatSchema,
  reportPreviewSchema,
  reportSettingsSchema,
  runDueResultSchema,
  scheduleInputSchema,
  scheduleSchema,
} from './report.ts';
import {
  coverageRangeSchema,
  csatPolaritySchema,
  metricInfoSchema,
  metricNameSchema,
  periodCoverageSchema,
  periodSchema,
  scorecardGroupSchema,
  scorecardSchema,
  someFiguresSchema,
} from './scorecard.ts';
import { syncProgressSchema, syncSummarySchema } from './sync.ts';
import { belongingsSchema, workspaceSchema } from './workspace.ts';

const procedure = <I extends z.ZodType, O extends z.ZodType>(input: I, output: O) => ({ input, output });
const nothing = z.object({}).optional();
/** Name or id; may be left out when there is one workspace. */
const workspace = z.string().min(1).optional();
/** What a period is counted by. */
const counted = {
  workspace,
  by: scorecardGroupSchema,
  agent: z.string().optional(),
  period: z.string().min(1),
  zone: z.string().optional(),
  /** What to count otherwise than the workspace does. */
  rules: ruleChangesSchema.optional(),
};
/** What a report is made from. */
const reported = {
  workspace,
  /** A saved definition's name, or a kind; what stands below goes before what the definition says. */
  report: z.string().min(1),
  period: z.string().min(1).optional(),
  mask: z.boolean().optional(),
  zone: z.string().optional(),
  filters: reportSettingsSchema.optional(),
  options: reportSettingsSchema.optional(),
};
const figureRulesSchema = z.object({
  csatPolarity: csatPolaritySchema,
  ...figureSettingsSchema.pick({ rules: true, composite: true }).shape,
});
const jobStarted = z.object({ jobId: z.string() });

export const credentialInputSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('token'), token: z.string().min(1) }),
  z.object({ kind: z.literal('client-secret'), secret: z.string().min(1) }),
  /** From the environment, the credentials directory, or what the keychain already holds. */
  z.object({ kind: z.literal('existing') }),
]);

export const facetSchema = z.object({ value: z.string(), label: z.string(), count: z.number().int() });
/** Where the words of a query stand in a text. */
export const highlightSchema = z.object({
  field: z.enum(['notes', 'remarks', 'feedback']),
  /** A part of the text, cut between words. */
  text: z.string(),
  /** First character and first one behind, in order, in UTF-16 units of `text`. */
  marks: z.array(z.tuple([z.number().int(), z.number().int()])),
});
export const searchResultSchema = z.object({
  total: z.number().int(),
  rows: z.array(conversationSchema),
  /** For each row, in its order. */
  highlights: z.array(z.array(highlightSchema)),
  facets: z.record(z.string(), z.array(facetSchema)),
  /** Give it as `after` to get the next page; null when this is the last. */
  next: z.string().nullable(),
  tookMs: z.number(),
});
export type SearchResult = z.infer<typeof searchResultSchema>;

export const sortColumns = [
  'started',
  'aht',
  'hold',
  'wait',
  'acw',
  'csat',
  'nps',
  'liked',
  'agent',
  'queue',
  'channel',
  'status',
  'direction',
  'disposition',
  'survey',
  'intent',
  'outcome',
  'bot',
] as const;
export type SortColumn = (typeof sortColumns)[number];
/** A column, with a minus before it for the largest first. What is unknown stands last either way. */
export const sortSchema = z
  .string()
  .refine(
    (sort): sort is SortColumn | `-${SortColumn}` => sortColumns.some((name) => sort === name || sort === `-${name}`),
    {
      error: `there is no such order; write one of ${sortColumns.join(', ')}, with a minus before it for the largest first`,
    },
  );

export const completionSchema = z.object({
  /** What to put in the place of `from` up to `to`. */
  text: z.string(),
  label: z.string(),
  /** Conversations it would find alone; null where nothing is counted. */
  count: z.number().int().nullable(),
});
export const savedSearchSchema = z.object({
  name: z.string(),
  query: z.string(),
  sort: sortSchema,
  savedAt: z.string(),
});
export type SavedSearch = z.infer<typeof savedSearchSchema>;

export const doctorCheckSchema = z.object({
  name: z.string(),
  state: z.enum(['ok', 'warning', 'failed', 'skipped']),
  /** What was found and, when it is not well, what to do. */
  message: z.string(),
});
export type DoctorCheck = z.infer<typeof doctorCheckSchema>;

export const exportKinds = ['conversations', 'segments', 'queue-entries'] as const;
export const exportFormats = ['csv', 'ndjson', 'parquet'] as const;

/** What a user calls something: printed on terminals and pages, so nothing that could move a cursor. */
const newNameSchema = z
  .string()
  .trim()
  .min(1)
  .max(80)
  .regex(/^\P{Cc}*$/u, 'a name has no line breaks or control characters');

/** Ids stand in the address of each request. */
const idSchema = (what: string) =>
  z
    .string()
    .trim()
    .regex(/^[\w-]+$/, `${what} consists of letters, digits, _ and -`);

export const procedures = {
  'workspaces.list': procedure(nothing, z.array(workspaceSchema)),
  'workspaces.connect': procedure(
    z.object({
      name: newNameSchema,
      host: z.string().min(1),
      accountId: idSchema('the account id'),
      appId: idSchema('the app id'),
      // Left out: as the workspace of this name has it, else the default.
      clientId: z.string().trim().min(1).optional(),
      endpoints: z.array(endpointSchema).min(1).optional(),
      requestsPerMinute: z.number().int().min(1).max(100_000).optional(),
      zone: z.string().min(1).optional(),
      credential: credentialInputSchema,
      /** Keep the credential in the keychain. */
      store: z.boolean(),
      /** Try the credential with one small request. */
      check: z.boolean(),
    }),
    workspaceSchema,
  ),
  'workspaces.rename': procedure(z.object({ workspace: z.string().min(1), name: newNameSchema }), workspaceSchema),
  /** What `workspaces.remove` would take along. */
  'workspaces.belongings': procedure(z.object({ workspace: z.string().min(1) }), belongingsSchema),
  /**
   * Removes a workspace for good: its conversations, sign-in, settings, and all that belongs to it. Report files that were
   * written stay where they are.
   */
  'workspaces.remove': procedure(
    z.object({ workspace: z.string().min(1) }),
    z.object({
      removed: belongingsSchema,
      /** False: the keychain could not be reached, and may still hold the sign-in. */
      isSignInRemoved: z.boolean(),
    }),
  ),
  /** Makes up a contact centre that ends now and puts it behind the workspace “Sample”, without syncing it yet. */
  'sample.connect': procedure(
    z.object({
      seed: z.number().int(),
      days: z.number().int().min(1).max(3650),
      conversations: z.number().int().min(1).max(5_000_000),
    }),
    workspaceSchema,
  ),
  'sync.start': procedure(z.object({ workspace, from: z.string().optional(), to: z.string().optional() }), jobStarted),
  'coverage.get': procedure(
    z.object({ workspace }),
    z.object({ workspace: z.string(), ranges: z.array(coverageRangeSchema) }),
  ),
  'search.run': procedure(
    z.object({
      workspace,
      query: z.string().max(2000),
      limit: z.number().int().min(0).max(1000),
      offset: z.number().int().min(0).default(0),
      /** The `next` of the page before, asked with the same query and sort: pages stay whole while a sync adds rows. */
      after: z.string().max(2000).optional(),
      sort: sortSchema.default('-started'),
      facets: z.boolean().default(true),
      /** A window's or view's own name: its newer search cancels its older one. */
      client: z.string().min(1).max(100).optional(),
    }),
    searchResultSchema,
  ),
  /** What can stand at the cursor: fields, and values with counts. */
  'search.complete': procedure(
    z.object({
      workspace,
      text: z.string().max(2000),
      cursor: z.number().int().min(0),
      limit: z.number().int().min(1).max(50).default(12),
    }),
    z.object({ from: z.number().int(), to: z.number().int(), items: z.array(completionSchema) }),
  ),
  /** By name. */
  'search.saved': procedure(z.object({ workspace }), z.array(savedSearchSchema)),
  /** Saves a search, in the place of the one of that name. */
  'search.save': procedure(
    z.object({
      workspace,
      name: newNameSchema,
      query: z.string().max(2000),
      sort: sortSchema.default('-started'),
    }),
    savedSearchSchema,
  ),
  'search.unsave': procedure(z.object({ workspace, name: z.string().min(1) }), z.object({})),
  'conversation.get': procedure(z.object({ workspace, id: z.string().min(1) }), conversationSchema),
  'conversation.raw': procedure(
    z.object({ workspace, id: z.string().min(1) }),
    z.array(z.object({ endpoint: endpointSchema, fetchedAt: z.string(), row: z.unknown() })),
  ),
  /** Every metric there is, in the order in which scorecards show them. */
  'metrics.list': procedure(nothing, z.array(metricInfoSchema)),
  'scorecard.get': procedure(
    z.object({
      ...counted,
      /** Give the period before it too. */
      previous: z.boolean().default(false),
    }),
    scorecardSchema,
  ),
  /** The same with the figures that are needed alone, which is many times faster; the composite's parts come with them. */
  'scorecard.figures': procedure(
    z.object({ ...counted, metrics: z.array(metricNameSchema), previous: z.boolean().default(false) }),
    someFiguresSchema,
  ),
  /** A few figures of all rows together, with the period before and their course; no rows, so it costs much less. */
  'scorecard.totals': procedure(
    z.object({ ...counted, metrics: z.array(metricNameSchema).min(1).max(20), unit: trendUnitSchema.optional() }),
    totalsSchema,
  ),
  /** One row: previous period, trend, peers, targets, composite. */
  'scorecard.card': procedure(
    z.object({ ...counted, key: z.string().min(1), unit: trendUnitSchema.optional() }),
    cardSchema,
  ),
  /** All rows by one metric: ranks, funnel limits, shrinkage, adjustment for mix. */
  'scorecard.peers': procedure(
    z.object({ ...counted, metric: metricNameSchema }),
    z.object({ period: periodSchema, coverage: periodCoverageSchema, ...peerComparisonSchema.shape }),
  ),
  /** The cases that make up a figure. */
  'figure.rows': procedure(
    z.object({
      ...counted,
      metric: metricNameSchema,
      /** Left out: the total. */
      key: z.string().min(1).optional(),
      limit: z.number().int().min(0).max(10_000).default(100),
      offset: z.number().int().min(0).default(0),
    }),
    figureRowsSchema,
  ),
  /** The same entries under every preset, and how each was counted. */
  'reconcile.run': procedure(
    z.object({
      workspace,
      period: z.string().min(1),
      zone: z.string().optional(),
      rules: ruleChangesSchema.omit({ preset: true }).optional(),
      /** Of the entries. */
      limit: z.number().int().min(0).max(10_000).default(0),
      offset: z.number().int().min(0).default(0),
    }),
    reconciliationSchema,
  ),
  'settings.get': procedure(z.object({ workspace }), figureRulesSchema),
  /** Changes what is given and leaves the rest. */
  'settings.set': procedure(
    z.object({
      workspace,
      csatPolarity: csatPolaritySchema.optional(),
      rules: ruleChangesSchema.optional(),
      /** In the place of all parts there were. */
      composite: figureSettingsSchema.shape.composite.optional(),
    }),
    figureRulesSchema,
  ),
  'targets.list': procedure(z.object({ workspace }), z.array(targetSchema)),
  /** In the place of the one of the same metric, group, key and first day; without `from`, see docs/cli.md. */
  'targets.set': procedure(
    z.object({ workspace, ...targetSchema.shape, from: targetSchema.shape.from.optional() }),
    targetSchema,
  ),
  /** Without `from`: whatever its first day. */
  'targets.remove': procedure(
    z.object({
      workspace,
      ...targetSchema.pick({ metric: true, by: true, key: true }).shape,
      from: z.string().optional(),
    }),
    z.object({ removed: z.number().int() }),
  ),
  /** By name. */
  'teams.list': procedure(z.object({ workspace }), z.array(teamSchema)),
  /** In the place of the team of that name; `formerName` renames one. An agent is in one team at a time. */
  'teams.save': procedure(
    z.object({ workspace, formerName: z.string().optional(), ...teamSchema.shape, name: newNameSchema }),
    teamSchema,
  ),
  'teams.remove': procedure(z.object({ workspace, name: z.string().min(1) }), z.object({})),
  'report.run': procedure(
    z.object({ ...reported, formats: z.array(reportFormatSchema).min(1).optional(), outDir: z.string().min(1) }),
    jobStarted,
  ),
  /** Pages as the PDF would have them, as of now. Nothing is written or kept. */
  'report.preview': procedure(
    z.object({
      ...reported,
      firstPage: z.number().int().min(1).default(1),
      pages: z.number().int().min(1).max(10).default(4),
      /** A window's or view's own name: its newer preview cancels its older one. */
      client: z.string().min(1).max(100).optional(),
    }),
    reportPreviewSchema,
  ),
  /** Cancels the preview of this client, where one is being made. */
  'report.stop-preview': procedure(
    z.object({ client: z.string().min(1).max(100) }),
    z.object({ isCancelled: z.boolean() }),
  ),
  /** Newest first. */
  'report.list': procedure(
    z.object({ limit: z.number().int().min(1).max(10_000).default(50) }),
    z.array(issuedReportSchema),
  ),
  /** Makes an issued report's files again: the same bytes while the data are the same. */
  'report.again': procedure(z.object({ id: z.number().int(), outDir: z.string().min(1) }), jobStarted),
  'report.diff': procedure(z.object({ id: z.number().int() }), reportDiffSchema),
  /** Saves a definition, in the place of the one of that name. */
  'report.define': procedure(
    z.object({ workspace, ...definitionInputSchema.shape, name: newNameSchema }),
    reportDefinitionSchema,
  ),
  'report.definitions': procedure(nothing, z.array(reportDefinitionSchema)),
  'report.undefine': procedure(z.object({ name: z.string().min(1) }), z.object({})),
  'schedule.add': procedure(scheduleInputSchema, scheduleSchema),
  'schedule.list': procedure(nothing, z.array(scheduleSchema)),
  'schedule.enable': procedure(z.object({ id: z.number().int(), isEnabled: z.boolean() }), scheduleSchema),
  'schedule.remove': procedure(z.object({ id: z.number().int() }), z.object({})),
  /** Runs what is due, each run once whoever else asks; `sync` fetches each workspace first. */
  'schedule.run-due': procedure(z.object({ sync: z.boolean() }), jobStarted),
  'export.run': procedure(
    z.object({
      workspace,
      what: z.enum(exportKinds),
      query: z.string().max(2000),
      format: z.enum(exportFormats),
      /** A file's path, or - for the host's standard output. Parquet: a folder unless it ends in .parquet. */
      out: z.string().min(1),
      mask: z.boolean(),
    }),
    jobStarted,
  ),
  'doctor.run': procedure(
    z.object({ workspace }),
    z.object({ checks: z.array(doctorCheckSchema), contentHash: z.string().nullable() }),
  ),
  'jobs.cancel': procedure(z.object({ jobId: z.string() }), z.object({ isCancelled: z.boolean() })),
  ...privacyProcedures,
  ...hostProcedures,
} as const;

export type Procedures = typeof procedures;
export type ProcedureName = keyof Procedures;
export type ProcedureInput<N extends ProcedureName> = z.input<Procedures[N]['input']>;
export type ParsedInput<N extends ProcedureName> = z.output<Procedures[N]['input']>;
export type ProcedureOutput<N extends ProcedureName> = z.output<Procedures[N]['output']>;
export type Result<T> = { ok: true; data: T } | { ok: false; error: z.infer<typeof errorSchema> };

export const jobResultSchema = z.union([
  z.object({ kind: z.literal('sync'), summary: syncSummarySchema }),
  z.object({
    kind: z.literal('report'),
    files: z.array(z.string()),
    rows: z.number().int(),
    report: issuedReportSchema,
  }),
  z.object({ kind: z.literal('report-again'), ...againResultSchema.shape }),
  z.object({ kind: z.literal('schedule'), ...runDueResultSchema.shape }),
  z.object({ kind: z.literal('export'), rows: z.number().int() }),
]);
export type JobResult = z.infer<typeof jobResultSchema>;
export const jobProgressSchema = z.union([
  z.object({ kind: z.literal('sync'), ...syncProgressSchema.shape }),
  z.object({ kind: z.literal('report'), step: z.string() }),
  z.object({ kind: z.literal('export'), rows: z.number().int() }),
]);
export type JobProgress = z.infer<typeof jobProgressSchema>;

export const events = {
  /** At most five a second for each job. */
  'job.progress': z.object({ jobId: z.string(), progress: jobProgressSchema }),
  'job.done': z.object({
    jobId: z.string(),
    result: z.union([
      z.object({ ok: z.literal(true), data: jobResultSchema }),
      z.object({ ok: z.literal(false), error: errorSchema }),
    ]),
  }),
  /** What the data behind these topics shows may be stale. */
  'data.changed': z.object({
    topics: z.array(z.enum(['workspaces', 'conversations', 'coverage', 'reports', 'schedules', 'figures', 'searches'])),
  }),
  /** A sentence the user must see, though they asked for nothing: a damaged file was mended, and what to do now. */
  notice: z.object({ message: z.string() }),
  ...hostEvents,
} as const;
export type EventName = keyof typeof events;
export type EventPayload<N extends EventName> = z.infer<(typeof events)[N]>;
