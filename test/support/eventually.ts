// Waiting in tests of the window, apart from window.ts so that scripts without a test runner can use that one.
import { expect } from 'vitest';

/** `expect` on a value asked for again until it is right: a busy machine may take seconds to draw. */
export const eventually = <T>(ask: () => T | Promise<T>): ReturnType<typeof expect.poll<T>> =>
  expect.poll(ask, { timeout: 20_000 });
