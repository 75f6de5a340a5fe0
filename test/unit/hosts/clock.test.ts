import { describe, expect, test } from 'vitest';
import { systemClock } from '../../../main/hosts/clock.ts';

describe('the real clock', () => {
  test('sleeps, and wakes with the reason of the signal', async () => {
    const startedAtMs = systemClock.monotonicMs();
    await systemClock.sleep(30);
    await systemClock.sleep(0);
    expect(systemClock.monotonicMs() - startedAtMs).toBeGreaterThanOrEqual(29);
    const reason = new Error('enough');
    const stop = new AbortController();
    setTimeout(() => stop.abort(reason), 20);
    await expect(systemClock.sleep(60_000, stop.signal)).rejects.toBe(reason);
    await expect(systemClock.sleep(10, AbortSignal.abort(reason))).rejects.toBe(reason);
    // Longer than the longest timer of Node, which would fire at once.
    await expect(systemClock.sleep(40 * 86_400_000, AbortSignal.timeout(50))).rejects.toMatchObject({
      name: 'TimeoutError',
    });
  });
});
