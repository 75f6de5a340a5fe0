// Another name for the workspace, and its removal, which says first what goes with it.
import { Button, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import type { ReactNode } from 'react';
import { useAction, useBridge, useCall } from '../../bridge/context.tsx';
import { ConfirmButton } from '../../components/confirm-button.tsx';
import { Form } from '../../components/form.tsx';
import { Problem } from '../../components/states.tsx';
import { useDraft } from '../../hooks/draft.ts';
import { go } from '../../hooks/route.ts';
import { useWorkspace } from '../../hooks/workspace.tsx';
import { formatMany } from '../../model/format.ts';

const Rename = (): ReactNode => {
  const { workspace } = useWorkspace();
  const { values, set } = useDraft({ name: workspace.name });
  const { name } = values;
  const rename = useAction('workspaces.rename');
  return (
    <Form className="row wrap" onSubmit={() => rename.mutate({ workspace: workspace.id, name: name.trim() })}>
      <TextInput
        className="grow"
        label="Name"
        value={name}
        maxLength={80}
        onChange={(event) => set({ name: event.currentTarget.value })}
      />
      <Button
        type="submit"
        className="beside-field"
        variant="default"
        disabled={name.trim() === '' || name.trim() === workspace.name}
        loading={rename.isPending}
      >
        Rename
      </Button>
      <Problem error={rename.error} />
    </Form>
  );
};

const Remove = (): ReactNode => {
  const bridge = useBridge();
  const { workspace } = useWorkspace();
  const belongings = useCall('workspaces.belongings', { workspace: workspace.id }, { staleMs: 0 });
  const conversations = useCall('search.run', { workspace: workspace.id, query: '', limit: 0, facets: false });
  const remove = async (): Promise<void> => {
    const { isSignInRemoved } = await bridge.call('workspaces.remove', { workspace: workspace.id });
    go('home');
    notifications.show({
      title: `“${workspace.name}” is removed`,
      message: isSignInRemoved
        ? 'Report files stay where they were written.'
        : 'The keychain could not be reached and may still hold its sign-in: remove the entry of “afterword” there.',
      color: isSignInRemoved ? 'teal' : 'yellow',
      autoClose: isSignInRemoved ? 5000 : false,
    });
  };
  const goes = belongings.data;
  return (
    <div>
      <ConfirmButton
        label="Remove this workspace…"
        title={`Remove “${workspace.name}”`}
        isDisabled={goes === undefined}
        question={
          <div className="stack">
            <span>This cannot be undone. What goes:</span>
            <ul>
              <li>
                {conversations.data
                  ? formatMany(conversations.data.total, 'conversation')
                  : 'all its conversations, as far as they can be read'}
                , with everything the search knows of them
              </li>
              <li>its sign-in, settings, teams and targets</li>
              <li>
                {formatMany(goes?.definitions ?? 0, 'saved report')}, {formatMany(goes?.schedules ?? 0, 'schedule')} and{' '}
                {formatMany(goes?.searches ?? 0, 'saved search', 'saved searches')}
              </li>
              <li>
                {formatMany(goes?.issuedReports ?? 0, 'entry', 'entries')} of the list of issued reports: those can no
                longer be made again or compared
              </li>
              {goes !== undefined && goes.forgotten > 0 ? (
                <li>
                  the record of {formatMany(goes.forgotten, 'forgotten conversation')}: the same account connected again
                  fetches them again
                </li>
              ) : null}
            </ul>
            <span>Report files stay where they were written.</span>
          </div>
        }
        confirmLabel="Remove"
        onConfirm={remove}
      />
      <Problem error={belongings.error} />
    </div>
  );
};

export const RenameRemove = (): ReactNode => (
  <div className="stack settings-form">
    <h3>Name and removal</h3>
    <Rename />
    <Remove />
  </div>
);
