// Starts a sync of a workspace: signs in, gives the engine its client, its budget and its writer. What the workspace keeps no
// longer is not asked for, and is forgotten when the sync has ended, well or not.
import { AppError } from '../../preload/contract/errors.ts';
import type { ParsedInput } from '../../preload/contract/procedures.ts';
import type { SyncProgress, SyncSummary } from '../../preload/contract/sync.ts';
import type { Workspace } from '../../preload/contract/workspace.ts';
import { parseInstant, parsePeriod } from '../metrics/period.ts';
import type { Ports } from '../ports.ts';
import type { Library } from '../store/library.ts';
import { runSync } from '../sync/engine.ts';
import { createRateLimiter } from '../sync/rate-limit.ts';
import { createRequester } from '../sync/request.ts';
import { type Forgetting, keptFromS } from './forgetting.ts';
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

export const createSyncing = (
  ports: Ports,
  library: Library,
  workspaces: Workspaces,
  forgetting: Pick<Forgetting, 'applyRetention'>,
): Syncing => {
  const { clock, log } = ports;

  const sync = async (
    workspace: Workspace,
    input: ParsedInput<'sync.start'>,
    signal: AbortSignal,
    onProgress: (progress: SyncProgress) => void,
  ): Promise<SyncSummary> => {
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
    const earliestS = keptFromS(workspace, clock.nowMs());
    if (earliestS !== null && toS !== null && toS <= earliestS)
      throw new AppError(
        'invalid_input',
        `“${workspace.name}” keeps conversations for ${workspace.retentionDays} days, and all of this range is older. See: afterword help workspace keep`,
      );
    const { client, tokens } = await workspaces.signIn(workspace);
    const limiter = createRateLimiter({
      account: accountOf(workspace),
      perMinute: workspace.requestsPerMinute,
      ledger: library.requests,
      clock,
    });
    const requester = createRequester({ client, tokens, limiter, clock, log });
    return runSync({
      workspaceName: workspace.name,
      endpoints: workspace.endpoints,
      perMinute: workspace.requestsPerMinute,
      fromS,
      toS,
      earliestS,
      writer: workspaces.writer(workspace),
      requester,
      limiter,
      clock,
      log,
      signal,
      onProgress,
    });
  };

  /** A failure of this one must not hide how the sync ended; the next sync tries it again. */
  const forgetOld = async (workspace: Workspace): Promise<void> => {
    try {
      // As it is set now: it may have been changed while the sync ran.
      const forgotten = await forgetting.applyRetention(workspaces.find(workspace.id));
      if (forgotten === null) return;
      const { conversations, quarantined } = forgotten;
      log.info('what is kept no longer was forgotten', { conversations, quarantined });
    } catch (error) {
      log.warn('what is kept no longer could not be forgotten', {
        code: error instanceof AppError ? error.code : 'internal',
      });
    }
  };

  return {
    async run(input, signal, onProgress) {
      const workspace = workspaces.find(input.workspace);
      try {
        const summary = await sync(workspace, input, signal, onProgress);
        await forgetOld(workspace);
        return summary;
      } catch (error) {
        // Who cancels wants an end, and whoever else syncs will do it.
        const isWanted = error instanceof AppError && ['cancelled', 'sync_busy', 'invalid_input'].includes(error.code);
        if (!isWanted) await forgetOld(workspace);
        throw error;
      }
    },
  };
};
