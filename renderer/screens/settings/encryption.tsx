// Whether the cache of the workspace is encrypted, and what to do where it is not.
import type { ReactNode } from 'react';
import type { EncryptionState } from '../../../preload/contract/privacy.ts';
import { useBridge, useCall } from '../../bridge/context.tsx';
import { ConfirmButton } from '../../components/confirm-button.tsx';
import { Problem } from '../../components/states.tsx';
import { useWorkspace } from '../../hooks/workspace.tsx';

const sayings: Record<EncryptionState, string> = {
  encrypted:
    'The conversations on this computer are encrypted. Without their key nobody can read them; where the key is lost, they are fetched again.',
  plain: 'The conversations on this computer are not encrypted: whoever can read this account’s files can read them.',
  absent:
    'Nothing was fetched yet. What the first sync fetches is encrypted if this account has a keychain, which must be unlocked then.',
};

export const Encryption = (): ReactNode => {
  const bridge = useBridge();
  const { workspace } = useWorkspace();
  const state = useCall('encryption.get', { workspace: workspace.id });
  const isSample = workspace.sample !== null;
  return (
    <div className="stack settings-form">
      <h3>Encryption</h3>
      <p className="dim">
        {isSample
          ? 'The sample’s people are made up: its conversations are not encrypted.'
          : state.data
            ? sayings[state.data.state]
            : ''}
      </p>
      <Problem error={state.error} />
      {!isSample && state.data?.state === 'plain' ? (
        <div>
          <ConfirmButton
            label="Encrypt…"
            title="Encrypt the conversations"
            question="The files are written anew, and their key is kept in the keychain of this account. Copies that were made before, such as backups, stay readable. Runs without a keychain, such as cron’s, need the key in a file from then on."
            confirmLabel="Encrypt"
            cancelLabel="Cancel"
            onConfirm={() => bridge.call('encryption.start', { workspace: workspace.id })}
          />
        </div>
      ) : null}
    </div>
  );
};
