// File names from a pattern such as “{kind} {workspace} {period}”. Pure. May import the contract's errors.
import { AppError } from '../../preload/contract/errors.ts';

const placeholders = ['kind', 'period', 'workspace', 'date'] as const;
export type NameParts = Record<(typeof placeholders)[number], string>;

/** Throws AppError invalid_input, naming what there is, for an unknown or unclosed placeholder. */
export const checkNamePattern = (pattern: string): void => {
  const known = placeholders.map((name) => `{${name}}`);
  const rest = known.reduce((text, placeholder) => text.replaceAll(placeholder, ''), pattern);
  if (/[{}]/.test(rest))
    throw new AppError(
      'invalid_input',
      `The name pattern “${pattern}” has braces around no known word. There are: ${known.join(', ')}.`,
    );
};

/** The pattern with its placeholders filled; what stands in a value is never read as a placeholder. */
export const fillNamePattern = (pattern: string, parts: NameParts): string =>
  pattern.replace(/\{(kind|period|workspace|date)\}/g, (_, name: keyof NameParts) => parts[name]);
