// Scorecards: a table of agents, queues, bots … over a period, and one of them in full beside it. The address holds the
// grouping (by), the period, the definitions (preset), the row shown (key) and its metric; `figure` shows a figure's cases,
// `view` how the definitions compare.
import { ActionIcon, Button, SegmentedControl, Select } from '@mantine/core';
import { type ReactNode, useMemo, useState } from 'react';
import { presetNames } from '../../../preload/contract/counting.ts';
import { type MetricName, scorecardGroups } from '../../../preload/contract/scorecard.ts';
import { useCall } from '../../bridge/context.tsx';
import { CoverageNote } from '../../components/coverage-note.tsx';
import type { GridSort } from '../../components/grid/column.ts';
import { ColumnMenu } from '../../components/grid/column-menu.tsx';
import { DataGrid } from '../../components/grid/data-grid.tsx';
import { useColumns, useShown } from '../../components/grid/use-columns.ts';
import { Icon } from '../../components/icon.tsx';
import { PeriodPicker } from '../../components/period-picker.tsx';
import { Empty, Failure, Loading, Notice } from '../../components/states.tsx';
import { formatRoute, go, patch, useRoute } from '../../hooks/route.ts';
import { rangeOf, stepRange, useMetrics } from '../../hooks/scorecard.ts';
import { useStored } from '../../hooks/stored.ts';
import { useWorkspace } from '../../hooks/workspace.tsx';
import { nameOfGroup, presetLabels } from '../../model/counting.ts';
import { formatRange } from '../../model/days.ts';
import { Page } from '../../shell/page.tsx';
import { Card } from './card.tsx';
import { type Beside, createColumns, isShownAtFirst, sortRows, type TableRow } from './columns.tsx';
import { useCounted } from './counted.ts';
import { FigureRows } from './figure-rows.tsx';
import { Reconciliation } from './reconciliation.tsx';
import '../../components/split.css';
import './scorecards.css';

const groupChoices = scorecardGroups.map((value) => ({ value, label: `${nameOfGroup(value)}s` }));

export const Scorecards = (): ReactNode => {
  const { params } = useRoute();
  const { workspace, formats } = useWorkspace();
  const { counted, preset } = useCounted();
  const { by: group, period } = counted;
  const key = params.get('key');
  const [beside, setBeside] = useStored<Beside>('scorecards.beside', 'interval');
  const [sort, setSort] = useState<GridSort>({ id: 'name', isDescending: false });
  const metrics = useMetrics();

  // Only what is looked at is counted: the columns that are shown, and the one the rows stand in order of.
  const isShown = useShown(`scorecards.${group}`);
  const needed = metrics.list
    .filter(
      ({ name, groups }) => groups.includes(group) && (isShown(name, !isShownAtFirst(group, name)) || name === sort.id),
    )
    .map(({ name }) => name);
  const answer = useCall(
    'scorecard.figures',
    { ...counted, metrics: needed, previous: true },
    { isEnabled: metrics.list.length > 0 },
  );
  const scorecard = answer.isError ? undefined : answer.data;
  const range = scorecard ? rangeOf(scorecard.period, formats) : null;
  const before = scorecard?.previous;
  const columns = useMemo(() => {
    const byKey = new Map(before?.rows.map((row) => [row.key, row.metrics]));
    const composites = new Map(scorecard?.composites.map(({ key: rowKey, score }) => [rowKey, score]));
    return createColumns({
      by: group,
      metrics: metrics.list,
      beside,
      polarity: workspace.csatPolarity,
      beforeOf: (rowKey, isTotal) => (isTotal ? before?.total : byKey.get(rowKey)),
      compositeOf: (rowKey) => composites.get(rowKey) ?? null,
      linkOf: (metric, row) =>
        formatRoute('scorecards', {
          ...{ by: group, period, preset: preset ?? '', figure: metric },
          key: row.isTotal ? '' : row.key,
        }),
    });
  }, [group, period, preset, metrics.list, beside, workspace.csatPolarity, before, scorecard]);
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
  const figure = metrics.list.find(({ name }) => name === params.get('figure'));

  const presetChoices = [
    { value: '', label: `As in Settings: ${presetLabels[workspace.figures.rules.preset]}` },
    ...presetNames.map((name) => ({ value: name, label: `As ${presetLabels[name]}` })),
  ];
  if (params.get('view') === 'reconcile') return <Reconciliation period={period} />;
  if (figure !== undefined)
    return (
      <Page title="Scorecards" isFlush>
        <FigureRows
          counted={counted}
          info={figure}
          rowKey={key}
          name={key === null ? `all ${group}s` : (shown?.name ?? key)}
        />
      </Page>
    );

  return (
    <Page
      title="Scorecards"
      isFlush
      controls={
        <>
          <Select
            aria-label="Group by"
            w="8.5rem"
            value={group}
            onChange={(value) => value && go('scorecards', { by: value, period, preset: preset ?? '' })}
            data={groupChoices}
            maxDropdownHeight={400}
          />
          <PeriodPicker
            value={period}
            range={range}
            onChange={(next) => patch({ period: next })}
            onStep={(direction) => range && patch({ period: formatRange(stepRange(range, direction)) })}
          />
          <Select
            aria-label="Counted as"
            w="13.5rem"
            value={preset ?? ''}
            onChange={(value) => patch({ preset: value ?? '' })}
            data={presetChoices}
            maxDropdownHeight={400}
          />
          <span className="push" />
          {group === 'queue' ? (
            <Button variant="default" onClick={() => patch({ view: 'reconcile' })}>
              Compare definitions
            </Button>
          ) : null}
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
      {preset === null || preset === workspace.figures.rules.preset ? null : (
        <div className="scorecard-note">
          <Notice
            action={
              <Button size="compact-xs" variant="default" onClick={() => patch({ preset: '' })}>
                As usual
              </Button>
            }
          >
            Counted as {presetLabels[preset]} counts, for this view alone. Reports count as Settings say:{' '}
            {presetLabels[workspace.figures.rules.preset]}.
          </Notice>
        </div>
      )}
      {scorecard && !scorecard.coverage.isComplete ? (
        <div className="scorecard-note">
          <CoverageNote coverage={scorecard.coverage} />
        </div>
      ) : null}
      <div className="split">
        <div className="split-main">
          {metrics.error ? (
            <Failure error={metrics.error} onRetry={metrics.retry} />
          ) : answer.isError ? (
            <Failure error={answer.error} onRetry={() => void answer.refetch()} />
          ) : answer.isPending || metrics.list.length === 0 ? (
            <Loading lines={14} />
          ) : rows.length === 0 ? (
            <Empty
              icon="scorecards"
              title={`No ${group} has a figure in this period`}
              actions={
                <Button variant="default" onClick={() => go('coverage')}>
                  See what is synced
                </Button>
              }
            >
              {scorecard?.coverage.isComplete ? 'All of it is synced.' : 'It is not synced whole.'}
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
              counted={counted}
              rowKey={shown.key}
              range={range}
              metrics={metrics.list}
              chosen={(params.get('metric') ?? '') as MetricName}
            />
          </aside>
        ) : null}
      </div>
      {rows.length === 0 && !answer.isPending ? null : (
        <div className="scorecard-foot dim">
          {scorecard?.dataAsOf
            ? `Data as of ${formats.moment(scorecard.dataAsOf)} ${formats.zoneName(scorecard.dataAsOf)}. `
            : ''}
          Below n = 5 only the n is shown; figures with n from 5 to 29 are grey and stay out of the ranking.
          {workspace.csatPolarity === 'unset'
            ? ' CSAT is not judged: nobody has said which end of its scale is the good one.'
            : ''}
        </div>
      )}
    </Page>
  );
};
