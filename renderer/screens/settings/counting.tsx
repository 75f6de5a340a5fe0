// How figures are counted: definitions, limits, repairs, opening hours, and which end of the CSAT scale is the good one.
import { Button, NumberInput, Select, Switch } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import {
  type CountingRules,
  defaultRules,
  type PresetName,
  presetNames,
  type RuleChanges,
  type Thresholds,
} from '../../../preload/contract/counting.ts';
import type { CsatPolarity } from '../../../preload/contract/scorecard.ts';
import { useAction, useBridge, useCall } from '../../bridge/context.tsx';
import { ConfirmButton } from '../../components/confirm-button.tsx';
import { Failure, Loading, Notice, Problem } from '../../components/states.tsx';
import { formatRoute } from '../../hooks/route.ts';
import { useWorkspace } from '../../hooks/workspace.tsx';
import { presetLabels } from '../../model/counting.ts';
import { OpeningHoursField } from './opening-hours.tsx';

const limits: readonly { channel: keyof Thresholds; limit: keyof Thresholds['voice']; label: string }[] = [
  { channel: 'voice', limit: 'serviceLevelS', label: 'Calls: answered in time within, in seconds' },
  { channel: 'voice', limit: 'shortAbandonS', label: 'Calls: an abandon is short below, in seconds' },
  { channel: 'written', limit: 'serviceLevelS', label: 'Chats: answered in time within, in seconds' },
  { channel: 'written', limit: 'shortAbandonS', label: 'Chats: an abandon is short below, in seconds' },
];

const Rules = ({ rules }: { rules: CountingRules }): ReactNode => {
  const { workspace } = useWorkspace();
  const [draft, setDraft] = useState(rules);
  const save = useAction('settings.set');
  const { preset, thresholds, repairs, repeatDays } = draft;
  const isChanged = JSON.stringify(draft) !== JSON.stringify(rules);
  const changes: RuleChanges = { preset, thresholds, repairs, repeatDays, openingHours: draft.openingHours };
  const setRepair = (next: Partial<CountingRules['repairs']>): void =>
    setDraft({ ...draft, repairs: { ...repairs, ...next } });
  return (
    <form
      className="stack settings-form"
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate({ workspace: workspace.id, rules: changes });
      }}
    >
      <Select
        label="Whose definitions"
        description="Which entries a service level and an abandon rate count, and a few figures more"
        data={presetNames.map((value) => ({ value, label: presetLabels[value] }))}
        value={preset}
        onChange={(value) => value && setDraft({ ...draft, preset: value as PresetName })}
      />
      <a href={formatRoute('scorecards', { by: 'queue', view: 'reconcile' })}>Compare them on your own data</a>
      {limits.map(({ channel, limit, label }) => (
        <NumberInput
          key={label}
          label={label}
          min={0}
          max={86_400}
          allowDecimal={false}
          value={thresholds[channel][limit]}
          onChange={(value) =>
            setDraft({
              ...draft,
              thresholds: {
                ...thresholds,
                [channel]: { ...thresholds[channel], [limit]: Math.max(0, Math.round(Number(value) || 0)) },
              },
            })
          }
        />
      ))}
      <NumberInput
        label="A contact is a repeat within, in days"
        min={1}
        max={30}
        allowDecimal={false}
        value={repeatDays}
        onChange={(value) =>
          setDraft({ ...draft, repeatDays: Math.min(30, Math.max(1, Math.round(Number(value) || 1))) })
        }
      />
      <Switch
        label="Count agent-assist shadows as sessions of their own"
        checked={repairs.shadows === 'counted'}
        onChange={(event) => setRepair({ shadows: event.currentTarget.checked ? 'counted' : 'left-out' })}
      />
      <Switch
        label="Count bot sessions of under 10 seconds like any other"
        checked={repairs.microSessions === 'counted'}
        onChange={(event) => setRepair({ microSessions: event.currentTarget.checked ? 'counted' : 'left-out' })}
      />
      <Switch
        label="An entry moved by a supervisor is answered by its next destination"
        checked={repairs.reassignments === 'repaired'}
        onChange={(event) => setRepair({ reassignments: event.currentTarget.checked ? 'repaired' : 'as-recorded' })}
      />
      <OpeningHoursField value={draft.openingHours} onChange={(openingHours) => setDraft({ ...draft, openingHours })} />
      <Problem error={save.error} />
      <div className="row">
        <Button type="submit" disabled={!isChanged} loading={save.isPending}>
          Save
        </Button>
        <Button
          variant="default"
          disabled={JSON.stringify(draft) === JSON.stringify(defaultRules)}
          onClick={() => setDraft(defaultRules)}
        >
          Defaults
        </Button>
        {save.isSuccess && !isChanged ? <span className="tone-good">Saved.</span> : null}
      </div>
      <p className="card-about dim">
        What is changed here changes every figure from now on, and reports made anew. Reports that were issued keep the
        rules they were made with.
      </p>
    </form>
  );
};

const polarities: readonly { value: CsatPolarity; label: string; means: string }[] = [
  { value: 'unset', label: 'Not confirmed', means: 'CSAT is shown and never judged, ranked or scored.' },
  { value: 'higher-is-better', label: '5 is the good end', means: 'Scores of 4 and 5 count as satisfied.' },
  { value: 'lower-is-better', label: '1 is the good end', means: 'Scores of 1 and 2 count as satisfied.' },
];

const Polarity = ({ polarity }: { polarity: CsatPolarity }): ReactNode => {
  const bridge = useBridge();
  const { workspace } = useWorkspace();
  const [chosen, setChosen] = useState(polarity);
  const now = polarities.find(({ value }) => value === polarity);
  const next = polarities.find(({ value }) => value === chosen);
  return (
    <div className="stack settings-form">
      <h3>CSAT scale</h3>
      <Notice>
        Kore.ai’s answers do not say which end of the 1–5 scale is the good one. Look at a survey as customers see it
        before you say so: the wrong end turns every CSAT figure round.
      </Notice>
      <Select
        label="The good end"
        description={now?.means}
        data={polarities.map(({ value, label }) => ({ value, label }))}
        value={chosen}
        onChange={(value) => value && setChosen(value as CsatPolarity)}
      />
      <div>
        <ConfirmButton
          label="Set the scale…"
          isDisabled={chosen === polarity}
          title="Set the CSAT scale"
          question={
            <>
              From now on, in scorecards and in reports made anew: <strong>{next?.label}</strong>. {next?.means}
            </>
          }
          confirmLabel="Set it"
          onConfirm={() => bridge.call('settings.set', { workspace: workspace.id, csatPolarity: chosen })}
        />
      </div>
    </div>
  );
};

export const Counting = (): ReactNode => {
  const { workspace } = useWorkspace();
  const settings = useCall('settings.get', { workspace: workspace.id });
  if (settings.isError) return <Failure error={settings.error} onRetry={() => void settings.refetch()} />;
  if (settings.isPending) return <Loading lines={10} />;
  const { rules, csatPolarity } = settings.data;
  return (
    <section className="stack">
      <h2>How {workspace.name} counts</h2>
      <Rules rules={rules} />
      <Polarity key={csatPolarity} polarity={csatPolarity} />
    </section>
  );
};
