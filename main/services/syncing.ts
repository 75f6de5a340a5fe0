// Starts a sync of a workspace: signs in, gives the engine its client, its budget and its writer.

import { AppError } from '../../preload/contract/errors.ts';
import type { ParsedInput } from '../../preload/contract/procedures.ts';
import type { SyncProgress, SyncSummary } from '../../preload/contract/sync.ts';
import { parseInstant, parsePeriod } from '../metrics/period.ts';
import type { Ports } from '../ports.ts';
import type { Library } from '../store/library.ts';
import { runSync } from '../sync/engine.ts';
import { createRateLimiter } from '../sync/rate-limit.ts';
import { createRequester } from '../sync/request.ts';
import { accountOf } from './workspace-sign-in.ts';
import type { Workspaces } from './workspaces.ts';

export type Syncing = {
  run(
    input: ParsedInput<'sync.start'>,
    signal: AbortSignal,
    onProgress: (progress: SyncProgress) => void,
  ): Promise<SyncSummary>;
};

/** Kore began in 2013: an earlier year is a slip of the hand, and would be asked for week by week. */
const EARLIEST_S = Date.UTC(2013) / 1000;
const isDay = (text: string): boolean => /^\d{4}-\d{2}-\d{2}$/.test(text);

export const createSyncing = (ports: Ports, library: Library, workspaces: Workspaces): Syncing => ({
  async run(input, signal, onProgress) {
    const { clock, log } = ports;
    const workspace = workspaces.find(input.workspace);
    const { zone } = workspace;
    const nowS = Math.floor(clock.nowMs() / 1000);
    const fromS = input.from === undefined ? null : parseInstant(input.from, zone);
    // A day as the end means that day included, as in a period.
    const endS =
      input.to === undefined
        ? null
        : isDay(input.to)
          ? parsePeriod(input.to, { zone, nowMs: clock.nowMs() }).toS
          : parseInstant(input.to, zone);
    const toS = endS === null ? null : Math.min(endS, nowS);
    if (fromS === null && toS !== null) throw new AppError('invalid_input', 'Say where to begin as well: --from.');
    if (fromS !== null && fromS < EARLIEST_S)
      throw new AppError(
        'invalid_input',
        `“${input.from}” is before 2013, when there was nothing to sync yet. Check the year.`,
      );
    if (fromS !== null && fromS >= (toS ?? nowS))
      throw new AppError(
        'invalid_input',
        'The range to sync ends before it begins, or lies in the future. Check --from and --to.',
      );
    const { client, tokens } = await workspaces.signIn(workspace);
    const limiter = createRateLimiter({
      account: accountOf(workspace),
      perMinute: workspace.requestsPerMinute,
      ledger: library,
      clock,
    });
    const requester = createRequester({ client, tokens, limiter, clock, log });
    return runSync({
      workspaceName: workspace.name,
      endpoints: workspace.endpoints,
      perMinute: workspace.requestsPerMinute,
      fromS,
      toS,
      writer: workspaces.writer(workspace),
      requester,
      limiter,
      clock,
      log,
      signal,
      onProgress,
    });
  },
});
