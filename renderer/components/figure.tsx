// A figure under the rules for small samples: below 5 only its n, up to 29 in grey; its interval in its title.
import type { ReactNode } from 'react';
import type { MetricInfo, MetricValue } from '../../preload/contract/scorecard.ts';
import { formatCount } from '../model/format.ts';
import { formatInterval, showMetric } from '../model/metric.ts';

export const figureTitle = (info: MetricInfo, metric: MetricValue | undefined): string => {
  if (metric === undefined) return info.label;
  if (metric.reason !== undefined) return `${info.label}: ${metric.reason}`;
  const { rule, text } = showMetric(metric, info.unit);
  if (rule === 'none') return `${info.label}: nothing to count`;
  const interval = formatInterval(metric, info.unit);
  const small =
    rule === 'hidden'
      ? `too few to show a figure (n = ${metric.n})`
      : `${text}, n = ${formatCount(metric.n)}${rule === 'grey' ? ' (fewer than 30: not ranked)' : ''}`;
  return `${info.label}: ${small}${interval === null ? '' : `, 95 % interval ${interval}`}`;
};

export const Figure = ({ info, metric }: { info: MetricInfo; metric: MetricValue | undefined }): ReactNode => {
  const { text, rule } = showMetric(metric, info.unit);
  return (
    <span className={rule === 'ranked' || rule === 'plain' ? 'number' : 'number dim'} title={figureTitle(info, metric)}>
      {text}
    </span>
  );
};
