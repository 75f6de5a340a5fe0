// Forgetting: one customer everywhere, or everything older than some days, by hand or because the workspace keeps its
// conversations for so long only. And the audit, which says what was taken out or removed, and never whom.
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { AppError } from '../../preload/contract/errors.ts';
import type { Forgotten, ForgottenNow } from '../../preload/contract/privacy.ts';
import type { ParsedInput, ProcedureOutput } from '../../preload/contract/procedures.ts';
import type { Workspace } from '../../preload/contract/workspace.ts';
import { failpoint } from '../failpoints.ts';
import { isoFromS } from '../model-json.ts';
import type { Ports } from '../ports.ts';
import { cachePath } from '../store/cache.ts';
import type { ForgetScope } from '../store/erase.ts';
import type { Library } from '../store/library.ts';
import { nothingNamed } from '../store/naming-store.ts';
import { explainStoreError } from '../store/open.ts';
import type { UnfinishedForgetting } from '../store/unfinished-forgettings.ts';
import type { WriterClient } from '../workers/writer-client.ts';
import { forgetFingerprints } from './forget-fingerprints.ts';
import type { Workspaces } from './workspaces.ts';

export type Forgetting = {
  count(input: ParsedInput<'forget.count'>): Promise<ProcedureOutput<'forget.count'>>;
  forget(input: ParsedInput<'forget.run'>): Promise<ForgottenNow>;
  keep(input: ParsedInput<'workspaces.keep'>): Workspace;
  /** Ends what was cut short, also by another program, and says so; a failure is logged, and tried again the next time. */
  endUnfinished(workspace: Workspace): Promise<void>;
  /** Ends what was cut short, and forgets what the workspace keeps no longer. Null when there was nothing. */
  applyRetention(workspace: Workspace): Promise<ForgottenNow | null>;
  isRunning(): boolean;
  /** When all that was begun has come to its end, or failed. */
  settled(): Promise<unknown>;
  audit(input: ParsedInput<'audit.list'>): ProcedureOutput<'audit.list'>;
};

const DAY_S = 86_400;

/**
 * The first second that a workspace keeps, UTC epoch seconds; null when it keeps everything. The start of a day in UTC: what
 * is removed takes rewriting the cache, which is done once a day at most.
 */
export const keptFromS = ({ retentionDays }: Pick<Workspace, 'retentionDays'>, nowMs: number): number | null =>
  retentionDays === null ? null : Math.floor(nowMs / 1000 / DAY_S - retentionDays) * DAY_S;

/** Null when nothing was forgotten. */
const sum = (all: Map<string, Forgotten>): Forgotten | null => {
  const total = { conversations: 0, quarantined: 0, ...nothingNamed };
  const names = Object.keys(total) as (keyof Forgotten)[];
  for (const one of all.values()) for (const name of names) total[name] += one[name];
  return names.every((name) => total[name] === 0) ? null : total;
};

/** The conversations are gone when this is thrown, and whoever reads it must know. */
const explainRest = (error: unknown): unknown => {
  const stored = explainStoreError(error, 'library.db');
  if (!(stored instanceof AppError) || stored.code === 'sync_busy') return stored;
  return new AppError(
    stored.code,
    `${stored.message} The conversations are removed already; what is left to do is done when you forget or sync next.`,
    { cause: error },
  );
};

/** `tell` says to the user what was done that nobody asked for just now. */
export const createForgetting = (
  { clock, dataDir, log }: Ports,
  library: Library,
  workspaces: Workspaces,
  tell: (message: string) => void,
): Forgetting => {
  /** One after the other, or one would end what another is still at. */
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const turn = last.then(work);
    last = turn.catch(() => undefined);
    return turn;
  };
  let running = 0;

  /** What names the customer is out of library.db and its copies before the note forgets by what to find it. */
  const cleanLibrary = async (cache: WriterClient, unfinished: readonly UnfinishedForgetting[]): Promise<void> => {
    if (unfinished.some(({ isOfCustomer }) => isOfCustomer)) {
      library.naming.purge();
      library.renewBackups(clock.nowMs());
    }
    for (const forgetting of unfinished) await cache.call('endTraces', forgetting);
  };

  /**
   * Ends every forgetting whose rows are removed, whichever program removed them: what library.db has of the customer and the
   * audit's line, then the bytes. Each step may be done again, and by two programs at once.
   */
  const endAll = async (workspace: Workspace, cache: WriterClient): Promise<Map<string, Forgotten>> => {
    const unfinished = await cache.call('unfinishedForgettings', undefined);
    const ended = new Map<string, Forgotten>();
    if (unfinished.length === 0) return ended;
    const keyHashes = await cache.call('joinForgotten', { keyHashes: [] });
    for (const forgetting of unfinished)
      ended.set(forgetting.id, library.recordForgetting(workspace.id, forgetting, keyHashes, clock.nowMs()));
    failpoint('forget-recorded');
    // Whatever keeps one file from being cleaned must not keep the other.
    try {
      await cleanLibrary(cache, unfinished);
    } finally {
      await cache.call('scrub', undefined);
    }
    for (const { id } of unfinished) await cache.call('endForgetting', { id });
    return ended;
  };

  const forgetNow = async (workspace: Workspace, scope: ForgetScope, said: string): Promise<ForgottenNow> => {
    const cache = workspaces.writer(workspace);
    const keys = await cache.call('forgetKeys', scope);
    forgetFingerprints(library.reports, workspace.id, keys, 'beforeS' in scope ? scope.beforeS : null);
    failpoint('forget-begun');
    const begun = { id: randomUUID(), atMs: clock.nowMs(), scope: said };
    const removed = await cache.call('forget', { scope, begun });
    try {
      const ended = await endAll(workspace, cache);
      failpoint('forget-done');
      // Another program may have been quicker; the counts of what this one removed are its own.
      const own = ended.get(begun.id) ?? { ...removed, ...nothingNamed };
      ended.delete(begun.id);
      return { ...own, ended: sum(ended) };
    } catch (error) {
      throw explainRest(error);
    }
  };

  /** A sync would bring back what it has on the way; a customer it knows by the hashes. */
  const whileNobodySyncs = async <T>(workspace: Workspace, work: () => Promise<T>): Promise<T> => {
    const cache = workspaces.writer(workspace);
    const token = randomUUID();
    await cache.call('takeLease', { token, pid: process.pid, nowMs: clock.nowMs() });
    try {
      return await work();
    } finally {
      await cache.call('dropLease', { token });
    }
  };

  const forgetScope = (workspace: Workspace, scope: ForgetScope, said: string): Promise<ForgottenNow> => {
    running += 1;
    const forget = () => forgetNow(workspace, scope, said);
    return inTurn('beforeS' in scope ? () => whileNobodySyncs(workspace, forget) : forget).finally(() => {
      running -= 1;
    });
  };

  const endUnfinished = async (workspace: Workspace): Promise<void> => {
    if (!existsSync(cachePath(dataDir, workspace.id))) return;
    try {
      const ended = sum(await inTurn(() => endAll(workspace, workspaces.writer(workspace))));
      if (ended === null) return;
      log.info('a forgetting that had been cut short is ended', { ...ended });
      tell(
        `A forgetting that had not come to its end is done now (conversations: ${ended.conversations}, unreadable records: ${ended.quarantined}).`,
      );
    } catch (error) {
      log.warn('a forgetting that had been cut short could not be ended yet', {
        code: error instanceof AppError ? error.code : 'internal',
      });
    }
  };

  return {
    async count({ workspace, customer }) {
      const cache = workspaces.writer(workspaces.find(workspace));
      return {
        conversations: await cache.call('countForget', { customer }),
        linked: await cache.call('countForget', { customer, isLinked: true }),
      };
    },

    async forget(input) {
      const workspace = workspaces.find(input.workspace);
      const { customer, linked, olderThanDays } = input;
      if (customer !== undefined && olderThanDays === undefined)
        return forgetScope(workspace, { customer, isLinked: linked }, linked ? 'one customer, linked' : 'one customer');
      if (customer !== undefined || olderThanDays === undefined)
        throw new AppError(
          'invalid_input',
          'Say what to forget: either one customer or everything older than a number of days.',
        );
      const beforeS = Math.floor(clock.nowMs() / 1000) - olderThanDays * DAY_S;
      return forgetScope(workspace, { beforeS, isByHand: true }, `older than ${olderThanDays} days`);
    },

    keep({ workspace: name, days }) {
      const { id, retentionDays } = workspaces.find(name);
      library.setRetention(id, days);
      if (days !== retentionDays) library.audit(clock.nowMs(), id, 'keep', { days });
      return workspaces.find(id);
    },

    endUnfinished,

    isRunning: () => running > 0,
    settled: () => last,

    async applyRetention(workspace) {
      await endUnfinished(workspace);
      const beforeS = keptFromS(workspace, clock.nowMs());
      if (beforeS === null) return null;
      if (!(await workspaces.writer(workspace).call('hasOlder', { beforeS }))) return null;
      return forgetScope(workspace, { beforeS }, `kept for ${workspace.retentionDays} days`);
    },

    audit({ workspace, limit }) {
      const names = new Map(workspaces.list().map(({ id, name }) => [id, name]));
      const wanted = workspace === undefined ? null : workspaces.find(workspace).id;
      return library.audited(wanted, limit).map(({ id, atMs, workspaceId, action, details }) => ({
        id,
        at: isoFromS(Math.floor(atMs / 1000)),
        workspace: workspaceId === null ? null : (names.get(workspaceId) ?? null),
        workspaceId,
        action,
        details,
      }));
    },
  };
};
