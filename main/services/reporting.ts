// Runs a report: gathers its figures, writes its files, notes in the audit that they left the cache.
import { join } from 'node:path';
import type { ParsedInput } from '../../preload/contract/procedures.ts';
import { metricNames } from '../../preload/contract/scorecard.ts';
import type { Workspace } from '../../preload/contract/workspace.ts';
import { type ParsedPeriod, parsePeriod, precedingPeriod, requireZone, splitPeriod } from '../metrics/period.ts';
import { displayRule, findDirection, metricRegistry } from '../metrics/registry.ts';
import { isoFromS } from '../model-json.ts';
import type { Ports } from '../ports.ts';
import {
  type AgentScorecardsInput,
  agentScorecardsCsv,
  buildAgentScorecardsData,
} from '../reports/agent-scorecards.ts';
import { explainWriteError, safeFileName, writeAtomically } from '../reports/atomic-file.ts';
import type { TrendPoint } from '../reports/scorecard-charts.ts';
import { agentScorecardsTemplate, compilePdf, findReportFontDirs } from '../reports/typst.ts';
import type { Library } from '../store/library.ts';
import { makeFolder } from '../store/open.ts';
import { refuseOwnFiles } from './output.ts';
import type { Reading } from './reading.ts';
import type { Workspaces } from './workspaces.ts';

/** Name and version of the formulas in use, printed on every report. */
const DEFINITIONS = 'Afterword 1';

export type Reporting = {
  run(
    input: ParsedInput<'report.run'>,
    signal: AbortSignal,
    onStep: (step: string) => void,
  ): Promise<{ files: string[]; rows: number }>;
};

export const createReporting = (
  ports: Ports,
  library: Library,
  workspaces: Workspaces,
  reading: Reading,
): Reporting => {
  const { clock } = ports;

  const gather = async (
    workspace: Workspace,
    period: ParsedPeriod,
    zone: string,
    mask: boolean,
    signal: AbortSignal,
  ): Promise<AgentScorecardsInput> => {
    const { scorecard, figures } = await reading.scorecardOf(workspace, 'agent', period, zone);
    const previous = await reading.scorecardOf(workspace, 'agent', precedingPeriod(period, zone), zone);
    const trend = new Map<string, TrendPoint[]>(scorecard.rows.map((row) => [row.key, []]));
    for (const step of splitPeriod(period, zone)) {
      signal.throwIfAborted();
      const { rows, coverage } = (await reading.scorecardOf(workspace, 'agent', step, zone)).scorecard;
      const isUnknown = coverage.fraction === 0;
      const isPartial = !coverage.isComplete || step.toS * 1000 > clock.nowMs();
      for (const [key, points] of trend) {
        const metrics = rows.find((row) => row.key === key)?.metrics;
        points.push({
          label: step.label,
          handled: isUnknown ? null : (metrics?.handled.value ?? 0),
          ahtMean: metrics?.ahtMean.value ?? null,
          isPartial,
        });
      }
    }
    const { notes } = figures;
    return {
      scorecard,
      total: figures.total,
      previous: previous.scorecard.rows.length === 0 ? null : previous.scorecard,
      trend,
      metricMeta: metricNames.map((name) => {
        const definition = metricRegistry[name];
        const { label, unit, formula } = definition;
        return { name, label, unit, formula, direction: findDirection(definition, workspace.csatPolarity) };
      }),
      displayRule,
      generatedAt: isoFromS(Math.floor(clock.nowMs() / 1000)),
      workspaceName: workspace.name,
      csatPolarity: workspace.csatPolarity,
      mask: mask ? { salt: library.maskSalt(workspace.id) } : null,
      definitionPreset: DEFINITIONS,
      dataNotes: [
        `Left out: ${notes.openConversations} open conversations and ${notes.shadowConversations} agent-assist shadows.`,
        `After-call work is known for ${notes.acw.known} of ${notes.acw.segments} segments; the rest count as 0 seconds in the handle time.`,
      ],
    };
  };

  return {
    async run(input, signal, onStep) {
      const workspace = workspaces.find(input.workspace);
      const zone = requireZone(input.zone ?? workspace.zone);
      const period = parsePeriod(input.period, { zone, nowMs: clock.nowMs() });
      onStep('gathering figures');
      const report = await gather(workspace, period, zone, input.mask, signal);
      refuseOwnFiles(input.outDir, ports.dataDir);
      try {
        makeFolder(input.outDir);
      } catch (error) {
        throw explainWriteError(error, input.outDir);
      }
      const files: string[] = [];
      const save = async (extension: string, fill: Parameters<typeof writeAtomically>[1]): Promise<void> => {
        const path = join(input.outDir, safeFileName(`${input.kind} ${workspace.name} ${period.label}.${extension}`));
        await writeAtomically(path, fill, { signal });
        files.push(path);
      };
      if (input.formats.includes('pdf')) {
        onStep('typesetting');
        const pdf = await compilePdf({
          template: agentScorecardsTemplate,
          data: buildAgentScorecardsData(report),
          createdAtS: Math.floor(clock.nowMs() / 1000),
          fontDirs: findReportFontDirs(),
          signal,
        });
        await save('pdf', (write) => write(pdf));
      }
      if (input.formats.includes('csv'))
        await save('csv', async (write) => {
          for (const line of agentScorecardsCsv(report)) await write(line);
        });
      const rows = report.scorecard.rows.length;
      library.audit(clock.nowMs(), workspace.id, 'report', {
        kind: input.kind,
        period: period.label,
        isMasked: input.mask,
        rows,
      });
      return { files, rows };
    },
  };
};
