// Forgetting: one customer everywhere, or everything older than some days, by hand or because the workspace keeps its
// conversations for so long only. And the audit, which says what was taken out or removed, and never whom.
import { AppError } from '../../preload/contract/errors.ts';
import type { ForgottenNow } from '../../preload/contract/privacy.ts';
import type { ParsedInput, ProcedureOutput } from '../../preload/contract/procedures.ts';
import type { Workspace } from '../../preload/contract/workspace.ts';
import { failpoint } from '../failpoints.ts';
import { isoFromS } from '../model-json.ts';
import type { Ports } from '../ports.ts';
import type { ForgetScope } from '../store/erase.ts';
import type { Library } from '../store/library.ts';
import { createNameMatcher } from '../store/naming.ts';
import { toStoreError } from '../store/open.ts';
import type { WriterClient } from '../workers/writer-client.ts';
import { forgetFingerprints } from './forget-fingerprints.ts';
import type { ForgettingEnd } from './forgetting-end.ts';
import type { Workspaces } from './workspaces.ts';

export type Forgetting = {
  count(input: ParsedInput<'forget.count'>): Promise<ProcedureOutput<'forget.count'>>;
  forget(input: ParsedInput<'forget.run'>): Promise<ForgottenNow>;
  keep(input: ParsedInput<'workspaces.keep'>): Workspace;
  /** Ends what was cut short, and forgets what the workspace keeps no longer. Null when nothing was so old. */
  applyRetention(workspace: Workspace): Promise<ForgottenNow | null>;
  audit(input: ParsedInput<'audit.list'>): ProcedureOutput<'audit.list'>;
};

const DAY_S = 86_400;

/**
 * The first second that a workspace keeps, UTC epoch seconds; null when it keeps everything. The start of a day in UTC: what
 * is removed takes rewriting the cache, which is done once a day at most.
 */
export const keptFromS = ({ retentionDays }: Pick<Workspace, 'retentionDays'>, nowMs: number): number | null =>
  retentionDays === null ? null : Math.floor(nowMs / 1000 / DAY_S - retentionDays) * DAY_S;

/** The conversations are gone when this is thrown, and whoever reads it must know. */
const explainRest = (error: unknown): unknown => {
  const stored = toStoreError(error, 'library.db');
  if (!(stored instanceof AppError) || stored.code === 'sync_busy') return stored;
  return new AppError(
    stored.code,
    `${stored.message} The conversations are removed already; what is left to do is done when you forget or sync next.`,
    { cause: error },
  );
};

export const createForgetting = (
  { clock }: Ports,
  library: Library,
  workspaces: Workspaces,
  forgettingEnd: ForgettingEnd,
): Forgetting => {
  /** What library.db has of the customer goes first: cut short, the next try still finds in the cache who they are. */
  const begin = async (workspace: Workspace, cache: WriterClient, scope: ForgetScope, said: string) => {
    if ('beforeS' in scope) return library.forgettings.begin(workspace.id, said, null);
    const traces = await cache.call('customerTraces', scope);
    return library.forgettings.begin(workspace.id, said, createNameMatcher(traces));
  };

  const forgetNow = async (workspace: Workspace, scope: ForgetScope, said: string): Promise<ForgottenNow> => {
    const cache = workspaces.writer(workspace);
    await forgettingEnd.endAll(workspace, cache);
    const begun = await begin(workspace, cache, scope, said);
    const keys = await cache.call('forgetKeys', scope);
    forgetFingerprints(library.reports, workspace.id, keys, 'beforeS' in scope ? scope.beforeS : null);
    failpoint('forget-begun');
    await cache.call('forget', { scope, id: begun.id });
    try {
      const forgotten = await forgettingEnd.end(workspace, cache, begun);
      failpoint('forget-done');
      return { ...forgotten, ended: forgettingEnd.takeEnded(workspace) };
    } catch (error) {
      throw explainRest(error);
    }
  };

  const forgetScope = (workspace: Workspace, scope: ForgetScope, said: string): Promise<ForgottenNow> =>
    forgettingEnd.inTurn(workspace, () => forgetNow(workspace, scope, said));

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
      return forgetScope(workspace, { beforeS }, `older than ${olderThanDays} days`);
    },

    keep({ workspace: name, days }) {
      const { id, retentionDays } = workspaces.find(name);
      library.setRetention(id, days);
      if (days !== retentionDays) library.audit(clock.nowMs(), id, 'keep', { days });
      return workspaces.find(id);
    },

    async applyRetention(workspace) {
      const cache = workspaces.writer(workspace);
      await forgettingEnd.inTurn(workspace, () => forgettingEnd.endAll(workspace, cache));
      const beforeS = keptFromS(workspace, clock.nowMs());
      if (beforeS === null) return null;
      if (!(await cache.call('hasOlder', { beforeS }))) return null;
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
