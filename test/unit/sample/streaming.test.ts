// A million sessions cost no memory. Alone in its file, so that nothing else fills the heap.
import { expect, test } from 'vitest';
import { createSampleCentre } from '../../../main/sample/generator.ts';
import { selectableFields } from '../../../main/sample/render.ts';

test('a centre of a million sessions streams its rows in little memory', () => {
  const toS = Date.UTC(2025, 9, 1) / 1000;
  const large = createSampleCentre({ seed: 1, fromS: toS - 180 * 86400, toS, conversations: 1_000_000 });
  expect(large.countBetween(large.fromS, large.toS)).toBe(1_000_000);
  const heapBefore = process.memoryUsage().heapUsed;
  const startedMs = performance.now();
  let rows = 0;
  for (const session of large.sessionsBetween(toS - 30 * 86400, toS)) {
    large.renderRow(session, 'v2-interactions', { selectedFields: selectableFields });
    rows += 1;
    if (rows === 40000) break;
  }
  const rate = Math.round((rows / (performance.now() - startedMs)) * 1000);
  const heapMb = (process.memoryUsage().heapUsed - heapBefore) / 1e6;
  console.info(`sample rows: ${rate}/s, heap ${heapMb.toFixed(0)} MB more`);
  expect(rows).toBe(40000);
  expect(rate).toBeGreaterThan(5000);
  expect(heapMb).toBeLessThan(100);
});
