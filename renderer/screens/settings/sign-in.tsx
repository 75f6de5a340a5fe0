// The credential: where it is found and whether it works, said honestly; and another one in its place.
import { Button, PasswordInput, SegmentedControl, TextInput } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { useAction } from '../../bridge/context.tsx';
import { Form } from '../../components/form.tsx';
import { Notice, Problem } from '../../components/states.tsx';
import { useWorkspace } from '../../hooks/workspace.tsx';
import { Checks } from './checks.tsx';

const Replace = (): ReactNode => {
  const { workspace } = useWorkspace();
  const [kind, setKind] = useState<'client-secret' | 'token'>(workspace.clientId === null ? 'token' : 'client-secret');
  const [clientId, setClientId] = useState(workspace.clientId ?? '');
  const [secret, setSecret] = useState('');
  const save = useAction('workspaces.connect', { onDone: () => setSecret('') });
  return (
    <Form
      className="stack settings-form"
      onSubmit={() => {
        const { name, host, accountId, appId } = workspace;
        save.mutate({
          ...{ name, host, accountId, appId, store: true, check: true },
          ...(kind === 'client-secret' ? { clientId: clientId.trim() } : {}),
          credential: kind === 'token' ? { kind, token: secret.trim() } : { kind, secret: secret.trim() },
        });
      }}
    >
      <h3>Another credential</h3>
      <SegmentedControl
        aria-label="Kind of credential"
        value={kind}
        onChange={(value) => setKind(value as typeof kind)}
        data={[
          { value: 'client-secret', label: 'Client secret' },
          { value: 'token', label: 'Token (JWT)' },
        ]}
      />
      {kind === 'client-secret' ? (
        <TextInput
          label="Client id"
          value={clientId}
          onChange={(event) => setClientId(event.currentTarget.value)}
          spellCheck={false}
          required
        />
      ) : null}
      <PasswordInput
        label={kind === 'token' ? 'Token' : 'Client secret'}
        description="Tried first; kept in this computer’s keychain only when it works"
        value={secret}
        onChange={(event) => setSecret(event.currentTarget.value)}
        autoComplete="off"
        visibilityToggleButtonProps={{ 'aria-label': 'Show or hide it', tabIndex: 0 }}
        required
      />
      <Problem error={save.error} />
      <div className="row">
        <Button type="submit" loading={save.isPending} disabled={secret.trim() === ''}>
          Try it and keep it
        </Button>
        {save.isSuccess ? <span className="tone-good">It works and is kept.</span> : null}
      </div>
    </Form>
  );
};

export const SignIn = (): ReactNode => {
  const { workspace } = useWorkspace();
  return (
    <section className="stack">
      <h2>Sign-in and network</h2>
      <p className="card-about dim">
        Where the credential is found, and whether Kore.ai accepts it. Proxies come from the system (in a browser
        window: from HTTPS_PROXY and NO_PROXY).
      </p>
      <Checks
        only={['credential', 'proxy', 'name', 'connection', 'certificate', 'answer', 'sign-in', 'scope', 'rate']}
      />
      {workspace.sample === null ? (
        <Replace />
      ) : (
        <Notice>The sample signs in by itself; there is no credential.</Notice>
      )}
    </section>
  );
};
