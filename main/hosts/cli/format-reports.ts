// Reports, their differences and schedules as text for people.
import type {
  IssuedReport,
  ReportDefinition,
  ReportDiff,
  Schedule,
  ScheduleRun,
} from '../../../preload/contract/report.ts';
import { formatTable } from './format.ts';
import { localMinute, localTime, zoneNote } from './local-time.ts';

const SHOWN = 40;
const number = (value: number | null | undefined): string =>
  value === null || value === undefined ? '–' : String(Math.round(value * 10_000) / 10_000);
const percent = (fraction: number): string => `${Math.floor(fraction * 1000) / 10} %`;

/** `zones`: of the workspaces, by name. */
export const formatIssued = (reports: readonly IssuedReport[], zones: ReadonlyMap<string, string>): string => {
  const zoneOf = (workspace: string): string => zones.get(workspace) ?? 'UTC';
  const used = [...new Set(reports.map(({ workspace }) => zoneOf(workspace)))];
  return reports.length === 0
    ? 'No report was issued yet.'
    : `${formatTable(
        ['id', 'issued', 'report', 'workspace', 'period', 'synced', 'masked', 'hash', 'files'],
        reports.map((report) => [
          String(report.id),
          `${localTime(report.issuedAt, zoneOf(report.workspace))}${used.length > 1 ? ` ${zoneOf(report.workspace)}` : ''}`,
          report.definition ?? report.kind,
          report.workspace,
          report.periodLabel,
          percent(report.coverage.fraction),
          report.isMasked ? 'yes' : 'no',
          report.contentHash.slice(0, 12),
          report.files.map((file) => file.name).join(', '),
        ]),
        [0],
      )}${used.length === 1 ? `\n\n${zoneNote(used[0] ?? 'UTC')}` : ''}`;
};

export const formatDefinitions = (definitions: readonly ReportDefinition[]): string =>
  definitions.length === 0
    ? 'There is no report definition yet. Make one with: afterword report define'
    : formatTable(
        ['name', 'kind', 'workspace', 'period', 'zone', 'formats', 'masked'],
        definitions.map((definition) => [
          definition.name,
          definition.kind,
          definition.workspace,
          definition.period,
          definition.zone ?? 'the workspace’s',
          definition.formats.join(','),
          definition.mask ? 'yes' : 'no',
        ]),
      );

const more = (total: number): string[] => (total > SHOWN ? [`… and ${total - SHOWN} more: --json shows them`] : []);

export const formatDiff = (diff: ReportDiff): string => {
  const { counts, coverageBefore, coverageAfter, zone } = diff;
  const told = [
    `${counts.appeared} appeared`,
    `${counts.closed} closed`,
    `${counts.survey} with a new or other survey`,
    `${counts.disposition} with an edited disposition`,
    `${counts.other} with other changes`,
    ...(diff.gone > 0 ? [`${diff.gone} no longer there under their key`] : []),
    ...(diff.forgotten > 0 ? [`${diff.forgotten} forgotten`] : []),
  ];
  const conversations = formatTable(
    ['conversation', 'started', 'changes', ''],
    diff.conversations
      .slice(0, SHOWN)
      .map((found) => [
        found.key,
        localTime(found.startedAt, zone),
        found.changes.join(', '),
        found.isInPeriod ? '' : 'began outside the period',
      ]),
  );
  const figures = formatTable(
    ['row', 'figure', 'was', 'is', 'n was', 'n is'],
    diff.figures
      .slice(0, SHOWN)
      .map((change) => [
        change.name,
        change.figure,
        number(change.before?.value),
        number(change.after?.value),
        number(change.before?.n),
        number(change.after?.n),
      ]),
    [2, 3, 4, 5],
  );
  return [
    `Report ${diff.id}, issued ${localMinute(diff.issuedAt, zone)}, from data as of ${localMinute(diff.dataAsOfBefore, zone)} (now ${localMinute(diff.dataAsOfAfter, zone)}). ${zoneNote(zone)}`,
    ...(coverageBefore.fraction === coverageAfter.fraction
      ? []
      : [`Of its period ${percent(coverageBefore.fraction)} was synced, now ${percent(coverageAfter.fraction)}.`]),
    diff.isComparable
      ? `Conversations since: ${told.join(', ')}.`
      : 'Which conversations have changed is not known any more; only the figures are compared.',
    ...(diff.conversations.length > 0 ? ['', conversations, ...more(diff.conversations.length)] : []),
    ...(diff.figures.length > 0 ? ['', figures, ...more(diff.figures.length)] : ['No figure has moved.']),
  ].join('\n');
};

const weekdays = ['', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];
const describeRule = (schedule: Schedule): string => {
  const day =
    schedule.cadence === 'weekly'
      ? ` on ${weekdays[schedule.weekday ?? 0]}`
      : schedule.cadence === 'monthly'
        ? ` on day ${schedule.monthDay}`
        : '';
  return `${schedule.cadence}${day} at ${schedule.time} ${schedule.zone}`;
};

/** On the schedule's own clock, which it names. */
export const dueTime = (run: ScheduleRun, zones: ReadonlyMap<number, string>): string => {
  const zone = zones.get(run.schedule) ?? 'UTC';
  return `${localMinute(run.dueAt, zone)} ${zone}`;
};

/** `zones`: of the schedules, by id. */
export const formatRuns = (runs: readonly ScheduleRun[], zones: ReadonlyMap<number, string>): string =>
  formatTable(
    ['schedule', 'due', 'state', 'report', 'attempts', 'message'],
    runs.map((run) => [
      String(run.schedule),
      dueTime(run, zones),
      run.state,
      run.issuedId === null ? '–' : String(run.issuedId),
      String(run.attempts),
      run.message,
    ]),
    [0, 3, 4],
  );

export const formatSchedules = (schedules: readonly Schedule[]): string => {
  if (schedules.length === 0) return 'There is no schedule yet. Make one with: afterword schedule add';
  const overview = formatTable(
    ['id', 'report', 'when', 'period', 'folder', 'last run', 'state', 'next'],
    schedules.map((schedule) => {
      const [last] = schedule.runs;
      return [
        String(schedule.id),
        schedule.definition,
        describeRule(schedule),
        schedule.period,
        schedule.folder,
        localTime(last?.dueAt, schedule.zone),
        last?.state ?? '–',
        schedule.nextDueAt === null ? 'paused' : localTime(schedule.nextDueAt, schedule.zone),
      ];
    }),
    [0],
  );
  const troubled = schedules.flatMap((schedule) =>
    schedule.runs.filter((run) => run.state === 'failed' || run.state === 'missed'),
  );
  return troubled.length === 0
    ? overview
    : `${overview}\n\nFailed or missed:\n${formatRuns(troubled, new Map(schedules.map(({ id, zone }) => [id, zone])))}`;
};
