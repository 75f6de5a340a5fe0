// The cases a figure is made of, one row each, and the conversation of one beside them. The address holds the figure (figure),
// its row (key; none: the total) and the conversation shown (id).
import { ActionIcon, Button } from '@mantine/core';
import { type ReactNode, useMemo } from 'react';
import type { FigureRows as Answer } from '../../../preload/contract/comparison.ts';
import type { MetricInfo } from '../../../preload/contract/scorecard.ts';
import { useCall } from '../../bridge/context.tsx';
import { CoverageNote } from '../../components/coverage-note.tsx';
import type { GridColumn } from '../../components/grid/column.ts';
import { DataGrid } from '../../components/grid/data-grid.tsx';
import { useColumns } from '../../components/grid/use-columns.ts';
import { Icon } from '../../components/icon.tsx';
import { Empty, Failure, Loading } from '../../components/states.tsx';
import { usePages } from '../../hooks/pages.ts';
import { patch, useRoute } from '../../hooks/route.ts';
import { rangeOf } from '../../hooks/scorecard.ts';
import { useWorkspace } from '../../hooks/workspace.tsx';
import { presetLabels } from '../../model/counting.ts';
import { type Formats, formatCount, formatDays, formatDuration, formatMany, nothing } from '../../model/format.ts';
import { showMetric } from '../../model/metric.ts';
import { ConversationView } from '../conversation/conversation.tsx';
import type { Counted } from './counted.ts';

type Case = Answer['rows'][number];
const PAGE = 200;
const plain = new Intl.NumberFormat('en-GB', { maximumFractionDigits: 2 });
const rowsOf = ({ rows }: Answer): readonly Case[] => rows;

/** A case's part of a figure: seconds as a length of time, 1 or 0 of a share as yes or no. What a ratio is made of may be of any unit. */
const formatPart = ({ value, over }: Case, unit: MetricInfo['unit']): string => {
  if (value === null) return nothing;
  if (unit === 'seconds') return formatDuration(value);
  if (unit === 'fraction' && over === null && (value === 0 || value === 1)) return value === 1 ? 'yes' : 'no';
  return plain.format(value);
};

const createColumns = (formats: Formats, unit: MetricInfo['unit']): GridColumn<Case>[] => [
  {
    ...{ id: 'at', header: 'Counts at', widthPx: 150, about: `When the case counts, in ${formats.zone}` },
    text: (row) => formats.moment(row.at),
  },
  { id: 'agent', header: 'Agent', widthPx: 160, text: (row) => row.agentName ?? row.agent ?? nothing },
  { id: 'queue', header: 'Queue', widthPx: 140, text: (row) => row.queueName ?? row.queue ?? nothing },
  {
    ...{ id: 'value', header: 'Value', widthPx: 96, align: 'end', about: 'Its part of the figure' },
    text: (row) => formatPart(row, unit),
  },
  {
    ...{ id: 'over', header: 'Out of', widthPx: 96, align: 'end', about: 'Its part of what a ratio divides by' },
    text: (row) => (row.over === null ? nothing : plain.format(row.over)),
  },
  {
    ...{ id: 'counted', header: 'In n', widthPx: 64, about: 'Whether it is one of the cases that n counts' },
    text: (row) => (row.isCounted ? 'yes' : 'no'),
  },
  { id: 'conversation', header: 'Conversation', widthPx: 280, text: (row) => row.conversation },
];

export const FigureRows = ({
  counted,
  info,
  rowKey,
  name,
}: {
  counted: Counted;
  info: MetricInfo;
  /** Null: the total. */
  rowKey: string | null;
  /** Of the row. */
  name: string;
}): ReactNode => {
  const { formats } = useWorkspace();
  const { params } = useRoute();
  const shownId = params.get('id');
  const input = { ...counted, metric: info.name, ...(rowKey === null ? {} : { key: rowKey }) };
  const overview = useCall('figure.rows', { ...input, limit: 0 });
  const pages = usePages({
    name: 'figure.rows',
    question: input,
    pageRows: PAGE,
    inputOf: (offset) => ({ ...input, limit: PAGE, offset }),
    rowsOf,
  });
  const columns = useMemo(() => createColumns(formats, info.unit), [formats, info.unit]);
  const arranged = useColumns('figure-rows', columns);
  const answer = overview.data;
  const failed = overview.error ?? pages.error;

  return (
    <>
      <div className="search-line">
        <Button
          variant="default"
          size="compact-xs"
          leftSection={<Icon name="left" size={0.75} />}
          onClick={() => patch({ figure: '', id: '' })}
        >
          Scorecards
        </Button>
        <h2 className="figure-title">
          {info.label}: {name}
        </h2>
        <span role="status" className="number">
          {answer === undefined
            ? ''
            : `${showMetric(answer.figure, info.unit).text}, n = ${formatCount(answer.figure.n)} · ${formatCount(answer.counted)} of ${formatMany(answer.total, 'case')} counted, from ${formatMany(answer.conversations, 'conversation')}`}
        </span>
        <span className="push dim wide">Enter opens · {formats.zone}</span>
      </div>
      <p className="figure-about dim">
        {answer === undefined ? null : (
          <span className="figure-days number">
            {formatDays(rangeOf(answer.period, formats))}
            {counted.rules === undefined ? '' : `, counted as ${presetLabels[counted.rules.preset]}`}
          </span>
        )}
        {answer?.formula ?? info.formula}
      </p>
      {answer === undefined || answer.coverage.isComplete ? null : (
        <div className="scorecard-note">
          <CoverageNote coverage={answer.coverage} />
        </div>
      )}
      <div className="split">
        <div className="split-main">
          {failed ? (
            <Failure
              error={failed}
              onRetry={() => {
                void overview.refetch();
                pages.retry();
              }}
            />
          ) : answer === undefined ? (
            <Loading lines={14} />
          ) : answer.total === 0 ? (
            <Empty icon="scorecards" title="No case counts in this figure" />
          ) : (
            <DataGrid
              label="Cases of the figure"
              arranged={arranged}
              rowCount={answer.total}
              rowAt={pages.rowAt}
              onRange={pages.onRange}
              onOpen={(row) => patch({ id: row.conversation })}
              onActive={(row) => row && shownId !== null && patch({ id: row.conversation }, 'replace')}
              isMarked={(row) => row.conversation === shownId}
            />
          )}
        </div>
        {shownId === null ? null : (
          <aside className="split-side" aria-label="Conversation">
            <div className="split-bar">
              <ActionIcon
                className="push"
                size="sm"
                aria-label="Close the conversation"
                onClick={() => patch({ id: '' })}
              >
                <Icon name="close" />
              </ActionIcon>
            </div>
            <ConversationView id={shownId} words="" />
          </aside>
        )}
      </div>
    </>
  );
};
