// When it is asked whether something is due: soon after the start, each minute, soon after waking, never after the end.
import { expect, test } from 'vitest';
import { DUE_EVERY_MS, DUE_SETTLE_MS, startDueTimer } from '../../../main/services/due-timer.ts';
import { createFakeClock } from '../../support/fake-clock.ts';

const setUp = () => {
  const clock = createFakeClock();
  const asked: number[] = [];
  const timer = startDueTimer(clock, () => asked.push(clock.monotonicMs()));
  return { clock, asked, timer };
};

test('asks soon after the start and then once a minute', async () => {
  const { clock, asked, timer } = setUp();
  await clock.forward(DUE_SETTLE_MS - 1);
  expect(asked).toEqual([]);
  await clock.forward(1 + 3 * DUE_EVERY_MS);
  expect(asked).toEqual([0, 1, 2, 3].map((minutes) => DUE_SETTLE_MS + minutes * DUE_EVERY_MS));
  await timer.close();
});

test('asks soon after waking, not a minute later, and goes on as before', async () => {
  const { clock, asked, timer } = setUp();
  await clock.forward(DUE_SETTLE_MS + 5000);
  timer.wake();
  await clock.forward(DUE_SETTLE_MS);
  expect(asked).toEqual([DUE_SETTLE_MS, 2 * DUE_SETTLE_MS + 5000]);
  await clock.forward(DUE_EVERY_MS);
  expect(asked).toHaveLength(3);
  await timer.close();
});

test('sleeps no more once closed', async () => {
  const { clock, asked, timer } = setUp();
  await clock.forward(DUE_SETTLE_MS);
  await timer.close();
  timer.wake();
  await clock.forward(10 * DUE_EVERY_MS);
  expect(asked).toHaveLength(1);
  expect(clock.sleepers).toBe(0);
});
