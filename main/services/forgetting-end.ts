// The end of every forgetting, whether it is reached at once or by a later program because the first was killed or had no room:
// the audit's line, then the bytes out of the cache, out of library.db and out of its copies.
import { AppError } from '../../preload/contract/errors.ts';
import type { Forgotten } from '../../preload/contract/privacy.ts';
import type { Workspace } from '../../preload/contract/workspace.ts';
import { failpoint } from '../failpoints.ts';
import type { Ports } from '../ports.ts';
import type { BegunForgetting } from '../store/forgetting-store.ts';
import type { Library } from '../store/library.ts';
import type { WriterClient } from '../workers/writer-client.ts';

export type ForgettingEnd = {
  /** Ends one whose conversations are removed. May be called again after it threw what the stores throw. */
  end(workspace: Workspace, cache: WriterClient, begun: BegunForgetting): Promise<Forgotten>;
  /** Ends those that were cut short. A failure is logged, and what is left is tried again the next time. */
  endAll(workspace: Workspace, cache: WriterClient): Promise<void>;
  /** What `endAll` ended since this was last asked, added up; null when there was nothing. */
  takeEnded(workspace: Workspace): Forgotten | null;
  /** Runs `work` after all that was begun before for this workspace: nobody must end what another is still at. */
  inTurn<T>(workspace: Workspace, work: () => Promise<T>): Promise<T>;
};

const addForgotten = (one: Forgotten, other: Forgotten): Forgotten => ({
  conversations: one.conversations + other.conversations,
  quarantined: one.quarantined + other.quarantined,
  searches: one.searches + other.searches,
  definitions: one.definitions + other.definitions,
  schedules: one.schedules + other.schedules,
  issuedReports: one.issuedReports + other.issuedReports,
});

export const createForgettingEnd = ({ clock, log }: Ports, library: Library): ForgettingEnd => {
  const ended = new Map<string, Forgotten>();
  const turns = new Map<string, Promise<unknown>>();

  const clean = async (cache: WriterClient, { isOfCustomer }: BegunForgetting): Promise<void> => {
    // Whatever keeps one file from being cleaned must not keep the other.
    try {
      await cache.call('scrub', undefined);
    } finally {
      if (isOfCustomer) library.naming.purge();
      library.renewBackups(clock.nowMs());
    }
  };

  const end: ForgettingEnd['end'] = async (workspace, cache, begun) => {
    const { id, scope, naming } = begun;
    const forgotten = { ...(await cache.call('settleForget', { id })), ...naming };
    const keyHashes = await cache.call('joinForgotten', { keyHashes: [] });
    library.forgettings.record(id, workspace.id, clock.nowMs(), { scope, ...forgotten }, keyHashes);
    failpoint('forget-recorded');
    await clean(cache, begun);
    failpoint('forget-cleaned');
    await cache.call('endForget', { id });
    failpoint('forget-settled');
    library.forgettings.end(id);
    return forgotten;
  };

  return {
    end,
    async endAll(workspace, cache) {
      try {
        for (const begun of library.forgettings.begun(workspace.id)) {
          const now = await end(workspace, cache, begun);
          const before = ended.get(workspace.id);
          ended.set(workspace.id, before ? addForgotten(before, now) : now);
        }
      } catch (error) {
        const code = error instanceof AppError ? error.code : 'internal';
        log.warn('a forgetting that was cut short could not be ended yet', { code });
      }
    },
    takeEnded({ id }) {
      const forgotten = ended.get(id);
      ended.delete(id);
      return forgotten !== undefined && Object.values(forgotten).some((count) => count > 0) ? forgotten : null;
    },
    inTurn({ id }, work) {
      const turn = (turns.get(id) ?? Promise.resolve()).then(work);
      turns.set(
        id,
        turn.catch(() => undefined),
      );
      return turn;
    },
  };
};
