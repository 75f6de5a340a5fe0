// The parts of the protocol that the made-up contact centre and the simulator share.
import { expect, test } from 'vitest';
import { MinuteWindow } from '../../../main/sample/protocol.ts';

test('a window of 60 seconds holds what came in them, and keeps nothing older', () => {
  const minute = new MinuteWindow();
  const counts = [0, 1_000, 30_000, 59_999, 60_000, 61_000, 200_000].map((atMs) => minute.arrive(atMs));
  expect(counts).toEqual([1, 2, 3, 4, 4, 4, 1]);
  expect(minute.busiest).toBe(4);
  for (let second = 0; second < 5_000; second += 1) minute.arrive(300_000 + second * 1000);
  expect(minute.arrivals.length).toBe(60);
  expect(minute.busiest).toBe(60);
});
