// One agent, queue or bot in full: every metric with its interval and the period before, where it stands among its peers,
// its course over the period, and the conversations behind it.
import { Button, UnstyledButton } from '@mantine/core';
import { lazy, type ReactNode, Suspense } from 'react';
import type { MetricInfo, MetricName, ScorecardGroup, ScorecardRow } from '../../../preload/contract/scorecard.ts';
import { Figure, figureTitle } from '../../components/figure.tsx';
import { Icon } from '../../components/icon.tsx';
import { formatRoute, patch } from '../../hooks/route.ts';
import { searchOf, useTrend } from '../../hooks/scorecard.ts';
import { useWorkspace } from '../../hooks/workspace.tsx';
import type { DayRange } from '../../model/days.ts';
import { formatCount, formatMetric, nothing } from '../../model/format.ts';
import { formatInterval, judgeChange, showMetric } from '../../model/metric.ts';
import { Peers } from './peers.tsx';

const TrendChart = lazy(async () => ({ default: (await import('../../components/trend-chart.tsx')).TrendChart }));

const firstChoice: Readonly<Partial<Record<ScorecardGroup, MetricName>>> = {
  queue: 'serviceLevel',
  bot: 'containment',
};

export const Card = ({
  by,
  row,
  peers,
  before,
  range,
  metrics,
  chosen,
}: {
  by: ScorecardGroup;
  row: ScorecardRow;
  peers: readonly ScorecardRow[];
  before: ScorecardRow | undefined;
  range: DayRange;
  metrics: readonly MetricInfo[];
  chosen: MetricName;
}): ReactNode => {
  const { workspace } = useWorkspace();
  const trend = useTrend(by, range);
  const own = metrics.filter(({ groups }) => groups.includes(by));
  const info =
    own.find(({ name }) => name === chosen) ??
    own.find(({ name }) => name === (firstChoice[by] ?? 'ahtMean')) ??
    own[0];
  const rows = searchOf(by, row.key, range);
  if (info === undefined) return null;
  const points = trend.points.map(({ range: step, scorecard }) => ({
    label: step.first === step.last ? step.first.slice(5) : `${step.first.slice(5)}…`,
    metric: scorecard?.rows.find(({ key }) => key === row.key)?.metrics[info.name],
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
          {rows === null ? null : (
            <Button
              className="push"
              component="a"
              size="compact-xs"
              variant="light"
              href={formatRoute('search', rows)}
              leftSection={<Icon name="search" size={0.75} />}
            >
              Conversations
            </Button>
          )}
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
          <TrendChart
            label={`${info.label} of ${row.name}`}
            unit={info.unit}
            points={points}
            isPending={trend.isPending}
          />
        </Suspense>
        <Peers info={info} row={row} peers={peers} />
        <p className="card-about dim">
          {info.formula} Counted at {info.countedAt}. Left out: {info.exclusions}
          {rows === null
            ? ''
            : ' The conversations shown are those that began in the period; some of what is counted may have begun before.'}
        </p>
      </section>
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
              const now = row.metrics[one.name];
              const was = before?.metrics[one.name];
              const judged = judgeChange(one, workspace.csatPolarity, now, was);
              return (
                <tr key={one.name} className={one.name === info.name ? 'on' : ''}>
                  <th scope="row">
                    <UnstyledButton
                      className="card-metric"
                      onClick={() => patch({ metric: one.name }, 'replace')}
                      aria-pressed={one.name === info.name}
                      title={figureTitle(one, now)}
                    >
                      {one.label}
                    </UnstyledButton>
                  </th>
                  <td className="end">
                    {rows === null || (now?.n ?? 0) === 0 ? (
                      <Figure info={one} metric={now} />
                    ) : (
                      <a className="figure-link" href={formatRoute('search', rows)}>
                        <Figure info={one} metric={now} />
                      </a>
                    )}
                  </td>
                  <td
                    className={`end number ${judged === null ? 'dim' : judged === 'better' ? 'tone-good' : 'tone-bad'}`}
                  >
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
    </div>
  );
};
