// Teams: who is in which, from and until which day. What an agent did counts for the team of that day.
import { ActionIcon, Button, Select, TextInput } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import type { Team, TeamMember } from '../../../preload/contract/figures.ts';
import { useAction, useBridge, useCall } from '../../bridge/context.tsx';
import { ConfirmButton } from '../../components/confirm-button.tsx';
import { Form } from '../../components/form.tsx';
import { Icon } from '../../components/icon.tsx';
import { Failure, Loading, Problem } from '../../components/states.tsx';
import { useWorkspace } from '../../hooks/workspace.tsx';
import { formatMany } from '../../model/format.ts';

type Agent = { value: string; label: string };

const EditTeam = ({
  team,
  agents,
  onDone,
}: {
  /** Null: a new one. */
  team: Team | null;
  agents: readonly Agent[];
  onDone(): void;
}): ReactNode => {
  const { workspace } = useWorkspace();
  const [name, setName] = useState(team?.name ?? '');
  const [members, setMembers] = useState<readonly TeamMember[]>(team?.members ?? []);
  const save = useAction('teams.save', { onDone });
  const change = (index: number, next: Partial<TeamMember>): void =>
    setMembers(members.map((member, at) => (at === index ? { ...member, ...next } : member)));
  const known = new Set(agents.map(({ value }) => value));
  const choices = [
    ...agents,
    ...[...new Set(members.map(({ agent }) => agent))]
      .filter((agent) => !known.has(agent))
      .map((agent) => ({ value: agent, label: agent })),
  ];
  return (
    <Form
      className="stack panel"
      onSubmit={() =>
        save.mutate({
          ...{ workspace: workspace.id, name: name.trim(), members: [...members] },
          ...(team === null ? {} : { formerName: team.name }),
        })
      }
    >
      <TextInput
        label="Name of the team"
        value={name}
        maxLength={80}
        onChange={(event) => setName(event.currentTarget.value)}
        required
      />
      {members.map((member, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: an agent can be in a team twice, at different times
        <div key={index} className="row wrap">
          <Select
            label="Agent"
            data={choices}
            value={member.agent}
            onChange={(agent) => agent && change(index, { agent })}
            searchable
          />
          <TextInput
            type="date"
            label="First day"
            value={member.from ?? ''}
            onChange={(event) => change(index, { from: event.currentTarget.value || null })}
          />
          <TextInput
            type="date"
            label="Last day"
            value={member.to ?? ''}
            onChange={(event) => change(index, { to: event.currentTarget.value || null })}
          />
          <ActionIcon
            className="beside-field"
            variant="default"
            aria-label={`Take ${choices.find(({ value }) => value === member.agent)?.label ?? member.agent} out`}
            onClick={() => setMembers(members.filter((_, at) => at !== index))}
          >
            <Icon name="close" size={0.75} />
          </ActionIcon>
        </div>
      ))}
      <Select
        label="Add an agent"
        description="Left without days: ever since, until further notice"
        data={agents.map((agent) => ({ ...agent }))}
        value={null}
        onChange={(agent) => agent && setMembers([...members, { agent, from: null, to: null }])}
        searchable
      />
      <Problem error={save.error} />
      <div className="row">
        <Button type="submit" loading={save.isPending} disabled={name.trim() === ''}>
          Save
        </Button>
        <Button variant="default" onClick={onDone}>
          Cancel
        </Button>
      </div>
    </Form>
  );
};

export const Teams = (): ReactNode => {
  const bridge = useBridge();
  const { workspace } = useWorkspace();
  const [edited, setEdited] = useState<Team | 'new' | null>(null);
  const teams = useCall('teams.list', { workspace: workspace.id });
  const scorecard = useCall('scorecard.figures', {
    ...{ workspace: workspace.id, by: 'agent', period: 'last-30-days' },
    // Names alone are needed.
    metrics: [],
  });
  // A read that failed after one that did not must not take away what is being written.
  if (teams.data === undefined)
    return teams.isError ? <Failure error={teams.error} onRetry={() => void teams.refetch()} /> : <Loading />;
  const agents = (scorecard.data?.rows ?? [])
    .filter(({ key }) => key !== '(none)')
    .map(({ key, name }) => ({ value: key, label: name }));
  return (
    <section className="stack">
      <h2>Teams of {workspace.name}</h2>
      <Problem error={teams.error} />
      <p className="card-about dim">
        An agent is in one team at a time. Agents who worked in the last 30 days can be chosen; “afterword team add”
        takes any id.
      </p>
      {teams.data.length === 0 && edited === null ? <p className="dim">No teams yet.</p> : null}
      <ul className="plain-list stack" aria-label="Teams">
        {teams.data.map((team) => (
          <li key={team.name} className="row">
            <span className="grow">
              <strong>{team.name}</strong> <span className="dim">{formatMany(team.members.length, 'member')}</span>
            </span>
            <Button
              size="compact-xs"
              variant="default"
              aria-label={`Change ${team.name}`}
              onClick={() => setEdited(team)}
            >
              Change
            </Button>
            <ConfirmButton
              label="Remove…"
              buttonProps={{ size: 'compact-xs', 'aria-label': `Remove ${team.name}` }}
              title={`Remove “${team.name}”`}
              question="Its agents stay; what they did counts for no team then, in past periods too."
              confirmLabel="Remove"
              onConfirm={() => bridge.call('teams.remove', { workspace: workspace.id, name: team.name })}
            />
          </li>
        ))}
      </ul>
      {edited === null ? (
        <div>
          <Button onClick={() => setEdited('new')}>Add a team</Button>
        </div>
      ) : (
        <EditTeam
          key={edited === 'new' ? '' : edited.name}
          team={edited === 'new' ? null : edited}
          agents={agents}
          onDone={() => setEdited(null)}
        />
      )}
    </section>
  );
};
