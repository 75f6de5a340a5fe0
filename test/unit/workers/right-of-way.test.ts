// Threads that pause for whoever asks: until the answer is there, and never longer than a page may take.
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { createGivingWay, createRightOfWay, MOST_PAUSE_MS } from '../../../main/workers/right-of-way.ts';
import { connectWriter, type WriterClient } from '../../../main/workers/writer-client.ts';
import { makeRows } from '../../kore-server/generate.ts';
import { baseS } from '../../support/rows.ts';
import { useTempDir } from '../../support/temp-dir.ts';

const timeMs = (work: () => void): number => {
  const startedMs = performance.now();
  work();
  return performance.now() - startedMs;
};
const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('a pause', () => {
  test('is made while somebody asks, once for each page, and no longer than it may be', async () => {
    const { shared, during } = createRightOfWay();
    const way = createGivingWay(shared);
    expect(timeMs(way.pause)).toBeLessThan(MOST_PAUSE_MS / 2);
    let answer = (): void => undefined;
    const asking = during(
      () =>
        new Promise<void>((resolve) => {
          answer = resolve;
        }),
    );
    way.beginPage();
    expect(timeMs(way.pause)).toBeGreaterThanOrEqual(MOST_PAUSE_MS * 0.9);
    expect(timeMs(way.pause)).toBeLessThan(MOST_PAUSE_MS / 2);
    way.beginPage();
    expect(timeMs(way.pause)).toBeGreaterThanOrEqual(MOST_PAUSE_MS * 0.9);
    answer();
    await asking;
    await nextTurn();
    way.beginPage();
    expect(timeMs(way.pause)).toBeLessThan(MOST_PAUSE_MS / 2);
  });

  test('ends with the last of several answers, one that failed included', async () => {
    const { shared, during } = createRightOfWay();
    const asking = new Int32Array(shared);
    const failing = during(() => Promise.reject(new Error('no answer')));
    const other = during(async () => 7);
    expect(asking[0]).toBe(2);
    await expect(failing).rejects.toThrow('no answer');
    expect(await other).toBe(7);
    await nextTurn();
    expect(asking[0]).toBe(0);
  });
});

describe('the threads of a sync', () => {
  let client: WriterClient | null = null;
  afterEach(async () => {
    await client?.close();
    client = null;
  });
  const pages = [0, 1, 2].map((seed) => makeRows({ seed, count: 20, days: 2, endS: baseS }).map((row) => row.v2));
  const open = async () => {
    const { shared, during } = createRightOfWay();
    const opened = connectWriter(join(useTempDir(), 'cache.db'), () => undefined, { asking: shared });
    client = opened;
    await opened.call('takeLease', { token: 'run', pid: process.pid, nowMs: 1 });
    const put = async (page: (typeof pages)[number]): Promise<number> => {
      const body = Buffer.from(JSON.stringify({ numResults: page.length, data: page }));
      const { pageId } = await opened.decode({ endpoint: 'v2-interactions', body });
      const meta = { leaseToken: 'run', requestedMs: 1, window: null, passStartedMs: 1, nowMs: 1 };
      return (await opened.call('commit', { pageId, ...meta })).inserted;
    };
    return { during, put };
  };

  test('write every page while somebody asks without end', async () => {
    const { during, put } = await open();
    let isWritten = false;
    const asking = during(async () => {
      while (!isWritten) await nextTurn();
    });
    expect(await Promise.all(pages.map(put))).toEqual([20, 20, 20]);
    isWritten = true;
    await asking;
  });

  test('wait for an answer that comes soon', async () => {
    const { during, put } = await open();
    await put(pages[0] ?? []);
    const order: string[] = [];
    const asking = during(() => new Promise((resolve) => setTimeout(resolve, MOST_PAUSE_MS / 4))).then(() =>
      order.push('answered'),
    );
    const writing = put(pages[1] ?? []).then(() => order.push('written'));
    await Promise.all([asking, writing]);
    expect(order).toEqual(['answered', 'written']);
  });
});
