// The command palette: every command, and whatever conversation or search one types.
import { createSpotlight, Spotlight, type SpotlightActionData } from '@mantine/spotlight';
import '@mantine/spotlight/styles.css';
import { type ReactNode, useState } from 'react';
import { Icon } from '../components/icon.tsx';
import { go } from '../hooks/route.ts';
import { type Command, showKeys } from '../hooks/shortcuts.ts';

const [store, controls] = createSpotlight();
export const openPalette = (): void => controls.open();

const toAction = ({ id, label, group, keys, keywords, run }: Command): SpotlightActionData => ({
  id,
  label,
  group,
  keywords: keywords ?? '',
  onClick: run,
  ...(keys === undefined ? {} : { rightSection: <kbd>{showKeys(keys)}</kbd> }),
});

export const Palette = ({ commands }: { commands: readonly Command[] }): ReactNode => {
  const [query, setQuery] = useState('');
  const groups = (['Go to', 'Do', 'Workspace'] as const).map((group) => ({
    group,
    actions: commands.filter((command) => command.group === group).map(toAction),
  }));
  const text = query.trim();
  const wanted = groups
    .map(({ group, actions }) => ({
      group,
      actions: actions.filter(({ label, keywords }) =>
        `${label} ${String(keywords ?? '')}`.toLowerCase().includes(text.toLowerCase()),
      ),
    }))
    .filter(({ actions }) => actions.length > 0);
  const search: SpotlightActionData[] =
    text === ''
      ? []
      : [
          {
            id: 'search',
            label: `Search conversations for “${text}”`,
            leftSection: <Icon name="search" />,
            onClick: () => go('search', { q: text }),
          },
        ];
  return (
    <Spotlight
      store={store}
      title="Commands"
      shortcut={null}
      query={query}
      onQueryChange={setQuery}
      clearQueryOnClose
      scrollable
      maxHeight="60vh"
      lockScroll={false}
      transitionProps={{ duration: 80 }}
      overlayProps={{ backgroundOpacity: 0.4, blur: 0 }}
      filter={(_query, actions) => actions}
      actions={[...wanted, ...(search.length > 0 ? [{ group: 'Search', actions: search }] : [])]}
      nothingFound="No such command"
      searchProps={{
        placeholder: 'Type a command, or words to search for',
        'aria-label': 'Command',
        leftSection: <Icon name="palette" />,
      }}
      highlightQuery={false}
    />
  );
};
