// The workspace's own settings: zone, endpoints, request rate; what cannot be changed is shown as it is.
import { Button, Checkbox, NumberInput, Select } from '@mantine/core';
import type { ReactNode } from 'react';
import { endpoints } from '../../../preload/contract/conversation.ts';
import { useAction } from '../../bridge/context.tsx';
import { Form } from '../../components/form.tsx';
import { Notice, Problem } from '../../components/states.tsx';
import { useDraft } from '../../hooks/draft.ts';
import { useWorkspace } from '../../hooks/workspace.tsx';
import { RenameRemove } from './rename-remove.tsx';

const zones = (): string[] => ['UTC', ...Intl.supportedValuesOf('timeZone').filter((zone) => zone !== 'UTC')];

const polarityWords = {
  unset: 'not confirmed: CSAT is shown, never judged',
  'higher-is-better': '5 is the good end',
  'lower-is-better': '1 is the good end',
} as const;

export const WorkspaceSettings = (): ReactNode => {
  const { workspace } = useWorkspace();
  const { values, changes, isChanged, set } = useDraft({
    zone: workspace.zone,
    requestsPerMinute: workspace.requestsPerMinute,
    endpoints: workspace.endpoints,
  });
  const save = useAction('workspaces.connect');
  const isSample = workspace.sample !== null;
  const facts: readonly [string, string][] = [
    ['Name', workspace.name],
    ['Host', isSample ? 'this computer (made up)' : workspace.host],
    ['Account id', workspace.accountId],
    ['App id', workspace.appId],
    ['Client id', workspace.clientId ?? 'none: signs in with a token'],
    ['CSAT scale', polarityWords[workspace.csatPolarity]],
  ];
  return (
    <section className="stack">
      <h2>{workspace.name}</h2>
      <dl className="facts">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {isSample ? (
        <Notice>
          The sample’s settings are part of it and cannot be changed. Times are shown in {workspace.zone}.
        </Notice>
      ) : (
        <Form
          className="stack settings-form"
          onSubmit={() => {
            const { name, host, accountId, appId } = workspace;
            save.mutate({
              ...{ name, host, accountId, appId, ...changes },
              // Only the settings: the credential stays as it is and is not tried.
              ...{ credential: { kind: 'existing' }, store: false, check: false },
            });
          }}
        >
          <Select
            label="Time zone"
            description="In which days, weeks and reports are cut, and all times are shown"
            data={zones()}
            value={values.zone}
            onChange={(value) => value && set({ zone: value })}
            searchable
            limit={200}
          />
          <Checkbox.Group
            label="Endpoints"
            description="Each costs its own requests. v1 adds surveys where v2 has none."
            value={values.endpoints}
            onChange={(chosen) => set({ endpoints: endpoints.filter((endpoint) => chosen.includes(endpoint)) })}
          >
            <div className="row wrap choices">
              {endpoints.map((endpoint) => (
                <Checkbox key={endpoint} value={endpoint} label={endpoint} />
              ))}
            </div>
          </Checkbox.Group>
          <NumberInput
            label="Requests a minute, at most"
            description="Kore.ai allows 60 for an account. Lower it when other programs use the account too."
            min={1}
            max={100_000}
            value={values.requestsPerMinute}
            onChange={(value) => set({ requestsPerMinute: Number(value) || 1 })}
          />
          <Problem error={save.error} />
          <div className="row">
            <Button type="submit" disabled={!isChanged || values.endpoints.length === 0} loading={save.isPending}>
              Save
            </Button>
            {save.isSuccess && !isChanged ? <span className="tone-good">Saved.</span> : null}
          </div>
        </Form>
      )}
      <RenameRemove />
    </section>
  );
};
