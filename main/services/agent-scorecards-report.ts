// The report kind agent-scorecards: gathers its figures and renders them. The page and the file are in reports/.
import { z } from 'zod';
import { AppError } from '../../preload/contract/errors.ts';
import { metricNames } from '../../preload/contract/scorecard.ts';
import { begunSteps, precedingPeriod } from '../metrics/period.ts';
import { displayRule, findDirection, metricRegistry } from '../metrics/registry.ts';
import { describeUnusualRules, nameDefinitions } from '../metrics/rules.ts';
import { isoFromS } from '../model-json.ts';
import {
  type AgentScorecardsInput,
  agentScorecardsCsv,
  buildAgentScorecardsData,
} from '../reports/agent-scorecards.ts';
import type { FigureRow } from '../reports/kind.ts';
import { maskAgentId } from '../reports/masking.ts';
import type { TrendPoint } from '../reports/scorecard-charts.ts';
import { agentScorecardsTemplate, findReportFontDirs, type PdfRequest, type Typesetter } from '../reports/typst.ts';
import type { Reading } from './reading.ts';
import type { ReportKind, ReportRequest } from './report-kinds.ts';

const filtersSchema = z.strictObject({ agent: z.string().min(1).optional() });
const optionsSchema = z.strictObject({ paper: z.enum(['a4', 'us-letter']).default('a4') });

const gather = async (reading: Reading, request: ReportRequest, signal: AbortSignal): Promise<AgentScorecardsInput> => {
  const { workspace, period, zone, view, mask } = request;
  const { agent } = filtersSchema.parse(request.filters);
  const { paper } = optionsSchema.parse(request.options);
  const options = { view, ...(agent === undefined ? {} : { agent }) };
  const { scorecard, figures } = await reading.scorecardOf(workspace, 'agent', period, zone, options);
  const previous = await reading.scorecardOf(workspace, 'agent', precedingPeriod(period, zone), zone, options);
  const trend = new Map<string, TrendPoint[]>(scorecard.rows.map((row) => [row.key, []]));
  for (const step of begunSteps(period, zone, view.nowMs)) {
    signal.throwIfAborted();
    const { rows, coverage } = (await reading.scorecardOf(workspace, 'agent', step, zone, options)).scorecard;
    const isUnknown = coverage.fraction === 0;
    const isPartial = !step.isWhole || !coverage.isComplete || step.toS * 1000 > view.nowMs;
    for (const [key, points] of trend) {
      const metrics = rows.find((row) => row.key === key)?.metrics;
      points.push({
        label: step.label,
        handled: isUnknown ? null : (metrics?.handled.value ?? 0),
        ahtMean: metrics?.ahtMean.value ?? null,
        ahtN: metrics?.ahtMean.n ?? 0,
        isPartial,
      });
    }
  }
  const { notes } = figures;
  // One agent is held against everybody, not against themselves.
  const everybody =
    agent === undefined ? figures : (await reading.scorecardOf(workspace, 'agent', period, zone, { view })).figures;
  return {
    scorecard,
    total: everybody.total,
    ...(agent === undefined ? {} : { own: figures.total }),
    previous: previous.scorecard.rows.length === 0 ? null : previous.scorecard,
    trend,
    metricMeta: metricNames.map((name) => {
      const definition = metricRegistry[name];
      const { label, unit, formula } = definition;
      return { name, label, unit, formula, direction: findDirection(definition, workspace.csatPolarity) };
    }),
    displayRule,
    generatedAt: isoFromS(Math.floor(view.nowMs / 1000)),
    workspaceName: workspace.name,
    csatPolarity: workspace.csatPolarity,
    mask,
    definitionPreset: nameDefinitions(scorecard.rules),
    dataNotes: [
      `Left out: ${notes.openConversations} open conversations and ${notes.shadowConversations} agent-assist shadows.`,
      `After-call work is known for ${notes.acw.known} of ${notes.acw.segments} segments; the rest count as 0 seconds in the handle time.`,
      ...describeUnusualRules(scorecard.rules),
    ],
    paper,
  };
};

const listFigures = ({ scorecard, total, mask }: AgentScorecardsInput): FigureRow[] => [
  ...scorecard.rows.map(({ key, name, metrics }) => ({
    ...(mask ? maskAgentId(key, mask.salt) : { key, name }),
    figures: toFigures(metrics),
  })),
  { key: '(total)', name: 'All agents', figures: toFigures(total) },
];
const toFigures = (metrics: AgentScorecardsInput['total']): FigureRow['figures'] =>
  Object.fromEntries(metricNames.map((name) => [name, { value: metrics[name].value, n: metrics[name].n }]));

export const createAgentScorecardsReport = (reading: Reading, typesetter: Typesetter): ReportKind => ({
  named: { name: 'agent', by: 'agent' },
  check(filters, options) {
    const checked = z.object({ filters: filtersSchema, options: optionsSchema }).safeParse({ filters, options });
    if (checked.success) {
      const { agent } = checked.data.filters;
      return { filters: agent === undefined ? {} : { agent }, options: checked.data.options };
    }
    throw new AppError(
      'invalid_input',
      'An agent-scorecards report has the filter agent=ID and the option paper=a4 or us-letter.',
    );
  },
  reach: (period, zone) => ({ fromS: precedingPeriod(period, zone).fromS, toS: period.toS }),
  async prepare(request, signal) {
    const input = await gather(reading, request, signal);
    const data = buildAgentScorecardsData(input);
    const { scorecard } = input;
    const toPrint = (printSignal: AbortSignal): PdfRequest => ({
      template: agentScorecardsTemplate,
      data,
      createdAtS: Math.floor(request.view.nowMs / 1000),
      fontDirs: findReportFontDirs(),
      signal: printSignal,
    });
    return {
      contentHash: data.hash,
      dataAsOf: scorecard.dataAsOf,
      coverage: scorecard.coverage,
      rowCounts: { agents: scorecard.rows.length, conversations: (input.own ?? input.total).conversations.value ?? 0 },
      definitions: nameDefinitions(scorecard.rules),
      figures: listFigures(input),
      async render(format, write, renderSignal) {
        if (format === 'csv') {
          for (const line of agentScorecardsCsv(input)) await write(line);
          return;
        }
        await write(await typesetter.pdf(toPrint(renderSignal)));
      },
      preview: (range, previewSignal) => typesetter.pages(toPrint(previewSignal), range),
    };
  },
});
