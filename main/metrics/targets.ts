// Which targets are in force for a row, whether they are met, and the row's composite. Pure. May import the contract,
// comparison.ts and registry.ts.
import type { CompositeScore, TargetVerdictRow } from '../../preload/contract/comparison.ts';
import type { CompositeWeight, Target } from '../../preload/contract/figures.ts';
import type { CsatPolarity, MetricName, MetricValue, ScorecardGroup } from '../../preload/contract/scorecard.ts';
import { computeComposite, judgeTarget } from './comparison.ts';
import { displayRule, findDirection, metricRegistry } from './registry.ts';

type Metrics = Record<MetricName, MetricValue>;

const isSameScope = (left: Target, right: Target): boolean =>
  left.metric === right.metric && left.by === right.by && left.key === right.key;

/** Puts a target in the place of the one of the same metric, group, key and first day. */
export const putTarget = (targets: readonly Target[], target: Target): Target[] => [
  ...targets.filter((other) => !isSameScope(other, target) || other.from !== target.from),
  target,
];

/** The targets of a row on a local day: for each metric the newest of the row's own, else the newest of the group's. */
export const findTargets = (targets: readonly Target[], by: ScorecardGroup, key: string, day: string): Target[] => {
  const inForce = new Map<MetricName, Target>();
  for (const target of targets) {
    if (target.by !== by || target.from > day || (target.key !== null && target.key !== key)) continue;
    const known = inForce.get(target.metric);
    const isNearer = known === undefined || (target.key !== null && known.key === null);
    const isNewer = known !== undefined && (known.key === null) === (target.key === null) && target.from > known.from;
    if (isNearer || isNewer) inForce.set(target.metric, target);
  }
  return [...inForce.values()];
};

export const judgeTargets = (
  targets: readonly Target[],
  metrics: Metrics,
  polarity: CsatPolarity,
): TargetVerdictRow[] =>
  targets.map((target) => {
    const definition = metricRegistry[target.metric];
    const better = findDirection(definition, polarity);
    const figure = metrics[target.metric];
    if (better === 'neither') return { ...target, verdict: 'not-judged' };
    // A figure too small to be shown cannot be held against anybody.
    if (displayRule(figure.n) === 'hide') return { ...target, verdict: 'no-value' };
    return { ...target, verdict: judgeTarget(figure, target.target, better) };
  });

/**
 * The weighted composite of a row. Parts of n under 30 count as missing, and so does a CSAT part whose good end nobody has
 * confirmed.
 */
export const scoreComposite = (
  weights: readonly CompositeWeight[],
  metrics: Metrics,
  polarity: CsatPolarity,
): CompositeScore => {
  const findValue = (metric: MetricName): number | null => {
    const { value, n } = metrics[metric];
    const isUnconfirmed = polarity === 'unset' && typeof metricRegistry[metric].direction !== 'string';
    return isUnconfirmed || displayRule(n) !== 'rank' ? null : value;
  };
  const { score, weightCovered, parts } = computeComposite(
    weights.map(({ metric, weight, floor, target }) => ({
      name: metric,
      value: findValue(metric),
      weight,
      floor,
      target,
    })),
  );
  return {
    score,
    weightCovered,
    parts: weights.map((weight, index) => ({
      ...weight,
      points: parts[index]?.points ?? null,
      contribution: parts[index]?.contribution ?? null,
    })),
  };
};
