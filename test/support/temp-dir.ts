// A folder for one test, removed after it.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** Absolute path of a new, empty folder. Whatever holds a file open in it must let go by the end of the test. */
export const useTempDir = (): string => {
  const path = mkdtempSync(join(tmpdir(), 'afterword-test-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
};

/** The same for a whole file of tests, which removes it at its end. */
export const makeTempFolder = (): { path: string; remove(): void } => {
  const path = mkdtempSync(join(tmpdir(), 'afterword-test-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
};
