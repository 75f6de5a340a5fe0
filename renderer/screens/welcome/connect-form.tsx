// Connects an account: the address, the ids, the credential; tries them, and says which part is wrong.
import { Button, Checkbox, PasswordInput, SegmentedControl, TextInput } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import type { Workspace } from '../../../preload/contract/workspace.ts';
import { useAction } from '../../bridge/context.tsx';
import { Form } from '../../components/form.tsx';
import { Icon } from '../../components/icon.tsx';
import { Problem } from '../../components/states.tsx';
import { connectionParts, partLabels, partOf, statesAfter } from '../../model/connect-check.ts';

type Kind = 'client-secret' | 'token' | 'existing';

export const ConnectForm = ({ onConnected }: { onConnected(workspace: Workspace): void }): ReactNode => {
  const [name, setName] = useState('');
  const [host, setHost] = useState('https://platform.kore.ai');
  const [accountId, setAccountId] = useState('');
  const [appId, setAppId] = useState('');
  const [kind, setKind] = useState<Kind>('client-secret');
  const [clientId, setClientId] = useState('');
  const [secret, setSecret] = useState('');
  const [isStored, setIsStored] = useState(true);
  const connect = useAction('workspaces.connect', { onDone: onConnected });
  const failed = connect.error === null ? null : partOf(connect.error.code);
  const states = statesAfter(failed);
  const isReady =
    [name, host, accountId, appId].every((text) => text.trim() !== '') &&
    (kind === 'existing' || secret.trim() !== '') &&
    (kind !== 'client-secret' || clientId.trim() !== '');

  const submit = (): void => {
    const credential =
      kind === 'token'
        ? { kind, token: secret.trim() }
        : kind === 'client-secret'
          ? { kind, secret: secret.trim() }
          : { kind };
    connect.mutate({
      ...{ name, host, accountId, appId, credential, store: isStored && kind !== 'existing', check: true },
      ...(clientId.trim() === '' ? {} : { clientId: clientId.trim() }),
    });
  };
  return (
    <Form
      className="stack connect"
      onSubmit={() => {
        if (isReady) submit();
      }}
    >
      <TextInput
        label="Name"
        description="What you will call it here"
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
        maxLength={80}
        required
      />
      <TextInput
        label="Host"
        description="The address of your Kore.ai site"
        value={host}
        onChange={(event) => setHost(event.currentTarget.value)}
        error={failed === 'host'}
        required
      />
      <div className="connect-pair">
        <TextInput
          label="Account id"
          value={accountId}
          onChange={(event) => setAccountId(event.currentTarget.value)}
          error={failed === 'app'}
          spellCheck={false}
          required
        />
        <TextInput
          label="App id"
          description="Begins with st-"
          value={appId}
          onChange={(event) => setAppId(event.currentTarget.value)}
          error={failed === 'app'}
          spellCheck={false}
          required
        />
      </div>
      <SegmentedControl
        aria-label="Sign in with"
        value={kind}
        onChange={(value) => setKind(value as Kind)}
        data={[
          { value: 'client-secret', label: 'Client secret' },
          { value: 'token', label: 'Token (JWT)' },
          { value: 'existing', label: 'From the environment' },
        ]}
      />
      {kind === 'existing' ? (
        <p className="card-about dim">
          From AFTERWORD_TOKEN, AFTERWORD_CLIENT_SECRET, the credentials directory, or what the keychain already holds.
        </p>
      ) : null}
      {kind === 'token' ? null : (
        <TextInput
          label="Client id"
          description="Begins with cs-"
          value={clientId}
          onChange={(event) => setClientId(event.currentTarget.value)}
          error={failed === 'sign-in' && kind === 'client-secret'}
          spellCheck={false}
          required={kind === 'client-secret'}
        />
      )}
      {kind === 'existing' ? null : (
        <>
          <PasswordInput
            label={kind === 'token' ? 'Token' : 'Client secret'}
            description={
              kind === 'token'
                ? 'It cannot be renewed: when it ends, paste another'
                : 'Signs tokens of 15 minutes on this computer; it is sent to nobody'
            }
            value={secret}
            onChange={(event) => setSecret(event.currentTarget.value)}
            error={failed === 'sign-in'}
            autoComplete="off"
            visibilityToggleButtonProps={{ 'aria-label': 'Show or hide it', tabIndex: 0 }}
            required
          />
          <Checkbox
            label="Keep it in this computer’s keychain"
            checked={isStored}
            onChange={(event) => setIsStored(event.currentTarget.checked)}
          />
        </>
      )}
      {connect.error === null ? null : (
        <div className="stack connect-result">
          <Problem error={connect.error} />
          {failed === null ? null : (
            <ul className="plain-list" aria-label="What was tried">
              {connectionParts.map((part) => (
                <li
                  key={part}
                  className={states[part] === 'ok' ? 'tone-good' : states[part] === 'failed' ? 'tone-bad' : 'dim'}
                >
                  <span className="row">
                    <Icon name={states[part] === 'ok' ? 'check' : states[part] === 'failed' ? 'error' : 'clock'} />
                    {partLabels[part]}
                    <span className="dim">
                      {states[part] === 'ok' ? '' : states[part] === 'failed' ? '– this is wrong' : '– not reached'}
                    </span>
                  </span>
                </li>
              ))}
            </ul>
          )}
        </div>
      )}
      <Button type="submit" loading={connect.isPending} disabled={!isReady}>
        Try it and connect
      </Button>
    </Form>
  );
};
