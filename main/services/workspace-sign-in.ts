// How a workspace signs in: its credential from where it is kept, the client to ask with, and the one small request that
// proves both.
import { AppError } from '../../preload/contract/errors.ts';
import type { ParsedInput } from '../../preload/contract/procedures.ts';
import type { Workspace } from '../../preload/contract/workspace.ts';
import { parsePage, textOfBody } from '../kore/page.ts';
import type { KoreClient, TokenSource } from '../kore/types.ts';
import type { Credential, Ports } from '../ports.ts';
import { findCredential } from '../secrets/credentials.ts';
import type { Library } from '../store/library.ts';
import { createRateLimiter } from '../sync/rate-limit.ts';

/** The budget belongs to the account: every workspace of it shares this name in the ledger. */
export const accountOf = (workspace: Workspace): string => `${new URL(workspace.host).host}/${workspace.accountId}`;

export type SignIn = {
  toSession(workspace: Workspace, credential: Credential): Promise<{ client: KoreClient; tokens: TokenSource }>;
  /** What is set or stored for it. Throws AppError auth_missing and what the stores throw. */
  existingCredential(workspace: Workspace): Promise<Credential>;
  /** Throws what the request fails with. */
  check(workspace: Workspace, credential: Credential): Promise<void>;
  /** False when the keychain could not be reached. */
  forget(workspace: Workspace): Promise<boolean>;
};

export const createSignIn = (ports: Ports, library: Library): SignIn => {
  // What talks to the network is almost half of all modules, and no window waits for it.
  const loadNetwork = async () => {
    const [{ createTokenSource }, { createKoreClient }, http] = await Promise.all([
      import('../kore/auth.ts'),
      import('../kore/client.ts'),
      ports.http(),
    ]);
    return { createTokenSource, createKoreClient, http };
  };
  let network: ReturnType<typeof loadNetwork> | null = null;
  const toSession: SignIn['toSession'] = async (workspace, credential) => {
    network ??= loadNetwork();
    const { createTokenSource, createKoreClient, http } = await network;
    const tokens = createTokenSource(credential, ports.clock);
    const { host, accountId, appId, channels, queues, direction } = workspace;
    const account = { host, accountId, appId };
    const filters = { channels, queues, direction };
    return {
      tokens,
      client: createKoreClient({ account, filters, tokens, http, clock: ports.clock, log: ports.log }),
    };
  };

  const existingCredential = async (workspace: Workspace): Promise<Credential> => {
    const { credential } = await findCredential({
      env: ports.env,
      workspaceId: workspace.id,
      workspaceName: workspace.name,
      clientId: workspace.clientId,
      secrets: ports.secrets,
    });
    return credential;
  };

  /** One small request for a recent hour: proves host, sign-in, scope and app id at once. */
  const check = async (workspace: Workspace, credential: Credential): Promise<void> => {
    const { client } = await toSession(workspace, credential);
    const nowS = Math.floor(ports.clock.nowMs() / 1000);
    const limiter = createRateLimiter({
      account: accountOf(workspace),
      perMinute: workspace.requestsPerMinute,
      ledger: library.requests,
      clock: ports.clock,
    });
    for (const endpoint of workspace.endpoints) {
      const permit = await limiter.acquire(AbortSignal.timeout(120_000));
      try {
        const page = await client.fetchPage({ endpoint, fromS: nowS - 3600, toS: nowS, offset: 0, limit: 1 });
        parsePage(textOfBody(page.body));
      } finally {
        permit.answered();
      }
    }
  };

  /** False when the keychain cannot be asked: on a machine without one, nothing else would ever be removed. */
  const forgetSignIn = async (workspace: Workspace): Promise<boolean> => {
    if (workspace.sample !== null) return true;
    try {
      await ports.secrets.delete(workspace.id);
      return true;
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      ports.log.warn('a sign-in could not be removed', { code: error.code });
      return false;
    }
  };

  return { toSession, existingCredential, check, forget: forgetSignIn };
};

export const toCredential = (
  given: Exclude<ParsedInput<'workspaces.connect'>['credential'], { kind: 'existing' }>,
  clientId: string | null,
): Credential => {
  if (given.kind === 'token') return given;
  if (clientId === null)
    throw new AppError(
      'invalid_input',
      'A client secret goes with a client id (it begins with “cs-”): add --client-id, or give a token instead.',
    );
  return { kind: 'client-secret', clientId, secret: given.secret };
};
