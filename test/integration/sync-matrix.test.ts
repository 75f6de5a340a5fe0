// Closing condition 2 of the sync: whatever the contradictory documentation means, the cache equals the server, row for
// row, and hardly a request is wasted. Prints the table of requests.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../../main/hosts/clock.ts';
import { makeRows } from '../kore-server/generate.ts';
import { type KoreRow, type KoreServerOptions, startKoreServer } from '../kore-server/server.ts';
import { openTestApp } from '../support/app.ts';
import { expectFromV2 } from '../support/expected.ts';

const COUNT = 20_000;
const DAYS = 60;
// A fixed present: where weekends and nights fall in the windows moves the figures by a few requests.
const nowMs = Date.UTC(2025, 9, 1, 12);
const startedMs = Date.now();
const clock = { ...systemClock, nowMs: () => nowMs + Date.now() - startedMs };
const endS = Math.floor(nowMs / 1000) - 3600;
const from = new Date((endS - (DAYS + 1) * 86_400) * 1000).toISOString();
const table: string[] = [];
let rows: KoreRow[] = [];

beforeAll(() => {
  rows = makeRows({ seed: 7, count: COUNT, days: DAYS, endS });
});
afterAll(() => {
  console.log(['requests / fewest possible, 20,000 rows over 60 days', ...table].join('\n'));
});

/** Nobody could do with fewer: every page full, no request spent on learning where a window ends. */
const fewestPossible = (isPerSet: boolean): number => {
  const bots = rows.filter((row) => !('conversationId' in row.v2)).length;
  return Math.ceil((isPerSet ? Math.max(bots, rows.length - bots) : rows.length) / 100);
};

const syncAndCompare = async (
  options: KoreServerOptions,
): Promise<{ requests: number; windows: Record<string, number> }> => {
  const server = await startKoreServer({ rows, ...options });
  const app = openTestApp({ token: server.token, clock });
  try {
    await app.connect(server);
    const summary = await app.sync({ from });
    const cached = await app.exportAll();
    expect(cached.size).toBe(COUNT);
    for (const { v2 } of rows) {
      const expected = expectFromV2(v2);
      expect(cached.get(expected.key ?? '')).toMatchObject(expected);
    }
    expect(summary).toMatchObject({ rows: expect.any(Number), inserted: COUNT, quarantined: 0 });
    expect(server.requests.length).toBe(summary.requests);
    return summary;
  } finally {
    await app.close();
    await server.close();
  }
};

describe('each reading of the documentation', () => {
  for (const offsetMeaning of ['pages', 'rows'] as const)
    for (const perSetLimit of [false, true])
      for (const numResultsMeaning of ['page', 'total'] as const)
        for (const order of ['bot-first', 'descending', 'ascending', 'shuffled-stable'] as const)
          test(`offset counts ${offsetMeaning}, numResults the ${numResultsMeaning}, limit ${perSetLimit ? 'per set' : 'of all'}, ${order}`, async () => {
            const maxOffset = offsetMeaning === 'pages' ? 10 : null;
            const { requests } = await syncAndCompare({
              offsetMeaning,
              perSetLimit,
              numResultsMeaning,
              order,
              maxOffset,
            });
            const fewest = fewestPossible(perSetLimit);
            const ratio = requests / fewest;
            table.push(
              `${offsetMeaning.padEnd(6)}${(perSetLimit ? 'per set' : 'joint').padEnd(9)}${numResultsMeaning.padEnd(7)}${order.padEnd(16)}${requests}/${fewest} = ${ratio.toFixed(3)}`,
            );
            expect(ratio).toBeLessThanOrEqual(1.1);
          }, 180_000);
});

describe('narrower servers: nothing is lost, whatever it costs', () => {
  test('offset counts rows and is refused above 10', async () => {
    const { requests } = await syncAndCompare({ offsetMeaning: 'rows', maxOffset: 10 });
    table.push(
      `rows, refused above 10: ${requests}/${fewestPossible(false)} = ${(requests / fewestPossible(false)).toFixed(3)} (a window reaches 110 rows)`,
    );
  }, 120_000);

  test('limit is clamped to 50 and only numResults hints at it', async () => {
    const { requests } = await syncAndCompare({ limitMax: 50, numResultsMeaning: 'total' });
    table.push(
      `limit clamped to 50: ${requests}/${Math.ceil(COUNT / 50)} = ${(requests / Math.ceil(COUNT / 50)).toFixed(3)}`,
    );
  }, 120_000);

  test('the end of a window is exclusive', async () => {
    await syncAndCompare({ endInclusive: false });
  }, 180_000);

  test('offset beyond 10 is clamped instead of refused, rows per set', async () => {
    await syncAndCompare({ beyondMaxOffset: 'clamp', perSetLimit: true, numResultsMeaning: 'total' });
  }, 180_000);
});
