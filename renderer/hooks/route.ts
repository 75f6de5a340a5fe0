// Where the user is: a screen and its parameters, in the address's fragment, so that back, forward and reload work.
// `go` adds a step to the history, `replace` changes the present one (typing in a search box should not fill the history).
import { useMemo, useSyncExternalStore } from 'react';

export const screens = ['home', 'search', 'scorecards', 'reports', 'coverage', 'settings', 'welcome'] as const;
export type Screen = (typeof screens)[number];
/** Parameters of a screen; what is empty or absent is left out of the address. */
export type RouteParams = Readonly<Record<string, string | readonly string[] | undefined>>;
export type Route = { screen: Screen; params: URLSearchParams };

const isScreen = (text: string): text is Screen => (screens as readonly string[]).includes(text);

export const parseRoute = (hash: string): Route => {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?', 2);
  return { screen: isScreen(path) ? path : 'home', params: new URLSearchParams(query) };
};

export const formatRoute = (screen: Screen, params: RouteParams = {}): string => {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(params))
    for (const one of typeof value === 'string' ? [value] : (value ?? [])) if (one !== '') search.append(name, one);
  const query = search.toString();
  return `#/${screen}${query === '' ? '' : `?${query}`}`;
};

const subscribe = (listener: () => void): (() => void) => {
  window.addEventListener('hashchange', listener);
  return () => window.removeEventListener('hashchange', listener);
};

export const go = (screen: Screen, params: RouteParams = {}): void => {
  window.location.hash = formatRoute(screen, params);
};

export const replace = (screen: Screen, params: RouteParams = {}): void => {
  const target = formatRoute(screen, params);
  if (target === window.location.hash) return;
  window.history.replaceState(window.history.state, '', target);
  window.dispatchEvent(new HashChangeEvent('hashchange'));
};

/** Changes some parameters of the present screen, keeping the others. */
export const patch = (changes: RouteParams, how: 'go' | 'replace' = 'go'): void => {
  const { screen, params } = parseRoute(window.location.hash);
  const merged: Record<string, string[]> = {};
  for (const name of new Set(params.keys())) merged[name] = params.getAll(name);
  for (const [name, value] of Object.entries(changes))
    merged[name] = typeof value === 'string' ? [value] : [...(value ?? [])];
  (how === 'go' ? go : replace)(screen, merged);
};

export const useRoute = (): Route => {
  const hash = useSyncExternalStore(subscribe, () => window.location.hash);
  return useMemo(() => parseRoute(hash), [hash]);
};
