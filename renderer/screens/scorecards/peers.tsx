// Where one stands among the others: a mark for each whose sample is large enough to be ranked. Drawn as plain SVG.
import type { ReactNode } from 'react';
import type { Card, PeerRow } from '../../../preload/contract/comparison.ts';
import type { CsatPolarity, MetricInfo, MetricName, ScorecardRow } from '../../../preload/contract/scorecard.ts';
import { useCall } from '../../bridge/context.tsx';
import { Problem } from '../../components/states.tsx';
import { useWorkspace } from '../../hooks/workspace.tsx';
import { formatMetric } from '../../model/format.ts';
import type { Counted } from './counted.ts';

const WIDTH = 400;
const HEIGHT = 28;
const EDGE = 8;

type Standing = Card['peers'][MetricName];

/** Why a row has no rank. */
const describeUnranked = (own: PeerRow | undefined, direction: MetricInfo['direction'][CsatPolarity]): string => {
  if (own?.display === 'grey') return 'not ranked: n below 30';
  return direction === 'neither' ? 'not ranked: neither end is known to be better' : 'not ranked';
};

const describe = (standing: Standing, unit: MetricInfo['unit'], unranked: string): string => {
  if (standing === undefined) return 'no value to compare';
  const { rank, funnel, isOutsideFunnel } = standing;
  const place =
    rank === null
      ? unranked
      : `rank ${rank.best === rank.worst ? rank.best : `${rank.best}–${rank.worst}`} of ${rank.of}`;
  if (funnel === null || isOutsideFunnel === null) return place;
  const limits = `${formatMetric(funnel.low, unit)} – ${formatMetric(funnel.high, unit)}`;
  return `${place} · ${isOutsideFunnel ? 'outside' : 'within'} what chance explains (${limits})`;
};

/** `standing` is the program's own comparison; the marks are those of the other rows. */
export const Peers = ({
  counted,
  info,
  row,
  standing,
}: {
  counted: Counted;
  info: MetricInfo;
  row: ScorecardRow;
  standing: Standing;
}): ReactNode => {
  const { workspace } = useWorkspace();
  const answer = useCall('scorecard.peers', { ...counted, metric: info.name });
  if (answer.isError) return <Problem error={answer.error} />;
  if (answer.data === undefined || answer.data.metric !== info.name) return <div className="peers-waiting" />;
  // Those the quartiles are of.
  const ranked = answer.data.rows.filter(({ display }) => display !== 'hide');
  const { peers } = answer.data;
  const values = ranked.map(({ value }) => value).sort((a, b) => a - b);
  const [low = 0] = values;
  const high = values.at(-1) ?? 0;
  if (values.length < 3 || peers === null)
    return <p className="card-about dim">Too few peers with n of 5 and more to compare with.</p>;
  const x = (value: number): number =>
    high === low ? WIDTH / 2 : EDGE + ((value - low) / (high - low)) * (WIDTH - 2 * EDGE);
  const median = Math.min(high, Math.max(low, peers.p50));
  const own = ranked.find(({ key }) => key === row.key);
  const summary = describe(standing, info.unit, describeUnranked(own, info.direction[workspace.csatPolarity]));
  return (
    <figure className="peers">
      <figcaption className="row wrap dim">
        <span className="nobreak">Among {values.length} with n of 5 and more</span>
        <span className="push number">{summary}</span>
      </figcaption>
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        role="img"
        aria-label={`${info.label} among peers: ${summary}; median ${formatMetric(peers.p50, info.unit)}`}
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
        <span className="push">median {formatMetric(peers.p50, info.unit)}</span>
        <span className="push">{formatMetric(high, info.unit)}</span>
      </div>
    </figure>
  );
};
