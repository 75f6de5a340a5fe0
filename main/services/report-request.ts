// What a report is to be made from, read from a call and the saved definition it may name.
import { AppError } from '../../preload/contract/errors.ts';
import type { ParsedInput } from '../../preload/contract/procedures.ts';
import { type ReportKindName, type ReportSettings, reportKinds } from '../../preload/contract/report.ts';
import type { Workspace } from '../../preload/contract/workspace.ts';
import { requireZone } from '../metrics/period.ts';
import type { Library } from '../store/library.ts';
import type { StoredDefinition } from '../store/report-store.ts';
import type { Workspaces } from './workspaces.ts';

/** Everything a report is made from but the data. */
export type ReportInput = {
  workspace: Workspace;
  definition: string | null;
  kind: ReportKindName;
  period: string;
  /** The instant at which a relative period is read, UTC epoch milliseconds. */
  asOfMs: number;
  zone: string;
  filters: ReportSettings;
  options: ReportSettings;
  mask: boolean;
};

type ReportedInput = Omit<ParsedInput<'report.run'>, 'formats' | 'outDir'>;

/**
 * What a call names, with what a saved definition says about the rest; throws AppError not_found or invalid_input. The
 * definition is null where only a kind is named.
 */
export const readReport = (
  input: ReportedInput,
  { reports }: Library,
  workspaces: Workspaces,
  nowMs: number,
): { report: ReportInput; saved: StoredDefinition | null } => {
  const saved = reports.findDefinition(input.report);
  const kind = saved?.kind ?? reportKinds.find((name) => name === input.report);
  if (kind === undefined) {
    const names = [...reportKinds, ...reports.definitions().map((definition) => definition.name)];
    throw new AppError('not_found', `There is no report “${input.report}”. There are: ${names.join(', ')}.`);
  }
  const period = input.period ?? saved?.period;
  if (period === undefined)
    throw new AppError('invalid_input', 'Say which period the report is about, for example --period last-week.');
  const workspace = workspaces.find(input.workspace ?? saved?.workspaceId);
  const report: ReportInput = {
    workspace,
    definition: saved?.name ?? null,
    kind,
    period,
    asOfMs: nowMs,
    zone: requireZone(input.zone ?? saved?.zone ?? workspace.zone),
    filters: { ...saved?.filters, ...input.filters },
    options: { ...saved?.options, ...input.options },
    mask: input.mask ?? saved?.mask ?? false,
  };
  return { report, saved };
};
