// The columns of a scorecard table: the name, then a column for each metric that means something for the grouping.
import type { ReactNode } from 'react';
import type {
  CsatPolarity,
  MetricInfo,
  MetricName,
  ScorecardGroup,
  SomeFigures,
} from '../../../preload/contract/scorecard.ts';
import { Figure } from '../../components/figure.tsx';
import type { GridColumn, GridSort } from '../../components/grid/column.ts';
import { nameOfGroup } from '../../model/counting.ts';
import { nothing } from '../../model/format.ts';
import { formatInterval, judgeChange, showMetric } from '../../model/metric.ts';

/** What stands beside each figure. */
export type Beside = 'interval' | 'before' | 'nothing';
export type TableRow = SomeFigures['rows'][number] & { isTotal: boolean };

const workedOn: readonly MetricName[] = [
  ...(['handled', 'ahtMean', 'ahtMedian', 'acwMean', 'holdRate', 'firstResponseMedian'] as const),
  ...(['acceptRate', 'transferRate', 'csatTop2', 'nps'] as const),
];
const shownAtFirst: Readonly<Partial<Record<ScorecardGroup, readonly MetricName[]>>> = {
  queue: ['offered', 'answerRate', 'serviceLevel', 'asaMedian', 'abandonRate', 'ahtMean', 'callbackRate', 'csatTop2'],
  bot: ['botSessions', 'containment', 'adjustedContainment', 'escalationRate', 'botLengthMedian', 'csatTop2'],
};

/** Whether a metric has a column until the user says otherwise. */
export const isShownAtFirst = (by: ScorecardGroup, metric: MetricName): boolean =>
  (shownAtFirst[by] ?? workedOn).includes(metric);

export const createColumns = (options: {
  by: ScorecardGroup;
  metrics: readonly MetricInfo[];
  beside: Beside;
  polarity: CsatPolarity;
  beforeOf(key: string, isTotal: boolean): TableRow['metrics'] | undefined;
  /** The weighted composite, 0-100; null where too little of its weight has a value. */
  compositeOf(key: string): number | null;
  /** Where the cases of a figure are shown. */
  linkOf(metric: MetricName, row: TableRow): string;
}): GridColumn<TableRow>[] => {
  const { by, metrics, beside, polarity, beforeOf, compositeOf, linkOf } = options;
  const besideOf = (info: MetricInfo, row: TableRow): ReactNode => {
    const metric = row.metrics[info.name];
    if (metric === undefined || beside === 'nothing') return null;
    if (beside === 'interval') {
      const interval = formatInterval(metric, info.unit);
      return interval === null ? null : <span className="beside number">{interval}</span>;
    }
    const before = beforeOf(row.key, row.isTotal)?.[info.name];
    const was = showMetric(before, info.unit);
    if (was.rule === 'none' || was.rule === 'hidden') return null;
    const judged = judgeChange(info, polarity, metric, before);
    const tone = judged === null ? '' : judged === 'better' ? ' tone-good' : ' tone-bad';
    return (
      <span className={`beside number${tone}`}>
        was {was.text}
        {judged === null ? '' : judged === 'better' ? ' ▲' : ' ▼'}
        {judged === null ? null : <span className="sr">{judged}</span>}
      </span>
    );
  };
  return [
    {
      ...{ id: 'name', header: nameOfGroup(by), widthPx: 180, isSortable: true },
      text: (row) => row.name,
      render: (row) => <span className={row.isTotal ? 'clip total-name' : 'clip'}>{row.name}</span>,
    },
    {
      ...{ id: 'composite', header: 'Composite', widthPx: 96, align: 'end', isOptional: true },
      about: 'Weighted from the parts that Settings names: 0 to 100 points; its parts stand on the card',
      text: (row) => (row.isTotal ? '' : (compositeOf(row.key)?.toFixed(0) ?? nothing)),
    },
    ...metrics
      .filter(({ groups }) => groups.includes(by))
      .map(
        (info): GridColumn<TableRow> => ({
          id: info.name,
          header: info.label,
          about: `${info.label}: ${info.formula}`,
          widthPx: info.unit === 'count' ? 90 : beside === 'nothing' ? 110 : 178,
          align: 'end',
          isSortable: true,
          isOptional: !isShownAtFirst(by, info.name),
          text: (row) => showMetric(row.metrics[info.name], info.unit).text,
          render: (row) => (
            <>
              {info.unit === 'count' && beside === 'interval' ? null : besideOf(info, row)}
              {(row.metrics[info.name]?.n ?? 0) === 0 ? (
                <Figure info={info} metric={row.metrics[info.name]} />
              ) : (
                // Its keys are on the grid and on the card.
                <a className="figure-link" href={linkOf(info.name, row)} tabIndex={-1}>
                  <Figure info={info} metric={row.metrics[info.name]} />
                </a>
              )}
            </>
          ),
        }),
      ),
  ];
};

const rank: Record<ReturnType<typeof showMetric>['rule'], number> = {
  ranked: 0,
  plain: 0,
  grey: 1,
  hidden: 2,
  none: 3,
};

/** Ranked figures first, then grey ones, then those too small to show: small samples stay out of the ranking. */
export const sortRows = (
  rows: readonly TableRow[],
  sort: GridSort,
  find: (name: MetricName) => MetricInfo | undefined,
): TableRow[] => {
  const sign = sort.isDescending ? -1 : 1;
  const byName = (a: TableRow, b: TableRow): number => a.name.localeCompare(b.name);
  const info = sort.id === 'name' ? undefined : find(sort.id as MetricName);
  if (info === undefined) return rows.toSorted((a, b) => sign * byName(a, b));
  return rows.toSorted((a, b) => {
    const [one, other] = [a.metrics[info.name], b.metrics[info.name]];
    const tier = rank[showMetric(one, info.unit).rule] - rank[showMetric(other, info.unit).rule];
    if (tier !== 0) return tier;
    const isHidden = rank[showMetric(one, info.unit).rule] > 1;
    const order = isHidden ? 0 : (one?.value ?? 0) - (other?.value ?? 0);
    return order === 0 ? byName(a, b) : sign * order;
  });
};
