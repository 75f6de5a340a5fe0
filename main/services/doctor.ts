// Tells apart, in words a support desk can use, what stands between the user and the data: folder, cache, credential,
// host, sign-in, records that could not be read.
import { existsSync } from 'node:fs';
import { access, constants, readdir, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../../preload/contract/errors.ts';
import type { DoctorCheck, ParsedInput, ProcedureOutput } from '../../preload/contract/procedures.ts';
import type { Workspace } from '../../preload/contract/workspace.ts';
import { parsePage, textOfBody } from '../kore/page.ts';
import { isoFromS } from '../model-json.ts';
import type { Ports } from '../ports.ts';
import { formatInstant } from '../reports/figures.ts';
import { findCredential } from '../secrets/credentials.ts';
import type { Library } from '../store/library.ts';
import { toStoreError } from '../store/open.ts';
import { createRateLimiter, type Permit } from '../sync/rate-limit.ts';
import { findDiskEncryption } from './disk-encryption.ts';
import { describeWay, proxyOf } from './doctor-network.ts';
import { accountOf } from './workspace-sign-in.ts';
import type { Workspaces } from './workspaces.ts';

export type Doctor = { run(input: ParsedInput<'doctor.run'>): Promise<ProcedureOutput<'doctor.run'>> };

const MENDED_SHOWN_MS = 7 * 86_400_000;

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

  const checkDisk = async (): Promise<Finding> => {
    const { state, by } = await findDiskEncryption(await realpath(ports.dataDir));
    if (state === 'on') return ok(`The disk of the data folder is encrypted (${by}).`);
    if (state === 'off')
      return {
        state: 'warning',
        message: `The disk of the data folder is not encrypted (${by} is off). It holds customers' data: turn it on.`,
      };
    return {
      state: 'skipped',
      message: `Whether the disk of the data folder is encrypted cannot be told: ${by}. It holds customers' data: make sure of it.`,
    };
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

  /** One small request, whatever it meets on its way. */
  const checkWay = async (workspace: Workspace): Promise<DoctorCheck[]> => {
    const { host, requestsPerMinute: perMinute } = workspace;
    const facts = { host, proxy: proxyOf(host, ports.env), perMinute };
    let permit: Permit | null = null;
    try {
      const { client } = await workspaces.signIn(workspace);
      const limiter = createRateLimiter({
        account: accountOf(workspace),
        perMinute,
        ledger: library.requests,
        clock: ports.clock,
      });
      permit = await limiter.acquire(AbortSignal.timeout(120_000));
      const nowS = Math.floor(ports.clock.nowMs() / 1000);
      const [endpoint = 'v2-interactions'] = workspace.endpoints;
      const startedMs = ports.clock.monotonicMs();
      const page = await client.fetchPage({ endpoint, fromS: nowS - 3600, toS: nowS, offset: 0, limit: 1 });
      parsePage(textOfBody(page.body));
      return describeWay(null, { ...facts, ms: Math.round(ports.clock.monotonicMs() - startedMs) });
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      return describeWay(error, { ...facts, ms: null });
    } finally {
      permit?.answered();
    }
  };

  const checkLibrary = async (): Promise<Finding> => {
    const [newest] = library.backups();
    const mended = library.lastMended();
    if (mended !== null && ports.clock.nowMs() - mended.atMs < MENDED_SHOWN_MS)
      return {
        state: 'warning',
        message: `library.db was damaged and replaced by its copy ${mended.backup} at ${isoFromS(Math.floor(mended.atMs / 1000))}: what was changed after that copy has to be done again.`,
      };
    return newest === undefined
      ? { state: 'warning', message: 'There is no copy of library.db yet. Is there room in the data folder?' }
      : ok(`Sound; the newest of ${library.backups().length} copies is ${newest}.`);
  };

  /** Asked of the file alone, so that it is answered also where the key is not at hand. */
  const checkEncryption = async (workspace: Workspace): Promise<Finding> => {
    const state = workspaces.encryption.state(workspace);
    if (state === 'encrypted') return ok('The cache is encrypted.');
    if (workspace.sample !== null) return ok('The sample is made up, and its cache is not encrypted.');
    if (state === 'absent') return { state: 'skipped', message: 'There is no cache yet.' };
    return {
      state: 'warning',
      message: `The cache is not encrypted: it was made by an earlier version, or where no key could be kept. “afterword workspace encrypt "${workspace.name}"” encrypts it.`,
    };
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
            message:
              'The cache is damaged. Close Afterword and start it again: it is then rebuilt, and a sync fetches the rest.',
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
      const checks: DoctorCheck[] = [
        await examine('data folder', checkFolder),
        await examine('disk encryption', checkDisk),
        await examine('library', checkLibrary),
      ];
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
      try {
        if (credential.state === 'ok') checks.push(...(await checkWay(workspace)));
        else checks.push({ name: 'sign-in', state: 'skipped', message: 'Needs a credential.' });
      } catch (error) {
        checks.push(
          await examine('answer', () => {
            throw error;
          }),
        );
      }
      checks.push(await examine('cache encryption', () => checkEncryption(workspace)));
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
