// Forgetting: one customer everywhere, or everything older than some days, by hand or because the workspace keeps its
// conversations for so long only. And the audit, which says what was taken out or removed, and never whom.
import { AppError } from '../../preload/contract/errors.ts';
import type { Forgotten, NamingRecords } from '../../preload/contract/privacy.ts';
import type { ParsedInput, ProcedureOutput } from '../../preload/contract/procedures.ts';
import type { Workspace } from '../../preload/contract/workspace.ts';
import { failpoint } from '../failpoints.ts';
import { isoFromS } from '../model-json.ts';
import type { Ports } from '../ports.ts';
import type { ForgetScope } from '../store/erase.ts';
import type { Library } from '../store/library.ts';
import { createNameMatcher } from '../store/naming.ts';
import { forgetFingerprints } from './forget-fingerprints.ts';
import type { Workspaces } from './workspaces.ts';

export type Forgetting = {
  count(input: ParsedInput<'forget.count'>): Promise<ProcedureOutput<'forget.count'>>;
  forget(input: ParsedInput<'forget.run'>): Promise<Forgotten>;
  keep(input: ParsedInput<'workspaces.keep'>): Workspace;
  /** Forgets what the workspace keeps no longer. Null when there was nothing. */
  applyRetention(workspace: Workspace): Promise<Forgotten | null>;
  audit(input: ParsedInput<'audit.list'>): ProcedureOutput<'audit.list'>;
};

const DAY_S = 86_400;
const nothingNamed: NamingRecords = { searches: 0, definitions: 0, schedules: 0, issuedReports: 0 };

/**
 * The first second that a workspace keeps, UTC epoch seconds; null when it keeps everything. The start of a day in UTC: what
 * is removed takes rewriting the cache, which is done once a day at most.
 */
export const keptFromS = ({ retentionDays }: Pick<Workspace, 'retentionDays'>, nowMs: number): number | null =>
  retentionDays === null ? null : Math.floor(nowMs / 1000 / DAY_S - retentionDays) * DAY_S;

export const createForgetting = ({ clock }: Ports, library: Library, workspaces: Workspaces): Forgetting => {
  /** What library.db has of the customer goes first: cut short, the next try still finds in the cache who they are. */
  const forgetNaming = async (workspace: Workspace, scope: ForgetScope): Promise<NamingRecords> => {
    if ('beforeS' in scope) return nothingNamed;
    const traces = await workspaces.writer(workspace).call('customerTraces', scope);
    return library.naming.remove(workspace.id, createNameMatcher(traces));
  };

  const forgetScope = async (workspace: Workspace, scope: ForgetScope, said: string): Promise<Forgotten> => {
    const cache = workspaces.writer(workspace);
    const naming = await forgetNaming(workspace, scope);
    const keys = await cache.call('forgetKeys', scope);
    forgetFingerprints(library.reports, workspace.id, keys, 'beforeS' in scope ? scope.beforeS : null);
    failpoint('forget-begun');
    const removed = await cache.call('forget', scope);
    library.rememberForgotten(workspace.id, await cache.call('joinForgotten', { keyHashes: [] }));
    const forgotten = { ...removed, ...naming };
    library.audit(clock.nowMs(), workspace.id, 'forget', { scope: said, ...forgotten });
    // Whatever keeps one file from being cleaned must not keep the other.
    try {
      await cache.call('scrub', undefined);
    } finally {
      if ('customer' in scope) library.naming.purge();
      library.renewBackups(clock.nowMs());
    }
    failpoint('forget-done');
    return forgotten;
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
      return forgetScope(workspace, { beforeS }, `older than ${olderThanDays} days`);
    },

    keep({ workspace: name, days }) {
      const { id, retentionDays } = workspaces.find(name);
      library.setRetention(id, days);
      if (days !== retentionDays) library.audit(clock.nowMs(), id, 'keep', { days });
      return workspaces.find(id);
    },

    async applyRetention(workspace) {
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
