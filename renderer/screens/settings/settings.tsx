// Settings: the open workspace, how its figures are counted and judged, its teams, its sign-in, the look of the window, customers' privacy, and what the program knows of
// itself.
import { NavLink } from '@mantine/core';
import type { ReactNode } from 'react';
import { formatRoute, useRoute } from '../../hooks/route.ts';
import { Page } from '../../shell/page.tsx';
import { About } from './about.tsx';
import { Appearance } from './appearance.tsx';
import { Counting } from './counting.tsx';
import { Privacy } from './privacy.tsx';
import './settings.css';
import { SignIn } from './sign-in.tsx';
import { Targets } from './targets.tsx';
import { Teams } from './teams.tsx';
import { WorkspaceSettings } from './workspace-settings.tsx';

const parts = [
  { id: 'workspace', label: 'Workspace', show: () => <WorkspaceSettings /> },
  { id: 'counting', label: 'Counting', show: () => <Counting /> },
  { id: 'targets', label: 'Targets and composite', show: () => <Targets /> },
  { id: 'teams', label: 'Teams', show: () => <Teams /> },
  { id: 'sign-in', label: 'Sign-in and network', show: () => <SignIn /> },
  { id: 'appearance', label: 'Appearance', show: () => <Appearance /> },
  { id: 'privacy', label: 'Privacy', show: () => <Privacy /> },
  { id: 'about', label: 'About and diagnostics', show: () => <About /> },
] as const;

export const Settings = (): ReactNode => {
  const { params } = useRoute();
  const chosen = params.get('part');
  const part = parts.find(({ id }) => id === chosen) ?? parts[0];
  return (
    <Page title="Settings">
      <div className="settings">
        <nav aria-label="Settings" className="settings-nav">
          {parts.map(({ id, label }) => (
            <NavLink
              key={id}
              href={formatRoute('settings', { part: id })}
              label={label}
              active={id === part.id}
              aria-current={id === part.id ? 'page' : undefined}
            />
          ))}
        </nav>
        <div className="settings-part" key={part.id}>
          {part.show()}
        </div>
      </div>
    </Page>
  );
};
