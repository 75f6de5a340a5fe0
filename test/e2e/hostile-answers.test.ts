// Answers that somebody wrote to do harm: what they may not do to the terminal of whoever reads them, and how little one
// record can spoil of the others. The real command line against the simulator.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type KoreServer, startKoreServer } from '../kore-server/server.ts';
import { makeTempDir } from '../support/app.ts';
import { connectCli, credentialOf, runCli, runJson, runWell } from '../support/cli.ts';
import { agentRow, agents, answeredAgent, baseS, objectIdAt, queueEntry, type RawRow } from '../support/rows.ts';

// A red line in the terminal's title, both ways to begin a sequence, and what turns a line around.
const evil = '\u001b]0;owned\u0007\u009b31mAda\u202eexe.fdp\u2066\r\n0 lost';
const unprintable = /(?![\n\t])[\p{Cc}\u202a-\u202e\u2066-\u2069]/u;

const evilRow = agentRow({
  sessionId: objectIdAt(baseS, 1),
  conversationId: 'c-evil',
  channel: evil,
  finalStatus: 'CLOSED',
  dispositions: [evil],
  sessionleveltags: [{ name: evil, value: evil }],
  customerinfo: { CustomerFirstName: evil, CustomerLastName: evil },
  destinations: [
    queueEntry(baseS, {
      queueName: evil,
      respondingAgent: answeredAgent(baseS, { ...agents.ada, agentId: 'u-evil', name: evil }, { agentNotes: [evil] }),
    }),
  ],
});
const many = (count: number): RawRow[] =>
  Array.from({ length: count }, (_, n) => queueEntry(baseS, { queueId: `q${n}` }));
const crowded = agentRow({ sessionId: objectIdAt(baseS, 2), conversationId: 'c-crowded', destinations: many(5000) });
const huge = agentRow({
  sessionId: objectIdAt(baseS, 3),
  conversationId: 'c-huge',
  customData: 'x'.repeat(5 * 1024 * 1024),
});
// One record in a hundred may be bad before a sync stops.
const plainRows = Array.from({ length: 300 }, (_, n) =>
  agentRow({ sessionId: objectIdAt(baseS + 60 + n, 10 + n), conversationId: `c-plain-${n}` }, baseS + 60 + n),
);

const root = makeTempDir();
const options = { dataDir: join(root, 'data') };
let server: KoreServer;
beforeAll(async () => {
  server = await startKoreServer({ rows: [evilRow, crowded, huge, ...plainRows].map((v2) => ({ v2 })) });
  await connectCli(server, options);
});
afterAll(async () => {
  await server.close();
  rmSync(root, { recursive: true, force: true });
});

test('a record of absurd size or with thousands of parts is put aside and counted; the others come', async () => {
  const words = ['sync', '--from', '2025-09-30', '--to', '2025-09-30'];
  const summary = await runJson(words, { ...options, env: credentialOf(server) });
  expect(summary).toMatchObject({ quarantined: 2, inserted: 301, windows: { failed: 0, capped: 0 } });
  const { stdout } = await runCli(['doctor'], { ...options, env: credentialOf(server) });
  expect(stdout).toContain('larger than 4 MiB (1)');
  expect(stdout).toContain('destinations: more than 1000 entries (1)');
});

test.each([
  [['search', 'owned', '--facets']],
  [['show', 'c-evil']],
  [['show', 'c-evil', '--json']],
  [['show', 'c-evil', '--raw', '--json']],
  [['scorecard', '--by', 'agent', '--period', '2025-09-30']],
])('nothing that moves a cursor or turns a line around reaches the terminal: %j', async (words) => {
  const { stdout, stderr, code } = await runCli(words, options);
  expect(code).toBe(0);
  expect(stdout).toContain('owned');
  expect(stdout + stderr).not.toMatch(unprintable);
});

test('what machines read has every character all the same', async () => {
  const shown = (await runJson(['show', 'c-evil'], options)) as { channel: string };
  expect(shown.channel).toBe(evil);
  expect(await runWell(['show', 'c-evil', '--json'], options)).toContain('\\u202e');
});
