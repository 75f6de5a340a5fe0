// The way through the window: which workspace is open, and its screens.
import { Menu, Tooltip, UnstyledButton } from '@mantine/core';
import type { ReactNode } from 'react';
import { Icon, type IconName } from '../components/icon.tsx';
import { formatRoute, go, type Screen, useRoute } from '../hooks/route.ts';
import { screenCommands, showKeys } from '../hooks/shortcuts.ts';
import { useWorkspace } from '../hooks/workspace.tsx';
import { openPalette } from './palette.tsx';

const icons: Record<Screen, IconName> = {
  home: 'home',
  search: 'search',
  scorecards: 'scorecards',
  reports: 'reports',
  coverage: 'coverage',
  settings: 'settings',
  welcome: 'plus',
};

const WorkspaceMenu = (): ReactNode => {
  const { workspace, all, open } = useWorkspace();
  return (
    <Menu position="bottom-start" width={240}>
      <Menu.Target>
        <UnstyledButton className="side-workspace">
          <span className="side-mark" data-letter={workspace.name.slice(0, 1).toUpperCase()} />
          <span className="label clip">{workspace.name}</span>
          <span className="sr">: this workspace is open. Change or add one</span>
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>Workspaces</Menu.Label>
        {all.map((one) => (
          <Menu.Item
            key={one.id}
            onClick={() => open(one.id)}
            rightSection={one.id === workspace.id ? <Icon name="check" /> : null}
          >
            {one.name}
            {one.sample === null ? null : <span className="dim"> · made up</span>}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Item leftSection={<Icon name="plus" />} onClick={() => go('welcome')}>
          Connect an account…
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
};

export const Sidebar = (): ReactNode => {
  const { screen } = useRoute();
  return (
    <nav className="side" aria-label="Screens">
      <WorkspaceMenu />
      <UnstyledButton className="side-palette" onClick={openPalette}>
        <Icon name="palette" />
        <span className="label">Commands</span>
        <kbd>{showKeys('mod+K')}</kbd>
      </UnstyledButton>
      {screenCommands.map(({ screen: target, label, keys }) => (
        <Tooltip key={target} label={`${label} · ${keys}`} position="right">
          <a
            className="side-link"
            href={formatRoute(target)}
            aria-current={screen === target ? 'page' : undefined}
            aria-label={label}
          >
            <Icon name={icons[target]} />
            <span className="label">{label}</span>
          </a>
        </Tooltip>
      ))}
    </nav>
  );
};
