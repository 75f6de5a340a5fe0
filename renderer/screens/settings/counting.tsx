// How figures are counted: definitions, limits, repairs, opening hours, and which end of the CSAT scale is the good one.
import { Button, NumberInput, Select, Switch } from '@mantine/core';
import type { ReactNode } from 'react';
import {
  type CountingRules,
  defaultRules,
  type PresetName,
  presetNames,
  type RuleChanges,
} from '../../../preload/contract/counting.ts';
import type { CsatPolarity } from '../../../preload/contract/scorecard.ts';
import { useAction, useBridge, useCall } from '../../bridge/context.tsx';
import { ConfirmButton } from '../../components/confirm-button.tsx';
import { Form } from '../../components/form.tsx';
import { Failure, Loading, Notice, Problem } from '../../components/states.tsx';
import { useDraft } from '../../hooks/draft.ts';
import { formatRoute } from '../../hooks/route.ts';
import { useWorkspace } from '../../hooks/workspace.tsx';
import { presetLabels } from '../../model/counting.ts';
import { DurationField } from './metric-value.tsx';
import { OpeningHoursField } from './opening-hours.tsx';

/** The rules field by field, so that each can be changed alone. */
const toFields = ({ preset, thresholds, repairs, openingHours, repeatDays }: CountingRules) => ({
  preset,
  voiceLevelS: thresholds.voice.serviceLevelS,
  voiceShortS: thresholds.voice.shortAbandonS,
  writtenLevelS: thresholds.written.serviceLevelS,
  writtenShortS: thresholds.written.shortAbandonS,
  ...repairs,
  openingHours,
  repeatDays,
});
type Fields = ReturnType<typeof toFields>;

/** Without what is not there: JSON leaves it out on the way, and the contract takes nothing for “not changed”. */
const withoutMissing = <T extends object>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as never;

const toChanges = (fields: Partial<Fields>): RuleChanges => ({
  ...withoutMissing({ preset: fields.preset, openingHours: fields.openingHours, repeatDays: fields.repeatDays }),
  thresholds: {
    voice: withoutMissing({ serviceLevelS: fields.voiceLevelS, shortAbandonS: fields.voiceShortS }),
    written: withoutMissing({ serviceLevelS: fields.writtenLevelS, shortAbandonS: fields.writtenShortS }),
  },
  repairs: withoutMissing({
    shadows: fields.shadows,
    microSessions: fields.microSessions,
    reassignments: fields.reassignments,
  }),
});

const limits: readonly [field: 'voiceLevelS' | 'voiceShortS' | 'writtenLevelS' | 'writtenShortS', label: string][] = [
  ['voiceLevelS', 'Calls: answered in time within'],
  ['voiceShortS', 'Calls: an abandon is short below'],
  ['writtenLevelS', 'Chats: answered in time within'],
  ['writtenShortS', 'Chats: an abandon is short below'],
];

const Rules = ({ rules }: { rules: CountingRules }): ReactNode => {
  const { workspace } = useWorkspace();
  const { values, changes, isChanged, set } = useDraft(toFields(rules));
  const save = useAction('settings.set');
  return (
    <Form
      className="stack settings-form"
      onSubmit={() => save.mutate({ workspace: workspace.id, rules: toChanges(changes) })}
    >
      <Select
        label="Whose definitions"
        description="Which entries a service level and an abandon rate count, and a few figures more"
        data={presetNames.map((value) => ({ value, label: presetLabels[value] }))}
        value={values.preset}
        onChange={(value) => value && set({ preset: value as PresetName })}
      />
      <a href={formatRoute('scorecards', { by: 'queue', view: 'reconcile' })}>Compare them on your own data</a>
      {limits.map(([field, label]) => (
        <DurationField
          key={field}
          label={label}
          value={values[field]}
          onChange={(value) => value !== null && set({ [field]: Math.round(value) })}
        />
      ))}
      <NumberInput
        label="A contact is a repeat within, in days"
        min={1}
        max={30}
        allowDecimal={false}
        value={values.repeatDays}
        onChange={(value) => set({ repeatDays: Math.min(30, Math.max(1, Math.round(Number(value) || 1))) })}
      />
      <Switch
        label="Count agent-assist shadows as sessions of their own"
        checked={values.shadows === 'counted'}
        onChange={(event) => set({ shadows: event.currentTarget.checked ? 'counted' : 'left-out' })}
      />
      <Switch
        label="Count bot sessions of under 10 seconds like any other"
        checked={values.microSessions === 'counted'}
        onChange={(event) => set({ microSessions: event.currentTarget.checked ? 'counted' : 'left-out' })}
      />
      <Switch
        label="An entry moved by a supervisor is answered by its next destination"
        checked={values.reassignments === 'repaired'}
        onChange={(event) => set({ reassignments: event.currentTarget.checked ? 'repaired' : 'as-recorded' })}
      />
      <OpeningHoursField value={values.openingHours} onChange={(openingHours) => set({ openingHours })} />
      <Problem error={save.error} />
      <div className="row">
        <Button type="submit" disabled={!isChanged} loading={save.isPending}>
          Save
        </Button>
        <Button
          variant="default"
          disabled={JSON.stringify(values) === JSON.stringify(toFields(defaultRules))}
          onClick={() => set(toFields(defaultRules))}
        >
          Defaults
        </Button>
        {save.isSuccess && !isChanged ? <span className="tone-good">Saved.</span> : null}
      </div>
      <p className="card-about dim">
        What is changed here changes every figure from now on, and reports made anew. Reports that were issued keep the
        rules they were made with.
      </p>
    </Form>
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
  const { values, set, isChanged } = useDraft({ chosen: polarity });
  const { chosen } = values;
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
        onChange={(value) => value && set({ chosen: value as CsatPolarity })}
      />
      <div>
        <ConfirmButton
          label="Set the scale…"
          isDisabled={!isChanged}
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
  // A read that failed after one that did not must not take away what is being written.
  if (settings.data === undefined)
    return settings.isError ? (
      <Failure error={settings.error} onRetry={() => void settings.refetch()} />
    ) : (
      <Loading lines={10} />
    );
  const { rules, csatPolarity } = settings.data;
  return (
    <section className="stack">
      <h2>How {workspace.name} counts</h2>
      <Problem error={settings.error} />
      <Rules rules={rules} />
      <Polarity polarity={csatPolarity} />
    </section>
  );
};
