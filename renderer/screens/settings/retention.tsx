// How long the workspace keeps its conversations: what is older is forgotten after each sync.
import { Checkbox, NumberInput } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { useBridge, useCall } from '../../bridge/context.tsx';
import { ConfirmButton } from '../../components/confirm-button.tsx';
import { useWorkspace } from '../../hooks/workspace.tsx';
import { formatMany } from '../../model/format.ts';

const DAY_MS = 86_400_000;
const usualDays = 400;

export const Retention = (): ReactNode => {
  const bridge = useBridge();
  const { workspace, formats } = useWorkspace();
  const { id, retentionDays } = workspace;
  const [isLimited, setIsLimited] = useState(retentionDays !== null);
  const [days, setDays] = useState(retentionDays ?? usualDays);
  const wanted = isLimited ? days : null;
  const before = formats.day(new Date(Date.now() - days * DAY_MS).toISOString());
  const older = useCall(
    'search.run',
    { workspace: id, query: `before:${before}`, limit: 0, facets: false },
    { isKept: true },
  );
  const count = older.data?.total ?? 0;
  return (
    <div className="stack settings-form">
      <h3>Keep for a time</h3>
      <Checkbox
        label="Forget conversations when they are older than so many days"
        description="After each sync. They are not asked for again."
        checked={isLimited}
        onChange={(event) => setIsLimited(event.currentTarget.checked)}
      />
      {isLimited ? (
        <NumberInput
          label="Days to keep"
          min={1}
          max={36_500}
          value={days}
          onChange={(value) => setDays(Math.min(36_500, Math.max(1, Math.round(Number(value) || 1))))}
        />
      ) : null}
      <div>
        <ConfirmButton
          label="Save…"
          isDisabled={wanted === retentionDays}
          title={wanted === null ? 'Keep everything' : `Keep ${formatMany(wanted, 'day')}`}
          question={
            wanted === null ? (
              'Conversations stay until somebody forgets them.'
            ) : (
              <>
                The next sync forgets about <strong>{formatMany(count, 'conversation')}</strong> that began before{' '}
                {before}.
              </>
            )
          }
          confirmLabel="Save"
          cancelLabel="Cancel"
          onConfirm={() => bridge.call('workspaces.keep', { workspace: id, days: wanted })}
        />
      </div>
    </div>
  );
};
