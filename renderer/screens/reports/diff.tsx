// What has happened to the conversations and the figures of a report since it was issued.
import type { ReactNode } from 'react';
import { changeKinds } from '../../../preload/contract/report.ts';
import type { MetricName } from '../../../preload/contract/scorecard.ts';
import { useCall } from '../../bridge/context.tsx';
import { Failure, Loading, Notice } from '../../components/states.tsx';
import { formatRoute } from '../../hooks/route.ts';
import { useMetrics } from '../../hooks/scorecard.ts';
import { useWorkspace } from '../../hooks/workspace.tsx';
import { formatCount, formatMany, formatMetric, nothing } from '../../model/format.ts';
import { changeWords } from '../../model/report-text.ts';

const MOST = 200;

export const Diff = ({ id, workspaceId }: { id: number; workspaceId: string }): ReactNode => {
  const { formats, workspace } = useWorkspace();
  const metrics = useMetrics();
  const diff = useCall('report.diff', { id });
  if (diff.isPending) return <Loading />;
  if (diff.isError) return <Failure error={diff.error} onRetry={() => void diff.refetch()} />;
  const { counts, figures, conversations, gone, forgotten, isComparable } = diff.data;
  const isSame = figures.length === 0 && conversations.length === 0 && gone === 0 && forgotten === 0;
  const isHere = workspaceId === workspace.id || workspaceId === workspace.name;
  return (
    <div className="stack diff">
      {isSame ? (
        <Notice tone="good">Nothing has changed: every figure is what it was.</Notice>
      ) : (
        <div className="row wrap">
          {changeKinds.map((kind) => (
            <span key={kind} className={counts[kind] > 0 ? '' : 'dim'}>
              <strong className="number">{formatCount(counts[kind] ?? 0)}</strong> {changeWords[kind]}
            </span>
          ))}
          <span className={gone > 0 ? '' : 'dim'}>
            <strong className="number">{formatCount(gone)}</strong> gone
          </span>
          <span className={forgotten > 0 ? '' : 'dim'}>
            <strong className="number">{formatCount(forgotten)}</strong> forgotten
          </span>
        </div>
      )}
      {isComparable ? null : (
        <Notice tone="warn">
          What is needed to compare conversations was dropped to save room: only figures are compared.
        </Notice>
      )}
      {figures.length === 0 ? null : (
        <table className="ranges">
          <caption>{formatMany(figures.length, 'figure')} moved</caption>
          <thead>
            <tr>
              <th scope="col">Row</th>
              <th scope="col">Figure</th>
              <th scope="col" className="end">
                Then
              </th>
              <th scope="col" className="end">
                Now
              </th>
            </tr>
          </thead>
          <tbody>
            {figures.slice(0, MOST).map((figure) => {
              const info = metrics.find(figure.figure as MetricName);
              const show = (side: typeof figure.before): string =>
                side === null || side.value === null
                  ? nothing
                  : `${info ? formatMetric(side.value, info.unit) : formatCount(side.value)} (n = ${side.n})`;
              return (
                <tr key={`${figure.key} ${figure.figure}`}>
                  <td>{figure.name}</td>
                  <td>{info?.label ?? figure.figure}</td>
                  <td className="end number">{show(figure.before)}</td>
                  <td className="end number">{show(figure.after)}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      )}
      {conversations.length === 0 ? null : (
        <table className="ranges">
          <caption>Conversations{conversations.length > MOST ? `, the first ${MOST}` : ''}</caption>
          <thead>
            <tr>
              <th scope="col">Started</th>
              <th scope="col">What</th>
              <th scope="col">Id</th>
            </tr>
          </thead>
          <tbody>
            {conversations.slice(0, MOST).map((conversation) => (
              <tr key={conversation.key}>
                <td className="number">{formats.moment(conversation.startedAt)}</td>
                <td>
                  {conversation.changes.map((change) => changeWords[change]).join(', ')}
                  {conversation.isInPeriod ? '' : ' (outside the period)'}
                </td>
                <td className="mono">
                  {isHere ? (
                    <a className="figure-link" href={formatRoute('search', { id: conversation.key, full: '1' })}>
                      {conversation.key}
                    </a>
                  ) : (
                    conversation.key
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </div>
  );
};
