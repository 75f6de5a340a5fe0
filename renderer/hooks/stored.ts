// Small choices about the look of the window (column widths, text size, the open workspace), kept in this window's own
// storage. Never data, never anything about a customer.
import { useSyncExternalStore } from 'react';

const prefix = 'afterword.';
const listeners = new Set<() => void>();
/** Parsed values by the text they came from, so that a reader gets the same object until it changes. */
const parsed = new Map<string, { text: string; value: unknown }>();

const subscribe = (listener: () => void): (() => void) => {
  listeners.add(listener);
  window.addEventListener('storage', listener);
  return () => {
    listeners.delete(listener);
    window.removeEventListener('storage', listener);
  };
};

export const readStored = <T>(name: string, fallback: T): T => {
  const text = window.localStorage.getItem(prefix + name);
  if (text === null) return fallback;
  const known = parsed.get(name);
  if (known?.text === text) return known.value as T;
  try {
    const value = JSON.parse(text) as T;
    parsed.set(name, { text, value });
    return value;
  } catch (error) {
    // Written by something else: a look that cannot be read is the default look.
    if (error instanceof SyntaxError) return fallback;
    throw error;
  }
};

export const writeStored = (name: string, value: unknown): void => {
  window.localStorage.setItem(prefix + name, JSON.stringify(value));
  for (const listener of listeners) listener();
};

export const useStored = <T>(name: string, fallback: T): [T, (value: T) => void] => {
  const value = useSyncExternalStore(subscribe, () => readStored(name, fallback));
  return [value, (next) => writeStored(name, next)];
};
