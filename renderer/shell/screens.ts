// The screens, each loaded when it is first shown. One that has arrived before it is first drawn is drawn at once: React would
// hold back what it had to wait for by another 0.3 s.
import { type ComponentType, type LazyExoticComponent, lazy } from 'react';
import type { Screen } from '../hooks/route.ts';

export type ShellScreen = Exclude<Screen, 'welcome'>;

const loaders: Record<ShellScreen, () => Promise<ComponentType>> = {
  home: async () => (await import('../screens/home/home.tsx')).Home,
  search: async () => (await import('../screens/search/search.tsx')).Search,
  scorecards: async () => (await import('../screens/scorecards/scorecards.tsx')).Scorecards,
  reports: async () => (await import('../screens/reports/reports.tsx')).Reports,
  coverage: async () => (await import('../screens/coverage/coverage.tsx')).Coverage,
  settings: async () => (await import('../screens/settings/settings.tsx')).Settings,
};

/** What draws a screen stays the same from its first drawing on: another would begin it anew. */
const parts = new Map<ShellScreen, ComponentType | LazyExoticComponent<ComponentType>>();

export const loadScreen = async (screen: ShellScreen): Promise<void> => {
  const part = await loaders[screen]();
  if (!parts.has(screen)) parts.set(screen, part);
};

export const screenPart = (screen: ShellScreen): ComponentType | LazyExoticComponent<ComponentType> => {
  const part = parts.get(screen) ?? lazy(async () => ({ default: await loaders[screen]() }));
  parts.set(screen, part);
  return part;
};
