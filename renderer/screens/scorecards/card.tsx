// One agent, queue, bot … in full: every metric with its interval and the period before, where it stands among its peers,
// its course over the period, its targets and its composite. Every figure leads to its cases.
import { Button, UnstyledButton } from '@mantine/core';
import { lazy, type ReactNode, Suspense } from 'react';
import type { Card as CardData } from '../../../preload/contract/comparison.ts';
import type { MetricInfo, MetricName, ScorecardGroup } from '../../../preload/contract/scorecard.ts';
import { useCall } from '../../bridge/context.tsx';
import { Figure, figureTitle } from '../../components/figure.tsx';
import { Icon } from '../../components/icon.tsx';
import { Failure, Loading } from '../../components/states.tsx';
import { patch } from '../../hooks/route.ts';
import { useWorkspace } from '../../hooks/workspace.tsx';
import { type DayRange, stepUnitOf } from '../../model/days.ts';
import { formatCount, formatMetric, nothing } from '../../model/format.ts';
import { formatInterval, judgeChange, showMetric } from '../../model/metric.ts';
import { Composite, Targets } from './card-judged.tsx';
import type { Counted } from './counted.ts';
import { Peers } from './peers.tsx';

const TrendChart = lazy(async () => ({ default: (await import('../../components/trend-chart.tsx')).TrendChart }));

const firstChoice: Readonly<Partial<Record<ScorecardGroup, MetricName>>> = {
  queue: 'serviceLevel',
  bot: 'containment',
};

const openRows = (metric: MetricName): void => patch({ figure: metric });

const AllFigures = ({
  card,
  own,
  chosen,
}: {
  card: CardData;
  own: readonly MetricInfo[];
  chosen: MetricName;
}): ReactNode => (
  <section>
    <h2 className="card-all">All figures</h2>
    <table className="card-table">
      <thead>
        <tr>
          <th scope="col">Metric</th>
          <th scope="col" className="end">
            Figure
          </th>
          <th scope="col" className="end">
            Before
          </th>
          <th scope="col" className="end">
            n
          </th>
        </tr>
      </thead>
      <tbody>
        {own.map((one) => {
          const now = card.row.metrics[one.name];
          const was = card.previous.metrics?.[one.name];
          const judged = judgeChange(one, card.csatPolarity, now, was);
          return (
            <tr key={one.name} className={one.name === chosen ? 'on' : ''}>
              <th scope="row">
                <UnstyledButton
                  className="card-metric"
                  onClick={() => patch({ metric: one.name }, 'replace')}
                  aria-pressed={one.name === chosen}
                  title={figureTitle(one, now)}
                >
                  {one.label}
                </UnstyledButton>
              </th>
              <td className="end">
                {(now?.n ?? 0) === 0 ? (
                  <Figure info={one} metric={now} />
                ) : (
                  <UnstyledButton
                    className="figure-link"
                    aria-label={`Cases of ${one.label}: ${showMetric(now, one.unit).text}`}
                    onClick={() => openRows(one.name)}
                  >
                    <Figure info={one} metric={now} />
                  </UnstyledButton>
                )}
              </td>
              <td className={`end number ${judged === null ? 'dim' : judged === 'better' ? 'tone-good' : 'tone-bad'}`}>
                {was === undefined || was.value === null || (was.n < 5 && one.unit !== 'count')
                  ? nothing
                  : formatMetric(was.value, one.unit)}
                {judged === null ? null : <span> {judged === 'better' ? '▲ better' : '▼ worse'}</span>}
              </td>
              <td className="end number dim">{formatCount(now?.n ?? 0)}</td>
            </tr>
          );
        })}
      </tbody>
    </table>
  </section>
);

export const Card = ({
  counted,
  rowKey,
  range,
  metrics,
  chosen,
}: {
  counted: Counted;
  rowKey: string;
  /** The days of the period. */
  range: DayRange;
  metrics: readonly MetricInfo[];
  chosen: MetricName;
}): ReactNode => {
  const { formats } = useWorkspace();
  const { by } = counted;
  const answer = useCall('scorecard.card', { ...counted, key: rowKey, unit: stepUnitOf(range) });
  const own = metrics.filter(({ groups }) => groups.includes(by));
  const info =
    own.find(({ name }) => name === chosen) ??
    own.find(({ name }) => name === (firstChoice[by] ?? 'ahtMean')) ??
    own[0];
  if (info === undefined) return null;
  if (answer.isError) return <Failure error={answer.error} onRetry={() => void answer.refetch()} />;
  if (answer.isPending) return <Loading lines={14} />;
  const card = answer.data;
  const { row } = card;
  const points = card.trend.map(({ label, isPartial, metrics: step }) => ({
    label: isPartial ? `${label} (part)` : label,
    metric: step?.[info.name],
  }));
  const metric = row.metrics[info.name];
  const interval = metric ? formatInterval(metric, info.unit) : null;
  const shown = showMetric(metric, info.unit);

  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    // biome-ignore lint/a11y/useSemanticElements: a named region inside the side pane
    <div className="card" tabIndex={0} role="region" aria-label={`Figures of ${row.name}`}>
      <section className="stack">
        <div className="row wrap">
          <h2>{info.label}</h2>
          <Button
            className="push"
            size="compact-xs"
            variant="light"
            disabled={(metric?.n ?? 0) === 0}
            onClick={() => openRows(info.name)}
            leftSection={<Icon name="search" size={0.75} />}
          >
            Cases
          </Button>
        </div>
        <div className="row wrap">
          <span
            className={shown.rule === 'grey' || shown.rule === 'hidden' ? 'card-value number dim' : 'card-value number'}
          >
            {shown.text}
          </span>
          <span className="dim number">
            {interval === null ? 'no interval' : `95 %: ${interval}`} · n = {formatCount(metric?.n ?? 0)}
          </span>
        </div>
        {metric?.reason === undefined ? null : <p className="card-about">{metric.reason}</p>}
        <Suspense fallback={<div className="trend" />}>
          <TrendChart label={`${info.label} of ${row.name}`} unit={info.unit} points={points} isPending={false} />
        </Suspense>
        <p className="card-about dim">
          By {card.trendUnit}, in {formats.zone}. A step marked “part” is not over, cut by the period or not fully
          synced.
        </p>
        <Peers counted={counted} info={info} row={row} standing={card.peers[info.name]} />
        <p className="card-about dim">
          {info.formula} Counted at {info.countedAt}. Left out: {info.exclusions}
        </p>
      </section>
      <Targets targets={card.targets} metrics={metrics} values={row.metrics} />
      <Composite composite={card.composite} metrics={metrics} />
      <AllFigures card={card} own={own} chosen={info.name} />
    </div>
  );
};
