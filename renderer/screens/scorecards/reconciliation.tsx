// The same queue entries under every preset: what each counts, divides by and leaves out, and the figures that follow. Also
// entry by entry, for whoever has to explain a difference to another system's report.
import { Button } from '@mantine/core';
import { type ReactNode, useMemo } from 'react';
import { entryColumns, type ReconciliationTable } from '../../../preload/contract/comparison.ts';
import type { MetricInfo } from '../../../preload/contract/scorecard.ts';
import { useCall } from '../../bridge/context.tsx';
import { CoverageNote } from '../../components/coverage-note.tsx';
import type { GridColumn } from '../../components/grid/column.ts';
import { DataGrid } from '../../components/grid/data-grid.tsx';
import { useColumns } from '../../components/grid/use-columns.ts';
import { Icon } from '../../components/icon.tsx';
import { PeriodPicker } from '../../components/period-picker.tsx';
import { Empty, Failure, Loading } from '../../components/states.tsx';
import { usePages } from '../../hooks/pages.ts';
import { go, patch } from '../../hooks/route.ts';
import { rangeOf, stepRange } from '../../hooks/scorecard.ts';
import { useWorkspace } from '../../hooks/workspace.tsx';
import { entryLabels } from '../../model/counting.ts';
import { formatRange } from '../../model/days.ts';
import { type Formats, formatCount, formatDuration, nothing } from '../../model/format.ts';
import { formatInterval, showMetric } from '../../model/metric.ts';
import { Page } from '../../shell/page.tsx';

type Preset = ReconciliationTable['presets'][number];
type Entry = ReconciliationTable['entries'][number];
const PAGE = 200;
const entriesOf = ({ entries }: ReconciliationTable): readonly Entry[] => entries;

const figures: readonly { label: string; unit: MetricInfo['unit']; of(preset: Preset): Preset['acwMean'] }[] = [
  { label: 'Service level', unit: 'fraction', of: (preset) => preset.serviceLevel },
  { label: 'Abandon rate', unit: 'fraction', of: (preset) => preset.abandonRate },
  { label: 'After-call work, mean', unit: 'seconds', of: (preset) => preset.acwMean },
  { label: 'NPS', unit: 'points', of: (preset) => preset.nps },
  { label: 'Transfers out of the queue', unit: 'fraction', of: (preset) => preset.queueTransferRate },
];

const verdictWords = { hit: 'counts', miss: 'divides', 'left-out': 'left out' } as const;

const Presets = ({ table }: { table: ReconciliationTable }): ReactNode => (
  <table className="card-table">
    <caption className="sr">Figures under each preset</caption>
    <thead>
      <tr>
        <th scope="col">Figure</th>
        {table.presets.map(({ name, label }) => (
          <th key={name} scope="col" className="end">
            {label}
          </th>
        ))}
      </tr>
    </thead>
    <tbody>
      {figures.map(({ label, unit, of }) => (
        <tr key={label}>
          <th scope="row">{label}</th>
          {table.presets.map((preset) => {
            const metric = of(preset);
            return (
              <td key={preset.name} className="end number" title={formatInterval(metric, unit) ?? ''}>
                {showMetric(metric, unit).text}{' '}
                <span className="dim nobreak compared-n">n = {formatCount(metric.n)}</span>
              </td>
            );
          })}
        </tr>
      ))}
    </tbody>
  </table>
);

const counts = ({ hit, miss, leftOut }: Preset['serviceLevel']['byOutcome']['answered']): string =>
  [
    hit > 0 ? `${formatCount(hit)} count` : '',
    miss > 0 ? `${formatCount(miss)} divide` : '',
    leftOut > 0 ? `${formatCount(leftOut)} left out` : '',
  ]
    .filter((part) => part !== '')
    .join(', ') || nothing;

const Outcomes = ({
  table,
  title,
  of,
  rule,
}: {
  table: ReconciliationTable;
  title: string;
  of(preset: Preset): Preset['serviceLevel'];
  rule(preset: Preset): string;
}): ReactNode => (
  <section>
    <h2 className="card-all">{title}</h2>
    <table className="card-table ledger">
      <thead>
        <tr>
          <th scope="col">Entries that were</th>
          <th scope="col" className="end">
            In all
          </th>
          {table.presets.map(({ name, label }) => (
            <th key={name} scope="col">
              {label}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {entryColumns.map((outcome) => (
          <tr key={outcome}>
            <th scope="row">{entryLabels[outcome]}</th>
            <td className="end number">{formatCount(table.outcomes[outcome])}</td>
            {table.presets.map((preset) => (
              <td key={preset.name} className="number">
                {counts(of(preset).byOutcome[outcome])}
              </td>
            ))}
          </tr>
        ))}
        <tr>
          <th scope="row">All offered</th>
          <td className="end number">{formatCount(table.offered)}</td>
          {table.presets.map((preset) => {
            const { hits, n, leftOut } = of(preset);
            return (
              <td key={preset.name} className="number">
                {formatCount(hits)} of {formatCount(n)}, {formatCount(leftOut)} left out
              </td>
            );
          })}
        </tr>
        <tr>
          <th scope="row">Rule</th>
          <td />
          {table.presets.map((preset) => (
            <td key={preset.name} className="dim">
              {rule(preset)}
            </td>
          ))}
        </tr>
      </tbody>
    </table>
  </section>
);

const createColumns = (formats: Formats, presets: readonly Preset[]): GridColumn<Entry>[] => [
  { id: 'entered', header: 'Entered', widthPx: 150, text: (row) => formats.moment(row.enteredAt) },
  { id: 'queue', header: 'Queue', widthPx: 140, text: (row) => row.queueName ?? row.queue ?? nothing },
  { id: 'outcome', header: 'Outcome', widthPx: 170, text: (row) => entryLabels[row.outcome] },
  {
    ...{ id: 'wait', header: 'Wait', widthPx: 70, align: 'end' },
    text: (row) => (row.waitSeconds === null ? nothing : formatDuration(row.waitSeconds)),
  },
  ...presets.map(
    ({ name, label }): GridColumn<Entry> => ({
      ...{ id: name, header: label, widthPx: 190, about: `${label}: in the service level / in the abandon rate` },
      text: (row) =>
        `${verdictWords[row.verdicts[name].serviceLevel]} / ${verdictWords[row.verdicts[name].abandonRate]}`,
    }),
  ),
  { id: 'conversation', header: 'Conversation', widthPx: 280, isOptional: true, text: (row) => row.conversation },
];

const Entries = ({ table, question }: { table: ReconciliationTable; question: Question }): ReactNode => {
  const { formats } = useWorkspace();
  const columns = useMemo(() => createColumns(formats, table.presets), [formats, table.presets]);
  const arranged = useColumns('reconciliation', columns);
  const pages = usePages({
    name: 'reconcile.run',
    question,
    pageRows: PAGE,
    inputOf: (offset) => ({ ...question, limit: PAGE, offset }),
    rowsOf: entriesOf,
  });
  if (pages.error) return <Failure error={pages.error} onRetry={pages.retry} />;
  return (
    <DataGrid
      label="Queue entries"
      arranged={arranged}
      rowCount={table.offered}
      rowAt={pages.rowAt}
      onRange={pages.onRange}
      onOpen={(row) => go('search', { q: `id:${row.conversation}`, id: row.conversation })}
    />
  );
};

type Question = { workspace: string; period: string };

export const Reconciliation = ({ period }: { period: string }): ReactNode => {
  const { workspace, formats } = useWorkspace();
  const question: Question = { workspace: workspace.id, period };
  const answer = useCall('reconcile.run', question);
  const table = answer.isError ? undefined : answer.data;
  const range = table ? rangeOf(table.period, formats) : null;
  return (
    <Page
      title="Definitions compared"
      isFlush
      controls={
        <>
          <Button
            variant="default"
            leftSection={<Icon name="left" size={0.75} />}
            onClick={() => patch({ view: '', by: 'queue' })}
          >
            Scorecards
          </Button>
          <PeriodPicker
            value={period}
            range={range}
            onChange={(next) => patch({ period: next })}
            onStep={(direction) => range && patch({ period: formatRange(stepRange(range, direction)) })}
          />
        </>
      }
    >
      {answer.isError ? (
        <Failure error={answer.error} onRetry={() => void answer.refetch()} />
      ) : table === undefined ? (
        <Loading lines={14} />
      ) : table.offered === 0 ? (
        <div className="reconciliation">
          <CoverageNote coverage={table.coverage} />
          <Empty icon="scorecards" title="No queue was entered in this period" />
        </div>
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
        // biome-ignore lint/a11y/useSemanticElements: a named region inside the page
        <div className="reconciliation" role="region" aria-label="Definitions compared" tabIndex={0}>
          <CoverageNote coverage={table.coverage} />
          <p className="card-about dim">
            The same {formatCount(table.offered)} queue entries, counted as each product counts. Every entry stands in
            exactly one row; it counts, only divides, or is left out. Limits and repairs are those of Settings.
          </p>
          <Presets table={table} />
          <Outcomes
            table={table}
            title="Service level"
            of={(preset) => preset.serviceLevel}
            rule={(preset) => preset.serviceLevelRule}
          />
          <Outcomes
            table={table}
            title="Abandon rate"
            of={(preset) => preset.abandonRate}
            rule={(preset) => preset.abandonRateRule}
          />
          <section>
            <h2 className="card-all">Entry by entry: service level / abandon rate</h2>
            <div className="reconciliation-entries">
              <Entries table={table} question={question} />
            </div>
          </section>
        </div>
      )}
    </Page>
  );
};
