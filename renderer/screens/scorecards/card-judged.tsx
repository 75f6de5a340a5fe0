// What was set for a row and how it stands to it: targets with their verdicts, and the parts of the composite.
import type { ReactNode } from 'react';
import type { CompositeScore, TargetVerdictRow } from '../../../preload/contract/comparison.ts';
import type { MetricInfo, MetricName, ScorecardRow } from '../../../preload/contract/scorecard.ts';
import { formatMetric, formatShare, nothing } from '../../model/format.ts';
import { showMetric } from '../../model/metric.ts';

const find = (metrics: readonly MetricInfo[], name: MetricName): MetricInfo | undefined =>
  metrics.find((info) => info.name === name);

const verdicts: Record<TargetVerdictRow['verdict'], { text: string; tone: string }> = {
  met: { text: 'met', tone: 'tone-good' },
  missed: { text: 'missed', tone: 'tone-bad' },
  'not-distinguishable': { text: 'too close to tell', tone: 'dim' },
  'no-value': { text: 'no figure', tone: 'dim' },
  'not-judged': { text: 'not judged', tone: 'dim' },
};

export const Targets = ({
  targets,
  metrics,
  values,
}: {
  targets: readonly TargetVerdictRow[];
  metrics: readonly MetricInfo[];
  values: ScorecardRow['metrics'];
}): ReactNode =>
  targets.length === 0 ? null : (
    <section aria-label="Targets">
      <h2 className="card-all">Targets</h2>
      <table className="card-table">
        <thead>
          <tr>
            <th scope="col">Metric</th>
            <th scope="col" className="end">
              Figure
            </th>
            <th scope="col" className="end">
              Target
            </th>
            <th scope="col">Verdict</th>
          </tr>
        </thead>
        <tbody>
          {targets.map(({ metric, target, verdict }) => {
            const info = find(metrics, metric);
            return info === undefined ? null : (
              <tr key={metric}>
                <th scope="row">{info.label}</th>
                <td className="end number">{showMetric(values[metric], info.unit).text}</td>
                <td className="end number">{formatMetric(target, info.unit)}</td>
                <td className={verdicts[verdict].tone}>{verdicts[verdict].text}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
      <p className="card-about dim">Met or missed only where the whole 95 % interval says so.</p>
    </section>
  );

export const Composite = ({
  composite,
  metrics,
}: {
  composite: CompositeScore;
  metrics: readonly MetricInfo[];
}): ReactNode =>
  composite.parts.length === 0 ? null : (
    <section aria-label="Composite">
      <h2 className="card-all">
        Composite {composite.score === null ? nothing : composite.score.toFixed(0)}
        <span className="dim">
          {composite.score === null ? '' : ' of 100,'} known for {formatShare(composite.weightCovered)} of its weight
        </span>
      </h2>
      <table className="card-table">
        <thead>
          <tr>
            <th scope="col">Part</th>
            <th scope="col" className="end">
              Weight
            </th>
            <th scope="col" className="end">
              0 – 100 points at
            </th>
            <th scope="col" className="end">
              Points
            </th>
          </tr>
        </thead>
        <tbody>
          {composite.parts.map(({ metric, weight, floor, target, points }) => {
            const info = find(metrics, metric);
            return info === undefined ? null : (
              <tr key={metric}>
                <th scope="row">{info.label}</th>
                <td className="end number">{weight}</td>
                <td className="end number">
                  {formatMetric(floor, info.unit)} – {formatMetric(target, info.unit)}
                </td>
                <td className="end number">{points === null ? nothing : points.toFixed(0)}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
      {composite.score === null ? (
        <p className="card-about dim">No score: parts with n of 30 and more carry less than 60 % of the weight.</p>
      ) : composite.weightCovered < 1 ? (
        <p className="card-about dim">
          A part without points has no figure, an n below 30, or a scale that nobody confirmed.
        </p>
      ) : null}
    </section>
  );
