// Two programs on one data folder under load: the services of a window and the command line, both syncing, searching,
// exporting, renaming, while rows arrive and change at the server.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { makeRows } from '../kore-server/generate.ts';
import type { KoreRow } from '../kore-server/server.ts';
import { startKoreServer } from '../kore-server/server.ts';
import { openTestApp } from '../support/app.ts';
import type { FaultCase, Outcome } from './matrix.ts';
import { compareRows, iso, readLines, type World } from './world.ts';

/** What one of two programs may be told: the other one is at it. */
const busyCodes = new Set(['sync_busy']);
const BUSY_EXIT = 75;

export const together = (seconds: number): FaultCase => ({
  group: 'two programs on one folder',
  name: `${seconds} s`,
  async run(world: World): Promise<Outcome> {
    const endS = Math.floor(Date.now() / 1000) - 3600;
    const all = makeRows({ seed: 21, count: 1500, days: 2, endS });
    // All of them in the last 72 hours, which every sync asks for again.
    const late: KoreRow[] = all.filter((_, index) => index % 5 === 0);
    const rows = all.filter((_, index) => index % 5 !== 0);
    const server = await startKoreServer({ rows });
    const app = openTestApp({ dataDir: world.folder(), token: server.token });
    const range = { from: iso(endS - 4 * 86_400), to: iso(endS + 60) };
    const troubles: string[] = [];
    let syncs = 0;
    let commands = 0;
    const untilMs = performance.now() + seconds * 1000;
    const isOn = (): boolean => performance.now() < untilMs;
    const note = (text: string): void => void (troubles.length < 5 && troubles.push(text));

    const fill = async (): Promise<void> => {
      while (isOn()) {
        const row = late.pop();
        if (row) server.addRow(row);
        await delay(Math.max(5, (seconds * 700) / 300));
      }
    };
    const window = async (): Promise<void> => {
      while (isOn()) {
        try {
          await app.sync(range);
          syncs += 1;
          await app.call('search.run', { query: 'refund', limit: 20 });
          await app.call('coverage.get', {});
          const out = join(app.dataDir, 'window.ndjson');
          await app.runJob('export.run', { what: 'conversations', query: '', format: 'ndjson', out, mask: false });
          // Whatever moment it is: no row twice, and none that is not the server's.
          const { doubled, wrong } = compareRows(readLines(out), all, new Set());
          if (doubled + wrong > 0) note(`an export of the window: ${doubled} doubled, ${wrong} wrong`);
          rmSync(out);
        } catch (error) {
          const code = (error as { code?: string }).code ?? 'none';
          if (!busyCodes.has(code)) note(`window: ${code} ${(error as Error).message}`);
          await delay(20);
        }
      }
    };
    const line = async (): Promise<void> => {
      const out = join(app.dataDir, 'line.ndjson');
      const turns = [
        ['sync', '--from', range.from, '--to', range.to],
        ['search', 'refund', '--json'],
        ['export', 'conversations', '--format', 'ndjson', '--out', out],
        ['report', 'agent-scorecards', '--period', 'last-7-days', '--format', 'csv', '--out', join(app.dataDir, 'out')],
        ['coverage', '--json'],
        ['doctor'],
        ['workspace', 'rename', 'Test', 'Test'],
      ];
      for (let turn = 0; isOn(); turn += 1) {
        const words = turns[turn % turns.length] ?? [];
        const run = await world.cli(app.dataDir, words, { AFTERWORD_TOKEN: server.token }).done;
        commands += 1;
        if (run.code !== 0 && run.code !== BUSY_EXIT) note(`${words[0]}: exit ${run.code} ${run.stderr.slice(0, 200)}`);
        if (words[0] !== 'export' || run.code !== 0) continue;
        const { doubled, wrong } = compareRows(readLines(out), all, new Set());
        if (doubled + wrong > 0) note(`an export of the command line: ${doubled} doubled, ${wrong} wrong`);
      }
    };

    try {
      await app.connect(server);
      await Promise.all([fill(), window(), line()]);
      for (const row of late.splice(0)) server.addRow(row);
      await app.sync(range);
      const out = join(app.dataDir, 'oracle.ndjson');
      await app.runJob('export.run', { what: 'conversations', query: '', format: 'ndjson', out, mask: false });
      const difference = compareRows(readLines(out), all, new Set());
      const did = `${syncs} syncs of the window, ${commands} commands`;
      return { isSurvived: troubles.length === 0 && syncs > 0, difference, note: `${did}. ${troubles.join('; ')}` };
    } finally {
      await app.close();
      await server.close();
    }
  },
});
