// What was exported, reported, forgotten and removed, and when. Nobody can change it.
import type { ReactNode } from 'react';
import { useCall } from '../../bridge/context.tsx';
import { Problem } from '../../components/states.tsx';
import { useWorkspace } from '../../hooks/workspace.tsx';
import { describeAction, describeDetails } from '../../model/audit-text.ts';

const shown = 50;

export const Audit = (): ReactNode => {
  const { workspace, formats } = useWorkspace();
  const entries = useCall('audit.list', { workspace: workspace.id, limit: shown }, { staleMs: 0 });
  return (
    <div className="stack">
      <h3>What was taken out or removed</h3>
      <Problem error={entries.error} />
      {entries.data?.length === 0 ? <p className="dim">Nothing yet.</p> : null}
      <ul className="plain-list" aria-label="Audit">
        {entries.data?.map(({ id, at, action, details }) => (
          <li key={id} className="audit-entry">
            <span className="dim number">{formats.moment(at)}</span>
            <strong>{describeAction(action)}</strong>
            <span>{describeDetails(details)}</span>
          </li>
        ))}
      </ul>
    </div>
  );
};
