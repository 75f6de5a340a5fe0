// What the program was started with, read before there is any window. Imports Node only.
import { parseArgs } from 'node:util';

export type Start =
  /** The command line, without a window: `Afterword --headless sync`. */
  { kind: 'headless'; words: string[] } | { kind: 'window'; dataDir: string | undefined };

/** `argv` as Electron gives it: an unpackaged run has the project's folder as its first word. */
export const readStart = (argv: readonly string[], isPackaged: boolean): Start => {
  const words = argv.slice(isPackaged ? 1 : 2);
  const headless = words.indexOf('--headless');
  if (headless >= 0) return { kind: 'headless', words: words.slice(headless + 1) };
  // Switches that the system or Chromium adds are none of ours.
  const { values } = parseArgs({ args: words, options: { 'data-dir': { type: 'string' } }, strict: false });
  const dataDir = values['data-dir'];
  return { kind: 'window', dataDir: typeof dataDir === 'string' && dataDir !== '' ? dataDir : undefined };
};
