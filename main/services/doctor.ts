// Tells apart, in words a support desk can use, what stands between the user and the data: folder, cache, credential,
// host, sign-in, records that could not be read.
import { existsSync } from 'node:fs';
import { access, constants, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../../preload/contract/errors.ts';
import type { DoctorCheck, ParsedInput, ProcedureOutput } from '../../preload/contract/procedures.ts';
import type { Workspace } from '../../preload/contract/workspace.ts';
import { parsePage } from '../kore/page.ts';
import { isoFromS } from '../model-json.ts';
import type { Ports } from '../ports.ts';
import { formatInstant } from '../reports/figures.ts';
import { findCredential } from '../secrets/credentials.ts';
import { cachePath } from '../store/cache.ts';
import type { Library } from '../store/library.ts';
import { toStoreError } from '../store/open.ts';
import { createRateLimiter } from '../sync/rate-limit.ts';
import { accountOf } from './workspace-sign-in.ts';
import type { Workspaces } from './workspaces.ts';

export type Doctor = { run(input: ParsedInput<'doctor.run'>): Promise<ProcedureOutput<'doctor.run'>> };

type Finding = Omit<DoctorCheck, 'name'>;
const ok = (message: string): Finding => ({ state: 'ok', message });

export const createDoctor = (ports: Ports, library: Library, workspaces: Workspaces): Doctor => {
  const examine = async (name: string, work: () => Promise<Finding>): Promise<DoctorCheck> => {
    try {
      return { name, ...(await work()) };
    } catch (error) {
      const known = toStoreError(error, 'library.db');
      const message = known instanceof AppError ? known.message : 'An unexpected error; the log has its place.';
      return { name, state: 'failed', message };
    }
  };

  const checkFolder = async (): Promise<Finding> => {
    await access(ports.dataDir, constants.R_OK | constants.W_OK);
    const known = new Set(workspaces.list().map((workspace) => workspace.id));
    const folder = join(ports.dataDir, 'workspaces');
    const strays = existsSync(folder) ? (await readdir(folder)).filter((name) => !known.has(name)) : [];
    if (strays.length > 0)
      return {
        state: 'warning',
        message: `No workspace knows of ${strays.map((name) => join(folder, name)).join(', ')}, which may hold customers' data. Delete it if nobody needs it.`,
      };
    return ok('The data folder can be read and written.');
  };

  const checkCredential = async (workspace: Workspace): Promise<Finding> => {
    if (workspace.sample !== null) return ok('The sample signs in by itself.');
    const { credential, source } = await findCredential({
      env: ports.env,
      workspaceId: workspace.id,
      workspaceName: workspace.name,
      clientId: workspace.clientId,
      secrets: ports.secrets,
    });
    const kind = credential.kind === 'token' ? 'a token' : 'a client secret';
    return ok(`Found ${kind} (${source.replace('-', ' ')}).`);
  };

  const checkSignIn = async (workspace: Workspace): Promise<Finding> => {
    const { client } = await workspaces.signIn(workspace);
    const limiter = createRateLimiter({
      account: accountOf(workspace),
      perMinute: workspace.requestsPerMinute,
      ledger: library,
      clock: ports.clock,
    });
    const permit = await limiter.acquire(AbortSignal.timeout(120_000));
    try {
      const nowS = Math.floor(ports.clock.nowMs() / 1000);
      const [endpoint = 'v2-interactions'] = workspace.endpoints;
      const startedMs = ports.clock.monotonicMs();
      const page = await client.fetchPage({ endpoint, fromS: nowS - 3600, toS: nowS, offset: 0, limit: 1 });
      parsePage(page.text);
      return ok(`The host answers in ${Math.round(ports.clock.monotonicMs() - startedMs)} ms and accepts the sign-in.`);
    } finally {
      permit.answered();
    }
  };

  const checkCache = async (workspace: Workspace): Promise<Finding[]> => {
    const found = await (await workspaces.query(workspace)).call('diagnostics', undefined);
    const megabytes = Math.round(found.bytes / 1e5) / 10;
    const cache: Finding =
      found.quickCheck === 'ok'
        ? ok(
            `${found.conversations} conversations (${found.openConversations} open), ${megabytes} MB, no damage found.`,
          )
        : {
            state: 'failed',
            message: `The cache is damaged. Move ${cachePath(ports.dataDir, workspace.id)} away and sync again; library.db is kept.`,
          };
    const reasons = found.quarantineReasons.map((r) => `${r.path}: ${r.reason} (${r.count})`).join('; ');
    const records: Finding =
      found.quarantined === 0
        ? ok('Every record that was fetched could be read.')
        : {
            state: 'warning',
            message: `${found.quarantined} records could not be read and are in no figure: ${reasons}.`,
          };
    const run = found.lastRun;
    const sync: Finding = run
      ? {
          state: run.status === 'done' ? 'ok' : 'warning',
          message: `The last sync began ${formatInstant(isoFromS(Math.floor(run.startedMs / 1000)), workspace.zone)} (${workspace.zone}) and ${run.status === 'running' ? 'has not ended: it is still running, or it was cut off; the next sync goes on from there' : `ended: ${run.status}`}.`,
        }
      : { state: 'skipped', message: 'Nothing was synced yet.' };
    return [cache, records, sync];
  };

  return {
    async run(input) {
      const checks: DoctorCheck[] = [await examine('data folder', checkFolder)];
      if (workspaces.list().length === 0 && input.workspace === undefined) {
        checks.push({
          name: 'workspace',
          state: 'skipped',
          message: 'There is no workspace yet. Connect one with “afterword connect”.',
        });
        return { checks, contentHash: null };
      }
      const workspace = workspaces.find(input.workspace);
      const credential = await examine('credential', () => checkCredential(workspace));
      checks.push(credential);
      checks.push(
        credential.state === 'ok'
          ? await examine('sign-in', () => checkSignIn(workspace))
          : { name: 'sign-in', state: 'skipped', message: 'Needs a credential.' },
      );
      let contentHash: string | null = null;
      const names = ['records', 'last sync'];
      const cacheChecks: DoctorCheck[] = [];
      const cacheCheck = await examine('cache', async () => {
        const [cache, ...others] = await checkCache(workspace);
        cacheChecks.push(...others.map((finding, index) => ({ name: names[index] ?? '', ...finding })));
        contentHash = await (await workspaces.query(workspace)).call('contentHash', undefined);
        return cache ?? ok('');
      });
      checks.push(cacheCheck, ...cacheChecks);
      return { checks, contentHash };
    },
  };
};
