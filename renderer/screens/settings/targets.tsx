// What is wanted of the figures: targets by metric and group or row, each from a day on, and the weights of the composite.
import { Button, NumberInput, Select, TextInput } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import type { CompositeWeight, Target } from '../../../preload/contract/figures.ts';
import { defaultFigureSettings } from '../../../preload/contract/figures.ts';
import type { ProcedureInput } from '../../../preload/contract/procedures.ts';
import type { MetricInfo, ScorecardGroup } from '../../../preload/contract/scorecard.ts';
import { useAction, useBridge, useCall } from '../../bridge/context.tsx';
import { ConfirmButton } from '../../components/confirm-button.tsx';
import { Form } from '../../components/form.tsx';
import { Failure, Loading, Problem } from '../../components/states.tsx';
import { useDraft } from '../../hooks/draft.ts';
import { useMetrics } from '../../hooks/scorecard.ts';
import { useWorkspace } from '../../hooks/workspace.tsx';
import { nameOfGroup } from '../../model/counting.ts';
import { formatMetric } from '../../model/format.ts';
import { MetricNumber, MetricSelect } from './metric-value.tsx';

/** In force since ever: see targets.set. */
const sinceEver = '1970-01-01';

/** Asks who can be chosen and what they are called: no figure is needed. */
const namesOf = (workspace: string, by: ScorecardGroup): ProcedureInput<'scorecard.figures'> => ({
  ...{ workspace, by, period: 'last-30-days', metrics: [] },
});

const AddTarget = ({ metrics }: { metrics: readonly MetricInfo[] }): ReactNode => {
  const { workspace } = useWorkspace();
  const [metric, setMetric] = useState<MetricInfo['name']>('ahtMean');
  const [by, setBy] = useState<ScorecardGroup>('agent');
  const [key, setKey] = useState('');
  const [target, setTarget] = useState<number | null>(null);
  const [from, setFrom] = useState('');
  const info = metrics.find(({ name }) => name === metric);
  const set = useAction('targets.set');
  const rows = useCall('scorecard.figures', namesOf(workspace.id, by));
  if (info === undefined) return null;
  const group = info.groups.includes(by) ? by : (info.groups[0] ?? 'agent');
  return (
    <Form
      className="stack settings-form"
      onSubmit={() => {
        if (target === null) return;
        set.mutate({
          ...{ workspace: workspace.id, metric, by: group, key: key === '' ? null : key, target },
          ...(from === '' ? {} : { from }),
        });
      }}
    >
      <h3>Set a target</h3>
      <MetricSelect
        metrics={metrics}
        value={metric}
        onChange={(name) => {
          setMetric(name);
          setTarget(null);
        }}
      />
      <Select
        label="By"
        data={info.groups.map((value) => ({ value, label: nameOfGroup(value) }))}
        value={group}
        onChange={(value) => {
          if (value) setBy(value as ScorecardGroup);
          setKey('');
        }}
      />
      <Select
        label="For"
        data={[
          { value: '', label: `Every ${group}` },
          ...(group === by ? (rows.data?.rows ?? []) : []).map(({ key: value, name }) => ({ value, label: name })),
        ]}
        value={key}
        onChange={(value) => setKey(value ?? '')}
        searchable
      />
      <MetricNumber key={metric} label="Target" unit={info.unit} value={target} onChange={setTarget} />
      <TextInput
        type="date"
        label="From"
        description="Left empty: the first one ever since, a later one from today"
        value={from}
        onChange={(event) => setFrom(event.currentTarget.value)}
      />
      <Problem error={set.error} />
      <div>
        <Button type="submit" loading={set.isPending} disabled={target === null}>
          Set it
        </Button>
      </div>
    </Form>
  );
};

const TargetItem = ({ target, info }: { target: Target; info: MetricInfo }): ReactNode => {
  const bridge = useBridge();
  const { workspace } = useWorkspace();
  const { metric, by, key, from } = target;
  const rows = useCall('scorecard.figures', namesOf(workspace.id, by), { isEnabled: key !== null });
  // Who was not there in these days is named by the id.
  const name = rows.data?.rows.find((row) => row.key === key)?.name ?? key;
  const label = `${info.label}, ${key === null ? `every ${by}` : `${by} ${name}`}`;
  return (
    <li className="row">
      <span className="grow">
        {label}: <strong className="number">{formatMetric(target.target, info.unit)}</strong>
        <span className="dim"> {from === sinceEver ? 'ever since' : `from ${from}`}</span>
      </span>
      <ConfirmButton
        label="Remove…"
        buttonProps={{ size: 'compact-xs', 'aria-label': `Remove the target of ${label}` }}
        title="Remove this target"
        question={`${label}: cards no longer judge by it.`}
        confirmLabel="Remove"
        onConfirm={() => bridge.call('targets.remove', { workspace: workspace.id, metric, by, key, from })}
      />
    </li>
  );
};

const Weights = ({
  composite,
  metrics,
}: {
  composite: CompositeWeight[];
  metrics: readonly MetricInfo[];
}): ReactNode => {
  const { workspace } = useWorkspace();
  const { values, isChanged, set } = useDraft({ parts: composite });
  const { parts } = values;
  const setParts = (next: CompositeWeight[]): void => set({ parts: next });
  const save = useAction('settings.set');
  const change = (index: number, next: Partial<CompositeWeight>): void =>
    setParts(parts.map((part, at) => (at === index ? { ...part, ...next } : part)));
  return (
    <Form className="stack" onSubmit={() => save.mutate({ workspace: workspace.id, composite: parts })}>
      <h3>Composite</h3>
      <p className="card-about dim">
        One figure of 0 to 100 points for a row: each part gives 0 points at its floor, 100 at its target, in a straight
        line. Parts need n of 30; below 60 % of the weight there is no score.
      </p>
      {parts.map((part, index) => {
        const info = metrics.find(({ name }) => name === part.metric);
        return info === undefined ? null : (
          <fieldset key={part.metric} className="row wrap weight" aria-label={info.label}>
            <MetricSelect
              metrics={metrics.filter(
                ({ name }) => name === part.metric || parts.every(({ metric }) => metric !== name),
              )}
              value={part.metric}
              onChange={(metric) => change(index, { metric, floor: 0, target: 1 })}
            />
            <NumberInput
              label="Weight"
              min={0.1}
              value={part.weight}
              onChange={(value) => change(index, { weight: Number(value) || 1 })}
            />
            <MetricNumber
              label="0 points at"
              unit={info.unit}
              value={part.floor}
              onChange={(floor) => change(index, { floor: floor ?? 0 })}
            />
            <MetricNumber
              label="100 points at"
              unit={info.unit}
              value={part.target}
              onChange={(target) => change(index, { target: target ?? 0 })}
            />
            <Button
              className="beside-field"
              variant="default"
              aria-label={`Leave out ${info.label}`}
              onClick={() => setParts(parts.filter((_, at) => at !== index))}
            >
              Leave out
            </Button>
          </fieldset>
        );
      })}
      <Problem error={save.error} />
      <div className="row wrap">
        <Button type="submit" disabled={!isChanged} loading={save.isPending}>
          Save
        </Button>
        <Button
          variant="default"
          onClick={() => {
            const next = metrics.find(({ name }) => parts.every(({ metric }) => metric !== name));
            if (next) setParts([...parts, { metric: next.name, weight: 1, floor: 0, target: 1 }]);
          }}
        >
          Add a part
        </Button>
        <Button variant="default" onClick={() => setParts(defaultFigureSettings.composite)}>
          Defaults
        </Button>
        {save.isSuccess && !isChanged ? <span className="tone-good">Saved.</span> : null}
      </div>
    </Form>
  );
};

export const Targets = (): ReactNode => {
  const { workspace } = useWorkspace();
  const metrics = useMetrics();
  const targets = useCall('targets.list', { workspace: workspace.id });
  const settings = useCall('settings.get', { workspace: workspace.id });
  const failed = targets.error ?? settings.error ?? metrics.error;
  const isThere = targets.data !== undefined && settings.data !== undefined && metrics.list.length > 0;
  if (failed && !isThere)
    return (
      <Failure
        error={failed}
        onRetry={() => {
          void targets.refetch();
          void settings.refetch();
          metrics.retry();
        }}
      />
    );
  if (!targets.data || !settings.data || metrics.list.length === 0) return <Loading lines={8} />;
  return (
    <section className="stack">
      <h2>Targets of {workspace.name}</h2>
      <Problem error={failed} />
      {targets.data.length === 0 ? <p className="dim">No targets yet.</p> : null}
      <ul className="plain-list stack" aria-label="Targets">
        {targets.data.map((target) => {
          const info = metrics.find(target.metric);
          return info === undefined ? null : (
            <TargetItem
              key={`${target.metric} ${target.by} ${target.key ?? ''} ${target.from}`}
              target={target}
              info={info}
            />
          );
        })}
      </ul>
      <AddTarget metrics={metrics.list} />
      <Weights composite={settings.data.composite} metrics={metrics.list} />
    </section>
  );
};
