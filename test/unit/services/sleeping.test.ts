// Work across a sleeping computer: stopped, begun again after a moment, and still cancelled by its user.
import { setImmediate as settle } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createSleeping } from '../../../main/services/sleeping.ts';
import { cancelledError } from '../../../preload/contract/errors.ts';
import { createFakeClock } from '../../support/fake-clock.ts';

const setUp = () => {
  const clock = createFakeClock();
  const sleeping = createSleeping(clock, () => 0.5);
  const begun: AbortSignal[] = [];
  let finish: (value: string) => void = () => undefined;
  const work = (signal: AbortSignal): Promise<string> => {
    begun.push(signal);
    return new Promise((resolve, reject) => {
      finish = resolve;
      signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    });
  };
  return { clock, sleeping, begun, work, finish: (value: string) => finish(value) };
};

test('work that never sleeps runs once', async () => {
  const { sleeping, begun, work, finish } = setUp();
  const result = sleeping.run(new AbortController().signal, work);
  await settle();
  finish('done');
  expect(await result).toBe('done');
  expect(begun).toHaveLength(1);
});

test('work is stopped by sleep and begun again 7.5 s after waking, not before', async () => {
  const { clock, sleeping, begun, work, finish } = setUp();
  const result = sleeping.run(new AbortController().signal, work);
  await settle();
  sleeping.suspend();
  sleeping.suspend();
  await clock.forward(60_000);
  expect(begun.map(({ aborted }) => aborted)).toEqual([true]);
  sleeping.resume();
  await clock.forward(7499);
  expect(begun).toHaveLength(1);
  await clock.forward(1);
  await settle();
  expect(begun).toHaveLength(2);
  finish('done');
  expect(await result).toBe('done');
});

test('its user can cancel it while it sleeps, waits or works', async () => {
  for (const step of ['working', 'asleep', 'waking'] as const) {
    const { clock, sleeping, work } = setUp();
    const controller = new AbortController();
    const result = sleeping.run(controller.signal, work);
    const failure = expect(result).rejects.toMatchObject({ code: 'cancelled' });
    await settle();
    if (step !== 'working') sleeping.suspend();
    await settle();
    if (step === 'waking') sleeping.resume();
    await clock.forward(step === 'waking' ? 1000 : 0);
    controller.abort(cancelledError());
    await failure;
  }
});

test('a failure of its own is a failure, asleep or not', async () => {
  const { sleeping } = setUp();
  const fail = async (): Promise<string> => {
    throw new Error('broken');
  };
  await expect(sleeping.run(new AbortController().signal, fail)).rejects.toThrow('broken');
});
