// Searches kept under a name: open one, keep this one, drop one.
import { ActionIcon, Button, Popover, TextInput, UnstyledButton } from '@mantine/core';
import { type ReactNode, useRef, useState } from 'react';
import { useAction, useCall } from '../../bridge/context.tsx';
import { Form } from '../../components/form.tsx';
import { Icon } from '../../components/icon.tsx';
import { Problem } from '../../components/states.tsx';
import { go } from '../../hooks/route.ts';
import { useWorkspace } from '../../hooks/workspace.tsx';

export const SavedSearches = ({ query, sort }: { query: string; sort: string }): ReactNode => {
  const { workspace } = useWorkspace();
  const [isOpen, setIsOpen] = useState(false);
  const [name, setName] = useState('');
  const saved = useCall('search.saved', { workspace: workspace.id }, { isEnabled: isOpen });
  const input = useRef<HTMLInputElement>(null);
  const save = useAction('search.save', {
    onDone: () => {
      // It stays open: the list shows what was kept. The button cannot be pressed now, and would lose the focus to nothing.
      setName('');
      input.current?.focus();
    },
  });
  const unsave = useAction('search.unsave');
  const isTaken = saved.data?.some((one) => one.name.toLowerCase() === name.trim().toLowerCase()) ?? false;
  return (
    <Popover opened={isOpen} onChange={setIsOpen} position="bottom-end" trapFocus returnFocus width={320}>
      <Popover.Target>
        <Button variant="default" aria-expanded={isOpen} onClick={() => setIsOpen(!isOpen)}>
          Saved
        </Button>
      </Popover.Target>
      <Popover.Dropdown aria-label="Saved searches">
        <div className="stack">
          <ul className="plain-list" aria-label="Saved searches">
            {saved.data?.map((one) => (
              <li key={one.name} className="row">
                <UnstyledButton
                  className="facet-button"
                  title={one.query}
                  onClick={() => {
                    setIsOpen(false);
                    go('search', { q: one.query, sort: one.sort === '-started' ? '' : one.sort });
                  }}
                >
                  <span className="clip grow">{one.name}</span>
                </UnstyledButton>
                <ActionIcon
                  size="xs"
                  aria-label={`Remove the saved search ${one.name}`}
                  onClick={() => unsave.mutate({ workspace: workspace.id, name: one.name })}
                >
                  <Icon name="close" size={0.75} />
                </ActionIcon>
              </li>
            ))}
          </ul>
          {saved.data?.length === 0 ? <span className="dim">None yet.</span> : null}
          <Form className="stack" onSubmit={() => save.mutate({ workspace: workspace.id, name, query, sort })}>
            <TextInput
              ref={input}
              label="Keep this search as"
              description={query === '' ? 'Search for something first' : undefined}
              value={name}
              maxLength={80}
              onChange={(event) => setName(event.currentTarget.value)}
            />
            <Button type="submit" disabled={name.trim() === '' || query === ''} loading={save.isPending}>
              {isTaken ? 'Replace' : 'Save'}
            </Button>
          </Form>
          <Problem error={saved.error ?? save.error ?? unsave.error} />
        </div>
      </Popover.Dropdown>
    </Popover>
  );
};
