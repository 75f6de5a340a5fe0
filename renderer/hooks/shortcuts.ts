// Keyboard shortcuts: one list that both the keys and the page “?” are made from. Single letters work outside fields
// only; sequences such as “g s” must follow within a second.
import { useEffect, useRef } from 'react';
import { go, type Screen } from './route.ts';

export type Command = {
  id: string;
  label: string;
  group: 'Go to' | 'Do' | 'Workspace';
  /** “mod+k”, “g s”, “?”; absent: palette only. */
  keys?: string;
  keywords?: string;
  run(): void;
};

export const screenCommands: readonly { screen: Screen; label: string; keys: string }[] = [
  { screen: 'home', label: 'Home', keys: 'g h' },
  { screen: 'search', label: 'Search', keys: 'g s' },
  { screen: 'scorecards', label: 'Scorecards', keys: 'g c' },
  { screen: 'reports', label: 'Reports', keys: 'g r' },
  { screen: 'coverage', label: 'Coverage', keys: 'g v' },
  { screen: 'settings', label: 'Settings', keys: 'g t' },
];

export const goCommands: readonly Command[] = screenCommands.map(({ screen, label, keys }) => ({
  ...{ id: `go-${screen}`, label: `Go to ${label}`, group: 'Go to' as const, keys },
  run: () => go(screen),
}));

/** Keys that single screens and tables listen to, for the page “?”. */
export const localShortcuts: readonly { where: string; keys: readonly { keys: string; does: string }[] }[] = [
  {
    where: 'Tables',
    keys: [
      { keys: 'Arrows', does: 'Move from cell to cell' },
      { keys: 'Shift+Arrows', does: 'Select a block of cells' },
      { keys: 'mod+C', does: 'Copy the block, ready to paste into a spreadsheet' },
      { keys: 'mod+A', does: 'Select every loaded cell' },
      { keys: 'Enter', does: 'Open the row' },
      { keys: 'Home, End, PageUp, PageDown', does: 'Move far' },
      { keys: 'mod+Arrows on a column’s title', does: 'Move the column; with Shift, change its width' },
    ],
  },
  {
    where: 'Search',
    keys: [
      { keys: '/', does: 'Go to the search box' },
      { keys: 'Down, Tab', does: 'Take a suggestion' },
      { keys: 'Escape', does: 'Close the conversation beside the table' },
      { keys: 'j, k', does: 'Next and previous conversation' },
    ],
  },
];

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));

const isMac = /mac/i.test(navigator.userAgent);
/** The keys as this platform writes them. */
export const showKeys = (keys: string): string =>
  keys.replace(/mod/g, isMac ? '⌘' : 'Ctrl').replace(/\+([a-z])$/, (plus) => plus.toUpperCase());

const SEQUENCE_MS = 1000;

export const useShortcuts = (commands: readonly Command[]): void => {
  const latest = useRef(commands);
  latest.current = commands;
  useEffect(() => {
    let lead = '';
    let leadMs = 0;
    const onKey = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || event.altKey || event.isComposing) return;
      const isMod = event.ctrlKey || event.metaKey;
      if (!isMod && isTyping(event.target)) return;
      // A dialog has the keyboard to itself.
      if (!isMod && document.querySelector('[role="dialog"][aria-modal="true"]') !== null) return;
      const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
      const single = isMod ? `mod+${key}` : key;
      const sequence = !isMod && Date.now() - leadMs < SEQUENCE_MS ? `${lead} ${key}` : '';
      const found =
        latest.current.find(({ keys }) => keys === sequence) ?? latest.current.find(({ keys }) => keys === single);
      lead = key;
      leadMs = found ? 0 : Date.now();
      if (!found) return;
      event.preventDefault();
      found.run();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, []);
};
