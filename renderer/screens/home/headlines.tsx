// The first figures of the last seven whole days, each with the seven days before and its course from day to day.
import type { ReactNode } from 'react';
import type { MetricName } from '../../../preload/contract/scorecard.ts';
import { useCall } from '../../bridge/context.tsx';
import { CoverageNote } from '../../components/coverage-note.tsx';
import { figureTitle } from '../../components/figure.tsx';
import { Sparkline } from '../../components/sparkline.tsx';
import { Failure, Loading } from '../../components/states.tsx';
import { formatRoute } from '../../hooks/route.ts';
import { rangeOf, useMetrics } from '../../hooks/scorecard.ts';
import { useWorkspace } from '../../hooks/workspace.tsx';
import { formatCount, formatDays } from '../../model/format.ts';
import { formatInterval, judgeChange, showMetric } from '../../model/metric.ts';

const shown: readonly MetricName[] = ['offered', 'serviceLevel', 'abandonRate', 'ahtMean', 'csatTop2', 'nps'];
const PERIOD = 'last-7-days';

export const Headlines = (): ReactNode => {
  const { workspace, formats } = useWorkspace();
  const metrics = useMetrics();
  const now = useCall('scorecard.totals', {
    ...{ workspace: workspace.id, by: 'queue', period: PERIOD, metrics: [...shown], unit: 'day' },
  });
  const range = now.data ? rangeOf(now.data.period, formats) : null;
  if (metrics.error) return <Failure error={metrics.error} onRetry={metrics.retry} />;
  if (now.isError) return <Failure error={now.error} onRetry={() => void now.refetch()} />;
  return (
    <section aria-label="Last 7 days" className="stack">
      <div className="row wrap">
        <h2>Last 7 days</h2>
        <span className="dim number">{range === null ? '' : `${formatDays(range)}, beside the 7 days before`}</span>
      </div>
      {now.data ? <CoverageNote coverage={now.data.coverage} /> : null}
      <div className="headlines">
        {shown.map((name) => {
          const info = metrics.find(name);
          if (info === undefined || now.data === undefined)
            return (
              <div className="headline" key={name}>
                <Loading lines={2} />
              </div>
            );
          const metric = now.data.total[name];
          const was = now.data.previous.total[name];
          const { text, rule } = showMetric(metric, info.unit);
          const old = showMetric(was, info.unit);
          const judged = judgeChange(info, workspace.csatPolarity, metric, was);
          const interval = metric ? formatInterval(metric, info.unit) : null;
          const values = now.data.trend.map(({ total }) => {
            const point = total?.[name];
            const { rule: small } = showMetric(point, info.unit);
            return small === 'hidden' || small === 'none' ? null : (point?.value ?? null);
          });
          return (
            <a
              key={name}
              className="headline"
              href={formatRoute('scorecards', { by: 'queue', period: PERIOD, figure: name })}
              title={figureTitle(info, metric)}
            >
              <span className="dim">{info.label}</span>
              <span className="row">
                <strong className={rule === 'grey' || rule === 'hidden' ? 'headline-value dim' : 'headline-value'}>
                  {text}
                </strong>
                <Sparkline values={values} label={`${info.label} from day to day`} />
              </span>
              <span
                className={`headline-before number ${judged === null ? 'dim' : judged === 'better' ? 'tone-good' : 'tone-bad'}`}
              >
                <span className="nobreak">
                  {old.rule === 'none' || old.rule === 'hidden' ? 'nothing before' : `was ${old.text}`}
                  {judged === null ? '' : `, ${judged}`}
                </span>
                {rule === 'grey' || rule === 'ranked' ? (
                  <>
                    {' · '}
                    <span className="nobreak">n = {formatCount(metric?.n ?? 0)}</span>
                  </>
                ) : null}
                {interval === null ? null : (
                  <>
                    {' · '}
                    <span className="nobreak">95 %: {interval}</span>
                  </>
                )}
              </span>
            </a>
          );
        })}
      </div>
    </section>
  );
};
