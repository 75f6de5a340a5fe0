// Scorecards: a table of agents, queues or bots over a period, and one of them in full beside it. The address holds the
// grouping (by), the period, the row shown (key) and its metric.
import { ActionIcon, Button, SegmentedControl } from '@mantine/core';
import { type ReactNode, useMemo, useState } from 'react';
import { type MetricName, type ScorecardGroup, scorecardGroups } from '../../../preload/contract/scorecard.ts';
import { useCall } from '../../bridge/context.tsx';
import { CoverageNote } from '../../components/coverage-note.tsx';
import type { GridSort } from '../../components/grid/column.ts';
import { ColumnMenu } from '../../components/grid/column-menu.tsx';
import { DataGrid } from '../../components/grid/data-grid.tsx';
import { useColumns } from '../../components/grid/use-columns.ts';
import { Icon } from '../../components/icon.tsx';
import { PeriodPicker } from '../../components/period-picker.tsx';
import { Empty, Failure, Loading } from '../../components/states.tsx';
import { go, patch, useRoute } from '../../hooks/route.ts';
import { rangeOf, stepRange, useMetrics } from '../../hooks/scorecard.ts';
import { useStored } from '../../hooks/stored.ts';
import { useWorkspace } from '../../hooks/workspace.tsx';
import { formatRange, rangeBefore } from '../../model/days.ts';
import { Page } from '../../shell/page.tsx';
import { Card } from './card.tsx';
import { type Beside, createColumns, nameOfGroup, sortRows, type TableRow } from './columns.tsx';
import '../../components/split.css';
import './scorecards.css';

const isGroup = (text: string | null): text is ScorecardGroup =>
  (scorecardGroups as readonly (string | null)[]).includes(text);

export const Scorecards = (): ReactNode => {
  const { params } = useRoute();
  const { workspace, formats } = useWorkspace();
  const by = params.get('by');
  const group: ScorecardGroup = isGroup(by) ? by : 'agent';
  const period = params.get('period') ?? 'last-30-days';
  const key = params.get('key');
  const [beside, setBeside] = useStored<Beside>('scorecards.beside', 'interval');
  const [sort, setSort] = useState<GridSort>({ id: 'name', isDescending: false });
  const metrics = useMetrics();

  const answer = useCall('scorecard.get', { workspace: workspace.id, by: group, period }, { isKept: true });
  const scorecard = answer.isError ? undefined : answer.data;
  const range = scorecard ? rangeOf(scorecard.period, formats) : null;
  const before = useCall(
    'scorecard.get',
    { workspace: workspace.id, by: group, period: range === null ? '' : formatRange(rangeBefore(range)) },
    { isEnabled: range !== null && (beside === 'before' || key !== null) },
  );
  const beforeData = before.data;
  const columns = useMemo(() => {
    const byKey = new Map(beforeData?.rows.map((row) => [row.key, row.metrics]));
    return createColumns({
      by: group,
      metrics: metrics.list,
      beside,
      polarity: workspace.csatPolarity,
      beforeOf: (rowKey, isTotal) => (isTotal ? beforeData?.total : byKey.get(rowKey)),
    });
  }, [group, metrics.list, beside, workspace.csatPolarity, beforeData]);
  const arranged = useColumns(`scorecards.${group}`, columns);
  const rows = useMemo<TableRow[]>(() => {
    if (!scorecard || scorecard.rows.length === 0) return [];
    const own = scorecard.rows.map((row) => ({ ...row, isTotal: false }));
    const total: TableRow = {
      key: '',
      name: `All ${group}s`,
      metrics: scorecard.total,
      isTotal: true,
    };
    return [total, ...sortRows(own, sort, metrics.find)];
  }, [scorecard, sort, group, metrics]);
  const shown = rows.find((row) => row.key === key && !row.isTotal);

  return (
    <Page
      title="Scorecards"
      isFlush
      controls={
        <>
          <SegmentedControl
            aria-label="Group by"
            value={group}
            onChange={(value) => go('scorecards', { by: value, period })}
            data={scorecardGroups.map((value) => ({ value, label: `${nameOfGroup(value)}s` }))}
          />
          <PeriodPicker
            value={period}
            range={range}
            onChange={(next) => patch({ period: next })}
            onStep={(direction) => range && patch({ period: formatRange(stepRange(range, direction)) })}
          />
          <span className="push" />
          <SegmentedControl
            aria-label="Beside each figure"
            value={beside}
            onChange={(value) => setBeside(value as Beside)}
            data={[
              { value: 'interval', label: 'Interval' },
              { value: 'before', label: 'Period before' },
              { value: 'nothing', label: 'Figures only' },
            ]}
          />
          <ColumnMenu all={columns} arranged={arranged} />
        </>
      }
    >
      {scorecard && !scorecard.coverage.isComplete ? (
        <div className="scorecard-note">
          <CoverageNote coverage={scorecard.coverage} />
        </div>
      ) : null}
      <div className="split">
        <div className="split-main">
          {answer.isError ? (
            <Failure error={answer.error} onRetry={() => void answer.refetch()} />
          ) : answer.isPending || metrics.list.length === 0 ? (
            <Loading lines={14} />
          ) : rows.length === 0 ? (
            <Empty
              icon="scorecards"
              title="Nobody worked in this period"
              actions={
                <Button variant="default" onClick={() => go('coverage')}>
                  See what is synced
                </Button>
              }
            >
              Or the period is not synced yet.
            </Empty>
          ) : (
            <DataGrid
              label={`Scorecards by ${group}`}
              isFirstPinned
              arranged={arranged}
              rowCount={rows.length}
              rowAt={(index) => rows[index]}
              sort={sort}
              onSort={(id) => setSort({ id, isDescending: sort.id === id ? !sort.isDescending : id !== 'name' })}
              onOpen={(row) => !row.isTotal && patch({ key: row.key })}
              onActive={(row) => row && !row.isTotal && key !== null && patch({ key: row.key }, 'replace')}
              isMarked={(row) => row.key === key && !row.isTotal}
            />
          )}
        </div>
        {shown && range && scorecard ? (
          <aside className="split-side card-side" aria-label={`Scorecard of ${shown.name}`}>
            <div className="split-bar">
              <strong className="clip">{shown.name}</strong>
              <ActionIcon
                className="push"
                size="sm"
                aria-label="Close the scorecard"
                onClick={() => patch({ key: '' })}
              >
                <Icon name="close" />
              </ActionIcon>
            </div>
            <Card
              by={group}
              row={shown}
              peers={scorecard.rows}
              before={before.data?.rows.find((row) => row.key === shown.key)}
              range={range}
              metrics={metrics.list}
              chosen={(params.get('metric') ?? '') as MetricName}
            />
          </aside>
        ) : null}
      </div>
      <div className="scorecard-foot dim">
        {scorecard?.dataAsOf
          ? `Data as of ${formats.moment(scorecard.dataAsOf)} ${formats.zoneName(scorecard.dataAsOf)}. `
          : ''}
        Below n = 5 only the n is shown; figures with n from 5 to 29 are grey and stay out of the ranking.
        {workspace.csatPolarity === 'unset'
          ? ' CSAT is not judged: nobody has said which end of its scale is the good one.'
          : ''}
      </div>
    </Page>
  );
};
