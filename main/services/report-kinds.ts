// The kinds of report there are, each behind one form: what issuing, re-making, comparing and scheduling need, and no more.
import type { ReportKindName, ReportSettings } from '../../preload/contract/report.ts';
import type { Workspace } from '../../preload/contract/workspace.ts';
import type { ParsedPeriod } from '../metrics/period.ts';
import type { CheckedSettings, PreparedReport } from '../reports/kind.ts';
import type { Typesetter } from '../reports/typst.ts';
import { createAgentScorecardsReport } from './agent-scorecards-report.ts';
import { createDocumentReport } from './document-report.ts';
import type { Reading, SyncedView } from './reading.ts';
import * as documents from './report-documents.ts';
import type { NamedFilter } from './report-filters.ts';

export type ReportRequest = CheckedSettings & {
  /** With the settings it had when the report was issued. */
  workspace: Workspace;
  period: ParsedPeriod;
  zone: string;
  mask: { salt: string } | null;
  /** Nothing else may tell the time: `view.nowMs` is when the report is made. */
  view: SyncedView;
};

export type ReportKind = {
  named: NamedFilter;
  /**
   * Checks filters and options and fills in defaults; what it gives is kept with the issue and handed to `prepare`. Throws
   * AppError invalid_input. A kind that depends on more of the user's library (teams, targets) resolves it here.
   */
  check(filters: ReportSettings, options: ReportSettings): CheckedSettings;
  /** The range outside which no conversation can change a figure, comparison periods included. UTC epoch seconds. */
  reach(period: ParsedPeriod, zone: string): { fromS: number; toS: number };
  prepare(request: ReportRequest, signal: AbortSignal): Promise<PreparedReport>;
};

export const createReportKinds = (reading: Reading, typesetter: Typesetter): Record<ReportKindName, ReportKind> => ({
  'agent-scorecards': createAgentScorecardsReport(reading, typesetter),
  'team-summary': createDocumentReport(reading, typesetter, documents.teamSummary),
  'queue-service': createDocumentReport(reading, typesetter, documents.queueService),
  'bot-containment': createDocumentReport(reading, typesetter, documents.botContainment),
  dispositions: createDocumentReport(reading, typesetter, documents.dispositions),
  surveys: createDocumentReport(reading, typesetter, documents.surveys),
  callbacks: createDocumentReport(reading, typesetter, documents.callbacks),
  'raw-rows': createDocumentReport(reading, typesetter, documents.rawRows),
});
