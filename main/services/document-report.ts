// What all reports of tables share: checking of settings, the frame and the figures of the period, of the one before and
// of each step, and rendering. Each kind adds what it gathers of its own (report-documents.ts).
import { z } from 'zod';
import type { CountingRules } from '../../preload/contract/counting.ts';
import { AppError } from '../../preload/contract/errors.ts';
import type { ReportSettings } from '../../preload/contract/report.ts';
import { metricNames, type ScorecardGroup, type ScorecardRow } from '../../preload/contract/scorecard.ts';
import { systemDisposition } from '../metrics/entry-facts.ts';
import { unnamedKey } from '../metrics/grouping.ts';
import { begunSteps, type ParsedPeriod, precedingPeriod } from '../metrics/period.ts';
import { presetNames } from '../metrics/presets.ts';
import { displayRule } from '../metrics/registry.ts';
import { applyRuleChanges, describeUnusualRules, nameDefinitions } from '../metrics/rules.ts';
import type { ScorecardFigures } from '../metrics/scorecard.ts';
import { isoFromS } from '../model-json.ts';
import { documentCsv, hashDocument, listFigures, noValue, type ReportDocument } from '../reports/document.ts';
import { buildDocumentPages } from '../reports/document-page.ts';
import type { PreparedReport } from '../reports/kind.ts';
import { createLabelMask, type LabelMask, maskAgentId } from '../reports/masking.ts';
import type { Compared, Metrics, ReportFrame, StepFigures } from '../reports/metric-columns.ts';
import { documentTemplate, findReportFontDirs, type PdfRequest, type Typesetter } from '../reports/typst.ts';
import type { Reading } from './reading.ts';
import type { ReportKind, ReportRequest } from './report-kinds.ts';
import type { NamedGroup } from './row-keys.ts';
import type { ScorecardWithFigures } from './scorecards.ts';

const optionsSchema = z.strictObject({
  paper: z.enum(['a4', 'us-letter']).default('a4'),
  /** Left out: the workspace's. */
  preset: z.enum(presetNames).optional(),
});

/** The pooled figures with those of the period before and of each step, and the rows; `only` narrows them to one row. */
export type GroupFigures = {
  compared: Compared;
  steps: StepFigures[];
  rows: ScorecardRow[];
  notes: ScorecardFigures['notes'];
};

/** What a kind works with while its report is gathered. */
export type Gathering = {
  reading: Reading;
  request: ReportRequest;
  /** What the figures are counted by. */
  rules: CountingRules;
  /** The kind's filter; undefined where it is not given. */
  filter: string | undefined;
  frame: ReportFrame;
  /** Null unless the report is masked. */
  labels: LabelMask | null;
  signal: AbortSignal;
  /** With names masked where the report is. */
  rowsOf(by: ScorecardGroup): Promise<ScorecardRow[]>;
  /** The pooled figures of a grouping that the filter is not about. */
  totalOf(by: ScorecardGroup): Promise<Metrics>;
  figuresOf(by: ScorecardGroup): Promise<GroupFigures>;
};

export type Built = {
  document: ReportDocument;
  rowCounts: Record<string, number>;
  /** Stands in the place of the document's own lines. */
  csv?: () => Iterable<string>;
};

export type DocumentKind = {
  /** The one filter there is: what it is called, the grouping whose rows it names (null: none), and a word for it. */
  filter: { name: string; by: NamedGroup | null; word: string } | null;
  /** Compares with the period before. */
  compares: boolean;
  /** Throws AppError invalid_input when the filter's text cannot be one. */
  checkFilter?(text: string): void;
  build(gathering: Gathering): Promise<Built>;
};

const emptyMetrics: Metrics = Object.fromEntries(metricNames.map((name) => [name, noValue])) as Metrics;

/** Rows that stand for no thing of a name. */
const isNoName = (key: string): boolean => key === unnamedKey || key === systemDisposition;

/** Row names under the pseudonyms or without what people are called, where the report is masked. */
const maskRows = (
  rows: readonly ScorecardRow[],
  by: ScorecardGroup,
  mask: ReportRequest['mask'],
  labels: LabelMask | null,
): ScorecardRow[] =>
  rows.map((row) => {
    if (mask === null || labels === null || isNoName(row.key)) return row;
    if (by === 'agent') return { ...row, ...maskAgentId(row.key, mask.salt) };
    // Ids of queues and bots stay, as in every masked file; a label is its own id, and must not.
    return { ...row, key: by === 'queue' || by === 'bot' ? row.key : labels.key(row.key), name: labels.mask(row.name) };
  });

const gather = async (
  reading: Reading,
  kind: DocumentKind,
  request: ReportRequest,
  signal: AbortSignal,
): Promise<Gathering> => {
  const { workspace, period, zone, view, mask } = request;
  const { paper, preset } = optionsSchema.parse(request.options);
  const changes = preset === undefined ? {} : { preset };
  const rules = applyRuleChanges(workspace.figures.rules, changes);
  const given = kind.filter === null ? undefined : request.filters[kind.filter.name];
  const filter = given === undefined ? undefined : String(given);
  // Each is a pass over the conversations: none is made twice.
  const made = new Map<string, Promise<ScorecardWithFigures>>();
  const scorecardOf = (by: ScorecardGroup, range: ParsedPeriod): Promise<ScorecardWithFigures> => {
    const key = `${by} ${range.fromS} ${range.toS}`;
    const scorecard = made.get(key) ?? reading.scorecardOf(workspace, by, range, zone, { view, rules: changes });
    made.set(key, scorecard);
    return scorecard;
  };
  const labels =
    mask === null
      ? null
      : createLabelMask(mask.salt, await (await reading.queryOf(workspace)).call('agentNames', undefined));
  /** The figures of all, or of the one row that the filter names. */
  const pick = (by: ScorecardGroup, figures: { rows: ScorecardRow[]; total: Metrics }): Metrics =>
    filter === undefined || kind.filter?.by !== by
      ? figures.total
      : (figures.rows.find(({ key }) => key === filter)?.metrics ?? emptyMetrics);
  const rowsIn = (by: ScorecardGroup, rows: readonly ScorecardRow[]): ScorecardRow[] =>
    maskRows(
      filter === undefined || kind.filter?.by !== by ? rows : rows.filter(({ key }) => key === filter),
      by,
      mask,
      labels,
    );
  const whole = await scorecardOf(kind.filter?.by ?? 'queue', period);
  const { scorecard } = whole;
  const by = kind.filter?.by ?? null;
  const found = filter === undefined || by === null ? undefined : rowsIn(by, scorecard.rows)[0];
  const frame: ReportFrame = {
    workspaceName: workspace.name,
    period: scorecard.period,
    generatedAt: isoFromS(Math.floor(view.nowMs / 1000)),
    dataAsOf: scorecard.dataAsOf,
    coverage: scorecard.coverage,
    isMasked: mask !== null,
    definitions: nameDefinitions(rules),
    narrowed:
      kind.filter === null || filter === undefined
        ? ''
        : `${kind.filter.word}: ${found?.name ?? (mask ? '(masked)' : filter)}`,
    csatPolarity: workspace.csatPolarity,
    notes: [
      `Left out: ${whole.figures.notes.openConversations} conversations that are not closed yet.`,
      ...describeUnusualRules(rules),
    ],
    paper,
  };
  return {
    reading,
    request,
    rules,
    filter,
    frame,
    labels,
    signal,
    rowsOf: async (by) => rowsIn(by, (await scorecardOf(by, period)).scorecard.rows),
    totalOf: async (by) => (await scorecardOf(by, period)).scorecard.total,
    async figuresOf(by) {
      const now = await scorecardOf(by, period);
      const before = await scorecardOf(by, precedingPeriod(period, zone));
      const steps: StepFigures[] = [];
      for (const step of begunSteps(period, zone, view.nowMs)) {
        signal.throwIfAborted();
        const { scorecard: part, figures } = await scorecardOf(by, step);
        steps.push({
          label: step.label,
          metrics: part.coverage.fraction === 0 ? null : pick(by, figures),
          isPartial: !step.isWhole || !part.coverage.isComplete || step.toS * 1000 > view.nowMs,
        });
      }
      const canCompare = now.scorecard.coverage.isComplete && before.scorecard.coverage.isComplete;
      const wasSynced = before.scorecard.coverage.fraction > 0;
      return {
        compared: {
          total: pick(by, now.figures),
          previous: wasSynced
            ? { period: before.scorecard.period, metrics: pick(by, before.figures), canCompare }
            : null,
        },
        steps,
        rows: rowsIn(by, now.scorecard.rows),
        notes: now.figures.notes,
      };
    },
  };
};

const settingsOf = (kind: DocumentKind, filters: ReportSettings, options: ReportSettings) => {
  const text = z.string().trim().min(1);
  const filtersSchema = z.strictObject(kind.filter === null ? {} : { [kind.filter.name]: text.optional() });
  const checked = z.object({ filters: filtersSchema, options: optionsSchema }).safeParse({ filters, options });
  if (checked.success) return checked.data;
  const filter = kind.filter === null ? 'no filter' : `the filter ${kind.filter.name}=…`;
  throw new AppError(
    'invalid_input',
    `This kind of report has ${filter} and the options paper=a4 or us-letter and preset=${presetNames.join(', ')}.`,
  );
};

const withoutMissing = (values: Record<string, string | undefined>): Record<string, string> =>
  Object.fromEntries(Object.entries(values).filter((entry): entry is [string, string] => entry[1] !== undefined));

/** A kind of report that is a document of tables, in the form that issuing, re-making and comparing need. */
export const createDocumentReport = (reading: Reading, typesetter: Typesetter, kind: DocumentKind): ReportKind => ({
  named: kind.filter === null || kind.filter.by === null ? null : { name: kind.filter.name, by: kind.filter.by },
  check(filters, options) {
    const settings = settingsOf(kind, filters, options);
    const given = withoutMissing(settings.filters);
    for (const text of Object.values(given)) kind.checkFilter?.(text);
    return { filters: given, options: withoutMissing(settings.options) };
  },
  reach: (period, zone) => ({
    fromS: kind.compares ? precedingPeriod(period, zone).fromS : period.fromS,
    toS: period.toS,
  }),
  async prepare(request, signal): Promise<PreparedReport> {
    const { document, rowCounts, csv } = await kind.build(await gather(reading, kind, request, signal));
    const toPrint = (printSignal: AbortSignal): PdfRequest => ({
      template: documentTemplate,
      data: buildDocumentPages(document, displayRule),
      createdAtS: Math.floor(request.view.nowMs / 1000),
      fontDirs: findReportFontDirs(),
      signal: printSignal,
    });
    return {
      contentHash: hashDocument(document),
      dataAsOf: document.dataAsOf,
      coverage: document.coverage,
      rowCounts,
      definitions: document.definitions,
      figures: listFigures(document),
      async render(format, write, renderSignal) {
        if (format === 'csv') {
          for (const line of csv?.() ?? documentCsv(document)) {
            renderSignal.throwIfAborted();
            await write(line);
          }
          return;
        }
        await write(await typesetter.pdf(toPrint(renderSignal)));
      },
      preview: (range, previewSignal) => typesetter.pages(toPrint(previewSignal), range),
    };
  },
});
