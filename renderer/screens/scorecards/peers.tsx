// Where one stands among the others: a mark for each whose sample is large enough to be ranked. Drawn as plain SVG.
import type { ReactNode } from 'react';
import type { MetricInfo, ScorecardRow } from '../../../preload/contract/scorecard.ts';
import { formatMany, formatMetric } from '../../model/format.ts';
import { showMetric } from '../../model/metric.ts';

const WIDTH = 400;
const HEIGHT = 28;
const EDGE = 8;

const medianOf = (ascending: readonly number[]): number => {
  const middle = (ascending.length - 1) / 2;
  return ((ascending[Math.floor(middle)] ?? 0) + (ascending[Math.ceil(middle)] ?? 0)) / 2;
};

export const Peers = ({
  info,
  row,
  peers,
}: {
  info: MetricInfo;
  row: ScorecardRow;
  peers: readonly ScorecardRow[];
}): ReactNode => {
  const ranked = peers.flatMap((peer) => {
    const metric = peer.metrics[info.name];
    const { rule } = showMetric(metric, info.unit);
    return metric !== undefined && metric.value !== null && (rule === 'ranked' || rule === 'plain')
      ? [{ key: peer.key, value: metric.value }]
      : [];
  });
  const values = ranked.map(({ value }) => value).sort((a, b) => a - b);
  const [low = 0] = values;
  const high = values.at(-1) ?? 0;
  if (values.length < 3) return <p className="card-about dim">Too few peers with n of 30 or more to compare with.</p>;
  const x = (value: number): number =>
    high === low ? WIDTH / 2 : EDGE + ((value - low) / (high - low)) * (WIDTH - 2 * EDGE);
  const median = medianOf(values);
  const own = ranked.find(({ key }) => key === row.key);
  const place = own === undefined ? null : values.filter((value) => value < own.value).length;
  const summary =
    own === undefined || place === null
      ? `not among the ${values.length} ranked: fewer than 30`
      : `${formatMany(place, 'peer')} below, ${formatMany(values.filter((value) => value > own.value).length, 'peer')} above`;
  return (
    <figure className="peers">
      <figcaption className="row dim">
        <span>Among {values.length} peers</span>
        <span className="push number">{summary}</span>
      </figcaption>
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        role="img"
        aria-label={`${info.label} among peers: ${summary}; median ${formatMetric(median, info.unit)}`}
      >
        <line x1={EDGE} x2={WIDTH - EDGE} y1={HEIGHT / 2} y2={HEIGHT / 2} className="peers-line" />
        <line x1={x(median)} x2={x(median)} y1={4} y2={HEIGHT - 4} className="peers-median" />
        {ranked
          .filter(({ key }) => key !== row.key)
          .map(({ key, value }) => (
            <circle key={key} cx={x(value)} cy={HEIGHT / 2} r={4} className="peers-dot" />
          ))}
        {own === undefined ? null : <circle cx={x(own.value)} cy={HEIGHT / 2} r={6} className="peers-own" />}
      </svg>
      <div className="row dim number">
        <span>{formatMetric(low, info.unit)}</span>
        <span className="push">median {formatMetric(median, info.unit)}</span>
        <span className="push">{formatMetric(high, info.unit)}</span>
      </div>
    </figure>
  );
};
